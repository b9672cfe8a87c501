/* SPDX-License-Identifier: MIT */
/*
 * The survey: what else is on the engine's file systems, for `rgc status`. No pass makes one, and nothing is decided by
 * it. This file says which part looks at what:
 *  - survey_places.c finds the engine's own files, as far as this user may read them;
 *  - survey_files.c and survey_blobs.c read what files tell at once, in every survey;
 *  - survey_walk.c, survey_leftovers.c and walk.c measure what only a walk can tell, with --deep. Whatever cannot be
 * measured becomes a sentence in Survey.gaps, because a sum that silently lacks a part is wrong.
 * tests/unit/observe/observe_survey.c and tests/engine/scenarios_holders.py test it.
 */
#include "survey_parts.h"

#include <rgc/sizes_file.h>

#include <string.h>
#include <sys/stat.h>

/* Adds the directory at which the file system of `path` is mounted: the one furthest up that has the same device. */
static void add_mount(const char *path, Strings *ret)
{
    cleanup_with(free_charp) char *at = realpath(path, NULL);
    struct stat here, above;

    for (char *slash; at && (slash = strrchr(at, '/')) && at[1]; *slash = '\0') {
        cleanup_with(free_charp) char *parent = slash == at ? xstrdup("/") : xstrndup(at, (size_t)(slash - at));
        if (stat(at, &here) < 0 || stat(parent, &above) < 0 || here.st_dev != above.st_dev)
            break;
        if (slash == at)
            slash++; /* leaves "/" */
    }
    if (at)
        strings_add_unique(ret, at);
}

void observe_survey(Engine *engine, const Config *config, StateDirectory *state, const Snapshot *snapshot, Time now,
                    bool is_deep, const PassProgress *progress, Survey *ret)
{
    cleanup_with(survey_places_clear) SurveyPlaces places;
    Error err = {0};

    survey_find_places(config, snapshot, &places);
    *ret = (Survey){.is_made = true, .reads_files = places.root, .is_forbidden = places.is_forbidden};
    for (size_t i = 0; i < snapshot->n_disks; i++)
        add_mount(snapshot->disks[i].path, &ret->mounts);
    progress_step(progress, "looking at logs, volumes and other files");
    survey_read_files(&places, ret);
    survey_read_blobs(&places, ret);
    if (engine_query_volumes(engine, ret, &err) < 0)
        strings_add(&ret->gaps, err.text);
    if (!is_deep) {
        if (state)
            sizes_load(state, &ret->sizes);
        return;
    }
    survey_walk(engine, &places, now, progress, ret);
    if (state && sizes_save(state, &ret->sizes, &err) < 0) {
        cleanup_with(free_charp) char *why =
            xasprintf("rgc shows these sizes now, but cannot store them: %s", err.text);
        strings_add(&ret->gaps, why);
    }
}
