/* SPDX-License-Identifier: MIT */
/* Which app is the past of another under a new name, and which is not, however near they are. */
#include "world_test.h"

/* A container that events told the end of, as `rgc watch` sees it. */
static void end(World *w, const char *name)
{
    Container *old = world_container(w, name);
    ArrivalEvent *ended = array_add(&w->host.ends, &w->host.n_ends);
    *ended = (ArrivalEvent){.reference = xstrdup(old->id), .time = w->now};
    strings_add(&w->host.killed, old->id);
    world_remove_container(w, name);
}

/* `image` is "repository:tag", and the content too. */
static void compose_up(World *w, const char *name, const char *image, const char *project, const char *service,
                       const char *folder)
{
    world_pull(w, image, image);
    world_compose(w, name, image, project, service)->labels.compose_folder = xstrdup(folder);
    world_wait(w, MINUTES(5));
    world_plan(w);
}

/* Both are looked at when the first one has been gone for more than a day. */
static void follow(World *w, const char *old)
{
    end(w, old);
    world_wait(w, MINUTES(5));
    world_plan(w);
    world_wait(w, HOURS(30));
    world_plan(w);
}

static void assert_is_past(World *w, const char *image, const char *of)
{
    assert_verdict(w, image, "keep rollback");
    assert_verdict(w, of, "keep current");
}

static void assert_are_two(World *w, const char *a, const char *b)
{
    assert_verdict(w, a, "keep current");
    assert_verdict(w, b, "keep current");
}

static void a_project_that_has_a_new_name_in_its_folder_is_the_same(void **state)
{
    World *w = *state;
    compose_up(w, "site-1-web", "r/site:1", "site-1", "web", "/srv/site");
    compose_up(w, "site-2-web", "r/site:2", "site-2", "web", "/srv/site");
    follow(w, "site-1-web");
    assert_is_past(w, "r/site:1", "r/site:2");
}

static void in_another_folder_it_is_another(void **state)
{
    World *w = *state;
    compose_up(w, "site-1-web", "r/site:1", "site-1", "web", "/srv/site");
    compose_up(w, "site-2-web", "r/site:2", "site-2", "web", "/srv/other");
    follow(w, "site-1-web");
    assert_are_two(w, "r/site:1", "r/site:2");
}

static void of_another_repository_it_is_another(void **state)
{
    World *w = *state;
    compose_up(w, "web", "r/site:1", "site", "web", "/srv/site");
    end(w, "web");
    compose_up(w, "web", "r/other:1", "site", "web2", "/srv/site");
    world_wait(w, HOURS(30));
    world_plan(w);
    assert_are_two(w, "r/site:1", "r/other:1");
}

/* Of one that ran several images only the container's name tells. */
static void of_another_container_name_it_is_another(void **state)
{
    World *w = *state;
    compose_up(w, "site-web-1", "r/site:1", "site", "web", "/srv/site");
    end(w, "site-web-1");
    compose_up(w, "site-web-1", "r/site:2", "site", "web", "/srv/site");
    world_wait(w, HOURS(3));
    compose_up(w, "site-new-1", "r/site:3", "site", "new", "/srv/site");
    follow(w, "site-web-1");
    assert_are_two(w, "r/site:2", "r/site:3");
    assert_verdict(w, "r/site:1", "keep rollback"); /* of what ran last of it */
}

static void what_still_runs_is_no_past(void **state)
{
    World *w = *state;
    compose_up(w, "site-1-web", "r/site:1", "site-1", "web", "/srv/site");
    compose_up(w, "site-2-web", "r/site:2", "site-2", "web", "/srv/site");
    world_wait(w, HOURS(30));
    world_plan(w);
    assert_are_two(w, "r/site:1", "r/site:2");
}

/* Engines tell whole seconds: which of the two came later only their runs tell. */
static void of_two_that_began_in_one_second_the_later_one_is_the_app(void **state)
{
    World *w = *state;
    world_pull(w, "r/site:1", "r/site:1");
    world_pull(w, "r/site:2", "r/site:2");
    world_compose(w, "site-1-web", "r/site:1", "site-1", "web")->labels.compose_folder = xstrdup("/srv/site");
    world_compose(w, "site-2-web", "r/site:2", "site-2", "web")->labels.compose_folder = xstrdup("/srv/site");
    world_wait(w, MINUTES(5));
    world_plan(w);
    end(w, "site-1-web");
    world_wait(w, HOURS(30));
    world_plan(w);
    assert_verdict(w, "r/site:2", "keep current");
    assert_verdict(w, "r/site:1", "keep rollback");
}

/* Within the day nobody knows whether it comes back. */
static void what_has_just_ended_is_no_past_yet(void **state)
{
    World *w = *state;
    compose_up(w, "site-1-web", "r/site:1", "site-1", "web", "/srv/site");
    compose_up(w, "site-2-web", "r/site:2", "site-2", "web", "/srv/site");
    end(w, "site-1-web");
    world_wait(w, HOURS(20));
    world_plan(w);
    assert_are_two(w, "r/site:1", "r/site:2");
}

/* The clock is set forward by five hours; since the end only twenty have gone by. */
static void a_step_of_the_clock_makes_no_past(void **state)
{
    World *w = *state;
    compose_up(w, "site-1-web", "r/site:1", "site-1", "web", "/srv/site");
    compose_up(w, "site-2-web", "r/site:2", "site-2", "web", "/srv/site");
    end(w, "site-1-web");
    world_wait(w, MINUTES(5));
    w->host.engine.boot_id[0] = 'x';
    w->host.engine.clock_offset_usec = w->now;
    world_wait(w, HOURS(20));
    world_plan(w);
    w->now += HOURS(5);
    w->host.engine.clock_offset_usec += HOURS(5);
    world_plan(w);
    world_wait(w, MINUTES(1));
    world_plan(w);
    assert_are_two(w, "r/site:1", "r/site:2");
    world_wait(w, HOURS(5));
    world_plan(w);
    assert_is_past(w, "r/site:1", "r/site:2");
}

static void swarm_run(World *w, const char *name, const char *image, const char *service)
{
    world_pull(w, image, image);
    Container *container = world_run(w, name, image);
    labels_clear(&container->labels);
    container->labels = (Labels){.swarm_service = xstrdup(service), .swarm_task = xasprintf("task of %s", image)};
    world_wait(w, MINUTES(5));
    world_plan(w);
}

/* A service of Swarm's keeps its name: another one is another. */
static void a_service_of_swarm_is_no_past(void **state)
{
    World *w = *state;
    swarm_run(w, "web.1", "r/site:1", "stack_web");
    end(w, "web.1");
    swarm_run(w, "web.1", "r/site:2", "stack_new");
    world_wait(w, HOURS(30));
    world_plan(w);
    assert_are_two(w, "r/site:1", "r/site:2");
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
