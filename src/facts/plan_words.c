/* SPDX-License-Identifier: MIT */
/* The words for verdicts, reasons, kinds of apps and suspensions, which JSON, history, metrics and journal use. */
#include <rgc/plan.h>
#include <string.h>

static const char *const verdicts[VERDICT_MAX_] = {
    [VERDICT_KEEP] = "keep",
    [VERDICT_WAIT] = "wait",
    [VERDICT_REMOVE] = "remove",
};

enum { OF_IMAGE = false, OF_RELEASE = true };

static const ReasonSpec reasons[REASON_MAX_] = {
#define REASON(id, name_, verdict_, of_, group_, applies_, until_, describe_, explained_, remedy_)                     \
    [REASON_##id] = {.name = (name_),                                                                                  \
                     .verdict = VERDICT_##verdict_,                                                                    \
                     .is_release = OF_##of_,                                                                           \
                     .group = GROUP_##group_,                                                                          \
                     .explained = (explained_),                                                                        \
                     .remedy = (remedy_)},
#include <rgc/reasons.def>
};

static const char *const app_kinds[APP_KIND_MAX_] = {
    [APP_NONE] = "none",   [APP_KAMAL] = "kamal",           [APP_COMPOSE] = "compose",
    [APP_SWARM] = "swarm", [APP_REPOSITORY] = "repository",
};

const char *verdict_to_string(Verdict verdict)
{
    return verdicts[verdict];
}

const ReasonSpec *reason_spec(Reason reason)
{
    return &reasons[reason];
}

const char *reason_to_string(Reason reason)
{
    return reasons[reason].name;
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

const char *suspension_to_string(Suspension suspension)
{
    static const char *const names[] = {
        [SUSPENSION_NONE] = NULL, [SUSPENSION_CLOCK] = "clock", [SUSPENSION_TRIAL] = "trial"};
    return names[suspension];
}
