/* SPDX-License-Identifier: MIT */
/*
 * What removing images frees of the compressed layers in a containerd store.
 *
 * The problem: such a store keeps each layer twice, compressed and unpacked. An engine reports how large each unpacked
 * layer is, but of the compressed ones only the sum for each image. So nobody says how much of that sum is shared.
 *
 * The idea: bounds. A layer gets hardly larger by compression (layer_content_most). Each image that has all shared
 * contents says with its sum how much they are at most; and if the most that its other contents can be is taken off,
 * how much they are at least. The narrowest bounds of all images count. An image that is larger than its layers can be
 * has content for other platforms too, and of that nothing is known.
 *
 * tests/unit/facts/estimate.c tests this.
 */
#include "facts/layers.h"

#include <rgc/saturate.h>
#include <string.h>

/* Manifests and configurations are contents, too; they take no more than this. */
#define SLACK 65536

/* One content of an image. */
typedef struct Content {
    uint64_t content;
    int64_t most;    /* compressed */
    bool is_counted; /* it is kept, or counts as freed by an image before this one */
    bool may_be_cached;
} Content;

typedef struct Contents {
    Content *items; /* sorted */
    size_t count;
    int64_t bytes; /* of all compressed contents and of manifests; < 0: the image is smaller than its layers */
} Contents;

/* An image that has a content; one that is kept comes first. */
typedef struct ContentImage {
    uint64_t content;
    size_t image;
} ContentImage;

static int compare_content_images(const void *a, const void *b)
{
    const ContentImage *x = a, *y = b;
    if (x->content != y->content)
        return x->content < y->content ? -1 : 1;
    size_t i = x->image + 1, j = y->image + 1;
    return i < j ? -1 : i > j;
}

static int compare_contents(const void *a, const void *b)
{
    const Content *x = a, *y = b;
    return (x->content > y->content) - (x->content < y->content);
}

static const Content *find(const Contents *contents, uint64_t content)
{
    const Content wanted = {.content = content};
    return bsearch(&wanted, contents->items, contents->count, sizeof(wanted), compare_contents);
}

static void contents_make(const Image *image, const LayerTable *table, size_t index, Contents *ret)
{
    Contents contents = {.bytes = image->size_bytes};
    size_t n = 0;

    for (size_t i = table->first[index]; i < table->first[index + 1]; i++) {
        const LayerNode *node = &table->nodes[table->of_images[i]];
        contents.bytes = saturating_subtract(contents.bytes, node->bytes);
        *array_add(&contents.items, &contents.count) = (Content){
            .content = node->content, .most = layer_content_most(node->bytes), .may_be_cached = node->may_be_cached};
    }
    if (contents.count > 0)
        qsort(contents.items, contents.count, sizeof(Content), compare_contents);
    for (size_t i = 0; i < contents.count; i++) {
        if (n == 0 || contents.items[n - 1].content != contents.items[i].content)
            contents.items[n++] = contents.items[i];
        contents.items[n - 1].may_be_cached |= contents.items[i].may_be_cached;
    }
    contents.count = n;
    *ret = contents;
}

/* The bounds of those contents of `of` that are not freed with it, by the sums of all images that have all of them. */
static Bounds others_of(const Contents *all, size_t n, const Contents *of, bool with_cached)
{
    Bounds bounds = {.most = INT64_MAX};
    int64_t sum = 0;

    for (size_t i = 0; i < of->count; i++)
        if (of->items[i].is_counted || (with_cached && of->items[i].may_be_cached))
            saturating_grow(&sum, of->items[i].most);
    bounds.most = sum;
    for (size_t j = 0; sum > 0 && j < n; j++) {
        int64_t rest = 0;
        size_t n_others = 0, n_found = 0;
        for (size_t i = 0; i < of->count; i++) {
            const Content *content = &of->items[i], *same = find(&all[j], content->content);
            bool is_other = content->is_counted || (with_cached && content->may_be_cached);
            n_others += is_other;
            n_found += is_other && same;
        }
        if (n_found < n_others || all[j].bytes < 0)
            continue;
        for (size_t i = 0; i < all[j].count; i++) {
            const Content *same = find(of, all[j].items[i].content);
            if (!same || !(same->is_counted || (with_cached && same->may_be_cached)))
                saturating_grow(&rest, all[j].items[i].most);
        }
        int64_t least = saturating_subtract(saturating_subtract(all[j].bytes, rest), SLACK);
        bounds.most = all[j].bytes < bounds.most ? all[j].bytes : bounds.most;
        bounds.least = least > bounds.least ? least : bounds.least;
    }
    return bounds;
}

