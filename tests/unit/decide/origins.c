/* SPDX-License-Identifier: MIT */
/* Where images and tags are from: what somebody keeps, what a job used, and what nobody can tell. */
#include "script.h"

static const KamalApp shop = {.service = "shop", .roles = "web"};

/* v1 to v8, each in a mirror as well. */
static void deploy_with_mirror(const char *of_second)
{
    for (int i = 1; i <= 8; i++) {
        const char *version = numbered("v%d", i);
        const char *from = numbered("r/shop:v%d", i);
        const char *to = numbered("mirror:5000/shop:v%d", i);
        deploy(&shop, version);
        tag(from, i == 2 ? of_second : to);
        after(HOURS(1));
        pass();
    }
}

test(a_name_of_ones_own_in_a_mirror_holds_a_release)
{
    deploy_with_mirror("mirror:5000/shop:golden");
    assert_verdict("r/shop:v2", "keep in-use");
    assert_verdict("r/shop:v3", "gone");
}

test(the_same_tag_elsewhere_on_one_release_alone_is_no_mirror)
{
    deploy_with_mirror("local/shop:v2");
    assert_verdict("r/shop:v2", "keep in-use");
    assert_verdict("r/shop:v3", "gone");
}

/* `docker import` into the app's own repository: only its event tells. */
test(what_was_imported_is_no_release)
{
    deploy_hourly(&shop, 1, 3);
    Image *image = pull("imported", "r/shop:imported");
    image->labels.service = xstrdup("shop");
    w->knows_events = true;
    ArrivalEvent *event = array_add(&w->host.arrivals, &w->host.n_arrivals);
    *event = (ArrivalEvent){.reference = xstrdup(the_image("imported")->id), .time = w->now, .is_made_here = true};
    look();
    deploy_hourly(&shop, 4, 12);
    pass();
    assert_verdict("imported", "keep unmanaged");
}

/* Its container has gone, and with it all that tells that it ran; nor does anybody remember what was made of it. */
static void lose_what_tells(const char *container)
{
    remove_container(container);
    lose_ledger();
    w->knows_events = false;
    pass();
    deploy_hourly(&shop, 3, 9);
    after(DAYS(50));
    pass();
}

test(of_two_that_may_be_somebodys_own_neither_goes)
{
    deploy_hourly(&shop, 1, 2);
    derive("debug", "r/shop:v1", "r/shop:debug");
    lose_what_tells("shop-web-v1");
    assert_verdict("debug", "keep unmanaged");
    assert_verdict("r/shop:v1", "keep unmanaged");
    assert_verdict("r/shop:v3", "gone");
    untag("r/shop:v1"); /* what told it is gone now, but not forgotten */
    pass();
    assert_verdict("debug", "keep unmanaged");
}

test(what_may_be_somebodys_own_takes_no_slot)
{
    w->policy.retention.keep_previous = 1;
    deploy_hourly(&shop, 1, 3);
    derive("debug", "r/shop:v2", "r/shop:debug");
    the_image("debug")->created = w->now;
    remove_container("shop-web-v1");
    remove_container("shop-web-v2");
    lose_ledger();
    w->knows_events = false;
    after(DAYS(50));
    pass();
    after(DAYS(9));
    pass();
    assert_verdict("r/shop:v1", "keep rollback");
}

test(the_release_may_have_its_tag_elsewhere)
{
    deploy_hourly(&shop, 1, 2);
    derive("debug", "r/shop:v1", "r/shop:debug");
    tag("r/shop:v1", "mirror:5000/shop:v1");
    untag("r/shop:v1");
    lose_what_tells("shop-web-v1");
    assert_verdict("debug", "keep unmanaged");
}

/* What it was made from is not here any more: it has a label that only containers get. */
test(what_was_committed_from_a_container_is_no_release)
{
    deploy_hourly(&shop, 1, 2);
    commit("before", "shop-web-v1", "r/shop:before");
    untag("r/shop:v1");
    char id[72];
    image_id("before", id);
    know_steps(id, (const uint64_t[]){1, 2, 0});
    lose_what_tells("shop-web-v1");
    assert_verdict("before", "keep unmanaged");
}

