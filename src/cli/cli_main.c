/* SPDX-License-Identifier: MIT */
/*
 * From argv to an exit code: parse, prepare what the verb needs, run it, and make sure that its output has arrived.
 * Everything that a command prints is written at its end, so an interrupted command prints nothing rather than half a
 * document.
 */
#include "interrupts.h"
#include "session.h"
#include "verbs.h"

#include <rgc/json_memory.h>

#include <errno.h>
#include <locale.h>
#include <string.h>

/* More than fits any screen. A larger document is written in pieces of this size. */
#define OUTPUT_BUFFER (1 << 20)

/* Prepares what the verb needs, and no more (VerbNeeds). */
static int prepare(Session *session, Error *err)
{
    VerbNeeds needs = session->arguments.verb->needs;
    int r = needs == NEEDS_NOTHING ? 0 : session_load_config(session, err);
    return r == 0 && needs == NEEDS_ENGINE ? session_choose_host(session, err) : r;
}

static int run_verb(Session *session)
{
    Error err = {0};
    const Arguments *arguments = &session->arguments;
    if (arguments_have(arguments, OPTION_HELP)) {
        help_print(&session->screen, arguments->verb);
        return EXIT_DONE;
    }
    if (arguments_have(arguments, OPTION_VERSION)) {
        fprintf(session->screen.out, "rgc %s\n", RGC_VERSION);
        return EXIT_DONE;
    }
    if (prepare(session, &err) < 0)
        return fail_with_usage(&err);
    return arguments->verb->main(session);
}

/* If the output could not be written, as with a full disk or a closed pipe, the command has failed. */
static int finish_output(int code)
{
    Error err = {0};
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    error_set(&err, EIO, "cannot write to standard output: %s", strerror(errno));
    fail_with(&err);
    return code == EXIT_DONE ? EXIT_FAILED : code;
}

int cli_main(int argc, char **argv)
{
    Error err = {0};
    cleanup_with(session_clear) Session session = {0};
    interrupts_begin();
    json_use_memory();
    setlocale(LC_CTYPE, "");
    const VerbList list = {verbs, n_verbs};
    if (arguments_parse(&list, argc, argv, &session.arguments, &err) < 0)
        return fail_with_usage(&err);
    /* With this buffer, output is written at the end and in one piece, so an interrupted command prints nothing. */
    setvbuf(stdout, NULL, _IOFBF, OUTPUT_BUFFER);
    screen_init(&session.screen, stdout, session.arguments.color);
    return finish_output(run_verb(&session));
}
