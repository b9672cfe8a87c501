/* SPDX-License-Identifier: MIT */
/*
 * One case for the policy, whose table is rgc/reasons.def: the first row that applies is the verdict. A Case has all
 * facts that the rules look at, and borrows all of them. A caller may change some before it asks, in order to see what
 * the verdict would be then:
 *
 *     case_make(context, image, link, &c);
 *     c.slot = 0;                  // what keeps it besides its slot?
 *     case_judge(&c, &judgement);  // the caller frees judgement.detail
 */
#pragma once

#include "apps.h"

/* One image as a release of one app, or by itself. */
typedef struct Case {
    const Context *context;
    const Image *image;
    const ImageRecord *record; /* never NULL: the ledger has learned the snapshot */
    const App *app;            /* NULL = it belongs to no app */
    const Release *release;    /* NULL exactly if app is */
    const Retention *retention;
    int slot;                 /* the release's; 0 = none */
    const char *protected_by; /* what protects it, as a phrase; NULL = nothing */
    bool is_infrastructure;   /* a proxy, a builder …, and of its kind the one that is in use or was used last */
    const char *needed_by;    /* what needs it and is kept, as a phrase; NULL; set by plan_images_in_use only */
    Time last_run;            /* by anything but `kamal app exec`; 0 = never */
    bool may_have_run;        /* nobody knows how a container of it ran: perhaps until a moment ago */
    bool has_been_used;       /* by any container, ever */
    bool is_job;              /* only jobs have used it, or a job has used it after its app */
    const char *foreign_tag;  /* a tag that somebody gave to a release or to a job's image (foreign_tags.c); NULL */
    bool is_attached;         /* the release ran another image, but this one has its version's tag now (versions.c) */
    bool is_dangling;         /* it has no tag, and its repository, if known, has moved on to other images */
    bool is_named;            /* it has a tag, or a digest in a repository of which no tags are here */
} Case;

/* Gathers the facts. `link` is the image's standing in one app; NULL judges the image by itself. */
void case_make(const Context *context, const Image *image, const Link *link, Case *ret);
/* Fills all of *ret. The caller frees ret->detail. */
void case_judge(const Case *c, Judgement *ret);
