/* SPDX-License-Identifier: MIT */
/*
 * Recorded answers, cut at every byte and changed at every byte. Nothing may crash, and what is cut
 * must never be taken for a shorter answer. Run under the sanitizers this is a small fuzzer.
 */
#include "unit.h"

#include <string.h>

#include "engine/decode/decode.h"
#include "engine/http/stream.h"
#include "engine_samples.h"

static int on_image(const char *name, const char *text, size_t length, void *userdata, Error *err)
{
    Image image;
    int r = decode_image(text, length, &image, err);

    (void)name, (void)userdata;
    if (r == 0)
        image_clear(&image);
    return r;
}

static int on_container(const char *name, const char *text, size_t length, void *userdata, Error *err)
{
    Container container;
    int r = decode_container(text, length, &container, err);

    (void)name, (void)userdata;
    if (r == 0)
        container_clear(&container);
    return r;
}

static int on_an_event(const char *name, const char *text, size_t length, void *userdata, Error *err)
{
    cleanup_with(snapshot_clear) Snapshot snapshot = {0};
    Time time;

    (void)name, (void)userdata;
    return decode_event(text, length, &snapshot, &time, err);
}

static int on_record(const char *name, const char *text, size_t length, void *userdata, Error *err)
{
    cleanup_with(build_cache_clear) BuildCache cache = {0};

    (void)userdata;
    return decode_build_cache(name, text, length, &cache, err);
}

static int on_other(const char *name, const char *text, size_t length, void *userdata, Error *err)
{
    (void)name, (void)text, (void)length, (void)userdata, (void)err;
    return 0;
}

static const char *const wanted[] = {"BuildCache", NULL};

static const struct Recorded {
    StreamForm form;
    StreamElement *on_element;
    const char *text;
    size_t elements;
} recorded[] = {
    {STREAM_ARRAY, on_image, "[" IMAGE_41 "," IMAGE_41_DANGLING "," IMAGE_41_DIGEST_ONLY "]\n", 3},
    {STREAM_ARRAY, on_image, "[" IMAGE_51_C8D "," IMAGE_51_C8D_DANGLING "," IMAGE_PODMAN "]\n", 3},
    {STREAM_ARRAY, on_container, "[" CONTAINER_KAMAL "," CONTAINER_COMPOSE_MOUNT "]\n", 2},
    {STREAM_MEMBERS, on_record, BUILD_CACHE_51 "\n", 2},
    {STREAM_SEQUENCE, on_an_event, EVENTS, 4},
    {STREAM_ARRAY, on_other, REMOVAL "\n", 4},
};

#define N_RECORDED (N_ELEMENTS(recorded))

typedef struct Reading {
    StreamElement *on_element;
    size_t elements;
} Reading;

static int count_and_read(const char *name, const char *text, size_t length, void *userdata, Error *err)
{
    Reading *reading = userdata;

    reading->elements++;
    return reading->on_element(name, text, length, NULL, err);
}

/* How many elements, or -1 if the answer is refused. */
static long read_all(const struct Recorded *answer, const char *text, size_t length)
{
    Reading reading = {.on_element = answer->on_element};
    cleanup_with(stream_clear)
        Stream stream = {.form = answer->form, .wanted = wanted, .on_element = count_and_read, .userdata = &reading};
    char *copy = memcpy(xmalloc(length + 1), text, length); /* exact bounds for the address sanitizer */
    Error err;
    size_t half = length / 2;
    bool is_good = stream_feed(&stream, copy, half, &err) == 0 &&
                   stream_feed(&stream, copy + half, length - half, &err) == 0 && stream_finish(&stream, &err) == 0;

    free(copy);
    return is_good ? (long)reading.elements : -1;
}

test(recorded_answers_are_read_whole)
{
    for (size_t i = 0; i < N_RECORDED; i++)
        assert_int_equal(read_all(&recorded[i], recorded[i].text, strlen(recorded[i].text)), recorded[i].elements);
}

