/* SPDX-License-Identifier: MIT */
/* What must stay, from the truth alone, against what the plan removes. Only
 * what the contract plainly promises. */
#include "oracle.h"

#include <stdio.h>
#include <string.h>

__attribute__((__format__(__printf__, 3, 0))) static void claim(Claim *claim, Property property, const char *format,
                                                                va_list args)
{
    if (claim->property != PROPERTY_MAX_)
        return;
    claim->property = property;
    vsnprintf(claim->text, sizeof(claim->text), format, args);
}

void claim_image(Claims *claims, int image, Property property, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    claims->count++;
    claim(&claims->images[image], property, format, args);
    va_end(args);
}

void claim_container(Claims *claims, int container, Property property, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    claims->count++;
    claim(&claims->containers[container], property, format, args);
    va_end(args);
}

static Claim *new_claims(size_t count)
{
    Claim *claims = xcalloc(count + 1, sizeof(*claims));
    for (size_t i = 0; i < count; i++)
        claims[i].property = PROPERTY_MAX_;
    return claims;
}

/* By the clock and the ledger that a pass had before it, which the simulator
 * knows without asking rgc. */
static bool must_be_suspended(const World *w)
{
    if (!w->ledger || w->last_pass == 0)
        return true;
    if (w->pass_gen != w->gen)
        return false;
    int64_t before = w->last_pass_wall - w->last_pass, after = w->clock_error, parted = after - before;
    if (w->pass_boot == w->boot && (parted >= MINUTES(10) || parted <= -MINUTES(10)))
        return true;
    return w->now + after < w->last_pass_wall - SECONDS(3);
}

static void check_suspension(World *w, const Round *pass)
{
    if (!must_be_suspended(w))
        return;
    for (size_t i = 0; i < pass->plan.n_images; i++)
        if (round_removes(pass, &pass->plan.images[i].judgement))
            fail(w, PROPERTY_SUSPENDED, "%s goes although the clock or the ledger is in doubt",
                 image_label(w, image_of_id(w, pass->plan.images[i].image->id)));
    for (size_t i = 0; i < pass->plan.n_containers; i++)
        if (round_removes(pass, &pass->plan.containers[i].judgement))
            fail(w, PROPERTY_SUSPENDED, "container %s goes although the clock or the ledger is in doubt",
                 pass->plan.containers[i].container->name);
}

static bool container_stays(const Round *pass, const char *id)
{
    const Plan *plan = &pass->plan;
    for (size_t i = 0; i < plan->n_containers; i++)
        if (strcmp(plan->containers[i].container->id, id) == 0)
            return !round_removes(pass, &plan->containers[i].judgement);
    return true;
}

static void check_use(World *w, const Round *pass)
{
    for (size_t i = 0; i < w->n_containers; i++) {
        const SimContainer *c = &w->containers[i];
        if (!is_here(c))
            continue;
        bool stays = container_stays(pass, c->id);
        if (!stays && is_live(c))
            fail(w, PROPERTY_IN_USE, "container %s goes, but it runs", c->name);
        int used[] = {c->image, c->mount};
        for (int j = 0; j < 2; j++) {
            const PlannedImage *image = used[j] >= 0 ? plan_image(&pass->plan, w->images[used[j]].id) : NULL;
            if (stays && image && round_removes(pass, &image->judgement))
                fail(w, PROPERTY_IN_USE, "%s goes, but container %s %s it", image_label(w, used[j]), c->name,
                     j == 0 ? "uses" : "mounts");
        }
    }
}

static void compare(World *w, const Round *pass, const Claims *claims)
{
    for (size_t i = 0; i < pass->plan.n_containers; i++) {
        const PlannedContainer *planned = &pass->plan.containers[i];
        int container = container_of_id(w, planned->container->id);
        const Claim *claim = &claims->containers[container];
        if (round_removes(pass, &planned->judgement) && claim->property != PROPERTY_MAX_)
            fail(w, claim->property, "container %s goes (%s: %s), but %s", w->containers[container].name,
                 reason_to_string(planned->judgement.reason), planned->judgement.detail, claim->text);
    }
    for (size_t i = 0; i < pass->plan.n_images; i++) {
        const PlannedImage *planned = &pass->plan.images[i];
        int image = image_of_id(w, planned->image->id);
        const Claim *claim = &claims->images[image];
        if (round_removes(pass, &planned->judgement) && claim->property != PROPERTY_MAX_)
            fail(w, claim->property, "%s goes (%s: %s), but %s", image_label(w, image),
                 reason_to_string(planned->judgement.reason), planned->judgement.detail, claim->text);
    }
}

static bool removes(const Round *pass)
{
    const Plan *plan = &pass->plan;
    for (size_t i = 0; i < plan->n_images; i++)
        if (round_removes(pass, &plan->images[i].judgement))
            return true;
    for (size_t i = 0; i < plan->n_containers; i++)
        if (round_removes(pass, &plan->containers[i].judgement))
            return true;
    return false;
}

void oracle_check(World *w, const Round *pass)
{
    if (!removes(pass))
        return;
    check_suspension(w, pass);
    check_use(w, pass);
    Claims claims = {.images = new_claims(w->n_images), .containers = new_claims(w->n_containers)};
    for (size_t i = 0; i < w->n_apps; i++) {
        if (w->apps[i].kind == KIND_KAMAL)
            claims_of_kamal(w, (int)i, &w->policy, &claims);
        else
            claims_of_others(w, (int)i, &w->policy, &claims);
    }
    claims_of_groups(w, &w->policy, &claims);
    claims_of_strangers(w, &w->policy, &claims);
    compare(w, pass, &claims);
    w->n_claims += claims.count;
    free(claims.images);
    free(claims.containers);
}
