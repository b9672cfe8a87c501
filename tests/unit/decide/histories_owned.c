/* SPDX-License-Identifier: MIT */
/* Histories of whose an image, a container or a tag is, and what a pass must then do: 35 to 42. */
#include "script.h"

static const KamalApp shop = {.service = "shop", .roles = "web"};
static const KamalApp staging = {.service = "shop", .destination = "staging", .roles = "web"};
static const KamalApp production = {.service = "shop", .destination = "production", .roles = "web"};

static uint64_t facts_first_step(const char *content)
{
    char id[72];
    image_id(content, id);
    snapshot_index(&w->host);
    return snapshot_facts(&w->host, id)->steps[0];
}

static const PlannedApp *app_of(const char *name, const char *destination)
{
    for (size_t i = 0; i < w->plan.n_apps; i++) {
        const PlannedApp *app = &w->plan.apps[i];
        if (strcmp(app->name, name) == 0 && strcmp(app->destination ? app->destination : "", destination) == 0)
            return app;
    }
    fail_msg("there is no app %s/%s", name, destination);
    return NULL;
}

static void assert_rollback(const char *name, const char *destination, int ready, int wanted)
{
    const PlannedApp *app = app_of(name, destination);
    if (app->rollback_ready != ready || app->rollback_wanted != wanted)
        fail_msg("%s/%s: rollback %d/%d, expected %d/%d; %s", name, destination, app->rollback_ready,
                 app->rollback_wanted, ready, wanted,
                 app->n_not_ready > 0 ? app->not_ready[0].why : "nothing is missing");
}

/* A build of this version for this destination: an image of its own, which takes the tag. */
static void build_and_deploy(const KamalApp *app, int number)
{
    const char *version = numbered("v%d", number);
    const char *content = numbered("%s-%s-v%d", app->service, app->destination ? app->destination : "", number);
    redeploy(app, version, content);
    after(HOURS(1));
    pass();
}

