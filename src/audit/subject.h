/* SPDX-License-Identifier: MIT */
/*
 * A Subject is what the checks look at: the releases of one app, or one image, with what rgc concludes about how they
 * were built. audit.c makes one Subject for each app, asks every check, and clears it.
 *
 * Most checks ask only about the judged release and about own steps, which are the steps from Release.base.n_steps on:
 * nobody can change the steps below in their own Dockerfile.
 */
#pragma once

#include <rgc/audit.h>

typedef enum Language {
    LANGUAGE_UNKNOWN,
    LANGUAGE_RUST,
    LANGUAGE_GO,
    LANGUAGE_DOTNET,
    LANGUAGE_JAVA,
    LANGUAGE_NODE,
    LANGUAGE_PYTHON,
    LANGUAGE_RUBY,
    LANGUAGE_PHP,
    LANGUAGE_MAX_,
} Language;

typedef enum BaseKind {
    BASE_OTHER,
    BASE_SCRATCH,
    BASE_DISTROLESS,
} BaseKind;

/* Where the base ends and the steps of somebody's own Dockerfile begin; base.c tells how rgc finds it. */
typedef struct Base {
    size_t n_steps, n_layers;
    const Image *image; /* the base itself if it is on this host; else NULL */
    const char *name;   /* what the image's label calls it, or a tag of it; may be NULL */
    BaseKind kind;
} Base;

typedef struct Release {
    const Image *image;
    const ImageBuild *build; /* NULL if rgc does not know how it was built */
    const char *version;     /* borrowed from the plan; may be NULL */
    Time order;              /* when it was built, or when it arrived if that date says nothing */
    Base base;
    bool has_sizes; /* the engine tells how large its layers are */
} Release;

typedef struct Subject {
    const Plan *plan;
    const PlannedApp *app; /* NULL if one image is judged by itself */
    Release *releases;     /* newest first */
    size_t n_releases;
    size_t judged;          /* index of the current release; 0, the newest, if none is current */
    bool is_job;            /* the image runs jobs, such as CI: it may need its compiler, and serves nobody */
    bool is_left_to_others; /* others make it: a change of its Dockerfile is no advice */
    bool has_dockerfile;
    bool is_alpine;
    Language language;
    int setup; /* SETUP bits of its live containers, else those of the image */
} Subject;

static inline const Release *judged(const Subject *s)
{
    return &s->releases[s->judged];
}

/* An app without releases on this host gives a Subject with n_releases 0, which no check may see. */
void subject_of_app(const Plan *plan, const PlannedApp *app, Subject *ret);
void subject_of_image(const Plan *plan, const PlannedImage *image, Subject *ret);
void subject_clear(Subject *subject);

/* Are both releases of one app, or one image? The destinations of an app, such as staging, count as one app here, since
 * they are built alike. */
bool are_of_one_app(const Plan *plan, const Image *a, const Image *b);

/* Finds the base of one release, whose `build` must be known. A release of the same app is never taken for it. */
void base_find(const Subject *subject, const Release *release, Base *ret);

/* Is `test` true for a live container of the judged release? Of an app, only its own containers are asked. */
typedef bool ContainerTest(const Container *container);
bool any_container(const Subject *subject, ContainerTest *test);
