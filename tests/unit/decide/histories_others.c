/* SPDX-License-Identifier: MIT */
/* Histories of what Kamal has not deployed, h21 to h26: jobs, Compose, accessories and the proxy. */
#include "script.h"

/* Five programs of one repository run with `docker run --rm`: each is a job, not a release of one app, and is kept
 * until 35 days after its last run. */
test(h21_five_programs_of_one_repository_are_jobs)
{
    static const char *const names[] = {"backup", "report", "sync", "bill", "mail"};
    for (size_t i = 0; i < 5; i++) {
        const char *tag = numbered("company/tools:%s", names[i]);
        pull(names[i], tag);
        Container *job = run(names[i], names[i]);
        job->run.is_auto_remove = true;
        after(MINUTES(5));
        look();
        remove_container(names[i]);
    }
    after(DAYS(10));
    look();
    for (size_t i = 0; i < 5; i++)
        assert_verdict(names[i], "keep job");
    after(DAYS(26));
    look();
    for (size_t i = 0; i < 5; i++)
        assert_verdict(names[i], "remove unused");
}

/* A CI host has pulled node:16 to node:22 and used every other one: the used ones are jobs, the others unmanaged,
 * and all are kept. */
test(h22_a_ci_host_keeps_jobs_and_what_nothing_ever_used)
{
    for (int i = 16; i <= 22; i++) {
        const char *content = numbered("node%d", i);
        const char *tag = numbered("node:%d", i);
        pull(content, tag);
        if (i % 2)
            continue;
        run(content, content);
        after(MINUTES(3));
        stop(content, 0);
        look();
        remove_container(content);
    }
    after(DAYS(2));
    look();
    assert_verdict("node:16", "keep job");
    assert_verdict("node:22", "keep job");
    assert_verdict("node:17", "keep unmanaged");
}

/* `docker compose up` of project p, and a pass that looks while the new container runs. */
static void up(const char *content)
{
    compose_up("p-web-1", content, "p", "web");
    after(MINUTES(30));
    look();
    after(HOURS(10));
}

static void compose_latest_pulled_six_times(void)
{
    for (int i = 1; i <= 6; i++) {
        const char *content = numbered("web%d", i);
        pull(content, "x/y:latest");
        up(content);
    }
    look();
    assert_verdict("web6", "keep current");
    assert_verdict("web5", "keep rollback");
    assert_verdict("web4", "keep rollback");
    assert_verdict("web3", "keep rollback");
    assert_verdict("web2", "remove superseded");
    assert_verdict("web1", "remove superseded");
}

/* `x/y:latest` is pulled and brought up with Compose six times: the current and three previous releases are kept,
 * although only one has a tag. */
test(h23_compose_latest_pulled_again_keeps_untagged_releases)
{
    compose_latest_pulled_six_times();
}

/* The same with the containerd store, where an image without a tag has no digest either. */
test(h23_the_same_where_the_store_forgets_repositories)
{
    w->host.engine.store = STORE_CONTAINERD;
    compose_latest_pulled_six_times();
}

/* Compose builds its service six times under one tag: the builds that lost the tag are dangling, except one that a
 * container still uses. */
test(h24_old_builds_of_a_compose_service_are_dangling)
{
    for (int i = 1; i <= 6; i++) {
        const char *content = numbered("web%d", i);
        build(content, "p-web:latest");
        if (i == 3) {
            run("keeper", content);
            stop("keeper", 0);
        }
        up(content);
    }
    look();
    assert_verdict("web6", "keep current");
    assert_verdict("web5", "remove dangling");
    assert_verdict("web3", "keep in-use");
    assert_verdict("web1", "remove dangling");
}

/* A Compose service is pinned by digest and upgraded five times: images without a tag are its releases. */
test(h25_digest_pinned_releases_are_ranked)
{
    for (int i = 1; i <= 6; i++) {
        const char *content = numbered("web%d", i);
        const char *tag = numbered("x/y:tmp%d", i);
        pull(content, tag);
        strings_clear(&the_image(content)->tags);
        up(content);
    }
    look();
    assert_verdict("web6", "keep current");
    assert_verdict("web5", "keep rollback");
    assert_verdict("web3", "keep rollback");
    assert_verdict("web2", "remove superseded");
}

/* An accessory and the proxy have been upgraded: the old image of each is its previous release. */
test(h26_old_accessory_and_proxy_images_stay_within_n)
{
    static const char *const tags[] = {"postgres:16.1", "postgres:16.2", "basecamp/kamal-proxy:v0.9.0",
                                       "basecamp/kamal-proxy:v0.9.2"};
    for (size_t i = 0; i < 4; i++) {
        const char *name = i < 2 ? "blog-db" : "kamal-proxy";
        if (i % 2)
            remove_container(name);
        pull(tags[i], tags[i]);
        Container *container = run(name, tags[i]);
        container->run.has_restart_policy = true;
        if (i < 2)
            container->labels.service = xstrdup("blog-db");
        after(HOURS(1));
        look();
    }
    after(DAYS(20));
    look();
    assert_verdict("postgres:16.2", "keep current");
    assert_verdict("postgres:16.1", "keep rollback");
    assert_verdict("basecamp/kamal-proxy:v0.9.2", "keep current");
    assert_verdict("basecamp/kamal-proxy:v0.9.0", "keep rollback");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(h21_five_programs_of_one_repository_are_jobs),
        world_test(h22_a_ci_host_keeps_jobs_and_what_nothing_ever_used),
        world_test(h23_compose_latest_pulled_again_keeps_untagged_releases),
        world_test(h23_the_same_where_the_store_forgets_repositories),
        world_test(h24_old_builds_of_a_compose_service_are_dangling),
        world_test(h25_digest_pinned_releases_are_ranked),
        world_test(h26_old_accessory_and_proxy_images_stay_within_n),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
