/* SPDX-License-Identifier: MIT */
/*
 * Apps and their releases, as one decision sees them: made from facts and memory, thrown away with
 * the decision. Who belongs where: apps.c. Which is current, ready, failed: rank.c. Which is next, k-th: slots.c.
 */
#pragma once

#include <rgc/ownership.h>

#include <rgc/plan.h>

/* One image as a release of one (app, destination). */
typedef struct Release {
    size_t image; /* index into snapshot->images */
    const ImageRecord *record;
    const char *version; /* for people; borrowed; NULL */
    Strings versions;    /* of its containers here, without those that a redeploy has replaced (Kamal) */
    Time last_created, last_started, last_run, last_ended; /* of role containers; 0 = none is known */
    bool has_record;                                       /* a container of it is known */
    bool has_served, has_failed, is_live;
    bool is_current, is_failed, is_next;
    const Container *unclear; /* of which nobody can tell how it ran: stays, and takes nobody's place; NULL */
    bool is_rankable;         /* it can take a slot: it can still be named, or came from elsewhere */
    bool is_ready;            /* all is here that a rollback needs */
    size_t tagged_image;      /* the one that a rollback runs, where it is ready */
    char *why_not_ready;      /* owned; NULL if ready */
    int slot;                 /* k of N, 0 = none */
    int rank;                 /* place among the previous releases, 1 = most recent; 0 = not ranked */
    int place;                /* the same without those that may be no release that served; 0 = not ranked */
    bool is_unsure;           /* it may be none that served here: it takes no place from another */
    bool is_spared;           /* beyond the slots, since one that has a slot may be none that served */
    bool newer_has_served;    /* since its last container was made */
    bool is_tied;             /* nothing tells it from the last one that has a slot */
    /* A kept release of this version needs a tag that is on it, or a container; borrowed; NULL. */
    const char *needed_for;
    /* It cannot be read, and may have the tag that a rollback to this one needs: then this one stays, and takes nobody's
     * place; NULL. */
    const Image *may_be_tagged;
    bool is_last_served; /* kept beyond N until the current release has served */
} Release;

typedef struct App {
    AppKind kind;
    const char *name;        /* borrowed from the ledger */
    const char *destination; /* NULL = none */
    const char *folder;      /* of Compose, where it is known: projects of one name may lie in several; NULL */
    Strings repositories;
    Strings run_from; /* repositories that its containers were started from */
    char *
        repository; /* of its newest container: a rollback takes the version's tag there (Kamal); NULL = any of run_from */
    const Retention *retention;
    Release *releases;
    size_t n_releases;
    Strings required_roles;    /* a rollback needs a container of each (Kamal) */
    Release *primary;          /* the current release that was started last; NULL */
    Time last_change;          /* the last arrival of an image or creation of a container; 0 = none is known */
    Time busy_until;           /* `deploying` until then; 0 = not */
    const struct App *busy_by; /* what is being deployed: the app, or another destination of it; NULL unless busy */
    Time newest_served_created, newest_served_came;
    Time last_run;
    bool lacks_facts; /* of one that ran it is not known what it was made of: nothing can be compared with it */
    bool is_running, is_idle, is_idle_past_window;
    struct App *now;         /* the app of which this is the past, under a name that it had before; NULL */
    bool ended_unseen;       /* it would be the past of an app that is here, had somebody seen it end */
    bool has_container;      /* here */
    Strings container_names; /* that it ever had, as far as they are remembered */
    Time first_began, last_ended;
    size_t n_images_ever;             /* that it ran */
    const ImageRecord *counted_image; /* the last one that n_images_ever has counted */
    const ImageRecord *counted;       /* the last one that n_ever has counted */
    size_t n_ever;                    /* releases that ran and did not fail, also those that are gone; */
    Strings versions_ever;            /* a version that was deployed again counts once (Kamal) */
} App;

/* Where a container belongs, in the order of snapshot->containers. */
typedef struct Place {
    size_t app; /* index into apps, or NO_APP */
    AppKind kind;
    char *service; /* of an exec container: its app, whatever the destination; NULL */
    const char *role;
    char *version; /* NULL */
    bool is_exec, is_replaced, is_hidden;
} Place;

typedef struct TaggedImage {
    const char *tag;
    size_t image;
} TaggedImage;

typedef struct Link {
    size_t app, release;
} Link;

/* Everything that the rules look at. */
typedef struct Context {
    const Snapshot *snapshot;
    const Ledger *ledger;
    const Policy *policy;
    const DecideOptions *options;
    Time now;
    Strings services;     /* Kamal services known here */
    Strings destinations; /* Kamal destinations known here */
    App *apps;            /* sorted by name, destination, kind */
    size_t n_apps;
    Place *places;             /* of each container of the snapshot */
    const Container **by_name; /* the containers, sorted by name */
    Link *links; /* sorted by image; those of image i: links[first_link[i]] up to links[first_link[i + 1]] */
    size_t n_links;
    size_t *first_link;
    TaggedImage *tags; /* sorted by tag */
    size_t n_tags;
    Strings tagged;       /* sorted: repositories of all tags on the host */
    Strings started_from; /* repositories that anything here is known to have been started from, jobs too */
} Context;

