/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "engine_fake.h"
#include "engine_samples.h"

#define HOST                                                                                                           \
    "\"images\":[{\"id\":\"" ID_A "\",\"tags\":[\"blog:v1\",\"redis:latest\"],\"labels\":{\"service\":\"blog\"},"      \
    "\"size\":3000000,\"layers\":[[\"" ID_A "\",1000000],[\"" ID_B "\",2000000]]},{\"id\":\"" ID_B                     \
    "\",\"size\":1000000,\"layers\":[[\"" ID_A "\",1000000]]}],"                                                       \
    "\"containers\":[{\"id\":\"" HEX_A "\",\"name\":\"blog-web-v1\",\"image\":\"" ID_A                                 \
    "\",\"image_ref\":\"blog:v1\",\"state\":\"exited\",\"created\":1700000000,\"started\":1700000001,"                 \
    "\"finished\":1700000061,\"exit_code\":143},{\"id\":\"" HEX_B "\",\"image\":\"" ID_B                               \
    "\",\"state\":\"running\",\"mounts\":[{\"Type\":\"image\",\"Name\":\"docker.io/library/"                           \
    "redis\"}]},{\"id\":\"" HEX_C "\",\"image\":\"" ID_C                                                               \
    "\",\"state\":\"running\",\"mounts\":[{\"Type\":\"image\",\"Name\":\"lost:1\"}]}],"                                \
    "\"build_cache\":[{\"id\":\"c1\",\"size\":100,\"last_used\":1700000000},{\"id\":\"c2\",\"size\":50,"               \
    "\"shared\":true}],"                                                                                               \
    "\"events\":[{\"Type\":\"network\",\"Action\":\"connect\",\"Actor\":{\"ID\":\"n\",\"Attributes\":{}},"             \
    "\"time\":1700000000,\"timeNano\":1700000000000001000},{\"Type\":\"image\",\"Action\":\"pull\",\"Actor\":{"        \
    "\"ID\":\"blog:v1\",\"Attributes\":{\"name\":\"blog\"}},\"time\":1700000005,\"timeNano\":1700000005000000000}]"

static Opened open_host(const char *engine, const char *faults)
{
    cleanup_with(free_charp) char *state = xasprintf("{%s,%s}", engine, HOST);
    return open_fake_engine(state, faults, 5 * USEC_PER_SEC, 3);
}

#define assert_done(call)                                                                                              \
    do {                                                                                                               \
        Error err_ = {0}, *err = &err_;                                                                                \
        if ((call) < 0)                                                                                                \
            fail_msg("%s: %s", #call, err->text);                                                                      \
    } while (0)

static int open_with(const char *state, Error *err)
{
    FakeEngine fake;
    Engine *engine = NULL;
    EngineOptions options = {.timeout_usec = FAKE_HANGS_USEC, .parallel = 1};
    int r;

    fake_engine_start(&fake, state, NULL);
    options.host = fake.host;
    r = engine_open(&options, &engine, err);
    r = r < 0 ? r : engine_api_minor(engine);
    engine_free(engine);
    fake_engine_clear(&fake);
    return r;
}

test(the_highest_api_that_both_speak_is_used)
{
    Error err = {0};

    assert_int_equal(open_with("{\"api\":\"1.41\",\"min_api\":\"1.12\"}", &err), 41);
    assert_int_equal(open_with("{\"api\":\"1.47\"}", &err), 47);
    assert_int_equal(open_with("{\"api\":\"1.51\"}", &err), 51);
    assert_int_equal(open_with("{\"api\":\"1.55\",\"min_api\":\"1.44\"}", &err), 51);
}

test(an_engine_too_old_or_too_new_is_named_with_what_is_needed)
{
    Error err = {0};

    assert_int_equal(open_with("{\"api\":\"1.40\",\"version\":\"19.03.15\"}", &err), -EPROTO);
    assert_non_null(strstr(err.text, "19.03.15"));
    assert_non_null(strstr(err.text, "rgc needs Docker 20.10 (API 1.41) or newer"));
    assert_int_equal(open_with("{\"api\":\"1.70\",\"min_api\":\"1.60\"}", &err), -EPROTO);
    assert_non_null(strstr(err.text, "install a newer rgc"));
}

test(the_engine_says_what_it_is)
{
    static const struct {
        const char *state, *api;
        StoreKind store;
        bool is_podman;
    } cases[] = {
        {"\"store\":\"overlay2\",\"api\":\"1.41\"", "1.41", STORE_OVERLAY2, false},
        {"\"store\":\"containerd\"", "1.51", STORE_CONTAINERD, false},
        {"\"store\":\"overlay\",\"podman\":true,\"api\":\"1.41\"", "1.41", STORE_OTHER, true},
    };

    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        cleanup_with(opened_clear) Opened opened = open_host(cases[i].state, NULL);
        cleanup_with(engine_info_clear) EngineInfo info = {0};

        assert_done(engine_query_info(opened.engine, &info, err));
        assert_string_equal(info.version, "28.5.2");
        assert_string_equal(info.api, cases[i].api);
        assert_string_equal(info.root, "/var/lib/docker");
        assert_int_equal(info.store, cases[i].store);
        assert_int_equal(info.is_podman, cases[i].is_podman);
        assert_int_equal(engine_keeps_given_tags(opened.engine), !cases[i].is_podman);
    }
}

