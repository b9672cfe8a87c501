/* SPDX-License-Identifier: MIT */
/*
 * Simulated hosts, judged by an oracle that knows what really happened on them.
 *
 *     sim_hosts [--seed N] [--hosts N] [--steps N] [--without TRAIT,…] [--survey] [--brief] [--traits] [--tell]
 *
 * By default the first broken promise ends it: the seed, the shortest story that still breaks it and the traits that it
 * needs are printed. --survey goes on and counts what is broken, by promise and traits; --brief goes on and only names
 * the promise and the host. --traits lists what a host may have; each can be left out by --without. --tell tells one
 * host's story; with --hosts 1 the shortest one that breaks a promise, with every verdict. --print prints hosts for
 * real.py. RGC_TEST_LONG=1 looks at 10,000 hosts.
 */
#include "story.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define FIRST_SEED 20261128u

typedef struct Options {
    uint64_t seed;
    Traits traits;
    size_t hosts, steps;
    bool is_survey, is_brief, is_telling, is_printing;
} Options;

typedef struct Found {
    char *what;
    size_t count;
    uint64_t seed;
    size_t after;
} Found;

static uint64_t number_of(const char *text)
{
    return text ? strtoull(text, NULL, 10) : 0;
}

static bool leave_out(Options *options, const char *names)
{
    const char *unknown = traits_leave_out(&options->traits, names);
    if (unknown)
        fprintf(stderr, "sim_hosts: there is no trait '%s'; see --traits\n", unknown);
    return !unknown;
}

static void list_traits(void)
{
    for (Trait trait = 0; trait < TRAIT_MAX_; trait++)
        printf("%-16s %s\n", trait_name(trait), trait_words(trait));
}

static bool parse(int argc, char **argv, Options *ret)
{
    const char *is_long = getenv("RGC_TEST_LONG");
    *ret = (Options){.seed = FIRST_SEED, .traits = traits_all(), .hosts = 300, .steps = 80};
    if (is_long && *is_long && strcmp(is_long, "0") != 0)
        ret->hosts = 10000;
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        if (strcmp(argv[i], "--survey") == 0)
            ret->is_survey = true;
        else if (strcmp(argv[i], "--brief") == 0)
            ret->is_survey = ret->is_brief = true;
        else if (strcmp(argv[i], "--tell") == 0)
            ret->is_telling = true;
        else if (strcmp(argv[i], "--print") == 0)
            ret->is_printing = true;
        else if (!value)
            return false;
        else if (strcmp(argv[i], "--seed") == 0)
            ret->seed = number_of(argv[++i]);
        else if (strcmp(argv[i], "--hosts") == 0)
            ret->hosts = number_of(argv[++i]);
        else if (strcmp(argv[i], "--steps") == 0)
            ret->steps = number_of(argv[++i]);
        else if (strcmp(argv[i], "--without") != 0 || !leave_out(ret, argv[++i]))
            return false;
    }
    return true;
}

static void print_story(const World *w)
{
    for (size_t i = 0; i < w->story.count; i++)
        printf("  %s\n", w->story.items[i]);
}

static char *needed_traits(const Story *story)
{
    char *text = xstrdup("");
    for (Trait trait = 0; trait < TRAIT_MAX_; trait++) {
        if (!story->traits.has[trait])
            continue;
        char *longer = xasprintf("%s%s%s", text, *text ? ", " : "", trait_name(trait));
        free(text);
        text = longer;
    }
    return text;
}

/* Prints the shortest story that breaks the promise; returns what it needs. */
static char *explain(const Options *options, uint64_t seed, Property property, bool is_quiet)
{
    Story story = {.seed = seed, .traits = options->traits, .n_steps = options->steps};
    World w = {.is_told = true, .has_verdicts = options->is_telling};
    story_shrink(&story, property);
    story_tell(&story, &w);
    char *traits = needed_traits(&story);
    if (!is_quiet) {
        printf("\nBROKEN: %s, on host %" PRIu64 "\n", property_name(property), seed);
        print_story(&w);
        printf("  => %s\n  traits it needs: %s\n", w.failure.text, *traits ? traits : "none");
    }
    char *what = xasprintf("%s | %s", property_name(property), traits);
    free(traits);
    free(story.is_left_out);
    world_clear(&w);
    return what;
}

