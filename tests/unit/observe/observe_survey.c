/* SPDX-License-Identifier: MIT */
/* What the engine's own files tell: walks that count as du does, logs, hidden stores, blobs, leftovers; and the file in
 * which sizes are kept. On a root of an engine that the test makes. */
#include "state_fixture.h"

#include "engine/decode/decode.h"
#include "observe/survey_parts.h"
#include "observe/walk.h"

#include <rgc/clock.h>
#include <rgc/file.h>
#include <rgc/json_manifest.h>
#include <rgc/sizes_file.h>

#include <errno.h>
#include <fcntl.h>

#define KB(n) ((size_t)(n)*1024)

static char id_a[65], id_b[65];

static void make_directories(const char *path)
{
    char at[1024];
    snprintf(at, sizeof(at), "%s/%s", scratch, path);
    for (char *slash = at + strlen(scratch) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        (void)mkdir(at, 0755);
        *slash = '/';
    }
}

static char *path_of(const char *path)
{
    static char at[4][1024];
    static size_t next;
    next = (next + 1) % 4;
    snprintf(at[next], sizeof(at[next]), "%s/%s", scratch, path);
    return at[next];
}

static void put(const char *path, const char *text, size_t size)
{
    make_directories(path);
    FILE *file = fopen(path_of(path), "w");
    assert_non_null(file);
    for (size_t i = 0; i < size; i++)
        fputc(i < strlen(text) ? text[i] : 'x', file);
    assert_int_equal(fclose(file), 0);
}

static void put_text(const char *path, const char *text)
{
    put(path, text, strlen(text));
}

/* Blocks, as the file system counts them. */
static int64_t blocks_of(const char *path)
{
    struct stat st;
    assert_int_equal(lstat(path_of(path), &st), 0);
    return (int64_t)st.st_blocks * 512;
}

static void a_walk_counts_as_du_does(void **unused)
{
    (void)unused;
    cleanup_with(walk_clear) Walk walk = {0};
    put("tree/a/file", "a", KB(40));
    put("tree/b/deep/er/file", "b", KB(12));
    assert_int_equal(link(path_of("tree/a/file"), path_of("tree/b/same")), 0);
    assert_int_equal(symlink(path_of("tree"), path_of("tree/b/loop")), 0);
    FILE *sparse = fopen(path_of("tree/sparse"), "w");
    assert_int_equal(ftruncate(fileno(sparse), 1 << 30), 0);
    fclose(sparse);
    assert_int_equal(walk_add(&walk, path_of("tree")), 0);
    int64_t expected = 0;
    static const char *const all[] = {"tree",        "tree/a",         "tree/a/file",         "tree/b",
                                      "tree/b/deep", "tree/b/deep/er", "tree/b/deep/er/file", "tree/b/loop",
                                      "tree/sparse"};
    for (size_t i = 0; i < N_ELEMENTS(all); i++)
        expected += blocks_of(all[i]);
    assert_int_equal(walk.bytes, expected);
    assert_int_equal(walk.n_files, N_ELEMENTS(all) + 1);
    assert_false(walk.is_partial);
    assert_int_equal(walk_add(&walk, path_of("none")), -ENOENT);
}

static bool always(void)
{
    return true;
}

static void a_walk_that_is_interrupted_or_too_deep_says_so(void **unused)
{
    (void)unused;
    Walk walk = {.is_interrupted = always};
    put("tree/file", "a", KB(4));
    assert_int_equal(walk_add(&walk, path_of("tree")), 0);
    assert_true(walk.is_partial);
    walk = (Walk){0};
    int fd = open(path_of("tree"), O_RDONLY | O_DIRECTORY);
    for (int i = 0; i < 300; i++) {
        assert_int_equal(mkdirat(fd, "d", 0755), 0);
        int below = openat(fd, "d", O_RDONLY | O_DIRECTORY);
        close(fd);
        fd = below;
    }
    close(fd);
    assert_int_equal(walk_add(&walk, path_of("tree")), 0);
    assert_true(walk.is_partial);
    assert_in_range(walk.n_files, 199, 202);
}

static void say_step(const char *step, void *userdata)
{
    snprintf(userdata, 100, "%s", step);
}

