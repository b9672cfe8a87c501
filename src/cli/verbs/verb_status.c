/* SPDX-License-Identifier: MIT */
/*
 * `rgc status`: a plan, a survey of the disk, the last pass and the agent, gathered for one screen. If the agent or the
 * history cannot be read, the rest is shown all the same.
 */
#include "agent_view.h"
#include "cli/views/progress_line.h"
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
        .is_following = agent->is_following,
    };
    return json_status(pass, history, agent->code == 0 ? &facts : NULL);
}

/* Is the agent's last failure in the history already? A pass that cannot use the state directory is not. */
static bool is_in_history(const Strings *history, const AgentView *agent)
{
    cleanup_with(summary_clear) Summary last = {0};
    return agent->last_error && history->count > 0 && summary_from_line(history->items[0], &last) && last.error &&
           strcmp(last.error, agent->last_error) == 0;
}

/* `is_told` says that the screen already shows why the last pass failed. */
static AgentLines lines_of(const AgentView *agent, bool is_told, Time now)
{
    AgentLines lines = {.next_color = COLOR_PLAIN, .is_there = agent->code == 0};
    cleanup_with(free_charp) char *next = agent_next_text(agent, now);

    if (agent->code == ENOENT || agent->code == ECONNREFUSED) {
        lines.next = xstrdup(agent_is_enabled() ? "none, as the agent is not running (sudo systemctl start rgc)"
                                                : "none, as no agent runs here; sudo rgc collect --here makes one");
    } else if (agent->code != 0) {
        lines.next = xasprintf("unknown: %s", agent->why_not);
        lines.next_color = COLOR_WAIT;
    } else if (strcmp(agent->state, "running") == 0) {
        lines.next = xstrdup("one is running");
    } else {
        lines.next = next ? take_ptr(next) : xstrdup("none planned");
    }
    if (agent->last_error && !is_told)
        *array_add(&lines.troubles.items, &lines.troubles.count) =
            xasprintf("The agent's last pass failed: %s", agent->last_error);
    if (agent->config_error)
        *array_add(&lines.troubles.items, &lines.troubles.count) = xasprintf(
            "The agent ignores an invalid configuration and uses its previous values; passes fail until it is "
            "corrected: %s",
            agent->config_error);
    return lines;
}

/* Walks (--deep) may take minutes, so a terminal shows their progress. */
static int make_plan(Session *session, Progress *progress, Pass *ret, Error *err)
{
    bool is_deep = arguments_have(&session->arguments, OPTION_DEEP);

    if (is_deep)
        progress_init(progress);
    int r = session_survey(session, is_deep, is_deep ? &progress->calls : NULL, ret, err);
    progress_end(progress);
    return r;
}

int verb_status(Session *session)
{
    Error err = {0};
    Progress progress = {0};
    cleanup_with(pass_clear) Pass pass = {0};
    cleanup_with(strings_clear) Strings history = {0};
    if (make_plan(session, &progress, &pass, &err) < 0)
        return fail_with(&err);
    /* If the history cannot be read, everything else is shown, and a note says why. */
    if (session->state && history_read(session->state, 1, &history, &err) < 0 && !pass.ledger_note)
        pass.ledger_note = xstrdup(err.text);
    cleanup_with(agent_view_clear) AgentView agent;
    agent_view_ask(session, &agent);
    if (arguments_have(&session->arguments, OPTION_JSON)) {
        print_document(&session->screen, json_of(&pass, &history, &agent));
        return EXIT_DONE;
    }
    cleanup_with(agent_lines_clear) AgentLines lines = lines_of(&agent, is_in_history(&history, &agent), pass.plan.now);
    show_status(&session->screen, &pass, &history, &lines, arguments_have(&session->arguments, OPTION_ALL));
    return EXIT_DONE;
}
