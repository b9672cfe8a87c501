/* SPDX-License-Identifier: MIT */
/*
 * Apps and their releases, as one decision sees them: made from facts and memory, and thrown away with the decision.
 *
 * The words of this room:
 *   app       what is deployed again and again as one thing: a kind, a name, a destination and, for Compose, a folder
 *   release   one image, as one app has run it or may run it; an image that two apps run is a release of each
 *   live      a container of the release runs, is paused or restarts
 *   current   live; or the release that ran last, in a role of which nothing is live
 *   previous  a release that may be rolled back to: not current, failed or next
 *   next      it arrived after the current release and has not run since, so a deploy may be about to start it
 *   failed    its containers ended or crashed, and none of them has ever served
 *   ready     everything that a rollback to it needs is on the host
 *   rank      its position among the previous releases, 1 = the first that people would roll back to
 *   slot      a rank within [retention] keep_previous: a release with a slot is kept
 *   young     the image arrived less than [retention] min_age ago, and nothing has run it since
 *   job       a container that ends by itself and belongs to no app, such as that of docker run --rm; its image
 *   in use    a container, a mount, an image or a tag that is kept needs it, or may need it
 *   may       the facts do not rule it out
 *   must      the facts prove it
 *
 * May and must. Some facts are always missing: an inspect that was not answered, a row that cannot be read, events that
 * nobody followed, a clock that was set. To guess is wrong either way, but only one way costs a release. So a rule that
 * keeps asks what may be, a rule that removes asks what must be, and what is unknown stays visible as itself:
 *   Release.unclear           nobody knows how a container of it ran: it is kept, and takes no slot
 *   Release.may_be_tagged     an image with hidden tags may have the one that its rollback needs: it is kept, and takes
 *                             no slot
 *   Release.is_unsure         nobody knows whether it served: it may have a slot, but then one more release is kept
 *   Release.is_tied           nothing tells it from the last release with a slot: both are kept
 *   Case.may_have_run         a container of the image could not be inspected: keep_for counts from now
 *   App.is_idle               asks for the greatest possible age (gaps_age_at_most), for it keeps; the windows that
 *                             remove ask for the age that rgc can vouch for (gaps_age)
 *   plan_images.c             keeps what a container that cannot be read may use
 * An unknown fact never takes a slot from a release that is known, and never shortens a window. This is tested in
 * tests/unit/decide/hidden_rows.c, tests/unit/decide/counterexamples.c and tests/unit/decide/origins.c.
 */
#pragma once

#include <rgc/ownership.h>

#include <rgc/plan.h>

/* One image as a release of one app. */
typedef struct Release {
    size_t image;              /* index into snapshot->images */
    const ImageRecord *record; /* of the image; never NULL once the release is ranked */
    const char *version;       /* for people; borrowed; NULL */
    Strings versions;          /* of its containers here, without those that a redeploy has replaced (Kamal) */
    Time last_created, last_started, last_run, last_ended; /* of all containers in the app; 0 = none is known */
    bool has_record;                                       /* the ledger knows a container of it in the app */
    bool has_served, may_have_served, has_failed, is_live;
    bool is_current, is_failed, is_next;
    const Container *unclear; /* a container of which nobody knows how it ran; NULL */
    /* It may take a slot. Kamal: it has a version of its own (readiness.c). Others: a tag or a digest names it, or it
     * came from elsewhere, so that it can come again (rank.c). */
    bool is_rankable;
    bool is_ready;         /* everything that a rollback needs is here */
    size_t tagged_image;   /* the image that a rollback runs; valid if ready */
    char *why_not_ready;   /* owned; NULL if ready */
    int slot;              /* 1 to keep_previous; 0 = none */
    int rank;              /* 1 = first; 0 = it is not ranked */
    int sure_rank;         /* the rank if unsure releases before it are not counted; 0 = it is not ranked */
    bool is_unsure;        /* nobody knows whether it served in the app: if it has a slot, one more is kept */
    bool is_spared;        /* kept beyond the slots, because an unsure release has one */
    bool newer_has_served; /* a release whose last container was created later has served */
    bool is_tied;          /* nothing tells it from the last release that has a slot */
    /* The version of a kept release whose rollback needs a tag or a container of this one; borrowed; NULL. */
    const char *needed_for;
    /* An image whose tags cannot be read, so it may have the tag that a rollback to this release needs; NULL. */
    const Image *may_be_tagged;
    bool is_last_served; /* kept whatever its rank until the current release has served */
} Release;

