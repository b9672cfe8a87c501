/* SPDX-License-Identifier: MIT */
/*
 * Ledger: what rgc remembers between passes, because the engine does not: when an image arrived,
 * which apps ran it and how that went. `ledger_learn` folds a Snapshot into it; pure. Storing it is
 * the business of collect/ledger_file.c.
 */
#pragma once

#include <rgc/policy.h>
#include <rgc/snapshot.h>
#include <rgc/timeline.h>

/* What identifies an app, see design words. A "use" with kind APP_NONE makes no app. */
typedef enum AppKind {
    APP_NONE, /* a job, or a container that says nothing about an app */
    APP_KAMAL,
    APP_COMPOSE,
    APP_SWARM,
    APP_REPOSITORY,
    APP_KIND_MAX_,
} AppKind;
const char *app_kind_to_string(AppKind kind);
AppKind app_kind_from_string(const char *s); /* APP_KIND_MAX_ = unknown */

/* How one image was used by one (app, destination, role), over all containers that were ever seen. */
typedef struct Use {
    AppKind kind;
    char *app;            /* name; NULL for APP_NONE */
    char *folder;         /* Compose's working_dir; NULL = not known */
    char *destination;    /* NULL = none */
    char *role;           /* NULL = none */
    char *version;        /* Kamal's, of the newest container; NULL */
    char *name;           /* of the newest container */
    Strings repositories; /* that its containers were started from */
    Time first_created;
    Time last_created; /* of its newest container */
    Time last_started;
    Time last_run;   /* the last moment at which it is known to have run; 0 = never */
    Time last_ended; /* of the container that ended last; 0 = none has */
    bool has_served; /* a container lived min_uptime, by itself */
    bool has_failed; /* there is evidence that a container did not serve; has_served wins */
    bool is_exec;    /* of a service, without a role (`kamal app exec`): holds, ranks nothing */
} Use;

/* Memory of one container, so that it is inspected once; `run` is valid for `state`. One that is gone is remembered for
 * a day: what takes its name follows it. */
typedef struct ContainerRecord {
    char *id;
    char *image, *name;
    char *reference; /* that its user gave; the list shows an ID instead once that is another image's */
    Time created;
    Time gone_since; /* 0 = it is here */
    ContainerState state;
    Run run;
    bool is_settled; /* has ended, or lived min_uptime: no need to look again in this state */
    bool
        is_service; /* makes an app of its repository: it has a restart policy, has run for a day, or follows another */
} ContainerRecord;

typedef struct ImageRecord {
    char *id;
    Time first_seen;
    Time arrived; /* last arrival: the ID, a new tag on it, or an event */
    Time came;    /* the ID itself: new, back again, or by a pull or load; a mere tag is none */
    Time
        pulled_again; /* by a pull that changed nothing, later than `arrived`: it makes the image young, and no more; 0 = none */
    Time last_named;  /* a container was made or started of it, by the engine's events; 0 = none that is known */
    bool is_baseline; /* was there when the ledger began: `arrived` is then only "not later than" */
    Time returned_from,
        returned_until; /* rgc itself gave tags back then: the engine's tag events of it are no arrival */
    bool
        has_come_unseen; /* events had been missed when it was first seen: who has used it since it came is not known */
    bool is_gone;        /* was not on the host at the last pass; seeing it again is an arrival */
    Strings tags;        /* at the last pass */
    Strings repositories; /* of all tags and digests that were ever seen on it */
    bool was_pulled;  /* it came from elsewhere (a digest of a repository, or a load): not a build that replaced another
                       */
    bool is_own_work; /* committed or imported here, or made from an app's image, or what one was made from: no release
                         of it, whatever labels and tags it has */
    /* It continues another one that never ran, or is continued by one: one of the two may be somebody's own work. */
    bool may_be_own_work;
    Strings references; /* with a digest, that containers were started with: no tag is left of these */
    Strings named_in;   /* repositories in which something that is gone named it, to run it */
    Use *uses;
    size_t n_uses;
} ImageRecord;

/* "These tags are about to be removed of this image", written before the first of them goes. */
typedef struct Intent {
    char *image_id;
    Strings tags; /* all tags that it had */
} Intent;

/* A builder's volume that no container mounts, see rgc/builders.h. */
typedef struct VolumeRecord {
    char *name;
    Time alone_since; /* the first pass at which it was so, without a break */
} VolumeRecord;

