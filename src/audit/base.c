/* SPDX-License-Identifier: MIT */
/*
 * The base boundary: which steps of an image belong to its base, and which to somebody's own Dockerfile.
 *
 * The problem: a builder puts the history of the base in front of the own steps and writes no FROM into it. Without a
 * boundary the audit would advise people to change debian's or node's Dockerfile, or would miss a compiler that they
 * have installed themselves.
 *
 * The idea: rgc looks for signs of the boundary and takes the best one that it finds:
 *  1. A tagged image on this host whose layers and steps are the beginning of this image; of several, the one with the
 *     most layers. It may be only the base of the base (debian, where node is not on this host): look_above then
 *     follows the later steps to a CMD behind which a day passed, or to the end of the tools of rust or golang.
 *  2. The label org.opencontainers.image.base.digest, if an image of this digest is on this host.
 *  3. A first layer that copies a file without a root file system below it: the image is FROM scratch, and all is own.
 *  4. The last CMD below the topmost layer behind which time passed: bases end with a CMD, and are built well before
 *     the image on top of them. by_command says what rgc does where no time passes.
 *  5. The last gap of a day between two steps.
 * An imported root file system, or one that bazel made, belongs to the base in 4 and 5 wherever the sign lies.
 *
 * What is never allowed: to take another release of the same app, or an image with the same layers that only sets
 * something else, for the base; to judge the steps below the boundary as if somebody here had written them (gather.h).
 * Base layers count only in findings about the base as a whole: FROM is a line that can be changed.
 * tests/unit/audit/audit_base.c, tests/unit/audit/audit_checks.c and tests/unit/audit/audit_releases.c test this.
 */
#include "subject.h"

#include <rgc/ownership.h>

#include <string.h>

/* The pause that tells two builds apart: less time passes between the steps of one build. */
#define SOON (10 * USEC_PER_MINUTE)

/* Is `base` the beginning of this image, in its layers and in its steps? Layers alone do not show it: another image on
 * the same base that only changes settings has no layer of its own. */
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

/* Returns how many steps of this image belong to the base. These are the steps of the base, but none that made a layer
 * above it: engines may tell the two histories differently. */
static size_t steps_of_base(const ImageBuild *base, const ImageBuild *build)
{
    for (size_t i = 0; i < build->n_steps; i++)
        if (build->steps[i].layer >= (int)base->layers.count)
            return i < base->n_steps ? i : base->n_steps;
    return base->n_steps;
}

/* Sign 1. */
static void find_here(const Subject *s, const Release *release, Base *ret)
{
    const Snapshot *snapshot = s->plan->snapshot;

    for (size_t i = 0; i < snapshot->n_facts; i++) {
        const ImageFacts *facts = &snapshot->facts[i];
        if (!facts->build || facts->build == release->build || facts->build->layers.count < ret->n_layers ||
            !is_prefix(facts->build, release->build))
            continue;
        const Image *image = snapshot_image(snapshot, facts->id);
        if (!image || image->tags.count == 0 || are_of_one_app(s->plan, image, release->image))
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

/* Returns where the steps of rust or golang end, which come behind `from`, or `from` if they are not there. Neither
 * image ends with a CMD that would show it. rust's end is the RUN that follows its variables. golang's is its WORKDIR,
 * behind RUN, ENV and COPY steps of the same day. */
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

/* Sign 4. An own CMD may stand in front of the last COPY, but then the next step follows at once, so rgc asks for a CMD
 * behind which time passed. Where no time passes anywhere, as in reproducible builds, it takes the last CMD. */
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

/* Returns how many layers the first `n_steps` steps have made. */
static size_t layers_below(const ImageBuild *build, size_t n_steps)
{
    size_t n = 0;
    for (size_t i = 0; i < n_steps; i++)
        if (build->steps[i].layer != NO_LAYER)
            n = (size_t)build->steps[i].layer + 1;
    return n;
}

/* Moves the boundary up if the image on this host is only the base of the base, as debian is for node. The base that is
 * not here ends with a CMD behind which a day passed, or with the tools of its language. */
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

/* Sign 5. At least a day usually passes between a base and an image that is built on it. It may also pass between two
 * own steps, if the first one came from the build cache: this is why other signs are better. */
static size_t by_dates(const ImageBuild *build)
{
    for (size_t i = build->n_steps; i > 1; i--) {
        Time before = build->steps[i - 2].created, after = build->steps[i - 1].created;
        if (before > 0 && after - before >= USEC_PER_DAY)
            return i - 1;
    }
    return 0;
}

/* Returns behind which step the last imported root file system ends: nobody's own Dockerfile wrote it. */
static size_t root_file_systems(const ImageBuild *build)
{
    size_t n = 0;
    for (size_t i = 0; i < build->n_steps; i++)
        if (build->steps[i].kind == STEP_IMPORT || (build->steps[i].traits & DOES(BAZEL)))
            n = i + 1;
    return n;
}

/* Sign 3: the first step with content copies files. A large copy into / is a root file system, so it is none. */
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

/* A distroless base shows itself by its name, by layers that bazel made, or by SSL_CERT_FILE in an image in which no
 * shell has ever run. It matters because advice that needs a shell would be wrong. */
static bool is_distroless(const ImageBuild *build, const Base *base)
{
    if (base->name && strstr(base->name, "distroless"))
        return true;
    for (size_t i = 0; i < base->n_steps; i++)
        if (build->steps[i].traits & DOES(BAZEL))
            return true;
    return !base->name && (build->hints & BUILD_CERTIFICATES) && !has_shell_steps(build, 0);
}

/* Returns the image on this host that has this digest or ID, or NULL. */
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

/* Sign 2. An image with more layers than this one cannot be its base, whatever the label says. */
static void find_by_label(const Subject *s, const Release *release, Base *ret)
{
    const ImageBuild *build = release->build;
    const Image *image = by_digest(s->plan->snapshot, build->base_digest);
    const ImageFacts *facts = image ? snapshot_build(s->plan->snapshot, image->id) : NULL;

    if (!facts || are_of_one_app(s->plan, image, release->image) || facts->build->layers.count > build->layers.count)
        return;
    ret->image = image;
    ret->n_layers = facts->build->layers.count;
    ret->n_steps = steps_of_base(facts->build, build);
}

/* Returns what the label calls the base, or NULL; also NULL if that is the tag of a release of the same app. */
static const char *name_by_label(const Subject *s, const Release *release)
{
    const char *name = release->build->base_name;
    const Image *image = name ? snapshot_image_by_tag(s->plan->snapshot, name) : NULL;

    return image && are_of_one_app(s->plan, image, release->image) ? NULL : name;
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
        find_by_label(s, release, ret);
    if (!ret->image && ret->n_steps == 0) {
        bool is_scratch = least == 0 && begins_from_scratch(build);
        ret->kind = is_scratch ? BASE_SCRATCH : BASE_OTHER;
        ret->n_steps = is_scratch ? 0 : by_command(build);
        if (!is_scratch && ret->n_steps == 0)
            ret->n_steps = by_dates(build);
        ret->n_steps = ret->n_steps < least ? least : ret->n_steps;
        ret->n_layers = layers_below(build, ret->n_steps);
    }
    ret->name = name_by_label(s, release);
    if (!ret->name && ret->image)
        ret->name = image_main_tag(ret->image);
    if (ret->kind != BASE_SCRATCH && is_distroless(build, ret))
        ret->kind = BASE_DISTROLESS;
}
