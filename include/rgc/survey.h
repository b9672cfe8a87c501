/* SPDX-License-Identifier: MIT */
/*
 * Survey: what is on the engine's file systems besides images, caches and builders. rgc makes one for people who ask
 * (`rgc status`); no pass that removes anything and no agent does. These are values only, which src/observe fills: no
 * decision depends on them. What takes long to measure is stored and shown with its age.
 */
#pragma once

#include <rgc/memory.h>
#include <rgc/text.h>

/* The kinds of things that only a walk over directories can measure, by rgc or by the engine. */
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
    int64_t things; /* how many things make it up; 0 = it is one thing */
    Time at;
} Size;

typedef struct Sizes {
    Size *items;
    size_t count;
} Sizes;

/* Sets the size of this thing, and replaces an older one. */
void sizes_set(Sizes *sizes, SizeKind kind, const char *name, int64_t bytes, int64_t things, Time at);
const Size *sizes_find(const Sizes *sizes, SizeKind kind, const char *name); /* NULL = not measured */
void sizes_clear(Sizes *sizes);

typedef struct FoundVolume {
    char *name;
    bool is_anonymous; /* the engine gave it its name */
    bool is_used;      /* by a container, stopped ones too */
    bool is_elsewhere; /* its data lie somewhere else: in a directory, on a server, in memory */
} FoundVolume;

/* A sum that files tell without a walk. */
typedef struct Amount {
    bool is_known;
    int64_t bytes;
    size_t count;
} Amount;

/* Images in a store that the engine does not use at present: no request shows or removes them. */
typedef struct HiddenStore {
    char *name;      /* "overlay2", "containerd" */
    size_t n_images; /* 0 = unknown */
    int64_t bytes;   /* by their records, which is the least that they take */
} HiddenStore;

/* One file of an image in containerd's store: a compressed layer, a manifest or a configuration. */
typedef struct ImageBlob {
    const char *image; /* its ID, borrowed from the snapshot */
    char *digest;
    int64_t bytes;
} ImageBlob;

typedef struct Survey {
    bool is_made;      /* false: nobody asked for it, and all below is empty */
    bool reads_files;  /* rgc can read the engine's own files */
    bool is_forbidden; /* rgc lacks the permission to read them; else they are not there */
    Strings mounts;    /* the mount points of the file systems with the engine's storage */
    Amount logs;       /* logs of containers, by the drivers json-file and local */
    Amount journal;    /* the journal of systemd, if it lies on one of these file systems */
    bool knows_volumes;
    FoundVolume *volumes; /* sorted by name */
    size_t n_volumes;
    HiddenStore *stores;
    size_t n_stores;
    bool knows_blobs;
    ImageBlob *blobs;
    size_t n_blobs;
    Sizes sizes;  /* measured now or earlier */
    Strings gaps; /* what could not be measured or stored, a sentence each */
} Survey;

void survey_clear(Survey *survey);
/* NULL = there is no volume of this name, or volumes are not known. Borrowed. */
const FoundVolume *survey_volume(const Survey *survey, const char *name);
