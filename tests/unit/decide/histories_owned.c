/* SPDX-License-Identifier: MIT */
/* Histories of whose an image, a container or a tag is, and what a pass must then do: 35 to 42. */
#include "world_test.h"

static const KamalApp shop = {.service = "shop", .roles = "web"};
static const KamalApp staging = {.service = "shop", .destination = "staging", .roles = "web"};
static const KamalApp production = {.service = "shop", .destination = "production", .roles = "web"};

static uint64_t facts_first_step(World *w, const char *content)
{
    char id[72];
    image_id(content, id);
    snapshot_index(&w->host);
    return snapshot_facts(&w->host, id)->steps[0];
}

static const PlannedApp *app_of(const World *w, const char *name, const char *destination)
{
    for (size_t i = 0; i < w->plan.n_apps; i++) {
        const PlannedApp *app = &w->plan.apps[i];
        if (strcmp(app->name, name) == 0 && strcmp(app->destination ? app->destination : "", destination) == 0)
            return app;
    }
    fail_msg("there is no app %s/%s", name, destination);
    return NULL;
}

static void assert_rollback(const World *w, const char *name, const char *destination, int ready, int wanted)
{
    const PlannedApp *app = app_of(w, name, destination);
    if (app->rollback_ready != ready || app->rollback_wanted != wanted)
        fail_msg("%s/%s: rollback %d/%d, expected %d/%d; %s", name, destination, app->rollback_ready,
                 app->rollback_wanted, ready, wanted,
                 app->n_not_ready > 0 ? app->not_ready[0].why : "nothing is missing");
}

/* A build of this version for this destination: an image of its own, which takes the tag. */
static void build_and_deploy(World *w, const KamalApp *app, int number)
{
    char version[16], content[48];
    snprintf(version, sizeof(version), "v%d", number);
    snprintf(content, sizeof(content), "%s-%s-v%d", app->service, app->destination ? app->destination : "", number);
    kamal_redeploy(w, app, version, content);
    world_wait(w, HOURS(1));
    world_pass(w);
}

/* Kamal's gate, and what it then runs. */
static void assert_can_roll_back(World *w, const KamalApp *app, int number)
{
    char version[16], tag[64], name[64];
    snprintf(version, sizeof(version), "v%d", number);
    snprintf(tag, sizeof(tag), "r/%s:v%d", app->service, number);
    snprintf(name, sizeof(name), "%s-web-%s-v%d", app->service, app->destination, number);
    if (!world_image(w, tag) || !world_container(w, name))
        fail_msg("%s cannot be rolled back to: %s is %s, %s is %s", name, tag, world_verdict(w, tag), name,
                 world_verdict(w, name));
    kamal_rollback(w, app, version);
    world_wait(w, HOURS(1));
    world_pass(w);
}

static void five_deploys_more(World *w)
{
    for (int i = 3; i <= 7; i++) {
        char version[16];
        snprintf(version, sizeof(version), "v%d", i);
        kamal_deploy(w, &shop, version);
        world_wait(w, HOURS(1));
        world_pass(w);
    }
    world_wait(w, DAYS(50));
    world_pass(w);
}

static void h35_what_was_made_of_a_release_stays(void **state)
{
    World *w = *state;
    deploy_hourly(w, &shop, 1, 2);
    world_commit(w, "before", "shop-web-v2", "r/shop:before");
    world_derive(w, "debug", "r/shop:v2", "r/shop:debug");
    world_build(w, "base", "r/shop:base")->labels.service = xstrdup("shop");
    char id[72];
    image_id("base", id);
    world_know_steps(w, id, (const uint64_t[]){facts_first_step(w, "shop-v2"), 0});
    world_pass(w);
    five_deploys_more(w);
    assert_verdict(w, "before", "keep unmanaged");
    assert_verdict(w, "debug", "keep unmanaged");
    assert_verdict(w, "base", "keep unmanaged");
    assert_verdict(w, "r/shop:v3", "gone");
    assert_rollback(w, "shop", "", 3, 3);
}

