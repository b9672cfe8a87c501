/* SPDX-License-Identifier: MIT */
/* What `rgc check` looks at, one thing after the other, each with one sentence. */
#pragma once

#include "cli/session.h"

#include <rgc/report_json.h>

typedef struct Checks {
    CheckResult *items;
    size_t count;
    int exit_code; /* that of the worst result: the configuration, then the engine, then any other */
} Checks;

/* Makes all checks, or with --config-only the first. It never fails: what cannot be checked is a result. */
void checks_run(Session *session, Checks *ret);
void checks_clear(Checks *checks);
/* Adds a result. `name` must be static; `detail` belongs to `checks` from then on. */
void checks_add(Checks *checks, const char *name, bool ok, char *detail);
/* Does retain_containers of each Kamal service leave what rgc keeps? */
void check_kamal(const Plan *plan, Checks *ret);
/* What can a pass not read, and what is it not allowed to see? */
void check_gaps(const Pass *pass, Checks *ret);
/* Does each [app] section and [protect] pattern match anything here? */
void check_patterns(const Plan *plan, Checks *ret);

void show_checks(const Screen *screen, const Checks *checks);
/* Prints every key with its value; "*" marks a value that is not the default. */
void show_config(const Screen *screen, const Config *config);
