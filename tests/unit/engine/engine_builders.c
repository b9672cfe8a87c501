/* SPDX-License-Identifier: MIT */
/* buildctl and volumes, as text and through the scripted engine. */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "engine/decode/decode.h"
#include "engine_fake.h"
#include "engine_samples.h"

#define RECORD(id, more)                                                                                               \
    "{\"id\":\"" id "\",\"mutable\":true,\"size\":" more ",\"parents\":[\"p\",\"q\"],\"description\":\"x\"}"
#define USED ",\"lastUsedAt\":\"2026-01-02T03:04:05.678901234Z\",\"usageCount\":3"

static int decode(const char *text, BuildCache *cache, Error *err)
{
    return decode_buildctl(text, strlen(text), cache, err);
}

test(what_buildctl_says_is_an_array_or_one_object_a_line)
{
    static const char *const texts[] = {
        "[" RECORD("a", "10" USED) "," RECORD("b", "7,\"inUse\":true,\"lastUsedAt\":null") "," RECORD(
            "c", "1,\"shared\":true,\"recordType\":\"internal\"") "]\n",
        RECORD("a", "10" USED) "\n" RECORD("b", "7,\"inUse\":true") "\n" RECORD(
            "c", "1,\"shared\":true,\"recordType\":\"frontend\"") "\n",
    };

    for (size_t i = 0; i < N_ELEMENTS(texts); i++) {
        cleanup_with(build_cache_clear) BuildCache cache = {0};
        Error err = {0};

        assert_int_equal(decode(texts[i], &cache, &err), 0);
        assert_int_equal(cache.n_records, 3);
        assert_string_equal(cache.records[0].id, "a");
        assert_int_equal(cache.records[0].parents.count, 2);
        assert_string_equal(cache.records[0].parents.items[1], "q");
        assert_int_equal(cache.records[0].size_bytes, 10);
        assert_int_equal(cache.records[0].last_used / USEC_PER_SEC, 1767323045);
        assert_true(cache.records[1].is_in_use && !cache.records[0].is_in_use);
        assert_int_equal(cache.records[1].last_used, 0);
        assert_true(cache.records[2].is_shared && cache.records[2].is_internal && !cache.records[1].is_internal);
    }
}

test(an_empty_cache_has_no_records)
{
    static const char *const texts[] = {"", "\n", "null\n", "[]\n", " [ ] "};

    for (size_t i = 0; i < N_ELEMENTS(texts); i++) {
        cleanup_with(build_cache_clear) BuildCache cache = {0};
        Error err = {0};

        assert_int_equal(decode(texts[i], &cache, &err), 0);
        assert_int_equal(cache.n_records, 0);
    }
}

test(what_is_cut_off_or_no_record_cannot_be_used)
{
    static const char *const texts[] = {"ID\tRECLAIMABLE\tSIZE\n",
                                        "[" RECORD("a", "1") ",",
                                        RECORD("a", "1") "\n{\"id\":\"b\"",
                                        "[1]",
                                        "[{}]",
                                        "[{\"id\":7}]",
                                        "[{\"id\":\"\"}]",
                                        "[{\"id\":\"a\",\"size\":\"1\"}]",
                                        "nullx",
                                        "\"a\"",
                                        "[{\"id\":\"a\"}] {\"id\"}"};

    for (size_t i = 0; i < N_ELEMENTS(texts); i++) {
        cleanup_with(build_cache_clear) BuildCache cache = {0};
        Error err = {0};

        if (decode(texts[i], &cache, &err) != -EPROTO)
            fail_msg("taken for good: %s", texts[i]);
        assert_true(err.text[0]);
    }
}

test(one_odd_record_is_left_out_and_counted)
{
    cleanup_with(build_cache_clear) BuildCache cache = {0};
    Error err = {0};

    assert_int_equal(decode("[" RECORD("a", "1") ",{\"id\":7}," RECORD("b", "9000000000000000000") "]", &cache, &err),
                     0);
    assert_int_equal(cache.n_records, 2);
    assert_int_equal(cache.n_unreadable, 1);
    assert_non_null(cache.unreadable);
}

test(a_size_that_is_not_measured_counts_nothing)
{
    cleanup_with(build_cache_clear) BuildCache cache = {0};
    Error err = {0};

    assert_int_equal(decode("[" RECORD("a", "-1") "]", &cache, &err), 0);
    assert_int_equal(cache.records[0].size_bytes, 0);
}

