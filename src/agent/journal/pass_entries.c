/* SPDX-License-Identifier: MIT */
/*
 * What the journal is told of a pass: an entry for each thing that was removed or could not be, and one for the pass.
 * The agent writes them for its child, and a pass that a person or cron starts writes them itself; so an entry means
 * the same in both cases. The source of an outcome is the line in which the pass tells it (rgc/pass_lines.h).
 */
#include "journal.h"

#include <rgc/pass_journal.h>
#include <string.h>

static const char *text_of(const json_t *line, const char *name)
{
    const char *text = json_string_value(json_object_get(line, name));
    return text ? text : "";
}

static void add_pass(JournalEntry *entry, const PassCause *cause, int64_t pass)
{
    if (pass > 0)
        entry_field(entry, "RGC_PASS", "%lld", (long long)pass);
    entry_text(entry, "RGC_TRIGGER", cause->trigger);
}

/* What the journal calls the things that a pass removes. `removed` is followed by the name, if there is one. */
static const struct Kind {
    const char *kind, *field, *id, *removed;
} kinds[] = {
    {"image", "RGC_IMAGE", RGC_MESSAGE_IMAGE_REMOVED, "Removed image"},
    {"container", "RGC_CONTAINER", RGC_MESSAGE_CONTAINER_REMOVED, "Removed container"},
    {"build-cache", NULL, RGC_MESSAGE_CACHE_PRUNED, "Pruned the build cache"},
    {"builder", "RGC_CONTAINER", RGC_MESSAGE_CACHE_PRUNED, "Pruned the cache of builder"},
    {"volume", "RGC_VOLUME", RGC_MESSAGE_VOLUME_REMOVED, "Removed volume"},
};

static const struct Kind *kind_of(const json_t *line)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(kinds[i].kind, text_of(line, "kind")) == 0)
            return &kinds[i];
    return NULL;
}

/* Returns the name that every view uses, and "" for the build cache, which has none. */
static const char *name_of(const json_t *line, const struct Kind *kind)
{
    const char *names[] = {text_of(line, "name"), text_of(line, "ref"), kind->field ? text_of(line, "id") : ""};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (names[i][0])
            return names[i];
    return "";
}

static void log_removed(JournalEntry *entry, const json_t *line, const struct Kind *kind)
{
    const char *reason = text_of(line, "reason"), *name = name_of(line, kind);
    entry_text(entry, "RGC_REASON", reason);
    entry_send(entry, LOG_INFO, kind->id, "%s%s%s%s%s%s", kind->removed, name[0] ? " " : "", name,
               reason[0] ? " (" : "", reason, reason[0] ? ")" : "");
}

static void log_not_removed(JournalEntry *entry, const json_t *line, const struct Kind *kind)
{
    const char *error = text_of(line, "error"), *name = name_of(line, kind);
    entry_text(entry, "RGC_REASON", error[0] ? error : text_of(line, "outcome"));
    entry_send(entry, LOG_WARNING, RGC_MESSAGE_REMOVAL_FAILED, "Could not remove %s%s%s: %s", kind->kind,
               name[0] ? " " : "", name, error[0] ? error : text_of(line, "outcome"));
}

void journal_outcome(const PassCause *cause, const json_t *line)
{
    cleanup_with(entry_clear) JournalEntry entry = {0};
    const char *outcome = text_of(line, "outcome");
    const struct Kind *kind = kind_of(line);
    if (!kind)
        return;
    add_pass(&entry, cause, 0);
    if (kind->field)
        entry_text(&entry, kind->field, text_of(line, "id"));
    entry_text(&entry, "RGC_REFERENCE", text_of(line, "ref"));
    if (strcmp(outcome, "removed") == 0)
        log_removed(&entry, line, kind);
    else if (strcmp(outcome, "failed") == 0 || strcmp(outcome, "unknown") == 0)
        log_not_removed(&entry, line, kind);
}

/* Returns ", disk 71% -> 64%", or "" if the pass did not measure the disk. Caller frees. */
static char *disk_text(const Summary *summary)
{
    const SummaryDisk *disk = summary_fullest(summary);

    if (!disk || disk->before_percent <= 0 || disk->after_percent <= 0)
        return xstrdup("");
    return xasprintf(", disk %.0f%% -> %.0f%%", disk->before_percent, disk->after_percent);
}

void journal_pass(const PassCause *cause, const Summary *summary, bool has_failed)
{
    cleanup_with(entry_clear) JournalEntry entry = {0};
    const char *trigger = cause->trigger ? cause->trigger : "", *error = summary->error;
    add_pass(&entry, cause, summary->pass);
    entry_text(&entry, "RGC_REASON", error ? error : cause->reason);
    entry_field(&entry, "RGC_FREED_BYTES", "%lld", (long long)(summary->disk_bytes > 0 ? summary->disk_bytes : 0));
    entry_field(&entry, "RGC_REMOVED_IMAGES", "%lld", (long long)summary->removed_images);
    bool was_ended = summary->interrupted || cause->is_stopping;
    if (has_failed && !cause->is_stopping && (error || !summary->interrupted)) {
        entry_send(&entry, LOG_ERR, RGC_MESSAGE_PASS_FAILED, "Pass (%s) failed: %s", trigger,
                   error ? error : "some removals failed");
        return;
    }
    cleanup_with(free_charp) char *removed = summary_text(summary);
    cleanup_with(free_charp) char *disk = disk_text(summary);
    bool is_news = summary->removed_images > 0;
    entry_send(&entry, is_news ? LOG_NOTICE : LOG_INFO, RGC_MESSAGE_PASS_FINISHED, "Pass (%s) %s%s%s", trigger, removed,
               disk, was_ended ? "; it was interrupted, and the next pass continues" : "");
}