static void list_containers(const Opened *opened, Snapshot *ret)
{
    assert_done(engine_query_containers(opened->engine, ret, err));
    snapshot_index(ret);
}

static void list_images_and_containers(const Opened *opened, Snapshot *ret)
{
    assert_done(engine_query_images(opened->engine, true, ret, err));
    list_containers(opened, ret);
}

test(lists_are_alike_on_every_api)
{
    static const char *const apis[] = {"\"api\":\"1.41\"", "\"api\":\"1.43\"", "\"api\":\"1.51\"",
                                       "\"api\":\"1.51\",\"store\":\"containerd\""};

    for (size_t i = 0; i < N_ELEMENTS(apis); i++) {
        cleanup_with(opened_clear) Opened opened = open_host(apis[i], NULL);
        cleanup_with(snapshot_clear) Snapshot snapshot = {0};
        bool can_share = engine_api_minor(opened.engine) >= 42;
        const Image *image;

        list_images_and_containers(&opened, &snapshot);
        assert_int_equal(snapshot.n_images, 2);
        assert_int_equal(snapshot.n_containers, 3);
        image = snapshot_image(&snapshot, ID_A);
        assert_int_equal(image->tags.count, 2);
        assert_string_equal(image->labels.service, "blog");
        assert_int_equal(image->size_bytes, 3000000);
        assert_int_equal(image->shared_bytes, can_share ? 1000000 : -1);
        assert_int_equal(snapshot_image(&snapshot, ID_B)->tags.count, 0);
        assert_string_equal(snapshot_container(&snapshot, HEX_A)->image_id, ID_A);
    }
}

test(image_mounts_become_ids_or_are_unresolved)
{
    cleanup_with(opened_clear) Opened opened = open_host("\"api\":\"1.51\"", NULL);
    cleanup_with(snapshot_clear) Snapshot snapshot = {0}, without_images = {0};
    const Container *container;

    list_images_and_containers(&opened, &snapshot);
    container = snapshot_container(&snapshot, HEX_B);
    assert_int_equal(container->mounted_images.count, 1);
    assert_string_equal(container->mounted_images.items[0], ID_A);
    assert_false(container->has_unresolved_mount);
    container = snapshot_container(&snapshot, HEX_C);
    assert_int_equal(container->mounted_images.count, 0);
    assert_true(container->has_unresolved_mount);
    /* The engine is asked for what is not in the list of images. */
    list_containers(&opened, &without_images);
    container = snapshot_container(&without_images, HEX_B);
    assert_int_equal(container->mounted_images.count, 1);
    assert_string_equal(container->mounted_images.items[0], ID_A);
    assert_true(snapshot_container(&without_images, HEX_C)->has_unresolved_mount);
}

test(inspects_tell_how_containers_ran_and_why_not)
{
    cleanup_with(opened_clear) Opened opened =
        open_host("\"api\":\"1.51\"", "[{\"match\":\"GET /containers/b+/json\",\"do\":\"garbage\"},"
                                      "{\"match\":\"GET /containers/c+/json\",\"do\":\"status:404\"}]");
    cleanup_with(snapshot_clear) Snapshot snapshot = {0};
    Container *containers[3];

    list_containers(&opened, &snapshot);
    for (size_t i = 0; i < 3; i++)
        containers[i] = &snapshot.containers[i];
    assert_done(engine_inspect_containers(opened.engine, containers, 3, err));
    assert_true(containers[0]->run.is_known);
    assert_int_equal(containers[0]->run.started, 1700000001123456);
    assert_true(containers[0]->run.was_killed);
    assert_null(containers[0]->inspect_error);
    assert_false(containers[1]->run.is_known);
    assert_string_equal(containers[1]->inspect_error, "the engine's answer cannot be read");
    assert_string_equal(containers[2]->inspect_error, "gone");
}

