/* SPDX-License-Identifier: MIT */
/* A plan: what a pass would remove, what waits, and what is kept, each by app and with the reason. */
#include "show.h"
#include "texts.h"

#include <string.h>

#define NO_ROW (NO_APP - 1)

/* Sorts by app, and puts the image that ran most recently first, as people think of releases. */
static int compare_images(const void *a, const void *b)
{
    const PlannedImage *left = *(const PlannedImage *const *)a, *right = *(const PlannedImage *const *)b;
    size_t left_app = deciding_app(left), right_app = deciding_app(right);
    if (left_app != right_app)
        return left_app < right_app ? -1 : 1;
    if (left_app == NO_APP && left->judgement.reason != right->judgement.reason)
        return left->judgement.reason < right->judgement.reason ? -1 : 1;
    if (left->last_run != right->last_run)
        return left->last_run > right->last_run ? -1 : 1;
    if (left->arrived != right->arrived)
        return left->arrived > right->arrived ? -1 : 1;
    return left->image->created > right->image->created ? -1 : left->image->created < right->image->created;
}

/* Returns the images with this verdict, sorted. Caller frees. */
static const PlannedImage **images_with(const Plan *plan, Verdict verdict, size_t *ret_count)
{
    const PlannedImage **found = xcalloc(plan->n_images + 1, sizeof(*found));
    size_t count = 0;
    for (size_t i = 0; i < plan->n_images; i++)
        if (plan->images[i].judgement.verdict == verdict)
            found[count++] = &plan->images[i];
    qsort(found, count, sizeof(found[0]), compare_images);
    *ret_count = count;
    return found;
}

static const Color verdict_colors[VERDICT_MAX_] = {
    [VERDICT_KEEP] = COLOR_KEEP,
    [VERDICT_WAIT] = COLOR_WAIT,
    [VERDICT_REMOVE] = COLOR_REMOVE,
};

/* Adds the app as a heading above its images and containers, unless the row before belongs to it too. `*previous` is
 * the app of that row, and NO_ROW at first. */
static void add_app(Table *table, const Plan *plan, size_t app, size_t *previous)
{
    cleanup_with(free_charp) char *label = app_label(plan, app);
    if (app != *previous)
        table_heading(table, label[0] ? label : "not part of an app");
    *previous = app;
}

/* The text begins with the time for which a thing waits, so that even a row that is cut shows it. */
static void add_why(Table *table, const Judgement *judgement, Time now)
{
    cleanup_with(free_charp) char *why = judgement_text(judgement, now);
    table_add(table, COLOR_PLAIN, "%s", why);
}

static void add_image(Table *table, const Plan *plan, const PlannedImage *image, size_t *app)
{
    const Judgement *judgement = &image->judgement;
    cleanup_with(free_charp) char *label = image_label(image->image);
    char bytes[TEXT_MAX];
    add_app(table, plan, deciding_app(image), app);
    table_add(table, COLOR_PLAIN, "%s", label);
    table_add(table, COLOR_PLAIN, "%s", format_bytes(bytes, image->image->size_bytes));
    table_add(table, verdict_colors[judgement->verdict], "%s", reason_to_string(judgement->reason));
    add_why(table, judgement, plan->now);
}

static void show_images(const Screen *screen, const Plan *plan, Verdict verdict)
{
    static const Column columns[] = {
        {"IMAGE", COLUMN_NAME},
        {"SIZE", COLUMN_NUMBER},
        {"REASON", COLUMN_WORD},
        {"", COLUMN_TEXT},
    };
    size_t count, app = NO_ROW;
    const PlannedImage **images = images_with(plan, verdict, &count);
    cleanup_with(table_clear) Table table;
    table_init(&table, screen, columns, 4);
    for (size_t i = 0; i < count; i++)
        add_image(&table, plan, images[i], &app);
    table_print(&table, 4);
    free(images);
}

static int compare_containers(const void *a, const void *b)
{
    const PlannedContainer *left = *(const PlannedContainer *const *)a, *right = *(const PlannedContainer *const *)b;
    if (left->app != right->app)
        return left->app < right->app ? -1 : 1;
    return strcmp(left->container->name, right->container->name);
}

/* Returns the containers with this verdict, sorted. Caller frees. */
static const PlannedContainer **containers_with(const Plan *plan, Verdict verdict, size_t *ret_count)
{
    const PlannedContainer **found = xcalloc(plan->n_containers + 1, sizeof(*found));
    size_t count = 0;
    for (size_t i = 0; i < plan->n_containers; i++)
        if (plan->containers[i].judgement.verdict == verdict)
            found[count++] = &plan->containers[i];
    qsort(found, count, sizeof(found[0]), compare_containers);
    *ret_count = count;
    return found;
}