static void a_long_walk_says_how_far_it_is(void **unused)
{
    (void)unused;
    char said[100] = "";
    PassProgress progress = {.on_step = say_step, .userdata = said};
    Walk walk = {.progress = &progress, .what = "volume data"};
    make_directories("tree/x");
    for (int i = 0; i < 1000; i++) {
        char name[32];
        snprintf(name, sizeof(name), "tree/%d", i);
        put_text(name, "");
    }
    for (int i = 0; i < 20; i++)
        assert_int_equal(walk_add(&walk, path_of("tree")), 0);
    assert_string_equal(said, "measuring volume data (20000 files)");
    walk_clear(&walk);
}

/* An engine's root with containers a and b, seen from here. */
typedef struct Fixture {
    Snapshot snapshot;
    Config config;
    SurveyPlaces places;
    Survey survey;
} Fixture;

static void fixture_clear(Fixture *fixture)
{
    survey_clear(&fixture->survey);
    survey_places_clear(&fixture->places);
    strings_clear(&fixture->config.storage);
    snapshot_clear(&fixture->snapshot);
}

static void fixture_init(Fixture *fixture, StoreKind store)
{
    *fixture = (Fixture){0};
    memset(id_a, 'a', 64);
    memset(id_b, 'b', 64);
    fixture->snapshot.engine = (EngineInfo){
        .root = xstrdup(scratch),
        .store = store,
        .driver = xstrdup(store == STORE_CONTAINERD ? "overlayfs" : "overlay2"),
        .containerd = xasprintf("%s/docker/containerd/containerd.sock", scratch),
    };
    *array_add(&fixture->snapshot.disks, &fixture->snapshot.n_disks) = (Disk){.path = xstrdup(scratch)};
    for (size_t i = 0; i < 2; i++)
        *array_add(&fixture->snapshot.containers, &fixture->snapshot.n_containers) =
            (Container){.id = xstrdup(i == 0 ? id_a : id_b), .name = xstrdup("c"), .image_id = xstrdup("")};
    snapshot_index(&fixture->snapshot);
}

static void find(Fixture *fixture)
{
    survey_places_clear(&fixture->places);
    survey_find_places(&fixture->config, &fixture->snapshot, &fixture->places);
}

static char *below(const char *directory_name, const char *id, const char *rest)
{
    static char at[4][300];
    static size_t next;
    next = (next + 1) % 4;
    snprintf(at[next], sizeof(at[next]), "%s/%s/%s", directory_name, id, rest);
    return at[next];
}

static void an_engines_root_is_known_by_its_containers(void **unused)
{
    (void)unused;
    cleanup_with(fixture_clear) Fixture fixture;
    fixture_init(&fixture, STORE_OVERLAY2);
    find(&fixture);
    assert_null(fixture.places.root);
    assert_false(fixture.places.is_forbidden);
    make_directories("containers/other/x");
    find(&fixture);
    assert_null(fixture.places.root); /* another engine's */
    make_directories(below("containers", id_b, "x"));
    find(&fixture);
    assert_string_equal(fixture.places.root, scratch);
    /* In a container, the configuration says where it is mounted. */
    free(fixture.snapshot.engine.root);
    fixture.snapshot.engine.root = xstrdup("/nowhere/docker");
    find(&fixture);
    assert_null(fixture.places.root);
    strings_add(&fixture.config.storage, scratch);
    find(&fixture);
    assert_string_equal(fixture.places.root, scratch);
    fixture.snapshot.engine.is_podman = true;
    find(&fixture);
    assert_null(fixture.places.root);
}

static void logs_of_both_drivers_count_rotated_ones_too(void **unused)
{
    (void)unused;
    cleanup_with(fixture_clear) Fixture fixture;
    char log[200], rotated[220];
    fixture_init(&fixture, STORE_OVERLAY2);
    snprintf(log, sizeof(log), "containers/%s/%s-json.log", id_a, id_a);
    snprintf(rotated, sizeof(rotated), "%s.1", log);
    put(log, "l", KB(60));
    put(rotated, "l", KB(20));
    put(below("containers", id_a, "config.v2.json"), "c", KB(16));
    put(below("containers", id_b, "local-logs/container.log"), "l", KB(32));
    find(&fixture);
    survey_read_files(&fixture.places, &fixture.survey);
    assert_true(fixture.survey.logs.is_known);
    assert_int_equal(fixture.survey.logs.count, 2);
    assert_int_equal(fixture.survey.logs.bytes, blocks_of(log) + blocks_of(rotated) +
                                                    blocks_of(below("containers", id_b, "local-logs/container.log")));
    assert_int_equal(fixture.survey.n_stores, 0);
}