test(an_inspect_that_hangs_keeps_its_container_unknown_and_holds_up_no_other)
{
    cleanup_with(opened_clear) Opened opened =
        open_host("\"api\":\"1.51\"", "[{\"match\":\"GET /containers/a+/json\",\"do\":\"hang\"}]");
    cleanup_with(snapshot_clear) Snapshot snapshot = {0};
    Container *containers[2];

    engine_free(opened.engine);
    opened.engine = fake_engine_open(&opened.fake, USEC_PER_SEC, 1);
    list_containers(&opened, &snapshot);
    containers[0] = &snapshot.containers[0];
    containers[1] = &snapshot.containers[1];
    assert_done(engine_inspect_containers(opened.engine, containers, 2, err));
    assert_string_equal(containers[0]->inspect_error, "the engine did not answer in time");
    assert_true(containers[1]->run.is_known);
}

test(the_replay_is_complete_from_its_oldest_event_on)
{
    cleanup_with(opened_clear) Opened opened = open_host("\"api\":\"1.51\"", NULL);
    cleanup_with(snapshot_clear) Snapshot snapshot = {0}, earlier = {0};

    assert_done(engine_query_events(opened.engine, 1700000010500000, &snapshot, err));
    assert_int_equal(snapshot.n_arrivals, 1);
    assert_string_equal(snapshot.arrivals[0].reference, "blog:v1");
    assert_int_equal(snapshot.arrivals_since, 1700000000000001);
    assert_done(engine_query_events(opened.engine, 1600000000000000, &earlier, err));
    assert_int_equal(earlier.arrivals_since, 1600000000000000);
}

#define EVENT(type, action, id, attributes)                                                                            \
    "{\"Type\":\"" type "\",\"Action\":\"" action "\",\"Actor\":{\"ID\":\"" id "\",\"Attributes\":{" attributes        \
    "}},\"time\":1700000005,\"timeNano\":1700000005000000000}"
#define RUN(action) EVENT("container", action, HEX_A, "\"image\":\"blog:v1\",\"name\":\"blog\",\"exitCode\":\"0\"")
#define FILLER EVENT("network", "connect", HEX_A HEX_B HEX_C, "\"name\":\"" HEX_A HEX_B HEX_C "\"")

#define OF_1970                                                                                                        \
    "{\"Type\":\"network\",\"Action\":\"connect\",\"Actor\":{\"ID\":\"n\",\"Attributes\":{}},\"time\":90,"             \
    "\"timeNano\":90000000000}"

/* The host booted in 1970: what the engine stamped then is no sign that its events reach back to that year. */
test(a_replay_does_not_reach_back_to_what_a_wrong_clock_stamped)
{
    static const struct {
        const char *events;
        Time since;
    } rows[] = {
        {OF_1970 "," FILLER, 1700000005000000},
        {FILLER "," OF_1970 "," FILLER, 1700000005000000},
        {OF_1970, 1700000010500000},
        {FILLER "," FILLER, 1700000005000000},
    };
    for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
        cleanup_with(fake_engine_clear) FakeEngine fake = {0};
        cleanup_with(engine_freep) Engine *engine = NULL;
        cleanup_with(snapshot_clear) Snapshot snapshot = {0};
        cleanup_with(free_charp) char *host = xasprintf("{\"events\":[%s]}", rows[i].events);
        fake_engine_start(&fake, host, NULL);
        engine = fake_engine_open(&fake, 5 * USEC_PER_SEC, 1);
        assert_done(engine_query_events(engine, 1700000010500000, &snapshot, err));
        assert_int_equal(snapshot.arrivals_since, rows[i].since);
    }
}

