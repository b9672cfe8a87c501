/* SPDX-License-Identifier: MIT */
/*
 * What `rgc why` says about one image or container: the verdict, its reason, the facts behind it and what could change
 * it.
 */
#include "sentences.h"
#include "show.h"
#include "texts.h"

#include <string.h>

static Color verdict_color(Verdict verdict)
{
    return verdict == VERDICT_REMOVE ? COLOR_REMOVE : verdict == VERDICT_WAIT ? COLOR_WAIT : COLOR_KEEP;
}

static void show_verdict(const Screen *screen, const Judgement *judgement, const char *explained, Time now)
{
    static const char *const words[VERDICT_MAX_] = {[VERDICT_KEEP] = "It is kept",
                                                    [VERDICT_WAIT] = "It is kept for now",
                                                    [VERDICT_REMOVE] = "The next pass removes it"};
    const char *detail = judgement->detail ? judgement->detail : "";
    screen_say(screen, 0, verdict_color(judgement->verdict), "%s: %s%s%s", words[judgement->verdict],
               reason_to_string(judgement->reason), detail[0] ? ", " : "", detail);
    if (explained)
        screen_say(screen, 0, COLOR_PLAIN, "%s", explained);
    if (judgement->eligible_at) {
        cleanup_with(free_charp) char *when = eligible_text(judgement->eligible_at, now);
        screen_say(screen, 0, COLOR_PLAIN, "It may be removed %s.", when);
    }
}

static void show_remedy(const Screen *screen, const char *remedy)
{
    if (!remedy)
        return;
    screen_title(screen, "What could change this");
    screen_say(screen, 2, COLOR_PLAIN, "%s", remedy);
}

static void show_list(const Screen *screen, const char *title, const Strings *list)
{
    for (size_t i = 0; i < list->count; i++)
        screen_say(screen, 2, COLOR_PLAIN, "%-11s%s", i == 0 ? title : "", list->items[i]);
}

static void show_time(const Screen *screen, const char *title, Time t, Time now)
{
    cleanup_with(free_charp) char *when = when_text(t, now);
    if (t)
        screen_say(screen, 2, COLOR_PLAIN, "%-11s%s", title, when);
}

static bool mounts(const Container *container, const char *image_id)
{
    return strings_contain(&container->mounted_images, image_id);
}

static void show_users(const Screen *screen, const Plan *plan, const Image *image)
{
    static const Column columns[] = {{"", COLUMN_NAME}, {"", COLUMN_WORD}, {"", COLUMN_WORD}, {"", COLUMN_TEXT}};
    cleanup_with(table_clear) Table table;
    table_init(&table, screen, columns, 4);
    table.has_no_titles = true;
    for (size_t i = 0; i < plan->n_containers; i++) {
        const PlannedContainer *user = &plan->containers[i];
        bool is_mount = mounts(user->container, image->id);
        if (!is_mount && strcmp(user->container->image_id, image->id) != 0)
            continue;
        table_add(&table, COLOR_PLAIN, "%s", user->container->name);
        table_add(&table, COLOR_PLAIN, "%s%s", container_state_to_string(user->container->state),
                  is_mount ? ", by a mount" : "");
        table_add(&table, verdict_color(user->judgement.verdict), "%s", verdict_to_string(user->judgement.verdict));
        table_add(&table, COLOR_PLAIN, "%s", reason_to_string(user->judgement.reason));
    }
    if (table.n_cells == 0)
        screen_say(screen, 2, COLOR_PLAIN, "containers none uses it");
    else
        screen_title(screen, "Containers that use it");
    table_print(&table, 2);
}

static void show_memberships(const Screen *screen, const Plan *plan, const PlannedImage *image)
{
    static const Column columns[] = {
        {"APP", COLUMN_NAME},    {"VERSION", COLUMN_NAME}, {"VERDICT", COLUMN_WORD},
        {"REASON", COLUMN_WORD}, {"", COLUMN_TEXT},
    };
    cleanup_with(table_clear) Table table;
    table_init(&table, screen, columns, 5);
    for (size_t i = 0; i < image->n_apps; i++) {
        const Membership *membership = &image->apps[i];
        const Judgement *judgement = &membership->judgement;
        cleanup_with(free_charp) char *app = app_label(plan, membership->app);
        table_add(&table, COLOR_PLAIN, "%s", app);
        table_add(&table, COLOR_PLAIN, "%s", membership->version ? membership->version : "");
        table_add(&table, verdict_color(judgement->verdict), "%s", verdict_to_string(judgement->verdict));
        table_add(&table, COLOR_PLAIN, "%s", reason_to_string(judgement->reason));
        table_add(&table, COLOR_PLAIN, "%s", judgement->detail ? judgement->detail : "");
    }
    if (image->n_apps > 0)
        screen_title(screen, "As a release of");
    table_print(&table, 2);
}

