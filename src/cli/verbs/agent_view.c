/* SPDX-License-Identifier: MIT */
/*
 * Asks the agent for its status and copies the answer as plain, printable values. Whatever listens on the socket may be
 * another program or another version of rgc, so every field may be missing.
 */
#include "agent_view.h"
#include "cli/views/texts.h"

#include <errno.h>
#include <rgc/service.h>
#include <string.h>
#include <unistd.h>

/* An agent in good order answers at once. */
#define PATIENCE_USEC (5 * USEC_PER_SEC)

static char *text_of(const json_t *object, const char *key)
{
    const char *raw = json_string_value(json_object_get(object, key));
    return raw ? printable(raw) : NULL;
}

static void on_answer(const VarlinkAnswer *answer, void *userdata)
{
    AgentView *view = userdata;
    const json_t *said = answer->parameters;
    const char *next = json_string_value(json_object_get(said, "next_at"));
    agent_view_clear(view);
    view->version = text_of(said, "version");
    view->state = text_of(said, "state");
    view->next_why = text_of(said, "next_why");
    view->config_error = text_of(said, "config_error");
    view->last_error = text_of(json_object_get(said, "last"), "error");
    view->is_following = json_is_true(json_object_get(said, "watching"));
    if (!next || !parse_time(next, &view->next_at))
        view->next_at = 0;
}

bool agent_is_enabled(void)
{
    return access("/etc/systemd/system/docker.service.wants/rgc.service", F_OK) == 0;
}

void agent_view_ask(const Session *session, AgentView *ret)
{
    const char *path = session_socket(session, &session->config);
    VarlinkRequest request = {.path = path, .method = SERVICE_INTERFACE ".Status", .timeout_usec = PATIENCE_USEC};
    Error err = {0};
    *ret = (AgentView){0};
    if (varlink_call(&request, on_answer, ret, &err) < 0) {
        agent_view_clear(ret);
        ret->code = err.code;
        ret->why_not = xstrdup(err.text);
    } else if (!ret->state) {
        ret->code = EPROTO;
        ret->why_not = xasprintf("%s: what answers there is not rgc's agent", path);
    }
}

void agent_view_clear(AgentView *view)
{
    free(view->why_not);
    free(view->version);
    free(view->state);
    free(view->next_why);
    free(view->config_error);
    free(view->last_error);
    *view = (AgentView){0};
}

char *agent_next_text(const AgentView *view, Time now)
{
    if (view->code != 0 || view->next_at == 0)
        return NULL;
    cleanup_with(free_charp) char *when = eligible_text(view->next_at, now);
    return xasprintf("%s%s%s%s", when, view->next_why ? " (" : "", view->next_why ? view->next_why : "",
                     view->next_why ? ")" : "");
}

char *agent_not_following_text(const AgentView *view)
{
    return xasprintf("not connected to the engine's events, because it cannot reach the engine or cannot use its state "
                     "directory; %s%s",
                     view->last_error ? "its last pass failed: " : "journalctl -u rgc says more",
                     view->last_error ? view->last_error : "");
}
