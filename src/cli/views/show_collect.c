/* SPDX-License-Identifier: MIT */
/*
 * What a pass has done, for whoever has started it by hand. An image with several tags has an entry in the report for
 * each; people read one line for the image, which counts as removed only if nothing of it is left.
 */
#include "cli/exit.h"
#include "show.h"
#include "texts.h"

#include <errno.h>
#include <rgc/reference.h>
#include <string.h>

/* The most lines for what was not removed; the rest is counted. An engine that dies may leave hundreds. */
#define LINES_MAX 20

/* What became of one image or container, over all entries that name it; each tag has an entry. */
typedef struct Fate {
    TargetKind kind;
    const char *id;
    const char *ref;
    size_t app;
    bool is_gone; /* an entry says that it was removed, and none that something of it is left */
    bool is_left;
} Fate;

static int compare_entries(const void *a, const void *b)
{
    const OutcomeEntry *left = *(const OutcomeEntry *const *)a, *right = *(const OutcomeEntry *const *)b;
    if (left->kind != right->kind)
        return left->kind < right->kind ? -1 : 1;
    return strcmp(left->id ? left->id : "", right->id ? right->id : "");
}

static const OutcomeEntry **sorted_entries(const Report *report)
{
    const OutcomeEntry **entries = xcalloc(report->n_entries + 1, sizeof(*entries));
    for (size_t i = 0; i < report->n_entries; i++)
        entries[i] = &report->entries[i];
    qsort(entries, report->n_entries, sizeof(entries[0]), compare_entries);
    return entries;
}

static size_t app_of(const Plan *plan, const OutcomeEntry *entry)
{
    if (entry->kind == TARGET_IMAGE) {
        const PlannedImage *image = plan_image(plan, entry->id);
        return image ? deciding_app(image) : NO_APP;
    }
    for (size_t i = 0; entry->kind == TARGET_CONTAINER && i < plan->n_containers; i++)
        if (strcmp(plan->containers[i].container->id, entry->id) == 0)
            return plan->containers[i].app;
    return NO_APP;
}

static void fate_add(Fate *fate, const OutcomeEntry *entry)
{
    bool is_removed = entry->outcome == OUTCOME_REMOVED;
    fate->kind = entry->kind;
    fate->id = entry->id;
    fate->ref = fate->ref ? fate->ref : entry->ref;
    fate->is_left = fate->is_left || !(is_removed || entry->outcome == OUTCOME_GONE);
    fate->is_gone = (fate->is_gone || is_removed) && !fate->is_left;
}

/* Returns one element for each image and container of the report. Caller frees. */
static Fate *fates_of(const Pass *pass, size_t *ret_count)
{
    const OutcomeEntry **entries = sorted_entries(&pass->report);
    Fate *fates = NULL, *fate = NULL;
    *ret_count = 0;
    for (size_t i = 0; i < pass->report.n_entries; i++) {
        if (i == 0 || !entries[i]->id || compare_entries(&entries[i - 1], &entries[i]) != 0) {
            fate = array_add(&fates, ret_count);
            fate->app = app_of(&pass->plan, entries[i]);
        }
        fate_add(fate, entries[i]);
    }
    free(entries);
    return fates;
}

static size_t count_gone(const Fate *fates, size_t count, TargetKind kind)
{
    size_t gone = 0;
    for (size_t i = 0; i < count; i++)
        gone += fates[i].is_gone && fates[i].kind == kind;
    return gone;
}

static char *fate_name(const Plan *plan, const Fate *fate)
{
    const PlannedImage *image = fate->kind == TARGET_IMAGE && fate->id ? plan_image(plan, fate->id) : NULL;
    if (fate->kind == TARGET_BUILD_CACHE)
        return xstrdup("");
    if (image)
        return image_label(image->image);
    return fate->ref ? xstrdup(fate->ref) : fate->id ? short_id(fate->id) : xstrdup("");
}

static void show_each(const Screen *screen, const Plan *plan, const Fate *fates, size_t count)
{
    static const Column columns[] = {
        {"", COLUMN_WORD}, {"", COLUMN_WORD}, {"", COLUMN_NAME}, {"", COLUMN_NUMBER}, {"", COLUMN_NAME}};
    cleanup_with(table_clear) Table table;
    table_init(&table, screen, columns, 5);
    table.has_no_titles = true;
    for (size_t i = 0; i < count; i++) {
        if (!fates[i].is_gone)
            continue;
        const PlannedImage *image = fates[i].kind == TARGET_IMAGE ? plan_image(plan, fates[i].id) : NULL;
        cleanup_with(free_charp) char *name = fate_name(plan, &fates[i]);
        cleanup_with(free_charp) char *app = app_label(plan, fates[i].app);
        char bytes[TEXT_MAX];
        table_add(&table, COLOR_REMOVE, fates[i].kind == TARGET_BUILDER ? "pruned" : "removed");
        table_add(&table, COLOR_PLAIN, "%s", target_kind_to_string(fates[i].kind));
        table_add(&table, COLOR_PLAIN, "%s", name);
        table_add(&table, COLOR_PLAIN, "%s", image ? format_bytes(bytes, image->image->size_bytes) : "");
        table_add(&table, COLOR_PLAIN, "%s", app);
    }
    table_print(&table, 0);
}

static bool has_failed(const OutcomeEntry *entry)
{
    return entry->outcome == OUTCOME_FAILED || entry->outcome == OUTCOME_UNKNOWN;
}

static void show_refusal(const Screen *screen, const OutcomeEntry *entry)
{
    cleanup_with(free_charp) char *id = short_id(entry->id ? entry->id : "");
    screen_say(screen, 0, has_failed(entry) ? COLOR_REMOVE : COLOR_WAIT, "%s: %s %s%s%s",
               outcome_to_string(entry->outcome), target_kind_to_string(entry->kind), entry->ref ? entry->ref : id,
               entry->error ? ": " : "", entry->error ? entry->error : "");
}