/* Kamal's gate, and what it then runs. */
static void assert_can_roll_back(const KamalApp *app, int number)
{
    const char *version = numbered("v%d", number);
    const char *tag = numbered("r/%s:v%d", app->service, number);
    const char *name = numbered("%s-web-%s-v%d", app->service, app->destination, number);
    if (!the_image(tag) || !the_container(name))
        fail_msg("%s cannot be rolled back to: %s is %s, %s is %s", name, tag, verdict_of(tag), name, verdict_of(name));
    roll_back(app, version);
    after(HOURS(1));
    pass();
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

/* In another repository, with an app's labels; and where the events are lost, its steps tell it. */
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

test(h35_of_compose_too)
{
    for (int i = 1; i <= 7; i++) {
        const char *content = numbered("erp%d", i);
        const char *tag = numbered("r/erp:v%d", i);
        pull(content, tag);
        if (the_container("erp-web-1"))
            remove_container("erp-web-1");
        compose("erp-web-1", content, "erp", "web");
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

/* What it was made of may be told later: a deploy is under way all the same. */
test(an_arrival_that_is_not_known_yet_holds_its_app)
{
    deploy_hourly(&shop, 1, 6);
    pull_release(&shop, "v7", "new");
    know_steps(the_image("new")->id, (const uint64_t[]){0});
    look();
    assert_verdict("shop-v1", "wait deploying");
}

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

/* `docker tag` is how people keep things; but where all have their tag there too, it is a mirror. */
test(a_tag_of_somebodys_own_holds_a_release)
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

test(a_pin_protects_what_it_names_by_digest)
{
    strings_add(&w->policy.protect, "postgres:1*");
    for (int i = 1; i <= 7; i++) {
        const char *content = numbered("pg%d", i);
        const char *tag = numbered("postgres:1%d", i);
        pull(content, tag);
        strings_clear(&the_image(content)->tags); /* as `docker pull postgres:16@sha256:…` leaves it */
        if (the_container("shop-db-1"))
            remove_container("shop-db-1");
        Container *container = compose("shop-db-1", content, "shop", "db");
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
    if (the_container("docker-app-1"))
        remove_container("docker-app-1");
    build(content, tag);
    Container *container = compose("docker-app-1", content, "docker", "app");
    container->labels.compose_folder = xstrdup(folder);
    after(HOURS(2));
    pass();
}

/* Two folders of one name: for Compose both are the project "docker". */
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

/* A stop and a removal that events told, which `rgc watch` sees as they happen. */
static void end_container(const char *name)
{
    Container *old = the_container(name);
    ArrivalEvent *end = array_add(&w->host.ends, &w->host.n_ends);
    *end = (ArrivalEvent){.reference = xstrdup(old->id), .time = w->now};
    strings_add(&w->host.killed, old->id);
    remove_container(name);
}

/* What was seen to end has run again since. */
static void restart_and_remove_unseen(const char *name)
{
    stop(name, 143);
    look();
    Container *again = the_container(name);
    again->state = STATE_RUNNING;
    again->run.started = w->now;
    again->run.finished = 0;
    after(MINUTES(5));
    look();
    remove_container(name);
}

static void deploy_under_a_new_name(int number, const char *project, bool is_seen)
{
    const char *content = numbered("sha%d", number);
    const char *tag = numbered("uuid:sha%d", number);
    const char *service = numbered("uuid-%d", 14350 + number);
    const char *name = numbered("%s-%s", project, service);
    const char *old = numbered("%s-uuid-%d", project, 14350 + number - 1);
    build(content, tag);
    compose(name, content, project, service);
    after(MINUTES(5));
    look();
    if (the_container(old) && is_seen)
        end_container(old);
    else if (the_container(old))
        restart_and_remove_unseen(old);
    look();
    after(HOURS(30));
}

/* Apps of which status says that they are kept as apps of their own, as nobody saw them end. */
static size_t count_unseen_ends(void)
{
    size_t n = 0;
    for (size_t i = 0; i < w->plan.n_apps; i++)
        n += w->plan.apps[i].ended_unseen;
    return n;
}

test(h39_a_service_that_changes_its_name_with_each_deploy_is_one_app)
{
    for (int i = 1; i <= 8; i++)
        deploy_under_a_new_name(i, "uuid", true);
    look();
    assert_verdict("sha8", "keep current");
    assert_verdict("sha7", "keep rollback");
    assert_verdict("sha5", "keep rollback");
    assert_verdict("sha4", "remove superseded");
    assert_verdict("sha1", "remove superseded");
    assert_int_equal(count_unseen_ends(), 0);
}

test(h39_ends_that_nobody_saw_merge_nothing)
{
    for (int i = 1; i <= 8; i++)
        deploy_under_a_new_name(i, "uuid", false);
    look();
    for (int i = 1; i <= 8; i++) {
        const char *content = numbered("sha%d", i);
        assert_verdict(content, "keep current");
    }
    assert_int_equal(count_unseen_ends(), 7); /* the eighth runs */
}

/* What has nothing in common with an app that runs is no past of one, whoever saw it end. */
test(an_unseen_end_of_a_stranger_is_none)
{
    build("one", "tool:1");
    compose("a-tool-1", "one", "a", "tool");
    build("two", "tool:2");
    compose("b-other-1", "two", "b", "other"); /* of the repository, but of another name and project */
    build("three", "third:1");
    compose("a-tool-2", "three", "a", "tool"); /* of the project, but of another repository */
    after(MINUTES(5));
    look();
    restart_and_remove_unseen("a-tool-1");
    look();
    after(HOURS(30));
    look();
    assert_int_equal(count_unseen_ends(), 0);
}

/* Something of it must be here, and something of the app that it may be the past of. */
test(an_unseen_end_is_told_while_there_are_both)
{
    deploy_under_a_new_name(1, "uuid", false);
    deploy_under_a_new_name(2, "uuid", false);
    look();
    assert_int_equal(count_unseen_ends(), 1);
    untag("uuid:sha1");
    end_container("uuid-uuid-14352");
    after(HOURS(1));
    look();
    assert_int_equal(count_unseen_ends(), 0);
}

static void run_aio(int number, const char *registry)
{
    const char *content = numbered("aio%d", number);
    const char *tag = numbered("%s/aio/apache:v%d", registry, number);
    if (the_container("aio"))
        end_container("aio");
    pull(content, tag);
    run("aio", content)->run.has_restart_policy = true;
    after(HOURS(30));
    look();
}

test(a_product_that_moved_to_another_registry_is_one_app)
{
    for (int i = 1; i <= 3; i++)
        run_aio(i, "docker-hub.test");
    for (int i = 4; i <= 5; i++)
        run_aio(i, "ghcr.test");
    assert_verdict("aio5", "keep current");
    assert_verdict("aio3", "keep rollback");
    assert_verdict("aio2", "keep rollback");
    assert_verdict("aio1", "remove superseded");
}

test(h38_review_apps_are_not_what_production_has_become)
{
    for (int i = 1; i <= 4; i++) {
        const char *content = numbered("prod%d", i);
        const char *tag = numbered("r/site:v%d", i);
        if (the_container("site-web-1"))
            end_container("site-web-1");
        pull(content, tag);
        compose("site-web-1", content, "site", "web");
        after(HOURS(8));
        look();
    }
    end_container("site-web-1"); /* compose down */
    for (int i = 1; i <= 5; i++) {
        const char *content = numbered("pr%d", i);
        const char *tag = numbered("r/site:pr-%d", i);
        const char *project = numbered("site-pr-%d", i);
        const char *name = numbered("site-pr-%d-web-1", i);
        pull(content, tag);
        compose(name, content, project, "web");
        after(HOURS(9));
        pass();
        end_container(name);
        pass();
    }
    after(HOURS(5));
    pass();
    assert_verdict("prod4", "keep current");
    for (int i = 1; i <= 3; i++) {
        const char *content = numbered("prod%d", i);
        assert_verdict(content, "keep rollback");
    }
}

test(h40_an_image_stays_while_another_service_counts_its_tag)
{
    static const KamalApp api = {.service = "api", .roles = "web", .repository = "r/mono"};
    static const KamalApp admin = {.service = "admin", .roles = "web", .repository = "r/mono"};
    for (int i = 1; i <= 2; i++) {
        build_and_deploy(&api, i);
        build_and_deploy(&admin, i);
    }
    for (int i = 3; i <= 7; i++)
        build_and_deploy(&admin, i);
    after(DAYS(2));
    pass();
    assert_rollback("api", "", 1, 1);
    assert_verdict("api--v2", "keep current");
    assert_verdict("api--v1", "keep rollback");
    assert_verdict("r/mono:v1", "keep rollback"); /* admin's image, of which admin itself keeps none so old */
    assert_verdict("r/mono:v2", "keep rollback");
    assert_verdict("r/mono:v3", "gone");
    assert_verdict("r/mono:v4", "keep rollback");
    build_and_deploy(&api, 8);
    build_and_deploy(&api, 9);
    build_and_deploy(&api, 10);
    assert_verdict("r/mono:v1", "gone"); /* api does not count it any more */
}

test(h40_one_image_of_two_services_stays_while_either_counts_it)
{
    static const KamalApp api = {.service = "api", .roles = "web", .repository = "r/mono"};
    static const KamalApp admin = {.service = "admin", .roles = "web", .repository = "r/mono"};
    redeploy(&api, "v1", "sha1");
    redeploy(&admin, "v1", "sha1");
    after(HOURS(1));
    pass();
    for (int i = 2; i <= 6; i++)
        build_and_deploy(&admin, i);
    assert_verdict("r/mono:v1", "keep current");
    assert_verdict("admin-web-v1", "gone");
    assert_verdict("api-web-v1", "keep current");
}

test(h41_a_version_whose_redeploy_crashed_is_no_rollback)
{
    deploy_hourly(&shop, 4, 7);
    pull_release(&shop, "v7", "again");
    rename_container("shop-web-v7", "shop-web-v7_replaced_0a1b");
    Container *crashed = run("shop-web-v7", "again");
    labels_clear(&crashed->labels);
    crashed->labels = (Labels){.service = xstrdup("shop"), .role = xstrdup("web")};
    free(crashed->image_ref);
    crashed->image_ref = xstrdup("r/shop:v7");
    after(SECONDS(1));
    stop("shop-web-v7", 1);
    after(MINUTES(20));
    pass();
    assert_verdict("shop-v7", "keep current"); /* it runs on */
    deploy(&shop, "v8");
    after(SECONDS(10));
    look_of_hook("shop");
    assert_verdict("again", "wait failed");
    assert_verdict("shop-v7", "keep rollback"); /* v8 has not served yet */
    for (size_t i = 0; i < app_of("shop", "")->rollback_versions.count; i++)
        assert_string_not_equal(app_of("shop", "")->rollback_versions.items[i], "v7");
    after(HOURS(1));
    look();
    assert_verdict("shop-v7", "remove superseded");
    assert_verdict("again", "remove failed");
    assert_rollback("shop", "", 3, 3); /* v6, v5, v4 */
}

static void deploy_to_both(int from, int to)
{
    for (int i = from; i <= to; i++) {
        build_and_deploy(&staging, i);
        build_and_deploy(&production, i);
    }
}

static void deploy_the_same_versions_to_both(void)
{
    deploy_to_both(1, 5);
    assert_rollback("shop", "staging", 3, 3);
    assert_rollback("shop", "production", 3, 3);
    assert_verdict("shop-staging-v1", "gone");
    assert_verdict("r/shop:v1", "gone");
    assert_verdict("shop-web-staging-v1", "gone");
    static const int versions[] = {4, 2, 3};
    for (size_t i = 0; i < N_ELEMENTS(versions); i++) {
        assert_can_roll_back(&staging, versions[i]);
        assert_rollback("shop", "staging", 3, 3);
        assert_rollback("shop", "production", 3, 3); /* staging's latest on its image makes it no next one */
        assert_can_roll_back(&production, versions[i]);
        assert_rollback("shop", "staging", 3, 3);
        assert_rollback("shop", "production", 3, 3);
    }
}

test(h42_two_destinations_that_build_the_same_versions_keep_their_rollbacks)
{
    deploy_the_same_versions_to_both();
}

test(h42_one_destination_that_goes_on_takes_nothing_from_the_other)
{
    deploy_to_both(1, 4);
    for (int i = 5; i <= 12; i++)
        build_and_deploy(&production, i);
    after(DAYS(3));
    pass();
    assert_rollback("shop", "staging", 3, 3);
    assert_rollback("shop", "production", 3, 3);
    for (int i = 1; i <= 3; i++)
        assert_can_roll_back(&staging, i);
    assert_verdict("r/shop:v5", "gone"); /* it never ran in staging */
    assert_verdict("r/shop:v8", "gone");
    assert_verdict("r/shop:v9", "keep rollback");
}

test(h42_the_same_where_the_store_forgets_what_is_untagged)
{
    w->host.engine.store = STORE_CONTAINERD;
    deploy_the_same_versions_to_both();
}

/* image: or registry: of deploy.yml has changed: a rollback asks for a tag of the new repository. */
test(a_version_of_the_old_registry_is_not_counted_as_ready)
{
    static const KamalApp before = {.service = "shop", .roles = "web", .repository = "old.test/shop"};
    static const KamalApp after = {.service = "shop", .roles = "web", .repository = "new.test/shop"};
    deploy_hourly(&before, 1, 3);
    deploy_hourly(&after, 4, 5);
    pass();
    assert_rollback("shop", "", 1, 3);
    assert_non_null(strstr(app_of("shop", "")->not_ready[0].why, "no image here has the tag new.test/shop:v3"));
    assert_verdict("old.test/shop:v3", "keep rollback"); /* left-over slots */
    assert_verdict("old.test/shop:v2", "keep rollback");
    assert_verdict("old.test/shop:v1", "gone");
}

test(a_release_that_has_the_tag_of_a_kept_one_is_kept_and_of_another_is_not)
{
    deploy_hourly(&shop, 1, 7);
    tag_long_ago("shop-v1", "r/shop:v7"); /* of the current release */
    tag_long_ago("shop-v2", "r/shop:v3"); /* of one that is superseded */
    after(DAYS(9));
    look();
    assert_verdict("shop-v7", "keep current");
    assert_verdict("shop-v1", "keep rollback"); /* what Kamal would run as v7 */
    assert_verdict("shop-v2", "remove superseded");
    assert_verdict("shop-v3", "remove superseded");
}

test(a_version_whose_tag_is_on_a_build_that_only_crashed_is_not_ready)
{
    for (int i = 1; i <= 3; i++)
        build_and_deploy(&production, i);
    deploy_crashing(&staging, "v2");
    after(HOURS(1));
    look();
    assert_rollback("shop", "production", 1, 2); /* v1 */
    const PlannedApp *app = app_of("shop", "production");
    assert_non_null(strstr(app->not_ready[0].why, "r/shop:v2 has never served"));
}

test(an_image_that_runs_in_two_roles_is_one_release)
{
    static const KamalApp here = {.service = "shop", .destination = "here", .roles = "web,worker"};
    static const KamalApp there = {.service = "shop", .destination = "there", .roles = "web,worker"};
    build_and_deploy(&here, 1);
    look();
    assert_int_equal(plan_image(&w->plan, the_image("shop-here-v1")->id)->n_apps, 1);
    build_and_deploy(&there, 1); /* takes the tag: a release of there, and what a rollback of here would run */
    look();
    assert_int_equal(plan_image(&w->plan, the_image("shop-here-v1")->id)->n_apps, 1);
    assert_int_equal(plan_image(&w->plan, the_image("shop-there-v1")->id)->n_apps, 2);
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
