/* SPDX-License-Identifier: MIT */
#include "labels.h"

/* rgc(1) lists the same sentences; a test compares them. */
static const struct {
    const char *explained, *remedy;
} reasons[REASON_MAX_] = {
    [REASON_CURRENT] = {"It is the current release of an app.",
                        "It ranks as a previous release once a newer one runs."},
    [REASON_PROTECTED] = {"The configuration protects it, or a label rgc.keep=true on it or on a container of it.",
                          "Take it out of [protect] in rgc.conf, or deploy without the label."},
    [REASON_INFRASTRUCTURE] = {"It is a proxy, a builder or a registry in use, or rgc itself.",
                               "It ranks as a release once another version of it is in use."},
    [REASON_YOUNG] = {"It arrived a short while ago and has not run since.",
                      "It waits for [retention] min_age after its arrival, or until it runs."},
    [REASON_DEPLOYING] = {"A deploy of its app may be under way.",
                          "It waits until nothing has arrived or been created in the app for [retention] quiet."},
    [REASON_NEXT] = {"It arrived after the current release and has not run yet: it may be the next one.",
                     "It waits until a later arrival has served, at most 7 days."},
    [REASON_ROLLBACK] = {"It is one of the previous releases kept for a rollback.",
                         "Newer releases push it out; [retention] keep_previous says how many are kept."},
    [REASON_RECENT] = {"It ran within keep_for.", "It may go once it has not run for [retention] keep_for."},
    [REASON_MOVING_TAG] = {"It has a tag such as latest, which moves from release to release.",
                           "It may go once the tag has moved on to another image."},
    [REASON_IN_USE] = {"It would go, but a container that stays uses it.",
                       "It may go once the containers that use it are removed."},
    [REASON_JOB] = {"It is used by containers that end by themselves, such as docker run --rm.",
                    "It may go once it has not been used for [retention] jobs_max_unused."},
    [REASON_IDLE] = {"Nothing of its app has run for 30 days.",
                     "[retention] idle_apps, such as 90d, lets it go; so does docker image rm."},
    [REASON_UNMANAGED] = {"No container here has ever used it.",
                          "[retention] unmanaged_max_unused, such as 30d, lets it go; so does docker image rm."},
    [REASON_SUPERSEDED] = {"Enough newer releases of its app are kept.",
                           "A higher [retention] keep_previous keeps more; [protect] keeps this one."},
    [REASON_FAILED] = {"It never served, and a newer release has, or a day has passed.",
                       "[protect] in rgc.conf keeps it."},
    [REASON_DANGLING] = {"It has no tag and nothing needs it.", "[retention] dangling = keep keeps it."},
    [REASON_UNUSED] = {"It has not been used for as long as the configuration allows.",
                       "[protect] in rgc.conf keeps it; so does a longer time in [retention]."},
    [REASON_PRESSURE] = {"The disk is above [disk] high, and this makes room.",
                         "More free space, a higher [disk] high or [disk] keep_previous keeps it."},
};

const char *reason_explained(Reason reason)
{
    return (unsigned int)reason < REASON_MAX_ ? reasons[reason].explained : NULL;
}

const char *reason_remedy(Reason reason)
{
    return (unsigned int)reason < REASON_MAX_ ? reasons[reason].remedy : NULL;
}
