/* SPDX-License-Identifier: MIT */
/*
 * The agent: a supervisor in one thread, on an sd-event loop. It listens on the trigger socket (rgc/service.h), decides
 * when a pass starts (rgc/schedule.h) and measures the disk. For whatever touches the engine it starts this program
 * again: `rgc collect --here`, one at a time, and `rgc watch`. So a pass that crashes, leaks or hangs does no harm to
 * the agent, which is always there for the next one.
 *
 * The agent knows neither engine nor policy: the command line hands it plain values, and a way to read them again.
 * tests/agent runs it with children that the test plays.
 */
#pragma once

#include <rgc/error.h>
#include <rgc/memory.h>
#include <rgc/schedule.h>

/* What the exit code of a child means; source: EXIT STATUS in rgc(1). The agent cannot include rgc/cli.h. */
typedef enum ChildExit {
    CHILD_DONE = 0,
    CHILD_FAILED = 1,
    CHILD_MISCONFIGURED = 2,
    CHILD_NO_ENGINE = 4,
    CHILD_LOCKED = 5,
} ChildExit;

/* [disk] high: a percentage of use, or an amount that must be free. */
typedef struct AgentDiskBound {
    bool is_off;
    double used_percent; /* 0 to 100; valid if free_bytes < 0 */
    int64_t free_bytes;  /* so much must be free; -1 = used_percent counts */
} AgentDiskBound;

typedef struct AgentSettings {
    char *socket;                       /* the path to bind if systemd hands over no socket */
    int64_t interval_usec, settle_usec; /* [agent] interval (0 or less = off) and settle */
    bool events;                        /* whether events cause a pass; `rgc watch` notes uses either way */
    int64_t trial_usec;                 /* 0 or less = no trial */
    AgentDiskBound high;
    Strings storage; /* paths on the file systems to measure; empty = those that the last pass named */
} AgentSettings;

void agent_settings_clear(AgentSettings *settings);

/* Fills `ret`, which is empty, from the configuration as it is now. On an error, the agent keeps its values. */
typedef int AgentReload(AgentSettings *ret, void *userdata, Error *err);

/* Limits that no configuration changes, only tests do. */
typedef struct AgentLimits {
    ScheduleSettings schedule; /* its settle and interval are those of AgentSettings */
    int64_t silence_usec;      /* a pass that says nothing for so long is told to end */
    int64_t kill_usec;         /* from then on, until it is killed */
    int64_t stop_usec;         /* how long children may take to end when the agent ends */
    int64_t disk_check_usec;   /* from one look at the disk to the next */
    int64_t disk_high_usec;    /* how long a disk must be above `high` before that is pressure */
    Backoff disk, watch;       /* between passes that did not help; before `rgc watch` is started again */
} AgentLimits;
void agent_limits_init(AgentLimits *ret);

typedef struct AgentOptions {
    AgentSettings settings; /* owned by the agent from agent_run() on */
    AgentLimits limits;
    Strings child_options; /* for each child, such as "--config" and FILE; owned by the agent as well */
    AgentReload *reload;   /* called for SIGHUP */
    void *userdata;        /* of `reload` */
} AgentOptions;

/* Runs the agent until SIGTERM or SIGINT, and returns that signal once all children have ended. Fails if it cannot set
 * up the event loop, or take over or bind the socket; -EADDRINUSE says that another agent listens. Clears `options`,
 * also when it fails. */
int agent_run(AgentOptions *options, Error *err);
