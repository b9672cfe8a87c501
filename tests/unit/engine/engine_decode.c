/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>
#include <string.h>

#include "engine/decode/decode.h"
#include "engine_samples.h"

static Image image_of(const char *text)
{
    Image image;
    Error err = {0};

    if (decode_image(text, strlen(text), &image, &err) < 0)
        fail_msg("%s", err.text);
    return image;
}

static Container container_of(const char *text)
{
    Container container;
    Error err = {0};

    if (decode_container(text, strlen(text), &container, &err) < 0)
        fail_msg("%s", err.text);
    return container;
}

test(an_image_of_api_1_41_is_read)
{
    cleanup_with(image_clear) Image image = image_of(IMAGE_41);

    assert_string_equal(image.id, ID_A);
    assert_int_equal(image.tags.count, 2);
    assert_string_equal(image.tags.items[0], "r:5000/blog:v4");
    assert_int_equal(image.digests.count, 0);
    assert_string_equal(image.parent_id, ID_B);
    assert_int_equal(image.created, 1700000000 * USEC_PER_SEC);
    assert_int_equal(image.size_bytes, 77800000);
    assert_int_equal(image.shared_bytes, -1);
    assert_null(image.labels.service);
    assert_false(image.labels.keep);
}

test(placeholders_are_no_tags_and_no_digests)
{
    cleanup_with(image_clear) Image dangling = image_of(IMAGE_41_DANGLING);
    cleanup_with(image_clear) Image digest_only = image_of(IMAGE_41_DIGEST_ONLY);
    cleanup_with(image_clear) Image bare = image_of(IMAGE_51_C8D_DANGLING);

    assert_int_equal(dangling.tags.count + dangling.digests.count, 0);
    assert_null(dangling.parent_id);
    assert_int_equal(digest_only.tags.count, 0);
    assert_int_equal(digest_only.digests.count, 1);
    assert_string_equal(digest_only.labels.service, "blog");
    assert_int_equal(digest_only.created, 0);
    assert_int_equal(bare.digests.count, 0); /* "sha256:…" without a repository */
}

test(a_digest_among_the_tags_of_the_containerd_store_is_a_digest)
{
    cleanup_with(image_clear) Image image = image_of(IMAGE_51_C8D);

    assert_int_equal(image.tags.count, 0);
    assert_int_equal(image.digests.count, 1);
    assert_string_equal(image.digests.items[0], "r/shop@" ID_A);
    assert_int_equal(image.size_bytes, 9876543210);
    assert_int_equal(image.shared_bytes, 1234);
    assert_true(image.labels.keep);
    assert_string_equal(image.labels.title, "kamal-proxy");
}

test(podman_ids_become_ids)
{
    cleanup_with(image_clear) Image image = image_of(IMAGE_PODMAN);

    assert_string_equal(image.id, ID_C);
    assert_string_equal(image.parent_id, ID_A);
    assert_string_equal(image.tags.items[0], "localhost/podman-pause:4.3.1-0");
}

test(what_is_left_out_has_its_default)
{
    cleanup_with(image_clear) Image image = image_of("{\"Id\":\"" ID_A "\",\"Unknown\":{\"a\":[1]}}");
    cleanup_with(container_clear) Container container = container_of("{\"Id\":\"" HEX_A "\",\"ImageID\":\"" ID_A "\"}");

    assert_int_equal(image.size_bytes, 0);
    assert_int_equal(image.shared_bytes, -1);
    assert_int_equal(container.state, STATE_UNKNOWN);
    assert_string_equal(container.name, "aaaaaaaaaaaa"); /* as people find one without a name */
    assert_null(image.unreadable);
    assert_null(container.unreadable);
}

test(an_image_without_an_id_is_refused)
{
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"{\"Size\":1}", "\"Id\""},
        {"{\"Id\":7}", "\"Id\" is not a string"},
        {"{\"Id\":\"sha256:abc\"}", "not an image ID"},
        {"[]", "not the JSON"},
        {"{", "not JSON"},
        {"null", "not JSON"},
    };

    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        Image image;
        Error err = {0};

        assert_int_equal(decode_image(cases[i].text, strlen(cases[i].text), &image, &err), -EPROTO);
        if (!strstr(err.text, cases[i].why))
            fail_msg("%s: \"%s\" does not say %s", cases[i].text, err.text, cases[i].why);
    }
}

