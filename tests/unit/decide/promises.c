/* SPDX-License-Identifier: MIT */
/*
 * The promises of a decision, on thousands of random hosts. RGC_TEST_ROUNDS sets how many (RGC_TEST_LONG=1: ten times
 * the default); a failure prints the seed, and RGC_TEST_SEED=N RGC_TEST_ROUNDS=1 repeats that one host.
 */
#include "unit.h"

#include "plan_promises.h"
#include "random_host.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define FIRST_SEED 20261101u
#define ROUNDS 300
#define STEPS 12

static uint64_t seed;
static World world;

static uint64_t number_from_environment(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text && *text ? strtoull(text, NULL, 10) : otherwise;
}

static void show(const char *label, const char *what, const Judgement *j)
{
    print_message("  %s %s: %s %s: %s\n", label, what, verdict_to_string(j->verdict), reason_to_string(j->reason),
                  j->detail ? j->detail : "");
}

static void show_plan(const Plan *plan)
{
    for (size_t i = 0; i < plan->n_images; i++) {
        const PlannedImage *image = &plan->images[i];
        print_message("  %.19s (here for %llds, ran %llds ago)", image->image->id,
                      (long long)((plan->now - image->arrived) / USEC_PER_SEC),
                      (long long)(image->last_run ? (plan->now - image->last_run) / USEC_PER_SEC : -1));
        for (size_t j = 0; j < image->image->tags.count; j++)
            print_message(" %s", image->image->tags.items[j]);
        show("", "", &image->judgement);
        for (size_t j = 0; j < image->n_apps; j++)
            show("    in", app_kind_to_string(plan->apps[image->apps[j].app].kind), &image->apps[j].judgement);
    }
    for (size_t i = 0; i < plan->n_containers; i++) {
        const Container *c = plan->containers[i].container;
        print_message("  [%s, made %llds ago, of %.19s]", container_state_to_string(c->state),
                      (long long)((plan->now - c->created) / USEC_PER_SEC), c->image_id);
        show("", c->name, &plan->containers[i].judgement);
    }
}

#define broken(w, ...)                                                                                                 \
    do {                                                                                                               \
        print_message("seed %" PRIu64 "\n", seed);                                                                     \
        show_plan(&(w)->plan);                                                                                         \
        fail_msg(__VA_ARGS__);                                                                                         \
    } while (0)

static void check(World *w, const char *deployed)
{
    const Decision decision = {
        .snapshot = &w->host, .ledger = &w->ledger, .policy = &w->policy, .deployed = deployed, .plan = &w->plan};
    world_swap_times(w);
    cleanup_with(free_charp) char *text = broken_promise(&decision);
    world_swap_times(w);
    if (text)
        broken(w, "%s", text);
}

/* Everything that a plan says, as text: equal texts are equal plans. */
static void add_judgement(Strings *text, const char *what, const Judgement *j)
{
    cleanup_with(free_charp) char *line = xasprintf("%s: %s %s %" PRId64 " %s", what, verdict_to_string(j->verdict),
                                                    reason_to_string(j->reason), j->eligible_at, j->detail);
    strings_add(text, line);
}

static void describe_plan(const Plan *plan, Strings *ret)
{
    for (size_t i = 0; i < plan->n_images; i++) {
        add_judgement(ret, plan->images[i].image->id, &plan->images[i].judgement);
        for (size_t j = 0; j < plan->images[i].n_apps; j++)
            add_judgement(ret, plan->apps[plan->images[i].apps[j].app].name, &plan->images[i].apps[j].judgement);
    }
    for (size_t i = 0; i < plan->n_containers; i++)
        add_judgement(ret, plan->containers[i].container->id, &plan->containers[i].judgement);
    for (size_t i = 0; i < plan->n_apps; i++) {
        const PlannedApp *app = &plan->apps[i];
        cleanup_with(free_charp) char *line =
            xasprintf("%s/%s: current %s of %zu, rollback %d/%d", app->name, app->destination ? app->destination : "",
                      app->current_version ? app->current_version : "", app->current.count, app->rollback_ready,
                      app->rollback_wanted);
        strings_add(ret, line);
        for (size_t j = 0; j < app->rollback_versions.count; j++)
            strings_add(ret, app->rollback_versions.items[j]);
    }
    cleanup_with(free_charp) char *sums =
        xasprintf("estimate %" PRId64 ", next %" PRId64, plan->estimate_bytes, plan->next_at);
    strings_add(ret, sums);
}

