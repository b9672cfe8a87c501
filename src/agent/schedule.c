/* SPDX-License-Identifier: MIT */
/* When a pass starts; rgc/schedule.h tells the story. The clock is an argument, and a Schedule is all the state. */
#include <rgc/schedule.h>

#define KIND_BIT(kind) (1U << (kind))

/* An image that becomes eligible causes a pass at the earliest so long after the last one, so that passes do not follow
 * each other without a pause. */
#define ELIGIBLE_PAUSE USEC_PER_MINUTE

const char *trigger_to_string(TriggerKind kind)
{
    static const char *const names[TRIGGER_MAX_] = {
        [TRIGGER_HOOK] = "hook",         [TRIGGER_COLLECT] = "collect",   [TRIGGER_DISK] = "disk",
        [TRIGGER_RETRY] = "retry",       [TRIGGER_START] = "start",       [TRIGGER_EVENT] = "event",
        [TRIGGER_ELIGIBLE] = "eligible", [TRIGGER_INTERVAL] = "interval",
    };
    return (unsigned int)kind < TRIGGER_MAX_ ? names[kind] : "unknown";
}

int64_t backoff_next(const Backoff *backoff, int64_t *last_usec)
{
    *last_usec = *last_usec == 0 ? backoff->first_usec : earlier(*last_usec * 2, backoff->most_usec);
    return *last_usec;
}

void schedule_settings_init(ScheduleSettings *ret)
{
    *ret = (ScheduleSettings){
        .settle_usec = 10 * USEC_PER_SEC,
        .interval_usec = 12 * USEC_PER_HOUR,
        .latest_usec = 2 * USEC_PER_MINUTE,
        .event_gap_usec = 5 * USEC_PER_MINUTE,
        .locked = {30 * USEC_PER_SEC, 5 * USEC_PER_MINUTE},
        .no_engine = {USEC_PER_MINUTE, 10 * USEC_PER_MINUTE},
        .failed = {5 * USEC_PER_MINUTE, USEC_PER_HOUR},
    };
}

static void order_clear(PassOrder *order)
{
    free(order->reason);
    strings_clear(&order->deployed);
    *order = (PassOrder){.trigger = TRIGGER_MAX_};
}

void schedule_init(Schedule *ret, const ScheduleSettings *settings, Time now)
{
    *ret = (Schedule){.settings = *settings, .last_end = now};
    order_clear(&ret->pending);
    order_clear(&ret->running);
    ret->pending.number = ret->pending.first = 1;
}

void schedule_clear(Schedule *schedule)
{
    order_clear(&schedule->pending);
    order_clear(&schedule->running);
}

static TriggerSpan *span_of(Schedule *schedule, TriggerKind kind)
{
    if (kind == TRIGGER_EVENT)
        return &schedule->events;
    return kind == TRIGGER_HOOK || kind == TRIGGER_COLLECT ? &schedule->asked : &schedule->own;
}

static void order_add(PassOrder *order, TriggerKind kind, const char *reason)
{
    order->kinds |= KIND_BIT(kind);
    if (kind > order->trigger || (kind == order->trigger && !reason))
        return;
    char *copy = xstrdup(reason);
    free(order->reason);
    order->trigger = kind;
    order->reason = copy;
}

static void order_add_deployed(PassOrder *order, const char *deployed)
{
    if (deployed && order->deployed.count < DEPLOYED_MAX)
        strings_add_unique(&order->deployed, deployed);
}

uint64_t schedule_trigger(Schedule *schedule, TriggerKind kind, const char *reason, const char *deployed, Time now)
{
    TriggerSpan *span = span_of(schedule, kind);
    if (span->first == 0)
        span->first = now;
    span->last = later(span->last, now);
    order_add(&schedule->pending, kind, reason);
    order_add_deployed(&schedule->pending, deployed);
    return schedule->pending.number;
}

/* The latest time at which a pass has to begin for these triggers. */
static Time latest(const Schedule *schedule, const TriggerSpan *span)
{
    if (span->first == 0)
        return TIME_NEVER;
    return span->first + later(schedule->settings.latest_usec, schedule->settings.settle_usec);
}

/* Events that come too soon after the last pass for events have to wait until this time. */
static Time events_allowed(const Schedule *schedule)
{
    return schedule->last_event_pass == 0 ? 0 : schedule->last_event_pass + schedule->settings.event_gap_usec;
}

static Time latest_for_events(const Schedule *schedule)
{
    return later(latest(schedule, &schedule->events), events_allowed(schedule));
}

/* When triggers have settled. What somebody asked for does not wait for the others to settle. */
static Time settled(const Schedule *schedule)
{
    int64_t settle = schedule->settings.settle_usec;
    if (schedule->asked.first)
        return schedule->asked.last + settle;
    if (schedule->own.first)
        return later(schedule->own.last, schedule->events.last) + settle;
    if (schedule->events.first)
        return later(schedule->events.last + settle, events_allowed(schedule));
    return TIME_NEVER;
}

static Time due(const Schedule *schedule)
{
    Time at = settled(schedule);
    at = earlier(at, latest(schedule, &schedule->asked));
    at = earlier(at, latest(schedule, &schedule->own));
    return earlier(at, latest_for_events(schedule));
}

static Time interval_at(const Schedule *schedule)
{
    if (schedule->settings.interval_usec <= 0 || schedule->pending.kinds & KIND_BIT(TRIGGER_INTERVAL))
        return TIME_NEVER;
    return schedule->last_end + schedule->settings.interval_usec;
}

