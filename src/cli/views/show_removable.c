/* SPDX-License-Identifier: MIT */
/*
 * What could be removed: now, later, and which key would remove more. Sizes are shared between images, so a sum is
 * exact only for a set that is estimated together; any other sum says "up to".
 */
#include "status_parts.h"
#include "texts.h"

#include <rgc/ownership.h>
#include <rgc/saturate.h>

typedef struct Sum {
    size_t count;
    int64_t bytes;
    bool is_exact; /* removing all of them frees exactly this; otherwise it may free less */
    Time first;    /* when the first of them may be removed; 0 = no time is known */
} Sum;

static void sum_add(Sum *sum, int64_t bytes, Time at)
{
    sum->count++;
    saturating_grow(&sum->bytes, bytes > 0 ? bytes : 0);
    if (at > 0 && (sum->first == 0 || at < sum->first))
        sum->first = at;
}

/* Is this a release that nobody is known to have used? It waits only because a job may use it. */
static bool may_be_jobs(const Judgement *judgement)
{
    return judgement->reason == REASON_SUPERSEDED && judgement->verdict == VERDICT_WAIT;
}

typedef bool Chooses(const Judgement *judgement, Reason reason);

static bool has_reason(const Judgement *judgement, Reason reason)
{
    return judgement->reason == reason;
}

/* Has a key set the time of such an image? */
static bool has_time(const Judgement *judgement, Reason reason)
{
    return judgement->reason == reason && judgement->eligible_at > 0;
}

static bool has_no_time(const Judgement *judgement, Reason reason)
{
    return judgement->reason == reason && judgement->eligible_at == 0;
}

/* May no key end it, because it may exist nowhere else? */
static bool is_only_copy(const Judgement *judgement, Reason reason)
{
    return judgement->reason == reason && same_text(judgement->detail, DETAIL_ONLY_COPY);
}

/* May no key end it, because it may be a release of an app? */
static bool is_beside_releases(const Judgement *judgement, Reason reason)
{
    return judgement->reason == reason && same_text(judgement->detail, DETAIL_BESIDE_RELEASES);
}

/* Would a key that is not set end it? */
static bool has_no_time_yet(const Judgement *judgement, Reason reason)
{
    return has_no_time(judgement, reason) && !is_only_copy(judgement, reason) && !is_beside_releases(judgement, reason);
}

static bool waits_for_jobs(const Judgement *judgement, Reason reason)
{
    return judgement->reason == reason || may_be_jobs(judgement);
}

static bool waits_otherwise(const Judgement *judgement, Reason reason)
{
    (void)reason;
    return judgement->verdict == VERDICT_WAIT && !may_be_jobs(judgement);
}

/* Adds up the images that `chooses` selects. If rgc does not know which layers they share, each counts with its whole
 * size, and the sum is at most what is on the disk. */
static Sum sum_of(const Pass *pass, Chooses *chooses, Reason reason)
{
    const Plan *plan = &pass->plan;
    bool *chosen = xcalloc(plan->n_images + 1, sizeof(*chosen));
    Sum sum = {0};

    for (size_t i = 0; i < plan->n_images; i++) {
        const Judgement *judgement = &plan->images[i].judgement;
        chosen[i] = chooses(judgement, reason);
        if (chosen[i])
            sum_add(&sum, plan->images[i].image->size_bytes, judgement->eligible_at);
    }
    int64_t alone = holders_alone_bytes(plan, &pass->survey, chosen), used = holders_used_bytes(plan->snapshot);
    sum.is_exact = alone >= 0;
    if (sum.is_exact)
        sum.bytes = alone;
    else if (used >= 0 && used < sum.bytes)
        sum.bytes = used;
    free(chosen);
    return sum;
}

/* Returns "200 MB (2 images)" or "up to 200 MB (2 images)". Caller frees. */
static char *sum_text(const Sum *sum)
{
    char bytes[TEXT_MAX];

    return xasprintf("%s%s (%zu image%s)", sum->is_exact ? "" : "up to ", format_bytes(bytes, sum->bytes), sum->count,
                     plural(sum->count));
}

