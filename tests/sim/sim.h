/* SPDX-License-Identifier: MIT */
/*
 * A simulated host that knows what really happened: who built, pulled, ran, committed and tagged what, when it served,
 * when the clock was wrong. Passes of rgc look at it through a Snapshot, which says only what an engine would say, and
 * act on it. The oracle then asks the truth whether what goes may go. Nothing in here uses rgc's judgement, but for
 * sim_pass.c, which calls it.
 */
#pragma once

#include <rgc/plan.h>

#define MINUTES(n) ((n)*USEC_PER_MINUTE)
#define HOURS(n) ((n)*USEC_PER_HOUR)
#define DAYS(n) ((n)*USEC_PER_DAY)
#define SECONDS(n) ((n)*USEC_PER_SEC)

/* What a host may have, or what may happen to it. Each can be switched off by
 * its name, so that a fault of rgc that is known hides no other. */
typedef enum Trait {
#define TRAIT(symbol, name, words) TRAIT_##symbol,
#include "traits.h"
#undef TRAIT
    TRAIT_MAX_,
} Trait;
const char *trait_name(Trait trait);
const char *trait_words(Trait trait);
Trait trait_from_name(const char *name); /* TRAIT_MAX_: there is none */

typedef struct Traits {
    bool has[TRAIT_MAX_];
} Traits;
Traits traits_all(void);
/* Takes out what `names` lists, separated by commas; returns the first name that is none, NULL: all are. Borrowed, static
 * text. */
const char *traits_leave_out(Traits *traits, const char *names);

/* A moment: when it really was, and what the wall clock said then, which is
 * what an engine notes. t = 0: never. */
typedef struct Stamp {
    Time t, wall;
} Stamp;

typedef enum Kind { KIND_KAMAL, KIND_COMPOSE, KIND_PLAIN } Kind;

/* What is deployed again and again; of Kamal one for each destination, which
 * share `group`. */
typedef struct App {
    Kind kind;
    char *name;        /* Kamal: service; Compose: service */
    char *project;     /* Compose */
    char *folder;      /* Compose: of the project */
    char *destination; /* NULL = none */
    char *repository;
    Strings roles;
    int group;      /* index of the first app of the service */
    int n_versions; /* of the group: versions that were made so far */
    char *version;  /* that was deployed last */
    bool is_built_here, is_pinned, is_swarm, has_new_names, has_no_policy;
    bool is_down;
    int slot; /* the same app has the same one, whatever else a host has */
} App;

typedef struct SimImage {
    char id[72];
    char *story; /* "release v7 of shop" */
    bool is_here;
    Strings tags, digests;
    Labels labels;
    int parent; /* the image whose steps it continues; -1 */
    bool is_committed, is_built_here;
    int owner; /* the app that it was made as a release of; -1: none, it is
                  somebody's own */
    char *version;
    Time built; /* as its build date says */
    int64_t size_bytes;
    Stamp arrived;      /* the last arrival: a pull, build, load or tag */
    Stamp came;         /* the last time that the ID itself came */
    bool arrival_known; /* the passes have had a chance to see that */
    Strings seen_tags;  /* at the last pass */
    int seen_gen;       /* the ledger that has it */
    int parent_gen;     /* a pass of that ledger has seen it beside what its steps continue */
    int steps_gen;      /* a pass of that ledger has seen it beside what its steps
                           continue, or what continues them, and that has run */
} SimImage;

typedef struct Life {
    Stamp start, end; /* end.t = 0: it goes on */
    int exit_code;
    bool was_killed;
} Life;

typedef struct SimContainer {
    char id[65];
    char *name;
    int image;
    char *ref;
    ContainerState state;
    Stamp created, removed; /* removed.t = 0: it is here */
    Life *lives;
    size_t n_lives;
    int restarts;
    bool has_policy, is_auto_remove;
    Labels labels;
    int mount; /* an image; -1 */
    int app;   /* whose container it is, in truth; -1: nobody's but a person's */
    char *role, *version;
    bool is_replaced, is_exec;
    int seen_gen;   /* a pass has seen it, and the ledger of that number has it */
    int end_gen;    /* a pass has seen when it ended */
    int judged_gen; /* a pass has seen it ended beside the older container of its
                       role */
} SimContainer;

