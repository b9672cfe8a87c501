/* SPDX-License-Identifier: MIT */
/*
 * The JSON documents of rgc, "rgc/<verb>/1", for programs. docs/json.md describes them, and they only ever gain
 * members. Sizes are in bytes, times are RFC 3339 in UTC, IDs are complete, and what is unknown is null. Text from
 * outside is made valid UTF-8.
 *
 * Every function returns text, which the caller frees, and none fails: when memory runs out, the process ends.
 */
#pragma once

#include <rgc/findings.h>
#include <rgc/pass.h>
#include <rgc/removed.h>

char *json_plan(const Pass *pass); /* rgc/plan/1 */
/* rgc/pass/1: one pass of the history, and what it removed. `summary` is its line, or NULL if the history does not go
 * back that far. */
char *json_history_pass(int64_t number, const char *summary, const RemovedList *removed);
/* rgc/why/1 for something that was removed: the removals that the word may mean. */
char *json_why_removed(const RemovedList *removed);
char *json_collect(const Pass *pass); /* rgc/collect/1: plan, outcomes, freed */

/* What the agent says of itself. */
typedef struct AgentFacts {
    const char *state, *next_why, *config_error; /* NULL if it does not say */
    Time next_at;                                /* 0 if it plans no pass */
    bool is_following;
} AgentFacts;
/* rgc/status/1: plan, holders, last, next, agent. `agent` is NULL if it cannot be reached. */
char *json_status(const Pass *pass, const Strings *history, const AgentFacts *agent);
/* rgc/why/1: apps, as indexes into Plan.apps, or one image or container of the plan. */
char *json_why_apps(const Pass *pass, const size_t *apps, size_t count);
char *json_why_image(const Pass *pass, const PlannedImage *image);
char *json_why_container(const Pass *pass, const PlannedContainer *container);
/* rgc/audit/1: of these apps, or of one image. */
char *json_audit(const Audited *const *apps, size_t count);
char *json_audit_image(const Audited *image);

typedef struct SummaryCause {
    const char *trigger, *reason; /* "hook", "deployed v7"; reason may be NULL */
} SummaryCause;
/* rgc/summary/1: one line of at most 8 KiB, in which lists that are too long are cut and the cut is counted. `error`
 * says why the pass failed, if its report does not; it may be NULL. */
char *json_summary(const Pass *pass, int number, const SummaryCause *cause, const char *error);
char *json_history(const Strings *lines); /* rgc/history/1 */

/* One result of `rgc check`. */
typedef struct CheckResult {
    const char *name; /* what was tested, such as "engine"; a name never changes */
    bool ok;          /* it is in order */
    char *detail;     /* one sentence for people */
} CheckResult;
char *json_check(const CheckResult *results, size_t count); /* rgc/check/1 */
