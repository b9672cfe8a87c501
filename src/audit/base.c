/* SPDX-License-Identifier: MIT */
/*
 * Where the base of an image ends. FROM stands in no history, so that there are only signs of it, the best first: an
 * image that is here and of which this one has all layers; the label with the base's digest; the CMD of the base; a day
 * without a step.
 */
#include "subject.h"

#include <rgc/ownership.h>

#include <string.h>

/* Between the steps of one build less time passes. */
#define SOON (10 * USEC_PER_MINUTE)

/* With all its steps too: another image upon the same base, with settings of its own, may have no layer of its own. */
static bool is_prefix(const ImageBuild *base, const ImageBuild *build)
{
    size_t n = base->layers.count;

    if (n == 0 || n > build->layers.count || base->n_steps >= build->n_steps)
        return false;
    for (size_t i = 0; i < n; i++)
        if (strcmp(base->layers.items[i], build->layers.items[i]) != 0)
            return false;
    for (size_t i = 0; i < base->n_steps; i++)
        if (base->steps[i].kind != build->steps[i].kind || base->steps[i].print != build->steps[i].print)
            return false;
    return true;
}

/* The base's history stands at the beginning of this one, unless the engine told one of the two otherwise. */
static size_t steps_of_base(const ImageBuild *base, const ImageBuild *build)
{
    for (size_t i = 0; i < build->n_steps; i++)
        if (build->steps[i].layer >= (int)base->layers.count)
            return i < base->n_steps ? i : base->n_steps;
    return base->n_steps;
}

static void find_here(const Subject *s, const Release *release, Base *ret)
{
    const Snapshot *snapshot = s->plan->snapshot;

    for (size_t i = 0; i < snapshot->n_facts; i++) {
        const ImageFacts *facts = &snapshot->facts[i];
        if (!facts->build || facts->build == release->build || facts->build->layers.count < ret->n_layers ||
            !is_prefix(facts->build, release->build))
            continue;
        const Image *image = snapshot_image(snapshot, facts->id);
        if (!image || image->tags.count == 0 || release_is_of(s, image->id))
            continue;
        ret->image = image;
        ret->n_layers = facts->build->layers.count;
        ret->n_steps = steps_of_base(facts->build, release->build);
    }
}

static const BuildStep *topmost_layer(const ImageBuild *build)
{
    for (size_t i = build->n_steps; i > 0; i--)
        if (build->steps[i - 1].layer != NO_LAYER || build->steps[i - 1].size_bytes > 0)
            return &build->steps[i - 1];
    return NULL;
}

/* rust and golang have no CMD of their own: what they add ends with the step that follows their variables. */
static size_t end_of_tools(const ImageBuild *build, size_t from)
{
    for (size_t i = from; i < build->n_steps; i++) {
        const BuildStep *step = &build->steps[i];
        size_t end = i + 1;
        if (step->kind != STEP_ENV || !(step->traits & (DOES(ENV_RUST) | DOES(ENV_GO))))
            continue;
        if (step->traits & DOES(ENV_RUST))
            return end < build->n_steps && build->steps[end].kind == STEP_RUN ? end + 1 : end;
        while (end < build->n_steps &&
               (build->steps[end].kind == STEP_ENV || build->steps[end].kind == STEP_RUN ||
                ((build->steps[end].traits & DOES(ABSOLUTE)) && (build->steps[end].traits & DOES(TO_ROOT)))) &&
               build->steps[end].created - step->created < USEC_PER_DAY)
            end++;
        if (end < build->n_steps && build->steps[end].kind == STEP_WORKDIR)
            return end + 1;
        return i + 1;
    }
    return from;
}

/* The last CMD below the topmost layer behind which time passed: one of the Dockerfile's own, in front of its last COPY,
 * is followed at once. Where no time passes anywhere, as in reproducible builds, the last one. */
static size_t by_command(const ImageBuild *build)
{
    const BuildStep *top = topmost_layer(build);
    size_t last = 0, followed_late = 0;

    for (size_t i = 0; top && &build->steps[i] < top; i++) {
        if (build->steps[i].kind != STEP_CMD)
            continue;
        last = i + 1;
        if (build->steps[i + 1].created - build->steps[i].created >= SOON)
            followed_late = i + 1;
    }
    return end_of_tools(build, followed_late > 0 ? followed_late : last);
}

static size_t layers_below(const ImageBuild *build, size_t n_steps)
{
    size_t n = 0;
    for (size_t i = 0; i < n_steps; i++)
        if (build->steps[i].layer != NO_LAYER)
            n = (size_t)build->steps[i].layer + 1;
    return n;
}

