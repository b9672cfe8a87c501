/* SPDX-License-Identifier: MIT */
/*
 * What happens on a host, written down like a script: each test begins with an empty host of its own, `w`, and each
 * line is one thing that happens on it, in order.
 *
 *     test(after_a_rollback_last_run_decides)
 *     {
 *         deploy_hourly(&blog, 1, 10);
 *         roll_back(&blog, "v8");
 *         after(MINUTES(10));
 *         look();
 *         assert_versions("blog", V(8), "keep current");
 *     }
 *
 * main() registers it with world_test(after_a_rollback_last_run_decides). Time passes only in after(), and while Kamal
 * waits for what it has started. A pass learns and decides only in look(), which removes nothing, and in pass(), which
 * removes what the plan says. world.h describes what each line does to the host.
 */
#pragma once

#include "unit.h"
#include "world.h"

#include <stdio.h>
#include <string.h>

static World *w;

static inline int setup_world(void **state)
{
    *state = w = xcalloc(1, sizeof(*w));
    world_init(w);
    return 0;
}

static inline int teardown_world(void **state)
{
    world_clear(*state);
    free(*state);
    return 0;
}

#define world_test(name) cmocka_unit_test_setup_teardown(name, setup_world, teardown_world)

/* A name with a number in it, for scripts that repeat something: numbered("r/shop:v%d", i). The text is good until 16
 * more were asked for. */
__attribute__((format(printf, 1, 2))) static inline const char *numbered(const char *format, ...)
{
    static char texts[16][128];
    static size_t next;
    char *text = texts[next++ % N_ELEMENTS(texts)];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(texts[0]), format, arguments);
    va_end(arguments);
    return text;
}

/* Time, and passes */

static inline void after(int64_t usec)
{
    world_wait(w, usec);
}

static inline void look(void)
{
    world_plan(w);
}

static inline void pass(void)
{
    world_pass(w);
}

/* The pass that the hook of this app's deploy asks for: "blog", or "blog/staging". */
static inline void look_of_hook(const char *deployed)
{
    w->deployed = deployed;
    look();
}

static inline void pass_of_hook(const char *deployed)
{
    w->deployed = deployed;
    pass();
}

static inline void look_at(Time now)
{
    w->now = now;
    look();
}

static inline void lose_ledger(void)
{
    world_lose_ledger(w);
}

/* Images. `content` is what an image consists of, and names it; a tag of it does too. */

static inline Image *the_image(const char *content)
{
    return world_image(w, content);
}

static inline Image *pull(const char *content, const char *tag)
{
    return world_pull(w, content, tag);
}

static inline Image *build(const char *content, const char *tag)
{
    return world_build(w, content, tag);
}

static inline Image *derive(const char *content, const char *from, const char *tag)
{
    return world_derive(w, content, from, tag);
}

static inline Image *commit(const char *content, const char *container, const char *tag)
{
    return world_commit(w, content, container, tag);
}

static inline void know_steps(const char *id, const uint64_t *steps)
{
    world_know_steps(w, id, steps);
}

static inline void tag(const char *content, const char *name)
{
    world_tag(w, content, name);
}

static inline void tag_long_ago(const char *content, const char *name)
{
    world_tag_long_ago(w, content, name);
}

static inline void untag(const char *name)
{
    world_untag(w, name);
}

/* Containers */

static inline Container *the_container(const char *name)
{
    return world_container(w, name);
}

static inline Container *run(const char *name, const char *content)
{
    return world_run(w, name, content);
}

static inline Container *compose(const char *name, const char *content, const char *project, const char *service)
{
    return world_compose(w, name, content, project, service);
}

/* `docker compose up`: the service has one container, of this name. */
static inline Container *compose_up(const char *name, const char *content, const char *project, const char *service)
{
    if (world_container(w, name))
        world_remove_container(w, name);
    return compose(name, content, project, service);
}

static inline void stop(const char *name, int exit_code)
{
    world_stop(w, name, exit_code);
}

static inline void remove_container(const char *name)
{
    world_remove_container(w, name);
}

/* The engine's events tell that it has just ended. */
static inline void tell_end(const char *name)
{
    ArrivalEvent *end = array_add(&w->host.ends, &w->host.n_ends);
    *end = (ArrivalEvent){.reference = xstrdup(the_container(name)->id), .time = w->now};
}