test(a_wrong_type_is_named_and_the_rest_is_read)
{
    static const struct {
        const char *text, *why;
        int hidden;
    } cases[] = {
        {"{\"Id\":\"" ID_A "\",\"Size\":\"1\"}", "\"Size\" is not a whole number", 0},
        {"{\"Id\":\"" ID_A "\",\"RepoTags\":\"blog:v1\"}", "\"RepoTags\" is not a list", IMAGE_HIDES_TAGS},
        {"{\"Id\":\"" ID_A "\",\"RepoTags\":[null]}", "not a string", IMAGE_HIDES_TAGS},
        {"{\"Id\":\"" ID_A "\",\"RepoTags\":[\"blog\"]}", "not a reference", IMAGE_HIDES_TAGS},
        {"{\"Id\":\"" ID_A "\",\"Labels\":[]}", "\"Labels\" is not an object", IMAGE_HIDES_LABELS},
        {"{\"Id\":\"" ID_A "\",\"Labels\":{\"service\":1}}", "\"service\" is not a string", IMAGE_HIDES_LABELS},
        {"{\"Id\":\"" ID_A "\",\"ParentId\":\"x\"}", "\"ParentId\"", IMAGE_HIDES_PARENT},
        {"{\"Id\":\"" ID_A "\",\"RepoTags\":[\"\",\"blog:v1\"]}", "not a reference", IMAGE_HIDES_TAGS},
        {"{\"Id\":\"" ID_A "\",\"Size\":18446744073709551615}", "not JSON",
         IMAGE_HIDES_ALL}, /* larger than any integer */
        {"{\"Id\":\"" ID_A "\",\"Size\":1", "not JSON", IMAGE_HIDES_ALL},
        {"{\"Id\":\"sha512:" HEX_A HEX_A "\"}", "not a sha256 digest", 0},
    };

    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        cleanup_with(image_clear) Image image = image_of(cases[i].text);

        assert_non_null(image.unreadable);
        if (!strstr(image.unreadable, cases[i].why))
            fail_msg("%s: \"%s\" does not say %s", cases[i].text, image.unreadable, cases[i].why);
        assert_int_equal(image.hidden, cases[i].hidden);
    }
    cleanup_with(image_clear) Image image =
        image_of("{\"Id\":\"" ID_A "\",\"RepoTags\":[null,\"blog:v1\"],\"Size\":5,\"Created\":\"x\"}");
    assert_string_equal(image.tags.items[0], "blog:v1");
    assert_int_equal(image.size_bytes, 5);
}

test(a_size_that_no_disk_holds_says_little)
{
    cleanup_with(image_clear) Image negative = image_of("{\"Id\":\"" ID_A "\",\"Size\":-1}");
    cleanup_with(image_clear) Image sparse = image_of("{\"Id\":\"" ID_A "\",\"Size\":9000000000000000000}");

    assert_null(negative.unreadable);
    assert_int_equal(negative.size_bytes, 0);
    assert_null(sparse.unreadable);
    assert_true(sparse.size_bytes < INT64_MAX / 1000000); /* so that millions can be added up */
}

test(any_digest_is_one)
{
    cleanup_with(image_clear) Image image =
        image_of("{\"Id\":\"" ID_A "\",\"RepoDigests\":[\"r/x@sha512:" HEX_A HEX_A "\"]}");

    assert_null(image.unreadable);
    assert_int_equal(image.digests.count, 1);
}

test(a_container_of_which_something_cannot_be_read_is_named_and_may_be_anything)
{
    static const char *const rows[] = {
        "\"Names\":[7]", "\"State\":7",  "\"Created\":\"x\"",
        "\"Labels\":[]", "\"Image\":{}", "\"Labels\":{\"role\":[]}",
    };

    for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
        cleanup_with(free_charp) char *text = xasprintf("{\"Id\":\"" HEX_A "\",\"ImageID\":\"" ID_B "\",%s}", rows[i]);
        cleanup_with(container_clear) Container container = container_of(text);

        assert_string_equal(container.image_id, ID_B);
        assert_non_null(container.unreadable);
        assert_non_null(container.inspect_error);
        assert_true(container_state_is_live(container.state)); /* none is told, or none that is known */
    }
    cleanup_with(container_clear) Container mounts =
        container_of("{\"Id\":\"" HEX_A "\",\"ImageID\":\"" ID_B "\",\"Mounts\":[7]}");
    assert_true(mounts.has_unresolved_mount);
    cleanup_with(container_clear) Container odd_id = container_of("{\"Id\":\"AB-1\",\"ImageID\":\"" ID_B "\"}");
    assert_non_null(odd_id.unreadable);
}