static void put_layer(const char *driver, const char *id, const char *size)
{
    char path[300];
    snprintf(path, sizeof(path), "image/%s/layerdb/sha256/%s/size", driver, id);
    put_text(path, size);
}

static void images_of_another_store_are_found(void **unused)
{
    (void)unused;
    cleanup_with(fixture_clear) Fixture classic, containerd;
    fixture_init(&classic, STORE_OVERLAY2);
    fixture_init(&containerd, STORE_CONTAINERD);
    make_directories(below("containers", id_a, "x"));
    put_layer("overlay2", id_a, "5000\n");
    put_layer("overlay2", id_b, "700\n");
    put_text("image/overlay2/imagedb/content/sha256/1", "{}");
    put_layer("vfs", id_b, "30");
    make_directories("image/empty/x");
    find(&containerd);
    survey_read_files(&containerd.places, &containerd.survey);
    assert_int_equal(containerd.survey.n_stores, 2);
    for (size_t i = 0; i < 2; i++) {
        const HiddenStore *store = &containerd.survey.stores[i];
        bool is_overlay2 = strcmp(store->name, "overlay2") == 0;
        assert_int_equal(store->bytes, is_overlay2 ? 5700 : 30);
        assert_int_equal(store->n_images, is_overlay2 ? 1 : 0);
    }
    put("containerd/daemon/io.containerd.content.v1.content/blobs/sha256/x", "b", KB(24));
    find(&classic);
    survey_read_files(&classic.places, &classic.survey);
    assert_int_equal(classic.survey.n_stores, 2); /* vfs, and the containerd's; overlay2 is the one in use */
    assert_string_equal(classic.survey.stores[1].name, "containerd");
    assert_int_equal(classic.survey.stores[1].bytes,
                     blocks_of("containerd/daemon/io.containerd.content.v1.content/blobs/sha256/x"));
}

#define BLOBS "containerd/daemon/io.containerd.content.v1.content/blobs/sha256"

/* "sha256:" and 64 times this digit. Static text, valid for some calls. */
static char *digest(char digit)
{
    static char text[8][80];
    static size_t next;
    next = (next + 1) % 8;
    memcpy(text[next], "sha256:", 7);
    memset(text[next] + 7, digit, 64);
    return text[next];
}

static void put_blob(char digit, const char *text, size_t size)
{
    char path[200];
    snprintf(path, sizeof(path), BLOBS "/%s", digest(digit) + 7);
    put(path, text, size > strlen(text) ? size : strlen(text));
}

static void an_image_has_the_blobs_that_its_manifests_name(void **unused)
{
    (void)unused;
    cleanup_with(fixture_clear) Fixture fixture;
    char index[400], manifest[600];
    fixture_init(&fixture, STORE_CONTAINERD);
    make_directories(below("containers", id_a, "x"));
    snprintf(index, sizeof(index), "{\"manifests\":[{\"digest\":\"%s\"},{\"digest\":\"%s\"},{\"digest\":\"../../x\"}]}",
             digest('2'), digest('9'));
    snprintf(manifest, sizeof(manifest),
             "{\"config\":{\"digest\":\"%s\"},\"layers\":[{\"digest\":\"%s\"},{\"digest\":\"%s\"},{}]}", digest('3'),
             digest('4'), digest('5'));
    put_blob('1', index, 0);
    put_blob('2', manifest, 0);
    put_blob('3', "{}", 0);
    put_blob('4', "{\"layers\":", KB(30));
    put_blob('6', "no image's", KB(50));
    *array_add(&fixture.snapshot.images, &fixture.snapshot.n_images) = (Image){.id = xstrdup(digest('1'))};
    *array_add(&fixture.snapshot.images, &fixture.snapshot.n_images) = (Image){.id = xstrdup(digest('8'))};
    find(&fixture);
    survey_read_blobs(&fixture.places, &fixture.survey);
    assert_true(fixture.survey.knows_blobs);
    assert_int_equal(fixture.survey.n_blobs, 4); /* 1, 2, 3, 4: of 5 and 9 nothing is here */
    for (size_t i = 0; i < 4; i++) {
        char path[200];
        snprintf(path, sizeof(path), BLOBS "/%s", fixture.survey.blobs[i].digest + 7);
        assert_string_equal(fixture.survey.blobs[i].image, digest('1'));
        assert_int_equal(fixture.survey.blobs[i].bytes, blocks_of(path));
    }
}

