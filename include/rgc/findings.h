/* SPDX-License-Identifier: MIT */
/*
 * Findings: what rgc audit says of releases. Values; src/audit makes them of a plan, from which they borrow.
 */
#pragma once

#include <rgc/plan.h>

typedef enum Level {
    LEVEL_BYTES,
    LEVEL_RISK,
    LEVEL_NOTE,
    LEVEL_MAX_,
} Level;

typedef enum Check {
#define CHECK(id, ...) CHECK_##id,
#include <rgc/checks.def>
    CHECK_MAX_,
} Check;

typedef struct CheckSpec {
    const char *name;
    Level level;
    const char *why, *by_hand;
} CheckSpec;

const CheckSpec *check_spec(Check check);
const char *level_to_string(Level level); /* "bytes", "risk", "note" */
/* CHECK_MAX_: there is none of this name. */
Check check_from_string(const char *name);

/* One layer behind a finding, in one release. */
typedef struct FindingLayer {
    size_t release;     /* index into Audited.releases */
    const char *digest; /* diff ID; NULL: which layer this step made cannot be told */
    const char *gist;   /* what made it */
    int64_t bytes;
    bool is_exact; /* it goes as a whole */
} FindingLayer;

typedef struct Finding {
    Check check;
    Level level;
    const Image *image;
    Strings versions; /* releases that have it */
    FindingLayer *layers;
    size_t n_layers;
    int64_t bytes; /* of one release; -1 = none, or the engine does not tell */
    int64_t saves_bytes;
    size_t count; /* how often they are on this host */
    bool is_per_release, is_exact;
    char *text, *remedy;
} Finding;

typedef struct AuditedRelease {
    const Image *image;
    char *version;
} AuditedRelease;

/* An app with its releases, or one image alone. */
typedef struct Audited {
    const PlannedApp *app;    /* NULL: one image */
    const Image *image;       /* the one that is judged: the current release */
    AuditedRelease *releases; /* newest first */
    size_t n_releases;
    int64_t bytes, could_be_bytes; /* layers of several releases once; unpacked */
    bool knows_sizes;              /* the engine tells how large the layers are */
    bool is_known;                 /* how the image was built is known */
    bool is_left_to_others;        /* by whom it was made, such as postgres: only how it runs is judged */
    bool has_dockerfile;
    Finding *findings; /* by the bytes that they save, then risks, then notes */
    size_t n_findings;
} Audited;

/* Apps by what they could save. */
typedef struct Audit {
    Audited *apps;
    size_t n_apps;
} Audit;

void finding_clear(Finding *finding);
void audited_clear(Audited *audited);
void audit_clear(Audit *audit);