/* The image that is here may be the base of a base that is not: debian, of node, on a host of other images. What ends
 * that one is a CMD behind which a day passed, or its tools. */
static void look_above(const ImageBuild *build, Base *ret)
{
    const BuildStep *top = topmost_layer(build);
    size_t end = ret->n_steps;

    for (size_t i = ret->n_steps; top && &build->steps[i] < top; i++)
        if (build->steps[i].kind == STEP_CMD && build->steps[i + 1].created - build->steps[i].created >= USEC_PER_DAY)
            end = i + 1;
    end = end_of_tools(build, end);
    if (end > ret->n_steps)
        *ret = (Base){.n_steps = end, .n_layers = layers_below(build, end)};
}

/* A day passes between a base and what is built on it, or a week; between two own steps it may where one was cached. */
static size_t by_dates(const ImageBuild *build)
{
    for (size_t i = build->n_steps; i > 1; i--) {
        Time before = build->steps[i - 2].created, after = build->steps[i - 1].created;
        if (before > 0 && after - before >= USEC_PER_DAY)
            return i - 1;
    }
    return 0;
}

/* What imports, or a base that is unpacked, is nobody's own. */
static size_t root_file_systems(const ImageBuild *build)
{
    size_t n = 0;
    for (size_t i = 0; i < build->n_steps; i++)
        if (build->steps[i].kind == STEP_IMPORT || (build->steps[i].traits & DOES(BAZEL)))
            n = i + 1;
    return n;
}

/* The first layer is a file that is copied, and not into / as a whole. */
static bool begins_from_scratch(const ImageBuild *build)
{
    for (size_t i = 0; i < build->n_steps; i++) {
        const BuildStep *step = &build->steps[i];
        if (step->kind <= STEP_RUN || (step->traits & DOES(TO_ROOT) && step->size_bytes > (8 << 20)))
            return false;
        if (step->kind == STEP_COPY)
            return true;
    }
    return false;
}

static bool has_shell_steps(const ImageBuild *build, size_t from)
{
    for (size_t i = from; i < build->n_steps; i++)
        if (build->steps[i].kind == STEP_RUN)
            return true;
    return false;
}

static bool is_distroless(const ImageBuild *build, const Base *base)
{
    if (base->name && strstr(base->name, "distroless"))
        return true;
    for (size_t i = 0; i < base->n_steps; i++)
        if (build->steps[i].traits & DOES(BAZEL))
            return true;
    return !base->name && (build->hints & BUILD_CERTIFICATES) && !has_shell_steps(build, 0);
}

/* The image that has this digest or ID, if it is here. */
static const Image *by_digest(const Snapshot *snapshot, const char *digest)
{
    for (size_t i = 0; digest && i < snapshot->n_images; i++) {
        const Image *image = &snapshot->images[i];
        if (strcmp(image->id, digest) == 0)
            return image;
        for (size_t j = 0; j < image->digests.count; j++) {
            const char *at = strrchr(image->digests.items[j], '@');
            if (at && strcmp(at + 1, digest) == 0)
                return image;
        }
    }
    return NULL;
}

static void find_by_label(const Subject *s, const ImageBuild *build, Base *ret)
{
    const Image *image = by_digest(s->plan->snapshot, build->base_digest);
    const ImageFacts *facts = image ? snapshot_build(s->plan->snapshot, image->id) : NULL;

    if (!facts || facts->build == build || facts->build->layers.count > build->layers.count)
        return;
    ret->image = image;
    ret->n_layers = facts->build->layers.count;
    ret->n_steps = steps_of_base(facts->build, build);
}

void base_find(const Subject *s, const Release *release, Base *ret)
{
    const ImageBuild *build = release->build;
    size_t least = root_file_systems(build);

    *ret = (Base){0};
    find_here(s, release, ret);
    if (ret->image)
        look_above(build, ret);
    else
        find_by_label(s, build, ret);
    if (!ret->image && ret->n_steps == 0) {
        bool is_scratch = least == 0 && begins_from_scratch(build);
        ret->kind = is_scratch ? BASE_SCRATCH : BASE_OTHER;
        ret->n_steps = is_scratch ? 0 : by_command(build);
        if (!is_scratch && ret->n_steps == 0)
            ret->n_steps = by_dates(build);
        ret->n_steps = ret->n_steps < least ? least : ret->n_steps;
        ret->n_layers = layers_below(build, ret->n_steps);
    }
    ret->name = build->base_name ? build->base_name : ret->image ? image_main_tag(ret->image) : NULL;
    if (ret->kind != BASE_SCRATCH && is_distroless(build, ret))
        ret->kind = BASE_DISTROLESS;
}