test(the_keep_label_protects_unless_it_plainly_says_no)
{
    static const struct {
        const char *value;
        bool keeps;
    } cases[] = {{"true", true}, {"1", true},  {"Yes", true},  {"", true},      {"ture", true},
                 {"no", false},  {"0", false}, {"off", false}, {"False", false}};

    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        char *text = xasprintf("{\"Id\":\"" ID_A "\",\"Labels\":{\"rgc.keep\":\"%s\"}}", cases[i].value);
        cleanup_with(image_clear) Image image = image_of(text);

        assert_int_equal(image.labels.keep, cases[i].keeps);
        free(text);
    }
}

test(a_container_of_kamal_is_read)
{
    cleanup_with(container_clear) Container container = container_of(CONTAINER_KAMAL);

    assert_string_equal(container.id, HEX_A);
    assert_string_equal(container.name, "blog-web-v4");
    assert_string_equal(container.image_id, ID_B);
    assert_string_equal(container.image_ref, "r:5000/blog:v4");
    assert_int_equal(container.state, STATE_EXITED);
    assert_int_equal(container.created, 1700000100 * USEC_PER_SEC);
    assert_string_equal(container.labels.service, "blog");
    assert_string_equal(container.labels.role, "web");
    assert_null(container.labels.destination); /* empty */
    assert_false(container.run.is_known);
}

test(image_mounts_are_names_still_to_be_resolved)
{
    cleanup_with(container_clear) Container container = container_of(CONTAINER_COMPOSE_MOUNT);
    cleanup_with(container_clear) Container nameless =
        container_of("{\"Id\":\"" HEX_A "\",\"ImageID\":\"" ID_A "\",\"Mounts\":[{\"Type\":\"image\"}]}");

    assert_int_equal(container.mounted_images.count, 1);
    assert_string_equal(container.mounted_images.items[0], "redis");
    assert_true(container.labels.compose_oneoff);
    assert_false(container.has_unresolved_mount);
    assert_true(nameless.has_unresolved_mount);
}

test(a_container_whose_image_cannot_be_told_is_refused)
{
    static const char *const texts[] = {
        "{\"Id\":\"" HEX_A "\"}",
        "{\"Id\":\"" HEX_A "\",\"ImageID\":null,\"Image\":\"\"}",
        "{\"Id\":\"" HEX_A "\",\"ImageID\":\"sha256:ab\",\"Image\":\"blog:v4\"}",
        "{\"Id\":\"../x?force=1\",\"ImageID\":\"" ID_A "\"}",
        "{\"Id\":7,\"ImageID\":\"" ID_A "\"}",
        "{\"ImageID\":\"" ID_A "\"}",
        "[]",
    };
    cleanup_with(container_clear) Container pod =
        container_of("{\"Id\":\"" HEX_B "\",\"ImageID\":\"sha256:\",\"Image\":\"\"}"); /* Podman 5.8 */
    cleanup_with(container_clear) Container foreign =
        container_of("{\"Id\":\"" HEX_B "\",\"ImageID\":\"sha512:" HEX_A HEX_A "\"}");
    cleanup_with(container_clear) Container rootfs =
        container_of("{\"Id\":\"" HEX_A "\",\"ImageID\":\"\",\"Image\":\"\"}"); /* podman run --rootfs */
    Error err;

    assert_string_equal(rootfs.image_id, "");
    assert_string_equal(pod.image_id, "");
    assert_null(pod.unreadable);
    assert_string_equal(foreign.image_id, "sha512:" HEX_A HEX_A);
    for (size_t i = 0; i < N_ELEMENTS(texts); i++) {
        Container container;

        assert_int_equal(decode_container(texts[i], strlen(texts[i]), &container, &err), -EPROTO);
    }
}

