/* SPDX-License-Identifier: MIT */
/*
 * The JSON documents of rgc: "rgc/<verb>/1". Sizes in bytes, times in RFC 3339 UTC, IDs in full;
 * the shapes stand in docs/json.md. Every function returns text that the caller frees.
 */
#pragma once

#include <rgc/findings.h>
#include <rgc/pass.h>
#include <rgc/removed.h>

char *json_plan(const Pass *pass); /* rgc/plan/1 */
/* rgc/pass/1: one pass of the history, and what it removed. `summary`: NULL, or its line. */
char *json_history_pass(int64_t number, const char *summary, const RemovedList *removed);
/* rgc/why/1 of what is gone: the removals that the word may mean. */
char *json_why_removed(const RemovedList *removed);
char *json_collect(const Pass *pass); /* rgc/collect/1: plan, outcomes, freed */
/* What the agent said of itself. */
typedef struct AgentFacts {
    const char *state, *next_why, *config_error; /* NULL: it did not say */
    Time next_at;                                /* 0: it plans no pass */
    bool is_watching;
} AgentFacts;
/* rgc/status/1: plan, holders, last, next, agent (NULL: it cannot be reached) */
char *json_status(const Pass *pass, const Strings *history, const AgentFacts *agent);
/* One image or container of the plan, rgc/why/1. */
/* `apps`: indexes into Plan.apps. */
char *json_why_apps(const Pass *pass, const size_t *apps, size_t count);
char *json_why_image(const Pass *pass, const PlannedImage *image);
char *json_why_container(const Pass *pass, const PlannedContainer *container);
/* rgc/audit/1: of these apps, or of one image. */
char *json_audit(const Audited *const *apps, size_t count);
char *json_audit_image(const Audited *image);
/* One line, at most 8 KiB; lists are cut with a count. "error" for a pass that failed before it had a plan. */
typedef struct SummaryCause {
    const char *trigger, *reason; /* "hook", "deployed v7"; reason may be NULL */
} SummaryCause;
char *json_summary(const Pass *pass, int number, const SummaryCause *cause, const char *error);
char *json_history(const Strings *lines); /* rgc/history/1 */

/* One line of `rgc check`: is this in order? */
typedef struct CheckResult {
    const char *name; /* "engine"; stable */
    bool ok;
    char *detail; /* one sentence for people */
} CheckResult;
char *json_check(const CheckResult *results, size_t count); /* rgc/check/1 */