/* Releases are built from a base image of the app's own: those that never ran as well as those that did. */
test(what_has_the_base_of_a_release_may_be_one)
{
    char id[72];
    image_id("base", id);
    deploy_hourly(&shop, 1, 2);
    build("base", "r/shop:base")->labels.service = xstrdup("shop");
    know_steps(id, (const uint64_t[]){image_step(0, "base", 1), 0});
    look();
    pull_release(&shop, "aborted", "aborted");
    look();
    deploy_hourly(&shop, 3, 9);
    after(DAYS(50));
    pass();
    assert_verdict("base", "keep unmanaged");
    assert_verdict("aborted", "gone");
}

/* Two apps have one base: what neither ever ran of it tells nothing of the other app's images. */
test(what_another_app_continues_may_be_a_release)
{
    char id[72];
    deploy_hourly(&(KamalApp){.service = "blog", .roles = "web"}, 1, 1);
    build("base", "r/blog:base")->labels.service = xstrdup("blog");
    image_id("base", id);
    know_steps(id, (const uint64_t[]){7, 0});
    pull_release(&shop, "aborted", "aborted");
    image_id("aborted", id);
    know_steps(id, (const uint64_t[]){7, 8, 0});
    look();
    deploy_hourly(&shop, 3, 9);
    after(DAYS(50));
    pass();
    assert_verdict("aborted", "gone");
}

test(without_its_label_an_image_is_no_release_of_kamals)
{
    deploy_hourly(&shop, 1, 3);
    pull("tool", "r/shop:tool");
    look();
    deploy_hourly(&shop, 4, 12);
    pass();
    assert_verdict("tool", "keep unmanaged");
}

/* Nobody knows what it was made of, and it lies where the app runs from. */
test(what_may_be_an_unknown_release_is_not_dangling)
{
    static const uint64_t none[] = {0};
    deploy_hourly(&shop, 1, 3);
    Image *image = pull("lost", "r/shop:lost");
    image->labels.service = xstrdup("shop");
    char id[72];
    image_id("lost", id);
    know_steps(id, none);
    look();
    strings_clear(&the_image("lost")->tags);
    after(DAYS(3));
    look();
    assert_verdict("lost", "keep unmanaged");
}

/* A job that ran a release after its app did. */
test(a_job_on_a_release_holds_it)
{
    deploy_hourly(&shop, 1, 8);
    Container *job = run("migrate", "r/shop:v1");
    labels_clear(&job->labels);
    job->run.is_auto_remove = true;
    after(MINUTES(5));
    look();
    remove_container("migrate");
    pass();
    assert_verdict("r/shop:v1", "keep job");
    assert_verdict("r/shop:v2", "gone");
}

test(a_tag_of_ones_own_holds_the_image_of_a_job)
{
    run_backup_job();
    tag("company/tools:backup", "local/kept:golden");
    after(DAYS(20));
    look();
    assert_verdict("backup", "keep job");
    after(DAYS(20));
    look();
    assert_verdict("backup", "keep in-use");
    untag("local/kept:golden");
    look();
    assert_verdict("backup", "remove unused");
}

/* A step of a build used it by its ID: no name tells another from it. */
test(what_was_used_by_its_id_alone_is_a_job)
{
    char id[72];
    image_id("base", id);
    pull("base", "base:1");
    look();
    ArrivalEvent *start = array_add(&w->host.starts, &w->host.n_starts);
    *start = (ArrivalEvent){.reference = xstrdup(id), .time = w->now};
    after(DAYS(40));
    look();
    assert_verdict("base", "remove unused");
}

/* Without a restart policy, and seen once: the one that came after it has lasted by then. */
test(what_a_lasting_container_followed_is_of_its_app)
{
    pull("one", "svc:1");
    const char *id = run("svc", "one")->id;
    after(MINUTES(5));
    look();
    strings_add(&w->host.killed, id);
    remove_container("svc");
    pull("two", "svc:2");
    run("svc", "two");
    after(DAYS(2));
    look();
    assert_verdict("two", "keep current");
    assert_verdict("one", "keep rollback");
}

static void up(const char *content)
{
    compose_up("site-web-1", content, "site", "web");
    after(HOURS(2));
}

static void compose_up_named(const char *content, const char *tag)
{
    pull(content, tag);
    up(content);
}

