/* SPDX-License-Identifier: MIT */
/* What passes have removed, by name: the notes of removed.jsonl, for `rgc history PASS` and `rgc why`. */
#include "show.h"
#include "texts.h"

#include <rgc/ownership.h>
#include <rgc/reference.h>

#include <string.h>

static bool is_cache(const Removed *removed)
{
    return strcmp(removed->kind, "build-cache") == 0 || strcmp(removed->kind, "builder") == 0;
}

/* Returns "r/blog:v4 +1", "blog-web-v4" or "3f2a9c0b11de". Caller frees. */
static char *removed_name(const Removed *removed)
{
    bool is_image = strcmp(removed->kind, "image") == 0;
    Strings tags = {0}, digests = {0};
    for (size_t i = 0; i < removed->names.count; i++)
        strings_add(is_image && reference_is_digest(removed->names.items[i]) ? &digests : &tags,
                    removed->names.items[i]);
    char *label =
        is_cache(removed) && removed->names.count == 0 ? xstrdup("") : names_label(&tags, &digests, removed->id);
    strings_clear(&tags);
    strings_clear(&digests);
    return label;
}

/* Returns "shop/staging v7", or "" if there is no app. Caller frees. */
static char *removed_app(const Removed *removed)
{
    cleanup_with(free_charp) char *app = owner_label(removed->app ? removed->app : "", removed->destination);
    return xasprintf("%s%s%s", app, removed->version ? " " : "", removed->version ? removed->version : "");
}

/* Returns why rgc cannot be sure that it was removed, or NULL if the engine has said so. */
static const char *doubt_of(const Removed *removed)
{
    if (removed_is(removed, REMOVED_DONE))
        return NULL;
    if (is_cache(removed))
        return "the pass ended while it pruned, so rgc does not know how much it removed";
    return removed_is(removed, REMOVED_ASSUMED)
               ? "the pass ended before the engine's answer, and a later pass did not find it"
               : "the pass has not reported the engine's answer";
}

static void add_row(Table *table, const Removed *removed)
{
    cleanup_with(free_charp) char *name = removed_name(removed);
    cleanup_with(free_charp) char *app = removed_app(removed);
    char bytes[TEXT_MAX];
    const char *doubt = doubt_of(removed);
    table_add(table, COLOR_REMOVE, "%s", is_cache(removed) ? "pruned" : "removed");
    table_add(table, COLOR_PLAIN, "%s", removed->kind);
    table_add(table, COLOR_PLAIN, "%s", name);
    table_add(table, COLOR_PLAIN, "%s", removed->bytes > 0 ? format_bytes(bytes, removed->bytes) : "");
    table_add(table, COLOR_PLAIN, "%s", removed->reason ? removed->reason : "");
    table_add(table, doubt ? COLOR_WAIT : COLOR_PLAIN, "%s", doubt ? doubt : app);
}

static void show_rows(const Screen *screen, const RemovedList *removed)
{
    static const Column columns[] = {{"", COLUMN_WORD},   {"", COLUMN_WORD}, {"", COLUMN_NAME},
                                     {"", COLUMN_NUMBER}, {"", COLUMN_WORD}, {"", COLUMN_TEXT}};
    cleanup_with(table_clear) Table table;
    table_init(&table, screen, columns, 6);
    table.has_no_titles = true;
    for (size_t i = 0; i < removed->count; i++)
        add_row(&table, &removed->items[i]);
    table_print(&table, 0);
}

static size_t count_images(const RemovedList *removed)
{
    size_t count = 0;
    for (size_t i = 0; i < removed->count; i++)
        count += strcmp(removed->items[i].kind, "image") == 0;
    return count;
}

void show_history_pass(const Screen *screen, int64_t number, const Summary *summary, const RemovedList *removed,
                       Time now)
{
    if (summary) {
        cleanup_with(free_charp) char *line = summary_text(summary);
        cleanup_with(free_charp) char *when = when_text(summary->ended, now);
        screen_say(screen, 0, COLOR_TITLE, "pass %lld, %s (%s%s%s): %s%s%s", (long long)number, when,
                   summary->trigger ? summary->trigger : "", summary->reason ? ": " : "",
                   summary->reason ? summary->reason : "", line, summary->error ? "; it failed: " : "",
                   summary->error ? summary->error : "");
    } else {
        cleanup_with(free_charp) char *when = when_text(removed->items[0].at, now);
        screen_say(screen, 0, COLOR_TITLE, "pass %lld, %s", (long long)number, when);
    }
    show_rows(screen, removed);
    if (summary && summary->pass == number && (size_t)summary->removed_images > count_images(removed))
        screen_say(screen, 0, COLOR_WAIT, "rgc no longer has the names of %zu more images.",
                   (size_t)summary->removed_images - count_images(removed));
}

static void show_one(const Screen *screen, const Removed *removed, Time now)
{
    cleanup_with(free_charp) char *name = removed_name(removed);
    cleanup_with(free_charp) char *when = when_text(removed->at, now);
    cleanup_with(free_charp) char *app = removed_app(removed);
    const char *doubt = doubt_of(removed);
    char bytes[TEXT_MAX];
    screen_say(screen, 0, COLOR_TITLE, "%s %s: removed %s by pass %d: %s", removed->kind, name, when, removed->pass,
               removed->reason ? removed->reason : "no reason was noted");
    screen_say(screen, 2, COLOR_PLAIN, "ID %s%s%s%s%s", removed->id, removed->bytes > 0 ? ", " : "",
               removed->bytes > 0 ? format_bytes(bytes, removed->bytes) : "", app[0] ? ", " : "", app);
    for (size_t i = 1; i < removed->names.count; i++)
        screen_say(screen, 2, COLOR_PLAIN, "also named %s", removed->names.items[i]);
    if (doubt)
        screen_say(screen, 2, COLOR_WAIT, "%s", doubt);
}

void show_why_removed(const Screen *screen, const RemovedList *removed, Time now)
{
    for (size_t i = 0; i < removed->count; i++)
        show_one(screen, &removed->items[i], now);
    screen_say(screen, 0, COLOR_PLAIN, "rgc history %d shows everything that this pass removed.",
               removed->items[0].pass);
}
