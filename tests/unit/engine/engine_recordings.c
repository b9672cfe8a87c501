/* SPDX-License-Identifier: MIT */
/* The answers of real engines in tests/recordings are read whole, however they are cut into pieces on their way. */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "engine/decode/decode.h"
#include "engine/http/stream.h"

/* What all files of one kind come to. */
typedef struct Tally {
    Snapshot snapshot;
    size_t n_odd;
    Error why;
} Tally;

static void tally_clear(Tally *tally)
{
    snapshot_clear(&tally->snapshot);
}

static char *read_recording(const char *engine, const char *name, size_t *ret_length)
{
    char path[512];
    char *text = NULL;
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s/%s.json", RECORDINGS, engine, name);
    file = fopen(path, "re");
    if (!file)
        fail_msg("%s cannot be opened", path);
    text = xcalloc(1, 1 << 20);
    *ret_length = fread(text, 1, (1 << 20) - 1, file);
    assert_true(*ret_length > 0);
    fclose(file);
    return text;
}

static void take_odd(const char *name, const char *text, size_t length, const char *why, void *userdata)
{
    Tally *tally = userdata;

    (void)name;
    if (tally->n_odd++ == 0)
        error_set(&tally->why, EPROTO, "%s: %.*s", why, length < 200 ? (int)length : 200, text);
}

static int take_image(const char *name, const char *text, size_t length, void *userdata, Error *err)
{
    Snapshot *snapshot = &((Tally *)userdata)->snapshot;
    Image image;

    if (decode_image(text, length, &image, err) < 0 || image.unreadable)
        take_odd(name, text, length, image.unreadable ? image.unreadable : err->text, userdata);
    *array_add(&snapshot->images, &snapshot->n_images) = image;
    return 0;
}

static int take_container(const char *name, const char *text, size_t length, void *userdata, Error *err)
{
    Snapshot *snapshot = &((Tally *)userdata)->snapshot;
    Container container;

    if (decode_container(text, length, &container, err) < 0 || container.unreadable)
        take_odd(name, text, length, container.unreadable ? container.unreadable : err->text, userdata);
    *array_add(&snapshot->containers, &snapshot->n_containers) = container;
    return 0;
}

static int take_event(const char *name, const char *text, size_t length, void *userdata, Error *err)
{
    Time time;

    if (decode_event(text, length, &((Tally *)userdata)->snapshot, &time, err) < 0 || time == 0)
        take_odd(name, text, length, err->text, userdata);
    return 0;
}

static int take_cache(const char *name, const char *text, size_t length, void *userdata, Error *err)
{
    return decode_build_cache(name, text, length, &((Tally *)userdata)->snapshot.cache, err);
}

/* The text in pieces of `step` bytes. */
static Tally read_list(const char *engine, const char *name, StreamForm form, StreamElement *take, size_t step)
{
    static const char *const wanted[] = {"BuildCache", "BuildCacheUsage", NULL};
    Tally tally = {0};
    Stream stream = {.form = form,
                     .wanted = wanted,
                     .known = &engine_members,
                     .on_element = take,
                     .on_odd = take_odd,
                     .userdata = &tally};
    size_t length;
    char *text = read_recording(engine, name, &length);
    Error err;
    int r = 0;

    for (size_t at = 0; r == 0 && at < length; at += step)
        r = stream_feed(&stream, text + at, step < length - at ? step : length - at, &err);
    if (r == 0)
        r = stream_finish(&stream, &err);
    if (r < 0 || tally.n_odd > 0 || tally.snapshot.cache.n_unreadable > 0)
        fail_msg("%s/%s: %s", engine, name, r < 0 ? err.text : tally.why.text);
    stream_clear(&stream);
    free(text);
    return tally;
}

/* What a decoder gets of an answer that is read whole. Caller frees. */
static char *sift(const char *engine, const char *name)
{
    Sieve sieve = {.known = &engine_members, .kept_max = 1 << 20};
    size_t length;
    char *text = read_recording(engine, name, &length), *result;
    const char *kept;
    Error err;

    sieve_feed(&sieve, text, length);
    if (sieve_finish(&sieve, &kept, &length, &err) < 0)
        fail_msg("%s/%s: %s", engine, name, err.text);
    result = xstrndup(kept, length);
    sieve_clear(&sieve);
    free(text);
    return result;
}

