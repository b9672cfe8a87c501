/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <rgc/memory.h>

#include "engine/http/stream.h"

static const char *const wanted[] = {"BuildCache", "BuildCacheUsage", NULL};

static int collect(const char *name, const char *text, size_t length, void *userdata, Error *err)
{
    char *element = xasprintf("%s%s%.*s", name ? name : "", name ? "=" : "", (int)length, text);

    (void)err;
    strings_add(userdata, element);
    free(element);
    return 0;
}

/* Feeds the text in pieces, the first of `first` bytes, the rest of `step`. */
static int split(StreamForm form, const char *text, size_t first, size_t step, Strings *ret, Error *err)
{
    cleanup_with(stream_clear) Stream stream = {.form = form, .wanted = wanted, .on_element = collect, .userdata = ret};
    size_t length = strlen(text), at = 0, piece = first;

    while (at < length) {
        /* A copy of exactly this size, so that the address sanitizer sees a step too far. */
        size_t n = piece < length - at ? piece : length - at;
        char *copy = n > 0 ? memcpy(xmalloc(n), text + at, n) : NULL;
        int r = stream_feed(&stream, copy, n, err);

        free(copy);
        if (r < 0)
            return r;
        at += n;
        piece = step;
    }
    return stream_finish(&stream, err);
}

static void assert_splits(StreamForm form, const char *text, const char *const *expected)
{
    size_t length = strlen(text);

    for (size_t first = 0; first <= length; first++)
        for (size_t step = 1; step <= length; step += step < 3 ? 1 : length) {
            cleanup_with(strings_clear) Strings elements = {0};
            Error err = {0};
            size_t n = 0;

            if (split(form, text, first, step, &elements, &err) < 0)
                fail_msg("%s: %s", text, err.text);
            for (; expected[n]; n++) {
                assert_true(n < elements.count);
                assert_string_equal(elements.items[n], expected[n]);
            }
            assert_int_equal(elements.count, n);
        }
}

test(an_array_is_split_alike_wherever_its_pieces_end)
{
    assert_splits(STREAM_ARRAY, "[]", (const char *const[]){NULL});
    assert_splits(STREAM_ARRAY, " [ \n ]\n", (const char *const[]){NULL});
    assert_splits(STREAM_ARRAY, "[{\"a\":[1,{\"b\":2}]}, {\"c\":\"}]\\\"\\\\\"} ,\n[[]],\"x,]\\\\\",12 , null,true]\n",
                  (const char *const[]){"{\"a\":[1,{\"b\":2}]}", "{\"c\":\"}]\\\"\\\\\"}", "[[]]", "\"x,]\\\\\"", "12",
                                        "null", "true", NULL});
}

test(wanted_members_of_an_object_are_split_and_the_others_passed_over)
{
    assert_splits(STREAM_MEMBERS, "{}", (const char *const[]){NULL});
    assert_splits(STREAM_MEMBERS,
                  "{\"Images\":[{\"BuildCache\":[1]},2],\"BuildCache\":[{\"ID\":\"a\"},{}],\"x\\\"\":\"y\"}",
                  (const char *const[]){"BuildCache={\"ID\":\"a\"}", "BuildCache={}", NULL});
    assert_splits(STREAM_MEMBERS, "{\"BuildCache\" : null , \"BuildCacheUsage\":{\"Items\":[1]}, \"n\": -1}",
                  (const char *const[]){"BuildCache=null", "BuildCacheUsage={\"Items\":[1]}", NULL});
    assert_splits(STREAM_MEMBERS, "{\"BuildCache\":[],\"Volumes\":[]}", (const char *const[]){NULL});
}

test(a_sequence_of_objects_is_split)
{
    assert_splits(STREAM_SEQUENCE, "", (const char *const[]){NULL});
    assert_splits(STREAM_SEQUENCE, "{\"a\":1}\n{\"b\":{}}{\"c\":2}\n",
                  (const char *const[]){"{\"a\":1}", "{\"b\":{}}", "{\"c\":2}", NULL});
}

