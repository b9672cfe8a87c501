/* SPDX-License-Identifier: MIT */
/*
 * Sums: what findings add up to, and how small the releases could be.
 *
 * The problem: releases share layers, and findings share layers too. Added up one by one, four releases of 1 GB look
 * like 4 GB where the host stores 1.2 GB, and two findings about one layer promise it twice.
 *
 * The idea: the unit is the layer (Piece), told by its diff ID, or by its step if rgc does not know its layer.
 *  - A finding counts each of its layers once, and how many releases bring layers of their own: "310 MB x 4".
 *  - A layer is exact if it would be saved whole. If one layer of a finding is not, the finding says "up to".
 *  - The app's total marks each piece that an exact layer of a finding covers, however often, and takes it off once.
 *    What must replace it is added back: a small base for a large one, the program for a build (needed_instead).
 * Where an engine does not tell the sizes of steps, the whole release is one piece, and findings have no bytes.
 *
 * What is never allowed: to promise more than the host stores; to take off a part of a layer as if it were the whole;
 * for an unstable layer, to save the copy that the judged release keeps. tests/unit/audit/audit_releases.c and
 * tests/unit/audit/audit_random.c test this.
 */
#include "sums.h"

#include "gather.h"

#include <rgc/saturate.h>

#include <string.h>

/* What must replace what is removed: a small base, a base with an interpreter, and the program itself. These are
 * generous, because smaller numbers would promise more than people can save. */
#define SMALL_BASE (80 * MEGABYTE)
#define INTERPRETER_BASE (150 * MEGABYTE)
#define PROGRAM (25 * MEGABYTE)

/* A layer, which one release has or several share. */
typedef struct Piece {
    const char *digest; /* diff ID; NULL if rgc does not know which layer the step made */
    const char *gist;   /* the step's; its address, not its text, tells the step from others */
    size_t release;
    int64_t bytes, saved;
} Piece;

typedef struct Pieces {
    Piece *items;
    size_t count;
} Pieces;

/* Pieces without a digest come first, in the order of their addresses, which no two steps share. */
static int compare_key(const char *digest, const char *gist, const Piece *piece)
{
    if (!digest || !piece->digest)
        return digest || piece->digest ? (digest ? 1 : -1) : (gist > piece->gist) - (gist < piece->gist);
    return strcmp(digest, piece->digest);
}

static int compare_pieces(const void *a, const void *b)
{
    const Piece *x = a;
    return compare_key(x->digest, x->gist, b);
}