static void assert_same_plan(World *w, const Strings *a, const Strings *b)
{
    if (a->count != b->count)
        broken(w, "the second plan says %zu things, the first %zu", b->count, a->count);
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->items[i], b->items[i]) != 0)
            broken(w, "first \"%s\", then \"%s\"", a->items[i], b->items[i]);
}

static void plan_again(World *w, const char *deployed)
{
    w->deployed = deployed;
    world_plan(w);
}

/* A ledger that has learned all this decides the same once more, whatever order the engine lists things in. */
static void check_repeats(World *w, const char *deployed)
{
    cleanup_with(strings_clear) Strings first = {0}, second = {0};

    if (w->plan.suspension != SUSPENSION_NONE)
        plan_again(w, deployed); /* the clock is mended now */
    describe_plan(&w->plan, &first);
    plan_clear(&w->plan);
    shuffle(&w->host);
    plan_again(w, deployed);
    describe_plan(&w->plan, &second);
    assert_same_plan(w, &first, &second);
}

static void start_round(World *w)
{
    world_init(w);
    random_policy(&w->policy);
    w->host.engine.store = chance(50) ? STORE_OVERLAY2 : STORE_CONTAINERD;
}

typedef void OnPlan(World *w, const char *deployed);

/* One host's story, with a plan every now and then, sometimes carried out. */
static void tell_story(OnPlan *on_plan)
{
    World *w = &world;
    static const char *const hooks[] = {NULL, NULL, "blog", "shop", "shop/staging"};
    bool is_drawn = chance(40);

    start_round(w);
    for (int step = 0; step < STEPS; step++) {
        if (is_drawn && chance(30))
            random_picture(w);
        for (uint32_t n = roll(8); n > 0; n--)
            random_event(w);
        if (chance(20))
            random_trouble(w);
        const char *deployed = hooks[roll(5)];
        plan_again(w, deployed);
        on_plan(w, deployed);
        if (chance(40))
            world_pass(w);
    }
    world_clear(w);
    *w = (World){0};
}

/* A test that fails leaves its host behind. */
static int forget_host(void **state)
{
    (void)state;
    world_clear(&world);
    world = (World){0};
    return 0;
}

static void for_each_host(OnPlan *on_plan)
{
    static uint64_t next_seed = FIRST_SEED;
    uint64_t rounds = number_from_environment("RGC_TEST_ROUNDS", getenv("RGC_TEST_LONG") ? 10 * ROUNDS : ROUNDS);
    uint64_t first = number_from_environment("RGC_TEST_SEED", next_seed);

    next_seed += rounds;
    for (seed = first; seed < first + rounds; seed++) {
        random_seed(seed);
        tell_story(on_plan);
    }
}

test(every_plan_keeps_every_promise)
{
    for_each_host(check);
}

test(the_same_facts_give_the_same_plan_in_any_order)
{
    for_each_host(check_repeats);
}

static bool mounts_something(const Container *c)
{
    return c->has_unresolved_mount || c->mounted_images.count > 0;
}

static bool loses_container(const Plan *plan, const PlannedImage *image)
{
    for (size_t i = 0; i < plan->n_containers; i++)
        for (size_t j = 0; j < image->n_apps; j++)
            if (plan->containers[i].app == image->apps[j].app &&
                plan->containers[i].judgement.verdict == VERDICT_REMOVE)
                return true;
    return false;
}

