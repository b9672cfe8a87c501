/* SPDX-License-Identifier: MIT */
/*
 * The checks of `rgc check`, from the configuration to the metrics. Each check adds what it finds and lets the next one
 * run: whoever has two troubles should see both at once.
 */
#include "agent_view.h"
#include "cli/views/texts.h"
#include "verb_check.h"
#include <rgc/clock.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

static void check_config(Session *session, Checks *ret)
{
    Error err = {0};
    const Config *config = &session->config;
    if (session_load_config(session, &err) < 0) {
        checks_add(ret, "configuration", false, xstrdup(err.text));
        ret->exit_code = EXIT_USAGE;
        /* The other checks can use the defaults. */
        session_use_defaults(session);
    } else if (config->file_exists) {
        checks_add(ret, "configuration", true, xstrdup(config->path));
    } else {
        checks_add(ret, "configuration", true,
                   xasprintf("there is no %s, so all values are the defaults", CONFIG_DEFAULT_PATH));
    }
}

/* A pass needs to see the file system of the images to notice that it is too full. */
static void check_storage(const Config *config, const EngineInfo *engine, Checks *ret)
{
    Error err = {0};
    Disk *disks = NULL;
    size_t count = 0;
    if (host_read_disks(engine, &config->storage, &disks, &count, &err) < 0) {
        checks_add(ret, "storage", false, xstrdup(err.text));
        return;
    }
    bool sees_images = false;
    for (size_t i = 0; i < count; i++) {
        char available[TEXT_MAX];
        sees_images |= !disks[i].has_no_images;
        checks_add(ret, "storage", true,
                   xasprintf("%s: %.1f%% used, %s free", disks[i].path, disks[i].used_percent,
                             format_bytes(available, disks[i].available_bytes)));
        free(disks[i].path);
    }
    free(disks);
    if (!sees_images)
        checks_add(
            ret, "storage", false,
            xasprintf(
                "containerd keeps the engine's images (%s), and rgc cannot find out on which file system, so a full "
                "disk does not make a pass remove more; set `storage` in [engine] to a path on each file system "
                "that Docker and containerd use",
                engine->containerd ? engine->containerd : "the engine does not say at which address"));
}

/* Only a plan says which apps there are and which of their releases rgc keeps. */
static void check_apps(Session *session, Checks *ret)
{
    Error err = {0};
    cleanup_with(pass_clear) Pass pass = {0};
    session_open_state(session);
    if (pass_plan(&session->config, session->state, &(PassOptions){0}, &pass, &err) < 0) {
        checks_add(ret, "plan", false, xstrdup(err.text));
        return;
    }
    check_gaps(&pass, ret);
    check_kamal(&pass.plan, ret);
    check_patterns(&pass.plan, ret);
}

static void ask_engine(Session *session, Checks *ret)
{
    Error err = {0};
    const Config *config = &session->config;
    cleanup_with(engine_freep) Engine *engine = NULL;
    cleanup_with(snapshot_clear) Snapshot snapshot = {0};
    EngineInfo *info = &snapshot.engine;
    EngineOptions options = {.host = config->host, .timeout_usec = config->timeout_usec, .parallel = config->parallel};
    int r = engine_open(&options, &engine, &err);
    if (r == 0)
        r = engine_query_info(engine, info, &err);
    if (r < 0) {
        checks_add(ret, "engine", false, xstrdup(err.text));
        if (r == -ECONNREFUSED && ret->exit_code != EXIT_USAGE)
            ret->exit_code = EXIT_ENGINE;
        return;
    }
    checks_add(ret, "engine", true,
               xasprintf("%s %s at %s, API %s, %s, data in %s, %d removal%s at a time",
                         info->is_podman ? "Podman" : "Docker", info->version, config->host, info->api,
                         info->store == STORE_CONTAINERD ? "containerd image store" : info->driver, info->root,
                         engine_parallel(engine), plural((size_t)engine_parallel(engine))));
    check_storage(config, info, ret);
    check_apps(session, ret);
}

static void check_engine(Session *session, Checks *ret)
{
    Error err = {0};
    if (session_choose_host(session, &err) == 0) {
        ask_engine(session, ret);
        return;
    }
    checks_add(ret, "engine", false, xstrdup(err.text));
    ret->exit_code = EXIT_USAGE;
}

