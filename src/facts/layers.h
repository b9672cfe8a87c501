/* SPDX-License-Identifier: MIT */
/*
 * The layers of all images, each once, with who has it: what the estimate is made from (estimate.c). The table is made
 * for one set of images that are removed; then cache_layers.c marks what build cache has, and contents.c weighs what is
 * compressed. The table borrows nothing.
 */
#pragma once

#include <rgc/plan.h>

#define STAYS SIZE_MAX   /* an image that is kept has it */
#define NO_NODE SIZE_MAX /* there is nothing below a base */

/* One layer. The same content on the same layers is on the disk once. */
typedef struct LayerNode {
    uint64_t chain;   /* fingerprint of its content and of everything below it */
    uint64_t content; /* fingerprint of its content alone */
    uint64_t below_chain;
    size_t below; /* index; NO_NODE */
    int64_t bytes;
    size_t image;         /* index into plan->images of the first leaving image that has it, or STAYS */
    bool may_be_cached;   /* build cache may have it, too: then it is not freed with its image */
    bool may_be_unpacked; /* the same, as the image has it: not only compressed, or unpacked once more */
    bool is_cached;       /* build cache has it */
} LayerNode;

typedef struct LayerTable {
    LayerNode *nodes; /* sorted by chain */
    size_t count;
    size_t *of_images; /* indexes of nodes: of the snapshot's first image, base first, then of the second, … */
    size_t *first;     /* for each image of the snapshot, where its own begin in of_images; one more for the end */
} LayerTable;

/* The layers of an image, unpacked; NULL = unknown. Borrowed. */
const Layer *layers_of(const Image *image, size_t *ret_count);
/* The index of the image in the plan if `goes` says that it is removed; else STAYS. */
size_t leaving_index(const Plan *plan, const bool *goes, const Image *image);
/* Fills all of *ret. The layers of all images must be known. */
void layer_table_make(const Plan *plan, const bool *goes, LayerTable *ret);
void layer_table_clear(LayerTable *table);

/* Which records of build cache no image shares any more once the leaving images are removed; one flag for each
 * record. */
typedef struct SharedRecords {
    bool *may_become_private; /* perhaps none does */
    bool *become_private;     /* certainly none does */
} SharedRecords;
/* Marks the layers that build cache may have, and those that it has (cache_layers.c). Fills all of *ret. */
void layers_mark_cached(LayerTable *table, const BuildCache *cache, bool is_containerd, SharedRecords *ret);
void shared_records_clear(SharedRecords *records);

/* How many bytes a layer may take at most when it is compressed: what cannot be compressed gets a little larger. */
int64_t layer_content_most(int64_t bytes);

/* How many bytes an image frees of the compressed layers in a containerd store, which reports only their sum. */
typedef struct Bounds {
    int64_t least, most;
} Bounds;
/* Fills ret[i] for each image i of the plan that is removed, and leaves the others as they are (contents.c). */
void layers_weigh_contents(const Plan *plan, const bool *goes, const LayerTable *table, Bounds *ret);
