/* SPDX-License-Identifier: MIT */
/* What the parts of the agent share: its state, and the few calls from one part into another. */
#pragma once

#include "agent/journal/journal.h"
#include "child.h"
#include "disk.h"

#include <rgc/service.h>
#include <rgc/summary.h>

typedef enum EngineState { ENGINE_UNKNOWN, ENGINE_REACHABLE, ENGINE_UNREACHABLE } EngineState;

/* What an app was last seen to run, as hashes: a change of it causes a pass. The oldest is forgotten. */
#define SEEN_MAX 128
typedef struct SeenApp {
    uint64_t app, reference;
} SeenApp;

typedef struct Agent {
    AgentSettings settings;
    AgentLimits limits;
    Strings child_options;
    AgentReload *reload;
    void *reload_userdata;
    char *config_error; /* NULL, or why the file is not in use */

    sd_event *loop;
    sd_event_source *pass_timer, *disk_timer, *watch_timer;
    Service *service;
    Schedule schedule;
    bool is_stopping;
    int stop_signal; /* that asked for it */
    char *status; /* as last told to systemd */

    Child *collect;
    const PassOrder *order; /* of the pass that runs */
    char *failure;          /* NULL, or what it says of why it ends without a summary */
    Time began;             /* by the clock on the wall */
    Time ended;             /* of the last one, by boot_clock(); 0 = there was none */
    json_t *last;           /* NULL, or the last pass's summary, as it was told */
    Time trial_ends;        /* of the first trial that a pass has told of, by boot_clock(); 0 = none */
    bool is_misconfigured;  /* that was why the last pass failed */

    Child *watch;
    int64_t watch_wait_usec;
    Time connected_at;
    bool is_watching;
    EngineState engine;
    SeenApp seen[SEEN_MAX];
    size_t n_seen; /* ever */

    DiskWatch disk;
    Strings disk_paths; /* as the last pass named them */
} Agent;

/* agent.c: the schedule has changed. Sets the timer, starts the pass if it is time, and tells systemd. */
void agent_proceed(Agent *agent);
/* A child has ended: if the agent waits for that, it ends too. */
void agent_child_ended(Agent *agent);

/* passes.c */
void pass_start(Agent *agent);

/* events.c */
void watch_start(Agent *agent);
void engine_seen(Agent *agent, EngineState state, const char *reason);

/* pressure.c */
int pressure_start(Agent *agent);
void pressure_check(Agent *agent);

/* status.c */
void status_send(Agent *agent);
json_t *status_document(const Agent *agent);

/* entries.c: what the journal is told */
void log_started(const Agent *agent);
void log_trigger(const Trigger *trigger);
void log_outcome(const Agent *agent, const json_t *line);
void log_pass(const Agent *agent, const Summary *summary, bool has_failed);
void log_misbehaved(const char *child, const char *what);
void log_config(const char *error, const char *note);
void log_engine(EngineState state, const char *reason);
void log_disk(const DiskUse *use, bool is_on_trial);
