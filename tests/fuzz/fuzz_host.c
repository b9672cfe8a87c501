/* SPDX-License-Identifier: MIT */
#include "fuzz_host.h"

#include "fuzz.h"
#include "plan_promises.h"
#include "state/ledger_json.h"
#include "world.h"

#include <rgc/watch.h>

#include <string.h>

static World host;
static char *sound_ledger;
static size_t sound_size;

/* Two destinations of Kamal, a service of Compose, a job and a stranger, as a pass an hour ago knew them. */
static void make_host(void)
{
    static const KamalApp staging = {"shop", "staging", "web", "r/shop"}, production = {"blog", NULL, "web,job", NULL};

    if (sound_ledger)
        return;
    world_init(&host);
    for (int i = 1; i <= 6; i++) {
        cleanup_with(free_charp) char *version = xasprintf("v%d", i), *build = xasprintf("wiki-%d", i);
        kamal_deploy(&host, &staging, version);
        kamal_deploy(&host, &production, version);
        world_build(&host, build, "wiki-web:latest");
        if (i > 1)
            world_remove_container(&host, "wiki-web-1");
        world_compose(&host, "wiki-web-1", build, "wiki", "web");
        world_plan(&host);
        world_wait(&host, DAYS(1));
    }
    world_pull(&host, "job", "r/job:1");
    world_pull(&host, "tool", "company/tool:1");
    world_plan(&host);
    world_wait(&host, DAYS(3));
    sound_ledger = ledger_to_json(&host.ledger, &sound_size);
}

static void look(const Ledger *ledger, StateDirectory *state)
{
    cleanup_with(free_charp) char *text = NULL;
    size_t size = sound_size;
    Error err = {0};

    if (ledger)
        text = ledger_to_json(ledger, &size);
    ledger_clear(&host.ledger);
    REQUIRE(ledger_from_json(text ? text : sound_ledger, size, &host.ledger, &err) == 0, "%s", err.text);
    host.host.arrivals_since = host.now - HOURS(1);
    if (state)
        seen_fold(state, &host.ledger, &host.host, host.now);
    world_plan(&host);
}

static bool is_gone(const Plan *plan, const char *image)
{
    const PlannedImage *planned = plan_image(plan, image);

    return planned && planned->judgement.verdict == VERDICT_REMOVE;
}

void fuzz_host_pass(const Ledger *ledger, StateDirectory *state)
{
    make_host();
    look(ledger, state);
    for (size_t i = 0; i < host.plan.n_containers; i++) {
        const PlannedContainer *planned = &host.plan.containers[i];
        bool stays = planned->judgement.verdict != VERDICT_REMOVE;
        REQUIRE(!stays || !is_gone(&host.plan, planned->container->image_id), "the image of %s is removed",
                planned->container->name);
        REQUIRE(stays || !container_state_is_live(planned->container->state), "%s is removed",
                planned->container->name);
    }
    for (size_t i = 0; i < host.plan.n_apps; i++)
        for (size_t j = 0; j < host.plan.apps[i].current.count; j++)
            REQUIRE(!is_gone(&host.plan, host.plan.apps[i].current.items[j]), "a current release of %s is removed",
                    host.plan.apps[i].name);
}
