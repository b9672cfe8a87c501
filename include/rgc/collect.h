/* SPDX-License-Identifier: MIT */
/*
 * A pass: observe → learn → decide → act → report. See docs/ARCHITECTURE.md.
 */
#pragma once

#include <rgc/config.h>
#include <rgc/engine.h>
#include <rgc/state.h>

/* What a pass reads of the host beyond the engine. EngineInfo's boot_id and clock_offset_usec; snapshot disks. */
void host_read_clocks(EngineInfo *info);
Time host_now(void);
/* The file systems that hold the engine's storage (configured, else derived from the engine's info). Those that cannot
 * be read are left out; an error only if none can be. */
int host_read_disks(const EngineInfo *info, const Strings *storage, Disk **ret, size_t *ret_count, Error *err);

/* Progress for a terminal (and, later, for the agent); any may be NULL. */
typedef struct PassProgress {
    void (*on_step)(const char *step, void *userdata); /* "reading 1,204 images" */
    void (*on_outcome)(const OutcomeEntry *entry, size_t done, size_t total, void *userdata);
    void *userdata;
} PassProgress;

typedef struct PassOptions {
    const char *app;         /* NULL */
    const Strings *deployed; /* SERVICE[/DESTINATION] whose own hooks ask; NULL: none */
    const char *trigger;     /* what caused the pass, for the history; NULL: "collect", by hand */
    const char *reason;      /* the same in words; NULL */
    int64_t trial_usec;      /* an agent's pass: without a ledger, passes only say for so long what they would remove.
                                0: by hand, which ends the trial, but for one `app` */
    bool is_pressing;        /* the agent has seen a disk above `high` for long enough, whatever passes saw */
    bool with_layers;        /* exact estimate: ask for layers on small hosts (status, plan, collect: yes) */
    bool with_volumes;       /* sizes of volumes that builders have left: the engine measures all volumes for them */
    const PassProgress *progress;
} PassOptions;

/* All that a pass knows; plan borrows from snapshot. */
typedef struct Pass {
    Snapshot snapshot;
    Ledger ledger;
    bool has_ledger;         /* false: unreadable for this user, or none: `ledger_note` says which */
    char *ledger_note;       /* NULL, or a sentence for the user */
    bool engine_was_reached; /* false: the pass ended before there was a plan (exit code 4) */
    bool is_refused;         /* there is no such app: nothing was noted, removed or counted */
    Time observed_from;      /* before the first list */
    Strings given_back;      /* tags and image IDs: what an interrupted pass had taken */
    Plan plan;
    Report report;
    char *metrics_note; /* NULL, or why the metrics of this pass are not all there */
    char *summary;      /* pass_collect: rgc/summary/1 in one line, as the history has it */
} Pass;
void pass_clear(Pass *pass);

/* observe, learn in memory, decide. Writes nothing. `state` may be NULL: no ledger. */
int pass_plan(const Config *config, StateDirectory *state, const PassOptions *options, Pass *ret, Error *err);

/* The whole pass. The state directory must be locked. On error nothing (more) has been removed and
 * `ret->report` says what was. */
int pass_collect(const Config *config, StateDirectory *state, const PassOptions *options, Pass *ret, Error *err);

/* -EINVAL unless the plan has an app of this name; NULL is any. */
int pass_check_app(const Pass *pass, const char *app, Error *err);

/* Asks a running pass to start nothing more. Async-signal-safe. */
void pass_interrupt(void);
bool pass_is_interrupted(void);
