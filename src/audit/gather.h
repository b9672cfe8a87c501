/* SPDX-License-Identifier: MIT */
/* What checks do with the steps of releases, and how they say what they found. */
#pragma once

#include "subject.h"

#define MEGABYTE ((int64_t)1000000)

/* Does this own step of a release show it? */
typedef bool StepTest(const Subject *subject, const Release *release, const BuildStep *step);

/* Adds the layers of all own steps for which `test` holds, of each release. Returns how many the judged one has: with
 * none it does not fire. */
size_t gather_steps(const Subject *subject, StepTest *test, bool is_exact, Finding *finding);
/* Adds the layers of the base of each release for which `test` holds. */
void gather_bases(const Subject *subject, bool (*test)(const Release *release), Finding *finding);
void gather_step(const Subject *subject, size_t release, const BuildStep *step, int64_t bytes, bool is_exact,
                 Finding *finding);
/* The first own step of the judged release for which `test` holds; NULL. */
const BuildStep *find_step(const Subject *subject, StepTest *test);
/* The bytes below the boundary. */
int64_t base_bytes(const Release *release);
/* Is the base one of the small variants of what there is in several? By its name. */
bool base_is_slim(const Release *release);

void finding_say(Finding *finding, const char *format, ...) __attribute__((__format__(__printf__, 2, 3)));
void finding_advise(Finding *finding, const char *format, ...) __attribute__((__format__(__printf__, 2, 3)));
