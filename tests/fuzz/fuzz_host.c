/* SPDX-License-Identifier: MIT */
#include "fuzz_host.h"

#include "fuzz.h"
#include "remembered.h"
#include "state/ledger_json.h"

static bool is_gone(const Plan *plan, const char *image)
{
    const PlannedImage *planned = plan_image(plan, image);

    return planned && planned->judgement.verdict == VERDICT_REMOVE;
}

static void check(const Plan *plan)
{
    for (size_t i = 0; i < plan->n_containers; i++) {
        const PlannedContainer *planned = &plan->containers[i];
        bool stays = planned->judgement.verdict != VERDICT_REMOVE;
        REQUIRE(!stays || !is_gone(plan, planned->container->image_id), "the image of %s is removed",
                planned->container->name);
        REQUIRE(stays || !container_state_is_live(planned->container->state), "%s is removed",
                planned->container->name);
    }
    for (size_t i = 0; i < plan->n_apps; i++)
        for (size_t j = 0; j < plan->apps[i].current.count; j++)
            REQUIRE(!is_gone(plan, plan->apps[i].current.items[j]), "a current release of %s is removed",
                    plan->apps[i].name);
}

void fuzz_host_pass(const Ledger *ledger, StateDirectory *state)
{
    static Remembered host;
    static Ledger sound;
    Error err = {0};

    if (!host.ledger) {
        remembered_make(&host);
        REQUIRE(ledger_from_json(host.ledger, host.size, &sound, &err) == 0, "%s", err.text);
    }
    remembered_pass(&host, ledger ? ledger : &sound, state, NULL);
    check(&host.w.plan);
}
