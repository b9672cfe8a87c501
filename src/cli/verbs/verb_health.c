/* SPDX-License-Identifier: MIT */
/* `rgc health`: what the health check of a container runs. Healthy means that the agent answers and follows the
 * engine's events. */
#include "agent_view.h"
#include "cli/session.h"

#include <errno.h>

int verb_health(Session *session)
{
    cleanup_with(agent_view_clear) AgentView agent;
    Error err = {0};
    agent_view_ask(session, &agent);
    if (agent.code != 0) {
        error_set(&err, agent.code, "the agent does not answer: %s", agent.why_not);
        fail_with(&err);
        return EXIT_AGENT;
    }
    if (!agent.is_following) {
        cleanup_with(free_charp) char *why = agent_not_following_text(&agent);
        error_set(
            &err, ECONNREFUSED,
            "the agent answers, but is %s. If it runs in a container, check that the engine's socket is mounted, that "
            "it has the group of that socket, and that it may write to its state directory",
            why);
        return fail_with(&err);
    }
    fprintf(session->screen.out, "%s\n", agent.state);
    return EXIT_DONE;
}