static Run run_of(const char *text, char **ret_ref)
{
    Run run;
    Error err = {0};

    if (decode_run(text, strlen(text), &run, ret_ref, &err) < 0)
        fail_msg("%s", err.text);
    return run;
}

/* HumanDuration of docker/go-units: the shortest time for which it has these words. */
test(the_list_says_in_words_how_long_a_container_has_been_as_it_is)
{
    static const struct {
        const char *status;
        int64_t usec;
    } rows[] = {
        {"Up 3 seconds", 3 * USEC_PER_SEC},
        {"Up Less than a second", 0}, /* so it says for years of what a clock has stamped that was ahead */
        {"Up About a minute (healthy)", USEC_PER_MINUTE},
        {"Up 46 hours (Paused)", 45 * USEC_PER_HOUR + 30 * USEC_PER_MINUTE},
        {"Exited (0) 1 second ago", USEC_PER_SEC},
        {"Exited (137) About an hour ago", USEC_PER_HOUR},
        {"Exited (1) 13 days ago", 13 * USEC_PER_DAY - 30 * USEC_PER_MINUTE},
        {"Exited (1) 2 weeks ago", 14 * USEC_PER_DAY - 30 * USEC_PER_MINUTE},
        {"Exited (1) 3 months ago", 90 * USEC_PER_DAY - 30 * USEC_PER_MINUTE},
        {"Exited (1) 2 years ago", 730 * USEC_PER_DAY - 30 * USEC_PER_MINUTE},
        {"Created", 0},
        {"Dead", 0},
        {"Removal In Progress", 0},
        {"Restarting (1) 5 seconds ago", 0},
        {"Up", 0},
        {"Up ", 0},
        {"Up a while", 0},
        {"Up -3 hours", 0},
        {"Up 99999999999999999999 years", 0},
        {"Exited (0)", 0},
        {"Exited (0) some time ago", 0},
        {"", 0},
    };
    for (size_t i = 0; i < N_ELEMENTS(rows); i++)
        if (decode_in_state_for(rows[i].status) != rows[i].usec)
            fail_msg("%s: %lld", rows[i].status, (long long)decode_in_state_for(rows[i].status));
}

test(an_inspect_tells_how_a_container_ran)
{
    char *ref;
    Run run = run_of(INSPECT_EXITED, &ref);

    assert_string_equal(ref, "r:5000/blog:v4");
    free(ref);
    assert_true(run.is_known);
    assert_int_equal(run.started, 1735787045123456);
    assert_int_equal(run.finished, 1735787105500000);
    assert_int_equal(run.exit_code, 143);
    assert_int_equal(run.restarts, 2);
    assert_true(run.has_restart_policy);
    assert_false(run.is_auto_remove);
    assert_true(run.was_killed);
}

test(a_running_container_has_not_finished_whatever_its_last_run_did)
{
    char *ref;
    Run run = run_of(INSPECT_RUNNING_AGAIN, &ref);

    assert_null(ref);
    assert_int_equal(run.finished, 0);
    assert_false(run.has_restart_policy);
    assert_true(run.is_auto_remove);
}

test(a_container_out_of_memory_was_not_stopped_from_outside)
{
    char *ref;
    Run run = run_of("{\"State\":{\"Running\":false,\"OOMKilled\":true,\"ExitCode\":137,\"StartedAt\":"
                     "\"0001-01-01T00:00:00Z\",\"FinishedAt\":\"\"}}",
                     &ref);

    assert_false(run.was_killed);
    assert_int_equal(run.started, 0);
    assert_int_equal(run.finished, 0);
}

test(an_inspect_without_state_or_with_a_strange_time_is_refused)
{
    static const char *const texts[] = {"{}", "{\"State\":{\"StartedAt\":\"yesterday\"}}", "[]", ""};
    Error err;

    for (size_t i = 0; i < N_ELEMENTS(texts); i++) {
        char *ref;
        Run run;

        assert_int_equal(decode_run(texts[i], strlen(texts[i]), &run, &ref, &err), -EPROTO);
    }
}