/* In another repository, with an app's labels; and where the events are lost, its steps tell it. */
static void h35_in_any_repository_and_without_events(void **state)
{
    World *w = *state;
    w->knows_events = false;
    deploy_hourly(w, &shop, 1, 2);
    world_commit(w, "backup", "shop-web-v2", "backup/shop-data:before-upgrade");
    world_derive(w, "debug", "r/shop:v2", "tools/shop-debug:1");
    world_commit(w, "before", "shop-web-v2", "r/shop:before");
    world_pass(w);
    five_deploys_more(w);
    assert_verdict(w, "backup", "keep unmanaged");
    assert_verdict(w, "debug", "keep unmanaged");
    assert_verdict(w, "before", "keep unmanaged");
}

static void h35_of_compose_too(void **state)
{
    World *w = *state;
    for (int i = 1; i <= 7; i++) {
        char content[16], tag[32];
        snprintf(content, sizeof(content), "erp%d", i);
        snprintf(tag, sizeof(tag), "r/erp:v%d", i);
        world_pull(w, content, tag);
        if (world_container(w, "erp-web-1"))
            world_remove_container(w, "erp-web-1");
        world_compose(w, "erp-web-1", content, "erp", "web");
        world_wait(w, HOURS(2));
        world_pass(w);
        if (i == 2)
            world_commit(w, "monday", "erp-web-1", "r/erp:monday");
    }
    world_wait(w, DAYS(50));
    world_pass(w);
    assert_verdict(w, "monday", "keep unmanaged");
    assert_verdict(w, "erp3", "gone");
    assert_verdict(w, "erp4", "keep rollback");
}

static void what_is_not_known_is_no_release(void **state)
{
    World *w = *state;
    deploy_hourly(w, &shop, 1, 2);
    Image *image = world_build(w, "other", "r/shop:other");
    image->labels.service = xstrdup("shop");
    world_know_steps(w, image->id, (const uint64_t[]){0});
    world_pass(w);
    five_deploys_more(w);
    assert_verdict(w, "other", "keep unmanaged");
    world_know_steps(w, world_image(w, "other")->id, (const uint64_t[]){1, 2, 0});
    world_pass(w);
    assert_verdict(w, "other", "gone"); /* an old build of the app, which never ran */
}

/* What it was made of may be told later: a deploy is under way all the same. */
static void an_arrival_that_is_not_known_yet_holds_its_app(void **state)
{
    World *w = *state;
    deploy_hourly(w, &shop, 1, 6);
    kamal_pull(w, &shop, "v7", "new");
    world_know_steps(w, world_image(w, "new")->id, (const uint64_t[]){0});
    world_plan(w);
    assert_verdict(w, "shop-v1", "wait deploying");
}

static void h36_a_committed_container_is_no_release_and_makes_no_app(void **state)
{
    World *w = *state;
    deploy_hourly(w, &shop, 1, 2);
    world_commit(w, "before", "shop-web-v2", "r/shop:before");
    world_run(w, "shop-web-backup", "before"); /* it inherits all labels */
    world_wait(w, MINUTES(5));
    world_pass(w);
    world_stop(w, "shop-web-backup", 143);
    world_commit(w, "incident", "shop-web-v2", "forensics/shop:incident-42");
    world_run(w, "incident-42", "incident");
    world_wait(w, MINUTES(5));
    world_pass(w);
    world_stop(w, "incident-42", 143);
    five_deploys_more(w);
    assert_true(strncmp(world_verdict(w, "before"), "keep", 4) == 0);
    assert_true(strncmp(world_verdict(w, "incident"), "keep", 4) == 0);
    assert_verdict(w, "shop-web-backup", "keep unmanaged");
    assert_verdict(w, "incident-42", "keep unmanaged");
    assert_rollback(w, "shop", "", 3, 3);
    assert_int_equal(w->plan.n_apps, 1);
}