/* Returns the command that removes at once what the plan removes. */
static const char *collecting_command(const Plan *plan, bool has_agent)
{
    if (plan->suspension == SUSPENSION_TRIAL)
        return "sudo rgc collect --here --end-trial";
    return has_agent ? "rgc collect" : "sudo rgc collect --here";
}

static void show_now(const Screen *screen, const Plan *plan, bool has_agent)
{
    if (!plan_removes_anything(plan)) {
        screen_say(screen, 2, COLOR_KEEP, "now: nothing");
        return;
    }
    cleanup_with(free_charp) char *what = removals_text(plan);
    cleanup_with(free_charp) char *estimate = estimate_text(plan);
    screen_say(screen, 2, COLOR_REMOVE, "now: %s, by %s: %s", estimate, collecting_command(plan, has_agent), what);
}

static void show_later(const Screen *screen, const Pass *pass)
{
    Sum waiting = sum_of(pass, waits_otherwise, 0);
    cleanup_with(free_charp) char *what = sum_text(&waiting);
    cleanup_with(free_charp) char *when = eligible_text(waiting.first, pass->plan.now);

    if (waiting.count > 0)
        screen_say(screen, 2, COLOR_WAIT, "later: %s in %s grace period%s%s", what,
                   waiting.count == 1 ? "its" : "their",
                   !waiting.first       ? ""
                   : waiting.count == 1 ? ", which ends "
                                        : "; the first ends ",
                   waiting.first ? when : "");
}

/* Prints "jobs: 120 MB (2 images) from tomorrow 03:00 (in 15h); jobs_max_unused". */
static void show_timed(const Screen *screen, const Pass *pass, const char *what, const Sum *sum, const char *key)
{
    cleanup_with(free_charp) char *text = sum_text(sum);
    cleanup_with(free_charp) char *when = eligible_text(sum->first, pass->plan.now);

    if (sum->count > 0)
        screen_say(screen, 2, COLOR_PLAIN, "%s: %s from %s; %s", what, text, when, key);
}

static void show_kept(const Screen *screen, const Pass *pass, Chooses *chooses, Reason reason, const char *remedy)
{
    Sum sum = sum_of(pass, chooses, reason);
    cleanup_with(free_charp) char *text = sum_text(&sum);
    const char *what = reason == REASON_IDLE ? "idle apps" : reason == REASON_JOB ? "jobs" : reason_to_string(reason);

    if (sum.count > 0)
        screen_say(screen, 2, COLOR_PLAIN, "%s: %s%s%s", what, text, remedy[0] ? "; " : "", remedy);
}

/* Prints what waits for a time that a key of [retention] has set. */
static void show_waiting_for_keys(const Screen *screen, const Pass *pass)
{
    Sum jobs = sum_of(pass, waits_for_jobs, REASON_JOB), idle = sum_of(pass, has_time, REASON_IDLE),
        unmanaged = sum_of(pass, has_time, REASON_UNMANAGED);

    if (jobs.first > 0)
        show_timed(screen, pass, "jobs", &jobs, "jobs_max_unused");
    else
        show_kept(screen, pass, has_reason, REASON_JOB, "jobs_max_unused = 30d would remove old ones");
    show_timed(screen, pass, "unmanaged", &unmanaged, "unmanaged_max_unused");
    show_timed(screen, pass, "idle apps", &idle, "idle_apps");
}

/* Adds up the volumes without a builder that [build_cache] orphans would remove if it were set. */
static Sum left_by_builders(const Plan *plan)
{
    Sum sum = {.is_exact = true};

    for (size_t i = 0; i < plan->n_builders; i++) {
        const PlannedBuilder *builder = &plan->builders[i];
        if (!builder->builder->container_id && builder->needs_orphans)
            sum_add(&sum, builder->cache_bytes, 0);
    }
    return sum;
}

