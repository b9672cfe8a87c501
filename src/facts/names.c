/* SPDX-License-Identifier: MIT */
#include <rgc/plan.h>
#include <string.h>

static const char *const verdicts[VERDICT_MAX_] = {
    [VERDICT_KEEP] = "keep",
    [VERDICT_WAIT] = "wait",
    [VERDICT_REMOVE] = "remove",
};

static const char *const reasons[REASON_MAX_] = {
    [REASON_CURRENT] = "current",
    [REASON_PROTECTED] = "protected",
    [REASON_INFRASTRUCTURE] = "infrastructure",
    [REASON_YOUNG] = "young",
    [REASON_DEPLOYING] = "deploying",
    [REASON_NEXT] = "next",
    [REASON_ROLLBACK] = "rollback",
    [REASON_RECENT] = "recent",
    [REASON_MOVING_TAG] = "moving-tag",
    [REASON_IN_USE] = "in-use",
    [REASON_JOB] = "job",
    [REASON_IDLE] = "idle",
    [REASON_UNMANAGED] = "unmanaged",
    [REASON_SUPERSEDED] = "superseded",
    [REASON_FAILED] = "failed",
    [REASON_DANGLING] = "dangling",
    [REASON_UNUSED] = "unused",
    [REASON_PRESSURE] = "pressure",
};

static const char *const app_kinds[APP_KIND_MAX_] = {
    [APP_NONE] = "none",   [APP_KAMAL] = "kamal",           [APP_COMPOSE] = "compose",
    [APP_SWARM] = "swarm", [APP_REPOSITORY] = "repository",
};

const char *verdict_to_string(Verdict verdict)
{
    return verdicts[verdict];
}

const char *reason_to_string(Reason reason)
{
    return reasons[reason];
}

const char *app_kind_to_string(AppKind kind)
{
    return app_kinds[kind];
}

AppKind app_kind_from_string(const char *s)
{
    for (int kind = 0; kind < APP_KIND_MAX_; kind++)
        if (s && strcmp(app_kinds[kind], s) == 0)
            return (AppKind)kind;
    return APP_KIND_MAX_;
}