static void an_index_that_names_itself_ends(void **unused)
{
    (void)unused;
    cleanup_with(fixture_clear) Fixture fixture;
    char index[200];
    fixture_init(&fixture, STORE_CONTAINERD);
    make_directories(below("containers", id_a, "x"));
    snprintf(index, sizeof(index), "{\"manifests\":[{\"digest\":\"%s\"}]}", digest('1'));
    put_blob('1', index, 0);
    *array_add(&fixture.snapshot.images, &fixture.snapshot.n_images) = (Image){.id = xstrdup(digest('1'))};
    find(&fixture);
    survey_read_blobs(&fixture.places, &fixture.survey);
    assert_in_range(fixture.survey.n_blobs, 1, 10);
}

static void make_old(const char *path)
{
    const struct timespec times[2] = {{.tv_sec = 1600000000}, {.tv_sec = 1600000000}};
    assert_int_equal(utimensat(AT_FDCWD, path_of(path), times, 0), 0);
}

static void put_old(const char *path)
{
    char file[400];
    snprintf(file, sizeof(file), "%s/file", path);
    put_text(file, "x");
    make_old(path);
}

static void assert_leftovers(const Fixture *fixture, const char *const *expected, size_t count)
{
    cleanup_with(strings_clear) Strings found = {0};
    survey_list_leftovers(&fixture->places, &fixture->survey, wall_clock(), &found);
    assert_int_equal(found.count, count);
    for (size_t i = 0; i < count; i++)
        assert_true(strings_contain(&found, path_of(expected[i])));
}

static void what_no_record_names_is_left_over_when_it_is_old(void **unused)
{
    (void)unused;
    cleanup_with(fixture_clear) Fixture fixture;
    char layer[6][200], gone[200], young[220];
    static const char names[6] = "123456";
    fixture_init(&fixture, STORE_OVERLAY2);
    put_old(below("containers", id_a, "") /* a slash at its end does no harm */);
    put_old("overlay2/l");
    put_old("overlay2/k2j3h4buildkitsown");
    for (size_t i = 0; i < 6; i++) {
        snprintf(layer[i], sizeof(layer[i]), "overlay2/%s%s", digest(names[i]) + 7, i == 3 ? "-init" : "");
        put_old(layer[i]);
    }
    find(&fixture);
    assert_leftovers(&fixture, NULL, 0); /* without one record that can be read, nothing is known */
    put_text(below("image/overlay2/layerdb/sha256", id_a, "cache-id"), digest('1') + 7);
    put_text(below("image/overlay2/layerdb/mounts", id_a, "mount-id"), digest('2') + 7);
    snprintf(gone, sizeof(gone), "%s-init", digest('4') + 7);
    put_text(below("image/overlay2/layerdb/mounts", id_a, "init-id"), gone);
    snprintf(young, sizeof(young), "%s/fresh", layer[4]);
    put_text(young, "x"); /* somebody writes into it */
    const char *const expected[] = {layer[2], layer[5]};
    assert_leftovers(&fixture, expected, 2);
}

static void containers_and_volumes_that_are_no_more_are_left_over(void **unused)
{
    (void)unused;
    cleanup_with(fixture_clear) Fixture fixture;
    char gone[] = "containers/gone", volume[] = "volumes/gone", temporary[] = "tmp/docker-import-1";
    const char *const all[] = {gone, volume, temporary}, *const some[] = {temporary, volume};
    fixture_init(&fixture, STORE_CONTAINERD);
    make_directories(below("containers", id_a, "x"));
    put_old(gone);
    put_old(temporary);
    put_old("volumes/data");
    put_text("volumes/gone/_data/file", "x");
    put_text("volumes/data/_data/file", "x");
    make_old(volume);
    make_old("volumes/data");
    find(&fixture);
    fixture.survey.knows_volumes = true;
    *array_add(&fixture.survey.volumes, &fixture.survey.n_volumes) = (FoundVolume){.name = xstrdup("data")};
    assert_leftovers(&fixture, all, 3);
    /* Containers of the other image store come back with it. */
    *array_add(&fixture.survey.stores, &fixture.survey.n_stores) = (HiddenStore){.name = xstrdup("overlay2")};
    assert_leftovers(&fixture, some, 2);
    fixture.survey.knows_volumes = false;
    assert_leftovers(&fixture, some, 1);
}