/* The containerd store shows neither tag nor digest of what was replaced before a pass has seen it. */
test(an_untagged_image_of_unknown_origin_takes_its_slot)
{
    w->host.engine.store = STORE_CONTAINERD;
    pull("one", "site:latest");
    strings_clear(&the_image("one")->tags);
    strings_clear(&the_image("one")->digests);
    up("one");
    look();
    pull("two", "site:latest");
    up("two");
    after(DAYS(2));
    look();
    assert_verdict("two", "keep current");
    assert_verdict("one", "keep rollback");
}

/* It came while nobody watched, and may have run: as what was here before rgc, it waits for a week. */
test(what_came_unseen_without_a_name_waits)
{
    w->host.engine.store = STORE_CONTAINERD;
    look();
    after(HOURS(10));
    pull("one", "site:latest");
    strings_clear(&the_image("one")->tags);
    strings_clear(&the_image("one")->digests);
    w->host.arrivals_since = w->now; /* nor did anybody see how */
    look();
    Time seen = w->now;
    after(HOURS(3));
    assert_changes_at("one", "wait dangling", seen + DAYS(7), "remove dangling");
}

/* What was committed is known by its event, what was built from a release by its steps, and of two that neither ran nobody
 * knows. A base can be had again. */
test(what_may_be_an_only_copy_outlasts_every_window)
{
    static const char *const copies[] = {"before", "debug", "r/shop:v9", "patched"};
    w->policy.retention.unmanaged_max_unused_usec = DAYS(30);
    deploy_hourly(&shop, 1, 3);
    w->knows_events = true;
    commit("before", "shop-web-v3", "backup/shop:before");
    char id[72];
    image_id("before", id);
    know_steps(id, (const uint64_t[]){1, 2, 0}); /* what it was made from is not known */
    derive("debug", "r/shop:v3", "tools/debug:1");
    pull_release(&shop, "v9", "shop-v9");
    derive("patched", "shop-v9", "r/shop:v9-patched");
    pull("debian", "debian:12");
    look();
    deploy_hourly(&shop, 10, 11);
    after(DAYS(60));
    pass();
    for (size_t i = 0; i < N_ELEMENTS(copies); i++)
        assert_verdict(copies[i], "keep unmanaged");
    assert_verdict("debian", "gone");
    assert_int_equal(judgement_of("before")->eligible_at, 0);
    assert_string_equal(judgement_of("debug")->detail, DETAIL_ONLY_COPY);
}

/* `compose pull` and a short-lived container, and the next pull, between two passes that saw no events: it may have been
 * a release. */
test(what_lost_its_tag_unseen_waits)
{
    pull("one", "site:latest");
    look();
    build("built", "own:latest");
    look();
    after(DAYS(20));
    pull("two", "site:latest");
    build("new", "own:latest");
    w->knows_events = false;
    look();
    Time seen = w->now;
    assert_verdict("built", "remove dangling"); /* nobody could roll back to that */
    assert_changes_at("one", "wait dangling", seen + DAYS(7), "remove dangling");
}

/* The containerd store has forgotten its name as well: it may be what any app is about to start. */
test(what_came_unseen_without_a_name_makes_every_app_wait)
{
    deploy_hourly(&shop, 1, 9);
    look();
    assert_verdict("r/shop:v1", "remove superseded");
    w->host.engine.store = STORE_CONTAINERD;
    w->knows_events = false;
    after(HOURS(1));
    pull("one", "site:latest");
    strings_clear(&the_image("one")->tags);
    strings_clear(&the_image("one")->digests);
    look();
    assert_changes_at("r/shop:v1", "wait deploying", w->now + MINUTES(5), "remove superseded");
}

/* A pass saw it before it ran; when it ran and was replaced, nobody watched. */
test(what_may_have_run_unseen_is_not_superseded_at_once)
{
    w->policy.retention.keep_previous = 0;
    w->knows_events = true;
    compose_up_named("a", "site:a");
    look();
    pull("b", "site:b");
    look();
    Time seen = w->now;
    after(DAYS(1));
    w->knows_events = false;
    compose_up_named("c", "site:c");
    look();
    assert_changes_at("b", "wait superseded", seen + DAYS(35), "remove superseded");
}

