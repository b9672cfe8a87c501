/* SPDX-License-Identifier: MIT */
#include "reasons.h"

/* Of an image that would be removed, but not yet, where that is another thing than its reason says. */
static const Sentences waiting_images[REASON_MAX_] = {
    [REASON_FAILED] = {"It never served.",
                       "It goes once a newer release has served, or a day after its last container ended; [protect] in "
                       "rgc.conf keeps it."},
    [REASON_DANGLING] =
        {"It has no tag, and was here before rgc: it may be a release.",
         "It goes 7 days after rgc first saw it, unless it runs; [retention] dangling = keep keeps it."},
};

/* rgc removes stopped release containers of Kamal, with their release, and builders. No other container ever goes. */
static const Sentences containers[REASON_MAX_] = {
    [REASON_CURRENT] = {"It is of the current release of an app.",
                        "rgc removes only stopped containers of Kamal, once their release goes; a newer release takes "
                        "its place."},
    [REASON_PROTECTED] =
        {"The configuration protects it or its image, or a label rgc.keep=true does.",
         "Take its image out of [protect] in rgc.conf, set [retention] superseded_containers = remove, "
         "or deploy without the label."},
    [REASON_INFRASTRUCTURE] = {"It has a builder's name, or is of a proxy or a registry in use, or of rgc itself.",
                               "rgc does not remove it; docker rm does."},
    [REASON_YOUNG] = {"Its image arrived a short while ago, or rgc saw it then for the first time; it has not run since.",
                      "It waits for [retention] min_age after that, or until the image runs."},
    [REASON_DEPLOYING] = {"A deploy of its app may be under way.",
                          "It waits until nothing has arrived or been created in the app, or in another destination of "
                          "its service, for [retention] quiet."},
    [REASON_NEXT] = {"Its release arrived after the current one and has not run yet: it may be the next one.",
                     "It waits until a release that arrived later has served."},
    [REASON_ROLLBACK] = {"It is of a previous release kept for a rollback, or the current release has yet to serve.",
                         "Newer releases push it out; [retention] keep_previous says how many are kept."},
    [REASON_RECENT] = {"Its release ran within keep_for.",
                       "It may go once its release has not run for [retention] keep_for."},
    [REASON_MOVING_TAG] = {"Its image has a tag such as latest, which moves from release to release.",
                           "It may go once the tag has moved on to another image."},
    [REASON_IN_USE] = {"It runs, or rgc cannot tell how it or another one of its app ran.",
                       "rgc never touches a running container. Once stopped, one of a Kamal release goes with its "
                       "release, any other only by docker rm."},
    [REASON_UNREADABLE] = {"What the engine tells of its image cannot be understood.",
                           "It may go once the engine's list shows the image as it shows others; docker rm removes it "
                           "in any case."},
    [REASON_IDLE] = {"Nothing of its app has run for 30 days.",
                     "[retention] idle_apps, such as 90d, lets it go with its release; so does docker rm."},
    [REASON_UNMANAGED] = {"rgc removes only stopped containers of Kamal, with their release, and unused builders.",
                          "rgc never removes it; docker rm does."},
    [REASON_SUPERSEDED] = {"Its release goes, or another container of the same release has replaced it.",
                           "A higher [retention] keep_previous keeps more releases; [protect] with its image keeps "
                           "this one."},
    [REASON_FAILED] = {"Its release never served, and a newer one has, or a day has passed.",
                       "[protect] in rgc.conf with its image keeps it."},
    [REASON_DANGLING] = {"Its image has no tag and goes.", "[protect] in rgc.conf with its image keeps it."},
    [REASON_UNUSED] = {"Nothing of its app has run for [retention] idle_apps.",
                       "A longer [retention] idle_apps keeps it; so does [protect] with its image."},
    [REASON_PRESSURE] = {"The disk is above [disk] high, and its release makes room.",
                         "More free space, a higher [disk] high or [disk] keep_previous keeps it."},
};