static Bounds weigh_image(const Contents *all, size_t n, const Contents *of)
{
    int64_t own = 0, sum = 0, bytes = of->bytes;

    for (size_t i = 0; i < of->count; i++) {
        saturating_grow(&sum, of->items[i].most);
        if (!of->items[i].is_counted)
            saturating_grow(&own, of->items[i].most);
    }
    if (bytes <= 0)
        return (Bounds){0};
    if (bytes > saturating_add(sum, SLACK)) /* there is content for other platforms, too, of which nothing is known */
        return (Bounds){.most = bytes};
    Bounds kept = others_of(all, n, of, true), shared = others_of(all, n, of, false);
    int64_t least = saturating_subtract(bytes, kept.most), most = saturating_subtract(bytes, shared.least);
    if (own < sum)
        most = most < own + SLACK ? most : own + SLACK;
    return (Bounds){.least = least > 0 ? least : 0, .most = most > 0 ? most : 0};
}

static ContentImage *content_images_make(const Plan *plan, const bool *goes, const LayerTable *table, size_t *ret_count)
{
    ContentImage *of_contents = NULL;
    size_t count = 0, n = 0;

    for (size_t i = 0; i < plan->snapshot->n_images; i++) {
        size_t index = leaving_index(plan, goes, &plan->snapshot->images[i]);
        for (size_t j = table->first[i]; j < table->first[i + 1]; j++)
            *array_add(&of_contents, &count) =
                (ContentImage){.content = table->nodes[table->of_images[j]].content, .image = index};
    }
    if (count > 0)
        qsort(of_contents, count, sizeof(*of_contents), compare_content_images);
    for (size_t i = 0; i < count; i++)
        if (n == 0 || of_contents[n - 1].content != of_contents[i].content)
            of_contents[n++] = of_contents[i];
    *ret_count = n;
    return of_contents;
}

static int compare_with_content(const void *content, const void *found)
{
    uint64_t x = *(const uint64_t *)content, y = ((const ContentImage *)found)->content;
    return (x > y) - (x < y);
}

void layers_weigh_contents(const Plan *plan, const bool *goes, const LayerTable *table, Bounds *ret)
{
    const Snapshot *snapshot = plan->snapshot;
    size_t n = snapshot->n_images, n_of_contents;
    Contents *all = xcalloc(n + 1, sizeof(*all));
    ContentImage *of_contents = content_images_make(plan, goes, table, &n_of_contents);

    for (size_t i = 0; i < n; i++) {
        size_t index = leaving_index(plan, goes, &snapshot->images[i]);
        contents_make(&snapshot->images[i], table, i, &all[i]);
        for (size_t j = 0; j < all[i].count; j++) {
            const ContentImage *found = bsearch(&all[i].items[j].content, of_contents, n_of_contents,
                                                sizeof(*of_contents), compare_with_content);
            all[i].items[j].is_counted = found->image != index || index == STAYS;
        }
    }
    for (size_t i = 0; i < n; i++) {
        size_t index = leaving_index(plan, goes, &snapshot->images[i]);
        if (index != STAYS)
            ret[index] = weigh_image(all, n, &all[i]);
    }
    for (size_t i = 0; i < n; i++)
        free(all[i].items);
    free(all);
    free(of_contents);
}
