/* SPDX-License-Identifier: MIT */
/* Gives each outcome of a pass that a person or cron has started both to the terminal and to the journal. */
#include "by_hand.h"

#include <rgc/pass_lines.h>

static void on_step(const char *step, void *userdata)
{
    const PassProgress *screen = &((const ByHand *)userdata)->progress->calls;
    if (screen->on_step)
        screen->on_step(step, screen->userdata);
}

static void on_outcome(const OutcomeEntry *entry, size_t done, size_t total, void *userdata)
{
    const ByHand *by_hand = userdata;
    const PassProgress *screen = &by_hand->progress->calls;
    if (screen->on_outcome)
        screen->on_outcome(entry, done, total, screen->userdata);
    if (!by_hand->has_journal)
        return;
    json_t *line = pass_outcome_line(by_hand->pass, entry, done, total);
    journal_outcome(&by_hand->cause, line);
    json_decref(line);
}

void by_hand_init(ByHand *ret, const Session *session, const Progress *progress, const Pass *pass)
{
    const char *trigger = session->arguments.trigger;
    *ret = (ByHand){.progress = progress, .pass = pass, .has_journal = !session->arguments.state};
    ret->cause.trigger = trigger ? trigger : "here";
    ret->calls = (PassProgress){.on_step = on_step, .on_outcome = on_outcome, .userdata = ret};
    if (ret->has_journal)
        journal_open_by_hand();
}

void by_hand_end(const ByHand *by_hand, int exit_code)
{
    cleanup_with(summary_clear) Summary summary = {0};
    if (by_hand->has_journal && by_hand->pass->summary && summary_from_line(by_hand->pass->summary, &summary))
        journal_pass(&by_hand->cause, &summary, exit_code != EXIT_DONE);
}