test(versions_and_podman_are_recognised)
{
    static const char docker[] = "{\"Version\":\"28.5.2\",\"ApiVersion\":\"1.51\",\"MinAPIVersion\":\"1.24\","
                                 "\"Components\":[{\"Name\":\"Engine\"}]}";
    static const char podman[] = "{\"Version\":\"4.3.1\",\"ApiVersion\":\"1.41\",\"Components\":[{\"Name\":\"Podman "
                                 "Engine\"}]}";
    VersionInfo info;
    Error err;

    assert_int_equal(decode_version(docker, strlen(docker), &info, &err), 0);
    assert_int_equal(info.api_minor, 51);
    assert_int_equal(info.min_api_minor, 24);
    assert_false(info.is_podman);
    free(info.version);
    assert_int_equal(decode_version(podman, strlen(podman), &info, &err), 0);
    assert_int_equal(info.min_api_minor, 0);
    assert_true(info.is_podman);
    free(info.version);
    assert_int_equal(decode_version("{\"ApiVersion\":\"2.0\"}", 20, &info, &err), -EPROTO);
    assert_int_equal(decode_version("{\"ApiVersion\":\"1.5x\"}", 21, &info, &err), -EPROTO);
    assert_int_equal(decode_version("{\"ApiVersion\":\"1.-5\"}", 21, &info, &err), -EPROTO);
    assert_int_equal(decode_version("{}", 2, &info, &err), -EPROTO);
}

test(the_containerd_store_is_recognised_by_its_driver_status)
{
    static const char c8d[] =
        "{\"Driver\":\"overlayfs\",\"Containerd\":{\"Address\":\"/run/c.sock\"},\"DriverStatus\":[[\"driver-type\","
        "\"io.containerd.snapshotter.v1\"]],\"DockerRootDir\":\"/d\"}";
    static const char gd[] = "{\"Driver\":\"overlay2\",\"DriverStatus\":null,\"DockerRootDir\":\"/var/lib/docker\"}";
    EngineInfo info = {0};
    Error err;

    assert_int_equal(decode_info(c8d, strlen(c8d), &info, &err), 0);
    assert_int_equal(info.store, STORE_CONTAINERD);
    assert_string_equal(info.containerd, "/run/c.sock");
    engine_info_clear(&info);
    assert_int_equal(decode_info(gd, strlen(gd), &info, &err), 0);
    assert_int_equal(info.store, STORE_OVERLAY2);
    assert_string_equal(info.root, "/var/lib/docker");
    assert_null(info.containerd);
    engine_info_clear(&info);
    assert_int_equal(decode_info("{\"Driver\":\"vfs\"}", 16, &info, &err), -EPROTO);
}

static void event(Snapshot *snapshot, const char *type, const char *action, const char *id, const char *attributes)
{
    char *text = xasprintf("{\"Type\":\"%s\",\"Action\":\"%s\",\"Actor\":{\"ID\":\"%s\",\"Attributes\":{%s}},"
                           "\"timeNano\":1700000000123456789}",
                           type, action, id, attributes);
    Error err;
    Time time;

    assert_int_equal(decode_event(text, strlen(text), snapshot, &time, &err), 0);
    assert_int_equal(time, 1700000000123456);
    free(text);
}

test(events_tell_arrivals_by_reference_and_by_id)
{
    cleanup_with(snapshot_clear) Snapshot snapshot = {0};

    event(&snapshot, "image", "pull", "r:5000/blog:v4", "\"name\":\"r:5000/blog\"");
    event(&snapshot, "image", "tag", ID_A, "\"name\":\"blog:v5\"");
    event(&snapshot, "image", "pull", HEX_B, "\"name\":\"quay.io/x\""); /* Podman */
    event(&snapshot, "image", "untag", ID_C, "\"name\":\"blog:v1\"");
    event(&snapshot, "container", "create", HEX_C, "\"image\":\"blog:v1\"");
    assert_int_equal(snapshot.n_arrivals, 4);
    assert_string_equal(snapshot.arrivals[0].reference, "r:5000/blog:v4");
    assert_string_equal(snapshot.arrivals[1].reference, ID_A);
    assert_string_equal(snapshot.arrivals[2].reference, "blog:v5");
    assert_string_equal(snapshot.arrivals[3].reference, ID_B);
    assert_int_equal(snapshot.arrivals[0].time, 1700000000123456);
}