static void assert_refused(StreamForm form, const char *text, const char *why)
{
    for (size_t step = 1; step <= strlen(text) + 1; step++) {
        cleanup_with(strings_clear) Strings elements = {0};
        Error err = {0};

        assert_int_equal(split(form, text, step, step, &elements, &err), -EPROTO);
        if (!strstr(err.text, why))
            fail_msg("%s: \"%s\" does not say \"%s\"", text, err.text, why);
    }
}

test(what_is_no_array_or_does_not_end_properly_is_refused)
{
    assert_refused(STREAM_ARRAY, "", "empty answer");
    assert_refused(STREAM_ARRAY, " \n", "empty answer");
    assert_refused(STREAM_ARRAY, "<!DOCTYPE html><html></html>", "web page");
    assert_refused(STREAM_ARRAY, "{\"message\":\"no\"}", "not the JSON");
    assert_refused(STREAM_ARRAY, "page not found", "not the JSON");
    assert_refused(STREAM_ARRAY, "[", "ends in the middle");
    assert_refused(STREAM_ARRAY, "[{}", "ends in the middle");
    assert_refused(STREAM_ARRAY, "[{},", "ends in the middle");
    assert_refused(STREAM_ARRAY, "[{\"a\":\"", "ends in the middle");
    assert_refused(STREAM_ARRAY, "[1", "ends in the middle");
    assert_refused(STREAM_ARRAY, "[{},]", "not the JSON");
    assert_refused(STREAM_ARRAY, "[,{}]", "not the JSON");
    assert_refused(STREAM_ARRAY, "[{}{}]", "not the JSON");
    assert_refused(STREAM_ARRAY, "[{}]]", "after the end");
    assert_refused(STREAM_ARRAY, "[] x", "after the end");
    assert_refused(STREAM_MEMBERS, "{\"BuildCache\":[]", "ends in the middle");
    assert_refused(STREAM_MEMBERS, "{\"BuildCache\":[1]]", "not the JSON");
    assert_refused(STREAM_MEMBERS, "{\"BuildCache\" 1}", "not the JSON");
    assert_refused(STREAM_MEMBERS, "{\"a\":1,}", "not the JSON");
    assert_refused(STREAM_MEMBERS, "[]", "not the JSON");
    assert_refused(STREAM_SEQUENCE, "{\"a\":1", "ends in the middle");
    assert_refused(STREAM_SEQUENCE, "{}]", "not the JSON");
}

test(an_element_that_is_too_large_is_refused)
{
    char *text = xmalloc(STREAM_ELEMENT_MAX + 64);

    memset(text, 'x', STREAM_ELEMENT_MAX + 64);
    memcpy(text, "[\"", 2);
    memcpy(text + STREAM_ELEMENT_MAX + 10, "\"]", 3);
    for (size_t step = 4096; step <= STREAM_ELEMENT_MAX * 2; step *= 512) {
        cleanup_with(strings_clear) Strings elements = {0};
        Error err = {0};

        assert_int_equal(split(STREAM_ARRAY, text, step, step, &elements, &err), -EPROTO);
        assert_non_null(strstr(err.text, "larger than any true one"));
    }
    free(text);
}

static int refuse(const char *name, const char *text, size_t length, void *userdata, Error *err)
{
    size_t *refused = userdata;

    (void)name, (void)text, (void)length;
    ++*refused;
    return error_set(err, EPROTO, "no");
}

test(an_element_that_is_refused_ends_the_stream)
{
    size_t refused = 0;
    cleanup_with(stream_clear) Stream stream = {.form = STREAM_ARRAY, .on_element = refuse, .userdata = &refused};
    Error err = {0};

    assert_int_equal(stream_feed(&stream, "[1,2]", 5, &err), -EPROTO);
    assert_string_equal(err.text, "no");
    assert_int_equal(refused, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_array_is_split_alike_wherever_its_pieces_end),
        cmocka_unit_test(wanted_members_of_an_object_are_split_and_the_others_passed_over),
        cmocka_unit_test(a_sequence_of_objects_is_split),
        cmocka_unit_test(what_is_no_array_or_does_not_end_properly_is_refused),
        cmocka_unit_test(an_element_that_is_too_large_is_refused),
        cmocka_unit_test(an_element_that_is_refused_ends_the_stream),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
