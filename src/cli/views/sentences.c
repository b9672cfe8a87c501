/* SPDX-License-Identifier: MIT */
/*
 * The sentences of each reason, from include/rgc/reasons.def, and those that differ from them: for what waits, for
 * containers, for builders. A remedy must be something that still helps: never a key that is set already.
 */
#include "sentences.h"

#include <rgc/ownership.h>

/* Sentences of an image that waits before it is removed, if they differ from those of its reason. */
static const Sentences waiting_images[REASON_MAX_] = {
    [REASON_FAILED] = {"It never served.",
                       "rgc removes it once a newer release has served, or a day after its last container ended; "
                       "[protect] in rgc.conf keeps it."},
    [REASON_DANGLING] = {"It has no tag, and rgc did not see how it arrived or lost its tag, so it may be a release.",
                         "rgc removes it 7 days after it first saw it without a tag, unless a container runs it; "
                         "[retention] dangling = keep keeps it."},
    [REASON_SUPERSEDED] =
        {"Enough newer releases of its app are kept, but a job may use it, as it was here before rgc or rgc "
         "missed events since it came.",
         "rgc removes it once it has been here unused for [retention] jobs_max_unused; [protect] keeps it."},
};

/* Remedies if the key that the remedy of the reason names is set already. */
static const char *const remedies_with_time[REASON_MAX_] = {
    [REASON_IDLE] =
        "rgc removes it once its app has been idle for [retention] idle_apps; docker image rm removes it at "
        "once.",
    [REASON_UNMANAGED] =
        "rgc removes it once nothing has used it for [retention] unmanaged_max_unused; docker image rm "
        "removes it at once.",
};
static const char remedy_of_endless_job[] =
    "If [retention] jobs_max_unused is set, such as to 30d, rgc removes it after "
    "that time; docker image rm removes it at once.";
static const char remedy_of_kept_dangling[] =
    "With [retention] dangling = remove, rgc removes it; so does docker image "
    "rm.";

/* rgc removes stopped release containers of Kamal, with their release, and builders, and no other container. */
static const Sentences containers[REASON_MAX_] = {
    [REASON_CURRENT] =
        {"It belongs to the current release of an app.",
         "rgc removes it only if it is a stopped container of Kamal, after newer releases have superseded "
         "this one."},
    [REASON_PROTECTED] =
        {"The configuration protects it or its image, or a label rgc.keep=true does.",
         "Remove the entry of its image from [protect] in rgc.conf, set [retention] superseded_containers = remove, or "
         "deploy without the label, whichever protects it."},
    [REASON_INFRASTRUCTURE] =
        {"It has the name of a builder, or belongs to rgc itself or to a proxy or a registry in use.",
         "rgc does not remove it; docker rm does."},
    [REASON_YOUNG] =
        {"Its image arrived a short while ago, or rgc first saw it a short while ago; no container has run "
         "it since.",
         "rgc keeps it for [retention] min_age from then on, and judges it earlier if a container runs its "
         "image."},
    [REASON_DEPLOYING] =
        {"A deploy of its app may be under way.",
         "rgc keeps it until [retention] quiet has passed since an image last arrived, or a container was "
         "last created, in its app or in another destination of the same service."},
    [REASON_NEXT] = {"Its release arrived after the current one and has not run yet, so it may be the next release.",
                     "rgc keeps it until a release that arrived later has served."},
    [REASON_ROLLBACK] =
        {"It belongs to a previous release that rgc keeps for a rollback, or the current release has not "
         "served yet.",
         "Newer releases take its place; [retention] keep_previous sets how many are kept."},
    [REASON_RECENT] = {"Its release has run within [retention] keep_for.",
                       "It may be removed once its release has not run for [retention] keep_for."},
    [REASON_MOVING_TAG] = {"Its image has a tag such as latest, which moves from release to release.",
                           "It may be removed once the tag has moved to another image."},
    [REASON_IN_USE] = {"It runs, or rgc does not know how it or another container of its app ran.",
                       "rgc never touches a running container. After it has stopped, rgc removes it with its release "
                       "if it is a Kamal container; otherwise only docker rm removes it."},
    [REASON_UNREADABLE] = {"rgc does not understand what the engine reports about its image.",
                           "It may be removed once rgc understands the report; docker rm removes it in any case."},
    [REASON_IDLE] =
        {"No container of its app has run for 30 days.",
         "[retention] idle_apps, such as 90d, makes rgc remove it with its release; docker rm removes it at "
         "once."},
    [REASON_UNMANAGED] = {"rgc removes only stopped containers of Kamal, with their release, and unused builders.",
                          "rgc never removes this container; docker rm does."},
    [REASON_SUPERSEDED] =
        {"rgc removes its release, or another container of its name has replaced it.",
         "A higher [retention] keep_previous keeps more releases; an entry for its image in [protect] "
         "keeps this one."},
    [REASON_FAILED] = {"Its release never served, and a newer release has served or a day has passed since the last "
                       "container of its release ended.",
                       "An entry for its image in [protect] in rgc.conf keeps it."},
    [REASON_DANGLING] = {"Its image has no tag, and rgc removes it.",
                         "An entry for its image in [protect] in rgc.conf keeps it."},
    [REASON_UNUSED] = {"No container of its app has run for [retention] idle_apps.",
                       "A longer [retention] idle_apps keeps it; so does an entry for its image in [protect]."},
    [REASON_PRESSURE] = {"The disk is above [disk] high, and removing its release makes room.",
                         "More free space, a higher [disk] high or a higher [disk] keep_previous keeps it."},
    [REASON_OTHER] = {"The engine does not list its image, so rgc cannot judge its release.",
                      "rgc does not remove it; docker rm does."},
};

