/* SPDX-License-Identifier: MIT */
/* The loops over releases and steps that the checks share, so that a check only says what it looks for. */
#include "gather.h"

#include <rgc/saturate.h>

#include <string.h>

void gather_step(const Subject *s, size_t release, const BuildStep *step, int64_t bytes, bool is_exact,
                 Finding *finding)
{
    const ImageBuild *build = s->releases[release].build;

    *array_add(&finding->layers, &finding->n_layers) = (FindingLayer){
        .release = release,
        .digest = step->layer != NO_LAYER ? build->layers.items[step->layer] : NULL,
        .gist = step->gist,
        .bytes = bytes,
        .is_exact = is_exact,
    };
}

size_t gather_steps(const Subject *s, StepTest *test, bool is_exact, Finding *finding)
{
    size_t n_judged = 0;

    for (size_t i = 0; i < s->n_releases; i++) {
        const Release *release = &s->releases[i];
        for (size_t j = release->base.n_steps; release->build && j < release->build->n_steps; j++) {
            const BuildStep *step = &release->build->steps[j];
            if (!test(s, release, step))
                continue;
            gather_step(s, i, step, step->size_bytes, is_exact, finding);
            n_judged += i == s->judged;
        }
    }
    return n_judged;
}

void gather_bases(const Subject *s, bool (*test)(const Release *release), Finding *finding)
{
    for (size_t i = 0; i < s->n_releases; i++) {
        const Release *release = &s->releases[i];
        if (!release->build || !test(release))
            continue;
        for (size_t j = 0; j < release->base.n_steps; j++)
            if (release->build->steps[j].size_bytes > 0)
                gather_step(s, i, &release->build->steps[j], release->build->steps[j].size_bytes, true, finding);
    }
}

const BuildStep *find_step(const Subject *s, StepTest *test)
{
    const Release *release = judged(s);

    for (size_t i = release->base.n_steps; release->build && i < release->build->n_steps; i++)
        if (test(s, release, &release->build->steps[i]))
            return &release->build->steps[i];
    return NULL;
}

int64_t base_bytes(const Release *release)
{
    int64_t bytes = 0;
    for (size_t i = 0; release->build && i < release->base.n_steps; i++)
        saturating_grow(&bytes, release->build->steps[i].size_bytes);
    return bytes;
}

static int compare_bytes(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

int64_t median_bytes(int64_t *sizes, size_t count)
{
    if (count == 0)
        return 0;
    qsort(sizes, count, sizeof(*sizes), compare_bytes);
    return sizes[count / 2];
}

bool base_is_slim(const Release *release)
{
    static const char *const words[] = {"slim", "alpine", "distroless", "chiseled", "minimal", "micro"};
    for (size_t i = 0; release->base.name && i < sizeof(words) / sizeof(words[0]); i++)
        if (strstr(release->base.name, words[i]))
            return true;
    return false;
}

__attribute__((format(printf, 2, 0))) static void replace(char **text, const char *format, va_list args)
{
    free(*text);
    *text = xvasprintf(format, args);
}

void finding_say(Finding *finding, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    replace(&finding->text, format, args);
    va_end(args);
}

void finding_advise(Finding *finding, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    replace(&finding->remedy, format, args);
    va_end(args);
}
