/* SPDX-License-Identifier: MIT */
/* The quick way through plain JSON: it must never see something else in a text than jansson does. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include <rgc/memory.h>

#include "engine_samples.h"
#include "json/json_plain.h"

static json_t *read_plain(const char *text, size_t length)
{
    char *copy = memcpy(xmalloc(length + 1), text, length); /* exact bounds for the address sanitizer */
    char *exact = xreallocarray(copy, length ? length : 1, 1);
    json_t *value = json_read_plain(exact, length);

    free(exact);
    return value;
}

/* Is the text plain? If so, jansson must agree. */
static bool is_plain(const char *text, size_t length)
{
    json_t *plain = read_plain(text, length), *full;
    json_error_t why;

    if (!plain)
        return false;
    full = json_loadb(text, length, JSON_ALLOW_NUL, &why);
    if (!full || !json_equal(plain, full))
        fail_msg("jansson sees something else in %.*s", (int)length, text);
    json_decref(plain);
    json_decref(full);
    return true;
}

test(what_engines_mostly_write_is_plain)
{
    static const char *const texts[] = {
        IMAGE_41,
        IMAGE_41_DANGLING,
        IMAGE_41_DIGEST_ONLY,
        IMAGE_51_C8D_DANGLING,
        IMAGE_PODMAN,
        CONTAINER_COMPOSE_MOUNT,
        INSPECT_EXITED,
        INSPECT_RUNNING_AGAIN,
        BUILD_CACHE_51,
        REMOVAL "\n",
        "[]",
        " { } ",
        "[0,-1,9,10,123456789012345678,-123456789012345678]",
        "{\"a\":{\"b\":[[],{}]},\"a\":[true,false,null]}",
        CONTAINER_KAMAL, /* escapes */
        "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]",
        "[\"CMD [\\\"serve\\\"] a \\u0026\\u0026 \\u003cb\\u003E\\u007f\"]",
    };

    for (size_t i = 0; i < N_ELEMENTS(texts); i++)
        if (!is_plain(texts[i], strlen(texts[i])))
            fail_msg("not plain: %s", texts[i]);
}

test(what_needs_care_is_left_to_jansson)
{
    static const char *const texts[] = {
        IMAGE_51_C8D, /* "\\u0000" */
        "[\"\\u00e9\"]",
        "[\"\\ud83d\\ude00\"]",
        "[\"a\\u0000\"]",
        "[\"\\u002\"]",
        "[\"\\u00",
        "[\"\\u00g1\"]",
        "[\"\\x\"]",
        "[\"\\",
        "[\"\\n",
        "[\"a\\n\t\"]",
        "{\"a\\n\":1}",
        "[\"gr\xc3\xbc\xc3\x9f\"]",
        "[\"\x7f\"]",
        "[\"\t\"]",
        "[1.5]",
        "[1e3]",
        "[1234567890123456789]",
        "[01]",
        "[-]",
        "[- 1]",
        "[+1]",
        "[.5]",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "{1:1}",
        "[tru]",
        "[nulll]",
        "[nan]",
        "[\"a]",
        "[",
        "{",
        "]",
        "[]]",
        "[] x",
        "{}{}",
        "",
        " ",
        "1",
        "\"a\"",
        "null",
        "[\"a\" : 1]",
        "[}",
        "{]",
    };

    for (size_t i = 0; i < N_ELEMENTS(texts); i++)
        if (is_plain(texts[i], strlen(texts[i])))
            fail_msg("taken for plain: %s", texts[i]);
    assert_false(is_plain("[1\0]", 4));
    assert_false(is_plain("[]\0", 3));
}

test(nesting_without_end_is_left_to_jansson)
{
    char text[100000];

    memset(text, '[', sizeof(text));
    assert_null(json_read_plain(text, sizeof(text)));
    for (size_t depth = 1; depth < 100; depth++) {
        memset(text + depth, ']', depth);
        assert_int_equal(is_plain(text, 2 * depth), depth <= 32);
        memset(text + depth, '[', depth);
    }
}

test(a_long_name_is_left_to_jansson)
{
    char text[400];

    for (int length = 100; length < 200; length++) {
        int size = snprintf(text, sizeof(text), "{\"%0*d\":1}", length, 7);

        assert_int_equal(is_plain(text, (size_t)size), length < 128);
    }
}

/* Every byte of every sample left out, cut off and changed. */
test(no_change_makes_it_see_something_else)
{
    static const char *const texts[] = {IMAGE_41,
                                        IMAGE_51_C8D_DANGLING,
                                        CONTAINER_COMPOSE_MOUNT,
                                        INSPECT_EXITED,
                                        REMOVAL,
                                        "{\"a\":[-10,20 , true,null],\"b\":{\"c\":\"d\"}}",
                                        "[\"\\n\\u0026x\\\"\", \"\\\\\"]"};
    static const char bytes[] = "\"\\{}[],:0-x1t \nu\xff";

    for (size_t i = 0; i < N_ELEMENTS(texts); i++) {
        size_t length = strlen(texts[i]);
        char *text = xmalloc(length + 2);

        for (size_t at = 0; at < length; at++) {
            is_plain(texts[i], at);
            memcpy(text, texts[i], at);
            memcpy(text + at, texts[i] + at + 1, length - at);
            is_plain(text, length - 1);
            for (size_t b = 0; b < sizeof(bytes); b++) { /* NUL too */
                memcpy(text, texts[i], length);
                text[at] = bytes[b];
                is_plain(text, length);
                memcpy(text + at + 1, texts[i] + at, length - at); /* put in */
                is_plain(text, length + 1);
            }
        }
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_engines_mostly_write_is_plain),     cmocka_unit_test(what_needs_care_is_left_to_jansson),
        cmocka_unit_test(nesting_without_end_is_left_to_jansson), cmocka_unit_test(a_long_name_is_left_to_jansson),
        cmocka_unit_test(no_change_makes_it_see_something_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
