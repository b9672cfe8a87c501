/* SPDX-License-Identifier: MIT */
#include "remembered.h"

#include "state/ledger_json.h"

#include <rgc/watch.h>

#include <stdlib.h>
#include <string.h>

#define TEXT(s) ((char *)(uintptr_t)(s))

static void deploy_all(World *w)
{
    static const KamalApp staging = {"shop", "staging", "web", "r/shop"}, blog = {"blog", NULL, "web,job", NULL};

    for (int i = 1; i <= 7; i++) {
        cleanup_with(free_charp) char *version = xasprintf("v%d", i), *build = xasprintf("wiki-%d", i);
        cleanup_with(free_charp) char *tag = xasprintf("r/wiki:%d", i);
        kamal_deploy(w, &staging, version);
        kamal_deploy(w, &blog, version);
        world_pull(w, build, tag);
        if (i > 1)
            world_remove_container(w, "wiki-web-1");
        world_compose(w, "wiki-web-1", build, "wiki", "web");
        world_plan(w);
        world_wait(w, DAYS(5));
    }
}

static void saw(Remembered *host, const char *what, const char *action, const char *image, const char *reference,
                const char *container)
{
    Sighting *sighting = array_add(&host->sightings, &host->n_sightings);
    char id[72];

    image_id(image, id);
    *sighting = (Sighting){.what = xstrdup(what),
                           .at = host->w.now,
                           .action = xstrdup(action),
                           .image = xstrdup(id),
                           .reference = xstrdup(reference),
                           .container = xstrdup(container),
                           .name = xstrdup(container)};
}

static void ran(Remembered *host, const char *image, const char *reference, const char *container,
                const char *compose_service)
{
    static const char *const actions[] = {"create", "start", "kill", "die"};

    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
        saw(host, "use", actions[i], image, reference, container);
        Sighting *sighting = &host->sightings[host->n_sightings - 1];
        sighting->is_ending = strcmp(actions[i], "kill") == 0;
        if (compose_service) {
            sighting->labels.compose_project = xstrdup("wiki");
            sighting->labels.compose_service = xstrdup(compose_service);
            sighting->labels.compose_hash = xstrdup("of this container");
        }
        world_wait(&host->w, MINUTES(30));
    }
}

/* All of it has gone when somebody looks. */
static void watch_a_day(Remembered *host)
{
    world_wait(&host->w, HOURS(2));
    ran(host, "nightly", "tools/nightly:1", "nightly-1", NULL);
    saw(host, "arrival", "pull", "wiki-7", "r/wiki:7", NULL);
    ran(host, "wiki-2", "r/wiki:2", "wiki-web-2", "web");
    ran(host, "report", "tools/report:1", "report-1", NULL);
    saw(host, "arrival", "tag", "shop-v2", "r/shop:v2", NULL);
    world_wait(&host->w, HOURS(6));
}

void remembered_make(Remembered *ret)
{
    World *w = &ret->w;

    *ret = (Remembered){0};
    world_init(w);
    world_pull(w, "nightly", "tools/nightly:1");
    world_pull(w, "report", "tools/report:1");
    world_pull(w, "stranger", "company/tool:1");
    world_run(w, "nightly-0", "nightly");
    world_run(w, "report-0", "report");
    world_plan(w);
    world_wait(w, MINUTES(1));
    world_stop(w, "nightly-0", 0);
    world_stop(w, "report-0", 0);
    world_plan(w);
    world_remove_container(w, "nightly-0");
    world_remove_container(w, "report-0");
    deploy_all(w);
    world_plan(w);
    ret->ledger = ledger_to_json(&w->ledger, &ret->size);
    ret->learned = w->ledger.learned;
    watch_a_day(ret);
}

void remembered_clear(Remembered *host)
{
    for (size_t i = 0; i < host->n_sightings; i++)
        sighting_clear(&host->sightings[i]);
    free(host->sightings);
    free(host->ledger);
    world_clear(&host->w);
}

static void clear_events(ArrivalEvent **list, size_t *count)
{
    for (size_t i = 0; i < *count; i++)
        free((*list)[i].reference);
    free(*list);
    *list = NULL;
    *count = 0;
}

/* What a pass has folded in before. */
static void forget_events(Snapshot *host)
{
    clear_events(&host->arrivals, &host->n_arrivals);
    clear_events(&host->starts, &host->n_starts);
    for (size_t i = 0; i < host->n_gone; i++)
        container_clear(&host->gone[i]);
    free(host->gone);
    host->gone = NULL;
    host->n_gone = 0;
}

void remembered_pass(Remembered *host, const Ledger *ledger, StateDirectory *state, Strings *ret)
{
    World *w = &host->w;
    cleanup_with(free_charp) char *text = NULL;
    size_t size;
    Error err = {0};

    forget_events(&w->host);
    w->host.arrivals_since = w->now - MINUTES(1);
    ledger_clear(&w->ledger);
    w->ledger.is_new = true;
    if (ledger) {
        text = ledger_to_json(ledger, &size);
        if (ledger_from_json(text, size, &w->ledger, &err) < 0)
            abort();
    }
    snapshot_index(&w->host);
    if (state)
        sightings_fold(state, &w->ledger, &w->host, w->now);
    world_plan(w);
    for (size_t i = 0; ret && i < w->plan.n_images; i++)
        if (w->plan.images[i].judgement.verdict == VERDICT_REMOVE)
            strings_add(ret, w->plan.images[i].image->id);
    for (size_t i = 0; ret && i < w->plan.n_containers; i++)
        if (w->plan.containers[i].judgement.verdict == VERDICT_REMOVE)
            strings_add(ret, w->plan.containers[i].container->id);
}
