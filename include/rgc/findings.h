/* SPDX-License-Identifier: MIT */
/*
 * Findings: what `rgc audit` says about releases, as plain values. src/audit makes them from a plan, from which they
 * borrow images, apps and digests; screens, JSON and metrics read them.
 *
 * Three numbers tell what a finding costs. `bytes` is its size within the judged release. `saves_bytes` is what all
 * releases on this host would save together; a layer that several of them share counts once. `count` is how many
 * releases store layers of their own for it, so that a screen can say "310 MB x 4". The numbers are exact only if whole
 * layers would be saved (`is_exact`); otherwise they are upper limits, shown as "up to 40 MB". src/audit/sums.c
 * explains how they are added up.
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
/* Returns CHECK_MAX_ if no check has this name. */
Check check_from_string(const char *name);

/* One layer behind a finding, in one release. */
typedef struct FindingLayer {
    size_t release;     /* index into Audited.releases */
    const char *digest; /* diff ID; NULL if rgc cannot tell which layer this step made */
    const char *gist;   /* the step that made it, in known words (BuildStep.gist) */
    int64_t bytes;      /* unpacked, as the history tells it */
    bool is_exact;      /* the whole layer would be saved, not only a part of it */
} FindingLayer;

typedef struct Finding {
    Check check;
    Level level;
    const Image *image;
    Strings versions; /* the releases that have it */
    FindingLayer *layers;
    size_t n_layers;
    int64_t bytes;       /* within the judged release; -1 if the finding has no size or the engine does not tell it */
    int64_t saves_bytes; /* on this host, in all releases together */
    size_t count;        /* how many releases store these bytes for themselves; at least 1 */
    bool is_per_release, is_exact;
    /* What is the matter, and the change of the Dockerfile or of the start that mends it. Lines of the remedy after the
     * first one are lines of a Dockerfile. */
    char *text, *remedy;
} Finding;

typedef struct AuditedRelease {
    const Image *image;
    char *version;
} AuditedRelease;

/* An app with its releases, or one image alone. */
typedef struct Audited {
    const PlannedApp *app;    /* NULL if one image is judged by itself */
    const Image *image;       /* the judged image: the current release, or else the newest one */
    AuditedRelease *releases; /* newest first */
    size_t n_releases;
    int64_t bytes, could_be_bytes; /* today and after the changes; unpacked, a layer of several releases counts once */
    bool knows_sizes;              /* the engine tells how large the layers are */
    bool is_known;                 /* rgc knows how the image was built */
    bool is_left_to_others;        /* others make it, such as postgres: only what its containers leave here is judged */
    bool has_dockerfile;
    Finding *findings; /* by level (bytes, risks, notes), and within a level by the bytes that they save */
    size_t n_findings;
} Audited;

/* All apps, first the one that could save most. */
typedef struct Audit {
    Audited *apps;
    size_t n_apps;
} Audit;

/* Returns how many bytes the changes could save on this host. */
static inline int64_t audited_could_save(const Audited *audited)
{
    return audited->bytes - audited->could_be_bytes;
}

void finding_clear(Finding *finding);
void audited_clear(Audited *audited);
void audit_clear(Audit *audit);
