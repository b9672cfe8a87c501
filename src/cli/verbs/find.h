/* SPDX-License-Identifier: MIT */
/*
 * What a person may mean by a word: `rgc why blog:v4`, `rgc why 3f2a`, `rgc why blog-web-v4`, `rgc why shop/staging`.
 */
#pragma once

#include <rgc/error.h>
#include <rgc/plan.h>

typedef struct Match {
    const PlannedImage *image; /* one of the two */
    const PlannedContainer *container;
} Match;

typedef struct Matches {
    Match *items;
    size_t count;
    /* No exact one: these have the word as their repository. Never to be taken for the thing itself. */
    bool are_only_similar;
} Matches;

/* The first that finds something counts: exact tags (":latest" implied), digests and container names; beginnings of IDs
 * (at least 4 digits); the last parts of a tag with its registry; "repository@ID" as rgc plan prints it; the app whose
 * current release it is, and the builder, as rgc status names them; repositories, or the last parts of them. */
void find_in_plan(const Plan *plan, const char *word, Matches *ret);
void matches_clear(Matches *matches);

/* The apps of this name, in all destinations or in the one that the word names: indexes into Plan.apps. Caller frees. */
size_t *find_apps(const Plan *plan, const char *word, size_t *ret_count);

/* The one that it finds. -ENOENT with a sentence: none; -EINVAL: several, which are listed. */
int find_one(const Plan *plan, const char *word, Match *ret, Error *err);
