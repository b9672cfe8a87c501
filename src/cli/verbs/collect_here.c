/* SPDX-License-Identifier: MIT */
/*
 * `rgc collect --here`: a pass in this process, for a person, for cron, or as the agent's child. What differs is only
 * who hears of it: the terminal and the journal, or the agent's pipe (rgc/pass_lines.h).
 *
 * A signal must not end a pass in the middle of a removal, so the handler only asks the pass to stop (pass_interrupt),
 * and the exit code says afterwards that it was interrupted. tests/fault/interruptions.py tests this.
 */
#include "by_hand.h"
#include "cli/interrupts.h"
#include "cli/views/progress_line.h"
#include "cli/views/show.h"
#include "collect_ways.h"

#include <errno.h>
#include <rgc/interrupt.h>
#include <rgc/pass_lines.h>
#include <rgc/report_json.h>
#include <signal.h>
#include <string.h>

static volatile sig_atomic_t ended_by;

static void on_signal(int number)
{
    ended_by = number;
    pass_interrupt();
}

/* A pass ends between two removals, also if its terminal is closed (SIGHUP). It does not end because nobody reads its
 * output (SIGPIPE). */
static void handle_signals(void)
{
    struct sigaction interrupt = {.sa_handler = on_signal};
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGINT, &interrupt, NULL);
    sigaction(SIGTERM, &interrupt, NULL);
    sigaction(SIGHUP, &interrupt, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
}

/* Opens the state directory and takes its lock, which the process keeps to its end: two passes never overlap. */
static int open_locked(Session *session, Error *err)
{
    int r = state_open_or_make(session_state_path(session), &session->state, err);
    if (r == 0)
        r = state_lock(session->state, err);
    if (r == -EACCES)
        return error_set(
            err, EACCES,
            "%s: no permission to make a pass with this state directory; make it as root (sudo rgc collect "
            "--here), or ask the agent for one (rgc collect)",
            session_state_path(session));
    return r;
}

/* For the agent, an interrupted pass has failed. For a person, the exit code says which signal has interrupted it. */
static int exit_code(const Pass *pass, bool is_child)
{
    const Report *report = &pass->report;
    if (report->was_interrupted && ended_by && !is_child)
        return exit_code_of_signal(ended_by);
    return report->error || report->was_interrupted || report_has_failures(report) ? EXIT_FAILED : EXIT_DONE;
}

static void show(Session *session, const Pass *pass)
{
    if (arguments_have(&session->arguments, OPTION_JSON))
        print_document(&session->screen, json_collect(pass));
    else
        show_collected(&session->screen, pass);
}

/* An engine that was reached and then lost is a pass that failed, not an engine that is away (EXIT_ENGINE): the agent
 * would wait for it to come back, and nobody would hear of the failure. */
static int finish(Session *session, const Pass *pass, bool is_child, int r, Error *err)
{
    if (pass->is_refused)
        return fail_with_usage(err);
    if (r < 0) {
        /* The report says what the pass removed before it failed. */
        if (pass->report.n_entries > 0)
            show(session, pass);
        int code = fail_with(err);
        if (ended_by && r == -ECANCELED && !is_child)
            return exit_code_of_signal(ended_by);
        return code == EXIT_ENGINE && pass->engine_was_reached ? EXIT_FAILED : code;
    }
    show(session, pass);
    return exit_code(pass, is_child);
}

/* Prints a line on standard error, which is the journal if the agent has started this pass. */
static void note(const char *raw)
{
    cleanup_with(free_charp) char *text = printable(raw);
    fprintf(stderr, "rgc: %s\n", text);
}

static int collect(Session *session, const ProgressLines *agent)
{
    Error err = {0};
    cleanup_with(pass_clear) Pass pass = {0};
    cleanup_with(progress_end) Progress progress = {0};
    PassLines lines;
    ByHand by_hand;
    if (open_locked(session, &err) < 0) {
        pass_lines_fail(agent, err.text);
        return fail_with(&err);
    }
    handle_signals();
    progress_init(&progress);
    pass_lines_init(&lines, agent, &pass);
    bool is_child = agent->fd >= 0;
    if (!is_child)
        by_hand_init(&by_hand, session, &progress, &pass);
    PassOptions options = session_pass_options(session, is_child ? &lines.calls : &by_hand.calls);
    int r = pass_collect(&session->config, session->state, &options, &pass, &err);
    progress_end(&progress);
    if (pass.metrics_note)
        note(pass.metrics_note);
    int code = finish(session, &pass, is_child, r, &err);
    if (is_child)
        pass_lines_end(&lines, code);
    else
        by_hand_end(&by_hand, code);
    return code;
}

int collect_here(Session *session)
{
    ProgressLines agent;
    progress_lines_open(&agent, "rgc-collect");
    return collect(session, &agent);
}
