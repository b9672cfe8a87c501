/* SPDX-License-Identifier: MIT */
/* What the files that make a survey share: where the engine's own files are, as seen from here. */
#pragma once

#include <rgc/observe.h>

#include <sys/types.h>

typedef struct SurveyPlaces {
    const Snapshot *snapshot;
    char *root;       /* the engine's root; NULL where it cannot be read */
    char *containerd; /* the root of the containerd with the images; NULL where it cannot be read, or has none */
    bool is_forbidden;
    dev_t *devices; /* of the file systems in the snapshot */
    size_t n_devices;
} SurveyPlaces;

#define CONTENT_DIRECTORY "io.containerd.content.v1.content"

void survey_find_places(const Config *config, const Snapshot *snapshot, SurveyPlaces *ret);
void survey_places_clear(SurveyPlaces *places);
/* Is it on one of the file systems that status is about? */
bool survey_is_here(const SurveyPlaces *places, const char *path);

/* Calls `each` with every name in a directory, but not with "." and "..". */
typedef void EachName(const char *name, void *userdata);
void survey_each_name(const char *path, EachName *each, void *userdata);
/* A small file's first line; NULL where it cannot be read. Caller frees. */
char *survey_read_line(const char *directory, const char *name);

/* What files tell at once: logs, journal, hidden stores, blobs of images. */
void survey_read_files(const SurveyPlaces *places, Survey *ret);
void survey_read_blobs(const SurveyPlaces *places, Survey *ret);
/* What has to be walked through. */
void survey_walk(Engine *engine, const SurveyPlaces *places, Time now, const PassProgress *progress, Survey *ret);
/* Directories and files of the engine's that no record of it names; only for overlay2. */
void survey_list_leftovers(const SurveyPlaces *places, const Survey *survey, Time now, Strings *ret);
