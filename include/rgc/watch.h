/* SPDX-License-Identifier: MIT */
/*
 * Watching: what the engine's events tell is written into the state directory while it happens, because a container of
 * `docker run --rm` leaves nothing that a pass could see; and whoever is to start a pass is told a line.
 */
#pragma once

#include <rgc/config.h>
#include <rgc/state.h>

typedef struct WatchEvent {
    bool is_arrival;       /* else a use */
    const char *action;    /* in the engine's word */
    const char *reference; /* what the image is called; NULL = not told */
    const char *app;       /* that the container's labels name; NULL */
} WatchEvent;

typedef struct WatchCalls {
    void (*on_connected)(void *userdata);
    void (*on_gap)(void *userdata); /* events may have been missed: a pass must look for itself */
    void (*on_event)(const WatchEvent *event, void *userdata);
    void *userdata;
} WatchCalls;

typedef struct WatchOptions {
    StateDirectory *state;        /* NULL: nothing is written */
    int stop_fd;                  /* readable: end */
    bool (*is_interrupted)(void); /* the same, asked while a request is under way */
    const WatchCalls *calls;
} WatchOptions;

/* 0: stopped. -ECONNREFUSED: the engine is gone, or has ended the stream. -EWOULDBLOCK: another process watches with
 * this state directory. A file that cannot be written (a full disk) ends nothing. */
int watch_run(const Config *config, const WatchOptions *options, Error *err);

/* For a pass. What was seen since `ledger` has learned last: arrivals, starts and ends, and from when on that is all
 * there was. Folded twice it changes nothing. */
void seen_fold(StateDirectory *state, const Ledger *ledger, Snapshot *snapshot, Time now);
/* What has been folded is in the stored ledger. For the holder of the lock. */
void seen_drop(StateDirectory *state, const Ledger *stored);