static void h37_cancelled_jobs_make_no_app(void **state)
{
    World *w = *state;
    for (int i = 16; i <= 22; i++) {
        char content[32], tag[32];
        snprintf(content, sizeof(content), "node%d", i);
        snprintf(tag, sizeof(tag), "node:%d", i);
        world_pull(w, content, tag);
    }
    world_run(w, "job", "node20")->run.is_auto_remove = true;
    world_pull(w, "postgres15", "postgres:15");
    world_run(w, "db-of-a-job", "postgres15");
    world_wait(w, MINUTES(20));
    world_pass(w);
    world_stop(w, "job", 137);
    world_stop(w, "db-of-a-job", 137);
    world_pass(w);
    world_remove_container(w, "job");
    world_remove_container(w, "db-of-a-job");
    world_wait(w, DAYS(30));
    world_pass(w);
    assert_int_equal(w->plan.n_apps, 0);
    assert_verdict(w, "node:20", "keep job");
    assert_verdict(w, "postgres:15", "keep job");
    assert_verdict(w, "node:16", "keep unmanaged");
    assert_verdict(w, "node:22", "keep unmanaged");
}

/* `docker tag` is how people keep things; but where all have their tag there too, it is a mirror. */
static void a_tag_of_somebodys_own_holds_a_release(void **state)
{
    World *w = *state;
    for (int i = 1; i <= 8; i++) {
        char version[16], from[32], to[32];
        snprintf(version, sizeof(version), "v%d", i);
        snprintf(from, sizeof(from), "r/shop:v%d", i);
        snprintf(to, sizeof(to), "mirror:5000/shop:v%d", i);
        kamal_deploy(w, &shop, version);
        world_tag(w, from, to);
        if (i == 2)
            world_tag(w, from, "local/shop:golden");
        world_wait(w, HOURS(1));
        world_pass(w);
    }
    assert_verdict(w, "r/shop:v2", "keep in-use");
    assert_verdict(w, "shop-web-v2", "keep in-use");
    assert_verdict(w, "r/shop:v1", "gone");
    assert_verdict(w, "r/shop:v3", "gone");
}

static void a_pin_protects_what_it_names_by_digest(void **state)
{
    World *w = *state;
    strings_add(&w->policy.protect, "postgres:1*");
    for (int i = 1; i <= 7; i++) {
        char content[16], tag[32];
        snprintf(content, sizeof(content), "pg%d", i);
        snprintf(tag, sizeof(tag), "postgres:1%d", i);
        world_pull(w, content, tag);
        strings_clear(&world_image(w, content)->tags); /* as `docker pull postgres:16@sha256:…` leaves it */
        if (world_container(w, "shop-db-1"))
            world_remove_container(w, "shop-db-1");
        Container *container = world_compose(w, "shop-db-1", content, "shop", "db");
        free(container->image_ref);
        container->image_ref = xasprintf("%s@%s", tag, container->image_id);
        world_wait(w, HOURS(1));
        world_plan(w);
    }
    world_wait(w, DAYS(3));
    world_plan(w);
    assert_verdict(w, "pg1", "keep protected");
    strings_clear(&w->policy.protect);
    strings_add(&w->policy.protect, "postgres:*");
    world_plan(w);
    assert_verdict(w, "pg1", "keep protected");
    strings_clear(&w->policy.protect);
    world_plan(w);
    assert_verdict(w, "pg1", "remove superseded");
}

static void compose_up_in(World *w, const char *folder, const char *content, const char *tag)
{
    if (world_container(w, "docker-app-1"))
        world_remove_container(w, "docker-app-1");
    world_build(w, content, tag);
    Container *container = world_compose(w, "docker-app-1", content, "docker", "app");
    container->labels.compose_folder = xstrdup(folder);
    world_wait(w, HOURS(2));
    world_pass(w);
}

