/* SPDX-License-Identifier: MIT */
/*
 * Watching: `rgc watch`, a child of the agent, follows the engine's events and writes down what a pass could not see.
 *
 * The problem: a pass looks every few hours. A container of `docker run --rm` comes and goes in between and leaves
 * nothing behind, so that its image looks unused. An engine replays only its last 256 events, and none from before its
 * own start.
 *
 * The idea: the watcher adds each arrival and each use to seen.jsonl (rgc/sightings_file.h) while it happens, with the
 * ID that the image's name has at that moment. A pass folds these lines into its snapshot, as if the engine's replay
 * reached back that far. The watcher also tells the agent of each event, so that a pass starts soon after an arrival,
 * or when an app runs another image.
 *
 * The claim: in watch.json (rgc/watch_file.h) the watcher says since when it has missed nothing. When it connects
 * again, it asks for the events since the end of its claim, and the claim continues if the engine still has all of
 * them. It also continues if the engine itself has started anew within five minutes, because nobody can start a
 * container without an engine; a pass is asked for all the same.
 *
 * What is never allowed: a claim across a hole. After a lost line, an event that cannot be read, or a connection that
 * begins too late, the claim begins anew, and on_gap() asks for a pass.
 *
 * tests/unit/learn/sightings_fold.c tests the folding, tests/fault/watch.py the program against engines that break off,
 * lie and restart, and tests/engine/scenarios_watch.py real engines.
 */
#pragma once

#include <rgc/config.h>
#include <rgc/state.h>

/* One event for people and for the agent; all texts are borrowed during the call. */
typedef struct WatchEvent {
    bool is_arrival;       /* an image came; else a container was created, started or ended */
    const char *action;    /* the engine's word, such as "pull" */
    const char *reference; /* what the image is called; NULL = not told */
    const char *app;       /* the app that the container's labels name, with its destination; NULL = none */
} WatchEvent;

typedef struct WatchCalls {
    void (*on_connected)(void *userdata); /* once, before all others */
    void (*on_gap)(void *userdata);       /* events may have been missed: a pass must look for itself */
    void (*on_event)(const WatchEvent *event, void *userdata);
    void *userdata;
} WatchCalls;

typedef struct WatchOptions {
    StateDirectory *state;        /* NULL: nothing is written */
    int stop_fd;                  /* watching ends when it becomes readable */
    bool (*is_interrupted)(void); /* asked while a request is under way; true ends the watching as well */
    const WatchCalls *calls;
} WatchOptions;

/* Watches until it is stopped (0), or until the engine is gone or ends the stream (-ECONNREFUSED). -EWOULDBLOCK:
 * another process watches with this state directory. A file that cannot be written, as on a full disk, is no error: the
 * lines are owed and written later. */
int watch_run(const Config *config, const WatchOptions *options, Error *err);

/* Adds to the snapshot of a pass what was seen: arrivals, starts, ends and containers that are gone. Where the watcher
 * claims that nothing was missed since `ledger` learned last, it also moves snapshot->arrivals_since back to that time.
 * Folding twice changes nothing. */
void sightings_fold(StateDirectory *state, const Ledger *ledger, Snapshot *snapshot, Time now);
/* Drops what has been folded, once the ledger that knows it is stored. For the holder of the lock. */
void sightings_drop(StateDirectory *state, const Ledger *stored);
