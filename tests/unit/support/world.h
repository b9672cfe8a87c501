/* SPDX-License-Identifier: MIT */
/*
 * A small world for tests of the core: things happen on a host one after another, and a pass looks
 * at it. No engine; the rules of one are followed where they matter (tags move, images with
 * containers stay, events are replayed).
 */
#pragma once

#include <rgc/plan.h>

#define MINUTES(n) ((n)*USEC_PER_MINUTE)
#define HOURS(n) ((n)*USEC_PER_HOUR)
#define DAYS(n) ((n)*USEC_PER_DAY)
#define SECONDS(n) ((n)*USEC_PER_SEC)

typedef struct World {
    Snapshot host;
    Ledger ledger;
    Policy policy;
    Time now;
    Plan plan;
    const char *deployed; /* for the next pass; reset by it */
    bool knows_events;    /* false: the engine's replay is empty, as after a restart */
    bool is_containerd;   /* the containerd store: an untagged image loses its digests */
    StoreKind store;
    Time *other_times; /* of the host as the plan was given it, on the pass's timeline; see world_swap_times */
} World;

void world_policy(Policy *ret); /* the defaults of rgc.conf(5) */
void world_init(World *w);      /* 2026-11-01T00:00:00Z, an old ledger, an empty host */
void world_clear(World *w);
void world_lose_ledger(World *w);
void world_wait(World *w, int64_t usec);
/* Between world_plan and the next change: the times of the host as the plan saw them, and, once more, those of the host. */
void world_swap_times(World *w);

/* A name such as "v7" gives the same ID every time. `ret` must have 72 bytes. */
void image_id(const char *name, char ret[72]);

/* The image `content` comes under `tag` ("r/blog:v7"), which leaves the image that had it. */
Image *world_pull(World *w, const char *content, const char *tag);
Image *world_build(World *w, const char *content, const char *tag); /* no digest */
/* The image `content` is made of `from`, as by FROM: it has its labels, and one step more. */
Image *world_derive(World *w, const char *content, const char *from, const char *tag);
/* The same by `docker commit` of a container, which has more labels. */
Image *world_commit(World *w, const char *content, const char *container, const char *tag);
/* What it was made of: `steps` numbers, of which 0 is none. None: nobody knows. */
void world_know_steps(World *w, const char *id, const uint64_t *steps);
void world_tag(World *w, const char *content, const char *tag);
/* The same, but long ago: a new tag is an arrival, and its image would wait as the next release. */
void world_tag_long_ago(World *w, const char *content, const char *tag);
void world_untag(World *w, const char *tag);
Image *world_image(const World *w, const char *content); /* NULL when gone */

Container *world_run(World *w, const char *name, const char *content); /* running since now */
/* The same as Compose does it; labels are only those of Compose. */
Container *world_compose(World *w, const char *name, const char *content, const char *project, const char *service);
Container *world_container(const World *w, const char *name); /* NULL when gone */
void world_stop(World *w, const char *name, int exit_code);
void world_remove_container(World *w, const char *name);
void world_rename(World *w, const char *name, const char *to);

/* What Kamal does: `app` is "service", or "service/destination"; roles separated by commas. The image label, names,
 * tags and the order are Kamal's. */
typedef struct KamalApp {
    const char *service, *destination, *roles;
    const char *repository; /* NULL: "r/<service>" */
} KamalApp;
void kamal_pull(World *w, const KamalApp *app, const char *version, const char *content);
void kamal_boot(World *w, const KamalApp *app, const char *version);   /* run, healthy after 5 s, old one stopped */
void kamal_deploy(World *w, const KamalApp *app, const char *version); /* content = "<service>-<version>" */
void kamal_rollback(World *w, const KamalApp *app, const char *version);
void kamal_redeploy(World *w, const KamalApp *app, const char *version, const char *content);
void kamal_crash(World *w, const KamalApp *app, const char *version);     /* ends at once; the old one runs on */
void kamal_unhealthy(World *w, const KamalApp *app, const char *version); /* stopped after 120 s */

/* Learns and decides; the plan stays in w->plan. */
void world_plan(World *w);
/* The same, and what goes is gone. */
void world_pass(World *w);

/* "keep rollback", "gone", … of an image (by content or tag) or a container (by name). Static text. */
const char *world_verdict(const World *w, const char *what);