test(of_a_replay_that_is_cut_off_nothing_is_kept)
{
    static const char host[] = "{\"events\":[" EVENT("image", "pull", "blog:v1", "\"name\":\"blog\"") "," RUN(
        "create") "," RUN("start") "," RUN("kill") "," RUN("die") "," RUN("destroy") "," FILLER "," FILLER "," FILLER
                                                                                     "," FILLER "," FILLER "]}";
    cleanup_with(fake_engine_clear) FakeEngine fake = {0};
    cleanup_with(engine_freep) Engine *engine = NULL;
    cleanup_with(snapshot_clear) Snapshot snapshot = {0};
    Error cut_off = {0};

    fake_engine_start(&fake, host, "[{\"match\":\"/events\",\"do\":\"truncate\",\"times\":1}]");
    engine = fake_engine_open(&fake, FAKE_HANGS_USEC, 1);
    assert_true(engine_query_events(engine, 1700000010500000, &snapshot, &cut_off) < 0);
    assert_int_equal(snapshot.n_arrivals + snapshot.n_starts + snapshot.n_ends + snapshot.n_gone, 0);
    assert_int_equal(snapshot.killed.count, 0);
    assert_done(engine_query_events(engine, 1700000010500000, &snapshot, err));
    assert_int_equal(snapshot.n_arrivals, 1);
    assert_int_equal(snapshot.n_starts, 2);
    assert_int_equal(snapshot.n_ends, 1);
    assert_int_equal(snapshot.killed.count, 1);
    assert_int_equal(snapshot.n_gone, 1);
}

test(build_cache_is_read_on_old_and_new_engines)
{
    static const char *const apis[] = {"\"api\":\"1.41\"", "\"api\":\"1.51\""};

    for (size_t i = 0; i < 2; i++) {
        cleanup_with(opened_clear) Opened opened = open_host(apis[i], NULL);
        cleanup_with(build_cache_clear) BuildCache cache = {0};

        assert_done(engine_query_build_cache(opened.engine, &cache, err));
        assert_true(cache.is_known);
        assert_int_equal(cache.n_records, 2);
        assert_true(cache.records[1].is_shared);
    }
}

test(podman_has_no_build_cache)
{
    cleanup_with(opened_clear) Opened opened = open_host("\"api\":\"1.41\",\"podman\":true", NULL);
    cleanup_with(build_cache_clear) BuildCache cache = {0};

    assert_done(engine_query_build_cache(opened.engine, &cache, err));
    assert_false(cache.is_known);
}

test(a_disk_usage_operation_of_somebody_else_is_waited_for)
{
    cleanup_with(opened_clear) Opened opened =
        open_host("\"api\":\"1.41\"", "[{\"match\":\"/system/df\",\"times\":2,\"do\":\"status:500\",\"message\":"
                                      "\"a disk usage operation is already running\"}]");
    cleanup_with(build_cache_clear) BuildCache cache = {0};

    assert_done(engine_query_build_cache(opened.engine, &cache, err));
    assert_int_equal(cache.n_records, 2);
}

test(an_image_that_somebody_removes_while_the_disk_is_measured_is_waited_for)
{
    cleanup_with(opened_clear) Opened opened = open_host(
        "\"api\":\"1.41\"", "[{\"match\":\"/system/df\",\"times\":2,\"do\":\"status:500\",\"message\":"
                            "\"failed to retrieve image list: layer " ID_A " was not found (corruption?)\"}]");
    cleanup_with(build_cache_clear) BuildCache cache = {0};

    assert_done(engine_query_build_cache(opened.engine, &cache, err));
    assert_int_equal(cache.n_records, 2);
}

test(an_image_that_somebody_removes_while_it_is_listed_is_waited_for)
{
    cleanup_with(opened_clear) Opened opened =
        open_host("\"api\":\"1.51\"", "[{\"match\":\"/images/json\",\"times\":2,\"do\":\"status:404\",\"message\":"
                                      "\"NotFound: content digest " ID_A ": not found\"}]");
    cleanup_with(snapshot_clear) Snapshot snapshot = {0};

    assert_done(engine_query_images(opened.engine, true, &snapshot, err));
    assert_int_equal(snapshot.n_images, 2);
}

test(layers_are_told_where_their_sizes_fit)
{
    cleanup_with(opened_clear) Opened opened =
        open_host("\"api\":\"1.51\"", "[{\"match\":\"GET /images/sha256:b+/json\",\"do\":\"status:500\"}]");
    cleanup_with(snapshot_clear) Snapshot snapshot = {0};
    Image *images[2];

    assert_done(engine_query_images(opened.engine, false, &snapshot, err));
    snapshot_index(&snapshot);
    images[0] = &snapshot.images[0];
    images[1] = &snapshot.images[1];
    assert_done(engine_query_layers(opened.engine, images, 2, err));
    assert_int_equal(images[0]->n_layers, 2);
    assert_string_equal(images[0]->layers[1].digest, ID_B);
    assert_int_equal(images[0]->layers[1].size_bytes, 2000000);
    assert_null(images[1]->layers);
}

