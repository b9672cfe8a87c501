/* SPDX-License-Identifier: MIT */
/*
 * The engine's events as they happen: what arrives, and what containers are made, started and ended of. They only ever
 * cause a pass, and tell of what has come and gone between two passes; facts are asked for.
 *
 * An engine replays its last 256 events of all kinds, so whoever was away for a moment misses none.
 */
#pragma once

#include <rgc/engine.h>

typedef enum EventKind {
    EVENT_OTHER,
    EVENT_ARRIVAL, /* an image was pulled, loaded, imported, built or tagged */
    EVENT_CREATE,  /* these are of a container */
    EVENT_START,
    EVENT_DIE,
    EVENT_KILL, /* somebody ends it from outside */
} EventKind;

typedef struct Event {
    EventKind kind;
    char *action; /* in the engine's word: "pull" */
    Time time;
    Strings images;    /* of an arrival: its names, "repository:tag" or an image ID; may be none */
    bool is_transfer;  /* a pull, load or import */
    bool is_made_here; /* an import, or `docker commit` */
    char *container;   /* its ID; NULL but for what containers do */
    char *name;        /* of the container; NULL = not told */
    char *image_ref;   /* what its user named; NULL = not told */
    bool has_exit_code;
    int exit_code;
    Labels labels; /* of the container */
} Event;
void event_clear(Event *event);

/* How the stream begins. */
typedef struct FollowStart {
    Time complete_since;     /* from here on no event is missing */
    bool is_all_since_start; /* none at all since the engine started: only an engine that was not there has more to tell
                              */
} FollowStart;

typedef struct FollowOptions {
    Time since;  /* events up to here are known; 0 = none is */
    int stop_fd; /* readable: end; -1 = never */
    Time (*now)(void);
    void (*on_connected)(const FollowStart *start, void *userdata); /* once, before all others */
    void (*on_event)(const Event *event, void *userdata);           /* may ask the engine, but not for long */
    void (*on_unreadable)(void *userdata);                          /* a line was passed over */
    int (*before_wait)(void *userdata); /* says for how many milliseconds to wait at most; -1 = until an event comes */
    void *userdata;
} FollowOptions;

/*
 * Follows the events from `since` on, as far as the engine still knows them, and waits for more. 0: stopped.
 * -ECONNREFUSED: the engine is gone, or has ended the stream; others are refusals and answers that cannot be used.
 * At rest it makes no system call, and has no time-out: silence is normal.
 */
int engine_follow(Engine *engine, const FollowOptions *options, Error *err);

/* The ID of the image that has this name at the moment. -ENOENT: none has. Does not wait for long. Caller frees. */
int engine_query_image_id(Engine *engine, const char *name, char **ret, Error *err);
