/* SPDX-License-Identifier: MIT */
/* Which app a container belongs to: what labels, names and tags prove, and what they only claim. */
#include "script.h"

#include <rgc/ownership.h>

static const KamalApp shop = {.service = "shop", .roles = "web"};

/* One container, as the module sees it: all NULL but what is said. */
typedef struct Claim {
    const char *name, *reference;
    Labels labels, of_image;
    bool is_unknown;   /* it was not inspected */
    const char *owner; /* "kamal shop/staging v1", "compose p/web", "none" */
} Claim;
#define T(text) ((char *)(uintptr_t)(text))
#define KAMAL .service = T("shop"), .role = T("web")
#define STAGING KAMAL, .destination = T("staging")
#define COMPOSE .compose_project = T("p"), .compose_service = T("web")

static const Claim claims[] = {
    {"shop-web-v1", "r/shop:v1", {KAMAL}, {.service = T("shop")}, false, "kamal shop v1"},
    {"shop-web-staging-v1", "r:5000/shop:v1", {STAGING}, {}, false, "kamal shop/staging v1"},
    {"shop-web-v1_replaced_0a1b", "r/shop:v1", {KAMAL}, {}, false, "kamal shop v1 replaced"},
    {"shop-web-v1_replaced_0a1b_replaced_ff",
     "r/shop:v1_replaced_0a1b",
     {KAMAL},
     {},
     false,
     "kamal shop v1_replaced_0a1b replaced"},
    {"shop-web-v1", "sha256:0123", {KAMAL}, {}, true, "kamal shop v1"},
    {"shop-web-exec-v1-0a1b2c", "r/shop:v1", {KAMAL}, {}, false, "kamal shop exec"},
    /* the name is not that of these labels */
    {"shop-web-backup", "me/shop:before", {KAMAL}, {}, false, "none"},
    {"incident-42", "me/shop:v1", {KAMAL}, {}, false, "none"},
    {"shop-web-", "me/shop:v1", {KAMAL}, {}, false, "none"},
    {"shop-web-v1", "r/shop:v1", {STAGING}, {}, false, "none"},
    {"shop-web-staging-v1", "r/shop:v1", {KAMAL}, {}, false, "none"},
    {"shop-web-v1_replaced_x", "r/shop:v1", {KAMAL}, {}, false, "none"},
    {"shop-web-v1", "r/shop:v1", {.service = T("storefront"), .role = T("web")}, {}, false, "none"},
    /* it was started from something else */
    {"shop-web-v1", "r/shop:v2", {KAMAL}, {}, false, "none"},
    {"shop-web-v1", "r/shop", {KAMAL}, {}, false, "none"},
    {"shop-web-v1", "sha256:0123", {KAMAL}, {}, false, "none"},
    {"shop-web-v1", "r/shop:v1@sha256:0123", {KAMAL}, {}, false, "none"},
    {"shop-web-v1", NULL, {KAMAL}, {}, false, "none"},
    /* its image was committed from such a container; the exec's rule holds what has the label of a known service */
    {"shop-web-v1", "r/shop:v1", {KAMAL}, {.role = T("web")}, false, "none"},
    {"shop-web-v1", "r/shop:v1", {KAMAL}, {KAMAL}, false, "kamal shop exec"},
    /* somebody else made it */
    {"shop-web-v1", "r/shop:v1", {KAMAL, COMPOSE}, {}, false, "none"},
    {"shop-web-v1", "r/shop:v1", {KAMAL, COMPOSE, .compose_hash = T("1")}, {}, false, "compose p/web"},
    {"shop-web-v1", "r/shop:v1", {KAMAL, .swarm_service = T("s"), .swarm_task = T("1")}, {}, false, "swarm s"},
    /* Compose and Swarm: by what each container of theirs has anew */
    {"p-web-1", "x/y:1", {COMPOSE, .compose_hash = T("1")}, {COMPOSE}, false, "compose p/web"},
    {"p-web-1", "x/y:1", {COMPOSE, .compose_hash = T("2")}, {COMPOSE, .compose_hash = T("1")}, false, "compose p/web"},
    {"p-web-1", "x/y:1", {COMPOSE}, {}, false, "none"},
    {"again", "x/y:1", {COMPOSE, .compose_hash = T("1")}, {COMPOSE, .compose_hash = T("1")}, false, "none"},
    {"p-web-run-1", "x/y:1", {COMPOSE, .compose_hash = T("1"), .compose_oneoff = true}, {}, false, "none"},
    {"s.1", "x/y:1", {.swarm_service = T("s"), .swarm_task = T("1")}, {}, false, "swarm s"},
    {"s.1", "x/y:1", {.swarm_service = T("s"), .swarm_task = T("1")}, {.swarm_task = T("1")}, false, "none"},
    {"s.1", "x/y:1", {.swarm_service = T("s")}, {}, false, "none"},
    {"plain", "x/y:1", {}, {}, false, "none"},
};

