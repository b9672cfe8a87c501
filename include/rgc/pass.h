/* SPDX-License-Identifier: MIT */
/*
 * Pass: all that a pass is asked for, and all that it knows when it has ended. These are values only, so that reports
 * and metrics need not link what makes them; the functions that make a pass are in rgc/collect.h.
 */
#pragma once

#include <rgc/findings.h>
#include <rgc/ledger.h>
#include <rgc/plan.h>
#include <rgc/progress.h>
#include <rgc/survey.h>

/* What a pass is asked for. All texts and lists are borrowed. */
typedef struct PassOptions {
    const char *app;         /* --app: everything else is left out; NULL = all apps */
    const Strings *deployed; /* SERVICE[/DESTINATION] whose own hooks ask; NULL = none */
    const char *trigger;     /* what caused the pass, for the history; NULL = "here", for rgc collect --here */
    const char *reason;      /* the same in words; NULL */
    int64_t trial_usec;      /* how long passes only say what they would remove, from the first one on; 0 = no trial */
    bool ends_trial;         /* the pass acts at once, and the trial is over */
    bool is_pressing;        /* the agent has seen a disk above `high` for long enough, whatever passes saw */
    bool with_layers;        /* asks small hosts for layers, for an exact estimate (status, plan, collect) */
    bool with_volumes;       /* asks for sizes of volumes that builders have left: the engine measures all volumes */
    bool with_survey;        /* finds what else holds the disk: only for rgc status */
    bool is_deep;            /* the survey walks through volumes and layers, and stores the sizes */
    bool with_builds;        /* asks how images were built where that is not remembered */
    const PassProgress *progress; /* NULL if nobody follows */
} PassOptions;

/* All that a pass knows; the plan borrows from the snapshot, and the audit from both. */
typedef struct Pass {
    Snapshot snapshot;
    Ledger ledger;
    bool has_ledger;         /* false: there is none, or this user may not read it, as `ledger_note` says */
    char *ledger_note;       /* NULL, or a sentence for the user */
    bool engine_was_reached; /* false: the pass ended before there was a plan */
    bool has_new_facts;      /* this pass has asked for image facts that should be stored */
    bool is_refused;         /* there is no such app: nothing was noted, removed or counted */
    Time observed_from;      /* a moment before the first list was requested */
    bool has_ended_trial;    /* passes were on trial, `ends_trial` has ended that, and the ledger has it */
    bool is_stored;          /* the ledger is stored, at least as it was before acting */
    Strings given_back;      /* tags and image IDs that an interrupted pass had taken */
    Plan plan;
    Survey survey; /* with_survey */
    Audit audit;   /* of the plan's apps, as far as it is known how their images were built */
    Report report;
    char *metrics_note; /* NULL, or why the metrics of this pass are not complete */
    char *summary;      /* pass_collect() only: rgc/summary/1 in one line, as the history has it */
} Pass;
void pass_clear(Pass *pass);
