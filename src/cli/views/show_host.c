/* SPDX-License-Identifier: MIT */
/* The engine, its file systems, and the notes on what makes a plan differ from what people expect. */
#include "show.h"
#include "texts.h"

#define BAR_WIDTH 22

/* The defaults of [disk]. The colours of the bars use them whatever the configuration says, because a full disk is one
 * everywhere. */
#define PERCENT_WARN 75.0
#define PERCENT_BAD 85.0

void show_engine(const Screen *screen, const EngineInfo *engine)
{
    const char *store = engine->store == STORE_CONTAINERD ? "containerd image store" : engine->driver;
    screen_say(screen, 0, COLOR_PLAIN, "%s %s (API %s, %s)", engine->is_podman ? "Podman" : "Docker",
               engine->version ? engine->version : "?", engine->api ? engine->api : "?", store ? store : "?");
}

static Color percent_color(double percent)
{
    return percent >= PERCENT_BAD ? COLOR_REMOVE : percent >= PERCENT_WARN ? COLOR_WAIT : COLOR_KEEP;
}

void show_disks(const Screen *screen, const Disk *disks, size_t count)
{
    static const Column columns[] = {{"", COLUMN_NAME}, {"", COLUMN_WORD}, {"", COLUMN_NUMBER}, {"", COLUMN_WORD}};
    cleanup_with(table_clear) Table table;
    table_init(&table, screen, columns, 4);
    table.has_no_titles = true;
    for (size_t i = 0; i < count; i++) {
        const Disk *disk = &disks[i];
        cleanup_with(free_charp) char *bar = screen_bar(screen, disk->used_percent, BAR_WIDTH);
        char available[TEXT_MAX], whole[TEXT_MAX];
        table_add(&table, COLOR_PLAIN, "%s", disk->path);
        table_add(&table, percent_color(disk->used_percent), "%s", bar);
        table_add(&table, COLOR_PLAIN, "%.1f%%", disk->used_percent);
        table_add(&table, COLOR_PLAIN, "%s free of %s", format_bytes(available, disk->available_bytes),
                  format_bytes(whole, disk->total_bytes));
    }
    table_print(&table, 0);
    for (size_t i = 0; i < count; i++)
        if (disks[i].used_inodes_percent >= PERCENT_WARN)
            screen_say(screen, 0, COLOR_WAIT, "%s: %.1f%% of the inodes are used", disks[i].path,
                       disks[i].used_inodes_percent);
}

static void add(Strings *list, char *sentence)
{
    *array_add(&list->items, &list->count) = sentence;
}

static void add_suspension(const Pass *pass, Strings *ret)
{
    Time trusted_at = ledger_clock_trusted_at(&pass->ledger);
    cleanup_with(free_charp) char *until = eligible_text(pass->ledger.trial_until, pass->plan.now);
    cleanup_with(free_charp) char *trusted = eligible_text(trusted_at, pass->plan.now);
    switch (pass->plan.suspension) {
    case SUSPENSION_CLOCK:
        add(ret,
            trusted_at > 0
                ? xasprintf("This pass removes nothing, because the clock shows a time before the last pass. Passes "
                            "remove again once somebody sets the clock, or from %s on.",
                            trusted)
                : xstrdup("This pass removes nothing, because the clock has jumped since the last pass and ages "
                          "cannot be trusted. The next pass removes again."));
        break;
    case SUSPENSION_TRIAL:
        add(ret, xasprintf("Trial: rgc is new here, and until %s it only says what it would remove. sudo rgc collect "
                           "--here --end-trial removes it at once and ends the trial.",
                           until));
        break;
    case SUSPENSION_NONE:
        break;
    }
}

/* Tells of rows that rgc could not read. Because of such a container, a pass may not remove anything. */
static void add_unreadable(const Snapshot *snapshot, Strings *ret)
{
    const UnreadableRow *hidden = snapshot_hidden_use(snapshot);
    size_t n_events = 0;

    for (size_t i = 0; i < snapshot->n_unreadable; i++) {
        const UnreadableRow *row = &snapshot->unreadable[i];

        if (row->kind == ROW_EVENT)
            n_events++;
        else
            add(ret, xasprintf("Cannot be read: %s %.19s%s%s", row_kind_to_string(row->kind), row->name,
                               *row->name ? ": " : "without an ID: ", row->why));
    }
    if (n_events > 0)
        add(ret,
            xasprintf("Cannot be read: %zu of the engine's events, so rgc does not know what they reported", n_events));
    if (hidden)
        strings_add(ret,
                    "Neither images nor containers are removed, because rgc does not know which image the unreadable "
                    "container uses.");
    for (size_t i = 0; i < snapshot->unavailable.count; i++)
        add(ret, xasprintf("Not available: %s", snapshot->unavailable.items[i]));
    if (snapshot->cache.n_unreadable > 0)
        add(ret, xasprintf("Cannot be read: %zu record%s of the build cache (%s)", snapshot->cache.n_unreadable,
                           plural(snapshot->cache.n_unreadable), snapshot->cache.unreadable));
}

/* A pattern without a match is a note and no error, since it may be meant for an app that comes later. */
static void add_unmatched(const Plan *plan, Strings *ret)
{
    for (size_t i = 0; i < plan->n_patterns; i++)
        if (plan->patterns[i].n_apps + plan->patterns[i].n_images == 0)
            add(ret, unmatched_text(&plan->patterns[i], "Configuration: "));
}

void list_notes(const Pass *pass, Strings *ret)
{
    add_suspension(pass, ret);
    add_unreadable(&pass->snapshot, ret);
    if (pass->ledger_note)
        add(ret, xasprintf("Note: %s", pass->ledger_note));
    if (pass->plan.pressure.explanation)
        add(ret, xasprintf("Disk: %s", pass->plan.pressure.explanation));
    add_unmatched(&pass->plan, ret);
}

void show_notes(const Screen *screen, const Pass *pass)
{
    cleanup_with(strings_clear) Strings notes = {0};

    list_notes(pass, &notes);
    for (size_t i = 0; i < notes.count; i++)
        screen_say(screen, 0, COLOR_WAIT, "%s", notes.items[i]);
}