/* Two folders of one name: for Compose both are the project "docker". */
static void projects_of_one_name_in_two_folders_push_out_nothing_of_each_other(void **state)
{
    World *w = *state;
    compose_up_in(w, "/srv/a/docker", "a1", "project-a:1");
    for (int i = 1; i <= 6; i++) {
        char content[16], tag[32];
        snprintf(content, sizeof(content), "b%d", i);
        snprintf(tag, sizeof(tag), "project-b:%d", i);
        compose_up_in(w, "/srv/b/docker", content, tag);
    }
    world_wait(w, DAYS(2));
    world_pass(w);
    assert_verdict(w, "a1", "keep current"); /* built here, and nowhere else */
    assert_verdict(w, "b6", "keep current");
    assert_verdict(w, "b3", "keep rollback");
    assert_verdict(w, "b2", "gone");
    assert_int_equal(w->plan.n_apps, 2);
}

static void what_has_no_folder_agrees_with_every_one(void **state)
{
    World *w = *state;
    compose_up_in(w, NULL, "old", "project:0");
    for (int i = 1; i <= 4; i++) {
        char content[16], tag[32];
        snprintf(content, sizeof(content), "new%d", i);
        snprintf(tag, sizeof(tag), "project:%d", i);
        compose_up_in(w, "/srv/docker", content, tag);
    }
    assert_int_equal(w->plan.n_apps, 1);
    assert_verdict(w, "new4", "keep current");
    assert_verdict(w, "new1", "keep rollback");
    assert_verdict(w, "old", "gone");
}

/* A stop and a removal that events told, which `rgc watch` sees as they happen. */
static void end_container(World *w, const char *name)
{
    Container *old = world_container(w, name);
    ArrivalEvent *end = array_add(&w->host.ends, &w->host.n_ends);
    *end = (ArrivalEvent){.reference = xstrdup(old->id), .time = w->now};
    strings_add(&w->host.killed, old->id);
    world_remove_container(w, name);
}

/* What was seen to end has run again since. */
static void restart_and_remove_unseen(World *w, const char *name)
{
    world_stop(w, name, 143);
    world_plan(w);
    Container *again = world_container(w, name);
    again->state = STATE_RUNNING;
    again->run.started = w->now;
    again->run.finished = 0;
    world_wait(w, MINUTES(5));
    world_plan(w);
    world_remove_container(w, name);
}

static void deploy_under_a_new_name(World *w, int number, const char *project, bool is_seen)
{
    char content[16], tag[32], service[32], name[64], old[64];
    snprintf(content, sizeof(content), "sha%d", number);
    snprintf(tag, sizeof(tag), "uuid:sha%d", number);
    snprintf(service, sizeof(service), "uuid-%d", 14350 + number);
    snprintf(name, sizeof(name), "%s-%s", project, service);
    snprintf(old, sizeof(old), "%s-uuid-%d", project, 14350 + number - 1);
    world_build(w, content, tag);
    world_compose(w, name, content, project, service);
    world_wait(w, MINUTES(5));
    world_plan(w);
    if (world_container(w, old) && is_seen)
        end_container(w, old);
    else if (world_container(w, old))
        restart_and_remove_unseen(w, old);
    world_plan(w);
    world_wait(w, HOURS(30));
}

/* Apps of which status says that they are kept as apps of their own, as nobody saw them end. */
static size_t count_unseen_ends(const World *w)
{
    size_t n = 0;
    for (size_t i = 0; i < w->plan.n_apps; i++)
        n += w->plan.apps[i].ended_unseen;
    return n;
}

static void h39_a_service_that_changes_its_name_with_each_deploy_is_one_app(void **state)
{
    World *w = *state;
    for (int i = 1; i <= 8; i++)
        deploy_under_a_new_name(w, i, "uuid", true);
    world_plan(w);
    assert_verdict(w, "sha8", "keep current");
    assert_verdict(w, "sha7", "keep rollback");
    assert_verdict(w, "sha5", "keep rollback");
    assert_verdict(w, "sha4", "remove superseded");
    assert_verdict(w, "sha1", "remove superseded");
    assert_int_equal(count_unseen_ends(w), 0);
}

