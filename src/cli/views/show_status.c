/* SPDX-License-Identifier: MIT */
#include "labels.h"
#include "show.h"

#include <rgc/holders.h>
#include <rgc/report_json.h>
#include <rgc/saturate.h>

/* Where the disk went is told by the first few; the apps' own table has them all. */
#define HOLDERS_MAX 12

static void add_bytes(Table *table, int64_t bytes)
{
    char text[TEXT_MAX];
    table_add(table, COLOR_PLAIN, "%s", bytes > 0 ? format_bytes(text, bytes) : "");
}

static void add_app(Table *table, const Plan *plan, const PlannedApp *app)
{
    bool is_ready = app->rollback_ready >= app->rollback_wanted;
    cleanup_with(free_charp) char *id = app->current.count > 0 ? short_id(app->current.items[0]) : xstrdup("");
    cleanup_with(free_charp) char *when = when_text(app->last_run, plan->now);
    table_add(table, COLOR_PLAIN, "%s", app->name);
    table_add(table, COLOR_PLAIN, "%s", app->destination ? app->destination : "");
    table_add(table, COLOR_KEEP, "%s", app->current_version ? app->current_version : id);
    table_add(table, is_ready ? COLOR_KEEP : COLOR_WAIT, "%d/%d", app->rollback_ready, app->rollback_wanted);
    add_bytes(table, app->size_bytes);
    add_bytes(table, app->remove_bytes);
    table_add(table, app->is_idle ? COLOR_WAIT : COLOR_PLAIN, "%s%s", app->is_running ? "running" : when,
              app->is_idle ? ", idle" : "");
}

static void show_apps(const Screen *screen, const Plan *plan)
{
    static const Column columns[] = {
        {"APP", COLUMN_NAME},    {"DESTINATION", COLUMN_WORD}, {"CURRENT", COLUMN_NAME},  {"ROLLBACK", COLUMN_WORD},
        {"SIZE", COLUMN_NUMBER}, {"GOES", COLUMN_NUMBER},      {"LAST RUN", COLUMN_WORD},
    };
    cleanup_with(table_clear) Table table;
    table_init(&table, screen, columns, 7);
    if (plan->n_apps == 0) {
        screen_say(screen, 0, COLOR_PLAIN, "No app has run here that rgc knows of.");
        return;
    }
    for (size_t i = 0; i < plan->n_apps; i++)
        add_app(&table, plan, &plan->apps[i]);
    table_print(&table, 0);
}

static void show_not_ready(const Screen *screen, const Plan *plan)
{
    for (size_t i = 0; i < plan->n_apps; i++) {
        cleanup_with(free_charp) char *label = app_title(plan, i);
        for (size_t j = 0; j < plan->apps[i].n_not_ready; j++)
            screen_say(screen, 0, COLOR_WAIT, "%s: no rollback to %s: %s", label,
                       plan->apps[i].not_ready[j].version ? plan->apps[i].not_ready[j].version : "one release",
                       plan->apps[i].not_ready[j].why);
    }
}

typedef struct Sum {
    size_t count;
    int64_t bytes;
} Sum;

static Sum sum_of(const Plan *plan, Reason reason)
{
    Sum sum = {0};
    for (size_t i = 0; i < plan->n_images; i++) {
        if (plan->images[i].judgement.reason != reason)
            continue;
        sum.count++;
        saturating_grow(&sum.bytes, plan->images[i].image->size_bytes);
    }
    return sum;
}

static void show_kept(const Screen *screen, const Plan *plan, Reason reason, const char *what, const char *remedy)
{
    Sum sum = sum_of(plan, reason);
    char bytes[TEXT_MAX];
    if (sum.count > 0)
        screen_say(screen, 2, COLOR_PLAIN, "%s: %zu image%s, up to %s%s%s", what, sum.count, plural(sum.count),
                   format_bytes(bytes, sum.bytes), remedy[0] ? "; " : "", remedy);
}

static int64_t waiting_bytes(const Plan *plan)
{
    int64_t bytes = 0;
    for (size_t i = 0; i < plan->n_images; i++)
        saturating_grow(&bytes,
                        plan->images[i].judgement.verdict == VERDICT_WAIT ? plan->images[i].image->size_bytes : 0);
    return bytes;
}

