/* SPDX-License-Identifier: MIT */
/*
 * Leftovers: what crashes and bugs have left in the engine's root, which are directories of layers that no record
 * names, directories of containers and volumes that do not exist any more, and temporary files. rgc only shows their
 * size; it never removes one. Whatever is younger than a day may be in the making and does not count, nor does a thing
 * that a row of the engine may name which cannot be read.
 */
#include "survey_parts.h"

#include <string.h>
#include <sys/stat.h>

#define OLD_AFTER USEC_PER_DAY

typedef struct Search {
    const SurveyPlaces *places;
    const Survey *survey;
    Time now;
    char *directory; /* the one whose entries are looked at */
    Strings *known;  /* names of layers that have a record; sorted before they are searched */
    Strings *ret;
} Search;

static bool is_old(const char *path, Time now)
{
    struct stat st;

    return lstat(path, &st) == 0 && now / USEC_PER_SEC - (Time)st.st_mtime > OLD_AFTER / USEC_PER_SEC;
}

static void add_if_old(Search *search, const char *name)
{
    cleanup_with(free_charp) char *path = xasprintf("%s/%s", search->directory, name);

    if (is_old(path, search->now))
        strings_add(search->ret, path);
}

static void note(Search *search, const char *directory, const char *file)
{
    char *name = survey_read_line(directory, file);

    if (name)
        *array_add(&search->known->items, &search->known->count) = name;
}

static void note_record(const char *name, void *userdata)
{
    Search *search = userdata;
    cleanup_with(free_charp) char *directory = xasprintf("%s/%s", search->directory, name);

    note(search, directory, "cache-id");
    note(search, directory, "mount-id");
    note(search, directory, "init-id");
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_known(const Search *search, const char *name)
{
    return search->known->count > 0 &&
           bsearch(&name, search->known->items, search->known->count, sizeof(char *), compare);
}

/* Whether a directory of overlay2 has the name of a layer. BuildKit gives its directories other names, and only
 * BuildKit can read their records, so they are not looked at. */
static bool is_layer_name(const char *name)
{
    size_t digits = strspn(name, "0123456789abcdef");

    return digits == 64 &&
           (name[digits] == '\0' || strcmp(name + digits, "-init") == 0 || strcmp(name + digits, "-removing") == 0);
}

static void look_at_layer(const char *name, void *userdata)
{
    Search *search = userdata;

    if (is_layer_name(name) && !is_known(search, name))
        add_if_old(search, name);
}

static void look_at_container(const char *name, void *userdata)
{
    Search *search = userdata;

    for (size_t i = 0; i < search->places->snapshot->n_unreadable; i++)
        if (search->places->snapshot->unreadable[i].kind == ROW_CONTAINER)
            return; /* the row that cannot be read may be of this container */
    if (!snapshot_container(search->places->snapshot, name))
        add_if_old(search, name);
}

static void look_at_volume(const char *name, void *userdata)
{
    Search *search = userdata;
    cleanup_with(free_charp) char *data = xasprintf("%s/%s/_data", search->directory, name);
    struct stat st;

    if (search->survey->knows_volumes && !survey_volume(search->survey, name) && lstat(data, &st) == 0)
        add_if_old(search, name);
}

static void look_at_file(const char *name, void *userdata)
{
    add_if_old(userdata, name);
}

static void look(Search *search, const char *below, EachName *each)
{
    search->directory = xasprintf("%s/%s", search->places->root, below);
    survey_each_name(search->directory, each, search);
    free(search->directory);
    search->directory = NULL;
}

void survey_list_leftovers(const SurveyPlaces *places, const Survey *survey, Time now, Strings *ret)
{
    cleanup_with(strings_clear) Strings known = {0};
    Search search = {.places = places, .survey = survey, .now = now, .known = &known, .ret = ret};

    if (survey->n_stores == 0) /* else they may be containers that come back with the other image store */
        look(&search, "containers", look_at_container);
    look(&search, "volumes", look_at_volume);
    look(&search, "tmp", look_at_file);
    if (places->snapshot->engine.store != STORE_OVERLAY2)
        return;
    look(&search, "image/overlay2/layerdb/sha256", note_record);
    look(&search, "image/overlay2/layerdb/mounts", note_record);
    if (known.count == 0) /* no record could be read, so every layer would look like a leftover */
        return;
    qsort(known.items, known.count, sizeof(char *), compare);
    look(&search, "overlay2", look_at_layer);
}
