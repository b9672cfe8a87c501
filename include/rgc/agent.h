/* SPDX-License-Identifier: MIT */
/*
 * The agent: a supervisor in one thread. It listens on the trigger socket, decides when a pass starts, watches the
 * disk, and starts this program again for whatever touches the engine: `collect`, one at a time, and `watch`. It knows
 * neither engine nor policy: the command line hands it plain values, and a way to read them again.
 */
#pragma once

#include <rgc/error.h>
#include <rgc/memory.h>
#include <rgc/schedule.h>

/* What a child's exit code says: those of rgc(1). */
typedef enum ChildExit {
    CHILD_DONE = 0,
    CHILD_FAILED = 1,
    CHILD_MISCONFIGURED = 2,
    CHILD_NO_ENGINE = 4,
    CHILD_LOCKED = 5,
} ChildExit;

/* [disk] high. */
typedef struct AgentDiskBound {
    bool is_off;
    double used_percent; /* valid if free_bytes < 0 */
    int64_t free_bytes;  /* -1, or: this much must be free */
} AgentDiskBound;

typedef struct AgentSettings {
    char *socket; /* to bind, where systemd hands none over */
    int64_t interval_usec, settle_usec;
    bool events;        /* do they cause a pass? Uses are written down either way */
    int64_t trial_usec; /* 0 or less: none */
    AgentDiskBound high;
    Strings storage; /* file systems to watch; empty: those that the last pass named */
} AgentSettings;
void agent_settings_clear(AgentSettings *settings);

/* Fills `ret`, which is empty, from the configuration as it is now. An error leaves the agent's values as they are. */
typedef int AgentReload(AgentSettings *ret, void *userdata, Error *err);

/* What is not configurable, but for tests. */
typedef struct AgentLimits {
    ScheduleSettings schedule; /* settle and interval are those of AgentSettings */
    int64_t silence_usec;      /* a pass that says nothing for this long is ended */
    int64_t kill_usec;         /* and killed this much later */
    int64_t stop_usec;         /* for children to end when the agent does */
    int64_t disk_check_usec;
    int64_t disk_high_usec; /* above `high` for this long, before it is pressure */
    Backoff disk, watch;
} AgentLimits;
void agent_limits_init(AgentLimits *ret);

typedef struct AgentOptions {
    AgentSettings settings; /* taken over */
    AgentLimits limits;
    Strings child_options; /* such as "--config", FILE: for each child. Taken over */
    AgentReload *reload;
    void *userdata;
} AgentOptions;

/* Returns the signal (SIGTERM or SIGINT) that has ended it, once all children have ended. Clears `options`, also when it
 * fails. */
int agent_run(AgentOptions *options, Error *err);
