/* SPDX-License-Identifier: MIT */
/*
 * The replay of events, which tells a pass what happened shortly before it.
 *
 * Docker keeps its last 256 events of all kinds in memory. Whether older events were pushed out or the engine started
 * only then, from the oldest event of the replay on nothing is missing. That time is `arrivals_since`; of the time
 * before it, learning knows neither arrivals nor uses, and keeps images accordingly (src/learn/learn.c).
 *
 * An event that cannot be read is a gap, because it may have been of any kind. So the replay counts as complete only
 * from just after that event; if even its time cannot be read, from the next event on (tests/fault/odd_rows.py).
 *
 * A host may boot in 1970. What the engine stamped then must not make its replay reach back to that year: no engine rests
 * for longer than REST_MAX, so what lies further back than that from the next event counts as stamped by a wrong clock.
 */
#include <errno.h>

#include "engine/decode/decode.h"
#include "engine_parts.h"

typedef struct Replay {
    Snapshot *snapshot;
    Time oldest; /* 0 = no event came */
    Time last;
    size_t count;
    bool is_timeless; /* neither the last event nor its time could be read */
} Replay;

/* For so long something happens on every engine. */
#define REST_MAX (400 * USEC_PER_DAY)

/* From the oldest event on nothing is missing, unless a wrong clock has stamped it. */
static void note_time(Replay *replay, Time time)
{
    bool is_jump = replay->oldest > 0 && time - replay->last > REST_MAX;
    if (replay->oldest == 0 || is_jump || time < replay->oldest)
        replay->oldest = time;
    replay->last = time;
}

/* As many as Docker keeps: a replay of this length may have lost older events. */
#define REPLAY_MAX 256

/* Notes the gap. Its time, as far as it is known, is kept in unreadable_event. */
static void add_odd_event(const char *name, const char *text, size_t length, const char *why, void *userdata)
{
    Replay *replay = userdata;
    Snapshot *snapshot = replay->snapshot;
    Time time = decode_event_time(text, length);

    (void)name;
    replay->count++;
    snapshot_add_unreadable(snapshot, ROW_EVENT, NULL, why);
    replay->is_timeless = time == 0;
    if (time > snapshot->unreadable_event)
        snapshot->unreadable_event = time;
}

static int add_event(const char *name, const char *text, size_t length, void *userdata, Error *err)
{
    Replay *replay = userdata;
    Time time;
    Error why;

    (void)err;
    if (decode_event(text, length, replay->snapshot, &time, &why) < 0) {
        add_odd_event(name, text, length, why.text, userdata);
        return 0;
    }
    replay->count++;
    note_time(replay, time);
    if (replay->is_timeless && time > replay->snapshot->unreadable_event)
        replay->snapshot->unreadable_event = time;
    replay->is_timeless = false;
    return 0;
}

int engine_query_events(Engine *engine, Time until, Snapshot *snapshot, Error *err)
{
    Replay replay = {.snapshot = snapshot};
    Stream stream = {.form = STREAM_SEQUENCE,
                     .known = &engine_members,
                     .on_element = add_event,
                     .on_odd = add_odd_event,
                     .userdata = &replay};
    int64_t reach = engine->dialect->replay_usec;
    Time since = reach > 0 && until > reach ? until - reach : USEC_PER_SEC; /* without `since` there is no replay */
    char *path = engine_path(engine, "/events?since=%lld&until=%lld.%06lld000", (long long)(since / USEC_PER_SEC),
                             (long long)(until / USEC_PER_SEC), (long long)(until % USEC_PER_SEC));
    int r = engine_get_stream(engine, "its recent events", path, &stream, err);

    if (r < 0) {
        snapshot_drop_events(snapshot);
        return r;
    }
    if (replay.oldest > 0)
        note_time(&replay, until);
    if (replay.is_timeless)
        snapshot->unreadable_event = until;
    snapshot->arrivals_since = replay.oldest ? replay.oldest : until;
    if (snapshot->unreadable_event >= snapshot->arrivals_since)
        snapshot->arrivals_since = snapshot->unreadable_event + 1 < until ? snapshot->unreadable_event + 1 : until;
    snapshot->is_replay_full = engine->dialect->forgets_events && replay.count >= REPLAY_MAX;
    return 0;
}