/* Volumes without a builder, which only [build_cache] orphans lets go. */
static void show_left_by_builders(const Screen *screen, const Plan *plan)
{
    Sum sum = {0};
    char bytes[TEXT_MAX];
    for (size_t i = 0; i < plan->n_builders; i++) {
        const PlannedBuilder *builder = &plan->builders[i];
        if (builder->builder->container_id || builder->removes)
            continue;
        sum.count++;
        saturating_grow(&sum.bytes, builder->cache_bytes > 0 ? builder->cache_bytes : 0);
    }
    if (sum.count > 0)
        screen_say(screen, 2, COLOR_PLAIN,
                   "left by builders: %zu volume%s%s%s; [build_cache] orphans = 30d lets old ones go", sum.count,
                   plural(sum.count), sum.bytes > 0 ? ", up to " : "",
                   sum.bytes > 0 ? format_bytes(bytes, sum.bytes) : "");
}

/* What does so at once. */
static const char *collecting_command(const Plan *plan, bool has_agent)
{
    if (plan->hold == HOLD_TRIAL)
        return "sudo rgc collect --here --end-trial";
    return has_agent ? "rgc collect" : "sudo rgc collect --here";
}

static void show_reclaimable(const Screen *screen, const Plan *plan, bool has_agent)
{
    VerdictCounts counts = plan_counts(plan);
    char bytes[TEXT_MAX];
    screen_title(screen, "Reclaimable");
    if (plan_removes_anything(plan)) {
        cleanup_with(free_charp) char *what = removals_text(plan);
        cleanup_with(free_charp) char *estimate = estimate_text(plan);
        screen_say(screen, 2, COLOR_REMOVE, "now: %s, by %s: %s", estimate, collecting_command(plan, has_agent), what);
    } else {
        screen_say(screen, 2, COLOR_KEEP, "now: nothing");
    }
    if (counts.images[VERDICT_WAIT] > 0) {
        cleanup_with(free_charp) char *next = eligible_text(plan->next_at, plan->now);
        size_t waiting = counts.images[VERDICT_WAIT];
        screen_say(screen, 2, COLOR_WAIT, "later: %zu image%s that wait%s, up to %s%s%s", waiting, plural(waiting),
                   waiting == 1 ? "s" : "", format_bytes(bytes, waiting_bytes(plan)),
                   plan->next_at ? ", the first until " : "", plan->next_at ? next : "");
    }
    show_kept(screen, plan, REASON_UNMANAGED, "unmanaged", "[retention] unmanaged_max_unused = 30d lets old ones go");
    show_kept(screen, plan, REASON_IDLE, "idle apps", "[retention] idle_apps = 90d lets old ones go");
    show_kept(screen, plan, REASON_JOB, "jobs", "each goes when unused for [retention] jobs_max_unused");
    show_kept(screen, plan, REASON_INFRASTRUCTURE, "infrastructure", "");
    show_kept(screen, plan, REASON_PROTECTED, "protected", "");
    show_left_by_builders(screen, plan);
}

static void show_caches(const Screen *screen, const Plan *plan)
{
    char all[TEXT_MAX], evict[TEXT_MAX], cap[TEXT_MAX];
    const PlannedCache *cache = &plan->cache;
    if (!cache->is_known && plan->n_builders == 0)
        return;
    screen_title(screen, "Build cache");
    if (cache->is_known)
        screen_say(screen, 2, COLOR_PLAIN, "engine: %s, of which %s goes%s%s", format_bytes(all, cache->total_bytes),
                   format_bytes(evict, cache->evict_bytes), cache->max_size_bytes >= 0 ? "; at most " : "",
                   cache->max_size_bytes >= 0 ? format_bytes(cap, cache->max_size_bytes) : "");
    for (size_t i = 0; i < plan->n_builders; i++) {
        const PlannedBuilder *builder = &plan->builders[i];
        screen_say(screen, 2, COLOR_PLAIN, "builder %s: %s, %s%s%s", builder->builder->name,
                   builder->builder->container_id ? container_state_to_string(builder->builder->state) : "volume",
                   builder->cache_bytes >= 0 ? format_bytes(all, builder->cache_bytes) : "size not known",
                   builder->reason ? "; " : "", builder->reason ? builder->reason : "");
    }
}