/* What the next pass may take, as it sees which containers have gone: an image that a mount of such a container may
 * have needed, and the stopped current release of a role of which such a container was the last one here. */
static void list_to_be_freed(const Plan *plan, Strings *ret)
{
    bool is_any = false;
    for (size_t i = 0; i < plan->n_containers; i++)
        is_any |=
            plan->containers[i].judgement.verdict == VERDICT_REMOVE && mounts_something(plan->containers[i].container);
    for (size_t i = 0; i < plan->n_images; i++) {
        const PlannedImage *image = &plan->images[i];
        if ((is_any && image->judgement.reason == REASON_IN_USE) ||
            (image->judgement.reason == REASON_CURRENT && loses_container(plan, image)))
            strings_add(ret, image->image->id);
    }
}

/* A dangling image that the configuration keeps: when the last tag of its repository has gone, its digest names it. */
static bool is_named_anew(const World *w, const PlannedImage *image)
{
    return image->judgement.reason == REASON_UNUSED && image->image->tags.count == 0 &&
           !w->policy.retention.remove_dangling;
}

/* What this pass leaves, the next one at the same moment leaves as well. */
static void check_second_pass(World *w, const char *deployed)
{
    cleanup_with(strings_clear) Strings freed = {0};

    if (w->plan.suspension != SUSPENSION_NONE)
        plan_again(w, deployed);
    if (w->plan.pressure.is_acting)
        return; /* the next pass looks at the disk again */
    list_to_be_freed(&w->plan, &freed);
    size_t n_apps = w->plan.n_apps;
    w->deployed = deployed;
    world_pass(w);
    if (w->plan.n_apps != n_apps)
        return; /* what has gone was the last memory of an app: its images are judged anew */
    for (size_t i = 0; i < w->plan.n_images; i++)
        if (w->plan.images[i].judgement.verdict == VERDICT_REMOVE && !is_named_anew(w, &w->plan.images[i]) &&
            !strings_contain(&freed, w->plan.images[i].image->id))
            broken(w, "the pass left image %s, the next removes it", w->plan.images[i].image->id);
    for (size_t i = 0; i < w->plan.n_containers; i++)
        if (w->plan.containers[i].judgement.verdict == VERDICT_REMOVE &&
            !strings_contain(&freed, w->plan.containers[i].container->image_id))
            broken(w, "the pass left container %s, the next removes it", w->plan.containers[i].container->name);
}

test(a_second_pass_finds_nothing_more)
{
    for_each_host(check_second_pass);
}

/* Without its memory rgc may judge otherwise, but by the same promises. */
static void check_without_memory(World *w, const char *deployed)
{
    if (chance(50))
        return; /* that is told on, the other half is forgotten here */
    world_lose_ledger(w);
    plan_again(w, deployed);
    check(w, deployed);
}

test(a_lost_ledger_breaks_no_promise)
{
    for_each_host(check_without_memory);
}

/* Else the tests above have proved little. */
test(the_random_hosts_have_led_to_every_reason)
{
    for (Reason reason = 0; reason < REASON_MAX_; reason++) {
        size_t n = reasons_seen[reason][VERDICT_KEEP] + reasons_seen[reason][VERDICT_WAIT] +
                   reasons_seen[reason][VERDICT_REMOVE];
        if (n == 0 && !getenv("RGC_TEST_ROUNDS"))
            fail_msg("no host led to %s", reason_to_string(reason));
    }
    assert_true(rollbacks_checked > 100 || getenv("RGC_TEST_ROUNDS"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(every_plan_keeps_every_promise, forget_host),
        cmocka_unit_test_teardown(the_same_facts_give_the_same_plan_in_any_order, forget_host),
        cmocka_unit_test_teardown(a_second_pass_finds_nothing_more, forget_host),
        cmocka_unit_test_teardown(a_lost_ledger_breaks_no_promise, forget_host),
        cmocka_unit_test_teardown(the_random_hosts_have_led_to_every_reason, forget_host),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
