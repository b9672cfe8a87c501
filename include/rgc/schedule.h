/* SPDX-License-Identifier: MIT */
/*
 * When a pass starts: a state machine without a clock, which the agent drives and tests drive faster.
 *
 * `settle` after the last trigger, at the latest two minutes after the first. Events do not delay a hook, and cause a
 * pass at most every five minutes. A trigger is never lost: one that comes during a pass causes one more, and what a
 * pass could not do because another one held the lock or the engine was away is done by the next.
 *
 * Times are of a clock that is never set (CLOCK_BOOTTIME) and greater than 0; 0 stands for "none".
 */
#pragma once

#include <rgc/memory.h>
#include <rgc/text.h>

#define TIME_NEVER INT64_MAX

/* In order of precedence: the first of a pass's triggers is the one it is named after. */
typedef enum TriggerKind {
    TRIGGER_HOOK,     /* a deploy hook: rgc collect --deployed */
    TRIGGER_COLLECT,  /* rgc collect */
    TRIGGER_DISK,     /* a file system is above [disk] high */
    TRIGGER_RETRY,    /* the last pass could not do its work */
    TRIGGER_START,    /* the agent has started */
    TRIGGER_EVENT,    /* the engine told of an arrival, or of a changed image of an app */
    TRIGGER_ELIGIBLE, /* something that waited may go now */
    TRIGGER_INTERVAL, /* nothing else has caused a pass for this long */
    TRIGGER_MAX_,
} TriggerKind;

const char *trigger_to_string(TriggerKind kind); /* "hook" … */

/* First this long, then twice as long each time. */
typedef struct Backoff {
    int64_t first_usec, most_usec;
} Backoff;
/* The next wait, from the last one (0 = none yet), which it replaces. */
int64_t backoff_next(const Backoff *backoff, int64_t *last_usec);

typedef struct ScheduleSettings {
    int64_t settle_usec;
    int64_t interval_usec;
    int64_t latest_usec;    /* after the first trigger; or settle, where that is longer */
    int64_t event_gap_usec; /* from the start of a pass that served events to the next one that events cause */
    Backoff locked, no_engine, failed;
} ScheduleSettings;
/* The defaults of rgc.conf(5), and what is not configurable. */
void schedule_settings_init(ScheduleSettings *ret);

/* More services than this in one pass are not told to it: it then keeps their releases a little longer. */
#define DEPLOYED_MAX ((size_t)32)

/* A pass to be made, or one under way. */
typedef struct PassOrder {
    uint64_t number; /* counted since the agent started */
    uint64_t first;  /* it also serves those who were promised the passes from this one on */
    TriggerKind trigger;
    unsigned int kinds; /* bits of all its triggers */
    char *reason;       /* NULL, or what the latest trigger of that kind said */
    Strings deployed;
} PassOrder;

typedef enum PassEnd {
    PASS_DONE,
    PASS_FAILED,        /* or was interrupted, or ended without a word: made again, after a while */
    PASS_MISCONFIGURED, /* exit 2: made again after a while, as the file may be repaired without a word to the agent */
    PASS_LOCKED,        /* exit 5: another pass holds the lock; its triggers are still to be served */
    PASS_NO_ENGINE,     /* exit 4 */
} PassEnd;

typedef struct TriggerSpan {
    Time first, last;
} TriggerSpan;

typedef struct Schedule {
    ScheduleSettings settings;
    TriggerSpan asked, own, events; /* of the triggers that wait: hook and run; the agent's; the engine's */
    PassOrder pending;
    PassOrder running;
    bool is_running;
    bool is_engine_away;
    Time begun;    /* the pass that is running, or was last */
    Time last_end; /* or when the agent started */
    Time last_event_pass;
    Time eligible_at, retry_at;
    int64_t locked_usec, no_engine_usec, failed_usec; /* the waits that were last given */
} Schedule;

void schedule_init(Schedule *ret, const ScheduleSettings *settings, Time now);
void schedule_clear(Schedule *schedule);

/* Returns the number of the pass that will serve it. `reason` and `deployed` may be NULL and are copied. */
uint64_t schedule_trigger(Schedule *schedule, TriggerKind kind, const char *reason, const char *deployed, Time now);

/* The engine can be reached (again): what waited for it goes on. */
void schedule_connected(Schedule *schedule, Time now);

/* When to ask schedule_is_due again; TIME_NEVER during a pass. */
Time schedule_next(const Schedule *schedule);
/* Is it time for a pass? Turns times that have come into triggers. */
bool schedule_is_due(Schedule *schedule, Time now);

/* The pass begins now; it serves all triggers that wait. Borrowed until schedule_end. */
const PassOrder *schedule_begin(Schedule *schedule, Time now);
/* `eligible_at`: when, by this pass, the next image may go; 0 = none. Heeded only if PASS_DONE. */
void schedule_end(Schedule *schedule, PassEnd end, Time eligible_at, Time now);

/* Has something asked for a pass that has not begun? */
bool schedule_is_waiting(const Schedule *schedule);
/* For people: when the next pass starts at the latest if nothing happens, and why. TIME_NEVER if none would. */
Time schedule_outlook(const Schedule *schedule, TriggerKind *ret_why);
