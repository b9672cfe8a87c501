/* SPDX-License-Identifier: MIT */
/*
 * Ledger: what rgc remembers between passes because the engine does not: when an image arrived, which apps have run it,
 * and how that went. A pass loads it, learns from its snapshot, decides, and stores it:
 *
 *     ledger_enter(&ledger, &snapshot, now);          // puts both onto one timeline
 *     ledger_learn(&ledger, &snapshot, policy, now);  // folds the facts into it
 *     plan_decide(&snapshot, &ledger, policy, now, &options, &plan);
 *
 * All of this is pure; src/state/ledger_json.c stores it. Times are microseconds since the epoch, on the timeline of
 * timeline.h; 0 = unknown or never. A ledger owns everything it points to.
 */
#pragma once

#include <rgc/policy.h>
#include <rgc/snapshot.h>
#include <rgc/timeline.h>

/* What proves that a container belongs to an app (ownership.h). */
typedef enum AppKind {
    APP_NONE, /* a job: a use of this kind makes no app */
    APP_KAMAL,
    APP_COMPOSE,
    APP_SWARM,
    APP_REPOSITORY,
    APP_KIND_MAX_,
} AppKind;
const char *app_kind_to_string(AppKind kind);
AppKind app_kind_from_string(const char *s); /* APP_KIND_MAX_ = unknown */

/* How one image was used by one app, destination and role, over all containers that rgc has ever seen. */
typedef struct Use {
    AppKind kind;
    char *app;            /* its name; NULL for APP_NONE */
    char *folder;         /* Compose's working_dir; NULL = unknown */
    char *destination;    /* NULL = none */
    char *role;           /* NULL = none */
    char *version;        /* the newest container's version (Kamal); NULL */
    char *name;           /* the newest container's name */
    Strings repositories; /* those that its containers were started from */
    Time first_created;
    Time last_created; /* creation of its newest container */
    Time last_started;
    Time last_run;        /* the last moment at which a container is known to have run; 0 = never */
    Time last_ended;      /* the last end of a container; 0 = none has ended */
    bool has_served;      /* a container has lived for min_uptime by itself */
    bool has_failed;      /* there is evidence that a container did not serve; has_served and may_have_served win */
    bool may_have_served; /* a container had a life of which nobody can tell how it went */
    bool is_exec;         /* `kamal app exec`: it keeps the image, and is not ranked */
} Use;

/* What is remembered of one container, so that it is inspected only once. A container that is gone is remembered for a
 * day, so that rgc recognises what follows it under its name, and for as long as the engine tells of it, lest that be
 * news. */
typedef struct ContainerRecord {
    char *id;
    char *image, *name;
    char *reference; /* what its user named; the list shows an ID instead once that names another image */
    Time created;
    Time gone_since; /* 0 = it is here */
    ContainerState state;
    Run run;         /* valid for this state */
    bool is_settled; /* it has ended or lived for min_uptime: it need not be inspected again in this state */
    bool is_service; /* it makes an app of its repository (src/learn/learn_services.c) */
} ContainerRecord;

typedef struct ImageRecord {
    char *id;
    Time first_seen;
    Time arrived; /* the last arrival: of the image, of a new tag on it, or by an event */
    Time came;    /* the last arrival of the image itself: new, back again, pulled or loaded; a mere tag is none */
    /* A pull after `arrived` that changed nothing: it makes the image young, and nothing more; 0 = none. */
    Time pulled_again;
    Time last_named;  /* by the engine's events, a container was made from it or started; 0 = none is known */
    bool is_baseline; /* it was there when the ledger began: it arrived no later than `arrived` */
    /* In this time rgc itself gave tags back: the engine's events of that are no arrivals; 0 = it did not. */
    Time returned_from, returned_until;
    Time may_have_run;    /* until then it may have run while events were missed; 0 = there is no sign of that */
    bool has_come_unseen; /* events were missed when it came, so nobody knows who has used it since then */
    /* The pass that found it without the tags that it had before, when events had been missed: nobody knows who has used
     * it by them until then; 0 = none did. */
    Time untagged_unseen;
    bool is_gone;         /* it was not on the host at the last pass; to see it again is an arrival */
    Strings tags;         /* at the last pass */
    Strings repositories; /* of all tags and digests that rgc has ever seen on it */
    bool was_pulled;      /* it came from elsewhere, by a pull or a load, so it is no build that replaced another one */
    bool is_own_work;     /* somebody made it here, so it is no release (src/learn/learn_origins.c) */
    bool may_be_only_copy; /* somebody committed or imported it here, or it continues another image's steps */
    bool may_be_own_work;  /* it or another image continues the other, so one of the two may be somebody's own work */
    Strings references;    /* with a digest, by which containers were started: they leave no tag on it */
    Strings named_in;      /* repositories by which containers that are gone were started from it */
    Use *uses;
    size_t n_uses;
} ImageRecord;

/* "A pass is about to take these tags off this image": stored before the first of them is taken off
 * (src/act/intents.c). */
typedef struct Intent {
    char *image_id;
    Strings tags; /* all tags that the image had */
} Intent;

/* A builder's volume that no container mounts (builders.h). */
typedef struct VolumeRecord {
    char *name;
    Time alone_since; /* the first pass that saw it so; no pass since has seen it otherwise */
} VolumeRecord;

/* A clock that lies behind the last pass, which no step explains (src/learn/learn_clock.c). */
typedef struct Doubt {
    char *boot_id;
    int64_t clock_offset_usec;
    Time since; /* when the doubt began, by that clock; 0 = there is no doubt */
} Doubt;