static void h39_ends_that_nobody_saw_merge_nothing(void **state)
{
    World *w = *state;
    for (int i = 1; i <= 8; i++)
        deploy_under_a_new_name(w, i, "uuid", false);
    world_plan(w);
    for (int i = 1; i <= 8; i++) {
        char content[16];
        snprintf(content, sizeof(content), "sha%d", i);
        assert_verdict(w, content, "keep current");
    }
    assert_int_equal(count_unseen_ends(w), 7); /* the eighth runs */
}

/* What has nothing in common with an app that runs is no past of one, whoever saw it end. */
static void an_unseen_end_of_a_stranger_is_none(void **state)
{
    World *w = *state;
    world_build(w, "one", "tool:1");
    world_compose(w, "a-tool-1", "one", "a", "tool");
    world_build(w, "two", "tool:2");
    world_compose(w, "b-other-1", "two", "b", "other"); /* of the repository, but of another name and project */
    world_build(w, "three", "third:1");
    world_compose(w, "a-tool-2", "three", "a", "tool"); /* of the project, but of another repository */
    world_wait(w, MINUTES(5));
    world_plan(w);
    restart_and_remove_unseen(w, "a-tool-1");
    world_plan(w);
    world_wait(w, HOURS(30));
    world_plan(w);
    assert_int_equal(count_unseen_ends(w), 0);
}

/* Something of it must be here, and something of the app that it may be the past of. */
static void an_unseen_end_is_told_while_there_are_both(void **state)
{
    World *w = *state;
    deploy_under_a_new_name(w, 1, "uuid", false);
    deploy_under_a_new_name(w, 2, "uuid", false);
    world_plan(w);
    assert_int_equal(count_unseen_ends(w), 1);
    world_untag(w, "uuid:sha1");
    end_container(w, "uuid-uuid-14352");
    world_wait(w, HOURS(1));
    world_plan(w);
    assert_int_equal(count_unseen_ends(w), 0);
}

static void run_aio(World *w, int number, const char *registry)
{
    char content[16], tag[64];
    snprintf(content, sizeof(content), "aio%d", number);
    snprintf(tag, sizeof(tag), "%s/aio/apache:v%d", registry, number);
    if (world_container(w, "aio"))
        end_container(w, "aio");
    world_pull(w, content, tag);
    world_run(w, "aio", content)->run.has_restart_policy = true;
    world_wait(w, HOURS(30));
    world_plan(w);
}

static void a_product_that_moved_to_another_registry_is_one_app(void **state)
{
    World *w = *state;
    for (int i = 1; i <= 3; i++)
        run_aio(w, i, "docker-hub.test");
    for (int i = 4; i <= 5; i++)
        run_aio(w, i, "ghcr.test");
    assert_verdict(w, "aio5", "keep current");
    assert_verdict(w, "aio3", "keep rollback");
    assert_verdict(w, "aio2", "keep rollback");
    assert_verdict(w, "aio1", "remove superseded");
}

static void h38_review_apps_are_not_what_production_has_become(void **state)
{
    World *w = *state;
    for (int i = 1; i <= 4; i++) {
        char content[16], tag[32];
        snprintf(content, sizeof(content), "prod%d", i);
        snprintf(tag, sizeof(tag), "r/site:v%d", i);
        if (world_container(w, "site-web-1"))
            end_container(w, "site-web-1");
        world_pull(w, content, tag);
        world_compose(w, "site-web-1", content, "site", "web");
        world_wait(w, HOURS(8));
        world_plan(w);
    }
    end_container(w, "site-web-1"); /* compose down */
    for (int i = 1; i <= 5; i++) {
        char content[16], tag[32], project[16], name[32];
        snprintf(content, sizeof(content), "pr%d", i);
        snprintf(tag, sizeof(tag), "r/site:pr-%d", i);
        snprintf(project, sizeof(project), "site-pr-%d", i);
        snprintf(name, sizeof(name), "site-pr-%d-web-1", i);
        world_pull(w, content, tag);
        world_compose(w, name, content, project, "web");
        world_wait(w, HOURS(9));
        world_pass(w);
        end_container(w, name);
        world_pass(w);
    }
    world_wait(w, HOURS(5));
    world_pass(w);
    assert_verdict(w, "prod4", "keep current");
    for (int i = 1; i <= 3; i++) {
        char content[16];
        snprintf(content, sizeof(content), "prod%d", i);
        assert_verdict(w, content, "keep rollback");
    }
}

