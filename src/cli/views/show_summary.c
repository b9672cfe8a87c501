/* SPDX-License-Identifier: MIT */
/*
 * A pass as one line. `rgc collect` and deploy hooks print it, so it says first what a deployer asks: what was removed,
 * or why nothing, and whether a rollback still works.
 */
#include "show_summary.h"

#include "show.h"
#include "texts.h"

#include <rgc/cli.h>
#include <rgc/ownership.h>
#include <rgc/report_json.h>
#include <string.h>

/* The most apps whose rollback depth the line has. */
#define APPS_MAX 5

/* Appends and frees `more`. */
static void append(char **line, const char *separator, char *more)
{
    char *longer = xasprintf("%s%s%s", *line, (*line)[0] ? separator : "", more);
    free(*line);
    free(more);
    *line = longer;
}

/* Is everything that the plan removed a release of an app? */
static bool are_all_releases(const Summary *summary)
{
    for (size_t i = 0; i < summary->counts.count; i++) {
        const SummaryCount *item = &summary->counts.items[i];
        bool is_removal = item->name && item->group && strcmp(item->group, "remove") == 0;
        if (is_removal && strcmp(item->name, "superseded") != 0 && strcmp(item->name, "failed") != 0 &&
            strcmp(item->name, "pressure") != 0)
            return false;
    }
    return summary_sum(&summary->counts, "remove", NULL) > 0;
}

/* Does the entry belong to `app`? "shop" means any of its destinations, "shop/staging" one, and NULL any app. */
static bool is_of(const SummaryApp *entry, const char *app)
{
    if (!app || strcmp(entry->app, app) == 0)
        return true;
    cleanup_with(free_charp) char *whole = owner_label(entry->app, entry->destination);
    return strcmp(whole, app) == 0;
}

/* Returns the current version, or NULL if there is none or destinations differ. */
static const char *version_of(const Summary *summary, const char *app)
{
    const char *version = NULL;
    for (size_t i = 0; i < summary->n_apps; i++) {
        const char *here = summary->apps[i].version;
        if (!is_of(&summary->apps[i], app) || !here)
            continue;
        if (version && strcmp(version, here) != 0)
            return NULL;
        version = here;
    }
    return version;
}

/* Returns the app that the line is about: the deployed one, else the only one; NULL if there are several. */
static const char *subject_of(const Summary *summary, const char *deployed)
{
    const char *app = summary->n_apps > 0 ? summary->apps[0].app : NULL;
    if (deployed)
        return deployed;
    for (size_t i = 0; i < summary->n_apps; i++)
        if (!is_of(&summary->apps[i], app))
            return NULL;
    return app;
}

static char *rollback_label(const SummaryApp *entry, bool is_alone, const char *subject)
{
    const char *destination = entry->destination;
    long long ready = entry->ready, wanted = entry->wanted;
    if (subject && (is_alone || !destination))
        return xasprintf("%lld/%lld", ready, wanted);
    if (subject)
        return xasprintf("%s %lld/%lld", destination, ready, wanted);
    cleanup_with(free_charp) char *label = owner_label(entry->app, destination);
    return xasprintf("%s %lld/%lld", label, ready, wanted);
}

/* "rollback 3/3", "rollback staging 2/3, production 3/3", or with the names of apps if the line is about several. The
 * summary has first those that lack a release, so a cut never hides one behind others. */
static void append_rollback(char **line, const Summary *summary, const char *subject)
{
    int64_t cut = summary_sum(&summary->cut, NULL, "rollback");
    size_t count = 0, shown = 0;
    for (size_t i = 0; i < summary->n_apps; i++)
        count += is_of(&summary->apps[i], subject);
    for (size_t i = 0; i < summary->n_apps; i++) {
        if (!is_of(&summary->apps[i], subject) || shown == APPS_MAX)
            continue;
        cleanup_with(free_charp) char *label = rollback_label(&summary->apps[i], count == 1, subject);
        append(line, ", ", xasprintf("%s%s", shown == 0 ? "rollback " : "", label));
        shown++;
    }
    if (!subject && cut > 0)
        count += (size_t)cut;
    if (count > shown)
        append(line, " ", xasprintf("and %zu more", count - shown));
}

static void append_disk(char **line, const Summary *summary)
{
    const SummaryDisk *disk = summary_fullest(summary);
    double before = disk ? disk->before_percent : 0, after = disk ? disk->after_percent : 0;
    cleanup_with(free_charp) char *first = xasprintf("%.0f%%", before), *last = xasprintf("%.0f%%", after);
    if (before <= 0)
        return;
    if (after <= 0 || strcmp(first, last) == 0)
        append(line, ", ", xasprintf("disk %s", first));
    else
        append(line, ", ", xasprintf("disk %s -> %s", first, last));
    char free_space[TEXT_MAX];
    if (disk->available_bytes > 0)
        append(line, " ", xasprintf("(%s free)", format_bytes(free_space, disk->available_bytes)));
}

/* What the disk gained is what people want to know. If others have written more meanwhile, the engine's own sum is the
 * next best. */
static char *freed_text(const Summary *summary)
{
    char bytes[TEXT_MAX];
    int64_t gained = gained_bytes(summary->disk_bytes);
    if (gained == 0 && summary->engine_bytes > 0)
        return xasprintf("%s freed as reported by the engine", format_bytes(bytes, summary->engine_bytes));
    return xasprintf("%s freed", format_bytes(bytes, gained));
}

