/* SPDX-License-Identifier: MIT */
#include "agent_view.h"
#include "cli/views/show.h"

#include <errno.h>
#include <string.h>

static char *json_of(const Pass *pass, const Strings *history, const AgentView *agent)
{
    const AgentFacts facts = {
        .state = agent->state,
        .next_why = agent->next_why,
        .config_error = agent->config_error,
        .next_at = agent->next_at,
        .is_watching = agent->is_watching,
    };
    return json_status(pass, history, agent->code == 0 ? &facts : NULL);
}

/* A pass that cannot use the state directory is not in the history there. */
static bool is_in_history(const Strings *history, const AgentView *agent)
{
    cleanup_with(summary_clear) Summary last = {0};
    return agent->last_error && history->count > 0 && summary_from_line(history->items[0], &last) && last.error &&
           strcmp(last.error, agent->last_error) == 0;
}

/* `is_told`: why its last pass failed has been said. */
static void show_agent(const Screen *screen, const AgentView *agent, bool is_told, Time now)
{
    cleanup_with(free_charp) char *next = agent_next_text(agent, now);
    screen_title(screen, "Next pass");
    if (agent->code == ENOENT || agent->code == ECONNREFUSED)
        screen_say(screen, 2, COLOR_PLAIN,
                   "by hand: the agent does not run here, so only sudo rgc collect --here makes one");
    else if (agent->code != 0)
        screen_say(screen, 2, COLOR_WAIT, "unknown: %s", agent->why_not);
    else if (strcmp(agent->state, "running") == 0)
        screen_say(screen, 2, COLOR_PLAIN, "one runs at this moment");
    else
        screen_say(screen, 2, COLOR_PLAIN, "%s", next ? next : "none is planned");
    if (agent->last_error && !is_told)
        screen_say(screen, 2, COLOR_REMOVE, "the agent's last pass failed: %s", agent->last_error);
    if (agent->config_error)
        screen_say(screen, 2, COLOR_WAIT, "the agent's own values are still the old ones: %s", agent->config_error);
}

int verb_status(Session *session)
{
    Error err = {0};
    cleanup_with(pass_clear) Pass pass = {0};
    cleanup_with(strings_clear) Strings history = {0};
    if (session_plan(session, &pass, &err) < 0)
        return fail_with(&err);
    /* Without history there is still everything else to show; the note on the ledger has said why. */
    if (session->state && history_read(session->state, 1, &history, &err) < 0 && !pass.ledger_note)
        pass.ledger_note = xstrdup(err.text);
    cleanup_with(agent_view_clear) AgentView agent;
    agent_view_ask(session, &agent);
    if (arguments_have(&session->arguments, OPTION_JSON)) {
        print_document(&session->screen, json_of(&pass, &history, &agent));
        return EXIT_DONE;
    }
    show_status(&session->screen, &pass, &history, agent.code == 0);
    show_agent(&session->screen, &agent, is_in_history(&history, &agent), pass.plan.now);
    return EXIT_DONE;
}