static void add_holder(Table *table, const char *name, int64_t bytes)
{
    char text[TEXT_MAX];
    table_add(table, COLOR_PLAIN, "%s", name);
    table_add(table, COLOR_PLAIN, "%s", format_bytes(text, bytes));
}

/* The largest, the last one (what could not be accounted for), and the rest between them as one. */
static void add_holders(Table *table, const Holders *holders)
{
    size_t count = holders->count, last = count - 1;
    Sum rest = {0};
    if (count == 0)
        return;
    for (size_t i = 0; i < last && i < HOLDERS_MAX; i++)
        add_holder(table, holders->items[i].name, holders->items[i].bytes);
    for (size_t i = HOLDERS_MAX; i < last; i++, rest.count++)
        saturating_grow(&rest.bytes, holders->items[i].bytes);
    if (rest.count > 0) {
        cleanup_with(free_charp) char *others = xasprintf("%zu smaller one%s", rest.count, plural(rest.count));
        add_holder(table, others, rest.bytes);
    }
    add_holder(table, holders->items[last].name, holders->items[last].bytes);
}

static void show_holders(const Screen *screen, const Plan *plan)
{
    static const Column columns[] = {{"", COLUMN_NAME}, {"", COLUMN_NUMBER}};
    cleanup_with(holders_clear) Holders holders = {0};
    cleanup_with(table_clear) Table table;
    table_init(&table, screen, columns, 2);
    table.has_no_titles = true;
    holders_compute(plan, &holders);
    add_holders(&table, &holders);
    if (holders.count > 0 || holders.note)
        screen_title(screen, "What holds the disk");
    table_print(&table, 2);
    if (holders.note)
        screen_say(screen, 2, COLOR_PLAIN, "%s", holders.note);
}

static void show_last(const Screen *screen, const Strings *history, Time now)
{
    cleanup_with(summary_clear) Summary last = {0};
    screen_title(screen, "Last pass");
    if (history->count == 0 || !summary_from_line(history->items[0], &last)) {
        screen_say(screen, 2, COLOR_PLAIN, "none yet");
        return;
    }
    char bytes[TEXT_MAX];
    cleanup_with(free_charp) char *when = when_text(last.ended ? last.ended : last.began, now);
    bool has_cache = last.removed_images == 0 && last.engine_bytes > 0;
    cleanup_with(free_charp) char *removed =
        removed_text((size_t)last.removed_images, (size_t)last.removed_containers, has_cache);
    screen_say(screen, 2, last.error ? COLOR_REMOVE : COLOR_PLAIN, "%s: removed %s; the disk gained %s%s%s%s", when,
               removed, format_bytes(bytes, gained_bytes(last.disk_bytes)), last.error ? "; failed: " : "",
               last.error ? last.error : "", last.interrupted ? "; interrupted, the next one carries on" : "");
    cleanup_with(free_charp) char *hold = hold_text(&last);
    if (hold && !last.error)
        screen_say(screen, 2, COLOR_WAIT, "%s", hold);
    size_t failed = (size_t)summary_failures(&last);
    if (failed > 0)
        screen_say(screen, 2, COLOR_REMOVE, "%zu removal%s failed", failed, plural(failed));
}

/* Where a pass goes further, or knows why it does not help, the notes say so. */
static void show_pressure(const Screen *screen, const Pressure *pressure)
{
    if (pressure->is_high && !pressure->explanation)
        screen_say(screen, 0, COLOR_WAIT,
                   "Disk: %s is %.1f%% full, above [disk] high; after 5 minutes of that a pass removes more than usual",
                   pressure->path, pressure->used_percent);
}

void show_status(const Screen *screen, const Pass *pass, const Strings *history, bool has_agent)
{
    const Plan *plan = &pass->plan;
    show_engine(screen, &pass->snapshot.engine);
    show_disks(screen, pass->snapshot.disks, pass->snapshot.n_disks);
    show_notes(screen, pass);
    show_pressure(screen, &plan->pressure);
    fputc('\n', screen->out);
    show_apps(screen, plan);
    show_not_ready(screen, plan);
    show_reclaimable(screen, plan, has_agent);
    show_caches(screen, plan);
    show_holders(screen, plan);
    show_last(screen, history, plan->now);
}
