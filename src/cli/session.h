/* SPDX-License-Identifier: MIT */
/*
 * A session is one run of the program: its arguments, its screen, the configuration and the state directory. cli_main.c
 * makes it and hands it to the verb; a verb loads what else it needs, and session_clear() frees all of it.
 *
 *     int verb_plan(Session *session)
 *     {
 *         cleanup_with(pass_clear) Pass pass = {0};
 *         Error err = {0};
 *         if (session_plan(session, &pass, &err) < 0)
 *             return fail_with(&err);
 *         show_plan(&session->screen, &pass);
 *         return EXIT_DONE;
 *     }
 */
#pragma once

#include "exit.h"
#include "options.h"

#include <rgc/cli.h>
#include <rgc/collect.h>

typedef struct Session {
    Arguments arguments;
    Screen screen;
    Config config;
    StateDirectory *state; /* NULL if it is not open; state_note says why */
    char *state_note;      /* why there is no ledger to read; NULL if there is one */
} Session;

void session_clear(Session *session);

/* Reads the configuration; --socket and RGC_SOCKET override what it says. Any error, such as -EINVAL, is one of
 * config_load() and means exit 2. */
int session_load_config(Session *session, Error *err);
/* Replaces a configuration that cannot be read by the defaults. */
void session_use_defaults(Session *session);
/* Makes --host, or else DOCKER_HOST, override the host of the configuration. Returns -EINVAL if that is no socket on
 * this host. */
int session_choose_host(Session *session, Error *err);
/* Opens the state directory for reading. If that fails, the session continues without it, and state_note says why. */
void session_open_state(Session *session);
const char *session_state_path(const Session *session);
/* Returns the path of the agent's socket: --socket overrides RGC_SOCKET, which overrides the configuration.
 * Borrowed. */
const char *session_socket(const Session *session, const Config *config);
PassOptions session_pass_options(const Session *session, const PassProgress *progress);
/* Makes the plan of this session, with the note on a missing ledger. Opens the state directory. Errors are those of
 * pass_plan(); the caller clears `ret` with pass_clear(). */
int session_plan(Session *session, Pass *ret, Error *err);
/* Makes the plan and also finds out what else holds the disk; `is_deep` walks through volumes too, which may take
 * minutes. */
int session_survey(Session *session, bool is_deep, const PassProgress *progress, Pass *ret, Error *err);

/* Prints and frees a document. */
void print_document(const Screen *screen, char *json);

/* Declares verb_NAME for each row of the table. It returns an ExitCode, or 128 + a signal. */
#define VERB(name, ...) VerbMain verb_##name;
#include "verbs.def"
