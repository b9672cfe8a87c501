/* SPDX-License-Identifier: MIT */
/*
 * What a person may mean by a word: `rgc why blog:v4`, `rgc why 3f2a`, `rgc why blog-web-v4`, `rgc why shop/staging`.
 * Every name that rgc prints must find what it was printed for; tests/unit/cli/cli_find.c tests this.
 */
#pragma once

#include <rgc/error.h>
#include <rgc/plan.h>

typedef struct Match {
    const PlannedImage *image; /* either this or the container; the other one is NULL */
    const PlannedContainer *container;
} Match;

typedef struct Matches {
    Match *items;
    size_t count;
    /* Nothing has this name, but these have the word as their repository. They are only a hint for people. */
    bool are_only_similar;
} Matches;

/* Looks for the word in these ways, of which the first that finds something counts: exact tags (":latest" implied),
 * digests and container names; beginnings of IDs (at least 4 digits); the last parts of a tag with its registry;
 * "repository@ID" as rgc plan prints it; an app, which stands for its current release; a builder as rgc status names
 * it; a repository, or the last parts of one. */
void find_in_plan(const Plan *plan, const char *word, Matches *ret);
void matches_clear(Matches *matches);

/* Returns the apps of this name, in all destinations or in the one that the word names, as indexes into Plan.apps.
 * Caller frees. */
size_t *find_apps(const Plan *plan, const char *word, size_t *ret_count);

/* Finds the one thing that the word means. Returns -ENOENT with a sentence if there is none, and -EINVAL if there are
 * several, which the text lists, or if rgc has no verdict on it. */
int find_one(const Plan *plan, const char *word, Match *ret, Error *err);