typedef struct Alarm {
    Time at;
    TriggerKind kind;
} Alarm;

/* The next time at which the schedule itself causes a trigger. While the engine is away, only the retry does. */
static Alarm next_alarm(const Schedule *schedule)
{
    Alarm alarm = {schedule->retry_at ? schedule->retry_at : TIME_NEVER, TRIGGER_RETRY};
    if (schedule->is_engine_away)
        return alarm;
    if (schedule->eligible_at && schedule->eligible_at < alarm.at)
        alarm = (Alarm){schedule->eligible_at, TRIGGER_ELIGIBLE};
    if (interval_at(schedule) < alarm.at)
        alarm = (Alarm){interval_at(schedule), TRIGGER_INTERVAL};
    return alarm;
}

static void sound_alarm(Schedule *schedule, Alarm alarm)
{
    if (alarm.kind == TRIGGER_RETRY)
        schedule->retry_at = 0;
    if (alarm.kind == TRIGGER_ELIGIBLE)
        schedule->eligible_at = 0;
    schedule_trigger(schedule, alarm.kind, NULL, NULL, alarm.at);
}

Time schedule_next(const Schedule *schedule)
{
    return schedule->is_running ? TIME_NEVER : earlier(due(schedule), next_alarm(schedule).at);
}

bool schedule_is_due(Schedule *schedule, Time now)
{
    if (schedule->is_running)
        return false;
    for (Alarm alarm; (alarm = next_alarm(schedule)).at <= now;)
        sound_alarm(schedule, alarm);
    return due(schedule) <= now;
}

void schedule_connected(Schedule *schedule, Time now)
{
    if (!schedule->is_engine_away)
        return;
    schedule->is_engine_away = false;
    schedule->retry_at = 0;
    schedule->no_engine_usec = 0;
    schedule_trigger(schedule, TRIGGER_RETRY, "the engine is back", NULL, now);
}

const PassOrder *schedule_begin(Schedule *schedule, Time now)
{
    order_clear(&schedule->running);
    schedule->running = schedule->pending;
    schedule->pending = (PassOrder){.trigger = TRIGGER_MAX_};
    schedule->pending.number = schedule->pending.first = schedule->running.number + 1;
    if (schedule->running.kinds & KIND_BIT(TRIGGER_EVENT))
        schedule->last_event_pass = now;
    schedule->asked = schedule->own = schedule->events = (TriggerSpan){0};
    schedule->retry_at = 0;
    schedule->is_running = true;
    schedule->begun = now;
    return &schedule->running;
}

/* Returns the triggers of this pass to the pending order. That order has no time yet; the caller sets the retry. */
static void requeue(Schedule *schedule)
{
    PassOrder *pending = &schedule->pending;
    const PassOrder *running = &schedule->running;
    pending->kinds |= running->kinds & ~KIND_BIT(TRIGGER_INTERVAL); /* the retry comes before the next interval ends */
    if (running->trigger < pending->trigger)
        order_add(pending, running->trigger, running->reason);
}

/* Only after PASS_LOCKED, where the next pass follows soon: minutes later, another deploy of the service may be under
 * way, which the pass must heed. */
static void requeue_deployed(Schedule *schedule)
{
    for (size_t i = 0; i < schedule->running.deployed.count; i++)
        order_add_deployed(&schedule->pending, schedule->running.deployed.items[i]);
}

static void try_again(Schedule *schedule, const Backoff *backoff, int64_t *last_usec, Time now)
{
    requeue(schedule);
    schedule->retry_at = now + backoff_next(backoff, last_usec);
}

void schedule_end(Schedule *schedule, PassEnd end, Time eligible_at, Time now)
{
    const ScheduleSettings *settings = &schedule->settings;
    schedule->is_running = false;
    schedule->last_end = now;
    schedule->is_engine_away = end == PASS_NO_ENGINE;
    if (end != PASS_LOCKED)
        schedule->locked_usec = 0;
    if (end != PASS_NO_ENGINE)
        schedule->no_engine_usec = 0;
    bool has_failed = end == PASS_FAILED || end == PASS_MISCONFIGURED;
    if (!has_failed)
        schedule->failed_usec = 0;

    if (end == PASS_DONE) /* an image that was eligible already, and was kept, would be kept again */
        schedule->eligible_at = eligible_at > schedule->begun ? later(eligible_at, now + ELIGIBLE_PAUSE) : 0;
    if (end == PASS_LOCKED) {
        schedule->pending.first = schedule->running.first;
        requeue_deployed(schedule);
        try_again(schedule, &settings->locked, &schedule->locked_usec, now);
    }
    if (end == PASS_NO_ENGINE)
        try_again(schedule, &settings->no_engine, &schedule->no_engine_usec, now);
    if (has_failed)
        try_again(schedule, &settings->failed, &schedule->failed_usec, now);
    order_clear(&schedule->running);
}

bool schedule_is_waiting(const Schedule *schedule)
{
    return !schedule->is_running && due(schedule) != TIME_NEVER;
}

Time schedule_outlook(const Schedule *schedule, TriggerKind *ret_why)
{
    Alarm alarm = next_alarm(schedule);
    Time at = due(schedule);
    if (at <= alarm.at && at != TIME_NEVER) {
        *ret_why = schedule->pending.trigger;
        return at;
    }
    *ret_why = alarm.kind;
    return alarm.at == TIME_NEVER ? TIME_NEVER : alarm.at + schedule->settings.settle_usec;
}
