/* SPDX-License-Identifier: MIT */
/*
 * The supervisor: what the parts of the agent share, which is its state and the few calls from one part into another.
 *
 * The problem: the agent has to be there for months, must not lose a trigger, and must not delay a deploy. But what it
 * is there for is risky: a pass talks to an engine that may hang, reads whatever the engine stores, and may take an
 * hour; somebody has to listen to the engine's events at the same time.
 *
 * The idea: the agent itself does nothing that can block or grow. It is one thread on an event loop, with two children,
 * which are this program again (child.h):
 *  - `rgc collect --here` is a pass (passes.c). The schedule says when; its exit code and its summary say how it ended,
 *    and the schedule turns that into a retry or into rest. It must write a line from time to time, or it is ended.
 *  - `rgc watch` follows the engine's events (watch_child.c). It is always there: when it ends, it is started again,
 *    after waits that double up to a minute. It may be silent for days. Every callback of the loop changes the state,
 *    and then calls agent_proceed(), which starts the pass that is due, sets the timer and tells systemd. So there is
 *    one place in which a pass starts.
 *
 * To stop, the agent sends SIGTERM to both children and leaves the loop once both have ended; after 8 s it kills them.
 * A pass ends between two removals. If the agent itself is killed, the kernel sends the SIGTERM (spawn.c).
 *
 * What is never allowed: to block in the loop; to talk to the engine; two passes at a time; a child without an agent.
 * tests/agent/supervisor.py and tests/unit/agent/agent_child.c test this with children that they play themselves.
 */
#pragma once

#include "agent/journal/journal.h"
#include "child.h"
#include "disk.h"

#include <rgc/service.h>
#include <rgc/summary.h>

typedef enum EngineState { ENGINE_UNKNOWN, ENGINE_REACHABLE, ENGINE_UNREACHABLE } EngineState;

/* The image that an app was last told to run, both as hashes. A change of it causes a pass. Beyond APPS_KNOWN apps, the
 * entry that was made first is replaced. */
#define APPS_KNOWN 128
typedef struct KnownApp {
    uint64_t app, reference;
} KnownApp;

typedef struct Agent {
    AgentSettings settings;
    AgentLimits limits;
    Strings child_options;
    AgentReload *reload;
    void *reload_userdata;
    char *config_error; /* why the configuration file is not in use; NULL if it is */

    sd_event *loop;
    sd_event_source *pass_timer, *disk_timer, *watch_timer;
    Service *service;
    Schedule schedule;
    bool is_stopping;
    int stop_signal; /* the signal that asked for it */
    char *status;    /* the sentence that systemd was told last */

    Child *collect;
    const PassOrder *order; /* the order of the running pass; borrowed from the schedule; NULL = none runs */
    char *failure;          /* why the running pass is going to end without a summary, as it says; NULL = unknown */
    Time began;             /* when the running pass began, by wall_clock() */
    Time ended;             /* when the last pass ended, by boot_clock(); 0 = there was none */
    json_t *last;           /* the summary of the last pass, as clients received it; NULL = there was none */
    Time trial_ends;        /* the end of the first trial that a pass has told of, by boot_clock(); 0 = none */
    bool is_misconfigured;  /* the last pass failed because the configuration is invalid */

    Child *watch;
    int64_t watch_wait_usec;
    Time connected_at;
    bool is_following;
    EngineState engine;
    KnownApp known[APPS_KNOWN];
    size_t n_known; /* how many entries were ever made; the next one replaces known[n_known % APPS_KNOWN] */

    DiskMonitor disk;
    Strings disk_paths; /* the file systems that the last pass named */
} Agent;

/* agent.c. To be called after each change of the schedule: starts a pass if one is due, sets the timer, and tells
 * systemd. */
void agent_proceed(Agent *agent);
/* To be called when a child has ended: ends the loop if the agent is stopping and this was the last child. */
void agent_child_ended(Agent *agent);

/* passes.c. Begins the pending order and starts `rgc collect --here` for it. If there is no process to be had, the pass
 * has failed, and the schedule tries again. */
void agent_start_pass(Agent *agent);

/* watch_child.c. Starts `rgc watch`, now or, if that fails, later. */
void agent_start_watch(Agent *agent);
/* Notes whether the engine can be reached, as either child has found, and tells the journal of a change. */
void agent_note_engine(Agent *agent, EngineState state, const char *reason);

/* disk_checks.c. Begins to look at the disk from time to time, with the present settings; what was observed before is
 * forgotten. Returns a negative errno if there is no timer to be had. */
int agent_start_disk_checks(Agent *agent);
/* Looks at the disk now, and triggers a pass if it is too full. */
void agent_check_disk(Agent *agent);

/* status.c. Sends systemd a sentence on what the agent does, unless it is the one that systemd was told last. */
void agent_send_status(Agent *agent);
/* Returns the answer to Status() as a new object. */
json_t *agent_status_document(const Agent *agent);

/* agent_entries.c: one function for each kind of entry that the agent writes to the journal. */
void log_started(const Agent *agent);
void log_trigger(const Trigger *trigger);
void log_outcome(const Agent *agent, const json_t *line);
void log_pass(const Agent *agent, const Summary *summary, bool has_failed);
void log_misbehaved(const char *child, const char *what);
void log_config(const char *error, const char *note);
void log_engine(EngineState state, const char *reason);
void log_disk(const DiskUse *use, bool is_on_trial);