static const size_t steps[] = {1, 7, 4096, 1 << 20};
test(the_lists_of_images_are_read)
{
    static const struct {
        const char *engine, *file;
        size_t n_images, n_tags, n_digests;
    } cases[] = {
        {"29.7.2-containerd", "images", 5, 6, 5},
        {"29.7.2-containerd", "images-manifests", 5, 6, 5},
        {"29.7.2-overlay2", "images", 5, 6, 0},
        {"podman-5.8.6", "images", 3, 3, 3},
    };

    for (size_t i = 0; i < N_ELEMENTS(cases) * N_ELEMENTS(steps); i++) {
        size_t c = i / N_ELEMENTS(steps), n_tags = 0, n_digests = 0;
        cleanup_with(tally_clear) Tally tally =
            read_list(cases[c].engine, cases[c].file, STREAM_ARRAY, take_image, steps[i % N_ELEMENTS(steps)]);

        for (size_t n = 0; n < tally.snapshot.n_images; n++) {
            n_tags += tally.snapshot.images[n].tags.count;
            n_digests += tally.snapshot.images[n].digests.count;
            assert_true(tally.snapshot.images[n].size_bytes > 0);
        }
        assert_int_equal(tally.snapshot.n_images, cases[c].n_images);
        assert_int_equal(n_tags, cases[c].n_tags);
        assert_int_equal(n_digests, cases[c].n_digests);
    }
}

test(the_lists_of_containers_are_read)
{
    static const char *const engines[] = {"29.7.2-containerd", "29.7.2-containerd-1.55", "29.7.2-overlay2",
                                          "podman-5.8.6"};

    for (size_t i = 0; i < N_ELEMENTS(engines) * N_ELEMENTS(steps); i++) {
        const char *engine = engines[i / N_ELEMENTS(steps)];
        cleanup_with(tally_clear) Tally tally =
            read_list(engine, "containers", STREAM_ARRAY, take_container, steps[i % N_ELEMENTS(steps)]);
        size_t n_kamal = 0, n_without_image = 0;

        assert_int_equal(tally.snapshot.n_containers, 4);
        for (size_t n = 0; n < 4; n++) {
            const Container *container = &tally.snapshot.containers[n];

            n_kamal += container->labels.service && strcmp(container->labels.role, "web") == 0;
            n_without_image += !*container->image_id;
            assert_int_not_equal(container->state, STATE_UNKNOWN);
        }
        /* A pod's own container has no image. */
        assert_int_equal(n_without_image, strncmp(engine, "podman", 6) == 0);
        assert_int_equal(n_kamal, 4 - n_without_image);
    }
}

test(the_events_are_read)
{
    static const struct {
        const char *engine;
        size_t n_arrivals, n_starts;
    } cases[] = {
        {"29.7.2-containerd", 9, 8},    {"29.7.2-containerd-1.55", 9, 8}, {"29.7.2-overlay2", 6, 8},
        {"29.7.2-overlay2-1.55", 6, 8}, {"podman-5.8.6", 1, 0},
    };

    for (size_t i = 0; i < N_ELEMENTS(cases) * N_ELEMENTS(steps); i++) {
        size_t c = i / N_ELEMENTS(steps);
        cleanup_with(tally_clear) Tally tally =
            read_list(cases[c].engine, "events", STREAM_SEQUENCE, take_event, steps[i % N_ELEMENTS(steps)]);

        if (tally.snapshot.n_arrivals != cases[c].n_arrivals || tally.snapshot.n_starts != cases[c].n_starts)
            fail_msg("%s: %zu arrivals, %zu starts", cases[c].engine, tally.snapshot.n_arrivals,
                     tally.snapshot.n_starts);
    }
}

/* Of API 1.51 and before, and of the shape that 1.52 brought. */
test(the_build_cache_is_read_in_both_shapes)
{
    static const struct {
        const char *engine, *file;
        size_t n_records;
    } cases[] = {
        {"29.7.2-containerd", "df", 4},      {"29.7.2-containerd", "df-build-cache", 4},
        {"29.7.2-overlay2", "df", 4},        {"29.7.2-overlay2", "df-build-cache", 4},
        {"29.7.2-containerd-1.55", "df", 4}, {"29.7.2-containerd-1.55", "df-build-cache", 4},
        {"29.7.2-overlay2-1.55", "df", 4},   {"29.7.2-overlay2-1.55", "df-build-cache", 4},
        {"podman-5.8.6", "df", 0},           {"podman-5.8.6", "df-build-cache", 0},
    };

    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        cleanup_with(tally_clear) Tally tally =
            read_list(cases[i].engine, cases[i].file, STREAM_MEMBERS, take_cache, 7);

        if (tally.snapshot.cache.n_records != cases[i].n_records)
            fail_msg("%s/%s: %zu records", cases[i].engine, cases[i].file, tally.snapshot.cache.n_records);
    }
}