static void show_left_by_builders(const Screen *screen, const Plan *plan)
{
    Sum sum = left_by_builders(plan);
    char bytes[TEXT_MAX];

    if (sum.count > 0)
        screen_say(screen, 2, COLOR_PLAIN, "left by builders: %zu volume%s%s%s; orphans = 30d would remove old ones",
                   sum.count, plural(sum.count), sum.bytes > 0 ? ", up to " : "",
                   sum.bytes > 0 ? format_bytes(bytes, sum.bytes) : "");
}

/* Appends ", unmanaged 36 MB" to the list unless the sum is empty. Frees `list`; the caller frees the result. */
static char *with_sum(char *list, const char *what, const Sum *sum)
{
    char bytes[TEXT_MAX];

    if (sum->count == 0)
        return list;
    char *longer = xasprintf("%s%s%s %s%s", list ? list : "", list ? ", " : "", what, sum->is_exact ? "" : "up to ",
                             format_bytes(bytes, sum->bytes));
    free(list);
    return longer;
}

/* Prints, in one line, what rgc would remove only if a key said so. */
static void show_by_setting(const Screen *screen, const Pass *pass)
{
    Sum unmanaged = sum_of(pass, has_no_time_yet, REASON_UNMANAGED), idle = sum_of(pass, has_no_time, REASON_IDLE),
        builders = left_by_builders(&pass->plan);
    char *list = with_sum(NULL, "unmanaged", &unmanaged);

    list = with_sum(list, "idle apps", &idle);
    list = with_sum(list, "left by builders", &builders);
    if (list)
        screen_say(screen, 2, COLOR_PLAIN, "only if configured: %s (rgc status --all)", list);
    free(list);
}

static void show_caches(const Screen *screen, const Plan *plan)
{
    char all[TEXT_MAX], evict[TEXT_MAX], cap[TEXT_MAX];
    const PlannedCache *cache = &plan->cache;

    if (cache->is_known)
        screen_say(screen, 2, COLOR_PLAIN, "build cache: %s, of which the next pass removes %s%s%s",
                   format_bytes(all, cache->total_bytes), format_bytes(evict, cache->evict_bytes),
                   cache->max_size_bytes >= 0 ? "; max_size is " : "",
                   cache->max_size_bytes >= 0 ? format_bytes(cap, cache->max_size_bytes) : "");
    for (size_t i = 0; i < plan->n_builders; i++) {
        const PlannedBuilder *builder = &plan->builders[i];
        screen_say(screen, 2, COLOR_PLAIN, "builder %s: %s, %s%s%s", builder->builder->name,
                   builder->builder->container_id ? container_state_to_string(builder->builder->state) : "volume",
                   builder->cache_bytes >= 0 ? format_bytes(all, builder->cache_bytes) : "size not known",
                   builder->reason ? "; " : "", builder->reason ? builder->reason : "");
    }
}

void show_removable(const Screen *screen, const Pass *pass, bool has_agent, bool is_all)
{
    const Plan *plan = &pass->plan;

    screen_title(screen, "What could be removed");
    show_now(screen, plan, has_agent);
    show_later(screen, pass);
    show_waiting_for_keys(screen, pass);
    if (!is_all) {
        show_by_setting(screen, pass);
        return;
    }
    show_kept(screen, pass, has_no_time_yet, REASON_UNMANAGED, "unmanaged_max_unused = 30d would remove old ones");
    show_kept(screen, pass, is_only_copy, REASON_UNMANAGED,
              "they may exist nowhere else; docker image rm removes them");
    show_kept(screen, pass, is_beside_releases, REASON_UNMANAGED,
              "an app has run from their repository; docker image rm removes them");
    show_kept(screen, pass, has_no_time, REASON_IDLE, "idle_apps = 90d would remove their images");
    show_left_by_builders(screen, plan);
    show_kept(screen, pass, has_reason, REASON_OTHER, "docker image rm removes them");
    show_kept(screen, pass, has_reason, REASON_INFRASTRUCTURE, "");
    show_kept(screen, pass, has_reason, REASON_PROTECTED, "");
    show_caches(screen, plan);
}