static void h40_an_image_stays_while_another_service_counts_its_tag(void **state)
{
    static const KamalApp api = {.service = "api", .roles = "web", .repository = "r/mono"};
    static const KamalApp admin = {.service = "admin", .roles = "web", .repository = "r/mono"};
    World *w = *state;
    for (int i = 1; i <= 2; i++) {
        build_and_deploy(w, &api, i);
        build_and_deploy(w, &admin, i);
    }
    for (int i = 3; i <= 7; i++)
        build_and_deploy(w, &admin, i);
    world_wait(w, DAYS(2));
    world_pass(w);
    assert_rollback(w, "api", "", 1, 1);
    assert_verdict(w, "api--v2", "keep current");
    assert_verdict(w, "api--v1", "keep rollback");
    assert_verdict(w, "r/mono:v1", "keep rollback"); /* admin's image, of which admin itself keeps none so old */
    assert_verdict(w, "r/mono:v2", "keep rollback");
    assert_verdict(w, "r/mono:v3", "gone");
    assert_verdict(w, "r/mono:v4", "keep rollback");
    build_and_deploy(w, &api, 8);
    build_and_deploy(w, &api, 9);
    build_and_deploy(w, &api, 10);
    assert_verdict(w, "r/mono:v1", "gone"); /* api does not count it any more */
}

static void h40_one_image_of_two_services_stays_while_either_counts_it(void **state)
{
    static const KamalApp api = {.service = "api", .roles = "web", .repository = "r/mono"};
    static const KamalApp admin = {.service = "admin", .roles = "web", .repository = "r/mono"};
    World *w = *state;
    kamal_redeploy(w, &api, "v1", "sha1");
    kamal_redeploy(w, &admin, "v1", "sha1");
    world_wait(w, HOURS(1));
    world_pass(w);
    for (int i = 2; i <= 6; i++)
        build_and_deploy(w, &admin, i);
    assert_verdict(w, "r/mono:v1", "keep current");
    assert_verdict(w, "admin-web-v1", "gone");
    assert_verdict(w, "api-web-v1", "keep current");
}

static void h41_a_version_whose_redeploy_crashed_is_no_rollback(void **state)
{
    World *w = *state;
    deploy_hourly(w, &shop, 4, 7);
    kamal_pull(w, &shop, "v7", "again");
    world_rename(w, "shop-web-v7", "shop-web-v7_replaced_0a1b");
    Container *crashed = world_run(w, "shop-web-v7", "again");
    labels_clear(&crashed->labels);
    crashed->labels = (Labels){.service = xstrdup("shop"), .role = xstrdup("web")};
    free(crashed->image_ref);
    crashed->image_ref = xstrdup("r/shop:v7");
    world_wait(w, SECONDS(1));
    world_stop(w, "shop-web-v7", 1);
    world_wait(w, MINUTES(20));
    world_pass(w);
    assert_verdict(w, "shop-v7", "keep current"); /* it runs on */
    kamal_deploy(w, &shop, "v8");
    world_wait(w, SECONDS(10));
    w->deployed = "shop";
    world_plan(w);
    assert_verdict(w, "again", "wait failed");
    assert_verdict(w, "shop-v7", "keep rollback"); /* v8 has not served yet */
    for (size_t i = 0; i < app_of(w, "shop", "")->rollback_versions.count; i++)
        assert_string_not_equal(app_of(w, "shop", "")->rollback_versions.items[i], "v7");
    world_wait(w, HOURS(1));
    world_plan(w);
    assert_verdict(w, "shop-v7", "remove superseded");
    assert_verdict(w, "again", "remove failed");
    assert_rollback(w, "shop", "", 3, 3); /* v6, v5, v4 */
}