/* A clock that lies behind the last pass, and that no step explains. */
typedef struct Doubt {
    char *boot_id;
    int64_t clock_offset_usec;
    Time since; /* as it said then; 0 = there is no doubt */
} Doubt;

typedef struct Ledger {
    bool is_new; /* there was none: the coming pass is the first */
    Time began;
    Time trial_until; /* 0 = over */
    Time learned;     /* time of the last learn */
    bool is_unplaced; /* not stored: when that was nobody knows, so that whatever is told now may be news */
    char *boot_id;    /* at that time */
    int64_t clock_offset_usec;
    Time clock_since; /* since then the clock of that boot has not been set; 0 = since the boot */
    Doubt doubt;
    Gaps gaps;           /* of these an age counts 24 h each: rgc/timeline.h */
    ClockSteps steps;    /* stamps of clocks that have been set since */
    Time watched_since;  /* since then no event has been missed: who has used what since then is known */
    Time high_since;     /* a file system is above [disk] high since; 0 = none is */
    ImageRecord *images; /* sorted by id */
    size_t n_images;
    ContainerRecord *containers; /* sorted by id */
    size_t n_containers;
    Intent *intents;
    size_t n_intents;
    VolumeRecord *volumes;
    size_t n_volumes;
    int passes;            /* counter, names a pass */
    struct Ledger *stored; /* the clock cannot be believed: what this pass learns is forgotten, and this stays */
} Ledger;

void ledger_clear(Ledger *ledger);
void ledger_copy(Ledger *ret, const Ledger *from);

typedef void (*TimeVisitor)(Time *time, void *userdata);
/* All that rgc has noted itself; the trial's end lies in the future and is none of it. */
void ledger_each_time(Ledger *ledger, TimeVisitor visit, void *userdata);
/* What the engine told of containers. */
void ledger_each_stamp(Ledger *ledger, TimeVisitor visit, void *userdata);
void snapshot_each_time(Snapshot *snapshot, TimeVisitor visit, void *userdata);
void use_clear(Use *use);
void image_record_clear(ImageRecord *record);
void container_record_clear(ContainerRecord *record);
void intent_clear(Intent *intent);
ImageRecord *ledger_image(const Ledger *ledger, const char *id); /* NULL when absent; borrowed */
ContainerRecord *ledger_container(const Ledger *ledger, const char *id);

/* 0 = a container mounts it, or it has not been seen. */
Time ledger_volume_alone_since(const Ledger *ledger, const char *name);

/* So long above [disk] high is pressure. */
#define PRESSURE_AFTER (5 * USEC_PER_MINUTE)
/* The agent, which looks every minute, has seen it above for that long. Call before ledger_learn. */
void ledger_note_pressure(Ledger *ledger, Time now);

/* rgc has given tags back to this image in this time. */
void ledger_note_returned(Ledger *ledger, const char *id, Time from, Time until);

/* Must this container be inspected, or does the ledger know it? Fills its run and image_ref in the latter case. */
bool ledger_recall(const Ledger *ledger, Container *container);

/* What the clocks say when compared with the last pass. */
typedef enum ClockVerdict {
    CLOCK_FINE,
    CLOCK_BEHIND, /* the ledger has times later than now, and no step in this boot explains it: until the clock has
                     stood for a day, what is learned is not kept */
    CLOCK_JUMPED, /* wall clock and boot clock have parted by 10 minutes within one boot, or the
                     boot came more than a year after the last pass */
} ClockVerdict;
/* A clock that nothing explains is believed once it has stood for so long. */
#define CLOCK_STANDS_AFTER USEC_PER_DAY
ClockVerdict ledger_clock(const Ledger *ledger, const EngineInfo *engine, Time now);

/*
 * Puts the ledger and all that comes from outside onto one timeline, that of the clock as it is now: before
 * ledger_learn, which knows of no clocks. Once a snapshot.
 */
ClockVerdict ledger_enter(Ledger *ledger, Snapshot *snapshot, Time now);
/* When a clock that lies before the last pass will be believed if nobody sets it; 0 = it does not. Needs ledger_enter. */
Time ledger_clock_trusted_at(const Ledger *ledger);

/*
 * Folds the facts into the ledger: arrivals, tags, repositories, uses, runs; forgets images and containers that are
 * gone (images after 35 days or the job window, whichever is longer).
 * The snapshot must be indexed and its containers' Run filled where known.
 */
void ledger_learn(Ledger *ledger, const Snapshot *snapshot, const Policy *policy, Time now);
