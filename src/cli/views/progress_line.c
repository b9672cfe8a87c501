/* SPDX-License-Identifier: MIT */
/*
 * The progress line of a terminal. A file or a pipe never gets one, and the line is wiped before the result is printed.
 */
#include "progress_line.h"

#include "cli/interrupts.h"

#include <string.h>
#include <unistd.h>

#define CLEAR_LINE "\r\033[K"

static void show(const Progress *progress, const char *raw)
{
    const Screen *screen = &progress->screen;
    cleanup_with(free_charp) char *text = screen_text(screen, raw);
    /* The last column is left free, because some terminals wrap when it is written. */
    cleanup_with(free_charp) char *line = text_cut(screen, text, screen->width - 1, CUT_MIDDLE);
    fprintf(screen->out, CLEAR_LINE "%s", line);
    fflush(screen->out);
}

static void on_step(const char *step, void *userdata)
{
    cleanup_with(free_charp) char *text = xasprintf("%s", step);
    show(userdata, text);
}

static void on_outcome(const OutcomeEntry *entry, size_t done, size_t total, void *userdata)
{
    cleanup_with(free_charp) char *text =
        xasprintf("removing %zu/%zu: %s %s", done, total, target_kind_to_string(entry->kind),
                  entry->ref ? entry->ref : entry->id);
    show(userdata, text);
}

void progress_init(Progress *ret)
{
    const char *terminal = getenv("TERM");
    *ret = (Progress){0};
    screen_init(&ret->screen, stderr, COLOR_NEVER);
    ret->is_shown = isatty(STDERR_FILENO) && !(terminal && strcmp(terminal, "dumb") == 0);
    if (ret->is_shown)
        ret->calls = (PassProgress){.on_step = on_step, .on_outcome = on_outcome, .userdata = ret};
    interrupts_wipe(ret->is_shown);
}

void progress_end(Progress *progress)
{
    if (progress->is_shown)
        fputs(CLEAR_LINE, stderr);
    progress->is_shown = false;
    interrupts_wipe(false);
}