void context_make(const Snapshot *snapshot, const Ledger *ledger, const Policy *policy, const DecideOptions *options,
                  Time now, Context *ret);
void context_clear(Context *context);

/* Does this use make an app? */
bool makes_app(const Use *use);
/* links.c: fills links and first_link, and the releases of the apps. */
void context_link_images(Context *context);

/* The orders of Context.apps and Context.by_name, for qsort and bsearch. */
int compare_app(const void *a, const void *b);
int compare_container_name(const void *a, const void *b);

/* The apps of this identity, side by side: of Compose there may be one for each folder. Returns how many. */
size_t context_apps(const Context *context, AppKind kind, const char *name, const char *destination, App **ret);
/* What is not known agrees with every folder. */
bool app_is_in_folder(const App *app, const char *folder);
/* The first of these; NULL unless there is one. */
App *context_app(const Context *context, AppKind kind, const char *name, const char *destination);

/* "blog", "shop/staging". Caller frees. */
char *app_full_name(const App *app);

/* The container of this app with this name; NULL. Borrowed. */
const Container *context_container(const Context *context, const App *app, const char *name);

/* The release of the app that an image belongs to; NULL. */
Release *context_release(const Context *context, const App *app, const char *image_id);

/* Which apps are the past of others; needs what the ledger knows of all, and where the containers belong. */
void context_find_past(Context *context);

/* Is this a use of the app, also under a name that it had before? */
bool is_use_of(const Context *context, const Use *use, const App *app);

/* Of Kamal's apps: the versions of releases, and the images that have their tags. */
void context_find_versions(Context *context);
/* An image of which not all tags can be read; NULL. */
const Image *hidden_tags(const Context *context);
/* The image that a rollback of the Kamal app to this version runs; NULL. */
const Image *version_holder(const Context *context, const App *app, const char *version);
/* The release of the Kamal app that a container of it is of; NULL. Engines leave out an image that has no name any more
 * and from which another was made: then it is the one that has the version's tag. */
Release *release_of_container(const Context *context, const App *app, size_t container);
/* Does the version run on another image than the release's? */
bool version_runs_elsewhere(const Context *context, const App *app, const Release *release, const char *version);
/* When the releases of a Kamal app ran, as their versions did. */
void app_join_versions(const Context *context, App *app);
/* Needs all apps ranked. */
void context_find_needed(Context *context);
/* readiness.c: can the app be rolled back to this release, and does it rank? Of a Kamal app. */
void release_judge_version(const Context *context, const App *app, Release *release);
/* Served and failed are those of the image that has the version's tag, in whatever destination: where that served, or is
 * another one and may have, it does not count what became of this one here. Once it is judged. */
bool release_has_good_holder(const Context *context, const Release *release);

/* Ranks the releases of one app: fills everything of Release and App that apps.c leaves open. */
void app_rank(const Context *context, App *app);
/* Needs all apps ranked. */
void app_find_busy(const Context *context, App *app);
/* Its second half, once it is known what is current, ready and failed: next, k-th, last that served. */
void app_give_slots(const Context *context, App *app);

/* When the ID itself came, whatever tags it got since. */
Time record_came(const ImageRecord *record);
bool record_shares_repository(const ImageRecord *a, const ImageRecord *b);

/* By anything but `kamal app exec`; 0 = never. */
Time record_last_run(const ImageRecord *record);
/* Arrived less than min_age ago and not run since, whoever ran it. */
bool record_is_young(const Context *context, const ImageRecord *record, const Retention *retention);
Time record_young_until(const Context *context, const ImageRecord *record, const Retention *retention);

/* A tag that is a version: not "latest", not "latest-<destination>". */
bool is_version_tag(const Context *context, const char *tag);
bool is_moving_tag(const Context *context, const char *tag);

/* No tag, and either no repository known or one that has tags here. */
bool is_dangling_shape(const Context *context, const Image *image, const ImageRecord *record);

/* A tag of somebody's own on a release of an app, in a repository that no app here has run from; NULL. Borrowed. */
const char *foreign_tag(const Context *context, const Image *image, const App *app);

/* The same on an image of no app that was started by another name: in a repository that nothing here has been started
 * from. */
const char *unstarted_tag(const Context *context, const Image *image);

/* Might it be a release of an app, if it were known what it was made of? */
bool may_be_unknown_release(const Context *context, const Image *image, const ImageRecord *record);

/* Is the image a release of this app (NULL: no)? */
bool is_release_of(const Context *context, const Image *image, const App *app);

const Image *release_image(const Context *context, const Release *release);