static char *describe(const Owner *owner)
{
    if (owner->kind == APP_NONE)
        return xstrdup("none");
    cleanup_with(free_charp) char *label = owner_label(owner->app, owner->destination);
    return xasprintf("%s %s%s%s%s%s", app_kind_to_string(owner->kind), label, owner->version ? " " : "",
                     owner->version ? owner->version : "", owner->is_exec ? " exec" : "",
                     owner->is_replaced ? " replaced" : "");
}

static void labels_prove_nothing_by_themselves(void **unused)
{
    cleanup_with(strings_clear) Strings services = {0};
    const Ledger ledger = {0};

    (void)unused;
    strings_add(&services, "shop");
    for (size_t i = 0; i < N_ELEMENTS(claims); i++) {
        const Claim *claim = &claims[i];
        const Image image = {.labels = claim->of_image};
        const Container container = {.id = T("c"),
                                     .name = T(claim->name),
                                     .image_ref = T(claim->reference),
                                     .labels = claim->labels,
                                     .run = {.is_known = !claim->is_unknown}};
        cleanup_with(owner_clear) Owner owner = {0};
        owner_of(&container, &image, &ledger, &services, &owner);
        cleanup_with(free_charp) char *found = describe(&owner);
        if (strcmp(found, claim->owner) != 0)
            fail_msg("claim %zu, %s of %s: %s, expected %s", i, claim->name, claim->reference, found, claim->owner);
        bool is_recognised = owner.kind == APP_KAMAL && owner.role;
        if (claim->labels.service && claim->labels.role)
            assert_int_equal(is_recognised, !owner_why_not_kamals(&container, &image));
        else
            assert_null(owner_why_not_kamals(&container, &image)); /* it claims nothing */
    }
}

static void what_has_come_may_be_of_any_app_that_its_labels_name(void **unused)
{
    cleanup_with(strings_clear) Strings names = {0};
    const Labels labels = {STAGING, COMPOSE, .swarm_service = T("s")};

    (void)unused;
    owner_claims(&labels, &names);
    assert_int_equal(names.count, 3);
    assert_true(strings_contain(&names, "shop") && strings_contain(&names, "p/web") && strings_contain(&names, "s"));
    cleanup_with(free_charp) char *label = owner_claimed_label(&labels);
    assert_string_equal(label, "shop/staging");
}

static void run_next(const char *content, const char *tag)
{
    if (the_container("app")) {
        stop("app", 143);
        remove_container("app");
    }
    pull(content, tag);
    run("app", content);
    after(MINUTES(30));
    look();
    strings_clear(&w->host.killed);
    strings_add(&w->host.killed, the_container("app")->id); /* the event, by the next look */
}

test(releases_without_a_restart_policy_are_an_app_once_one_follows_another)
{
    run_next("one", "r/svc:v1");
    assert_verdict("one", "keep job");
    assert_int_equal(w->plan.n_apps, 0);
    run_next("two", "r/svc:v2");
    assert_int_equal(w->plan.n_apps, 1);
    assert_verdict("two", "keep current");
    for (int i = 3; i <= 8; i++) {
        const char *content = numbered("svc%d", i);
        const char *tag = numbered("r/svc:v%d", i);
        run_next(content, tag);
    }
    after(HOURS(1));
    look();
    assert_verdict("svc8", "keep current");
    assert_verdict("svc7", "keep rollback");
    assert_verdict("svc5", "keep rollback");
    assert_verdict("svc4", "remove superseded");
    assert_verdict("one", "remove superseded");
}

