/* SPDX-License-Identifier: MIT */
/*
 * The engine's events as they happen: images that arrive, and containers that are created, started and ended. The
 * agent's second child follows them (src/observe/watch.c). An event only ever causes a pass, or tells that pass what
 * came and went since the last one; which images and containers there are, a pass asks the engine.
 *
 *     const FollowOptions options = {.since = known_until, .stop_fd = fd, .now = wall_clock, .on_event = note, …};
 *     int r = engine_follow(engine, &options, err); // returns when fd is readable, or when the engine is gone
 *
 * Docker replays its last 256 events of all kinds, so a follower that was away for a moment misses none. FollowStart
 * says from which time on nothing is missing.
 *
 * Source: Docker Engine API, GET /events.
 */
#pragma once

#include <rgc/engine.h>

typedef enum EventKind {
    EVENT_OTHER,   /* rgc has no use for it, and never passes it on */
    EVENT_ARRIVAL, /* an image was pulled, loaded, imported, built, committed or tagged */
    EVENT_CREATE,  /* this and the following concern a container */
    EVENT_START,
    EVENT_DIE,
    EVENT_KILL, /* somebody stops it from outside */
} EventKind;

typedef struct Event {
    EventKind kind;
    char *action; /* in the engine's word: "pull" */
    Time time;
    Strings images;    /* for an arrival: the names that it gives, "repository:tag" or an image ID; may be empty */
    bool is_transfer;  /* a pull, load or import */
    bool is_made_here; /* an import, or `docker commit` */
    char *container;   /* the container's ID; NULL for an arrival */
    char *name;        /* the container's name; NULL = unknown */
    char *image_ref;   /* the image as the container's user named it; NULL = unknown */
    bool has_exit_code;
    int exit_code;
    Labels labels; /* the container's */
} Event;
void event_clear(Event *event);

/* What a follower knows when the stream begins. */
typedef struct FollowStart {
    Time complete_since;     /* from here on no event is missing */
    bool is_all_since_start; /* no event since the engine's own start is missing */
} FollowStart;

typedef struct FollowOptions {
    Time since;  /* the caller knows the events before this time; 0 = it knows none */
    int stop_fd; /* the stream ends when this descriptor becomes readable; -1 = it is never asked to end */
    Time (*now)(void);
    void (*on_connected)(const FollowStart *start, void *userdata); /* once, before all other callbacks */
    void (*on_event)(const Event *event, void *userdata);           /* may query the engine, but not for long */
    void (*on_unreadable)(void *userdata);                          /* rgc skipped a line that it cannot read */
    int (*before_wait)(void *userdata); /* NULL, or returns how many milliseconds to wait at most; -1 = no limit */
    void *userdata;
} FollowOptions;

/*
 * Follows the events from `since` on, as far as the engine still knows them, and waits for more. Returns 0 when stop_fd
 * asked it to end, -ECONNREFUSED if the engine is gone or has ended the stream, and other codes for refusals and
 * answers that cannot be used. The stream has no time-out, because silence is normal, and while nothing happens the
 * process makes no system call: an idle host is not woken.
 */
int engine_follow(Engine *engine, const FollowOptions *options, Error *err);

/* The ID of the image that has this name at the moment, for the caller to free. -ENOENT if no image has it. The query
 * gives up after 2 s, because the stream of events waits meanwhile. */
int engine_query_image_id(Engine *engine, const char *name, char **ret, Error *err);