typedef struct App {
    AppKind kind;
    const char *name;        /* borrowed from the ledger */
    const char *destination; /* NULL = none */
    const char *folder;      /* of the Compose project: projects of one name may lie in several; NULL = unknown */
    Strings repositories;    /* of all images that it has used */
    Strings run_from;        /* repositories that its containers were started from */
    /* Kamal: the repository of its newest container, where a rollback looks for the version's tag; NULL = any of
     * run_from. Owned. */
    char *repository;
    const Retention *retention;
    Release *releases;
    size_t n_releases;
    Strings required_roles;    /* a rollback needs a container of each (Kamal) */
    Release *primary;          /* the current release that others are compared with; NULL */
    Time last_change;          /* the last arrival of an image or creation of a container; 0 = none is known */
    Time busy_until;           /* a deploy may be under way until then; 0 = none is */
    const struct App *busy_by; /* what is being deployed: the app, or another destination of it; NULL unless busy */
    Time newest_served_created, newest_served_came; /* the latest of all releases that have served; 0 = none has */
    Time last_run;                                  /* 0 = unknown */
    bool lacks_facts; /* nobody knows what one of its images was made of, so no unused image can be compared with it */
    bool is_running, is_idle, is_idle_past_window;
    struct App *successor;   /* the app whose past this is, under an earlier name; NULL */
    bool ended_unseen;       /* it looks like the past of an app that is here, but nobody saw its containers end */
    bool has_container;      /* one is on the host */
    Strings container_names; /* the names of its newest containers, one for each use */
    Time first_began, last_ended;
    size_t n_images_ever;             /* images that it has run, those that are gone included */
    const ImageRecord *counted_image; /* the last one that n_images_ever has counted */
    const ImageRecord *counted;       /* the last one that n_ever has counted */
    size_t n_ever;                    /* releases that ran and did not fail, those that are gone included */
    Strings versions_ever;            /* versions in n_ever: one that was deployed again counts once (Kamal) */
} App;

/* Where a container belongs. */
typedef struct Place {
    size_t app; /* index into apps, or NO_APP */
    AppKind kind;
    char *service; /* the service of an exec container, which belongs to all its destinations; NULL */
    const char *role;
    char *version;                        /* NULL */
    bool is_exec, is_replaced, is_hidden; /* as in Owner */
} Place;

typedef struct TaggedImage {
    const char *tag;
    size_t image;
} TaggedImage;

/* An image is release apps[app].releases[release]. */
typedef struct Link {
    size_t app, release;
} Link;

/* When an image last came into the repository. */
typedef struct RepositoryArrival {
    const char *repository;
    Time last;
} RepositoryArrival;

/* Everything that the rules look at. It borrows the first four, which must outlive it. */
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
    Place *places;             /* of each container, in the order of snapshot->containers */
    const Container **by_name; /* the containers, sorted by name */
    Link *links; /* sorted by image; image i has links[first_link[i]] up to links[first_link[i + 1]], exclusive */
    size_t n_links;
    size_t *first_link;
    TaggedImage *tags; /* sorted by tag */
    size_t n_tags;
    Strings tag_repositories; /* the repositories of all tags on the host, sorted, with repetitions */
    Strings started_from;     /* the repositories that containers are known to have been started from, jobs included */
    RepositoryArrival *arrivals; /* sorted by repository; none if no key ends images that nobody has used */
    size_t n_arrivals;
} Context;

/* Fills all of *ret: apps, places of containers, links, ranks and slots. The ledger must have learned the snapshot. */
void context_make(const Snapshot *snapshot, const Ledger *ledger, const Policy *policy, const DecideOptions *options,
                  Time now, Context *ret);
void context_clear(Context *context);

/* Does this use make an app? A job and an exec container do not. */
bool makes_app(const Use *use);
/* Fills links and first_link, and the releases of the apps (links.c). */
void context_link_images(Context *context);

/* The orders of Context.apps and Context.by_name, for qsort and bsearch. */
int compare_app(const void *a, const void *b);
int compare_container_name(const void *a, const void *b);

/* The apps of this identity, which stand side by side: Compose may have one for each folder. Returns how many. */
size_t context_apps(const Context *context, AppKind kind, const char *name, const char *destination, App **ret);
/* An unknown folder, on either side, agrees with every folder. */
bool app_is_in_folder(const App *app, const char *folder);
/* The first app of this identity; NULL = there is none. */
App *context_app(const Context *context, AppKind kind, const char *name, const char *destination);

/* "blog", "shop/staging". Caller frees. */
char *app_full_name(const App *app);

/* The container of this app with this name; NULL = there is none. Borrowed. */
const Container *context_container(const Context *context, const App *app, const char *name);

/* The release of the app that this image is, or is attached to; NULL = none. */
Release *context_release(const Context *context, const App *app, const char *image_id);

/* Finds which apps are the past of others (past.c). Needs the apps and the places of containers. */
void context_find_past(Context *context);

/* Is this a use of the app, perhaps under an earlier name? */
bool is_use_of(const Context *context, const Use *use, const App *app);