static void show_refused(const Screen *screen, const Report *report)
{
    size_t lines = 0, skipped = 0;
    for (size_t i = 0; i < report->n_entries; i++) {
        const OutcomeEntry *entry = &report->entries[i];
        if (entry->outcome == OUTCOME_REMOVED)
            continue;
        if (lines < LINES_MAX && entry->outcome != OUTCOME_SKIPPED) {
            show_refusal(screen, entry);
            lines++;
        } else {
            skipped++;
        }
    }
    if (skipped > 0)
        screen_say(screen, 0, COLOR_WAIT, "%zu more %s not removed; the next pass tries again", skipped,
                   skipped == 1 ? "was" : "were");
}

static void show_disk_change(const Screen *screen, const Pass *pass)
{
    for (size_t i = 0; i < pass->snapshot.n_disks; i++) {
        const Disk *before = &pass->snapshot.disks[i];
        for (size_t j = 0; j < pass->report.n_disks_after; j++)
            if (strcmp(before->path, pass->report.disks_after[j].path) == 0)
                screen_say(screen, 0, COLOR_PLAIN, "%s: %.1f%% -> %.1f%% used", before->path, before->used_percent,
                           pass->report.disks_after[j].used_percent);
    }
}

static void show_freed(const Screen *screen, const Pass *pass, const Fate *fates, size_t count)
{
    const Freed *freed = &pass->report.freed;
    char disk[TEXT_MAX], estimated[TEXT_MAX], engine[TEXT_MAX];
    cleanup_with(free_charp) char *what =
        removed_text(count_gone(fates, count, TARGET_IMAGE), count_gone(fates, count, TARGET_CONTAINER),
                     count_gone(fates, count, TARGET_BUILD_CACHE) + count_gone(fates, count, TARGET_BUILDER) +
                             count_gone(fates, count, TARGET_VOLUME) >
                         0);
    format_bytes(estimated, freed->estimated_bytes);
    format_bytes(engine, freed->engine_bytes);
    if (freed->disk_bytes >= 0)
        screen_say(screen, 0, COLOR_TITLE, "removed %s; freed %s (estimated %s, the engine reported %s)", what,
                   format_bytes(disk, freed->disk_bytes), estimated, engine);
    else
        screen_say(
            screen, 0, COLOR_TITLE,
            "removed %s; estimated %s, the engine reported %s, but the disk has %s less free than before, because "
            "something else wrote to it",
            what, estimated, engine, format_bytes(disk, -freed->disk_bytes));
    show_disk_change(screen, pass);
}

static void show_rollbacks(const Screen *screen, const Plan *plan)
{
    cleanup_with(free_charp) char *list = NULL;
    for (size_t i = 0; i < plan->n_apps; i++) {
        if (plan->apps[i].is_gone)
            continue;
        cleanup_with(free_charp) char *label = app_label(plan, i);
        char *longer = xasprintf("%s%s%s %d/%d", list ? list : "", list ? ", " : "", label,
                                 plan->apps[i].rollback_ready, plan->apps[i].rollback_wanted);
        free(list);
        list = longer;
    }
    if (list)
        screen_say(screen, 0, COLOR_PLAIN, "rollback: %s", list);
}

static void show_given_back(const Screen *screen, const Strings *given_back)
{
    for (size_t i = 0; i < given_back->count; i++)
        if (!reference_is_id(given_back->items[i]))
            screen_say(screen, 0, COLOR_KEEP, "gave back the tag %s, which an interrupted pass had taken",
                       given_back->items[i]);
}

static void show_end(const Screen *screen, const Pass *pass)
{
    if (pass->has_ended_trial)
        screen_say(screen, 0, COLOR_KEEP, "The trial is over: from now on, passes remove what rgc plan shows.");
    if (pass->report.was_interrupted)
        screen_say(screen, 0, COLOR_WAIT, "A signal ended the pass; the next one continues.");
    if (pass->report.error)
        screen_say(screen, 0, COLOR_REMOVE, "The pass ended early: %s", pass->report.error);
}

/* Failures are told on standard error too: if cron runs `rgc collect --here > /dev/null`, it mails nothing else. */
static void complain_of(const Report *report)
{
    const OutcomeEntry *first = NULL;
    size_t count = 0;
    for (size_t i = 0; i < report->n_entries; i++) {
        if (!has_failed(&report->entries[i]))
            continue;
        first = first ? first : &report->entries[i];
        count++;
    }
    Error err = {0};
    if (first)
        error_set(&err, EIO, "%zu removal%s failed: %s%s%s", count, plural(count), first->ref ? first->ref : "",
                  first->ref ? ": " : "", first->error ? first->error : outcome_to_string(first->outcome));
    else if (report->error)
        error_set(&err, EIO, "the pass ended early: %s", report->error);
    if (err.code)
        fail_with(&err);
}

void show_collected(const Screen *screen, const Pass *pass)
{
    const Plan *plan = &pass->plan;
    size_t count;
    Fate *fates = fates_of(pass, &count);
    show_notes(screen, pass);
    show_given_back(screen, &pass->given_back);
    if (count == 0 && !pass->report.was_interrupted) {
        show_nothing_to_remove(screen, plan);
    } else {
        show_each(screen, plan, fates, count);
        show_refused(screen, &pass->report);
        show_freed(screen, pass, fates, count);
        show_rollbacks(screen, plan);
    }
    show_end(screen, pass);
    fflush(screen->out);
    complain_of(&pass->report);
    free(fates);
}