static void show_containers(const Screen *screen, const Plan *plan, Verdict verdict)
{
    static const Column columns[] = {
        {"CONTAINER", COLUMN_NAME},
        {"STATE", COLUMN_WORD},
        {"REASON", COLUMN_WORD},
        {"", COLUMN_TEXT},
    };
    size_t count, app = NO_ROW;
    const PlannedContainer **containers = containers_with(plan, verdict, &count);
    cleanup_with(table_clear) Table table;
    table_init(&table, screen, columns, 4);
    for (size_t i = 0; i < count; i++) {
        const PlannedContainer *planned = containers[i];
        add_app(&table, plan, planned->app, &app);
        table_add(&table, COLOR_PLAIN, "%s", planned->container->name);
        table_add(&table, COLOR_PLAIN, "%s", container_state_to_string(planned->container->state));
        table_add(&table, verdict_colors[verdict], "%s", reason_to_string(planned->judgement.reason));
        add_why(&table, &planned->judgement, plan->now);
    }
    table_print(&table, 4);
    free(containers);
}

static void show_cache(const Screen *screen, const Plan *plan)
{
    const PlannedCache *cache = &plan->cache;
    char evict[TEXT_MAX], all[TEXT_MAX], window[TEXT_MAX];
    if (cache->is_known && cache->evict_records > 0)
        screen_say(screen, 2, COLOR_PLAIN, "build cache: %s of %s, in %zu record%s %s%s",
                   format_bytes(evict, cache->evict_bytes), format_bytes(all, cache->total_bytes), cache->evict_records,
                   plural(cache->evict_records), cache->max_unused_usec > 0 ? "not used for " : "not in use",
                   cache->max_unused_usec > 0 ? format_duration(window, cache->max_unused_usec) : "");
    if (cache->is_blind)
        screen_say(screen, 2, COLOR_PLAIN,
                   "build cache: what has not been used for %s; rgc cannot know how much that is",
                   format_duration(window, cache->max_unused_usec));
    for (size_t i = 0; i < plan->n_builders; i++)
        if (plan->builders[i].prune || plan->builders[i].removes)
            screen_say(screen, 2, COLOR_PLAIN, "builder %s: %s", plan->builders[i].builder->name,
                       plan->builders[i].reason ? plan->builders[i].reason : "rgc prunes its cache");
}

static void show_removals(const Screen *screen, const Plan *plan)
{
    cleanup_with(free_charp) char *what = removals_text(plan);
    cleanup_with(free_charp) char *bytes = estimate_text(plan);
    VerdictCounts counts = plan_counts(plan);
    screen_say(screen, 0, COLOR_TITLE, "Would remove %s; frees %s", what, bytes);
    if (counts.images[VERDICT_REMOVE] > 0)
        show_images(screen, plan, VERDICT_REMOVE);
    if (counts.containers[VERDICT_REMOVE] > 0) {
        fputc('\n', screen->out);
        show_containers(screen, plan, VERDICT_REMOVE);
    }
    show_cache(screen, plan);
}

void show_plan(const Screen *screen, const Pass *pass)
{
    const Plan *plan = &pass->plan;
    VerdictCounts counts = plan_counts(plan);
    show_engine(screen, &pass->snapshot.engine);
    show_disks(screen, pass->snapshot.disks, pass->snapshot.n_disks);
    show_notes(screen, pass);
    fputc('\n', screen->out);
    if (plan_removes_anything(plan))
        show_removals(screen, plan);
    else
        show_nothing_to_remove(screen, plan);
    if (counts.images[VERDICT_WAIT] + counts.containers[VERDICT_WAIT] > 0)
        screen_title(screen, "Kept for now");
    if (counts.images[VERDICT_WAIT] > 0)
        show_images(screen, plan, VERDICT_WAIT);
    if (counts.images[VERDICT_WAIT] > 0 && counts.containers[VERDICT_WAIT] > 0)
        fputc('\n', screen->out);
    if (counts.containers[VERDICT_WAIT] > 0)
        show_containers(screen, plan, VERDICT_WAIT);
    if (counts.images[VERDICT_KEEP] > 0) {
        screen_title(screen, "Kept");
        show_images(screen, plan, VERDICT_KEEP);
    }
    size_t kept = counts.containers[VERDICT_KEEP];
    if (kept > 0) {
        fputc('\n', screen->out);
        screen_say(screen, 0, COLOR_PLAIN, "%zu container%s %s kept; rgc why NAME says why.", kept, plural(kept),
                   kept == 1 ? "is" : "are");
    }
}
