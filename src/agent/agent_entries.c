/* SPDX-License-Identifier: MIT */
/*
 * What the agent itself writes to the journal: one function for each kind of entry, with its identifier, its priority
 * and its fields. contrib/systemd/rgc.catalog explains the entries to people. Entries of a pass are in
 * journal/pass_entries.c, because a pass that a person starts writes them too.
 */
#include "agent_parts.h"

#include <rgc/pass_journal.h>

/* Returns the cause of the pass that runs or has just ended. */
static PassCause cause_of(const Agent *agent)
{
    const PassOrder *order = agent->order;
    return (PassCause){
        .trigger = order ? trigger_to_string(order->trigger) : NULL,
        .reason = order ? order->reason : NULL,
        .is_stopping = agent->is_stopping,
    };
}

void log_started(const Agent *agent)
{
    cleanup_with(entry_clear) JournalEntry entry = {0};
    char interval[TEXT_MAX];
    entry_text(&entry, "RGC_VERSION", RGC_VERSION);
    entry_send(&entry, LOG_INFO, RGC_MESSAGE_AGENT_STARTED, "rgc %s started; it makes a pass at least every %s",
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
    entry_send(&entry, LOG_INFO, RGC_MESSAGE_TRIGGER_ACCEPTED, "Pass requested by uid %lld%s%s%s%s",
               (long long)trigger->uid, trigger->deployed ? " after a deploy of " : "",
               trigger->deployed ? trigger->deployed : "", trigger->reason ? ": " : "",
               trigger->reason ? trigger->reason : "");
}

void log_outcome(const Agent *agent, const json_t *line)
{
    const PassCause cause = cause_of(agent);
    journal_outcome(&cause, line);
}

void log_pass(const Agent *agent, const Summary *summary, bool has_failed)
{
    const PassCause cause = cause_of(agent);
    journal_pass(&cause, summary, has_failed);
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
                   "Invalid configuration ignored: %s; the agent keeps its previous values, and passes fail until it "
                   "is corrected",
                   error);
    else
        entry_send(&entry, LOG_INFO, RGC_MESSAGE_CONFIG_LOADED, "Configuration loaded%s", note ? note : "");
}

void log_engine(EngineState state, const char *reason)
{
    cleanup_with(entry_clear) JournalEntry entry = {0};
    entry_text(&entry, "RGC_REASON", reason);
    if (state == ENGINE_REACHABLE)
        entry_send(&entry, LOG_NOTICE, RGC_MESSAGE_ENGINE_BACK, "The engine can be reached again");
    else
        entry_send(&entry, LOG_WARNING, RGC_MESSAGE_ENGINE_UNREACHABLE,
                   "The engine cannot be reached; waiting for it%s%s", reason ? ": " : "", reason ? reason : "");
}

void log_disk(const DiskUse *use, bool is_on_trial)
{
    cleanup_with(entry_clear) JournalEntry entry = {0};
    char bytes[TEXT_MAX];
    entry_text(&entry, "RGC_DISK", use->path);
    entry_field(&entry, "RGC_USED_PERCENT", "%.1f", use->used_percent);
    entry_field(&entry, "RGC_AVAILABLE_BYTES", "%lld", (long long)use->available_bytes);
    entry_send(&entry, LOG_WARNING, RGC_MESSAGE_DISK_HIGH, "%s is %.1f%% full (%s left): %s", use->path,
               use->used_percent, format_bytes(bytes, use->available_bytes),
               is_on_trial ? "nothing is removed during the trial; sudo rgc collect --here --end-trial ends it"
                           : "a pass removes more than usual");
}