/* As of what was here before rgc, nobody knows whether a job has used it. */
test(what_came_unseen_may_be_a_jobs)
{
    w->policy.retention.keep_previous = 0;
    compose_up_named("a", "site:a");
    look();
    after(DAYS(1));
    w->knows_events = false;
    pull("b", "site:b");
    look();
    Time seen = w->now;
    after(HOURS(2));
    compose_up_named("c", "site:c");
    after(DAYS(9));
    look();
    assert_changes_at("b", "wait superseded", seen + DAYS(35), "remove superseded");
}

test(what_lost_its_tag_under_watch_does_not_wait)
{
    w->knows_events = true;
    pull("one", "site:latest");
    look();
    after(DAYS(20));
    pull("two", "site:latest");
    look();
    assert_verdict("one", "remove dangling");
}

/* Somebody worked in a container of a plain image, and committed it. No event told of that, and no pass saw the container. */
test(what_continues_any_image_may_be_an_only_copy)
{
    w->policy.retention.unmanaged_max_unused_usec = DAYS(30);
    pull("ubuntu", "ubuntu:24.04");
    w->host.arrivals_since = w->now;
    derive("work", "ubuntu", "me/work:1");
    derive("pushed", "ubuntu", "registry.test/work:1");
    cleanup_with(free_charp) char *digest = xasprintf("registry.test/work@%s", the_image("pushed")->id);
    strings_add(&the_image("pushed")->digests, digest);
    after(HOURS(2));
    look();
    assert_string_equal(judgement_of("work")->detail, DETAIL_ONLY_COPY);
    after(DAYS(60));
    pass();
    assert_verdict("ubuntu", "gone");
    assert_verdict("pushed", "gone"); /* a registry has it */
    after(DAYS(60));
    pass();
    assert_verdict("work", "keep unmanaged");
    assert_int_equal(judgement_of("work")->eligible_at, 0);
}

test(the_digest_of_the_containerd_store_is_no_sign_of_a_registry)
{
    w->host.engine.store = STORE_CONTAINERD;
    w->policy.retention.unmanaged_max_unused_usec = DAYS(30);
    pull("ubuntu", "ubuntu:24.04");
    derive("work", "ubuntu", "me/work:1");
    cleanup_with(free_charp) char *digest = xasprintf("me/work@%s", the_image("work")->id);
    strings_add(&the_image("work")->digests, digest);
    look();
    after(DAYS(60));
    look();
    assert_verdict("work", "keep unmanaged");
}

test(what_rgc_does_not_know_the_steps_of_may_be_an_only_copy)
{
    w->policy.retention.unmanaged_max_unused_usec = DAYS(30);
    pull("debian", "debian:12");
    pull("alpine", "alpine:3");
    char id[72];
    image_id("alpine", id);
    know_steps(id, (const uint64_t[]){0});
    look();
    after(DAYS(60));
    pass();
    assert_verdict("debian", "gone");
    assert_verdict("alpine", "keep unmanaged");
    w->policy.pressure_removes_unmanaged = true;
    w->policy.retention.unmanaged_max_unused_usec = DURATION_OFF;
    look();
    assert_string_equal(judgement_of("alpine")->detail, DETAIL_ONLY_COPY);
    w->policy.pressure_removes_unmanaged = false;
    look();
    assert_string_equal(judgement_of("alpine")->detail, "no container here has ever used it");
}

/* Somebody lets a tool run from the repository in which they keep copies: that makes it an app, but not the release of
 * another app that has a tag there. */
test(a_tag_of_ones_own_holds_a_release_whatever_else_runs_from_there)
{
    deploy(&shop, "v1");
    tag("r/shop:v1", "local/kept:golden");
    pull("tool", "local/kept:tool");
    run("tool", "tool")->run.has_restart_policy = true;
    after(HOURS(1));
    deploy_hourly(&shop, 2, 9);
    after(DAYS(2));
    pass();
    assert_verdict("tool", "keep current");
    assert_verdict("r/shop:v1", "keep in-use");
    assert_verdict("r/shop:v2", "gone");
}

