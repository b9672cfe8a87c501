/* SPDX-License-Identifier: MIT */
/* What `rgc check` looks at, one after the other, each with one sentence. */
#pragma once

#include "cli/session.h"

#include <rgc/report_json.h>

typedef struct Checks {
    CheckResult *items;
    size_t count;
    int exit_code; /* of the worst: configuration, engine, then any other */
} Checks;

void checks_run(Session *session, Checks *ret);
void checks_clear(Checks *checks);
/* Steals `detail`. */
void checks_add(Checks *checks, const char *name, bool ok, char *detail);
/* Of each Kamal service: does its retain_containers leave what rgc keeps? */
void check_kamal(const Plan *plan, Checks *ret);
/* What a pass cannot read, and what it is not let see. */
void check_gaps(const Pass *pass, Checks *ret);
/* Of each [app] section and [protect] pattern: does it find anything here? */
void check_patterns(const Plan *plan, Checks *ret);

void show_checks(const Screen *screen, const Checks *checks);
/* Every key with its value, "*" where it is not the default. */
void show_config(const Screen *screen, const Config *config);
