/* SPDX-License-Identifier: MIT */
#include "json_at.h"
#include "pass_fixture.h"

#include <rgc/report_json.h>

static json_t *plan_document(void)
{
    Pass pass = example_pass();

    pass.plan.snapshot = &pass.snapshot;
    return parse_document(json_plan(&pass));
}

static void the_plan_names_engine_disk_and_estimate(void **unused)
{
    json_t *plan = plan_document();

    (void)unused;
    check_at(plan, "schema", "\"rgc/plan/1\"");
    check_at(plan, "engine",
             "{\"version\":\"28.5.2\",\"api\":\"1.51\",\"store\":\"overlay2\","
             "\"root\":\"/var/lib/docker\",\"podman\":false}");
    check_at(plan, "disk.0.total_bytes", "1000");
    check_at(plan, "disk.0.available_bytes", "250");
    check_at(plan, "disk.0.used_percent", "75.04");
    check_at(plan, "disk.0.used_inodes_percent", "12.5");
    check_at(plan, "build_cache",
             "{\"total_bytes\":500,\"evict_bytes\":200,\"evict_records\":3,"
             "\"max_unused_seconds\":259200,\"max_size_bytes\":null}");
    check_at(plan, "builders.0",
             "{\"name\":\"kamal-local\",\"container\":\"b1\",\"state\":\"running\",\"volume\":null,"
             "\"cache_bytes\":null,\"evict_bytes\":0,\"evict_records\":0,\"verdict\":\"prune\","
             "\"reason\":\"unused for 72h\"}");
    check_at(plan, "estimate", "{\"bytes\":247,\"most_bytes\":250,\"exact\":true}");
    check_at(plan, "hold", "null");
    check_at(plan, "pressure", "null");
    check_at(plan, "next_at", "\"2025-11-21T13:00:00Z\"");
    check_at(plan, "ledger", "{\"found\":true,\"note\":null}");
    json_decref(plan);
}

static void the_plan_has_each_app_with_its_rollback(void **unused)
{
    json_t *plan = plan_document();

    (void)unused;
    check_at(plan, "apps.0.name", "\"blog\"");
    check_at(plan, "apps.0.destination", "null");
    check_at(plan, "apps.0.kind", "\"kamal\"");
    check_at(plan, "apps.0.keep_previous", "3");
    check_at(plan, "apps.0.current", "[\"sha256:2\"]");
    check_at(plan, "apps.0.current_version", "\"v2\"");
    check_at(plan, "apps.0.rollback",
             "{\"wanted\":2,\"ready\":1,\"versions\":[\"v1\"],\"not_ready\":"
             "[{\"version\":\"v4\",\"why\":\"no container of role worker\"}]}");
    check_at(plan, "apps.0.size_bytes", "300");
    check_at(plan, "apps.0.remove_bytes", "100");
    check_at(plan, "apps.1.destination", "\"staging\"");
    check_at(plan, "apps.1.current", "[]");
    check_at(plan, "apps.1.last_run", "null");
    check_at(plan, "apps.1.idle", "true");
    json_decref(plan);
}

static void the_plan_has_each_image_with_one_reason(void **unused)
{
    json_t *plan = plan_document();

    (void)unused;
    assert_int_equal(json_array_size(json_at(plan, "images")), 4);
    check_at(plan, "images.0.id", "\"sha256:0\"");
    check_at(plan, "images.0.tags", "[\"r/blog:v0\"]");
    check_at(plan, "images.0.digests", "[]");
    check_at(plan, "images.0.apps",
             "[{\"name\":\"blog\",\"destination\":null,\"version\":\"v0\","
             "\"verdict\":\"remove\",\"reason\":\"superseded\"}]");
    check_at(plan, "images.0.created", "\"2025-11-20T12:00:00Z\"");
    check_at(plan, "images.0.arrived", "\"2025-11-20T12:00:00Z\"");
    check_at(plan, "images.0.last_run", "\"2025-11-21T11:59:59Z\"");
    check_at(plan, "images.0.size_bytes", "100");
    check_at(plan, "images.0.frees_bytes", "40");
    check_at(plan, "images.0.verdict", "\"remove\"");
    check_at(plan, "images.0.reason", "\"superseded\"");
    check_at(plan, "images.0.detail", "\"5th most recent of blog, keeping 3 previous\"");
    check_at(plan, "images.0.eligible_at", "null");
    check_at(plan, "images.1.eligible_at", "\"2025-11-21T13:00:00Z\"");
    check_at(plan, "images.1.apps.1.version", "null");
    check_at(plan, "images.2.created", "null");
    json_decref(plan);
}

