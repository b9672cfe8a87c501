/* SPDX-License-Identifier: MIT */
/* A first install: containers that are gone by then, as the engine's own replay tells of them. */
#include "world_test.h"

#include "engine/decode/decode.h"

/* One of `compose up`, in the engine's words. */
static void tell(World *w, const char *action, const char *container, const char *content, const char *more)
{
    char id[72];
    Time time;
    Error err;
    image_id(content, id);
    cleanup_with(free_charp) char *text = xasprintf(
        "{\"Type\":\"container\",\"Action\":\"%s\",\"timeNano\":%lld000,\"Actor\":{\"ID\":\"%s\",\"Attributes\":{"
        "\"image\":\"x/y:latest\",\"name\":\"site-web-1\",\"com.docker.compose.project\":\"site\","
        "\"com.docker.compose.service\":\"web\",\"com.docker.compose.config-hash\":\"hash of %s\","
        "\"com.docker.compose.image\":\"%s\"%s}}}",
        action, (long long)w->now, container, content, id, more);
    assert_int_equal(decode_event(text, strlen(text), &w->host, &time, &err), 0);
}

static void live(World *w, int releases)
{
    for (int i = 1; i <= releases; i++) {
        char content[16], container[16];
        snprintf(content, sizeof(content), "y-%d", i);
        snprintf(container, sizeof(container), "c%d", i);
        world_pull(w, content, "x/y:latest");
        if (i == releases) {
            world_compose(w, "site-web-1", content, "site", "web");
            return;
        }
        tell(w, "create", container, content, "");
        tell(w, "start", container, content, "");
        world_wait(w, HOURS(2));
        tell(w, "kill", container, content, ",\"signal\":\"15\"");
        tell(w, "die", container, content, ",\"exitCode\":\"143\"");
    }
}

static void install(World *w)
{
    for (size_t i = 0; i < w->host.n_images; i++)
        w->host.images[i].created = 1;
    world_wait(w, HOURS(2));
    world_lose_ledger(w);
    world_plan(w);
}

static void releases_of_compose_that_ran_within_the_replay_are_rollbacks(void **state)
{
    World *w = *state;
    live(w, 6);
    install(w);
    assert_verdict(w, "y-6", "keep current");
    assert_verdict(w, "y-5", "keep rollback");
    assert_verdict(w, "y-4", "keep rollback");
    assert_verdict(w, "y-3", "keep rollback");
    assert_verdict(w, "y-2", "remove superseded");
    assert_int_equal(w->plan.apps[0].rollback_ready, 3);
    const Use *use = &ledger_image(&w->ledger, world_image(w, "y-5")->id)->uses[0];
    assert_true(use->kind == APP_COMPOSE && use->has_served);
    assert_true(use->last_run > use->last_started);
}

/* `docker commit` inherits the labels, of what Compose made the container of too. */
static void what_runs_from_a_committed_image_is_no_use_of_what_it_was_made_of(void **state)
{
    World *w = *state;
    live(w, 2);
    Image *image = world_build(w, "backup", "x/y:backup");
    image->labels.compose_hash = xstrdup("hash of y-1");
    install(w);
    assert_int_equal(ledger_image(&w->ledger, world_image(w, "y-1")->id)->n_uses, 0);
}

/* A name says nothing of an image that got it afterwards. */
static void a_name_is_of_the_image_that_had_it_then(void **state)
{
    World *w = *state;
    live(w, 3);
    for (size_t i = 0; i < w->host.n_gone; i++) {
        free(w->host.gone[i].labels.compose_image);
        w->host.gone[i].labels.compose_image = NULL;
    }
    install(w);
    assert_int_equal(ledger_image(&w->ledger, world_image(w, "y-2")->id)->n_uses, 0);
    assert_int_equal(ledger_image(&w->ledger, world_image(w, "y-3")->id)->uses[0].first_created,
                     world_container(w, "site-web-1")->created);
}

static void what_is_here_is_not_gone(void **state)
{
    World *w = *state;
    live(w, 2);
    free(w->host.gone[0].id);
    w->host.gone[0].id = xstrdup(w->host.containers[0].id);
    snapshot_index(&w->host);
    snapshot_drop_present(&w->host);
    assert_int_equal(w->host.n_gone, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(releases_of_compose_that_ran_within_the_replay_are_rollbacks),
        world_test(what_runs_from_a_committed_image_is_no_use_of_what_it_was_made_of),
        world_test(a_name_is_of_the_image_that_had_it_then),
        world_test(what_is_here_is_not_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