test(the_engines_are_recognised)
{
    static const struct {
        const char *engine;
        int api;
        bool is_podman;
        StoreKind store;
    } cases[] = {
        {"29.7.2-containerd", 55, false, STORE_CONTAINERD},
        {"29.7.2-overlay2", 55, false, STORE_OVERLAY2},
        {"podman-5.8.6", 44, true, STORE_OTHER},
    };

    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        cleanup_with(free_charp) char *version = sift(cases[i].engine, "version");
        cleanup_with(free_charp) char *info = sift(cases[i].engine, "info");
        cleanup_with(engine_info_clear) EngineInfo engine = {0};
        VersionInfo told;
        Error err;

        assert_int_equal(decode_version(version, strlen(version), &told, &err), 0);
        assert_int_equal(told.api_minor, cases[i].api);
        assert_int_equal(told.is_podman, cases[i].is_podman);
        free(told.version);
        assert_int_equal(decode_info(info, strlen(info), &engine, &err), 0);
        assert_int_equal(engine.store, cases[i].store);
    }
}

test(the_inspects_are_read)
{
    static const char *const containers[][2] = {
        {"29.7.2-containerd", "container-0"},      {"29.7.2-containerd", "container-1"},
        {"29.7.2-containerd-1.55", "container-0"}, {"29.7.2-overlay2", "container-0"},
        {"podman-5.8.6", "container-0"},           {"podman-5.8.6", "container-1"},
        {"podman-5.8.6", "container-3"},
    };
    static const char *const images[][2] = {
        {"29.7.2-containerd", "image-0"}, {"29.7.2-containerd", "image-1"}, {"29.7.2-containerd-1.55", "image-0"},
        {"29.7.2-overlay2", "image-0"},   {"29.7.2-overlay2", "image-1"},   {"29.7.2-overlay2-1.55", "image-0"},
        {"podman-5.8.6", "image-0"},
    };

    for (size_t i = 0; i < N_ELEMENTS(containers); i++) {
        cleanup_with(free_charp) char *text = sift(containers[i][0], containers[i][1]), *ref = NULL;
        Run run;
        Error err = {0};

        if (decode_run(text, strlen(text), &run, &ref, &err) < 0 || !run.is_known)
            fail_msg("%s/%s: %s", containers[i][0], containers[i][1], err.text);
    }
    for (size_t i = 0; i < N_ELEMENTS(images); i++) {
        cleanup_with(free_charp) char *text = sift(images[i][0], images[i][1]);
        cleanup_with(image_details_clear) ImageDetails details = {0};
        Error err = {0};

        if (decode_image_details(text, strlen(text), &details, &err) < 0)
            fail_msg("%s/%s: %s", images[i][0], images[i][1], err.text);
        assert_true(details.tags.count > 0 && details.diff_ids.count > 0);
    }
}

/* How the recorded images were built, without a Dockerfile, and how their containers start. */
test(builds_and_setups_are_read)
{
    static const struct {
        const char *engine, *image, *history;
        size_t n_steps;
        int64_t bytes;
    } cases[] = {
        {"29.7.2-containerd", "image-1", "history-1", 2, 69632 + 774144},
        {"29.7.2-overlay2", "image-1", "history-1", 2, 65536 + 762678},
        {"podman-5.8.6", "image-0", "history-0", 2, 71680 + 768000},
    };
    static const char *const containers[][2] = {{"29.7.2-overlay2", "container-0"}, {"podman-5.8.6", "container-0"}};

    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        cleanup_with(free_charp) char *inspect = sift(cases[i].engine, cases[i].image);
        cleanup_with(free_charp) char *history = sift(cases[i].engine, cases[i].history);
        cleanup_with(image_facts_clear) ImageFacts facts = {.build = xcalloc(1, sizeof(*facts.build))};
        const ImageBuild *build = facts.build;
        int64_t bytes = 0;
        Error err = {0};

        if (decode_facts(inspect, strlen(inspect), &facts, &err) < 0 ||
            decode_facts_history(history, strlen(history), &facts, &err) < 0)
            fail_msg("%s: %s", cases[i].engine, err.text);
        assert_int_equal(build->n_steps, cases[i].n_steps);
        assert_int_equal(build->setup, SETUP_KNOWN | SETUP_ROOT);
        for (size_t j = 0; j < build->n_steps; j++) {
            assert_int_equal(build->steps[j].layer, (int)j);
            assert_int_equal(build->steps[j].kind, STEP_FOREIGN);
            bytes += build->steps[j].size_bytes;
        }
        assert_int_equal(bytes, cases[i].bytes);
    }
    for (size_t i = 0; i < N_ELEMENTS(containers); i++) {
        cleanup_with(free_charp) char *text = sift(containers[i][0], containers[i][1]), *ref = NULL;
        Run run;
        Error err = {0};

        assert_int_equal(decode_run(text, strlen(text), &run, &ref, &err), 0);
        assert_true(run.setup & SETUP_KNOWN);
        assert_true(run.setup & SETUP_UNBOUNDED_LOG); /* json-file without max-size */
    }
}