/* If an image was here before the ledger, rgc does not know when it arrived. */
static void show_arrival(const Screen *screen, const Pass *pass, const PlannedImage *image)
{
    const ImageRecord *record = ledger_image(&pass->ledger, image->image->id);
    if (!record || !record->is_baseline) {
        show_time(screen, "arrived", image->arrived, pass->plan.now);
        return;
    }
    cleanup_with(free_charp) char *first = when_text(record->first_seen, pass->plan.now);
    screen_say(screen, 2, COLOR_PLAIN, "%-11sbefore rgc first looked, %s", "arrived", first);
}

void show_why_image(const Screen *screen, const Pass *pass, const PlannedImage *image)
{
    const Plan *plan = &pass->plan;
    Sentences sentences = image_sentences(plan, image);
    cleanup_with(free_charp) char *label = image_label(image->image);
    char bytes[TEXT_MAX];
    screen_say(screen, 0, COLOR_TITLE, "Image %s", label);
    show_verdict(screen, &image->judgement, sentences.explained, plan->now);
    show_notes(screen, pass);
    screen_title(screen, "What rgc knows about it");
    screen_say(screen, 2, COLOR_PLAIN, "%-11s%s", "ID", image->image->id);
    show_list(screen, "tags", &image->image->tags);
    show_list(screen, "digests", &image->image->digests);
    screen_say(screen, 2, COLOR_PLAIN, "%-11s%s", "size", format_bytes(bytes, image->image->size_bytes));
    if (image->judgement.verdict == VERDICT_REMOVE)
        screen_say(screen, 2, COLOR_PLAIN, "%-11s%s", "frees", format_bytes(bytes, image->frees_bytes));
    show_time(screen, "built", image->image->created, plan->now);
    show_arrival(screen, pass, image);
    show_time(screen, "last run", image->last_run, plan->now);
    if (image->last_run == 0)
        screen_say(screen, 2, COLOR_PLAIN, "%-11s%s", "last run", "not known to have run");
    show_users(screen, plan, image->image);
    show_memberships(screen, plan, image);
    show_remedy(screen, sentences.remedy);
}

static void show_run(const Screen *screen, const Run *run, Time now)
{
    if (!run->is_known)
        return;
    show_time(screen, "started", run->started, now);
    show_time(screen, "ended", run->finished, now);
    if (run->finished)
        screen_say(screen, 2, COLOR_PLAIN, "%-11s%d%s", "exit code", run->exit_code,
                   run->was_killed ? ", ended from outside" : "");
    if (run->restarts > 0)
        screen_say(screen, 2, COLOR_PLAIN, "%-11s%d", "restarts", run->restarts);
}

static void show_builder(const Screen *screen, const PlannedBuilder *builder)
{
    char bytes[TEXT_MAX];

    if (builder)
        screen_say(screen, 2, COLOR_PLAIN, "%-11s%s; %s", "its cache",
                   builder->cache_bytes >= 0 ? format_bytes(bytes, builder->cache_bytes) : "size not known",
                   builder->reason);
}

void show_why_container(const Screen *screen, const Pass *pass, const PlannedContainer *planned)
{
    const Plan *plan = &pass->plan;
    const Container *container = planned->container;
    const PlannedImage *image = plan_image(plan, container->image_id);
    Sentences sentences = container_sentences(plan, planned);
    cleanup_with(free_charp) char *app = app_label(plan, planned->app);
    cleanup_with(free_charp) char *label = image ? image_label(image->image) : short_id(container->image_id);
    screen_say(screen, 0, COLOR_TITLE, "Container %s", container->name);
    show_verdict(screen, &planned->judgement, sentences.explained, plan->now);
    show_notes(screen, pass);
    screen_title(screen, "What rgc knows about it");
    screen_say(screen, 2, COLOR_PLAIN, "%-11s%s", "ID", container->id);
    if (app[0])
        screen_say(screen, 2, COLOR_PLAIN, "%-11s%s", "app", app);
    screen_say(screen, 2, COLOR_PLAIN, "%-11s%s", "state", container_state_to_string(container->state));
    screen_say(screen, 2, COLOR_PLAIN, "%-11s%s%s", "image", label, image ? "" : ", not in the engine's list");
    show_time(screen, "created", container->created, plan->now);
    show_run(screen, &container->run, plan->now);
    if (container->inspect_error)
        screen_say(screen, 2, COLOR_WAIT, "%-11s%s", "inspect", container->inspect_error);
    show_builder(screen, plan_builder(plan, container->id));
    screen_title(screen, "Its image");
    if (image)
        screen_say(screen, 2, COLOR_PLAIN, "%s %s: %s", verdict_to_string(image->judgement.verdict),
                   reason_to_string(image->judgement.reason), image->judgement.detail ? image->judgement.detail : "");
    show_remedy(screen, sentences.remedy);
}