test(a_tag_is_given_back_and_seen)
{
    cleanup_with(opened_clear) Opened opened = open_host("\"api\":\"1.51\"", NULL);
    cleanup_with(strings_clear) Strings tags = {0};
    Error refusal = {0};

    assert_done(engine_tag(opened.engine, ID_B, "r:5000/shop:v7", err));
    assert_done(engine_query_tags(opened.engine, ID_B, &tags, err));
    assert_int_equal(tags.count, 1);
    assert_string_equal(tags.items[0], "r:5000/shop:v7");
    assert_int_equal(engine_query_tags(opened.engine, ID_C, &tags, &refusal), -ENOENT);
    assert_int_equal(engine_tag(opened.engine, ID_C, "r:5000/shop:v8", &refusal), -ENOENT);
    assert_int_equal(engine_tag(opened.engine, ID_B, "shop", &refusal), -EINVAL);
}

static void assert_prunes(const char *engine, const char *const *expected)
{
    cleanup_with(opened_clear) Opened opened = open_host(engine, NULL);
    cleanup_with(free_charp) char *log = NULL;
    int64_t bytes;
    size_t records;

    assert_done(engine_prune_build_cache(opened.engine, 71 * USEC_PER_HOUR + 1, 120, &bytes, &records, err));
    assert_int_equal(bytes, 100);
    assert_int_equal(records, 1);
    assert_done(engine_prune_build_cache(opened.engine, 0, -1, &bytes, &records, err));
    fake_engine_stop(&opened.fake);
    log = fake_engine_read(&opened.fake, "log");
    for (; *expected; expected++)
        if (!strstr(log, *expected))
            fail_msg("no %s in %s", *expected, log);
    free(log);
    log = fake_engine_read(&opened.fake, "dump");
    assert_non_null(strstr(log, "\"violations\": []"));
}

test(build_cache_is_pruned_by_age_in_whole_hours_and_by_size_in_the_words_of_the_api)
{
    assert_prunes("\"api\":\"1.41\"", (const char *const[]){"/build/prune?filters={\\\"until\\\":[\\\"72h\\\"]}\"",
                                                            "/build/prune?keep-storage=120\"", "/build/prune\"", NULL});
    assert_prunes("\"api\":\"1.48\"",
                  (const char *const[]){"/build/prune?filters={\\\"until\\\":[\\\"72h\\\"]}\"",
                                        "/build/prune?reserved-space=120\"", "/build/prune\"", NULL});
}

test(requests_are_counted)
{
    cleanup_with(opened_clear) Opened opened = open_host("\"api\":\"1.51\"", NULL);
    cleanup_with(snapshot_clear) Snapshot snapshot = {0};

    assert_int_equal(engine_requests(opened.engine), 1);
    assert_done(engine_query_images(opened.engine, false, &snapshot, err));
    assert_int_equal(engine_requests(opened.engine), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_highest_api_that_both_speak_is_used),
        cmocka_unit_test(an_engine_too_old_or_too_new_is_named_with_what_is_needed),
        cmocka_unit_test(the_engine_says_what_it_is),
        cmocka_unit_test(lists_are_alike_on_every_api),
        cmocka_unit_test(image_mounts_become_ids_or_are_unresolved),
        cmocka_unit_test(inspects_tell_how_containers_ran_and_why_not),
        cmocka_unit_test(an_inspect_that_hangs_keeps_its_container_unknown_and_holds_up_no_other),
        cmocka_unit_test(the_replay_is_complete_from_its_oldest_event_on),
        cmocka_unit_test(a_replay_does_not_reach_back_to_what_a_wrong_clock_stamped),
        cmocka_unit_test(of_a_replay_that_is_cut_off_nothing_is_kept),
        cmocka_unit_test(build_cache_is_read_on_old_and_new_engines),
        cmocka_unit_test(podman_has_no_build_cache),
        cmocka_unit_test(a_disk_usage_operation_of_somebody_else_is_waited_for),
        cmocka_unit_test(an_image_that_somebody_removes_while_the_disk_is_measured_is_waited_for),
        cmocka_unit_test(an_image_that_somebody_removes_while_it_is_listed_is_waited_for),
        cmocka_unit_test(layers_are_told_where_their_sizes_fit),
        cmocka_unit_test(a_tag_is_given_back_and_seen),
        cmocka_unit_test(build_cache_is_pruned_by_age_in_whole_hours_and_by_size_in_the_words_of_the_api),
        cmocka_unit_test(requests_are_counted),
    };

    if (fake_engine_missing())
        return 77;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
