/* SPDX-License-Identifier: MIT */
/* What the checks look at: the releases of one app, or one image, and what can be concluded of how they were built. */
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

/* Where a base ends and what somebody's own Dockerfile added begins. */
typedef struct Base {
    size_t n_steps, n_layers;
    const Image *image; /* the base itself, if it is here */
    const char *name;   /* a tag of it, or its label; NULL */
    BaseKind kind;
} Base;

typedef struct Release {
    const Image *image;
    const ImageBuild *build; /* NULL: not known */
    const char *version;     /* borrowed from the plan; NULL */
    Time order;
    Base base;
    bool has_sizes;
} Release;

typedef struct Subject {
    const Plan *plan;
    const PlannedApp *app; /* NULL: one image */
    Release *releases;     /* newest first */
    size_t n_releases;
    size_t judged; /* the current release */
    bool is_job;
    bool is_left_to_others;
    bool has_dockerfile;
    bool is_alpine;
    Language language;
    int setup; /* of its containers, else of the image */
} Subject;

static inline const Release *judged(const Subject *s)
{
    return &s->releases[s->judged];
}

void subject_of_app(const Plan *plan, const PlannedApp *app, Subject *ret);
void subject_of_image(const Plan *plan, const PlannedImage *image, Subject *ret);
void subject_clear(Subject *subject);

/* The other releases of the app are no base of this one. */
void base_find(const Subject *subject, const Release *release, Base *ret);

static inline bool release_is_of(const Subject *s, const char *image_id)
{
    for (size_t i = 0; i < s->n_releases; i++)
        if (__builtin_strcmp(s->releases[i].image->id, image_id) == 0)
            return true;
    return false;
}

/* Is one of the containers of the judged release, of this app, so? */
typedef bool ContainerTest(const Container *container);
bool any_container(const Subject *subject, ContainerTest *test);