/* A label may say whose it is not: then it is nobody's, but that proves nothing. */
test(what_is_in_the_repository_of_an_app_outlasts_every_window)
{
    w->policy.retention.unmanaged_max_unused_usec = DAYS(30);
    w->policy.pressure_removes_unmanaged = true;
    deploy(&shop, "v1");
    pull("claims", "r/shop:other")->labels.service = xstrdup("intranet");
    pull("beside", "r/beside:1");
    after(HOURS(2));
    look();
    assert_string_equal(judgement_of("claims")->detail, DETAIL_BESIDE_RELEASES);
    after(DAYS(60));
    pass();
    assert_verdict("claims", "keep unmanaged");
    assert_int_equal(judgement_of("claims")->eligible_at, 0);
    assert_verdict("beside", "gone");
}

/* `docker run postgres:16@sha256:…`: the image has only the digest, and is listed with it. */
test(what_was_started_by_a_digest_is_known_to_have_run)
{
    deploy(&shop, "v1");
    look();
    pull("pinned", "db:16");
    untag("db:16");
    cleanup_with(free_charp) char *reference = xasprintf("db:16@%s", the_image("pinned")->id);
    *array_add(&w->host.starts, &w->host.n_starts) = (ArrivalEvent){.reference = xstrdup(reference), .time = w->now};
    look();
    assert_int_equal(ledger_image(&w->ledger, the_image("pinned")->id)->last_named, w->now);
}

/* No job may be ended for its age, so nothing else tells when what came to an app unseen, and was replaced, may go. */
test(what_came_to_an_app_unseen_and_lost_its_tag_waits_a_week)
{
    w->policy.retention.jobs_max_unused_usec = DURATION_OFF;
    w->policy.retention.keep_previous = 1;
    pull("one", "site:latest");
    compose("site-web-1", "one", "site", "web");
    after(HOURS(2));
    look();
    w->knows_events = false;
    after(HOURS(2));
    pull("two", "site:latest"); /* it may have run until the next one came */
    after(HOURS(2));
    pull("three", "site:latest");
    remove_container("site-web-1");
    compose("site-web-1", "three", "site", "web");
    after(HOURS(2));
    look();
    Time seen = w->now;
    w->knows_events = true;
    pull("four", "site:latest");
    remove_container("site-web-1");
    compose("site-web-1", "four", "site", "web");
    after(HOURS(2));
    look();
    assert_changes_at("two", "wait dangling", seen + DAYS(7), "remove dangling");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(a_name_of_ones_own_in_a_mirror_holds_a_release),
        world_test(the_same_tag_elsewhere_on_one_release_alone_is_no_mirror),
        world_test(what_was_imported_is_no_release),
        world_test(of_two_that_may_be_somebodys_own_neither_goes),
        world_test(what_may_be_somebodys_own_takes_no_slot),
        world_test(the_release_may_have_its_tag_elsewhere),
        world_test(what_was_committed_from_a_container_is_no_release),
        world_test(what_has_the_base_of_a_release_may_be_one),
        world_test(what_another_app_continues_may_be_a_release),
        world_test(without_its_label_an_image_is_no_release_of_kamals),
        world_test(what_may_be_an_unknown_release_is_not_dangling),
        world_test(a_job_on_a_release_holds_it),
        world_test(a_tag_of_ones_own_holds_the_image_of_a_job),
        world_test(what_was_used_by_its_id_alone_is_a_job),
        world_test(what_a_lasting_container_followed_is_of_its_app),
        world_test(an_untagged_image_of_unknown_origin_takes_its_slot),
        world_test(what_came_unseen_without_a_name_waits),
        world_test(what_may_be_an_only_copy_outlasts_every_window),
        world_test(what_lost_its_tag_unseen_waits),
        world_test(what_came_unseen_without_a_name_makes_every_app_wait),
        world_test(what_may_have_run_unseen_is_not_superseded_at_once),
        world_test(what_came_unseen_may_be_a_jobs),
        world_test(what_lost_its_tag_under_watch_does_not_wait),
        world_test(what_continues_any_image_may_be_an_only_copy),
        world_test(the_digest_of_the_containerd_store_is_no_sign_of_a_registry),
        world_test(what_rgc_does_not_know_the_steps_of_may_be_an_only_copy),
        world_test(a_tag_of_ones_own_holds_a_release_whatever_else_runs_from_there),
        world_test(what_is_in_the_repository_of_an_app_outlasts_every_window),
        world_test(what_was_started_by_a_digest_is_known_to_have_run),
        world_test(what_came_to_an_app_unseen_and_lost_its_tag_waits_a_week),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