static void deploy_to_both(World *w, int from, int to)
{
    for (int i = from; i <= to; i++) {
        build_and_deploy(w, &staging, i);
        build_and_deploy(w, &production, i);
    }
}

static void h42_two_destinations_that_build_the_same_versions_keep_their_rollbacks(void **state)
{
    World *w = *state;
    deploy_to_both(w, 1, 5);
    assert_rollback(w, "shop", "staging", 3, 3);
    assert_rollback(w, "shop", "production", 3, 3);
    assert_verdict(w, "shop-staging-v1", "gone");
    assert_verdict(w, "r/shop:v1", "gone");
    assert_verdict(w, "shop-web-staging-v1", "gone");
    static const int versions[] = {4, 2, 3};
    for (size_t i = 0; i < N_ELEMENTS(versions); i++) {
        assert_can_roll_back(w, &staging, versions[i]);
        assert_rollback(w, "shop", "staging", 3, 3);
        assert_rollback(w, "shop", "production", 3,
                        3); /* that staging's latest is on its image makes that no next one */
        assert_can_roll_back(w, &production, versions[i]);
        assert_rollback(w, "shop", "staging", 3, 3);
        assert_rollback(w, "shop", "production", 3, 3);
    }
}

static void h42_one_destination_that_goes_on_takes_nothing_from_the_other(void **state)
{
    World *w = *state;
    deploy_to_both(w, 1, 4);
    for (int i = 5; i <= 12; i++)
        build_and_deploy(w, &production, i);
    world_wait(w, DAYS(3));
    world_pass(w);
    assert_rollback(w, "shop", "staging", 3, 3);
    assert_rollback(w, "shop", "production", 3, 3);
    for (int i = 1; i <= 3; i++)
        assert_can_roll_back(w, &staging, i);
    assert_verdict(w, "r/shop:v5", "gone"); /* it never ran in staging */
    assert_verdict(w, "r/shop:v8", "gone");
    assert_verdict(w, "r/shop:v9", "keep rollback");
}

static void h42_the_same_where_the_store_forgets_what_is_untagged(void **state)
{
    World *w = *state;
    w->host.engine.store = STORE_CONTAINERD;
    h42_two_destinations_that_build_the_same_versions_keep_their_rollbacks(state);
}

/* image: or registry: of deploy.yml has changed: a rollback asks for a tag of the new repository. */
static void a_version_of_the_old_registry_is_not_counted_as_ready(void **state)
{
    static const KamalApp before = {.service = "shop", .roles = "web", .repository = "old.test/shop"};
    static const KamalApp after = {.service = "shop", .roles = "web", .repository = "new.test/shop"};
    World *w = *state;
    deploy_hourly(w, &before, 1, 3);
    deploy_hourly(w, &after, 4, 5);
    world_pass(w);
    assert_rollback(w, "shop", "", 1, 3);
    assert_non_null(strstr(app_of(w, "shop", "")->not_ready[0].why, "no image here has the tag new.test/shop:v3"));
    assert_verdict(w, "old.test/shop:v3", "keep rollback"); /* left-over slots */
    assert_verdict(w, "old.test/shop:v2", "keep rollback");
    assert_verdict(w, "old.test/shop:v1", "gone");
}

