/* SPDX-License-Identifier: MIT */
/* One case for the policy, whose table is rgc/reasons.def. The first row that applies is the verdict. */
#pragma once

#include "apps.h"

/* One image as a release of one app, or on its own. */
typedef struct Case {
    const Context *context;
    const Image *image;
    const ImageRecord *record; /* never NULL: the ledger has learned the snapshot */
    const App *app;            /* NULL: it is no app's */
    const Release *release;    /* NULL exactly when app is */
    const Retention *retention;
    int slot;                 /* the release's; one that weighs what would be without it sets another one here */
    const char *protected_by; /* NULL, or what protects it, as a phrase */
    bool is_infrastructure;   /* and the one in use or last used */
    const char *holder;      /* NULL, or a container that uses it and stays, as a phrase; set on the second look only */
    Time last_run;           /* by anything but `kamal app exec` */
    bool may_have_run;       /* how a container of it ran could not be asked: perhaps until a moment ago */
    bool has_been_used;      /* any container, ever */
    bool is_job;             /* only containers that end by themselves used it */
    const char *foreign_tag; /* of somebody's own, on a release or on a job's image; NULL */
    bool is_attached;        /* it is not the image that the release ran here, but has the version's tag now */
    bool is_dangling;
    bool is_named; /* a tag, or a digest of a repository without tags here */
} Case;

void case_make(const Context *context, const Image *image, const Link *link, Case *ret);
/* Fills all of *ret. */
void case_judge(const Case *c, Judgement *ret);