static void sizes_come_back_as_they_went(void **unused)
{
    (void)unused;
    cleanup_with(state_freep) StateDirectory *state = open_locked();
    cleanup_with(sizes_clear) Sizes sizes = {0}, read = {0};
    Error err = {0};
    sizes_load(state, &read);
    assert_int_equal(read.count, 0);
    sizes_set(&sizes, SIZE_VOLUME, "data with a space", 5, 0, 7);
    sizes_set(&sizes, SIZE_LEFTOVERS, "", 0, 3, 8);
    assert_int_equal(sizes_save(state, &sizes, &err), 0);
    sizes_load(state, &read);
    assert_int_equal(read.count, 2);
    assert_int_equal(sizes_find(&read, SIZE_VOLUME, "data with a space")->bytes, 5);
    assert_int_equal(sizes_find(&read, SIZE_LEFTOVERS, "")->things, 3);
    assert_int_equal(sizes_find(&read, SIZE_LEFTOVERS, "")->at, 8);
}

static void a_damaged_line_costs_that_line(void **unused)
{
    (void)unused;
    cleanup_with(state_freep) StateDirectory *state = open_locked();
    cleanup_with(sizes_clear) Sizes read = {0};
    put_file("sizes.jsonl", "{\"kind\":\"volume\",\"name\":\"a\",\"bytes\":1,\"at\":5}\n"
                            "{\"kind\":\"volume\",\"name\":\"b\",\"bytes\":-1,\"at\":5}\n"
                            "{\"kind\":\"volume\",\"name\":\"c\",\"bytes\":1}\n"
                            "{\"kind\":\"planet\",\"name\":\"d\",\"bytes\":1,\"at\":5}\n"
                            "{\"kind\":\"volume\",\"na\n[]\n\n"
                            "{\"kind\":\"container\",\"name\":\"e\",\"bytes\":1,\"at\":5}\n");
    sizes_load(state, &read);
    assert_int_equal(read.count, 2);
    assert_non_null(sizes_find(&read, SIZE_VOLUME, "a"));
    assert_non_null(sizes_find(&read, SIZE_CONTAINER, "e"));
}

static void a_volume_is_anonymous_or_elsewhere_by_what_it_is(void **unused)
{
    (void)unused;
    static const struct {
        const char *text;
        bool is_anonymous, is_elsewhere;
    } cases[] = {
        {"{\"Name\":\"data\",\"Driver\":\"local\",\"Options\":null}", false, false},
        {"{\"Name\":\"0123456789012345678901234567890123456789012345678901234567890abc\",\"Driver\":\"local\"}", true,
         false},
        {"{\"Name\":\"0123456789012345678901234567890123456789012345678901234567890ABC\",\"Driver\":\"local\"}", false,
         false},
        {"{\"Name\":\"n\",\"Driver\":\"local\",\"Options\":{\"type\":\"nfs\",\"device\":\":/x\"}}", false, true},
        {"{\"Name\":\"n\",\"Driver\":\"local\",\"Options\":{\"size\":\"1g\"}}", false, false},
        {"{\"Name\":\"n\",\"Driver\":\"rexray\"}", false, true},
    };
    FoundVolume volume;
    Error err;
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        assert_int_equal(decode_found_volume(cases[i].text, strlen(cases[i].text), &volume, &err), 0);
        assert_true(volume.is_used);
        assert_int_equal(volume.is_anonymous, cases[i].is_anonymous);
        assert_int_equal(volume.is_elsewhere, cases[i].is_elsewhere);
        free(volume.name);
    }
    assert_int_equal(decode_found_volume("{}", 2, &volume, &err), -EPROTO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        state_test(a_walk_counts_as_du_does),
        state_test(a_walk_that_is_interrupted_or_too_deep_says_so),
        state_test(a_long_walk_says_how_far_it_is),
        state_test(an_engines_root_is_known_by_its_containers),
        state_test(logs_of_both_drivers_count_rotated_ones_too),
        state_test(images_of_another_store_are_found),
        state_test(an_image_has_the_blobs_that_its_manifests_name),
        state_test(an_index_that_names_itself_ends),
        state_test(what_no_record_names_is_left_over_when_it_is_old),
        state_test(containers_and_volumes_that_are_no_more_are_left_over),
        state_test(sizes_come_back_as_they_went),
        state_test(a_damaged_line_costs_that_line),
        state_test(a_volume_is_anonymous_or_elsewhere_by_what_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
