/* SPDX-License-Identifier: MIT */
#include "loop.h"

#include <string.h>

static const char *text_of(const json_t *line, const char *name)
{
    const char *text = json_string_value(json_object_get(line, name));
    return text ? text : "";
}

static void add_pass(JournalEntry *entry, const Agent *agent, int64_t pass)
{
    if (pass > 0)
        entry_field(entry, "RGC_PASS", "%lld", (long long)pass);
    if (agent->order)
        entry_text(entry, "RGC_TRIGGER", trigger_to_string(agent->order->trigger));
}

void log_started(const Agent *agent)
{
    cleanup_with(entry_clear) JournalEntry entry = {0};
    char interval[TEXT_MAX];
    entry_text(&entry, "RGC_VERSION", RGC_VERSION);
    entry_send(&entry, LOG_INFO, RGC_MESSAGE_AGENT_STARTED, "rgc %s: watching, with a pass at least every %s",
               RGC_VERSION, format_duration(interval, agent->settings.interval_usec));
}

void log_trigger(const Trigger *trigger)
{
    cleanup_with(entry_clear) JournalEntry entry = {0};
    entry_text(&entry, "RGC_TRIGGER", trigger_to_string(trigger->is_hook ? TRIGGER_HOOK : TRIGGER_COLLECT));
    entry_text(&entry, "RGC_REASON", trigger->reason);
    entry_text(&entry, "RGC_DEPLOYED", trigger->deployed);
    entry_field(&entry, "RGC_TRIGGER_UID", "%lld", (long long)trigger->uid);
    entry_field(&entry, "RGC_TRIGGER_PID", "%lld", (long long)trigger->pid);
    entry_send(&entry, LOG_INFO, RGC_MESSAGE_TRIGGER_ACCEPTED, "User %lld asks for a pass%s%s%s%s",
               (long long)trigger->uid, trigger->deployed ? " after deploying " : "",
               trigger->deployed ? trigger->deployed : "", trigger->reason ? ": " : "",
               trigger->reason ? trigger->reason : "");
}

static void log_removed(JournalEntry *entry, const json_t *line, bool is_image)
{
    const char *reason = text_of(line, "reason"), *ref = text_of(line, "ref");
    entry_text(entry, "RGC_REASON", reason);
    entry_send(entry, LOG_INFO, is_image ? RGC_MESSAGE_IMAGE_REMOVED : RGC_MESSAGE_CONTAINER_REMOVED,
               "Removed %s %s%s%s%s", is_image ? "image" : "container", ref[0] ? ref : text_of(line, "id"),
               reason[0] ? " (" : "", reason, reason[0] ? ")" : "");
}

static void log_not_removed(JournalEntry *entry, const json_t *line)
{
    const char *error = text_of(line, "error"), *ref = text_of(line, "ref");
    entry_text(entry, "RGC_REASON", error[0] ? error : text_of(line, "outcome"));
    entry_send(entry, LOG_WARNING, RGC_MESSAGE_REMOVAL_FAILED, "Could not remove %s %s: %s", text_of(line, "kind"),
               ref[0] ? ref : text_of(line, "id"), error[0] ? error : text_of(line, "outcome"));
}

void log_outcome(const Agent *agent, const json_t *line)
{
    cleanup_with(entry_clear) JournalEntry entry = {0};
    const char *kind = text_of(line, "kind"), *outcome = text_of(line, "outcome");
    bool is_image = strcmp(kind, "image") == 0;
    add_pass(&entry, agent, 0);
    entry_text(&entry, is_image ? "RGC_IMAGE" : "RGC_CONTAINER", text_of(line, "id"));
    entry_text(&entry, "RGC_REFERENCE", text_of(line, "ref"));
    if (strcmp(outcome, "removed") == 0 && (is_image || strcmp(kind, "container") == 0))
        log_removed(&entry, line, is_image);
    else if (strcmp(outcome, "failed") == 0 || strcmp(outcome, "unknown") == 0)
        log_not_removed(&entry, line);
}