typedef struct Ledger {
    bool is_new; /* none was stored: the coming pass is the first */
    Time began;
    Time trial_until; /* 0 = the trial is over */
    Time learned;     /* when the last pass learned; 0 = there was none */
    bool is_unplaced; /* nobody knows when the last pass was, so all that is told now may be news; not stored */
    char *boot_id;    /* the host's boot at the last pass */
    int64_t clock_offset_usec; /* wall clock minus boot clock at the last pass */
    Time clock_since;          /* the clock of that boot has not been set since then; 0 = since the boot */
    Doubt doubt;
    Gaps gaps;           /* times for which nothing vouches (timeline.h) */
    ClockSteps steps;    /* clocks that have been set since (timeline.h) */
    Time followed_since; /* no event since then was missed, so it is known who has used what */
    Time high_since;     /* since then a file system has been above [disk] high; 0 = none is */
    ImageRecord *images; /* sorted by id */
    size_t n_images;
    ContainerRecord *containers; /* sorted by id */
    size_t n_containers;
    Intent *intents;
    size_t n_intents;
    VolumeRecord *volumes;
    size_t n_volumes;
    int passes;            /* a counter that numbers the passes */
    struct Ledger *stored; /* the clock cannot be believed: this is what is kept, and the pass learns in vain; NULL */
} Ledger;

void ledger_clear(Ledger *ledger);
/* Fills all of *ret with a copy that owns everything; `stored` is not copied. */
void ledger_copy(Ledger *ret, const Ledger *from);

typedef void (*TimeVisitor)(Time *time, void *userdata);
/* Visits all times that rgc has noted itself. The end of the trial is left out, because it lies in the future. */
void ledger_each_time(Ledger *ledger, TimeVisitor visit, void *userdata);
/* Visits the stamps of containers, which the engine has noted. */
void ledger_each_stamp(Ledger *ledger, TimeVisitor visit, void *userdata);
/* Visits all times that the engine reports, but no build dates. */
void snapshot_each_time(Snapshot *snapshot, TimeVisitor visit, void *userdata);
void use_clear(Use *use);
void image_record_clear(ImageRecord *record);
void container_record_clear(ContainerRecord *record);
void intent_clear(Intent *intent);
ImageRecord *ledger_image(const Ledger *ledger, const char *id); /* NULL when absent; borrowed */
ContainerRecord *ledger_container(const Ledger *ledger, const char *id);

/* Since when no container has mounted the volume; 0 = one does, or rgc has not seen the volume. */
Time ledger_volume_alone_since(const Ledger *ledger, const char *name);

/* A file system that is above [disk] high for so long is under pressure. */
#define PRESSURE_AFTER (5 * USEC_PER_MINUTE)
/* Notes that the agent, which looks every minute, has seen a file system above [disk] high for that long. Call this
 * before ledger_learn. */
void ledger_note_pressure(Ledger *ledger, Time now);

/* Notes that rgc has given tags back to this image in this time. */
void ledger_note_returned(Ledger *ledger, const char *id, Time from, Time until);

/* Returns whether the ledger knows the container in its present state, so that it need not be inspected; then fills its
 * run and image_ref. */
bool ledger_recall(const Ledger *ledger, Container *container);
/* Do the events in the snapshot tell of an end later than what the ledger knows of the container, or, where events are
 * missing, may the list? Then the container may have lived again, and must be inspected even if it is in the same state as
 * then. */
bool ledger_tells_of_earlier_life(const Ledger *ledger, const Snapshot *snapshot, const Container *container, Time now);

/* Is this end of the container, on the timeline, a later one than what the record knows of? The engine tells of an end up to a
 * second after it has noted it. */
bool container_record_precedes(const ContainerRecord *record, Time end);

/* What the clocks say when compared with the last pass. */
typedef enum ClockVerdict {
    CLOCK_FINE,
    CLOCK_BEHIND, /* the ledger has times after now, and no step in this boot explains that: nothing that is learned is
                     kept until the clock has stood for a day */
    CLOCK_JUMPED, /* wall clock and boot clock have parted by 10 minutes within one boot, or the boot came more than
                     400 days after the last pass */
} ClockVerdict;
/* A clock that nothing explains is believed once it has stood for so long. */
#define CLOCK_STANDS_AFTER USEC_PER_DAY
/* Compares the clocks, and changes nothing. */
ClockVerdict ledger_clock(const Ledger *ledger, const EngineInfo *engine, Time now);

/*
 * Puts the ledger and the snapshot onto one timeline, that of the clock as it is now. Call it once for each snapshot,
 * before ledger_learn, which knows nothing about clocks. Returns what the clocks say; unless that is CLOCK_FINE, the
 * pass must remove nothing.
 */
ClockVerdict ledger_enter(Ledger *ledger, Snapshot *snapshot, Time now);
/* When rgc will believe a clock that lies behind the last pass, if nobody sets it; 0 = the clock does not lie behind.
 * Needs ledger_enter. */
Time ledger_clock_trusted_at(const Ledger *ledger);

/*
 * Folds the facts into the ledger: arrivals, tags, repositories, uses and runs. Forgets containers and images that are
 * gone; images after 35 days or the window of jobs, whichever is longer. The snapshot must be indexed, and the Run of
 * its containers filled where it is known.
 */
void ledger_learn(Ledger *ledger, const Snapshot *snapshot, const Policy *policy, Time now);
