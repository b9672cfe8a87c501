/* SPDX-License-Identifier: MIT */
/*
 * Schedule: when a pass starts. It is a state machine without a clock: the agent drives it with CLOCK_BOOTTIME, and
 * tests drive it faster.
 *
 * The problem: triggers come in bursts. A deploy of one service makes dozens of events, and hooks of ten services may
 * ask within a minute. A pass for each of them would be wasted, and would get in the way of the deploys. But whoever
 * asks must get a pass that begins after the question, also if a pass is running, another process holds the lock, or
 * the engine is away.
 *
 * The idea: triggers are collected into the pending order, and a pass serves all of them.
 *  - It begins `settle` after the last trigger, and at the latest two minutes after the first one. Spans are kept apart
 *    for what somebody asked for, what the agent itself wants, and events: so events never delay a hook, and cause a
 *    pass at most every five minutes.
 *  - When it begins, the pending order becomes the running one, and a new order with the next number is pending. A
 *    trigger that comes during a pass belongs to that next order.
 *  - When it ends without having done its work, its triggers return to the pending order, and a retry is set, after
 *    waits that double up to a bound. A pass that found the lock taken also hands on the promises that were made to its
 *    callers (`first`).
 *  - An interval, a retry, and the time at which an image may be removed are alarms: they become triggers when their
 *    time has come. While the engine is away, only the retry does.
 *
 * What is never allowed: losing a trigger; two passes at a time; a pass that follows another one at once for the same
 * reason without end. tests/unit/agent/agent_schedule.c plays stories and random triggers with a fake clock.
 *
 *     uint64_t ticket = schedule_trigger(&schedule, TRIGGER_HOOK, NULL, "shop", now);
 *     if (schedule_is_due(&schedule, now))
 *         order = schedule_begin(&schedule, now);               start the pass; at its end:
 *     schedule_end(&schedule, PASS_DONE, eligible_at, now);
 *     set_timer(schedule_next(&schedule));                      after every call above
 *
 * Times and durations are in microseconds. Times belong to a clock that is never set, and 0 is "none".
 */
#pragma once

#include <rgc/memory.h>
#include <rgc/text.h>

#define TIME_NEVER INT64_MAX

/* In order of precedence: a pass is named after the first of its triggers. */
typedef enum TriggerKind {
    TRIGGER_HOOK,     /* a deploy hook: rgc collect --deployed */
    TRIGGER_COLLECT,  /* rgc collect */
    TRIGGER_DISK,     /* a file system is above [disk] high */
    TRIGGER_RETRY,    /* the last pass could not do its work */
    TRIGGER_START,    /* the agent has started */
    TRIGGER_EVENT,    /* the engine told of an arrival, or that an app runs another image */
    TRIGGER_ELIGIBLE, /* something that had to wait may be removed now */
    TRIGGER_INTERVAL, /* nothing else has caused a pass for this long */
    TRIGGER_MAX_,
} TriggerKind;

const char *trigger_to_string(TriggerKind kind); /* "hook" … */

/* Waits that are `first_usec` long at first, then twice as long each time, up to `most_usec`. */
typedef struct Backoff {
    int64_t first_usec, most_usec;
} Backoff;
/* Returns the next wait, and stores it in `*last_usec`, which is the last one (0 = there was none yet). */
int64_t backoff_next(const Backoff *backoff, int64_t *last_usec);

typedef struct ScheduleSettings {
    int64_t settle_usec;
    int64_t interval_usec;
    int64_t latest_usec;    /* from the first trigger to the pass at the latest, unless settle is longer */
    int64_t event_gap_usec; /* from the start of a pass that served events to the next one that events cause */
    Backoff locked, no_engine, failed;
} ScheduleSettings;
/* Fills in the defaults of rgc.conf(5), and what is not configurable. */
void schedule_settings_init(ScheduleSettings *ret);

/* A pass is told of so many deployed services. It only keeps the releases of any others a little longer. */
#define DEPLOYED_MAX ((size_t)32)

/* A pass that is to be made, or that is running. */
typedef struct PassOrder {
    uint64_t number;     /* counted since the agent started */
    uint64_t first;      /* the pass also serves those who were promised the passes from this number on */
    TriggerKind trigger; /* the first of its kinds: the pass is named after it */
    unsigned int kinds;  /* bits of all its triggers */
    char *reason;        /* what the latest trigger of that kind said; NULL = nothing */
    Strings deployed;    /* SERVICE[/DESTINATION] whose hooks asked */
} PassOrder;

/* How a pass ended: the exit codes of rgc(1). After all but the first, its triggers wait for the next pass. */
typedef enum PassEnd {
    PASS_DONE,
    PASS_FAILED,        /* it failed, was interrupted, or ended without a word */
    PASS_MISCONFIGURED, /* exit 2; retried, because the file may be repaired without a word to the agent */
    PASS_LOCKED,        /* exit 5: another pass holds the lock */
    PASS_NO_ENGINE,     /* exit 4 */
} PassEnd;

/* The first and the last of some triggers that wait. */
typedef struct TriggerSpan {
    Time first, last;
} TriggerSpan;

typedef struct Schedule {
    ScheduleSettings settings;
    TriggerSpan asked, own, events; /* triggers that wait: of hooks and people; of the agent; of the engine */
    PassOrder pending;
    PassOrder running;
    bool is_running;
    bool is_engine_away;
    Time begun;           /* when the pass began that is running or was the last one */
    Time last_end;        /* when the last pass ended, or the agent started */
    Time last_event_pass; /* when the last pass began that served events */
    Time eligible_at, retry_at;
    int64_t locked_usec, no_engine_usec, failed_usec; /* the last waits for a retry; 0 = none since it last worked */
} Schedule;

/* Copies the settings. `now` counts as the end of a pass, from which the interval begins. */
void schedule_init(Schedule *ret, const ScheduleSettings *settings, Time now);
void schedule_clear(Schedule *schedule);

/* Adds a trigger, and returns the number of the pass that will serve it. Copies `reason` and `deployed`, or NULL. */
uint64_t schedule_trigger(Schedule *schedule, TriggerKind kind, const char *reason, const char *deployed, Time now);

/* The engine can be reached. If passes waited for it, this triggers one. */
void schedule_connected(Schedule *schedule, Time now);

/* The time at which to call schedule_is_due() next; TIME_NEVER during a pass. */
Time schedule_next(const Schedule *schedule);
/* Whether a pass should begin now. Turns alarms whose time has come into triggers. */
bool schedule_is_due(Schedule *schedule, Time now);

/* Begins a pass that serves all triggers that wait. The order is borrowed until schedule_end(). */
const PassOrder *schedule_begin(Schedule *schedule, Time now);
/* Ends it. `eligible_at` is when the next image may be removed; 0 = none. It counts only with PASS_DONE. */
void schedule_end(Schedule *schedule, PassEnd end, Time eligible_at, Time now);

/* Whether a trigger waits for a pass that has not begun. */
bool schedule_is_waiting(const Schedule *schedule);
/* For people: when the next pass starts at the latest if nothing else happens, and why. TIME_NEVER if none would. */
Time schedule_outlook(const Schedule *schedule, TriggerKind *ret_why);
