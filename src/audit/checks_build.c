/* SPDX-License-Identifier: MIT */
/*
 * Checks of what a build leaves in a release: compilers that are shipped, builds in the last stage, bases that are too
 * large. They give no advice where the compiler is needed: for jobs and builders, and for programs that are compiled
 * when they start.
 */
#include "checks.h"

#include <rgc/ownership.h>

#include <string.h>

/* debian and ubuntu are below FAT; slim variants of interpreters are above it and below LARGEST_SLIM. */
#define FAT ((int64_t)200 * MEGABYTE)
#define LARGEST_SLIM ((int64_t)400 * MEGABYTE)

static bool is_large(const Release *release, const BuildStep *step)
{
    return step->size_bytes > LARGE || !release->has_sizes;
}

/* Builders and CI images need their compiler, and so does a program that is compiled when it starts. */
static bool needs_compiler(const Subject *s)
{
    return s->is_job || (s->setup & SETUP_BUILDS) || (judged(s)->build->setup & SETUP_BUILDS);
}

static bool has_tools_in_base(const Release *release)
{
    return release->build->hints & BUILD_TOOLS;
}

static bool installs_compiler(const Subject *s, const Release *release, const BuildStep *step)
{
    (void)s;
    return (step->traits & DOES(COMPILER)) && is_large(release, step);
}

static bool installs_more(const Subject *s, const Release *release, const BuildStep *step)
{
    return installs_compiler(s, release, step) && (step->traits & DOES(OTHER_PACKAGES));
}

static bool is_toolchain_image(const Subject *s)
{
    return (judged(s)->build->hints & BUILD_TOOLS) != 0;
}

/* A compiler reaches a release in two ways. It comes with the base (rust, golang, dotnet/sdk): then the whole base
 * would be replaced, and its layers are exact. Or a RUN installs it: then that layer is exact only if it has nothing
 * else, because libraries that the program runs with would still have to be installed. */
bool find_toolchain(const Subject *s, Finding *finding)
{
    if (needs_compiler(s))
        return false;
    if (is_toolchain_image(s)) {
        const char *runtime = judged(s)->build->runtime;
        gather_bases(s, has_tools_in_base, finding);
        finding_say(finding, "ships the toolchain that built it%s%s", runtime ? ", " : "", runtime ? runtime : "");
        advise_stages(s, finding);
        return true;
    }
    bool is_mixed = find_step(s, installs_more);
    if (gather_steps(s, installs_compiler, !is_mixed, finding) == 0)
        return false;
    finding_say(finding, "installs a compiler or headers, and ships them");
    advise_stages(s, finding);
    return true;
}

static bool is_build(const Subject *s, const Release *release, const BuildStep *step)
{
    (void)s;
    return (step->traits & BUILDS) && is_large(release, step);
}

bool is_built_here(const Subject *s)
{
    return !needs_compiler(s) && find_step(s, is_build);
}

/* The layer of a build would be saved whole only if the language is compiled: what `npm run build` leaves is partly
 * what runs. sums.c adds back the program itself. */
bool find_built_in_final(const Subject *s, Finding *finding)
{
    const BuildStep *step = needs_compiler(s) ? NULL : find_step(s, is_build);

    if (!step || gather_steps(s, is_build, is_compiled(s), finding) == 0)
        return false;
    finding_say(finding, "is built in the last stage, so it ships all that the build leaves behind");
    advise_stages(s, finding);
    return true;
}

static bool is_copied_from_stage(const Subject *s, const Release *release, const BuildStep *step)
{
    (void)s;
    (void)release;
    return step->kind == STEP_COPY && (step->traits & DOES(ABSOLUTE));
}

/* The classic builder and buildah write digests in place of the sources, which may belong to another stage. */
static bool hides_source(const Subject *s, const Release *release, const BuildStep *step)
{
    (void)s;
    (void)release;
    return (step->kind == STEP_COPY || step->kind == STEP_ADD) &&
           ((step->traits & DOES(FOLDER)) || strstr(step->gist, "(a folder or file)"));
}

/* Only images that ship a build are asked: one stage is enough for those that only copy. The check never fires if a
 * step may have copied from another stage. */
bool find_one_stage(const Subject *s, Finding *finding)
{
    Finding other = {0};
    bool is_compiled_here = find_toolchain(s, &other) || find_built_in_final(s, &other);

    finding_clear(&other);
    if (!is_compiled_here || find_step(s, is_copied_from_stage) || find_step(s, hides_source))
        return false;
    finding_say(finding, "has only the stage in which it is built");
    advise_stages(s, finding);
    return true;
}

static bool is_buildpack(const Release *release)
{
    for (size_t i = 0; i < release->base.n_steps; i++)
        if (release->build->steps[i].traits & DOES(BUILDPACK))
            return true;
    return release->base.name && strstr(release->base.name, "buildpack-deps");
}

/* The slim variants of interpreters are already larger than FAT. If rgc does not know the name of the base, it may be
 * one of these. */
static bool may_be_slim(const Release *release)
{
    return base_is_slim(release) ||
           (!release->base.name && (release->build->hints & BUILD_INTERPRETERS) && base_bytes(release) < LARGEST_SLIM);
}

static bool has_fat_base(const Release *release)
{
    return is_buildpack(release) || (base_bytes(release) > FAT && !may_be_slim(release));
}

/* Does the other image have the same topmost layer of the base, and so, as rgc takes it, the whole base? */
static bool shares_base(const Subject *s, const PlannedImage *other)
{
    const ImageFacts *facts = snapshot_build(s->plan->snapshot, other->image->id);
    const Release *now = judged(s);
    size_t n = now->base.n_layers;

    if (!facts || n == 0 || facts->build->layers.count < n)
        return false;
    return strcmp(facts->build->layers.items[n - 1], now->build->layers.items[n - 1]) == 0;
}

/* Returns another app that has a release on the same base, or NULL. A base that apps share is on the host once, so it
 * is only a note: a change in one of them would add a base. */
static const PlannedApp *sharer(const Subject *s)
{
    const Plan *plan = s->plan;

    for (size_t i = 0; s->app && i < plan->n_images; i++)
        for (size_t j = 0; j < plan->images[i].n_apps; j++) {
            const PlannedApp *app = &plan->apps[plan->images[i].apps[j].app];
            if (strcmp(app->name, s->app->name) != 0 && shares_base(s, &plan->images[i]))
                return app;
        }
    return NULL;
}

bool find_fat_base(const Subject *s, Finding *finding)
{
    if (!has_fat_base(judged(s)) || is_toolchain_image(s))
        return false;
    const PlannedApp *other = sharer(s);
    const char *name = judged(s)->base.name;
    cleanup_with(free_charp) char *last = last_stage(s);
    if (other) {
        finding->level = LEVEL_NOTE;
        finding_say(finding, "built on %s, which is large, but %s shares it: it is here once for all",
                    name ? name : "a base", other->name);
        finding_advise(finding, "change it in all apps that share it, or in none: %s in the last stage", last);
        return true;
    }
    gather_bases(s, has_fat_base, finding);
    finding_say(finding, "built on %s%s", name ? name : "a large base",
                is_buildpack(judged(s)) ? ", which has the compilers and headers of buildpack-deps" : "");
    finding_advise(finding, "%s in the last stage, with the packages that it needs to run", last);
    return true;
}