/* Two jobs of one name, which end by themselves or of which nobody saw the end. */
test(what_ended_by_itself_is_not_followed)
{
    for (int i = 1; i <= 3; i++) {
        const char *content = numbered("job%d", i);
        const char *tag = numbered("ci/job:%d", i);
        pull(content, tag);
        run("job", content);
        after(MINUTES(30));
        look();
        if (i == 2)
            stop("job", 1);
        look();
        remove_container("job");
    }
    after(HOURS(2));
    look();
    assert_int_equal(w->plan.n_apps, 0);
    assert_verdict("job1", "keep job");
    assert_verdict("job3", "keep job");
}

test(what_was_run_with_rm_makes_no_app_however_long)
{
    for (int i = 1; i <= 2; i++) {
        const char *content = numbered("ci%d", i);
        const char *tag = numbered("ci/runner:%d", i);
        pull(content, tag);
        Container *c = run("runner", content);
        c->run.is_auto_remove = true;
        look();
        after(DAYS(2));
        look();
        stop("runner", 143);
        look();
        remove_container("runner");
    }
    look();
    assert_int_equal(w->plan.n_apps, 0);
    assert_verdict("ci1", "keep job");
}

test(a_service_stays_one_when_it_is_restarted)
{
    pull("db", "db:1");
    Container *c = run("db", "db");
    look();
    assert_verdict("db", "keep job");
    after(DAYS(1));
    look();
    assert_verdict("db", "keep current");
    c->run.started = w->now; /* docker restart */
    after(MINUTES(5));
    look();
    assert_verdict("db", "keep current");
    c->run.is_known = false; /* an inspect that fails makes it nothing else */
    c->inspect_error = "the inspect took too long";
    look();
    assert_verdict("db", "keep current");
}

test(a_container_of_the_name_that_an_app_had_is_of_the_app_at_once)
{
    pull("db", "db:1");
    run("db", "db");
    after(DAYS(1));
    look();
    stop("db", 1); /* by itself: what comes after it follows nothing */
    look();
    remove_container("db");
    pull("db2", "db:2");
    run("db", "db2");
    after(MINUTES(5));
    look();
    assert_verdict("db2", "keep current");
}

/* kamal#1542 and bare labels of a monitoring convention: nothing of these is Kamal's. */
test(containers_with_bare_labels_are_never_removed)
{
    for (int i = 1; i <= 6; i++) {
        const char *content = numbered("api%d", i);
        const char *tag = numbered("r/api:v%d", i);
        const char *name = numbered("erp-api-%d", i);
        pull(content, tag);
        Container *c = run(name, content);
        c->run.has_restart_policy = true;
        c->labels = (Labels){.service = xstrdup("api"),
                             .role = xstrdup("backend"),
                             .compose_project = xstrdup("erp"),
                             .compose_service = xstrdup("api")};
        after(HOURS(1));
        look();
        if (i < 6)
            stop(name, 143);
    }
    after(DAYS(3));
    look();
    for (int i = 1; i < 6; i++) {
        const char *name = numbered("erp-api-%d", i);
        const char *content = numbered("api%d", i);
        assert_verdict(name, "keep unmanaged");
        assert_true(strncmp(verdict_of(content), "keep", 4) == 0);
    }
}

/* deploy.yml sets a label `service` of its own: the containers are not recognised, and all stay. */
test(releases_with_overridden_labels_stay)
{
    for (int i = 1; i <= 7; i++) {
        const char *version = numbered("v%d", i);
        const char *name = numbered("shop-web-v%d", i);
        deploy(&shop, version);
        Container *c = the_container(name);
        free(c->labels.service);
        c->labels.service = xstrdup("storefront");
        after(HOURS(1));
        look();
    }
    after(DAYS(3));
    look();
    assert_false(plan_removes_anything(&w->plan));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_prove_nothing_by_themselves),
        cmocka_unit_test(what_has_come_may_be_of_any_app_that_its_labels_name),
        world_test(releases_without_a_restart_policy_are_an_app_once_one_follows_another),
        world_test(what_ended_by_itself_is_not_followed),
        world_test(what_was_run_with_rm_makes_no_app_however_long),
        world_test(a_service_stays_one_when_it_is_restarted),
        world_test(a_container_of_the_name_that_an_app_had_is_of_the_app_at_once),
        world_test(containers_with_bare_labels_are_never_removed),
        world_test(releases_with_overridden_labels_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
