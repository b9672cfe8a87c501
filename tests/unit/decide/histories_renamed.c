/* SPDX-License-Identifier: MIT */
/* Histories of apps that change their names, h38 and h39: which is the past of which. */
#include "rollback_of.h"

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

/* Coolify gives a service a new name with each of eight deploys: it is one app, with its current and three previous
 * releases. */
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

/* The same, where nobody saw the old containers end: each is an app of its own, and status says why. */
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

/* Nobody saw the end of a container that shares only its repository or only its project with those that run: status
 * has nothing to say of it. */
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

/* Nobody saw an app end: status says so while it and the app that may be its future are both here. */
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

/* A product moves from one registry to another: its releases from both are those of one app. */
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

/* Production is down for two days, while five review apps of its repository come and go: production keeps its
 * current and three previous releases. */
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(h38_review_apps_are_not_what_production_has_become),
        world_test(h39_a_service_that_changes_its_name_with_each_deploy_is_one_app),
        world_test(an_unseen_end_of_a_stranger_is_none),
        world_test(an_unseen_end_is_told_while_there_are_both),
        world_test(h39_ends_that_nobody_saw_merge_nothing),
        world_test(a_product_that_moved_to_another_registry_is_one_app),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
