/* SPDX-License-Identifier: MIT */
/* The layers of all images, each once, with who has it: what the estimate is made from. */
#pragma once

#include <rgc/plan.h>

#define STAYS SIZE_MAX    /* an image that stays has it */
#define NO_NODE SIZE_MAX /* below a base there is none */

/* The same content on the same layers is one on the disk. */
typedef struct LayerNode {
    uint64_t chain;   /* fingerprint of its content and of all below it */
    uint64_t content; /* fingerprint of its content alone */
    uint64_t below_chain;
    size_t below; /* index; NO_NODE */
    int64_t bytes;
    size_t image;         /* index into plan->images of the first leaving image that has it, or STAYS */
    bool may_be_held;     /* build cache may have it too: then it is not freed with its image */
    bool may_be_unpacked; /* … as the image has it, and not only compressed or unpacked once more */
    bool is_held;         /* it has */
} LayerNode;

typedef struct LayerTable {
    LayerNode *nodes; /* sorted by chain */
    size_t count;
    size_t *of_images; /* indexes of the layers of the first image of the snapshot, base first, then of the second … */
    size_t *first;     /* of each image of the snapshot: where its own begin */
} LayerTable;

/* Those of an image, unpacked; NULL = not known. */
const Layer *layers_of(const Image *image, size_t *ret_count);
/* Its index in the plan, if `goes` says that it leaves; else STAYS. */
size_t leaving_index(const Plan *plan, const bool *goes, const Image *image);
void layer_table_make(const Plan *plan, const bool *goes, LayerTable *ret);
void layer_table_clear(LayerTable *table);

/* Marks the layers that build cache may have, and has. `ret` gets what is known of each record: */
typedef struct SharedRecords {
    bool *may_become_private; /* flags of records that no image may have any more when those that leave have gone */
    bool *become_private;     /* … that surely none has */
} SharedRecords;
void layers_mark_held(LayerTable *table, const BuildCache *cache, bool is_containerd, SharedRecords *ret);
void shared_records_clear(SharedRecords *records);

/* How much a layer may take at most when it is compressed: what cannot be gets a little larger. */
int64_t layer_content_most(int64_t bytes);

/* What of the compressed layers that a containerd store keeps an image frees: nobody tells the size of each. */
typedef struct Bounds {
    int64_t least, most;
} Bounds;
/* One for each image of the plan. */
void layers_weigh_contents(const Plan *plan, const bool *goes, const LayerTable *table, Bounds *ret);
