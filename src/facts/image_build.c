/* SPDX-License-Identifier: MIT */
/* Which step of a build has made which layer, the names of steps, and how they are freed. */
#include <rgc/image_build.h>

#include <string.h>

void build_step_clear(BuildStep *step)
{
    free(step->gist);
    *step = (BuildStep){0};
}

void image_build_clear(ImageBuild *build)
{
    for (size_t i = 0; i < build->n_steps; i++)
        build_step_clear(&build->steps[i]);
    free(build->steps);
    strings_clear(&build->layers);
    free(build->runtime);
    free(build->base_name);
    free(build->base_digest);
    strings_clear(&build->secrets);
    *build = (ImageBuild){0};
}

void image_build_free(ImageBuild *build)
{
    if (!build)
        return;
    image_build_clear(build);
    free(build);
}

static bool is_any(const BuildStep *step)
{
    (void)step;
    return true;
}

static bool has_size(const BuildStep *step)
{
    return step->size_bytes > 0;
}

/* RUN, COPY, ADD and WORKDIR make a layer even if it is empty; other steps never do. */
static bool is_likely_layer(const BuildStep *step)
{
    return step->size_bytes > 0 || step->kind <= STEP_WORKDIR;
}

static size_t count_layers(const ImageBuild *build, bool (*is_layer)(const BuildStep *))
{
    size_t n = 0;
    for (size_t i = 0; i < build->n_steps; i++)
        n += is_layer(&build->steps[i]);
    return n;
}

/* An engine lists steps and layers, but not which step has made which layer. What counts as a layer differs between
 * builders, so the first way of counting that leads to the right number decides; if none does, nothing is claimed. */
void image_build_find_layers(ImageBuild *build)
{
    static bool (*const ways[])(const BuildStep *) = {has_size, is_likely_layer, is_any};
    bool (*way)(const BuildStep *) = NULL;

    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]) && !way; i++)
        if (build->layers.count > 0 && count_layers(build, ways[i]) == build->layers.count)
            way = ways[i];
    int layer = 0;
    for (size_t i = 0; i < build->n_steps; i++)
        build->steps[i].layer = way && way(&build->steps[i]) ? layer++ : NO_LAYER;
}

static const char *const kinds[STEP_KIND_MAX_] = {
    [STEP_FOREIGN] = "FOREIGN", [STEP_IMPORT] = "IMPORT",
    [STEP_RUN] = "RUN",         [STEP_COPY] = "COPY",
    [STEP_ADD] = "ADD",         [STEP_WORKDIR] = "WORKDIR",
    [STEP_ENV] = "ENV",         [STEP_ARG] = "ARG",
    [STEP_LABEL] = "LABEL",     [STEP_USER] = "USER",
    [STEP_CMD] = "CMD",         [STEP_ENTRYPOINT] = "ENTRYPOINT",
    [STEP_VOLUME] = "VOLUME",   [STEP_HEALTHCHECK] = "HEALTHCHECK",
    [STEP_OTHER] = "OTHER",
};

const char *step_kind_to_string(StepKind kind)
{
    return kinds[kind];
}

StepKind step_kind_from_string(const char *word)
{
    StepKind kind = 0;
    while (kind < STEP_KIND_MAX_ && strcmp(kinds[kind], word) != 0)
        kind++;
    return kind;
}
