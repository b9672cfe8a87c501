/* SPDX-License-Identifier: MIT */
/*
 * `rgc status`: what fills the disk and what can be done about it, on one screen, or with --all everything.
 *
 * The parts have no fixed size, and a screen has. So rgc first counts the lines of those that must be whole (disks,
 * what could be removed, last and next pass). Of the rest, the sentences that need attention get what they ask for, as
 * long as the holders of the disk have ROWS_WANTED lines; the holders get what is left, and never less than ROWS_MIN.
 */
#include "status_parts.h"
#include "texts.h"

#include <string.h>

#define HEIGHT_DEFAULT 24
/* How many lines tell what holds the disk: at least, before other parts may take more, and at most on a small
 * screen. */
#define ROWS_MIN 3
#define ROWS_WANTED 6
#define ROWS_MAX 14
/* The title, the empty line before it, and the total. */
#define ROWS_AROUND 3

static void show_last(const Screen *screen, const Strings *history, Time now)
{
    cleanup_with(summary_clear) Summary last = {0};
    char bytes[TEXT_MAX];

    if (history->count == 0 || !summary_from_line(history->items[0], &last)) {
        screen_say(screen, 0, COLOR_PLAIN, "Last pass: none yet");
        return;
    }
    cleanup_with(free_charp) char *when = when_text(last.ended ? last.ended : last.began, now);
    bool has_cache = last.removed_images == 0 && last.engine_bytes > 0;
    cleanup_with(free_charp) char *removed =
        removed_text((size_t)last.removed_images, (size_t)last.removed_containers, has_cache);
    screen_say(screen, 0, last.error ? COLOR_REMOVE : COLOR_PLAIN, "Last pass: %s: removed %s; freed %s%s%s", when,
               removed, format_bytes(bytes, gained_bytes(last.disk_bytes)), last.error ? "; failed" : "",
               last.interrupted ? "; interrupted, the next one continues" : "");
}

/* Returns how many of the sentences fit into so many lines, together with the title. */
static size_t count_fitting(const Screen *screen, const Strings *list, size_t lines)
{
    size_t used = 2, count = 0; /* an empty line and the title */

    for (; count < list->count; count++) {
        Part part;
        part_begin(&part, screen);
        screen_say(&part.screen, 2, COLOR_WAIT, "%s", list->items[count]);
        used += part_end(&part);
        part_clear(&part);
        if (used > lines)
            break;
    }
    return count;
}

static void show_attention(const Screen *screen, const Strings *list, size_t lines)
{
    size_t shown = count_fitting(screen, list, lines);

    if (list->count == 0)
        return;
    cleanup_with(free_charp) char *title =
        shown == list->count ? xstrdup("Needs attention")
                             : xasprintf("Needs attention: %zu of %zu (rgc status --all)", shown, list->count);
    screen_title(screen, title);
    for (size_t i = 0; i < shown; i++)
        screen_say(screen, 2, COLOR_WAIT, "%s", list->items[i]);
}

static size_t lines_of_attention(const Screen *screen, const Strings *list, size_t most)
{
    Part part;
    part_begin(&part, screen);
    show_attention(&part.screen, list, most);
    size_t lines = part_end(&part);
    part_clear(&part);
    return lines;
}

static size_t count_ready(const Plan *plan, size_t *ret_apps)
{
    size_t ready = 0;

    *ret_apps = 0;
    for (size_t i = 0; i < plan->n_apps; i++) {
        const PlannedApp *app = &plan->apps[i];
        *ret_apps += !app->is_gone;
        ready += !app->is_gone && app->n_not_ready == 0;
    }
    return ready;
}