test(events_tell_who_was_stopped_from_outside_and_a_hangup_is_no_stop)
{
    cleanup_with(snapshot_clear) Snapshot snapshot = {0};

    event(&snapshot, "container", "kill", HEX_A, "\"signal\":\"1\"");
    assert_int_equal(snapshot.killed.count, 0);
    event(&snapshot, "container", "kill", HEX_A, "\"signal\":\"15\"");
    event(&snapshot, "container", "stop", HEX_A, "");
    event(&snapshot, "container", "stop", HEX_B, "");
    event(&snapshot, "container", "die", HEX_C, "\"exitCode\":\"0\"");
    assert_int_equal(snapshot.killed.count, 2);
}

/* The shapes of API 1.41, of builders' own, and of 1.42 and newer, whose name begins with a blank. */
test(what_a_record_was_made_from_is_read_in_all_shapes)
{
    static const char *const shapes[] = {"\"Parent\":\"a\"", "\"Parents\":[\"a\"]", "\" Parents\":[\"a\"]",
                                         "\"Parent\":\"\",\" Parents\":[\"a\"]"};
    static const char *const none[] = {"\"Parent\":\"\"", "\" Parents\":null", "\"x\":1"};
    static const char *const odd[] = {"\" Parents\":7", "\"Parents\":[7]", "\"Parent\":{}"};
    cleanup_with(build_cache_clear) BuildCache cache = {0};
    char text[200];
    Error err;

    for (size_t i = 0; i < N_ELEMENTS(shapes); i++) {
        snprintf(text, sizeof(text), "{\"ID\":\"x\",%s}", shapes[i]);
        assert_int_equal(decode_build_cache("BuildCache", text, strlen(text), &cache, &err), 0);
        assert_int_equal(cache.records[i].parents.count, 1);
        assert_string_equal(cache.records[i].parents.items[0], "a");
    }
    for (size_t i = 0; i < N_ELEMENTS(none); i++) {
        snprintf(text, sizeof(text), "{\"ID\":\"x\",%s}", none[i]);
        assert_int_equal(decode_build_cache("BuildCache", text, strlen(text), &cache, &err), 0);
        assert_int_equal(cache.records[cache.n_records - 1].parents.count, 0);
    }
    for (size_t i = 0; i < N_ELEMENTS(odd); i++) {
        snprintf(text, sizeof(text), "{\"ID\":\"x\",%s}", odd[i]);
        assert_int_equal(decode_build_cache("BuildCache", text, strlen(text), &cache, &err), 0);
    }
    assert_int_equal(cache.n_unreadable, N_ELEMENTS(odd));
}

test(build_cache_records_of_both_shapes_are_read)
{
    static const char record[] = "{\"ID\":\"x\",\" Parents\":[\"y\"],\"Type\":\"internal\",\"Size\":5,\"Shared\":true,"
                                 "\"InUse\":true,\"LastUsedAt\":null}";
    static const char usage[] = "{\"TotalSize\":9,\"Items\":[{\"ID\":\"z\",\"Size\":9,\"LastUsedAt\":"
                                "\"2025-01-02T03:04:05.5Z\"}]}";
    cleanup_with(build_cache_clear) BuildCache cache = {0};
    Error err;

    assert_int_equal(decode_build_cache("BuildCache", record, strlen(record), &cache, &err), 0);
    assert_int_equal(decode_build_cache("BuildCache", "null", 4, &cache, &err), 0);
    cleanup_with(build_cache_clear) BuildCache newer = {0};
    assert_int_equal(decode_build_cache("BuildCacheUsage", usage, strlen(usage), &cache, &err), 0);
    assert_int_equal(cache.n_records, 1); /* sent beside the other shape, it says the same again */
    assert_int_equal(decode_build_cache("BuildCacheUsage", usage, strlen(usage), &newer, &err), 0);
    assert_int_equal(decode_build_cache("BuildCacheUsage", "{}", 2, &cache, &err), 0);
    assert_int_equal(newer.n_records, 1);
    assert_true(cache.records[0].is_internal && cache.records[0].is_shared && cache.records[0].is_in_use);
    assert_int_equal(cache.records[0].last_used, 0);
    assert_false(newer.records[0].is_internal);
    assert_int_equal(newer.records[0].last_used, 1735787045500000);
    assert_int_equal(decode_build_cache("BuildCache", "{\"Size\":1}", 10, &cache, &err), 0);
    assert_int_equal(cache.n_records, 1);
    assert_int_equal(cache.n_unreadable, 1);
    assert_non_null(strstr(cache.unreadable, "\"ID\""));
}

