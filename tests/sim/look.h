/* SPDX-License-Identifier: MIT */
/* How a pass of rgc looks at the host, and what it makes of it. */
#pragma once

#include "sim.h"

#include <rgc/state.h>

/* emit.c */
typedef struct Look {
    bool has_no_replay;    /* the engine has forgotten its events */
    int failing_container; /* this one cannot be inspected; -1 */
    uint64_t failing_seed; /* and of all others so many percent; the same for the
                              same seed */
    uint32_t failing_percent;
    int relabelled_image, relabelled_container; /* has labels that claim; -1 */
    int kept_image, claimed_image;              /* has the label rgc.keep; a service's of which it is not; -1 */
    const char *claimed_service;
    int restarted_container; /* runs since now only; -1 */
    int renamed_container;   /* its Compose project has another name; -1 */
    int64_t clock_step;
    int64_t later;
    bool has_no_trial, is_unsuspended;          /* what a pass removes that neither the trial nor the clock holds */
    int unreadable_image, unreadable_container; /* their rows; -1 */
    StateDirectory *sightings;                  /* what the watcher wrote there is folded into the snapshot; NULL */
    bool has_hidden_row;                        /* of a container, of which not even the image can be
                                                   read */
} Look;
#define LOOK_PLAIN                                                                                                     \
    ((Look){.failing_container = -1,                                                                                   \
            .relabelled_image = -1,                                                                                    \
            .relabelled_container = -1,                                                                                \
            .kept_image = -1,                                                                                          \
            .claimed_image = -1,                                                                                       \
            .restarted_container = -1,                                                                                 \
            .renamed_container = -1,                                                                                   \
            .unreadable_image = -1,                                                                                    \
            .unreadable_container = -1})
void emit(const World *w, const Look *look, const Ledger *ledger, Snapshot *ret, Time *ret_now);
void emit_facts(const World *w, Time now, Snapshot *ret); /* emit_facts.c */
bool emit_hides(const World *w, const Look *look, int container);
size_t events_seen_from(const World *w);

/* pass.c */
typedef struct Round {
    Snapshot snapshot;
    Ledger ledger;
    Plan plan;
    Time now;
} Round;
void round_make(const World *w, const Look *look, const Policy *policy, const char *ledger, size_t size, Round *ret);
bool round_removes(const Round *pass, const Judgement *judgement); /* on trial nothing goes,
                                                                      whatever the verdict */
void round_clear(Round *pass);
char *round_ledger(const Round *pass, size_t *ret_size); /* as text; caller frees */
void world_pass(World *w);
void tell_verdicts(World *w, const Plan *plan);
int image_of_id(const World *w, const char *id); /* -1 */
int container_of_id(const World *w, const char *id);

/* oracle.c */
void oracle_check(World *w, const Round *pass);

/* host_json.c */
void host_print(const World *w);