static void show_end(const Screen *screen, const Pass *pass, const Strings *history, const AgentLines *agent)
{
    size_t n_apps, n_ready = count_ready(&pass->plan, &n_apps);

    fputc('\n', screen->out);
    if (n_apps == 0)
        screen_say(screen, 0, COLOR_PLAIN, "Apps: rgc knows of no app that has run here");
    else if (n_ready < n_apps)
        screen_say(screen, 0, COLOR_WAIT, "Apps: %zu; %zu can be rolled back to every kept release (rgc status --all)",
                   n_apps, n_ready);
    else
        screen_say(screen, 0, COLOR_PLAIN, "Apps: %zu; every kept release can be rolled back to (rgc status --all)",
                   n_apps);
    show_last(screen, history, pass->plan.now);
    if (agent->next)
        screen_say(screen, 0, agent->next_color, "Next pass: %s", agent->next);
}

/* Divides the lines that `fixed` leaves between the holders of the disk and the sentences that need attention. */
static void share_screen(const Screen *screen, size_t fixed, const Holders *holders, const Strings *attention,
                         size_t *ret_rows, size_t *ret_attention)
{
    size_t height = screen->height ? screen->height : HEIGHT_DEFAULT;
    size_t left = height > fixed + ROWS_AROUND ? height - fixed - ROWS_AROUND : 0;
    size_t wanted = holders->count < ROWS_WANTED ? holders->count : ROWS_WANTED;

    *ret_attention = left > wanted ? left - wanted : 0;
    size_t lines = lines_of_attention(screen, attention, *ret_attention);
    *ret_rows = left > lines + ROWS_MIN ? left - lines : ROWS_MIN;
    if (*ret_rows > ROWS_MAX && height <= HEIGHT_DEFAULT)
        *ret_rows = ROWS_MAX;
}

static bool has_age(const Holders *holders, Time now)
{
    for (size_t i = 0; i < holders->count; i++)
        if (holders->items[i].measured_at > 0 && holders->items[i].measured_at < now)
            return true;
    return false;
}

static void show_head(const Screen *screen, const Pass *pass)
{
    show_engine(screen, &pass->snapshot.engine);
    show_disks(screen, pass->snapshot.disks, pass->snapshot.n_disks);
}

static void show_all(const Screen *screen, const Pass *pass, const Holders *holders, const Strings *attention,
                     bool has_agent)
{
    show_head(screen, pass);
    show_holders(screen, holders, pass, holders->count, true);
    show_removable(screen, pass, has_agent, true);
    show_apps(screen, &pass->plan);
    show_attention(screen, attention, SIZE_MAX);
}

static void show_short(const Screen *screen, const Pass *pass, const Holders *holders, const Strings *attention,
                       bool has_agent, size_t end_lines)
{
    Part head, removable;
    size_t rows, attention_lines;

    part_begin(&head, screen);
    show_head(&head.screen, pass);
    part_begin(&removable, screen);
    show_removable(&removable.screen, pass, has_agent, false);
    size_t fixed = part_end(&head) + part_end(&removable) + end_lines + has_age(holders, pass->plan.now);
    share_screen(screen, fixed, holders, attention, &rows, &attention_lines);
    fputs(head.text, screen->out);
    show_holders(screen, holders, pass, rows, false);
    fputs(removable.text, screen->out);
    show_attention(screen, attention, attention_lines);
    part_clear(&head);
    part_clear(&removable);
}

void show_status(const Screen *screen, const Pass *pass, const Strings *history, const AgentLines *agent, bool is_all)
{
    cleanup_with(holders_clear) Holders holders = {0};
    cleanup_with(strings_clear) Strings attention = {0};
    Part end;

    holders_compute(&pass->plan, &pass->survey, &holders);
    list_attention(pass, history, agent, &attention);
    part_begin(&end, screen);
    show_end(&end.screen, pass, history, agent);
    size_t end_lines = part_end(&end);
    if (is_all)
        show_all(screen, pass, &holders, &attention, agent->is_there);
    else
        show_short(screen, pass, &holders, &attention, agent->is_there, end_lines);
    fputs(end.text, screen->out);
    part_clear(&end);
}