test(volumes_that_buildx_would_not_make_so_are_foreign)
{
    static const struct {
        const char *more;
        bool is_foreign, is_protected;
    } cases[] = {
        {"\"Driver\":\"local\",\"Labels\":null,\"Options\":null", false, false},
        {"\"Driver\":\"local\",\"Labels\":{},\"Options\":{}", false, false},
        {"\"Driver\":\"local\",\"Labels\":{\"com.docker.compose.project\":\"x\"}", true, false},
        {"\"Driver\":\"local\",\"Labels\":{\"rgc.keep\":\"true\"}", true, true},
        {"\"Driver\":\"local\",\"Options\":{\"device\":\"/srv\"}", true, false},
        {"\"Driver\":\"nfs\"", true, false},
        {"\"Labels\":null", true, false},
    };

    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        cleanup_with(free_charp) char *text =
            xasprintf("{\"Name\":\"v\",\"CreatedAt\":\"2026-01-02T03:04:05Z\",%s}", cases[i].more);
        cleanup_with(volume_clear) Volume volume = {0};
        Error err = {0};

        assert_int_equal(decode_volume(text, strlen(text), &volume, &err), 0);
        assert_int_equal(volume.is_foreign, cases[i].is_foreign);
        assert_int_equal(volume.is_protected, cases[i].is_protected);
        assert_int_equal(volume.size_bytes, -1);
        assert_int_equal(volume.created / USEC_PER_SEC, 1767323045);
    }
}

/* --- through the scripted engine */

#define STATE(buildctl)                                                                                                \
    "{\"containers\":[{\"id\":\"" HEX_A "\",\"image\":\"" ID_A                                                         \
    "\",\"name\":\"buildx_buildkit_x0\",\"image_ref\":\"moby/buildkit:1\",\"buildctl\":{\"records\":"                  \
    "[{\"id\":\"old\",\"size\":40,\"last_used\":1700000000,\"in_use\":false,\"shared\":false,\"type\":\"regular\"},"   \
    "{\"id\":\"new\",\"size\":2,\"last_used\":4100000000,\"in_use\":false,\"shared\":false,\"type\":\"regular\"}"      \
    "]" buildctl "},\"mounts\":[{\"Type\":\"volume\",\"Name\":\"buildx_buildkit_x0_state\"}]},{\"id\":\"" HEX_B        \
    "\",\"image\":\"" ID_A                                                                                             \
    "\",\"state\":\"exited\"}],\"volumes\":[" VOLUME("buildx_buildkit_x0_state", "100") "," VOLUME(                    \
        "buildx_buildkit_y0_state", "200") "," VOLUME("buildx_buildkit__state",                                        \
                                                      "1") "," VOLUME("my_buildx_buildkit_y0_state",                   \
                                                                      "1") "," VOLUME("buildx_buildkit_y0_state2",     \
                                                                                      "1") "," VOLUME("postgres",      \
                                                                                                      "9") "]}"
#define VOLUME(name, size)                                                                                             \
    "{\"name\":\"" name "\",\"created\":1700000000,\"size\":" size ",\"labels\":{},\"options\":{},\"driver\":"         \
    "\"local\"}"

static Opened open_host_for(const char *state, const char *faults, int64_t timeout_usec)
{
    return open_fake_engine(state, faults, timeout_usec, 1);
}

static Opened open_host(const char *state, const char *faults)
{
    return open_host_for(state, faults, FAKE_HANGS_USEC);
}

test(a_builder_says_what_is_in_its_cache)
{
    static const char *const hosts[] = {STATE(""), STATE(",\"says\":\"du\",\"do\":\"split\"")};

    for (size_t i = 0; i < N_ELEMENTS(hosts); i++) {
        cleanup_with(opened_clear) Opened opened = open_host(hosts[i], NULL);
        cleanup_with(build_cache_clear) BuildCache cache = {0};
        Error err = {0};

        if (engine_query_builder(opened.engine, HEX_A, &cache, &err) < 0)
            fail_msg("%s", err.text);
        assert_true(cache.is_known);
        assert_int_equal(cache.n_records, 2);
        assert_int_equal(cache.records[0].size_bytes, 40);
    }
}

test(a_builder_is_pruned_by_age_and_by_size)
{
    static const char *const hosts[] = {STATE(""), STATE(",\"says\":\"prune\",\"do\":\"unknown-flag:--keep-storage\"")};

    for (size_t i = 0; i < N_ELEMENTS(hosts); i++) {
        cleanup_with(opened_clear) Opened opened = open_host(hosts[i], NULL);
        cleanup_with(build_cache_clear) BuildCache aged = {0}, capped = {0}, none = {0};
        Error err = {0};

        assert_int_equal(engine_prune_builder(opened.engine, HEX_A, 72 * USEC_PER_HOUR, -1, &aged, &err), 0);
        assert_int_equal(aged.n_records, 1);
        assert_string_equal(aged.records[0].id, "old");
        assert_int_equal(aged.records[0].size_bytes, 40);
        assert_int_equal(engine_prune_builder(opened.engine, HEX_A, 72 * USEC_PER_HOUR, 2, &none, &err), 0);
        assert_int_equal(none.n_records, 0);
        if (engine_prune_builder(opened.engine, HEX_A, -1, 1, &capped, &err) < 0)
            fail_msg("%s", err.text);
        assert_int_equal(capped.n_records, 1);
        assert_string_equal(capped.records[0].id, "new");
    }
}

