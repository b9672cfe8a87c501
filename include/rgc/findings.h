/* SPDX-License-Identifier: MIT */
/*
 * Findings: what rgc audit says about releases. These are values; src/audit makes them from a plan, from which they
 * borrow. An Audit owns its apps, and these own their findings.
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
/* CHECK_MAX_ = there is no check of this name. */
Check check_from_string(const char *name);

/* One layer behind a finding, in one release. */
typedef struct FindingLayer {
    size_t release;     /* index into Audited.releases */
    const char *digest; /* diff ID; NULL = nobody can tell which layer this step has made */
    const char *gist;   /* the step that made it */
    int64_t bytes;
    bool is_exact; /* all of the layer is saved */
} FindingLayer;

typedef struct Finding {
    Check check;
    Level level;
    const Image *image;
    Strings versions; /* releases that have it */
    FindingLayer *layers;
    size_t n_layers;
    int64_t bytes; /* of one release; -1 = none, or the engine does not report it */
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
    const PlannedApp *app;    /* NULL = one image alone */
    const Image *image;       /* the image that is judged: the current release */
    AuditedRelease *releases; /* newest first */
    size_t n_releases;
    int64_t bytes, could_be_bytes; /* unpacked; a layer of several releases counts once */
    bool knows_sizes;              /* the engine reports how large the layers are */
    bool is_known;                 /* rgc knows how the image was built */
    bool is_left_to_others;        /* somebody else builds it, such as postgres: rgc judges only how it runs */
    bool has_dockerfile;
    Finding *findings; /* sorted by the bytes that they save, then risks, then notes */
    size_t n_findings;
} Audited;

/* The apps, sorted by what they could save. */
typedef struct Audit {
    Audited *apps;
    size_t n_apps;
} Audit;

void finding_clear(Finding *finding);
void audited_clear(Audited *audited);
void audit_clear(Audit *audit);
