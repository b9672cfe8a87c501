/* SPDX-License-Identifier: MIT */
/* Measured sizes by kind and name, the volumes of a survey by name, and how a survey is freed. */
#include <rgc/survey.h>

#include <string.h>

static const char *const kind_words[SIZE_KIND_MAX_] = {
    [SIZE_VOLUME] = "volume",
    [SIZE_CONTAINER] = "container",
    [SIZE_STORE] = "store",
    [SIZE_LEFTOVERS] = "leftovers",
};

const char *size_kind_to_string(SizeKind kind)
{
    return kind_words[kind];
}

SizeKind size_kind_from_string(const char *word)
{
    SizeKind kind = 0;

    while (kind < SIZE_KIND_MAX_ && strcmp(kind_words[kind], word) != 0)
        kind++;
    return kind;
}

static Size *find(const Sizes *sizes, SizeKind kind, const char *name)
{
    for (size_t i = 0; i < sizes->count; i++)
        if (sizes->items[i].kind == kind && strcmp(sizes->items[i].name, name) == 0)
            return &sizes->items[i];
    return NULL;
}

const Size *sizes_find(const Sizes *sizes, SizeKind kind, const char *name)
{
    return find(sizes, kind, name);
}

void sizes_set(Sizes *sizes, SizeKind kind, const char *name, int64_t bytes, int64_t things, Time at)
{
    Size *size = find(sizes, kind, name);

    if (!size) {
        size = array_add(&sizes->items, &sizes->count);
        *size = (Size){.kind = kind, .name = xstrdup(name)};
    }
    size->bytes = bytes;
    size->things = things;
    size->at = at;
}

void sizes_clear(Sizes *sizes)
{
    for (size_t i = 0; i < sizes->count; i++)
        free(sizes->items[i].name);
    free(sizes->items);
    *sizes = (Sizes){0};
}

static int compare_name(const void *name, const void *volume)
{
    return strcmp(name, ((const FoundVolume *)volume)->name);
}

const FoundVolume *survey_volume(const Survey *survey, const char *name)
{
    if (survey->n_volumes == 0)
        return NULL;
    return bsearch(name, survey->volumes, survey->n_volumes, sizeof(*survey->volumes), compare_name);
}

void survey_clear(Survey *survey)
{
    for (size_t i = 0; i < survey->n_volumes; i++)
        free(survey->volumes[i].name);
    for (size_t i = 0; i < survey->n_stores; i++)
        free(survey->stores[i].name);
    for (size_t i = 0; i < survey->n_blobs; i++)
        free(survey->blobs[i].digest);
    free(survey->volumes);
    free(survey->stores);
    free(survey->blobs);
    sizes_clear(&survey->sizes);
    strings_clear(&survey->gaps);
    strings_clear(&survey->mounts);
    *survey = (Survey){0};
}
