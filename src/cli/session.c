/* SPDX-License-Identifier: MIT */
/*
 * The settings that several sources may give, in one place: an option overrides the environment, which overrides the
 * configuration. A verb gets what it needs from here and never reads an environment variable itself.
 */
#include "session.h"

#include <errno.h>
#include <string.h>
#include <sys/un.h>

void session_clear(Session *session)
{
    arguments_clear(&session->arguments);
    config_clear(&session->config);
    if (session->state)
        state_free(session->state);
    free(session->state_note);
    session->state = NULL;
    session->state_note = NULL;
}

static int use_host(Session *session, const char *host, const char *source, Error *err)
{
    if (strncmp(host, "unix:///", 8) != 0)
        return error_set(err, EINVAL,
                         "%s is '%s', but rgc talks only to engines on this host, through a socket such as "
                         "unix:///var/run/docker.sock; --host chooses it",
                         source, host);
    if (strlen(host + strlen("unix://")) >= sizeof(((struct sockaddr_un *)NULL)->sun_path))
        return error_set(err, EINVAL, "%s is '%s', but the path of a socket has at most 107 bytes", source, host);
    free(session->config.host);
    session->config.host = xstrdup(host);
    return 0;
}

const char *session_socket(const Session *session, const Config *config)
{
    const char *socket = getenv("RGC_SOCKET");
    if (session->arguments.socket)
        return session->arguments.socket;
    return socket && socket[0] ? socket : config->socket;
}

/* Puts the path that counts into the configuration, so that rgc check shows it. */
static void use_socket(Session *session)
{
    char *socket = xstrdup(session_socket(session, &session->config));
    free(session->config.socket);
    session->config.socket = socket;
}

int session_load_config(Session *session, Error *err)
{
    int r = config_load(session->arguments.config, &session->config, err);
    if (r == 0)
        use_socket(session);
    return r;
}

void session_use_defaults(Session *session)
{
    config_clear(&session->config);
    config_init(&session->config);
    use_socket(session);
}

int session_choose_host(Session *session, Error *err)
{
    if (session->arguments.host)
        return use_host(session, session->arguments.host, "--host", err);
    const char *host = getenv("DOCKER_HOST");
    return host && host[0] ? use_host(session, host, "DOCKER_HOST", err) : 0;
}

const char *session_state_path(const Session *session)
{
    return session->arguments.state ? session->arguments.state : STATE_DEFAULT_PATH;
}

void session_open_state(Session *session)
{
    Error err = {0};
    int r = state_open(session_state_path(session), &session->state, &err);
    if (r == -ENOENT)
        session->state_note =
            xasprintf("there is no state in %s yet, so rgc does not know when images arrived and may keep more than it "
                      "will later",
                      session_state_path(session));
    else if (r < 0)
        session->state_note =
            xasprintf("rgc cannot read its state here, so a pass by root may decide differently: %s", err.text);
}

PassOptions session_pass_options(const Session *session, const PassProgress *progress)
{
    const Arguments *arguments = &session->arguments;
    return (PassOptions){
        .app = arguments->app,
        .deployed = &arguments->deployed,
        .trigger = arguments->trigger,
        .reason = arguments->reason,
        .trial_usec = arguments_have(arguments, OPTION_TRIAL) ? arguments->trial_usec : session->config.trial_usec,
        .ends_trial = arguments_have(arguments, OPTION_END_TRIAL),
        .is_pressing = arguments_have(arguments, OPTION_PRESSING),
        .with_layers = true,
        .progress = progress,
    };
}

static int plan_with(Session *session, const PassOptions *options, Pass *ret, Error *err)
{
    int r = pass_plan(&session->config, session->state, options, ret, err);
    if (r == 0 && session->state_note) {
        free(ret->ledger_note);
        ret->ledger_note = xstrdup(session->state_note);
    }
    return r;
}

int session_plan(Session *session, Pass *ret, Error *err)
{
    session_open_state(session);
    PassOptions options = session_pass_options(session, NULL);
    options.with_volumes = true;
    return plan_with(session, &options, ret, err);
}

int session_survey(Session *session, bool is_deep, const PassProgress *progress, Pass *ret, Error *err)
{
    session_open_state(session);
    PassOptions options = session_pass_options(session, progress);
    options.with_volumes = true;
    options.with_survey = true;
    options.is_deep = is_deep;
    return plan_with(session, &options, ret, err);
}

void print_document(const Screen *screen, char *json)
{
    size_t length = strlen(json);
    fputs(json, screen->out);
    if (length == 0 || json[length - 1] != '\n')
        fputc('\n', screen->out);
    free(json);
}
