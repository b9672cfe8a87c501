/* SPDX-License-Identifier: MIT */
/*
 * Checks of files that an image has twice or without need. The history tells sizes and not files, so each check
 * compares the size of a step with that of others; the limits are above what directories, whiteouts and package
 * databases take.
 */
#include "checks.h"

#include <string.h>

/* A step that only removes still stores marks of the removed files and the database of a package manager. */
#define NEAR_NOTHING (4 * MEGABYTE)
#define NOTHING (MEGABYTE / 10)
#define CONTEXT (50 * MEGABYTE)
/* A smaller copy says nothing, even if it is larger than all other steps. */
#define CONTEXT_LEAST (5 * MEGABYTE)
#define CONTEXT_TIMES 5

static bool is_copy(const BuildStep *step)
{
    return step->kind == STEP_COPY || step->kind == STEP_ADD;
}

/* Returns the last own COPY or ADD before this step that has a size, or NULL. */
static const BuildStep *copy_before(const Release *release, const BuildStep *step)
{
    for (const BuildStep *at = step; at > release->build->steps + release->base.n_steps; at--)
        if (is_copy(at - 1) && at[-1].size_bytes > 0)
            return at - 1;
    return NULL;
}

/* A chown or chmod of a tree stores each file again, so its layer is about as large as the COPY before it. Half of that
 * is enough: it may have changed only a part of the tree. */
static bool doubles_copy(const Subject *s, const Release *release, const BuildStep *step)
{
    const BuildStep *copy;

    (void)s;
    if (!(step->traits & (DOES(CHOWN) | DOES(CHMOD))) || step->size_bytes <= 0)
        return false;
    copy = copy_before(release, step);
    return copy && !(copy->traits & DOES(WITH_OWNER)) && step->size_bytes >= copy->size_bytes / 2;
}

bool find_chown_copy(const Subject *s, Finding *finding)
{
    const BuildStep *step = find_step(s, doubles_copy);

    if (!step || gather_steps(s, doubles_copy, true, finding) == 0)
        return false;
    bool is_chown = step->traits & DOES(CHOWN);
    finding_say(finding, "RUN %s -R stores a second copy of every file that it changes", is_chown ? "chown" : "chmod");
    finding_advise(finding, is_chown
                                ? "remove it, and write --chown=USER:GROUP in the COPY lines of the last stage; before "
                                  "them, RUN mkdir -p DIR && chown USER DIR for each directory that the app writes to"
                                : "remove it, and write --chmod=755 in the COPY lines");
    return true;
}

/* Returns the largest own step below this one, or NULL. */
static const BuildStep *largest_below(const Release *release, const BuildStep *step)
{
    const BuildStep *largest = NULL;
    for (size_t i = release->base.n_steps; &release->build->steps[i] < step; i++)
        if (!largest || release->build->steps[i].size_bytes > largest->size_bytes)
            largest = &release->build->steps[i];
    return largest;
}

/* The history does not say what a removal removed. A step that stores almost nothing, above a layer that is large, is
 * likely to have hidden a part of that layer; nobody can tell how much, so the finding is never exact. */
static bool hides_layer(const Subject *s, const Release *release, const BuildStep *step)
{
    const BuildStep *below = largest_below(release, step);

    (void)s;
    return (step->traits & DOES(REMOVES)) && below && below->size_bytes > LARGE && step->size_bytes < NEAR_NOTHING &&
           step->size_bytes < below->size_bytes / 10;
}

bool find_removed_later(const Subject *s, Finding *finding)
{
    if (!find_step(s, hides_layer))
        return false;
    for (size_t i = 0; i < s->n_releases; i++) {
        const Release *release = &s->releases[i];
        const BuildStep *below = NULL;
        for (size_t j = release->base.n_steps; release->build && j < release->build->n_steps; j++)
            if (hides_layer(s, release, &release->build->steps[j]))
                below = largest_below(release, &release->build->steps[j]);
        if (below)
            gather_step(s, i, below, below->size_bytes, false, finding);
    }
    finding_say(finding, "a RUN of its own removes what a layer below has stored, and still stores");
    finding_advise(finding, "join the two RUN lines with &&, so that it is removed in the RUN that made it");
    return true;
}

/* Returns the median size of the other own steps that store more than the blocks of a directory, or 0 if there are
 * none. */
static int64_t median_of_others(const Release *release, const BuildStep *step)
{
    const ImageBuild *build = release->build;
    int64_t *sizes = xcalloc(build->n_steps, sizeof(*sizes)), median;
    size_t n = 0;

    for (size_t i = release->base.n_steps; i < build->n_steps; i++)
        if (&build->steps[i] != step && build->steps[i].size_bytes > NOTHING)
            sizes[n++] = build->steps[i].size_bytes;
    median = median_bytes(sizes, n);
    free(sizes);
    return median;
}

/* COPY of a whole context is usual and mostly harmless. It is a finding if it is large (CONTEXT), or if it is several
 * times as large as what the other steps store (CONTEXT_TIMES). The second needs a known source: the classic builder
 * does not tell which folder it copied (FOLDER). */
static bool copies_everything(const Subject *s, const Release *release, const BuildStep *step)
{
    int64_t median;

    (void)s;
    if (!is_copy(step) || !(step->traits & (DOES(ALL) | DOES(FOLDER))) || step->size_bytes < CONTEXT_LEAST)
        return false;
    if (step->size_bytes > CONTEXT)
        return true;
    median = (step->traits & DOES(ALL)) ? median_of_others(release, step) : 0;
    return median > 0 && step->size_bytes > CONTEXT_TIMES * median;
}

/* Returns what a build context of this language contains that nobody means to ship. */
static const char *ignored(const Subject *s)
{
    static const char *const lists[LANGUAGE_MAX_] = {
        [LANGUAGE_UNKNOWN] = ".git",
        [LANGUAGE_RUST] = "target/ and .git",
        [LANGUAGE_GO] = "bin/ and .git",
        [LANGUAGE_DOTNET] = "bin/, obj/ and .git",
        [LANGUAGE_JAVA] = "target/, build/ and .git",
        [LANGUAGE_NODE] = "node_modules/ and .git",
        [LANGUAGE_PYTHON] = ".venv/, __pycache__/ and .git",
        [LANGUAGE_RUBY] = "log/, tmp/, node_modules/ and .git",
        [LANGUAGE_PHP] = "vendor/, node_modules/ and .git",
    };
    return lists[s->language];
}

bool find_context_copy(const Subject *s, Finding *finding)
{
    const BuildStep *step = find_step(s, copies_everything);

    bool is_for_build = is_compiled(s) && is_built_here(s);
    if (!step || gather_steps(s, copies_everything, false, finding) == 0)
        return false;
    if (is_for_build)
        finding_say(finding, "ships all that %s copies, though a compiled program needs little of it", step->gist);
    else if (s->language == LANGUAGE_UNKNOWN || s->language == LANGUAGE_PYTHON)
        finding_say(finding, "%s is large; if it is not what is to be served, such as a site or a model", step->gist);
    else
        finding_say(finding, "%s is large for a program", step->gist);
    finding_advise(finding, "%slist %s in .dockerignore",
                   is_for_build
                       ? "with two stages, copy into the last one only what it reads when it runs, such as templates; "
                       : "",
                   ignored(s));
    return true;
}