static char *removed_label(const Summary *summary)
{
    size_t n_images = summary->removed_images > 0 ? (size_t)summary->removed_images : 0;
    if (n_images == 0) {
        cleanup_with(free_charp) char *what =
            removed_text(0, (size_t)summary->removed_containers, summary->removed_records > 0);
        return xasprintf("removed %s", what);
    }
    return xasprintf("removed %zu %s%s", n_images, are_all_releases(summary) ? "release" : "image", plural(n_images));
}

static char *trial_text(const Summary *summary, size_t would_remove, Time now)
{
    bool has_end = summary->trial_until > 0;
    cleanup_with(free_charp) char *when = eligible_text(summary->trial_until, now);
    return xasprintf("nothing removed: on trial%s%s; would remove %zu image%s (rgc plan shows them; sudo rgc collect "
                     "--here --end-trial ends the trial)",
                     has_end ? " until " : "", has_end ? when : "", would_remove, plural(would_remove));
}

/* Says why a pass removed nothing, the strongest reason first: it was suspended, it failed or was interrupted,
 * everything had changed since the plan, or there was nothing to remove. */
static char *why_nothing(const Summary *summary, Time now)
{
    const SummaryCounts *counts = &summary->counts;
    size_t would_remove = (size_t)summary_sum(counts, "remove", NULL),
           waiting = (size_t)summary_sum(counts, "wait", NULL);
    size_t kept = (size_t)summary_sum(counts, "keep", NULL);
    if (summary->suspension && strcmp(summary->suspension, "trial") == 0)
        return trial_text(summary, would_remove, now);
    if (summary->suspension)
        return xasprintf("nothing removed: the %s has jumped; a later pass continues", summary->suspension);
    if (summary_failures(summary) > 0 || summary->interrupted)
        return xstrdup("nothing removed");
    if (would_remove > 0)
        return xasprintf("nothing removed: %zu image%s came into use or disappeared meanwhile", would_remove,
                         plural(would_remove));
    if (waiting == 0)
        return xasprintf("nothing to remove: %zu image%s kept", kept, plural(kept));
    cleanup_with(free_charp) char *when = eligible_text(summary->next_at, now);
    return xasprintf("nothing to remove: %zu kept, %zu kept for now%s%s", kept, waiting,
                     summary->next_at > 0 ? ", the first until " : "", summary->next_at > 0 ? when : "");
}

static void append_failures(char **line, const Summary *summary)
{
    const char *first = summary->errors.count > 0 ? summary->errors.items[0] : NULL;
    size_t failed = (size_t)summary_failures(summary);
    if (failed > 0)
        append(line, ", ",
               xasprintf("%zu removal%s failed%s%s", failed, plural(failed), first ? ": " : "", first ? first : ""));
    if (summary->interrupted)
        append(line, "; ", xstrdup("ended early by a signal; the next pass continues"));
}

/* Puts the parts together. A pass that failed after it removed something says both. */
static char *describe(const Summary *summary, const char *subject, Time now)
{
    bool has_removed = summary_has_removed(summary);
    char *line = NULL;
    if (summary->error && !has_removed)
        return xasprintf("the pass failed: %s", summary->error);
    line = has_removed ? removed_label(summary) : why_nothing(summary, now);
    if (has_removed)
        append(&line, ", ", freed_text(summary));
    append_disk(&line, summary);
    append_rollback(&line, summary, subject);
    append_failures(&line, summary);
    if (summary->error)
        append(&line, "; ", xasprintf("then the pass failed: %s", summary->error));
    return line;
}

/* Is the deployed app unknown on this host? A list of apps that was cut does not prove that, and a pass that failed may
 * have no list. */
static bool is_unknown(const Summary *summary, const char *deployed)
{
    if (!deployed || !summary->has_plan || summary->error || summary_sum(&summary->cut, NULL, "rollback") > 0)
        return false;
    for (size_t i = 0; i < summary->n_apps; i++)
        if (is_of(&summary->apps[i], deployed))
            return false;
    return true;
}

char *summary_line(const json_t *document, const char *deployed, Time now)
{
    cleanup_with(summary_clear) Summary summary;
    if (!summary_from_json(document, &summary))
        return xstrdup("the pass has ended, but rgc cannot read its summary");
    const char *subject = subject_of(&summary, deployed);
    const char *version = subject ? version_of(&summary, subject) : NULL;
    char *what = describe(&summary, subject, now);
    if (is_unknown(&summary, deployed))
        append(&what, "; ", xstrdup("no app here has that name; rgc status --all lists them"));
    if (!subject)
        return what;
    char *line = xasprintf("%s%s%s: %s", subject, version ? " " : "", version ? version : "", what);
    free(what);
    return line;
}

/* A summary with an "exit" that no rgc has is one of a pass that failed in an unknown way. */
int summary_exit_code(const json_t *document)
{
    cleanup_with(summary_clear) Summary summary;
    if (!summary_from_json(document, &summary))
        return EXIT_FAILED;
    if (summary.exit_code >= EXIT_DONE && summary.exit_code <= EXIT_LOCKED)
        return summary.exit_code;
    bool has_failed =
        json_object_get(document, "exit") || summary.error || summary.interrupted || summary_failures(&summary) > 0;
    return has_failed ? EXIT_FAILED : EXIT_DONE;
}
