/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include <rgc/memory.h>

#include "engine/decode/members.h"
#include "engine/http/sieve.h"

static const char *const names[] = {"a", "ab", "b"};
static const Members known = {names, 3};

/* In pieces of `step` bytes; NULL: it was refused. Caller frees. */
static char *sift(const char *text, size_t length, size_t step)
{
    Sieve sieve = {.known = &known, .kept_max = 64 * 1024};
    const char *kept;
    size_t size;
    Error err;
    char *result = NULL;

    for (size_t at = 0; at < length; at += step) {
        size_t n = step < length - at ? step : length - at;
        /* A copy of exactly this size, so that the address sanitizer sees a step too far. */
        char *copy = memcpy(xmalloc(n), text + at, n);

        sieve_feed(&sieve, copy, n);
        free(copy);
    }
    if (sieve_finish(&sieve, &kept, &size, &err) == 0)
        result = xstrndup(kept, size);
    sieve_clear(&sieve);
    return result;
}

static void assert_sifted(const char *text, const char *expected)
{
    for (size_t step = 1; step <= strlen(text); step++) {
        char *kept = sift(text, strlen(text), step);

        if (!kept != !expected || (expected && strcmp(kept, expected) != 0))
            fail_msg("%s in pieces of %zu: %s, not %s", text, step, kept ? kept : "refused",
                     expected ? expected : "refused");
        free(kept);
    }
}

test(known_members_pass_and_all_others_do_not)
{
    assert_sifted("{\"a\":1}", "{\"a\":1}");
    assert_sifted("{\"x\":1,\"a\":2,\"y\":3}", "{\"a\":2}");
    assert_sifted(" { \"x\" : {\"a\":[1,{}]} , \"b\" : [ true , null ] } ", "{\"b\":[true,null]}");
    assert_sifted("{\"a\":{\"x\":\"}\",\"ab\":\"\\\"\",\"y\":[\"]\"],\"b\":{}}}", "{\"a\":{\"ab\":\"\\\"\",\"b\":{}}}");
    assert_sifted("[{\"x\":1},{\"a\":1},[],7]", "[{},{\"a\":1},[],7]");
    assert_sifted("{\"abc\":1,\"\":2,\"A\":3}", "{}");
    assert_sifted("-1.5e3", "-1.5e3");
    assert_sifted("\"x\"", "\"x\"");
}

test(no_json_comes_of_what_was_none)
{
    static const char *const texts[] = {
        "{",          "}",    "{\"a\"}",  "{\"a\":}",   "{\"a\":1,}",  "{\"a\":1 \"b\":2}",
        "{\"a\":[1}", "[1]]", "{\"x\":}", "{\"x\":1,}", "{\"a\":1}{}", "{\"a\":\"",
        "{a:1}",      "[1,",  "<html> x", "{,}",        "[1 2]",       "{\"a\":1]",
        "",
    };

    for (size_t i = 0; i < N_ELEMENTS(texts); i++)
        assert_sifted(texts[i], NULL);
    char *nothing = sift("", 0, 1);
    assert_null(nothing);
}

test(a_name_with_a_nul_is_no_other_name)
{
    static const char text[] = "{\"a\0b\":1,\"b\":2}";
    char *kept = sift(text, sizeof(text) - 1, 3);

    assert_string_equal(kept, "{\"b\":2}");
    free(kept);
}

test(deep_nesting_is_refused_only_where_it_is_kept)
{
    char deep[4096] = "";

    memset(deep, '[', 1000);
    memset(deep + 1000, ']', 1000);
    char *skipped = xasprintf("{\"x\":%s,\"a\":1}", deep), *kept = xasprintf("{\"a\":%s}", deep);
    char *result = sift(skipped, strlen(skipped), 100);
    assert_string_equal(result, "{\"a\":1}");
    free(result);
    assert_null(sift(kept, strlen(kept), 100));
    free(skipped);
    free(kept);
}

/* Of unknown members nothing is kept, however much there is. */
test(only_what_is_kept_counts)
{
    Sieve sieve = {.known = &known, .kept_max = 1024};
    char filler[64 * 1024];
    const char *kept;
    size_t size;
    Error err;

    memset(filler, 'y', sizeof(filler));
    sieve_feed(&sieve, "{\"x\":\"", 6);
    for (int i = 0; i < 160; i++) /* 10 MiB */
        sieve_feed(&sieve, filler, sizeof(filler));
    sieve_feed(&sieve, "\",\"a\":1}", 8);
    assert_int_equal(sieve_finish(&sieve, &kept, &size, &err), 0);
    assert_string_equal(kept, "{\"a\":1}");
    assert_true(sieve.kept.capacity <= 4096);

    sieve_reset(&sieve);
    sieve_feed(&sieve, "[\"", 2);
    sieve_feed(&sieve, filler, 2000);
    sieve_feed(&sieve, "\"]", 2);
    assert_true(sieve_finish(&sieve, &kept, &size, &err) < 0);
    assert_non_null(strstr(err.text, "larger than any true one"));
    sieve_clear(&sieve);
}

test(a_text_that_is_too_long_becomes_dots)
{
    char *text = xmalloc(SIEVE_STRING_MAX + 64);

    memcpy(text, "{\"a\":\"", 6);
    for (size_t i = 6; i < SIEVE_STRING_MAX + 40; i += 2)
        memcpy(text + i, "\\n", 2);
    memcpy(text + SIEVE_STRING_MAX + 40, "\",\"b\":1}", 9);
    for (size_t step = 1; step < 100000; step = step * 7 + 1) {
        char *kept = sift(text, strlen(text), step);

        assert_string_equal(kept, "{\"a\":\"…\",\"b\":1}");
        free(kept);
    }
    free(text);
}

/* The sieve looks names up by halves. */
test(the_names_that_are_read_are_sorted)
{
    for (size_t i = 1; i < engine_members.count; i++)
        if (strcmp(engine_members.names[i - 1], engine_members.names[i]) >= 0)
            fail_msg("%s does not belong before %s", engine_members.names[i - 1], engine_members.names[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_members_pass_and_all_others_do_not),
        cmocka_unit_test(no_json_comes_of_what_was_none),
        cmocka_unit_test(a_name_with_a_nul_is_no_other_name),
        cmocka_unit_test(deep_nesting_is_refused_only_where_it_is_kept),
        cmocka_unit_test(only_what_is_kept_counts),
        cmocka_unit_test(a_text_that_is_too_long_becomes_dots),
        cmocka_unit_test(the_names_that_are_read_are_sorted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