static void the_plan_has_each_container(void **unused)
{
    json_t *plan = plan_document();

    (void)unused;
    check_at(plan, "containers.0",
             "{\"id\":\"c0\",\"name\":\"blog-web-v0\",\"app\":\"blog\",\"destination\":null,"
             "\"image\":\"sha256:0\",\"state\":\"exited\",\"verdict\":\"remove\","
             "\"reason\":\"superseded\",\"detail\":\"its release goes\",\"eligible_at\":null}");
    check_at(plan, "containers.2.app", "null");
    json_decref(plan);
}

static void pressure_and_hold_are_told(void **unused)
{
    Pass pass = example_pass();
    json_t *plan;

    (void)unused;
    pass.plan.suspension = SUSPENSION_TRIAL;
    pass.plan.pressure = (Pressure){true, true, "/var/lib/docker", 91.25, "all unused build cache"};
    plan = parse_document(json_plan(&pass));
    check_at(plan, "hold", "\"trial\"");
    check_at(plan, "pressure",
             "{\"path\":\"/var/lib/docker\",\"used_percent\":91.25,\"acting\":true,"
             "\"explanation\":\"all unused build cache\"}");
    json_decref(plan);
}

static void hostile_text_stays_valid_json(void **unused)
{
    static char *tags[] = {"r/\xff\xfe:\x1b[31m\"\\"};
    Image hostile = {.id = "sha256:9", .tags = {tags, 1}};
    PlannedImage planned = {.image = &hostile, .judgement = {VERDICT_KEEP, REASON_UNMANAGED, 0, "caf\xe9\n"}};
    Pass pass = example_pass();
    json_t *plan;

    (void)unused;
    pass.plan.images = &planned;
    pass.plan.n_images = 1;
    pass.snapshot.engine.version = NULL;
    pass.snapshot.disks = NULL;
    pass.snapshot.n_disks = 0;
    plan = parse_document(json_plan(&pass));
    check_at(plan, "images.0.tags", "[\"r/?\?:?[31m\\\"\\\\\"]");
    check_at(plan, "images.0.detail", "\"caf??\"");
    check_at(plan, "engine", "null");
    check_at(plan, "disk", "[]");
    json_decref(plan);
}

static void an_empty_host_has_empty_lists(void **unused)
{
    Pass pass = {0};
    json_t *plan = parse_document(json_plan(&pass));

    (void)unused;
    check_at(plan, "images", "[]");
    check_at(plan, "containers", "[]");
    check_at(plan, "apps", "[]");
    check_at(plan, "builders", "[]");
    check_at(plan, "build_cache", "null");
    check_at(plan, "next_at", "null");
    json_decref(plan);
}

static void collect_is_the_plan_with_what_happened(void **unused)
{
    Pass pass = example_pass();
    json_t *collect = parse_document(json_collect(&pass));

    (void)unused;
    check_at(collect, "schema", "\"rgc/collect/1\"");
    assert_int_equal(json_array_size(json_at(collect, "images")), 4);
    check_at(collect, "outcomes.1",
             "{\"kind\":\"image\",\"id\":\"sha256:0\",\"ref\":\"r/blog:v0\","
             "\"outcome\":\"removed\",\"error\":null}");
    check_at(collect, "outcomes.3.outcome", "\"failed\"");
    check_at(collect, "outcomes.3.error", "\"conflict: image has dependent child images\"");
    check_at(collect, "freed", "{\"estimated_bytes\":247,\"engine_bytes\":240,\"disk_bytes\":-3}");
    check_at(collect, "duration_ms", "2000");
    check_at(collect, "requests", "17");
    check_at(collect, "disk_after.0.available_bytes", "350");
    check_at(collect, "error", "null");
    json_decref(collect);
}