static bool was_deleted(const char *text, const char *target)
{
    bool deleted;
    Error err;

    assert_int_equal(decode_image_removal(text, strlen(text), target, &deleted, &err), 0);
    return deleted;
}

test(an_image_is_deleted_only_if_the_engine_names_it)
{
    bool deleted;
    Error err;

    assert_true(was_deleted("[{\"Untagged\":\"blog:v1\"},{\"Deleted\":\"" ID_A "\"}]", ID_A));
    assert_true(was_deleted("[{\"Deleted\":\"" HEX_A "\"},{\"Untagged\":\"blog:v1\"}]", ID_A)); /* Podman */
    assert_true(was_deleted("[{\"Untagged\":\"blog:v1\"},{\"Deleted\":\"" ID_A "\"}]", "blog:v1"));
    assert_false(was_deleted("[{\"Untagged\":\"blog:v1\"}]", "blog:v1"));
    assert_false(was_deleted("[{\"Deleted\":\"" ID_B "\"}]", ID_A));
    assert_int_equal(decode_image_removal("{}", 2, ID_A, &deleted, &err), -EPROTO);
    assert_int_equal(decode_image_removal("[{}]", 4, ID_A, &deleted, &err), -EPROTO);
}

test(a_prune_that_deleted_nothing_is_read)
{
    static const char none[] = "{\"CachesDeleted\":null,\"SpaceReclaimed\":0}";
    static const char two[] = "{\"CachesDeleted\":[\"a\",\"b\"],\"SpaceReclaimed\":12345678901}";
    int64_t bytes;
    size_t records;
    Error err;

    assert_int_equal(decode_prune(none, strlen(none), &bytes, &records, &err), 0);
    assert_int_equal(records, 0);
    assert_int_equal(decode_prune(two, strlen(two), &bytes, &records, &err), 0);
    assert_int_equal(records, 2);
    assert_int_equal(bytes, 12345678901);
}

static int layers_of(const char *history, const Strings *ids, int64_t size, Image *ret)
{
    Error err;
    int r = decode_history(history, strlen(history), ids, size, &ret->layers, &err);

    ret->n_layers = r < 0 ? 0 : ids->count;
    return r;
}

/* 5000 layers of 2 PB each, which together have no number. */
test(a_history_of_absurd_sizes_gives_no_layers)
{
    cleanup_with(strings_clear) Strings ids = {0};
    Image none = {0};
    size_t size = 5000 * 32 + 3;
    cleanup_with(free_charp) char *history = xmalloc(size);
    char *to = stpcpy(history, "[");

    for (int i = 0; i < 5000; i++) {
        to = stpcpy(to, i ? ",{\"Size\":2251799813685247}" : "{\"Size\":2251799813685247}");
        strings_add(&ids, ID_A);
    }
    stpcpy(to, "]");
    assert_int_equal(layers_of(history, &ids, 1000, &none), -ENODATA);
    assert_null(none.layers);
}

test(layers_get_their_sizes_from_the_history)
{
    static const char plain[] = "[{\"Size\":0,\"CreatedBy\":\"CMD x\"},{\"Size\":2000},{\"Size\":100000}]";
    static const char empty_layer[] = "[{\"Size\":0,\"CreatedBy\":\"/bin/sh -c #(nop)  CMD x\"},{\"Size\":0,"
                                      "\"CreatedBy\":\"WORKDIR /x\"},{\"Size\":102000}]";
    static const char ambiguous[] = "[{\"Size\":0,\"CreatedBy\":\"RUN a\"},{\"Size\":0,\"CreatedBy\":\"RUN b\"},"
                                    "{\"Size\":0,\"CreatedBy\":\"CMD\"},{\"Size\":102000}]";
    cleanup_with(strings_clear) Strings ids = {0};
    cleanup_with(image_clear) Image image = {0};
    cleanup_with(image_clear) Image second = {0};
    Image none = {0};

    strings_add(&ids, ID_A);
    strings_add(&ids, ID_B);
    assert_int_equal(layers_of(plain, &ids, 102000, &image), 0);
    assert_string_equal(image.layers[0].digest, ID_A);
    assert_int_equal(image.layers[0].size_bytes, 100000);
    assert_int_equal(image.layers[1].size_bytes, 2000);
    assert_int_equal(layers_of(empty_layer, &ids, 102000, &second), 0);
    assert_int_equal(second.layers[1].size_bytes, 0);
    assert_int_equal(layers_of(ambiguous, &ids, 102000, &none), -ENODATA);
    assert_int_equal(layers_of(plain, &ids, 204000, &none), -ENODATA); /* the containerd store counts blobs too */
    assert_int_equal(layers_of("[]", &ids, 0, &none), -ENODATA);
    assert_int_equal(layers_of("{}", &ids, 0, &none), -EPROTO);
    assert_null(none.layers);
}