static const Sentences waiting_containers[REASON_MAX_] = {
    [REASON_FAILED] = {"Its release never served.",
                       "rgc removes it once a newer release has served, or a day after the last container of its "
                       "release ended."},
    [REASON_DANGLING] = {"Its image has no tag, and rgc did not see how it arrived or lost its tag, so it may be a "
                         "release.",
                         "rgc removes it with its image, 7 days after it first saw that without a tag, unless a "
                         "container runs it."},
};

/* Sentences for a reason that has none above: containers of a release are judged with their image. */
static const Sentences as_its_image = {"It has the verdict of its image.",
                                       "rgc why says what the verdict on its image means, and what could change it."};

/* A builder is never a release of an app, whatever its image ranks as. */
static const Sentences kept_builder = {
    "It is a builder.",
    "rgc removes a builder only if it has been stopped for [build_cache] orphans, such as 30d; docker rm removes it at "
    "once."};
static const Sentences removed_builder = {"It is a builder that has been stopped for [build_cache] orphans.",
                                          "[build_cache] orphans = keep or a longer time keeps it; so does "
                                          "docker start."};

const char remedy_of_last_image[] =
    "It ran last, so rgc keeps it however long its app stays stopped, even with "
    "[retention] idle_apps. To remove it, use docker rm for its containers, then docker "
    "image rm.";
const char remedy_of_last_container[] = "Its release ran last, so rgc keeps it however long its app stays stopped. To "
                                        "remove it, use docker rm, then docker image rm for its image.";

/* Returns NULL if a builder has the same sentences as any container. */
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

/* Returns the verdict that the sentences are about. A thing that would be removed and waits, but for no time, waits
 * because the pass is suspended: as during the trial, its sentences are those of a removal. */
static Verdict meant_verdict(const Judgement *judgement)
{
    bool is_suspended = judgement->verdict == VERDICT_WAIT && judgement->eligible_at == 0 &&
                        reason_spec(judgement->reason)->verdict == VERDICT_REMOVE;
    return is_suspended ? VERDICT_REMOVE : judgement->verdict;
}

/* Leaves out advice that has been followed already: if a time is set, so is the key that sets it. */
static const char *remedy_of(const PlannedImage *image, const Sentences *sentences)
{
    const Judgement *judgement = &image->judgement;
    if (judgement->eligible_at > 0 && remedies_with_time[judgement->reason])
        return remedies_with_time[judgement->reason];
    if (judgement->reason == REASON_JOB && judgement->eligible_at == 0)
        return remedy_of_endless_job;
    bool is_kept_dangling = judgement->reason == REASON_OTHER && same_text(judgement->detail, DETAIL_KEPT_DANGLING);
    return is_kept_dangling ? remedy_of_kept_dangling : sentences->remedy;
}

static bool runs(const Plan *plan, size_t app)
{
    return app < plan->n_apps && plan->apps[app].is_running;
}

/* Is this the current release only of apps of which nothing runs? */
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
    sentences.remedy = is_last_image(plan, image) ? remedy_of_last_image : remedy_of(image, &sentences);
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
