/* SPDX-License-Identifier: MIT */
/* Which app is the past of another under a new name, and which is not, however near they are. */
#include "script.h"

/* `image` is "repository:tag", and the content too. */
static void up(const char *name, const char *image, const char *project, const char *service, const char *folder)
{
    pull(image, image);
    compose(name, image, project, service)->labels.compose_folder = xstrdup(folder);
    after(MINUTES(5));
    look();
}

/* Both are looked at when the first one has been gone for more than a day. */
static void follow(const char *old)
{
    end_container(old);
    after(MINUTES(5));
    look();
    after(HOURS(30));
    look();
}

static void assert_is_past(const char *image, const char *of)
{
    assert_verdict(image, "keep rollback");
    assert_verdict(of, "keep current");
}

static void assert_are_two(const char *a, const char *b)
{
    assert_verdict(a, "keep current");
    assert_verdict(b, "keep current");
}

test(a_project_that_has_a_new_name_in_its_folder_is_the_same)
{
    up("site-1-web", "r/site:1", "site-1", "web", "/srv/site");
    up("site-2-web", "r/site:2", "site-2", "web", "/srv/site");
    follow("site-1-web");
    assert_is_past("r/site:1", "r/site:2");
}

test(in_another_folder_it_is_another)
{
    up("site-1-web", "r/site:1", "site-1", "web", "/srv/site");
    up("site-2-web", "r/site:2", "site-2", "web", "/srv/other");
    follow("site-1-web");
    assert_are_two("r/site:1", "r/site:2");
}

test(of_another_repository_it_is_another)
{
    up("web", "r/site:1", "site", "web", "/srv/site");
    end_container("web");
    up("web", "r/other:1", "site", "web2", "/srv/site");
    after(HOURS(30));
    look();
    assert_are_two("r/site:1", "r/other:1");
}

/* Of one that ran several images only the container's name tells. */
test(of_another_container_name_it_is_another)
{
    up("site-web-1", "r/site:1", "site", "web", "/srv/site");
    end_container("site-web-1");
    up("site-web-1", "r/site:2", "site", "web", "/srv/site");
    after(HOURS(3));
    up("site-new-1", "r/site:3", "site", "new", "/srv/site");
    follow("site-web-1");
    assert_are_two("r/site:2", "r/site:3");
    assert_verdict("r/site:1", "keep rollback"); /* of what ran last of it */
}

test(what_still_runs_is_no_past)
{
    up("site-1-web", "r/site:1", "site-1", "web", "/srv/site");
    up("site-2-web", "r/site:2", "site-2", "web", "/srv/site");
    after(HOURS(30));
    look();
    assert_are_two("r/site:1", "r/site:2");
}

/* Engines tell whole seconds: which of the two came later only their runs tell. */
test(of_two_that_began_in_one_second_the_later_one_is_the_app)
{
    pull("r/site:1", "r/site:1");
    pull("r/site:2", "r/site:2");
    compose("site-1-web", "r/site:1", "site-1", "web")->labels.compose_folder = xstrdup("/srv/site");
    compose("site-2-web", "r/site:2", "site-2", "web")->labels.compose_folder = xstrdup("/srv/site");
    after(MINUTES(5));
    look();
    end_container("site-1-web");
    after(HOURS(30));
    look();
    assert_verdict("r/site:2", "keep current");
    assert_verdict("r/site:1", "keep rollback");
}

/* Within the day nobody knows whether it comes back. */
test(what_has_just_ended_is_no_past_yet)
{
    up("site-1-web", "r/site:1", "site-1", "web", "/srv/site");
    up("site-2-web", "r/site:2", "site-2", "web", "/srv/site");
    end_container("site-1-web");
    after(HOURS(20));
    look();
    assert_are_two("r/site:1", "r/site:2");
}

/* The clock is set forward by five hours; since the end only twenty have gone by. */
test(a_step_of_the_clock_makes_no_past)
{
    up("site-1-web", "r/site:1", "site-1", "web", "/srv/site");
    up("site-2-web", "r/site:2", "site-2", "web", "/srv/site");
    end_container("site-1-web");
    after(MINUTES(5));
    w->host.engine.boot_id[0] = 'x';
    w->host.engine.clock_offset_usec = w->now;
    after(HOURS(20));
    look();
    w->now += HOURS(5);
    w->host.engine.clock_offset_usec += HOURS(5);
    look();
    after(MINUTES(1));
    look();
    assert_are_two("r/site:1", "r/site:2");
    after(HOURS(5));
    look();
    assert_is_past("r/site:1", "r/site:2");
}

static void swarm_run(const char *name, const char *image, const char *service)
{
    pull(image, image);
    Container *container = run(name, image);
    labels_clear(&container->labels);
    container->labels = (Labels){.swarm_service = xstrdup(service), .swarm_task = xasprintf("task of %s", image)};
    after(MINUTES(5));
    look();
}

/* A service of Swarm's keeps its name: another one is another. */
test(a_service_of_swarm_is_no_past)
{
    swarm_run("web.1", "r/site:1", "stack_web");
    end_container("web.1");
    swarm_run("web.1", "r/site:2", "stack_new");
    after(HOURS(30));
    look();
    assert_are_two("r/site:1", "r/site:2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(a_project_that_has_a_new_name_in_its_folder_is_the_same),
        world_test(in_another_folder_it_is_another),
        world_test(of_another_repository_it_is_another),
        world_test(of_another_container_name_it_is_another),
        world_test(what_still_runs_is_no_past),
        world_test(of_two_that_began_in_one_second_the_later_one_is_the_app),
        world_test(what_has_just_ended_is_no_past_yet),
        world_test(a_step_of_the_clock_makes_no_past),
        world_test(a_service_of_swarm_is_no_past),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