/* ", disk 71 % -> 64 %", or nothing. */
static char *disk_text(const Summary *summary)
{
    const SummaryDisk *disk = summary_fullest(summary);

    if (!disk || disk->before_percent <= 0 || disk->after_percent <= 0)
        return xstrdup("");
    return xasprintf(", disk %.0f %% -> %.0f %%", disk->before_percent, disk->after_percent);
}

void log_pass(const Agent *agent, const Summary *summary, bool has_failed)
{
    cleanup_with(entry_clear) JournalEntry entry = {0};
    const char *trigger = trigger_to_string(agent->order->trigger), *error = summary->error;
    add_pass(&entry, agent, summary->pass);
    entry_text(&entry, "RGC_REASON", error ? error : agent->order->reason);
    entry_field(&entry, "RGC_FREED_BYTES", "%lld", (long long)(summary->disk_bytes > 0 ? summary->disk_bytes : 0));
    entry_field(&entry, "RGC_REMOVED_IMAGES", "%lld", (long long)summary->removed_images);
    bool was_ended = summary->interrupted || agent->is_stopping;
    if (has_failed && !agent->is_stopping && (error || !summary->interrupted)) {
        entry_send(&entry, LOG_ERR, RGC_MESSAGE_PASS_FAILED, "Pass (%s) failed: %s", trigger,
                   error ? error : "it could not remove all that it wanted to");
        return;
    }
    cleanup_with(free_charp) char *removed = summary_text(summary);
    cleanup_with(free_charp) char *disk = disk_text(summary);
    bool is_news = summary->removed_images > 0;
    entry_send(&entry, is_news ? LOG_NOTICE : LOG_INFO, RGC_MESSAGE_PASS_FINISHED, "Pass (%s) %s%s%s", trigger, removed,
               disk, was_ended ? "; it was interrupted, the next one carries on" : "");
}

void log_misbehaved(const char *child, const char *what)
{
    cleanup_with(entry_clear) JournalEntry entry = {0};
    entry_text(&entry, "RGC_CHILD", child);
    entry_text(&entry, "RGC_REASON", what);
    entry_send(&entry, LOG_ERR, RGC_MESSAGE_CHILD_MISBEHAVED, "rgc %s: %s", child, what);
}

void log_config(const char *error, const char *note)
{
    cleanup_with(entry_clear) JournalEntry entry = {0};
    entry_text(&entry, "RGC_REASON", error);
    if (error)
        entry_send(&entry, LOG_ERR, RGC_MESSAGE_CONFIG_REJECTED,
                   "Configuration rejected, the agent keeps its values: %s", error);
    else
        entry_send(&entry, LOG_INFO, RGC_MESSAGE_CONFIG_LOADED, "Configuration loaded%s", note ? note : "");
}

void log_engine(EngineState state, const char *reason)
{
    cleanup_with(entry_clear) JournalEntry entry = {0};
    entry_text(&entry, "RGC_REASON", reason);
    if (state == ENGINE_REACHABLE)
        entry_send(&entry, LOG_NOTICE, RGC_MESSAGE_ENGINE_BACK, "The engine is back");
    else
        entry_send(&entry, LOG_WARNING, RGC_MESSAGE_ENGINE_UNREACHABLE,
                   "The engine cannot be reached, waiting for it%s%s", reason ? ": " : "", reason ? reason : "");
}

void log_disk(const DiskUse *use, bool is_on_trial)
{
    cleanup_with(entry_clear) JournalEntry entry = {0};
    char bytes[TEXT_MAX];
    entry_text(&entry, "RGC_DISK", use->path);
    entry_field(&entry, "RGC_USED_PERCENT", "%.1f", use->used_percent);
    entry_field(&entry, "RGC_AVAILABLE_BYTES", "%lld", (long long)use->available_bytes);
    entry_send(&entry, LOG_WARNING, RGC_MESSAGE_DISK_HIGH, "%s is %.1f %% full (%s left): %s", use->path,
               use->used_percent, format_bytes(bytes, use->available_bytes),
               is_on_trial ? "the trial keeps rgc from removing anything; sudo rgc collect --here --end-trial ends it"
                           : "a pass goes further");
}
