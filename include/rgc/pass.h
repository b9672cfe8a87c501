/* SPDX-License-Identifier: MIT */
/*
 * Pass: all that a pass is asked for, and all that it knows when it has ended. Values only: what makes them stands in
 * rgc/collect.h.
 */
#pragma once

#include <rgc/findings.h>
#include <rgc/ledger.h>
#include <rgc/plan.h>
#include <rgc/progress.h>
#include <rgc/survey.h>

typedef struct PassOptions {
    const char *app;         /* NULL */
    const Strings *deployed; /* SERVICE[/DESTINATION] whose own hooks ask; NULL: none */
    const char *trigger;     /* what caused the pass, for the history; NULL: "here", rgc collect --here */
    const char *reason;      /* the same in words; NULL */
    int64_t trial_usec;      /* without a ledger, passes only say for so long what they would remove; 0: no trial */
    bool ends_trial;         /* act at once, and have no trial any more */
    bool is_pressing;        /* the agent has seen a disk above `high` for long enough, whatever passes saw */
    bool with_layers;        /* exact estimate: ask for layers on small hosts (status, plan, collect: yes) */
    bool with_volumes;       /* sizes of volumes that builders have left: the engine measures all volumes for them */
    bool with_survey;        /* what else holds the disk: for rgc status, which no pass and no agent runs */
    bool is_deep;            /* the survey walks through volumes and layers, and keeps what it found */
    bool with_builds;        /* how the images were built: what is not remembered is asked for */
    const PassProgress *progress;
} PassOptions;

/* All that a pass knows; plan borrows from snapshot, and audit from both. */
typedef struct Pass {
    Snapshot snapshot;
    Ledger ledger;
    bool has_ledger;         /* false: unreadable for this user, or none: `ledger_note` says which */
    char *ledger_note;       /* NULL, or a sentence for the user */
    bool engine_was_reached; /* false: the pass ended before there was a plan (exit code 4) */
    bool has_new_facts;      /* of images that were asked for in this pass */
    bool is_refused;         /* there is no such app: nothing was noted, removed or counted */
    Time observed_from;      /* before the first list */
    bool has_ended_trial;    /* passes were on trial, `ends_trial` has ended that, and the ledger has it */
    bool is_stored;          /* the ledger, at least before acting */
    Strings given_back;      /* tags and image IDs: what an interrupted pass had taken */
    Plan plan;
    Survey survey; /* with_survey */
    Audit audit; /* of its apps, as far as it is known how their images were built */
    Report report;
    char *metrics_note; /* NULL, or why the metrics of this pass are not all there */
    char *summary;      /* pass_collect: rgc/summary/1 in one line, as the history has it */
} Pass;
void pass_clear(Pass *pass);