/* Finds, for Kamal's apps, the versions of releases and the images that have their tags (versions.c). */
void context_find_versions(Context *context);
/* The first image of which not all tags can be read; NULL = all can. */
const Image *hidden_tags(const Context *context);
/* The image that a rollback of the Kamal app to this version runs; NULL = none has the tag. */
const Image *version_image(const Context *context, const App *app, const char *version);
/* The release of the app to which this container of it belongs; NULL = none. An engine does not list an image that has
 * lost its names and from which another was made. For a container of such an image, it is the release whose image has
 * the version's tag (Kamal). */
Release *release_of_container(const Context *context, const App *app, size_t container);
/* Is a live container of this version part of another release? */
bool version_runs_elsewhere(const Context *context, const App *app, const Release *release, const char *version);
/* Gives the release that has a version's tag the last run of all containers of that version (Kamal). */
void app_join_versions(const Context *context, App *app);
/* Sets needed_for. Needs all apps ranked. */
void context_find_needed(Context *context);
/* Can the Kamal app be rolled back to this release, and may the release take a slot (readiness.c)? */
void release_judge_version(const Context *context, const App *app, Release *release);
/* A rollback runs the image that has the version's tag, so that image's past decides, in whatever destination. Has it
 * served, or, if it is another image than the release's own, may it have? Needs release_judge_version. */
bool release_has_good_image(const Context *context, const Release *release);

/* Does this container, a number in snapshot->containers, belong to the app? */
bool app_has_container(const Context *context, const App *app, size_t container);

/* Ranks the releases of one app (rank.c), and fills most of what apps.c leaves open in them. */
void app_rank(const Context *context, App *app);
/* Sets last_change (busy.c); app_rank calls it. */
void app_find_last_change(const Context *context, App *app);
/* Sets busy_until and busy_by (busy.c). Needs all apps ranked. */
void app_find_busy(const Context *context, App *app);
/* The second half of app_rank (slots.c): finds what is next, gives the slots, and keeps the last that served. */
void app_give_slots(const Context *context, App *app);

/* When the image itself arrived, whatever tags it has got since. */
Time record_came(const ImageRecord *record);
/* Was a container made from the image of which nobody knows how it ran? Only an inspect tells that. */
bool image_may_have_run(const Context *context, const Image *image);
/* Does a rollback to the Kamal release run an image of another release that is not known to have served? */
bool release_needs_unproven_image(const Context *context, const Release *release);
bool record_shares_repository(const ImageRecord *a, const ImageRecord *b);

/* The last time that anything but `kamal app exec` ran it; 0 = never. */
Time record_last_run(const ImageRecord *record);
/* Did it arrive less than min_age ago, and has nothing run it since? */
bool record_is_young(const Context *context, const ImageRecord *record, const Retention *retention);
Time record_young_until(const Context *context, const ImageRecord *record, const Retention *retention);

/* A moving tag is "latest" or "latest-<destination>", with a destination that is known here; any other is a version. */
bool is_version_tag(const Context *context, const char *tag);
bool is_moving_tag(const Context *context, const char *tag);

/* Has it no tag, and has its repository, if one is known, tags on other images? */
bool has_lost_its_tag(const Context *context, const Image *image, const ImageRecord *record);

/* A tag that somebody gave to a release of the app, in a repository that no app here has run from; NULL. Borrowed. */
const char *foreign_tag(const Context *context, const Image *image, const App *app);

/* The same for an image that belongs to no app: a tag in a repository from which nothing here was started, if the image
 * is known to have been started by another name. */
const char *unstarted_tag(const Context *context, const Image *image);

/* Could it be a release of an app, if rgc knew what the image, or the app's own images, were made of? */
bool may_be_unknown_release(const Context *context, const Image *image, const ImageRecord *record);

/* Is the image a release of this app? `app` may be NULL: then it is not. */
bool is_release_of(const Context *context, const Image *image, const App *app);

/* Never NULL. */
const Image *release_image(const Context *context, const Release *release);

/* May the image exist nowhere else, such as a backup that somebody committed? It may, too, if rgc does not know what it
 * was made of (unmanaged.c). */
bool may_be_only_copy(const Context *context, const ImageRecord *record);
/* Has the app run from a repository that the image is known by? */
bool app_has_run_from(const App *app, const ImageRecord *record);
/* Has any app run from a repository that the image is known by? Then it may be that app's, whatever its labels say. */
bool has_app_run_from(const Context *context, const ImageRecord *record);
/* If nobody has ever used the image, may no key of the configuration end it? */
bool no_key_ends_unmanaged(const Context *context, const ImageRecord *record);
/* Fills arrivals. */
void context_find_arrivals(Context *context);
/* If an image has come into a repository of this one within `quiet`: until then; else 0. Where no app has run from yet,
 * that may be the first deploy of one. */
Time repository_busy_until(const Context *context, const ImageRecord *record, const Retention *retention);