/* Podman 5 tells the entrypoint of a container as a list; before, it was one text. */
static void an_entrypoint_as_one_text_is_read(void **state)
{
    static const struct {
        const char *entrypoint;
        int setup; /* of these bits */
    } cases[] = {
        {"[]", 0},
        {"\"\"", 0},
        {"\"/docker-entrypoint.sh\"", SETUP_SCRIPT},
        {"\"/bin/sh -c npm start\"", SETUP_SHELL_FORM},
        {"[\"/bin/sh\",\"-c\",\"npm start\"]", SETUP_SHELL_FORM},
        {"\"/bin/sh -c exec node server.js\"", 0},
        {"\"/usr/bin/tini -- /bin/sh -c npm start\"", 0},
        {"\"  /usr/local/bin/gosu  app  node server.js \"", SETUP_DROPS_ROOT},
        {"\"cargo run --release\"", SETUP_BUILDS},
    };
    const int bits = SETUP_SCRIPT | SETUP_SHELL_FORM | SETUP_DROPS_ROOT | SETUP_BUILDS;
    cleanup_with(free_charp) char *text = sift("podman-5.8.6", "container-0");
    const char *config = strstr(text, "\"Config\":{");

    (void)state;
    assert_non_null(config);
    config += strlen("\"Config\":{");
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        cleanup_with(free_charp) char *ref = NULL;
        cleanup_with(free_charp) char *told =
            xasprintf("%.*s\"Entrypoint\":%s,%s", (int)(config - text), text, cases[i].entrypoint, config);
        Run run;
        Error err = {0};

        if (decode_run(told, strlen(told), &run, &ref, &err) < 0)
            fail_msg("%s: %s", cases[i].entrypoint, err.text);
        if ((run.setup & bits) != cases[i].setup)
            fail_msg("%s: %x", cases[i].entrypoint, (unsigned)run.setup);
    }
}

/* On overlay2 the sizes of an image's layers add up to its own, so they can be told. */
test(the_layers_of_an_image_get_their_sizes)
{
    cleanup_with(tally_clear) Tally tally = read_list("29.7.2-overlay2", "images", STREAM_ARRAY, take_image, 4096);
    cleanup_with(free_charp) char *text = sift("29.7.2-overlay2", "image-1");
    cleanup_with(free_charp) char *history = sift("29.7.2-overlay2", "history-1");
    cleanup_with(image_details_clear) ImageDetails details = {0};
    Image *image = NULL;
    Error err = {0};

    assert_int_equal(decode_image_details(text, strlen(text), &details, &err), 0);
    for (size_t i = 0; i < tally.snapshot.n_images; i++)
        if (strcmp(tally.snapshot.images[i].id, details.id) == 0)
            image = &tally.snapshot.images[i];
    assert_non_null(image);
    if (decode_history(history, strlen(history), &details.diff_ids, image->size_bytes, &image->layers, &err) < 0)
        fail_msg("%s", err.text);
    image->n_layers = details.diff_ids.count;
}

test(refusals_have_their_words)
{
    static const char *const cases[][3] = {
        {"29.7.2-containerd", "delete-absent", "No such image: nothing:here"},
        {"29.7.2-containerd", "image-absent", "No such image: sha256:0000"},
        {"podman-5.8.6", "delete-absent", "nothing:here"},
        {"podman-5.8.6", "image-absent", "0000"},
    };

    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        size_t length;
        cleanup_with(free_charp) char *text = read_recording(cases[i][0], cases[i][1], &length);
        cleanup_with(free_charp) char *message = decode_message(text, length);

        assert_non_null(message);
        assert_non_null(strstr(message, cases[i][2]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_lists_of_images_are_read), cmocka_unit_test(the_lists_of_containers_are_read),
        cmocka_unit_test(the_events_are_read),          cmocka_unit_test(the_build_cache_is_read_in_both_shapes),
        cmocka_unit_test(the_engines_are_recognised),   cmocka_unit_test(the_inspects_are_read),
        cmocka_unit_test(builds_and_setups_are_read),   cmocka_unit_test(the_layers_of_an_image_get_their_sizes),
        cmocka_unit_test(refusals_have_their_words),    cmocka_unit_test(an_entrypoint_as_one_text_is_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
