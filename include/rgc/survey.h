/* SPDX-License-Identifier: MIT */
/*
 * Survey: what is on the engine's file systems besides images, caches and builders. Made for people who ask
 * (`rgc status`), never by a pass and never by the agent. Values only; rgc/observe.h fills it.
 */
#pragma once

#include <rgc/memory.h>
#include <rgc/text.h>

/* What only a walk over directories, or an engine that walks, can measure. */
typedef enum SizeKind {
    SIZE_VOLUME,    /* name: the volume's */
    SIZE_CONTAINER, /* its writable layer; name: the container's ID */
    SIZE_STORE,     /* images of another image store; name: the store's */
    SIZE_LEFTOVERS, /* name: "" */
    SIZE_KIND_MAX_,
} SizeKind;

const char *size_kind_to_string(SizeKind kind);   /* "volume", "container" … */
SizeKind size_kind_from_string(const char *word); /* SIZE_KIND_MAX_ = unknown */

/* One thing that was measured, and when. */
typedef struct Size {
    SizeKind kind;
    char *name;
    int64_t bytes;
    int64_t things; /* how many make it up; 0 = it is one */
    Time at;
} Size;

typedef struct Sizes {
    Size *items;
    size_t count;
} Sizes;

/* Replaces what is known of it. */
void sizes_set(Sizes *sizes, SizeKind kind, const char *name, int64_t bytes, int64_t things, Time at);
const Size *sizes_find(const Sizes *sizes, SizeKind kind, const char *name); /* NULL = not measured */
void sizes_clear(Sizes *sizes);

typedef struct FoundVolume {
    char *name;
    bool is_anonymous; /* the engine gave it its name */
    bool is_used;      /* by a container, stopped ones too */
    bool is_elsewhere; /* its data are mounted from somewhere else: a directory, a server, memory */
} FoundVolume;

/* What files tell at once. */
typedef struct Amount {
    bool is_known;
    int64_t bytes;
    size_t count;
} Amount;

/* Images of a store that the engine does not use now: no request shows or removes them. */
typedef struct HiddenStore {
    char *name;      /* "overlay2", "containerd" */
    size_t n_images; /* 0 = not known */
    int64_t bytes;   /* what their records tell, which is the least that they take */
} HiddenStore;

/* One file of an image in containerd's store: a compressed layer, a manifest or a configuration. */
typedef struct ImageBlob {
    const char *image; /* its ID, borrowed from the snapshot */
    char *digest;
    int64_t bytes;
} ImageBlob;

typedef struct Survey {
    bool is_made;      /* false: nobody asked for it */
    bool reads_files;  /* the engine's own files can be read */
    bool is_forbidden; /* they cannot, for want of permission; else they are not there */
    Strings mounts;    /* where the file systems with the engine's storage begin */
    Amount logs;       /* of containers, in the files of the drivers json-file and local */
    Amount journal;    /* of systemd, where it lies on a file system of the engine's */
    bool knows_volumes;
    FoundVolume *volumes; /* sorted by name */
    size_t n_volumes;
    HiddenStore *stores;
    size_t n_stores;
    bool knows_blobs;
    ImageBlob *blobs;
    size_t n_blobs;
    Sizes sizes;  /* measured now or earlier */
    Strings gaps; /* what could not be measured, or not be kept: a sentence each */
} Survey;

void survey_clear(Survey *survey);
/* NULL = there is none of this name, or volumes are not known. */
const FoundVolume *survey_volume(const Survey *survey, const char *name);