static void check_lock(StateDirectory *state, Checks *ret)
{
    Error err = {0};
    int r = state_probe_lock(state, &err);
    /* A pass that holds the lock is no fault. */
    checks_add(ret, "lock", r == 0 || r == -EWOULDBLOCK, r == 0 ? xstrdup("free") : xstrdup(err.text));
}

static void check_ledger(StateDirectory *state, Checks *ret)
{
    Error err = {0};
    Ledger ledger = {0};
    bool found = false;
    cleanup_with(free_charp) char *note = NULL;
    int r = ledger_load(state, &ledger, &found, &note, &err);
    if (r < 0)
        checks_add(ret, "ledger", false, xstrdup(err.text));
    else if (note)
        checks_add(ret, "ledger", false, xstrdup(note));
    else if (!found)
        checks_add(ret, "ledger", true, xstrdup("there is none yet; the first pass writes it"));
    else
        checks_add(ret, "ledger", true, xasprintf("%zu image%s remembered", ledger.n_images, plural(ledger.n_images)));
    ledger_clear(&ledger);
}

static void check_state(const Session *session, Checks *ret)
{
    Error err = {0};
    cleanup_with(state_freep) StateDirectory *state = NULL;
    const char *path = session_state_path(session);
    int r = state_open(path, &state, &err);
    if (r == -ENOENT) {
        checks_add(ret, "state", true, xasprintf("%s does not exist yet; the first pass creates it", path));
        return;
    }
    if (r < 0) {
        checks_add(ret, "state", false, xstrdup(err.text));
        return;
    }
    bool may_write = access(path, W_OK) == 0;
    checks_add(ret, "state", true, xasprintf("%s%s", path, may_write ? "" : ", which this user may only read"));
    check_ledger(state, ret);
    if (may_write)
        check_lock(state, ret);
}

/* No agent is no fault on a host with cron. It is one if systemd was told to run it, or if it runs and does not
 * work. */
static void check_agent(const Session *session, Checks *ret)
{
    cleanup_with(agent_view_clear) AgentView agent;
    agent_view_ask(session, &agent);
    cleanup_with(free_charp) char *next = agent_next_text(&agent, wall_clock());
    cleanup_with(free_charp) char *not_following = agent_not_following_text(&agent);
    bool is_enabled = agent_is_enabled();
    if (agent.code == ENOENT && is_enabled)
        checks_add(
            ret, "agent", false,
            xstrdup(
                "it is enabled, but does not run; start it with systemctl start rgc, or see why with systemctl status "
                "rgc.service rgc.socket"));
    else if (agent.code == ENOENT)
        checks_add(ret, "agent", true, xstrdup("no agent runs here, so only rgc collect --here makes passes"));
    else if (agent.code != 0)
        checks_add(ret, "agent", false, xasprintf("%s; see systemctl status rgc", agent.why_not));
    else if (agent.config_error)
        checks_add(ret, "agent", false,
                   xasprintf("it still uses its previous values, because the configuration is invalid: %s",
                             agent.config_error));
    else
        checks_add(ret, "agent", agent.is_following,
                   xasprintf("rgc %s, %s%s%s%s%s", agent.version ? agent.version : "?", agent.state,
                             next ? ", next pass " : "", next ? next : "", agent.is_following ? "" : ", but ",
                             agent.is_following ? "" : not_following));
}

static void check_metrics(const Config *config, Checks *ret)
{
    if (!config->textfile)
        return;
    const char *slash = strrchr(config->textfile, '/');
    cleanup_with(free_charp) char *directory =
        xstrndup(config->textfile, slash && slash > config->textfile ? (size_t)(slash - config->textfile) : 1);
    if (access(directory, F_OK) < 0)
        checks_add(ret, "metrics", true, xasprintf("%s does not exist, so rgc writes no metrics", directory));
    else if (access(directory, W_OK) < 0 && geteuid() == 0)
        checks_add(ret, "metrics", false, xasprintf("%s cannot be written: %s", directory, strerror(errno)));
    else
        checks_add(ret, "metrics", true, xstrdup(config->textfile));
}

void checks_run(Session *session, Checks *ret)
{
    *ret = (Checks){0};
    check_config(session, ret);
    if (arguments_have(&session->arguments, OPTION_CONFIG_ONLY))
        return;
    check_engine(session, ret);
    check_state(session, ret);
    check_agent(session, ret);
    check_metrics(&session->config, ret);
}