static void count_found(Found **found, size_t *count, char *what, uint64_t seed, size_t after)
{
    for (size_t i = 0; i < *count; i++)
        if (strcmp((*found)[i].what, what) == 0) {
            (*found)[i].count++;
            free(what);
            return;
        }
    *array_add(found, count) = (Found){.what = what, .count = 1, .seed = seed, .after = after};
}

static void print_found(Found *found, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        printf("%4zu x %s (first by host %zu, seed %" PRIu64 ")\n", found[i].count, found[i].what, found[i].after,
               found[i].seed);
        free(found[i].what);
    }
    free(found);
}

static void print_open(const Options *options)
{
    for (Trait trait = 0; trait < TRAIT_MAX_; trait++)
        if (!options->traits.has[trait])
            printf("not kept yet: %s (%s)\n", trait_words(trait), trait_name(trait));
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int run(const Options *options)
{
    Found *found = NULL;
    size_t n_found = 0, passes = 0, removed = 0, claims = 0, variants = 0, failed = 0, host = 0;
    double began = seconds();

    for (; host < options->hosts && (options->is_survey || failed == 0); host++) {
        const Story story = {.seed = options->seed + host, .traits = options->traits, .n_steps = options->steps};
        World w = {0};
        story_tell(&story, &w);
        passes += w.n_passes, removed += w.n_removed, claims += w.n_claims, variants += w.n_variants;
        failed += w.failure.has_failed;
        if (w.failure.has_failed && options->is_brief) {
            printf("BROKEN: %s, on host %" PRIu64 "\n", property_name(w.failure.property), story.seed);
            fflush(stdout);
        } else if (w.failure.has_failed) {
            char *what = explain(options, story.seed, w.failure.property, options->is_survey);
            count_found(&found, &n_found, what, story.seed, host + 1);
        }
        world_clear(&w);
    }
    print_found(found, n_found);
    print_open(options);
    printf("%zu hosts, %zu passes, %zu removals, %zu claims of the truth, %zu "
           "comparisons, %zu broken, %.1f s\n",
           host, passes, removed, claims, variants, failed, seconds() - began);
    return failed > 0;
}

static int print_hosts(const Options *options)
{
    for (size_t host = 0; host < options->hosts; host++) {
        World w = {.is_plain = true};
        const Story story = {.seed = options->seed + host, .traits = options->traits, .n_steps = options->steps};
        story_tell(&story, &w);
        if (w.ledger)
            host_print(&w);
        world_clear(&w);
    }
    return 0;
}

int main(int argc, char **argv)
{
    Options options;
    if (argc == 2 && strcmp(argv[1], "--traits") == 0) {
        list_traits();
        return 0;
    }
    if (!parse(argc, argv, &options)) {
        fprintf(stderr, "usage: sim_hosts [--seed N] [--hosts N] [--steps N] "
                        "[--without TRAIT,...] [--survey] [--brief] [--tell] [--print] "
                        "| --traits\n");
        return 2;
    }
    if (options.is_printing)
        return print_hosts(&options);
    if (!options.is_telling || options.is_survey || options.hosts == 1)
        return run(&options);
    World w = {.is_told = true, .has_verdicts = true};
    const Story story = {.seed = options.seed, .traits = options.traits, .n_steps = options.steps};
    story_tell(&story, &w);
    print_story(&w);
    if (w.failure.has_failed)
        printf("BROKEN: %s: %s\n", property_name(w.failure.property), w.failure.text);
    int status = w.failure.has_failed;
    world_clear(&w);
    return status;
}
