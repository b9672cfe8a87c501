/* SPDX-License-Identifier: MIT */
/*
 * A build as text and back. A step is one string with its numbers in a fixed order, not an object: an image has dozens
 * of steps, a host has hundreds of images, and facts.jsonl has to fit into 32 MiB. A step that cannot be read costs the
 * whole build, which is asked for again.
 */
#include "build_line.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define IMAGE_STEPS_MAX 1000

void build_line_clear(BuildLine *line)
{
    free(line->runtime);
    free(line->base_name);
    free(line->base_digest);
    strings_clear(&line->secrets);
    strings_clear(&line->layers);
    strings_clear(&line->steps);
    *line = (BuildLine){0};
}

/* "RUN 12 9f3a… 52428800 1700000000 3 RUN cargo build …": the kind, traits and print in hexadecimal digits, the size in
 * bytes, the time in seconds, the layer (-1 = none) and the gist. */
static char *step_text(const BuildStep *step)
{
    return xasprintf("%s %" PRIx64 " %" PRIx64 " %" PRId64 " %" PRId64 " %d %s", step_kind_to_string(step->kind),
                     step->traits, step->print, step->size_bytes, step->created / USEC_PER_SEC, step->layer,
                     step->gist ? step->gist : "");
}

void build_line_fill(const ImageBuild *build, BuildLine *ret)
{
    *ret = (BuildLine){
        .setup = build->setup,
        .hints = build->hints,
        .runtime = xstrdup(build->runtime),
        .base_name = xstrdup(build->base_name),
        .base_digest = xstrdup(build->base_digest),
    };
    strings_copy(&ret->secrets, &build->secrets);
    strings_copy(&ret->layers, &build->layers);
    for (size_t i = 0; i < build->n_steps; i++) {
        cleanup_with(free_charp) char *text = step_text(&build->steps[i]);
        strings_add(&ret->steps, text);
    }
}

/* Reads a number and the space behind it, and moves `*at` behind both. */
static bool take_number(const char **at, int base, uint64_t *ret)
{
    char *end;

    errno = 0;
    *ret = strtoull(*at, &end, base);
    if (errno || end == *at || *end != ' ')
        return false;
    *at = end + 1;
    return true;
}

static bool parse_step(const char *text, size_t n_layers, BuildStep *ret)
{
    uint64_t size, created, layer;
    size_t length = strcspn(text, " ");
    cleanup_with(free_charp) char *word = xstrndup(text, length);
    const char *at = text + length + (text[length] == ' ');

    ret->kind = step_kind_from_string(word);
    if (ret->kind == STEP_KIND_MAX_ || !take_number(&at, 16, &ret->traits) || !take_number(&at, 16, &ret->print) ||
        !take_number(&at, 10, &size) || !take_number(&at, 10, &created) || !take_number(&at, 10, &layer))
        return false;
    ret->size_bytes = (int64_t)size;
    ret->created = (int64_t)created * USEC_PER_SEC;
    ret->layer = (int64_t)layer == NO_LAYER ? NO_LAYER : (int)layer;
    if (size > (uint64_t)1 << 58 || created > (uint64_t)(TIME_MAX / USEC_PER_SEC) ||
        (ret->layer != NO_LAYER && layer >= n_layers))
        return false;
    ret->gist = xstrdup(at);
    return true;
}

ImageBuild *build_line_read(const BuildLine *line)
{
    cleanup_with(image_build_freep) ImageBuild *build = NULL;

    if (!(line->setup & SETUP_KNOWN) || line->steps.count > IMAGE_STEPS_MAX)
        return NULL;
    build = xcalloc(1, sizeof(*build));
    build->setup = line->setup;
    build->hints = line->hints;
    build->runtime = xstrdup(line->runtime);
    build->base_name = xstrdup(line->base_name);
    build->base_digest = xstrdup(line->base_digest);
    strings_copy(&build->secrets, &line->secrets);
    strings_copy(&build->layers, &line->layers);
    build->steps = xcalloc(line->steps.count + 1, sizeof(*build->steps));
    for (size_t i = 0; i < line->steps.count; i++)
        if (!parse_step(line->steps.items[i], build->layers.count, &build->steps[build->n_steps++]))
            return NULL;
    return take_ptr(build);
}
