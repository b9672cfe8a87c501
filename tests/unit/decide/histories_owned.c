/* SPDX-License-Identifier: MIT */
/* Histories of whose an image, a container or a tag is, h35 to h37: what somebody made, keeps or pins, and projects
 * that share a name. */
#include "rollback_of.h"

static const KamalApp shop = {.service = "shop", .roles = "web"};

static uint64_t facts_first_step(const char *content)
{
    char id[72];
    image_id(content, id);
    snapshot_index(&w->host);
    return snapshot_facts(&w->host, id)->steps[0];
}

static void five_deploys_more(void)
{
    for (int i = 3; i <= 7; i++) {
        const char *version = numbered("v%d", i);
        deploy(&shop, version);
        after(HOURS(1));
        pass();
    }
    after(DAYS(50));
    pass();
}

/* The app's own repository has a commit of a container, an image built from a release and one that a release was
 * built from; five deploys later all three are unmanaged, and none has taken a slot. */
test(h35_what_was_made_of_a_release_stays)
{
    deploy_hourly(&shop, 1, 2);
    commit("before", "shop-web-v2", "r/shop:before");
    derive("debug", "r/shop:v2", "r/shop:debug");
    build("base", "r/shop:base")->labels.service = xstrdup("shop");
    char id[72];
    image_id("base", id);
    know_steps(id, (const uint64_t[]){facts_first_step("shop-v2"), 0});
    pass();
    five_deploys_more();
    assert_verdict("before", "keep unmanaged");
    assert_verdict("debug", "keep unmanaged");
    assert_verdict("base", "keep unmanaged");
    assert_verdict("r/shop:v3", "gone");
    assert_rollback("shop", "", 3, 3);
}

/* The same in other repositories, with the app's labels, where the engine has forgotten its events: the steps of the
 * images tell it. */
test(h35_in_any_repository_and_without_events)
{
    w->knows_events = false;
    deploy_hourly(&shop, 1, 2);
    commit("backup", "shop-web-v2", "backup/shop-data:before-upgrade");
    derive("debug", "r/shop:v2", "tools/shop-debug:1");
    commit("before", "shop-web-v2", "r/shop:before");
    pass();
    five_deploys_more();
    assert_verdict("backup", "keep unmanaged");
    assert_verdict("debug", "keep unmanaged");
    assert_verdict("before", "keep unmanaged");
}

/* Somebody commits a Compose container into the service's repository: the commit is unmanaged, while the service's
 * releases rank as ever. */
test(h35_of_compose_too)
{
    for (int i = 1; i <= 7; i++) {
        const char *content = numbered("erp%d", i);
        const char *tag = numbered("r/erp:v%d", i);
        pull(content, tag);
        compose_up("erp-web-1", content, "erp", "web");
        after(HOURS(2));
        pass();
        if (i == 2)
            commit("monday", "erp-web-1", "r/erp:monday");
    }
    after(DAYS(50));
    pass();
    assert_verdict("monday", "keep unmanaged");
    assert_verdict("erp3", "gone");
    assert_verdict("erp4", "keep rollback");
}

/* An image in the app's repository has never run, and nobody knows what it was made of: it is no release until that
 * is known. */
test(what_is_not_known_is_no_release)
{
    deploy_hourly(&shop, 1, 2);
    Image *image = build("other", "r/shop:other");
    image->labels.service = xstrdup("shop");
    know_steps(image->id, (const uint64_t[]){0});
    pass();
    five_deploys_more();
    assert_verdict("other", "keep unmanaged");
    know_steps(the_image("other")->id, (const uint64_t[]){1, 2, 0});
    pass();
    assert_verdict("other", "gone"); /* an old build of the app, which never ran */
}

/* v7 arrives, and what it was made of is not known yet: a deploy is under way all the same. */
test(an_arrival_that_is_not_known_yet_keeps_its_app)
{
    deploy_hourly(&shop, 1, 6);
    pull_release(&shop, "v7", "new");
    know_steps(the_image("new")->id, (const uint64_t[]){0});
    look();
    assert_verdict("shop-v1", "wait deploying");
}

/* Two commits of a container run by hand with all of its labels, and stop: images and containers are kept, take no
 * slot, and make no app. */
test(h36_a_committed_container_is_no_release_and_makes_no_app)
{
    deploy_hourly(&shop, 1, 2);
    commit("before", "shop-web-v2", "r/shop:before");
    run("shop-web-backup", "before"); /* it inherits all labels */
    after(MINUTES(5));
    pass();
    stop("shop-web-backup", 143);
    commit("incident", "shop-web-v2", "forensics/shop:incident-42");
    run("incident-42", "incident");
    after(MINUTES(5));
    pass();
    stop("incident-42", 143);
    five_deploys_more();
    assert_true(strncmp(verdict_of("before"), "keep", 4) == 0);
    assert_true(strncmp(verdict_of("incident"), "keep", 4) == 0);
    assert_verdict("shop-web-backup", "keep unmanaged");
    assert_verdict("incident-42", "keep unmanaged");
    assert_rollback("shop", "", 3, 3);
    assert_int_equal(w->plan.n_apps, 1);
}

