/* SPDX-License-Identifier: MIT */
/*
 * What every verb needs: its arguments, the screen, the configuration, the state
 * directory.
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
    StateDirectory *state; /* NULL: state_note says why */
    char *state_note;      /* NULL, or why there is no ledger to read */
} Session;

void session_clear(Session *session);

/* Reads the configuration; --socket and RGC_SOCKET go before it. -EINVAL and others of config_load: exit 2. */
int session_load_config(Session *session, Error *err);
/* In place of a configuration that cannot be read. */
void session_use_defaults(Session *session);
/* --host and DOCKER_HOST go before the configuration's host. -EINVAL: what they name is none. */
int session_choose_host(Session *session, Error *err);
/* Opens the state directory for reading; without it the session goes on, and says so. */
void session_open_state(Session *session);
const char *session_state_path(const Session *session);
/* The agent's socket; --socket and RGC_SOCKET go before the configuration. */
const char *session_socket(const Session *session, const Config *config);
PassOptions session_pass_options(const Session *session, const PassProgress *progress);
/* pass_plan for this session, with the note on a missing ledger. */
int session_plan(Session *session, Pass *ret, Error *err);
/* The same, with what else holds the disk. */
int session_survey(Session *session, bool is_deep, const PassProgress *progress, Pass *ret, Error *err);

/* Prints and frees a document. */
void print_document(const Screen *screen, char *json);

/* verb_NAME of each row; returns an ExitCode. */
#define VERB(name, ...) VerbMain verb_##name;
#include "verbs.def"