/* `docker start`: it lives once more, and the next pass inspects it. */
static inline void start_again(const char *name)
{
    Container *container = the_container(name);
    container->state = STATE_RUNNING;
    container->run.started = w->now;
    container->is_asked = true;
}

/* `docker start`, and a stop after so long. */
static inline void live_again(const char *name, int64_t usec)
{
    start_again(name);
    after(usec);
    stop(name, 143);
    tell_end(name);
}

/* It is stopped and removed, and the engine's events tell both: `rgc watch` sees it as it happens. */
static inline void end_container(const char *name)
{
    tell_end(name);
    strings_add(&w->host.killed, the_container(name)->id);
    remove_container(name);
}

/* The engine does not answer when rgc asks for the details of it. */
static inline void fail_inspect(const char *name)
{
    Container *container = the_container(name);
    container->run = (Run){0};
    container->inspect_error = "the engine did not answer in time";
}

static inline void rename_container(const char *name, const char *to)
{
    world_rename(w, name, to);
}

/* `docker run --rm` of an image for jobs, and a pass that sees it. */
static inline void run_backup_job(void)
{
    pull("backup", "company/tools:backup");
    run("backup-1", "company/tools:backup")->run.is_auto_remove = true;
    after(MINUTES(5));
    look();
    remove_container("backup-1");
}

/* Kamal */

static inline void pull_release(const KamalApp *app, const char *version, const char *content)
{
    kamal_pull(w, app, version, content);
}

static inline void boot(const KamalApp *app, const char *version)
{
    kamal_boot(w, app, version);
}

static inline void deploy(const KamalApp *app, const char *version)
{
    kamal_deploy(w, app, version);
}

static inline void roll_back(const KamalApp *app, const char *version)
{
    kamal_rollback(w, app, version);
}

static inline void redeploy(const KamalApp *app, const char *version, const char *content)
{
    kamal_redeploy(w, app, version, content);
}

static inline void deploy_crashing(const KamalApp *app, const char *version)
{
    kamal_crash(w, app, version);
}

static inline void deploy_unhealthy(const KamalApp *app, const char *version)
{
    kamal_unhealthy(w, app, version);
}

/* v`from` to v`to`, one an hour: each serves, and after each a pass looks and learns. */
static inline void deploy_hourly(const KamalApp *app, int from, int to)
{
    for (int i = from; i <= to; i++) {
        deploy(app, numbered("v%d", i));
        look();
        after(HOURS(1));
    }
}

/* What the last plan says */

static inline const char *verdict_of(const char *what)
{
    return world_verdict(w, what);
}

/* "keep rollback", "gone" … of an image, named by its content or a tag, or of a container. */
#define assert_verdict(what, expected) assert_string_equal(verdict_of(what), expected)

#define V(...) ((const int[]){__VA_ARGS__, 0})

/* The same of several versions of a service: assert_versions("blog", V(9, 8, 7), "keep rollback"). */
static inline void assert_versions(const char *service, const int *versions, const char *expected)
{
    for (; *versions; versions++) {
        const char *name = numbered("r/%s:v%d", service, *versions);
        if (strcmp(verdict_of(name), expected) != 0)
            fail_msg("%s: %s, expected %s", name, verdict_of(name), expected);
    }
}

static inline const Judgement *judgement_of(const char *what)
{
    const Image *image = the_image(what);
    if (image)
        return &plan_image(&w->plan, image->id)->judgement;
    for (size_t i = 0; i < w->plan.n_containers; i++)
        if (strcmp(w->plan.containers[i].container->name, what) == 0)
            return &w->plan.containers[i].judgement;
    fail_msg("%s is not here", what);
    return NULL;
}

/* Until `end` the verdict is `before`, from then on `expected`; a wait says so. */
static inline void assert_changes_at(const char *what, const char *before, Time end, const char *expected)
{
    look_at(end - 1);
    assert_verdict(what, before);
    if (strncmp(before, "wait", 4) == 0)
        assert_int_equal(judgement_of(what)->eligible_at, end);
    look_at(end);
    assert_verdict(what, expected);
}