static Piece *find_piece(const Pieces *pieces, const FindingLayer *layer)
{
    for (size_t low = 0, high = pieces->count; low < high;) {
        size_t middle = (low + high) / 2;
        int order = compare_key(layer->digest, layer->gist, &pieces->items[middle]);
        if (order == 0)
            return &pieces->items[middle];
        if (order > 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static void drop_twins(Pieces *pieces)
{
    size_t kept = 0;
    for (size_t i = 0; i < pieces->count; i++)
        if (kept == 0 || compare_pieces(&pieces->items[kept - 1], &pieces->items[i]) != 0)
            pieces->items[kept++] = pieces->items[i];
    pieces->count = kept;
}

/* Adds the layers of a release. If the engine does not tell their sizes, it adds one piece for what the image does not
 * share. */
static void add_release(const Subject *s, size_t index, Pieces *pieces)
{
    const Release *release = &s->releases[index];
    const Image *image = release->image;
    int64_t shared = image->shared_bytes > 0 && image->shared_bytes <= image->size_bytes ? image->shared_bytes : 0;

    if (!release->has_sizes)
        *array_add(&pieces->items, &pieces->count) =
            (Piece){.gist = image->id, .release = index, .bytes = image->size_bytes - shared};
    for (size_t i = 0; release->has_sizes && i < release->build->n_steps; i++) {
        const BuildStep *step = &release->build->steps[i];
        if (step->size_bytes > 0)
            *array_add(&pieces->items, &pieces->count) = (Piece){
                .digest = step->layer != NO_LAYER ? release->build->layers.items[step->layer] : NULL,
                .gist = step->gist,
                .release = index,
                .bytes = step->size_bytes,
            };
    }
}

static void list_pieces(const Subject *s, Pieces *ret)
{
    *ret = (Pieces){0};
    for (size_t i = 0; i < s->n_releases; i++)
        add_release(s, i, ret);
    if (ret->count > 0)
        qsort(ret->items, ret->count, sizeof(*ret->items), compare_pieces);
    drop_twins(ret);
}

/* Is this the first of the finding's layers with this diff ID, or of this step? */
static bool is_first(const Finding *finding, size_t index)
{
    const FindingLayer *layer = &finding->layers[index];
    for (size_t i = 0; i < index; i++) {
        const FindingLayer *before = &finding->layers[i];
        if (layer->digest && before->digest ? strcmp(layer->digest, before->digest) == 0 : layer->gist == before->gist)
            return false;
    }
    return true;
}

static const char *version_of(const Release *release)
{
    return release->version                 ? release->version
           : image_main_tag(release->image) ? image_main_tag(release->image)
                                            : release->image->id;
}

/* Does no layer before this one, which is the first of its kind too, belong to the same release? */
static bool is_first_of_release(const Finding *finding, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (finding->layers[i].release == finding->layers[index].release && is_first(finding, i))
            return false;
    return true;
}

static void add_layers(const Subject *s, Finding *finding)
{
    int64_t all = 0;

    finding->bytes = 0;
    finding->is_exact = true;
    for (size_t i = 0; i < finding->n_layers; i++) {
        const FindingLayer *layer = &finding->layers[i];
        strings_add_unique(&finding->versions, version_of(&s->releases[layer->release]));
        finding->is_exact &= layer->is_exact;
        if (layer->release == s->judged)
            saturating_grow(&finding->bytes, layer->bytes);
        if (!is_first(finding, i))
            continue;
        saturating_grow(&all, layer->bytes);
        finding->count += is_first_of_release(finding, i);
    }
    finding->is_per_release = finding->count > 1;
    finding->saves_bytes = finding->check == CHECK_UNSTABLE_LAYER ? all - finding->bytes : all;
}

void finding_settle(const Subject *s, Finding *finding)
{
    if (finding->n_layers > 0 && finding->bytes == 0)
        add_layers(s, finding);
    if (finding->versions.count == 0)
        strings_add(&finding->versions, version_of(judged(s)));
    if (finding->bytes <= 0) {
        finding->bytes = -1;
        finding->saves_bytes = 0;
        finding->is_exact = false;
    }
    if (finding->count == 0)
        finding->count = 1;
}

/* Would this layer be kept, wholly or in part? Of layers that are built anew with the same content, the judged release
 * keeps its own. */
static bool stays(const Subject *s, const Finding *finding, const FindingLayer *layer)
{
    return !layer->is_exact || (finding->check == CHECK_UNSTABLE_LAYER && layer->release == s->judged);
}

static void note_saved(const Subject *s, const Audited *audited, Pieces *pieces)
{
    for (size_t i = 0; i < audited->n_findings; i++)
        for (size_t j = 0; j < audited->findings[i].n_layers; j++) {
            const FindingLayer *layer = &audited->findings[i].layers[j];
            Piece *piece = stays(s, &audited->findings[i], layer) ? NULL : find_piece(pieces, layer);
            if (piece)
                piece->saved = piece->bytes;
        }
}

static const Finding *find(const Audited *audited, Check check)
{
    for (size_t i = 0; i < audited->n_findings; i++)
        if (audited->findings[i].check == check)
            return &audited->findings[i];
    return NULL;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Returns what each release still needs of layers that a build made, or that have compilers beside libraries: a tenth
 * of each, and not less than `at_least`. */
static int64_t needed_of(const Finding *finding, int64_t at_least)
{
    int64_t bytes = 0;

    for (size_t i = 0; finding && finding->is_exact && i < finding->n_layers; i++) {
        int64_t tenth = finding->layers[i].bytes / 10;
        if (is_first(finding, i))
            saturating_grow(&bytes, least(finding->layers[i].bytes, tenth > at_least ? tenth : at_least));
    }
    return bytes;
}

/* Returns what the releases need in place of what the findings remove: one base in place of a large one or of a
 * toolchain's, at most half as large; and in each release the program that the build has made, and the libraries that
 * came with a compiler. */
static int64_t needed_instead(const Subject *s, const Audited *audited)
{
    const Finding *tools = find(audited, CHECK_TOOLCHAIN), *base = find(audited, CHECK_FAT_BASE);
    bool has_interpreter = s->language > LANGUAGE_RUST && s->language != LANGUAGE_GO;
    bool are_tools_in_base = tools && (judged(s)->build->hints & BUILD_TOOLS);
    int64_t bytes = 0;

    if (are_tools_in_base || (base && base->n_layers > 0))
        bytes = least(has_interpreter ? INTERPRETER_BASE : SMALL_BASE, base_bytes(judged(s)) / 2);
    if (!are_tools_in_base)
        saturating_grow(&bytes, needed_of(tools, 0));
    return saturating_add(bytes, needed_of(find(audited, CHECK_BUILT_IN_FINAL), PROGRAM));
}

void audited_settle(const Subject *s, Audited *audited)
{
    Pieces pieces;
    int64_t bytes = 0, saved = 0;

    list_pieces(s, &pieces);
    note_saved(s, audited, &pieces);
    audited->knows_sizes = true;
    for (size_t i = 0; i < s->n_releases; i++)
        audited->knows_sizes &= s->releases[i].has_sizes;
    for (size_t i = 0; i < pieces.count; i++) {
        saturating_grow(&bytes, pieces.items[i].bytes);
        saturating_grow(&saved, pieces.items[i].saved);
    }
    free(pieces.items);
    int64_t could_be = saturating_add(bytes - saved, needed_instead(s, audited));
    audited->bytes = bytes;
    /* A check counts for itself: a layer that lies elsewhere in each release is several to it, and one piece here. */
    for (size_t i = 0; i < audited->n_findings; i++)
        audited->findings[i].saves_bytes = least(audited->findings[i].saves_bytes, bytes);
    audited->could_be_bytes = least(could_be, bytes);
}