test(an_answer_that_is_cut_anywhere_is_refused)
{
    for (size_t i = 0; i < N_RECORDED; i++) {
        size_t length = strlen(recorded[i].text);

        /* A sequence cannot tell, its transport does (see engine_query). The last byte is a newline. */
        for (size_t n = 0; recorded[i].form != STREAM_SEQUENCE && n < length - 1; n++)
            if (read_all(&recorded[i], recorded[i].text, n) != -1)
                fail_msg("answer %zu is accepted when cut after %zu of %zu bytes", i, n, length);
    }
}

test(an_answer_with_a_hole_never_loses_an_element_in_silence)
{
    for (size_t i = 0; i < N_RECORDED; i++) {
        size_t length = strlen(recorded[i].text);
        char *text = xmalloc(length + 1);

        for (size_t at = 0; at < length; at++) {
            long n;

            memcpy(text, recorded[i].text, at);
            memcpy(text + at, recorded[i].text + at + 1, length - at);
            n = read_all(&recorded[i], text, length - 1);
            /* Without the quote before a member's name that member is another one. */
            if (n != -1 && n != (long)recorded[i].elements && recorded[i].form != STREAM_MEMBERS)
                fail_msg("answer %zu without byte %zu has %ld elements", i, at, n);
        }
        free(text);
    }
}

test(no_changed_byte_crashes_or_loses_an_element_of_a_list)
{
    static const char bytes[] = "\"\\{}[],:0x \n<\xff";

    for (size_t i = 0; i < N_RECORDED; i++) {
        size_t length = strlen(recorded[i].text);
        char *text = xstrdup(recorded[i].text);

        for (size_t at = 0; at < length; at++) {
            for (size_t b = 0; b < sizeof(bytes); b++) { /* NUL too */
                long n;

                text[at] = bytes[b];
                n = read_all(&recorded[i], text, length);
                if (recorded[i].form == STREAM_ARRAY && n != -1 && n != (long)recorded[i].elements)
                    fail_msg("answer %zu has %ld elements with byte %zu changed to 0x%02x", i, n, at, bytes[b] & 0xff);
            }
            text[at] = recorded[i].text[at];
        }
        free(text);
    }
}

test(single_answers_survive_every_cut_and_change)
{
    static const char *const texts[] = {INSPECT_EXITED, INSPECT_RUNNING_AGAIN, REMOVAL, BUILD_CACHE_51};

    for (size_t i = 0; i < N_ELEMENTS(texts); i++)
        for (size_t n = 0; n < strlen(texts[i]); n++) {
            char *copy = memcpy(xmalloc(n + 1), texts[i], n), *ref = NULL;
            cleanup_with(strings_clear) Strings ids = {0};
            cleanup_with(image_details_clear) ImageDetails details = {0};
            VersionInfo version;
            EngineInfo info = {0};
            Layer *layers;
            Run run;
            bool deleted;
            int64_t bytes;
            size_t records;
            Error err;

            copy[n] = '\0';
            assert_true(decode_run(copy, n, &run, &ref, &err) < 0);
            assert_true(decode_image_removal(copy, n, ID_A, &deleted, &err) < 0);
            assert_true(decode_version(copy, n, &version, &err) < 0);
            assert_true(decode_info(copy, n, &info, &err) < 0);
            assert_true(decode_prune(copy, n, &bytes, &records, &err) < 0);
            assert_true(decode_image_details(copy, n, &details, &err) < 0);
            assert_true(decode_history(copy, n, &ids, 0, &layers, &err) < 0);
            free(decode_message(copy, n));
            free(copy);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recorded_answers_are_read_whole),
        cmocka_unit_test(an_answer_that_is_cut_anywhere_is_refused),
        cmocka_unit_test(an_answer_with_a_hole_never_loses_an_element_in_silence),
        cmocka_unit_test(no_changed_byte_crashes_or_loses_an_element_of_a_list),
        cmocka_unit_test(single_answers_survive_every_cut_and_change),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
