/* SPDX-License-Identifier: MIT */
/* What else is on the engine's file systems: who looks at what. */
#include "survey_parts.h"

#include <rgc/sizes_file.h>

#include <string.h>
#include <sys/stat.h>

/* The directory furthest up that is on the same file system. */
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
        cleanup_with(free_charp) char *why = xasprintf("what was measured is shown once and not kept: %s", err.text);
        strings_add(&ret->gaps, why);
    }
}
