/* SPDX-License-Identifier: MIT */
/*
 * What checks have in common: they look for steps, collect the layers behind a finding, and say what they found. A
 * typical check:
 *
 *     if (gather_steps(subject, takes_recommended, false, finding) == 0)
 *         return false;
 *     finding_say(finding, "also installs packages that are only recommended");
 *     finding_advise(finding, "apt-get install --no-install-recommends");
 *     return true;
 */
#pragma once

#include "subject.h"

#define MEGABYTE ((int64_t)1000000)

/* What a smaller layer has is not worth a change of the Dockerfile. */
#define LARGE (10 * MEGABYTE)

/* What steps do that compile or build the program. */
#define BUILDS (DOES(CARGO) | DOES(GO) | DOES(JAVA) | DOES(DOTNET) | DOES(NODE))

/* Does this step show what the check looks for? Only own steps are asked, so those of a base never are. */
typedef bool StepTest(const Subject *subject, const Release *release, const BuildStep *step);

/* Adds the layers of each release's own steps for which `test` is true. `is_exact` says that a change would save the
 * whole layer. Returns how many of these steps the judged release has; a check whose count is 0 does not fire, whatever
 * older releases have. */
size_t gather_steps(const Subject *subject, StepTest *test, bool is_exact, Finding *finding);
/* Adds all layers of the base of each release for which `test` is true, as layers that would be saved whole. */
void gather_bases(const Subject *subject, bool (*test)(const Release *release), Finding *finding);
/* Adds the layer of one step; `release` is the index of its release. */
void gather_step(const Subject *subject, size_t release, const BuildStep *step, int64_t bytes, bool is_exact,
                 Finding *finding);
/* Returns the first own step of the judged release for which `test` is true, or NULL. */
const BuildStep *find_step(const Subject *subject, StepTest *test);
/* Returns how large the steps of the base are together; 0 if the engine does not tell. */
int64_t base_bytes(const Release *release);
/* Sorts the sizes and returns their median, which one odd size does not move; 0 if there are none. Of an even number it
 * is the larger one in the middle, so that the checks that compare with it fire less often. */
int64_t median_bytes(int64_t *sizes, size_t count);
/* Does the name of the base say that it is a small variant, such as -slim or -alpine? */
bool base_is_slim(const Release *release);

/* These set text and remedy, and replace what was there. */
void finding_say(Finding *finding, const char *format, ...) __attribute__((__format__(__printf__, 2, 3)));
void finding_advise(Finding *finding, const char *format, ...) __attribute__((__format__(__printf__, 2, 3)));