/* A CI host cancels a job of `docker run --rm` and the database beside it: neither makes an app of its repository,
 * and all images are kept. */
test(h37_cancelled_jobs_make_no_app)
{
    for (int i = 16; i <= 22; i++) {
        const char *content = numbered("node%d", i);
        const char *tag = numbered("node:%d", i);
        pull(content, tag);
    }
    run("job", "node20")->run.is_auto_remove = true;
    pull("postgres15", "postgres:15");
    run("db-of-a-job", "postgres15");
    after(MINUTES(20));
    pass();
    stop("job", 137);
    stop("db-of-a-job", 137);
    pass();
    remove_container("job");
    remove_container("db-of-a-job");
    after(DAYS(30));
    pass();
    assert_int_equal(w->plan.n_apps, 0);
    assert_verdict("node:20", "keep job");
    assert_verdict("postgres:15", "keep job");
    assert_verdict("node:16", "keep unmanaged");
    assert_verdict("node:22", "keep unmanaged");
}

/* Every release has its tag in a mirror too, and v2 has one more: that is how people keep an image with `docker
 * tag`, so v2 is kept. */
test(a_tag_of_somebodys_own_keeps_a_release)
{
    for (int i = 1; i <= 8; i++) {
        const char *version = numbered("v%d", i);
        const char *from = numbered("r/shop:v%d", i);
        const char *to = numbered("mirror:5000/shop:v%d", i);
        deploy(&shop, version);
        tag(from, to);
        if (i == 2)
            tag(from, "local/shop:golden");
        after(HOURS(1));
        pass();
    }
    assert_verdict("r/shop:v2", "keep in-use");
    assert_verdict("shop-web-v2", "keep in-use");
    assert_verdict("r/shop:v1", "gone");
    assert_verdict("r/shop:v3", "gone");
}

/* A Compose database is pinned by digest, and a pattern of [protect] names its tag: the reference with which a
 * container was started matches. */
test(a_pin_protects_what_it_names_by_digest)
{
    strings_add(&w->policy.protect, "postgres:1*");
    for (int i = 1; i <= 7; i++) {
        const char *content = numbered("pg%d", i);
        const char *tag = numbered("postgres:1%d", i);
        pull(content, tag);
        strings_clear(&the_image(content)->tags); /* as `docker pull postgres:16@sha256:…` leaves it */
        Container *container = compose_up("shop-db-1", content, "shop", "db");
        free(container->image_ref);
        container->image_ref = xasprintf("%s@%s", tag, container->image_id);
        after(HOURS(1));
        look();
    }
    after(DAYS(3));
    look();
    assert_verdict("pg1", "keep protected");
    strings_clear(&w->policy.protect);
    strings_add(&w->policy.protect, "postgres:*");
    look();
    assert_verdict("pg1", "keep protected");
    strings_clear(&w->policy.protect);
    look();
    assert_verdict("pg1", "remove superseded");
}

static void compose_up_in(const char *folder, const char *content, const char *tag)
{
    build(content, tag);
    Container *container = compose_up("docker-app-1", content, "docker", "app");
    container->labels.compose_folder = xstrdup(folder);
    after(HOURS(2));
    pass();
}

/* Two folders have the name docker, so Compose gives both projects that name: each keeps its own releases. */
test(projects_of_one_name_in_two_folders_push_out_nothing_of_each_other)
{
    compose_up_in("/srv/a/docker", "a1", "project-a:1");
    for (int i = 1; i <= 6; i++) {
        const char *content = numbered("b%d", i);
        const char *tag = numbered("project-b:%d", i);
        compose_up_in("/srv/b/docker", content, tag);
    }
    after(DAYS(2));
    pass();
    assert_verdict("a1", "keep current"); /* built here, and nowhere else */
    assert_verdict("b6", "keep current");
    assert_verdict("b3", "keep rollback");
    assert_verdict("b2", "gone");
    assert_int_equal(w->plan.n_apps, 2);
}

/* An older Compose told no folder, and a newer one does: it is one app. */
test(what_has_no_folder_agrees_with_every_one)
{
    compose_up_in(NULL, "old", "project:0");
    for (int i = 1; i <= 4; i++) {
        const char *content = numbered("new%d", i);
        const char *tag = numbered("project:%d", i);
        compose_up_in("/srv/docker", content, tag);
    }
    assert_int_equal(w->plan.n_apps, 1);
    assert_verdict("new4", "keep current");
    assert_verdict("new1", "keep rollback");
    assert_verdict("old", "gone");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(h35_what_was_made_of_a_release_stays),
        world_test(h35_in_any_repository_and_without_events),
        world_test(h35_of_compose_too),
        world_test(what_is_not_known_is_no_release),
        world_test(an_arrival_that_is_not_known_yet_keeps_its_app),
        world_test(h36_a_committed_container_is_no_release_and_makes_no_app),
        world_test(h37_cancelled_jobs_make_no_app),
        world_test(a_tag_of_somebodys_own_keeps_a_release),
        world_test(a_pin_protects_what_it_names_by_digest),
        world_test(projects_of_one_name_in_two_folders_push_out_nothing_of_each_other),
        world_test(what_has_no_folder_agrees_with_every_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