static const Sentences waiting_containers[REASON_MAX_] = {
    [REASON_FAILED] = {"Its release never served.",
                       "It goes once a newer release has served, or a day after the last container of this one ended."},
    [REASON_DANGLING] = {"Its image has no tag, and was here before rgc: it may be a release.",
                         "It goes with its image, 7 days after rgc first saw that, unless it runs."},
};

/* Where a reason has none above: containers of a release are judged with their image. */
static const Sentences as_its_image = {"It has the verdict of its image.",
                                       "rgc why says of its image what that means and what could change it."};

/* A builder is never a release of an app, whatever its image ranks as. */
static const Sentences kept_builder = {
    "It is a builder.",
    "rgc removes a builder only when it has been stopped for [build_cache] orphans, such as 30d; docker rm removes it "
    "at once."};
static const Sentences removed_builder = {"It is a builder that has been stopped for [build_cache] orphans.",
                                          "[build_cache] orphans = keep or a longer time keeps it; so does "
                                          "docker start."};

const char remedy_of_last_image[] = "It ran last, so it stays however long nothing of its app runs, and [retention] "
                                    "idle_apps leaves it. To be rid of it: docker rm its containers, then docker "
                                    "image rm.";
const char remedy_of_last_container[] = "It ran last, so it stays however long nothing of its app runs. To be rid of "
                                        "it: docker rm, then docker image rm its image.";

/* NULL: it is as with any container. */
static const Sentences *builder_sentences(Reason reason)
{
    if (reason == REASON_UNUSED)
        return &removed_builder;
    return reason == REASON_CURRENT || reason == REASON_INFRASTRUCTURE ? &kept_builder : NULL;
}

Sentences reason_sentences(Judged what, Verdict verdict, Reason reason)
{
    if ((unsigned int)reason >= REASON_MAX_)
        return (Sentences){0};
    if (what == JUDGED_BUILDER && builder_sentences(reason))
        return *builder_sentences(reason);
    bool is_image = what == JUDGED_IMAGE;
    const Sentences *waiting = is_image ? &waiting_images[reason] : &waiting_containers[reason];
    if (verdict == VERDICT_WAIT && waiting->explained)
        return *waiting;
    if (is_image)
        return (Sentences){reason_spec(reason)->explained, reason_spec(reason)->remedy};
    return containers[reason].explained ? containers[reason] : as_its_image;
}

/* What would be removed and waits for no time only waits for the clock: it is as if it were removed. */
static Verdict meant_verdict(const Judgement *judgement)
{
    bool is_held = judgement->verdict == VERDICT_WAIT && judgement->eligible_at == 0 &&
                   reason_spec(judgement->reason)->verdict == VERDICT_REMOVE;
    return is_held ? VERDICT_REMOVE : judgement->verdict;
}

static bool runs(const Plan *plan, size_t app)
{
    return app < plan->n_apps && plan->apps[app].is_running;
}

/* The current release of apps of which nothing runs. */
static bool is_last_image(const Plan *plan, const PlannedImage *image)
{
    bool is_last = false;
    for (size_t i = 0; i < image->n_apps; i++) {
        if (image->apps[i].judgement.reason != REASON_CURRENT)
            continue;
        if (runs(plan, image->apps[i].app))
            return false;
        is_last = true;
    }
    return is_last && image->judgement.reason == REASON_CURRENT;
}

Sentences image_sentences(const Plan *plan, const PlannedImage *image)
{
    const Judgement *judgement = &image->judgement;
    Sentences sentences = reason_sentences(JUDGED_IMAGE, meant_verdict(judgement), judgement->reason);
    if (is_last_image(plan, image))
        sentences.remedy = remedy_of_last_image;
    return sentences;
}

Sentences container_sentences(const Plan *plan, const PlannedContainer *container)
{
    const Judgement *judgement = &container->judgement;
    Judged what = plan_builder(plan, container->container->id) ? JUDGED_BUILDER : JUDGED_CONTAINER;
    Sentences sentences = reason_sentences(what, meant_verdict(judgement), judgement->reason);
    if (what == JUDGED_CONTAINER && judgement->reason == REASON_CURRENT && !runs(plan, container->app))
        sentences.remedy = remedy_of_last_container;
    return sentences;
}