static void a_release_that_has_the_tag_of_a_kept_one_is_kept_and_of_another_is_not(void **state)
{
    World *w = *state;
    deploy_hourly(w, &shop, 1, 7);
    world_tag_long_ago(w, "shop-v1", "r/shop:v7"); /* of the current release */
    world_tag_long_ago(w, "shop-v2", "r/shop:v3"); /* of one that is superseded */
    world_wait(w, DAYS(9));
    world_plan(w);
    assert_verdict(w, "shop-v7", "keep current");
    assert_verdict(w, "shop-v1", "keep rollback"); /* what Kamal would run as v7 */
    assert_verdict(w, "shop-v2", "remove superseded");
    assert_verdict(w, "shop-v3", "remove superseded");
}

static void a_version_whose_tag_is_on_a_build_that_only_crashed_is_not_ready(void **state)
{
    World *w = *state;
    for (int i = 1; i <= 3; i++)
        build_and_deploy(w, &production, i);
    kamal_crash(w, &staging, "v2");
    world_wait(w, HOURS(1));
    world_plan(w);
    assert_rollback(w, "shop", "production", 1, 2); /* v1 */
    const PlannedApp *app = app_of(w, "shop", "production");
    assert_non_null(strstr(app->not_ready[0].why, "r/shop:v2 has never served"));
}

static void an_image_that_runs_in_two_roles_is_one_release(void **state)
{
    static const KamalApp here = {.service = "shop", .destination = "here", .roles = "web,worker"};
    static const KamalApp there = {.service = "shop", .destination = "there", .roles = "web,worker"};
    World *w = *state;
    build_and_deploy(w, &here, 1);
    world_plan(w);
    assert_int_equal(plan_image(&w->plan, world_image(w, "shop-here-v1")->id)->n_apps, 1);
    build_and_deploy(w, &there, 1); /* takes the tag: a release of there, and what a rollback of here would run */
    world_plan(w);
    assert_int_equal(plan_image(&w->plan, world_image(w, "shop-here-v1")->id)->n_apps, 1);
    assert_int_equal(plan_image(&w->plan, world_image(w, "shop-there-v1")->id)->n_apps, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(h35_what_was_made_of_a_release_stays),
        world_test(h35_in_any_repository_and_without_events),
        world_test(h35_of_compose_too),
        world_test(what_is_not_known_is_no_release),
        world_test(an_arrival_that_is_not_known_yet_holds_its_app),
        world_test(h36_a_committed_container_is_no_release_and_makes_no_app),
        world_test(h37_cancelled_jobs_make_no_app),
        world_test(a_tag_of_somebodys_own_holds_a_release),
        world_test(a_pin_protects_what_it_names_by_digest),
        world_test(projects_of_one_name_in_two_folders_push_out_nothing_of_each_other),
        world_test(what_has_no_folder_agrees_with_every_one),
        world_test(h38_review_apps_are_not_what_production_has_become),
        world_test(h39_a_service_that_changes_its_name_with_each_deploy_is_one_app),
        world_test(an_unseen_end_of_a_stranger_is_none),
        world_test(an_unseen_end_is_told_while_there_are_both),
        world_test(h39_ends_that_nobody_saw_merge_nothing),
        world_test(a_product_that_moved_to_another_registry_is_one_app),
        world_test(h40_an_image_stays_while_another_service_counts_its_tag),
        world_test(h40_one_image_of_two_services_stays_while_either_counts_it),
        world_test(h41_a_version_whose_redeploy_crashed_is_no_rollback),
        world_test(h42_two_destinations_that_build_the_same_versions_keep_their_rollbacks),
        world_test(h42_one_destination_that_goes_on_takes_nothing_from_the_other),
        world_test(h42_the_same_where_the_store_forgets_what_is_untagged),
        world_test(a_version_of_the_old_registry_is_not_counted_as_ready),
        world_test(a_release_that_has_the_tag_of_a_kept_one_is_kept_and_of_another_is_not),
        world_test(a_version_whose_tag_is_on_a_build_that_only_crashed_is_not_ready),
        world_test(an_image_that_runs_in_two_roles_is_one_release),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
