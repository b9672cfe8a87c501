/* SPDX-License-Identifier: MIT */
/*
 * What the files that make a survey share: where the engine's own files are, as this process sees them, and small
 * readers of directories. observe_survey.c says which file does what.
 */
#pragma once

#include <rgc/observe.h>

#include <sys/types.h>

typedef struct SurveyPlaces {
    const Snapshot *snapshot;
    char *root;        /* the engine's root; NULL if it cannot be read */
    char *containerd;  /* the root of the containerd with the images; NULL if it cannot be read, or there is none */
    bool is_forbidden; /* one of them exists, but this user may not read it */
    dev_t *devices;    /* of the file systems in the snapshot */
    size_t n_devices;
} SurveyPlaces;

/* Where containerd keeps files of images, below its root. */
#define CONTENT_DIRECTORY "io.containerd.content.v1.content"

/* Borrows the snapshot; the caller clears `ret`. */
void survey_find_places(const Config *config, const Snapshot *snapshot, SurveyPlaces *ret);
void survey_places_clear(SurveyPlaces *places);
/* Whether the path itself, not what a link points to, is on one of the file systems in the snapshot. */
bool survey_is_here(const SurveyPlaces *places, const char *path);

/* Calls `each` with every name in a directory except "." and ".."; never, if the directory cannot be read. */
typedef void EachName(const char *name, void *userdata);
void survey_each_name(const char *path, EachName *each, void *userdata);
/* The first line of a file of at most 4 KiB; NULL if it cannot be read. Caller frees. */
char *survey_read_line(const char *directory, const char *name);

/* Read what files tell at once: logs, the journal and images of other stores; files of images in containerd's store. */
void survey_read_files(const SurveyPlaces *places, Survey *ret);
void survey_read_blobs(const SurveyPlaces *places, Survey *ret);
/* Measures what has to be walked through. This may take minutes, and ends early if pass_is_interrupted(). */
void survey_walk(Engine *engine, const SurveyPlaces *places, Time now, const PassProgress *progress, Survey *ret);
/* Lists the paths of leftovers in the engine's root; of layers only for overlay2. */
void survey_list_leftovers(const SurveyPlaces *places, const Survey *survey, Time now, Strings *ret);