test(every_way_in_which_buildctl_fails_is_a_sentence)
{
    static const struct {
        const char *host, *faults;
        int code;
        const char *says;
    } cases[] = {
        {STATE(",\"says\":\"du\",\"do\":\"missing\""), NULL, ENOEXEC, "can't execute 'buildctl'"},
        {STATE(",\"says\":\"du\",\"do\":\"exit:1\""), NULL, EREMOTEIO, "exit 1: error: failed to get usage"},
        {STATE(",\"says\":\"du\",\"do\":\"unknown-flag:--format\""), NULL, EREMOTEIO, "flag provided but not defined"},
        {STATE(",\"says\":\"du\",\"do\":\"nojson\""), NULL, EPROTO, "it is not JSON"},
        {STATE(",\"says\":\"du\",\"do\":\"garbage\""), NULL, EPROTO, "did not come in frames"},
        {STATE(",\"says\":\"du\",\"do\":\"endless\""), NULL, EFBIG, "more than can be true"},
        {STATE(",\"says\":\"du\",\"do\":\"hang\""), NULL, ETIMEDOUT, "did not end within "},
        {STATE(""), "[{\"match\":\"/exec$\",\"do\":\"status:404\"}]", ENOENT, "its container is gone"},
        {STATE(""), "[{\"match\":\"/exec$\",\"do\":\"status:409\"}]", EBUSY, "nothing can run"},
        {STATE(""), "[{\"match\":\"/exec$\",\"do\":\"status:500\"}]", EREMOTEIO, "the engine failed"},
        {STATE(""), "[{\"match\":\"/exec$\",\"do\":\"garbage\"}]", EPROTO, "cannot be used"},
        {STATE(""), "[{\"match\":\"/exec$\",\"do\":\"body\",\"body\":{\"Id\":\"../x\"}}]", EPROTO, "no \"Id\""},
        {STATE(""), "[{\"match\":\"/start$\",\"do\":\"status:404\"}]", ENOENT, "its container is gone"},
        {STATE(""), "[{\"match\":\"/start$\",\"do\":\"status:409\"}]", EBUSY, "nothing can run"},
        {STATE(""), "[{\"match\":\"/start$\",\"do\":\"drop\"}]", EPROTO, "closed the connection"},
        {STATE(""), "[{\"match\":\"/start$\",\"do\":\"truncate\"}]", EPROTO, "cut off"},
        {STATE(""), "[{\"match\":\"/exec/.*/json\",\"do\":\"status:404\"}]", EREMOTEIO, "refused"},
        {STATE(""), "[{\"match\":\"/exec/.*/json\",\"do\":\"body\",\"body\":{\"Running\":7}}]", EPROTO,
         "true or false"},
        {STATE(""), "[{\"match\":\"/exec/.*/json\",\"do\":\"body\",\"body\":{\"Running\":true}}]", EPROTO,
         "does not say how"},
    };

    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        /* Only what hangs is waited for: longer and longer, until that is all that takes too long. */
        for (int64_t usec = cases[i].code == ETIMEDOUT ? 2 * USEC_PER_SEC : FAKE_HANGS_USEC;; usec *= 2) {
            cleanup_with(opened_clear) Opened opened = open_host_for(cases[i].host, cases[i].faults, usec);
            cleanup_with(build_cache_clear) BuildCache cache = {0};
            Error err = {0};
            int r = engine_query_builder(opened.engine, HEX_A, &cache, &err);
            bool is_right = r == -cases[i].code && strstr(err.text, cases[i].says);

            if (!is_right && usec < FAKE_HANGS_USEC)
                continue;
            if (!is_right)
                fail_msg("case %zu: %d, not %d: %s", i, r, -cases[i].code, err.text);
            assert_int_equal(cache.n_records, 0);
            break;
        }
    }
}

test(a_stopped_builder_runs_nothing_and_is_not_started)
{
    cleanup_with(opened_clear) Opened opened = open_host(STATE(""), NULL);
    cleanup_with(build_cache_clear) BuildCache cache = {0};
    Error err = {0};

    assert_int_equal(engine_query_builder(opened.engine, HEX_B, &cache, &err), -EBUSY);
    fake_engine_stop(&opened.fake);
    cleanup_with(free_charp) char *log = fake_engine_read(&opened.fake, "log");
    assert_null(strstr(log, "/start"));
}