typedef struct SimEvent {
    Stamp at;
    char *reference;      /* of an image; or what a container's user named */
    int image, container; /* -1 */
    const char *action;   /* in the engine's word; static text */
    bool is_transfer, is_pull, is_commit, is_start, is_kill, is_end;
} SimEvent;

/* The wall clock was set. */
typedef struct ClockChange {
    Time t;
    int64_t error;     /* from then on */
    Time since, until; /* the passes before and after it; until = 0: none yet */
    int gen;           /* the ledger that saw the clock before it, in the same boot; -1:
                      none did */
} ClockChange;

typedef enum Property {
#define PROPERTY(symbol, name) PROPERTY_##symbol,
#include "properties.h"
#undef PROPERTY
    PROPERTY_MAX_,
} Property;
const char *property_name(Property property);

typedef struct Failure {
    bool has_failed;
    Property property;
    char *text;
} Failure;

typedef struct World {
    Traits traits;
    uint64_t rng;
    bool is_plain;              /* neither watched nor with a short replay, and every boot is
                                   the same one: as the real binary sees it */
    bool is_told, has_verdicts; /* what happens is written down in words; every
                                   verdict as well */
    Strings story;
    /* the host */
    Time now, booted;
    int64_t clock_error;
    int boot;
    ClockChange *changes;
    size_t n_changes, pass_changes; /* and until the last pass: a step may come in the second of a pass */
    StoreKind store;
    App *apps;
    size_t n_apps;
    SimImage *images;
    size_t n_images;
    SimContainer *containers;
    size_t n_containers;
    SimEvent *events;
    size_t n_events, replay_from, kept_event;
    size_t ring; /* events that the engine remembers; fewer where health checks
                    fill it */
    unsigned numbers;
    /* rgc on it */
    bool is_agent, has_gap; /* it watches; it was away since the last pass */
    Policy policy;
    char *ledger; /* as text; NULL = none */
    size_t ledger_size;
    Ledger read; /* the same, as it is read; valid if has_read */
    bool has_read;
    char *old_ledger;
    size_t old_ledger_size;
    int gen, pass_boot, pass_gen; /* the ledger's number, and those of the last pass */
    Time gen_began;               /* the first pass of that ledger; 0 = none yet */
    Time last_pass, last_pass_wall;
    Time kept_pass,
        kept_wall; /* the last pass that has kept what it learned: what was seen since is still to be read */
    int kept_boot;
    Time *unjoined; /* when a pass found another boot than the one before it */
    size_t n_unjoined;
    Strings deployed;            /* whose hook asks for the next pass */
    uint32_t failing_inspects;   /* percent, in the next pass */
    bool is_fresh, is_installed; /* there was rgc from the beginning; it is there now */
    Failure failure;
    /* figures */
    size_t n_passes, n_removed, n_claims, n_variants;
} World;

/* chance.c */
uint64_t mix(uint64_t a, uint64_t b);
uint32_t roll(World *w, uint32_t sides);
bool chance(World *w, uint32_t percent);
static inline bool has_trait(const World *w, Trait trait)
{
    return w->traits.has[trait];
}
bool perhaps(World *w, Trait trait, uint32_t percent); /* never without the trait, but the same numbers
                                                          are drawn */
int64_t some_time(World *w);                           /* seconds to days */

/* sim_apps.c */
char *kamal_name(const App *app, const char *role, const char *version); /* of a container */

/* sim_world.c */
void world_begin(World *w, uint64_t seed, const Traits *traits);
void world_clear(World *w);
void world_wait(World *w, int64_t usec);
Stamp stamp_now(const World *w);
void set_clock(World *w, int64_t error, bool is_boot);
void tell(World *w, const char *format, ...) __attribute__((__format__(__printf__, 2, 3)));
void fail(World *w, Property property, const char *format, ...) __attribute__((__format__(__printf__, 3, 4)));
int find_tag(const World *w, const char *tag);        /* the image that has it; -1 */
int find_container(const World *w, const char *name); /* that is here; -1 */
bool is_here(const SimContainer *c);
bool is_live(const SimContainer *c);
bool is_used(const World *w, int image);            /* by a container that is here */
const char *image_label(const World *w, int image); /* for people; static text */
void strings_drop(Strings *list, const char *s);
