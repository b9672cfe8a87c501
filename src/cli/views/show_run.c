/* SPDX-License-Identifier: MIT */
#include "show_run.h"

#include "labels.h"
#include "show.h"

#include <rgc/cli.h>
#include <rgc/report_json.h>
#include <string.h>

/* Apps whose rollback depth stands in the line. */
#define APPS_MAX 5

/* Steals `more`. */
static void append(char **line, const char *separator, char *more)
{
    char *longer = xasprintf("%s%s%s", *line, (*line)[0] ? separator : "", more);
    free(*line);
    free(more);
    *line = longer;
}

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static int64_t integer_of(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

static size_t count_images(const json_t *summary, const char *verdict)
{
    const char *reason;
    json_t *count;
    int64_t sum = 0;
    json_object_foreach(json_object_get(json_object_get(summary, "counts"), verdict), reason, count) sum +=
        json_integer_value(count);
    return sum > 0 ? (size_t)sum : 0;
}

/* Is all that was to go a release of an app? */
static bool are_all_releases(const json_t *summary)
{
    const char *reason;
    json_t *count;
    json_object_foreach(json_object_get(json_object_get(summary, "counts"), "remove"), reason,
                        count) if (strcmp(reason, "superseded") != 0 && strcmp(reason, "failed") != 0 &&
                                   strcmp(reason, "pressure") != 0) return false;
    return count_images(summary, "remove") > 0;
}

/* `app`: "shop", of which this may be any destination, or "shop/staging"; NULL: any. */
static bool is_of(const json_t *entry, const char *app)
{
    const char *name = text_of(entry, "app"), *destination = text_of(entry, "destination");
    if (!name || !app || strcmp(name, app) == 0)
        return name;
    cleanup_with(free_charp) char *whole = destination ? xasprintf("%s/%s", name, destination) : NULL;
    return whole && strcmp(whole, app) == 0;
}

/* NULL: none, or of several that differ. */
static const char *version_of(const json_t *apps, const char *app)
{
    const char *version = NULL;
    size_t index;
    json_t *entry;
    json_array_foreach(apps, index, entry)
    {
        const char *here = text_of(entry, "version");
        if (!is_of(entry, app) || !here)
            continue;
        if (version && strcmp(version, here) != 0)
            return NULL;
        version = here;
    }
    return version;
}

/* The app that the line is about: the deployed one, else the only one; NULL: several. */
static const char *subject_of(const json_t *apps, const char *deployed)
{
    const char *app = deployed ? deployed : text_of(json_array_get(apps, 0), "app");
    size_t index;
    json_t *entry;
    if (deployed)
        return deployed;
    json_array_foreach(apps, index, entry) if (!app || !is_of(entry, app)) return NULL;
    return app;
}

static char *rollback_label(const json_t *entry, bool is_alone, const char *subject)
{
    const char *destination = text_of(entry, "destination");
    int64_t ready = integer_of(entry, "ready"), wanted = integer_of(entry, "wanted");
    if (subject && (is_alone || !destination))
        return xasprintf("%lld/%lld", (long long)ready, (long long)wanted);
    if (subject)
        return xasprintf("%s %lld/%lld", destination, (long long)ready, (long long)wanted);
    return xasprintf("%s%s%s %lld/%lld", text_of(entry, "app"), destination ? "/" : "", destination ? destination : "",
                     (long long)ready, (long long)wanted);
}

static void append_rollback(char **line, const json_t *summary, const char *subject)
{
    const json_t *apps = json_object_get(summary, "rollback");
    int64_t cut = integer_of(json_object_get(summary, "cut"), "rollback");
    size_t index, count = 0, shown = 0;
    json_t *entry;
    json_array_foreach(apps, index, entry) count += is_of(entry, subject);
    json_array_foreach(apps, index, entry)
    {
        if (!is_of(entry, subject) || shown == APPS_MAX)
            continue;
        cleanup_with(free_charp) char *label = rollback_label(entry, count == 1, subject);
        append(line, ", ", xasprintf("%s%s", shown == 0 ? "rollback " : "", label));
        shown++;
    }
    if (!subject && cut > 0)
        count += (size_t)cut;
    if (count > shown)
        append(line, " ", xasprintf("and %zu more", count - shown));
}

static void append_disk(char **line, const SummaryView *view)
{
    double before = view->disk_before_percent, after = view->disk_after_percent;
    cleanup_with(free_charp) char *first = xasprintf("%.0f %%", before), *last = xasprintf("%.0f %%", after);
    if (before <= 0)
        return;
    if (after <= 0 || strcmp(first, last) == 0)
        append(line, ", ", xasprintf("disk %s", first));
    else
        append(line, ", ", xasprintf("disk %s -> %s", first, last));
    char free_space[TEXT_MAX];
    if (view->disk_available_bytes > 0)
        append(line, " ", xasprintf("(%s free)", format_bytes(free_space, view->disk_available_bytes)));
}

static char *freed_text(const Freed *freed)
{
    char bytes[TEXT_MAX];
    int64_t gained = gained_bytes(freed);
    if (gained == 0 && freed->engine_bytes > 0)
        return xasprintf("%s freed as the engine says", format_bytes(bytes, freed->engine_bytes));
    return xasprintf("%s freed", format_bytes(bytes, gained));
}

static char *removed_label(const json_t *summary, const SummaryView *view, bool has_cache)
{
    if (view->removed_images == 0) {
        cleanup_with(free_charp) char *what = removed_text(0, view->removed_containers, has_cache);
        return xasprintf("removed %s", what);
    }
    return xasprintf("removed %zu %s%s", view->removed_images, are_all_releases(summary) ? "release" : "image",
                     plural(view->removed_images));
}

static char *trial_text(const json_t *summary, size_t would_go, Time now)
{
    const char *until = text_of(summary, "trial_until");
    Time end = 0;
    bool has_end = until && parse_time(until, &end) && end > 0;
    cleanup_with(free_charp) char *when = when_text(end, now);
    return xasprintf("nothing removed, a trial%s%s: %zu image%s would go (rgc plan shows which, sudo rgc collect ends "
                     "the trial)",
                     has_end ? " until " : "", has_end ? when : "", would_go, plural(would_go));
}

static char *why_nothing(const json_t *summary, const SummaryView *view, Time now)
{
    const char *hold = text_of(summary, "hold");
    size_t would_go = count_images(summary, "remove"), waiting = count_images(summary, "wait");
    if (hold && strcmp(hold, "trial") == 0)
        return trial_text(summary, would_go, now);
    if (hold)
        return xasprintf("nothing removed: the %s has jumped, a later pass goes on", hold);
    if (view->failed > 0 || view->interrupted)
        return xstrdup("nothing removed");
    if (would_go > 0)
        return xasprintf("nothing removed: %zu image%s came into use or went meanwhile", would_go, plural(would_go));
    if (waiting == 0)
        return xasprintf("nothing to remove: %zu image%s kept", count_images(summary, "keep"),
                         plural(count_images(summary, "keep")));
    cleanup_with(free_charp) char *when = eligible_text(view->next_at, now);
    return xasprintf("nothing to remove: %zu kept, %zu %s%s%s", count_images(summary, "keep"), waiting,
                     waiting == 1 ? "waits" : "wait", view->next_at > 0 ? " until " : "",
                     view->next_at > 0 ? when : "");
}

static void append_failures(char **line, const json_t *summary, const SummaryView *view)
{
    const char *first = json_string_value(json_array_get(json_object_get(summary, "errors"), 0));
    if (view->failed > 0)
        append(line, ", ",
               xasprintf("%zu removal%s failed%s%s", view->failed, plural(view->failed), first ? ": " : "",
                         first ? first : ""));
    if (view->interrupted)
        append(line, "; ", xstrdup("ended early by a signal, the next pass carries on"));
}

static char *describe(const json_t *summary, const SummaryView *view, const char *subject, Time now)
{
    bool has_cache = integer_of(json_object_get(summary, "removed"), "build_cache_records") > 0;
    bool has_removed = view->removed_images + view->removed_containers > 0 || has_cache;
    char *line = NULL;
    if (view->error && !has_removed)
        return xasprintf("the pass failed: %s", view->error);
    line = has_removed ? removed_label(summary, view, has_cache) : why_nothing(summary, view, now);
    if (has_removed)
        append(&line, ", ", freed_text(&view->freed));
    append_disk(&line, view);
    append_rollback(&line, summary, subject);
    append_failures(&line, summary, view);
    if (view->error)
        append(&line, "; ", xasprintf("then the pass failed: %s", view->error));
    return line;
}

/* A list that was cut proves nothing; a pass that failed may have none. */
static bool is_unknown(const json_t *summary, const char *deployed)
{
    const json_t *apps = json_object_get(summary, "rollback");
    size_t index;
    json_t *entry;
    if (!deployed || !json_is_array(apps) || text_of(summary, "error") ||
        integer_of(json_object_get(summary, "cut"), "rollback") > 0)
        return false;
    json_array_foreach(apps, index, entry) if (is_of(entry, deployed)) return false;
    return true;
}

char *run_line(const json_t *summary, const char *deployed, Time now)
{
    cleanup_with(summary_view_clear) SummaryView view = {0};
    cleanup_with(free_charp) char *document = json_dumps(summary, JSON_COMPACT);
    if (!document || !summary_parse(document, &view))
        return xstrdup("the pass has ended, but its summary cannot be read");
    const json_t *apps = json_object_get(summary, "rollback");
    const char *subject = subject_of(apps, deployed);
    const char *version = subject ? version_of(apps, subject) : NULL;
    char *what = describe(summary, &view, subject, now);
    if (is_unknown(summary, deployed))
        append(&what, "; ", xstrdup("no app of that name is here, rgc status lists them"));
    if (!subject)
        return what;
    char *line = xasprintf("%s%s%s: %s", subject, version ? " " : "", version ? version : "", what);
    free(what);
    return line;
}

int run_exit_code(const json_t *summary)
{
    const json_t *code = json_object_get(summary, "exit"), *outcomes = json_object_get(summary, "outcomes");
    if (json_is_integer(code) && json_integer_value(code) >= EXIT_DONE && json_integer_value(code) <= EXIT_LOCKED)
        return (int)json_integer_value(code);
    bool has_failed = code || json_is_string(json_object_get(summary, "error")) ||
                      json_is_true(json_object_get(summary, "interrupted")) || integer_of(outcomes, "failed") > 0 ||
                      integer_of(outcomes, "unknown") > 0;
    return has_failed ? EXIT_FAILED : EXIT_DONE;
}