static void status_adds_holders_and_the_last_and_next_pass(void **unused)
{
    static char *lines[] = {"{\"schema\":\"rgc/summary/1\",\"pass\":12}", "{\"pass\":11}"};
    Strings history = {lines, 2}, none = {0};
    Pass pass = example_pass();
    json_t *status;

    (void)unused;
    pass.plan.snapshot = &pass.snapshot;
    status = parse_document(json_status(&pass, &history, NULL));
    check_at(status, "schema", "\"rgc/status/1\"");
    check_at(status, "last.pass", "12");
    check_at(status, "next", "{\"at\":\"2025-11-21T13:00:00Z\",\"why\":\"r/blog:v1 is kept until then (young)\"}");
    check_at(status, "agent", "null");
    check_at(status, "holders.0",
             "{\"kind\":\"build-cache\",\"name\":\"build "
             "cache\",\"app\":null,\"destination\":null,\"folder\":null,\"bytes\":500,\"percent\":66.67,\"count\":0,"
             "\"unmeasured\":0,\"measured_at\":null,\"command\":\"docker builder prune\",\"note\":null}");
    assert_int_equal(json_array_size(json_at(status, "images")), 4);
    json_decref(status);
    pass.plan.next_at = 0;
    status = parse_document(json_status(&pass, &none, NULL));
    check_at(status, "last", "null");
    check_at(status, "next", "null");
    json_decref(status);
}

static void the_agents_next_pass_goes_before_what_waits(void **unused)
{
    AgentFacts agent = {
        .state = "waiting", .next_why = "event", .next_at = 1763726400 * USEC_PER_SEC, .is_following = true};
    Strings none = {0};
    Pass pass = example_pass();

    (void)unused;
    pass.plan.snapshot = &pass.snapshot;
    json_t *status = parse_document(json_status(&pass, &none, &agent));
    check_at(status, "next", "{\"at\":\"2025-11-21T12:00:00Z\",\"why\":\"event\"}");
    check_at(status, "agent", "{\"state\":\"waiting\",\"watching\":true,\"config_error\":null}");
    json_decref(status);
    agent.next_at = 0;
    status = parse_document(json_status(&pass, &none, &agent));
    check_at(status, "next.at", "\"2025-11-21T13:00:00Z\"");
    json_decref(status);
}

static void why_an_image_tells_its_uses_and_containers(void **unused)
{
    Pass pass = example_pass();
    json_t *why = parse_document(json_why_image(&pass, &planned_images[0]));

    (void)unused;
    check_at(why, "schema", "\"rgc/why/1\"");
    check_at(why, "kind", "\"image\"");
    check_at(why, "id", "\"sha256:0\"");
    check_at(why, "reason", "\"superseded\"");
    check_at(why, "uses.0.role", "\"web\"");
    check_at(why, "uses.0.served", "true");
    check_at(why, "uses.0.last_started", "null");
    assert_int_equal(json_array_size(json_at(why, "containers")), 1);
    check_at(why, "containers.0.name", "\"blog-web-v0\"");
    json_decref(why);
}

static void why_a_container_tells_its_run(void **unused)
{
    Pass pass = example_pass();
    json_t *why = parse_document(json_why_container(&pass, &planned_containers[0]));

    (void)unused;
    check_at(why, "kind", "\"container\"");
    check_at(why, "run.exit_code", "143");
    check_at(why, "run.finished", "\"2025-11-21T11:00:00Z\"");
    check_at(why, "verdict", "\"remove\"");
    json_decref(why);
    why = parse_document(json_why_container(&pass, &planned_containers[2]));
    check_at(why, "run", "null");
    check_at(why, "inspect_error", "\"no answer in 10 s\"");
    json_decref(why);
}

static void history_is_an_array_without_what_cannot_be_read(void **unused)
{
    static char *lines[] = {"{\"pass\":2}", "garbage", "[1]", "{\"pass\":1}"};
    Strings history = {lines, 4};
    json_t *document = parse_document(json_history(&history));

    (void)unused;
    check_at(document, "schema", "\"rgc/history/1\"");
    check_at(document, "passes", "[{\"pass\":2},{\"pass\":1}]");
    json_decref(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_plan_names_engine_disk_and_estimate),
        cmocka_unit_test(the_plan_has_each_app_with_its_rollback),
        cmocka_unit_test(the_plan_has_each_image_with_one_reason),
        cmocka_unit_test(the_plan_has_each_container),
        cmocka_unit_test(pressure_and_hold_are_told),
        cmocka_unit_test(hostile_text_stays_valid_json),
        cmocka_unit_test(an_empty_host_has_empty_lists),
        cmocka_unit_test(collect_is_the_plan_with_what_happened),
        cmocka_unit_test(status_adds_holders_and_the_last_and_next_pass),
        cmocka_unit_test(the_agents_next_pass_goes_before_what_waits),
        cmocka_unit_test(why_an_image_tells_its_uses_and_containers),
        cmocka_unit_test(why_a_container_tells_its_run),
        cmocka_unit_test(history_is_an_array_without_what_cannot_be_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
