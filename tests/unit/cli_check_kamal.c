/* SPDX-License-Identifier: MIT */
/* rgc check: is Kamal's retain_containers too low for what rgc keeps? */
#include "unit.h"

#include "cli/check.h"

#include <string.h>

static void add_container(Snapshot *host, const char *role, const char *destination, ContainerState state)
{
    Container *container = array_add(&host->containers, &host->n_containers);
    container->labels.service = xstrdup("blog");
    container->labels.role = role ? xstrdup(role) : NULL;
    container->labels.destination = destination ? xstrdup(destination) : NULL;
    container->image_ref = xstrdup("r:5000/me/blog:v1");
    container->state = state;
}

static void add_stopped(Snapshot *host, size_t count)
{
    for (size_t i = 0; i < count; i++)
        add_container(host, "web", i % 2 ? "staging" : "production", STATE_EXITED);
}

/* Two roles, two destinations. */
static void a_host(Snapshot *host, size_t stopped)
{
    *host = (Snapshot){0};
    for (int i = 0; i < 4; i++)
        add_container(host, i % 2 ? "web" : "worker", i / 2 ? "staging" : "production", STATE_RUNNING);
    add_stopped(host, stopped);
}

/* What the check says of the host, "ok …" or "FAILED …"; "" without a Kamal service. Clears the host. */
static const char *said(Snapshot *host, int keep_previous)
{
    static char text[1000];
    Checks checks = {0};
    Policy policy;
    policy_init(&policy);
    policy.retention.keep_previous = keep_previous;
    check_kamal(&policy, host, &checks);
    text[0] = '\0';
    assert_true(checks.count <= 1);
    if (checks.count == 1)
        snprintf(text, sizeof(text), "%s %s", checks.items[0].ok ? "ok" : "FAILED", checks.items[0].detail);
    assert_int_equal(checks.exit_code, strncmp(text, "FAILED", 6) == 0 ? EXIT_FAILED : EXIT_DONE);
    checks_clear(&checks);
    policy_clear(&policy);
    snapshot_clear(host);
    return text;
}

static void kamals_default_is_too_low_for_two_roles_and_two_destinations(void **state)
{
    (void)state;
    Snapshot host;
    a_host(&host, 5);
    assert_string_equal(
        said(&host, 3),
        "FAILED blog: 3 previous releases of 4 roles and destinations and what a deploy replaces are 14 "
        "stopped containers, but Kamal leaves 5 unless deploy.yml says more, and 5 are here: set "
        "retain_containers: 14 there, or a lower keep_previous here");
}

static void a_host_with_as_many_as_are_needed_is_in_order(void **state)
{
    (void)state;
    Snapshot host;
    a_host(&host, 12);
    assert_non_null(strstr(said(&host, 3), "ok blog"));
    a_host(&host, 11);
    assert_null(strstr(said(&host, 3), "Kamal has left"));
}

static void what_is_within_kamals_default_is_in_order(void **state)
{
    (void)state;
    Snapshot host = {0};
    add_container(&host, "web", NULL, STATE_RUNNING);
    add_container(&host, "web", NULL, STATE_EXITED);
    assert_non_null(strstr(said(&host, 4), "are 5 stopped containers; Kamal leaves 5"));
}

static void before_kamal_had_anything_to_prune_it_is_only_told(void **state)
{
    (void)state;
    Snapshot host;
    a_host(&host, 4);
    const char *text = said(&host, 3);
    assert_non_null(strstr(text, "ok blog"));
    assert_non_null(strstr(text, "retain_containers: 14"));
}

static void a_role_that_no_longer_runs_needs_nothing(void **state)
{
    (void)state;
    Snapshot host = {0};
    add_container(&host, "web", NULL, STATE_RUNNING);
    add_container(&host, "gone", NULL, STATE_EXITED);
    assert_non_null(strstr(said(&host, 3), "ok blog: 3 previous releases of 1 role and"));
}

static void a_service_of_which_nothing_runs_is_counted_all_the_same(void **state)
{
    (void)state;
    Snapshot host = {0};
    add_stopped(&host, 5);
    assert_non_null(strstr(said(&host, 3), "FAILED blog: 3 previous releases of 2 roles and"));
}

static void what_is_not_kamals_is_none_of_its_business(void **state)
{
    (void)state;
    Snapshot host = {0};
    add_container(&host, NULL, NULL, STATE_RUNNING);
    assert_string_equal(said(&host, 3), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kamals_default_is_too_low_for_two_roles_and_two_destinations),
        cmocka_unit_test(a_host_with_as_many_as_are_needed_is_in_order),
        cmocka_unit_test(what_is_within_kamals_default_is_in_order),
        cmocka_unit_test(before_kamal_had_anything_to_prune_it_is_only_told),
        cmocka_unit_test(a_role_that_no_longer_runs_needs_nothing),
        cmocka_unit_test(a_service_of_which_nothing_runs_is_counted_all_the_same),
        cmocka_unit_test(what_is_not_kamals_is_none_of_its_business),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