test(a_refusal_is_one_printable_line_of_at_most_200_bytes)
{
    static const char escape[] = "{\"message\":\"no\\n\\u001b[31msuch\"}";
    char text[1000], *message;

    message = decode_message(escape, strlen(escape));
    assert_string_equal(message, "no ?[31msuch");
    free(message);
    message = decode_message(" page not found\n", 16);
    assert_string_equal(message, "page not found");
    free(message);
    assert_null(decode_message("", 0));
    assert_null(decode_message("<html>", 6));
    assert_null(decode_message("{\"cause\":1}", 11));
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    memcpy(text + 195, "äääää", 10);
    message = decode_message(text, sizeof(text) - 1);
    assert_true(strlen(message) <= 200);
    assert_string_equal(message + strlen(message) - strlen("xä…"), "xä…"); /* cut between characters */
    free(message);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_image_of_api_1_41_is_read),
        cmocka_unit_test(placeholders_are_no_tags_and_no_digests),
        cmocka_unit_test(a_digest_among_the_tags_of_the_containerd_store_is_a_digest),
        cmocka_unit_test(podman_ids_become_ids),
        cmocka_unit_test(what_is_left_out_has_its_default),
        cmocka_unit_test(an_image_without_an_id_is_refused),
        cmocka_unit_test(a_wrong_type_is_named_and_the_rest_is_read),
        cmocka_unit_test(a_size_that_no_disk_holds_says_little),
        cmocka_unit_test(any_digest_is_one),
        cmocka_unit_test(a_container_of_which_something_cannot_be_read_is_named_and_may_be_anything),
        cmocka_unit_test(the_keep_label_protects_unless_it_plainly_says_no),
        cmocka_unit_test(a_container_of_kamal_is_read),
        cmocka_unit_test(image_mounts_are_names_still_to_be_resolved),
        cmocka_unit_test(a_container_whose_image_cannot_be_told_is_refused),
        cmocka_unit_test(the_list_says_in_words_how_long_a_container_has_been_as_it_is),
        cmocka_unit_test(an_inspect_tells_how_a_container_ran),
        cmocka_unit_test(a_running_container_has_not_finished_whatever_its_last_run_did),
        cmocka_unit_test(a_container_out_of_memory_was_not_stopped_from_outside),
        cmocka_unit_test(an_inspect_without_state_or_with_a_strange_time_is_refused),
        cmocka_unit_test(versions_and_podman_are_recognised),
        cmocka_unit_test(the_containerd_store_is_recognised_by_its_driver_status),
        cmocka_unit_test(events_tell_arrivals_by_reference_and_by_id),
        cmocka_unit_test(events_tell_who_was_stopped_from_outside_and_a_hangup_is_no_stop),
        cmocka_unit_test(what_a_record_was_made_from_is_read_in_all_shapes),
        cmocka_unit_test(build_cache_records_of_both_shapes_are_read),
        cmocka_unit_test(an_image_is_deleted_only_if_the_engine_names_it),
        cmocka_unit_test(a_prune_that_deleted_nothing_is_read),
        cmocka_unit_test(layers_get_their_sizes_from_the_history),
        cmocka_unit_test(a_history_of_absurd_sizes_gives_no_layers),
        cmocka_unit_test(a_refusal_is_one_printable_line_of_at_most_200_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
