/* SPDX-License-Identifier: MIT */
/*
 * The sizes of an image's layers. No answer of the API has digests and sizes together: an inspect lists the digests
 * of all layers, and a history lists steps with sizes, but also steps that made no layer.
 *
 * So the decoder has to guess which steps are layers: first those with a size, then also those that make a layer even
 * if it is empty, then all. A guess counts only if it gives exactly as many layers as there are digests, and if the
 * sizes add up to the size of the image. On the containerd store they do not: an image's size there includes the
 * compressed blobs, so the sum must only not exceed it, and the caller gets these layers as `unpacked`.
 *
 * If no guess fits, nothing is known (-ENODATA). A wrong size would be a false promise of what a removal frees, while
 * without sizes the estimate merely says less.
 */
#include <errno.h>
#include <string.h>

#include "decode.h"
#include <rgc/json_read.h>
#include <rgc/saturate.h>

typedef struct Step {
    int64_t size_bytes;
    bool may_be_layer; /* even if its size is 0 */
} Step;

/* RUN, COPY, ADD and WORKDIR make a layer even if it is empty; other instructions never do. */
static bool may_be_layer(const char *created_by)
{
    static const char *const instructions[] = {"RUN ", "COPY ", "ADD ", "WORKDIR "};

    if (!created_by)
        return false;
    for (size_t i = 0; i < sizeof(instructions) / sizeof(instructions[0]); i++)
        if (strstr(created_by, instructions[i]))
            return true;
    return strstr(created_by, "/bin/sh -c") && !strstr(created_by, "#(nop)");
}

static void free_steps(Step **steps)
{
    free(*steps);
}

/* Fills one step for each entry, base first. */
static int get_steps(const json_t *history, Step *steps, Error *err)
{
    json_t *entry;
    size_t i;

    json_array_foreach (history, i, entry) {
        Step *step = &steps[json_array_size(history) - 1 - i]; /* newest first → base first */
        const char *created_by;
        int r;

        if (!json_is_object(entry))
            return error_set(err, EPROTO, "history: an entry is not an object");
        if ((r = json_get_int(entry, "Size", 0, &step->size_bytes, err)) < 0 ||
            (r = json_get_string(entry, "CreatedBy", &created_by, err)) < 0)
            return r;
        if (step->size_bytes < 0 || step->size_bytes > INT64_MAX / 4096)
            return error_set(err, EPROTO, "history: \"Size\" is absurd");
        step->may_be_layer = may_be_layer(created_by);
    }
    return 0;
}

static bool is_any(const Step *step)
{
    (void)step;
    return true;
}

static bool has_size(const Step *step)
{
    return step->size_bytes > 0;
}

static bool is_likely_layer(const Step *step)
{
    return step->size_bytes > 0 || step->may_be_layer;
}

static size_t count_steps(const Step *steps, size_t count, bool (*is_layer)(const Step *))
{
    size_t n = 0;

    for (size_t i = 0; i < count; i++)
        n += is_layer(&steps[i]);
    return n;
}

/* The n-th step that is a layer has the n-th digest. */
static Layer *match(const Step *steps, size_t count, const Strings *diff_ids, bool (*is_layer)(const Step *))
{
    Layer *layers = xcalloc(diff_ids->count, sizeof(*layers));
    size_t n = 0;

    for (size_t i = 0; i < count; i++)
        if (is_layer(&steps[i])) {
            layers[n] = (Layer){.digest = xstrdup(diff_ids->items[n]), .size_bytes = steps[i].size_bytes};
            n++;
        }
    return layers;
}

/* Whether the steps fit into the image, which on the containerd store is larger than its layers. */
static bool is_sum_below(const Step *steps, size_t count, int64_t image_bytes)
{
    int64_t rest = image_bytes;

    for (size_t i = 0; i < count; i++)
        rest = saturating_subtract(rest, steps[i].size_bytes);
    return rest >= 0;
}

/* Whether the steps make up the image, within one percent and 4 KiB. */
static bool is_sum_about(const Step *steps, size_t count, int64_t image_bytes)
{
    int64_t difference = image_bytes;

    for (size_t i = 0; i < count; i++)
        difference = saturating_subtract(difference, steps[i].size_bytes);
    int64_t tolerance = image_bytes / 100 + 4096;
    return difference <= tolerance && difference >= -tolerance;
}

static int decode(const char *text, size_t length, const Strings *diff_ids, int64_t image_bytes,
                  bool (*is_sum_right)(const Step *, size_t, int64_t), Layer **ret, Error *err)
{
    static bool (*const ways[])(const Step *) = {has_size, is_likely_layer, is_any};
    json_auto_t *history = json_load_array(text, length, err);
    size_t count = json_array_size(history);
    cleanup_with(free_steps) Step *steps = xcalloc(count, sizeof(*steps));
    int r;

    if (!history)
        return -EPROTO;
    r = get_steps(history, steps, err);
    if (r < 0)
        return r;
    for (size_t i = 0; diff_ids->count > 0 && i < sizeof(ways) / sizeof(ways[0]); i++)
        if (count_steps(steps, count, ways[i]) == diff_ids->count && is_sum_right(steps, count, image_bytes)) {
            *ret = match(steps, count, diff_ids, ways[i]);
            return 0;
        }
    return error_set(err, ENODATA, "history and layers do not fit together");
}

int decode_history(const char *text, size_t length, const Strings *diff_ids, int64_t image_bytes, Layer **ret,
                   Error *err)
{
    return decode(text, length, diff_ids, image_bytes, is_sum_about, ret, err);
}

int decode_unpacked_layers(const char *text, size_t length, const Strings *diff_ids, int64_t image_bytes, Layer **ret,
                           Error *err)
{
    return decode(text, length, diff_ids, image_bytes, is_sum_below, ret, err);
}