test(what_went_before_a_prune_failed_is_told)
{
    cleanup_with(opened_clear) Opened opened =
        open_host(STATE(""), "[{\"match\":\"POST /containers/.*/exec\",\"do\":\"status:500\",\"skip\":1}]");
    cleanup_with(build_cache_clear) BuildCache said = {0};
    Error err = {0};

    assert_int_equal(engine_prune_builder(opened.engine, HEX_A, 72 * USEC_PER_HOUR, 1, &said, &err), -EREMOTEIO);
    assert_int_equal(said.n_records, 1);
}

test(only_volumes_of_builders_are_looked_at)
{
    cleanup_with(opened_clear) Opened opened = open_host(STATE(""), NULL);
    cleanup_with(snapshot_clear) Snapshot snapshot = {0};
    Error err = {0};

    assert_int_equal(engine_query_builder_volumes(opened.engine, &snapshot, &err), 0);
    assert_true(snapshot.knows_volumes);
    assert_int_equal(snapshot.n_volumes, 2);
    assert_string_equal(snapshot.volumes[1].name, "buildx_buildkit_y0_state");
    assert_int_equal(snapshot.volumes[1].size_bytes, -1);
    assert_int_equal(engine_query_volume_sizes(opened.engine, &snapshot, &err), 0);
    assert_int_equal(snapshot.volumes[1].size_bytes, 200);
    assert_int_equal(engine_query_containers(opened.engine, &snapshot, &err), 0);
    assert_int_equal(snapshot.containers[0].builder_volumes.count, 1);
}

test(an_engine_that_does_not_tell_its_volumes_is_no_error)
{
    cleanup_with(opened_clear) Opened opened =
        open_host(STATE(""), "[{\"match\":\"GET /volumes\",\"do\":\"status:403\",\"times\":1}]");
    cleanup_with(snapshot_clear) Snapshot snapshot = {0};
    Error err = {0};

    assert_int_equal(engine_query_builder_volumes(opened.engine, &snapshot, &err), 0);
    assert_false(snapshot.knows_volumes);
    assert_int_equal(snapshot.n_volumes, 0);
}

test(a_volume_is_removed_without_any_parameter)
{
    cleanup_with(opened_clear) Opened opened = open_host(STATE(""), NULL);
    Removal removals[] = {{.kind = TARGET_VOLUME, .target = "buildx_buildkit_y0_state"},
                          {.kind = TARGET_VOLUME, .target = "buildx_buildkit_x0_state"},
                          {.kind = TARGET_VOLUME, .target = "buildx_buildkit_z0_state"}};
    Error err = {0};

    assert_int_equal(engine_remove(opened.engine, removals, 3, NULL, NULL, NULL, &err), 0);
    assert_int_equal(removals[0].outcome, OUTCOME_REMOVED);
    assert_int_equal(removals[1].outcome, OUTCOME_IN_USE);
    assert_int_equal(removals[2].outcome, OUTCOME_GONE);
    for (size_t i = 0; i < 3; i++)
        removal_clear(&removals[i]);
    fake_engine_stop(&opened.fake);
    cleanup_with(free_charp) char *dump = fake_engine_read(&opened.fake, "dump");
    assert_non_null(strstr(dump, "\"violations\": []"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_buildctl_says_is_an_array_or_one_object_a_line),
        cmocka_unit_test(an_empty_cache_has_no_records),
        cmocka_unit_test(what_is_cut_off_or_no_record_cannot_be_used),
        cmocka_unit_test(one_odd_record_is_left_out_and_counted),
        cmocka_unit_test(a_size_that_is_not_measured_counts_nothing),
        cmocka_unit_test(volumes_that_buildx_would_not_make_so_are_foreign),
        cmocka_unit_test(a_builder_says_what_is_in_its_cache),
        cmocka_unit_test(a_builder_is_pruned_by_age_and_by_size),
        cmocka_unit_test(every_way_in_which_buildctl_fails_is_a_sentence),
        cmocka_unit_test(a_stopped_builder_runs_nothing_and_is_not_started),
        cmocka_unit_test(what_went_before_a_prune_failed_is_told),
        cmocka_unit_test(only_volumes_of_builders_are_looked_at),
        cmocka_unit_test(an_engine_that_does_not_tell_its_volumes_is_no_error),
        cmocka_unit_test(a_volume_is_removed_without_any_parameter),
    };
    int missing = fake_engine_missing();
    return missing ? missing : cmocka_run_group_tests(tests, NULL, NULL);
}
