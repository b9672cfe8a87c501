/* SPDX-License-Identifier: MIT */
/* rgc check: is Kamal's retain_containers too low for what rgc keeps? */
#include "unit.h"

#include "cli/verbs/verb_check.h"

#include <string.h>

typedef struct Host {
    Snapshot snapshot;
    Plan plan;
} Host;

static void add_container(Host *host, const char *role, const char *destination, ContainerState state)
{
    Container *container = array_add(&host->snapshot.containers, &host->snapshot.n_containers);
    container->labels.service = xstrdup("blog");
    container->labels.role = xstrdup(role);
    container->labels.destination = xstrdup(destination);
    container->name = xasprintf("blog-%s%s%s-v1", role, destination ? "-" : "", destination ? destination : "");
    container->image_ref = xstrdup("r/blog:v1");
    container->state = state;
}

/* That can be rolled back to as many releases as there are to keep. */
static PlannedApp *add_app(Host *host, const char *destination)
{
    PlannedApp *app = array_add(&host->plan.apps, &host->plan.n_apps);
    *app = (PlannedApp){.kind = APP_KAMAL,
                        .name = xstrdup("blog"),
                        .destination = xstrdup(destination),
                        .keep_previous = 3,
                        .rollback_wanted = 3,
                        .rollback_ready = 3};
    return app;
}

/* Two roles, two destinations. */
static void add_all(Host *host)
{
    for (int i = 0; i < 4; i++)
        add_container(host, i % 2 ? "web" : "worker", i / 2 ? "staging" : "production", STATE_RUNNING);
    add_app(host, "production");
    add_app(host, "staging");
}

/* What the check says of the host, "ok …" or "FAILED …"; "" without a Kamal service. Clears the host. */
static const char *said(Host *host)
{
    static char text[1000];
    Checks checks = {0};
    host->plan.snapshot = &host->snapshot;
    check_kamal(&host->plan, &checks);
    text[0] = '\0';
    assert_true(checks.count <= 1);
    if (checks.count == 1)
        snprintf(text, sizeof(text), "%s %s", checks.items[0].ok ? "ok" : "FAILED", checks.items[0].detail);
    assert_int_equal(checks.exit_code, strncmp(text, "FAILED", 6) == 0 ? EXIT_FAILED : EXIT_DONE);
    checks_clear(&checks);
    plan_clear(&host->plan);
    snapshot_clear(&host->snapshot);
    return text;
}

test(releases_that_kamals_default_has_taken_are_missed)
{
    Host host = {0};
    add_all(&host);
    for (int i = 0; i < 3; i++) /* and rgc has removed some that Kamal had left */
        add_container(&host, "web", "staging", STATE_EXITED);
    host.plan.apps[0].rollback_ready = 0;
    assert_string_equal(
        said(&host),
        "FAILED blog: to keep 3 previous releases, Kamal must leave 14 stopped containers, but blog/production can be "
        "rolled back to only 0 of 3. Kamal leaves 5 unless deploy.yml says more: set retain_containers: 14 there, or a "
        "lower keep_previous here. The next deploys then restore what is missing");
}

test(where_no_release_is_missing_it_only_says_what_it_takes)
{
    Host host = {0};
    add_all(&host);
    for (int i = 0; i < 5; i++) /* as many as Kamal's default: that alone proves nothing */
        add_container(&host, "web", "staging", STATE_EXITED);
    const char *text = said(&host);
    assert_non_null(strstr(text, "ok blog"));
    assert_non_null(strstr(text, "which takes retain_containers: 14 in deploy.yml (default 5)"));
}

/* Advice that is followed already: Kamal's default would have left fewer of them. */
test(where_kamal_leaves_more_than_its_default_nothing_is_advised)
{
    Host host = {0};
    add_all(&host);
    for (int i = 0; i < 6; i++)
        add_container(&host, "web", "staging", STATE_EXITED);
    const char *text = said(&host);
    assert_non_null(
        strstr(text, "Kamal must leave 14 stopped containers, and every kept release can be rolled back to"));
    assert_null(strstr(text, "retain_containers"));
}

test(what_is_within_kamals_default_is_in_order)
{
    Host host = {0};
    add_container(&host, "web", NULL, STATE_RUNNING);
    add_container(&host, "web", NULL, STATE_EXITED);
    PlannedApp *app = add_app(&host, NULL);
    app->keep_previous = 4;
    app->rollback_ready = 1; /* for another reason: Kamal leaves enough */
    assert_non_null(strstr(said(&host),
                           "ok blog: to keep 4 previous releases, Kamal must leave 5 stopped containers; it leaves 5"));
}

test(a_role_that_no_longer_runs_needs_nothing)
{
    Host host = {0};
    add_container(&host, "web", NULL, STATE_RUNNING);
    add_container(&host, "gone", NULL, STATE_EXITED);
    add_app(&host, NULL);
    assert_non_null(strstr(said(&host), "ok blog: to keep 3 previous releases, Kamal must leave 4 stopped"));
}

test(a_destination_that_was_stopped_is_counted_all_the_same)
{
    Host host = {0};
    add_container(&host, "web", "production", STATE_RUNNING);
    add_container(&host, "web", "staging", STATE_EXITED);
    add_container(&host, "web", "staging", STATE_EXITED);
    add_app(&host, "production");
    add_app(&host, "staging");
    assert_non_null(strstr(said(&host), "Kamal must leave 7 stopped containers"));
}

test(what_is_gone_or_not_kamals_is_none_of_its_business)
{
    Host host = {0};
    add_app(&host, NULL);
    assert_string_equal(said(&host), "");
    host = (Host){0};
    add_container(&host, NULL, NULL, STATE_RUNNING);
    add_app(&host, NULL)->kind = APP_COMPOSE;
    assert_string_equal(said(&host), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(releases_that_kamals_default_has_taken_are_missed),
        cmocka_unit_test(where_no_release_is_missing_it_only_says_what_it_takes),
        cmocka_unit_test(where_kamal_leaves_more_than_its_default_nothing_is_advised),
        cmocka_unit_test(what_is_within_kamals_default_is_in_order),
        cmocka_unit_test(a_role_that_no_longer_runs_needs_nothing),
        cmocka_unit_test(a_destination_that_was_stopped_is_counted_all_the_same),
        cmocka_unit_test(what_is_gone_or_not_kamals_is_none_of_its_business),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
