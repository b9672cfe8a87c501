/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>
#include <rgc/error.h>
#include <string.h>

test(setting_returns_the_negative_code)
{
    Error err = {0};

    assert_int_equal(error_set(&err, ENOENT, "image %s", "blog"), -ENOENT);
    assert_int_equal(err.code, ENOENT);
    assert_string_equal(err.text, "image blog");
}

test(wrapping_says_where_it_happened)
{
    Error err = {0};

    error_set(&err, EPROTO, "not JSON");
    assert_int_equal(error_wrap(&err, "%s %s", "GET", "/images"), -EPROTO);
    assert_string_equal(err.text, "GET /images: not JSON");
}

test(nobody_needs_to_want_the_text)
{
    assert_int_equal(error_set(NULL, EIO, "x"), -EIO);
    assert_true(error_wrap(NULL, "x") < 0);
}

test(an_overlong_text_loses_its_end)
{
    char text[2000];
    Error err = {0};

    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    error_set(&err, EIO, "%s", text);
    assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
    for (int i = 0; i < 3; i++) {
        error_wrap(&err, "here");
        assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
        assert_int_equal(strncmp(err.text, "here: ", 6), 0);
    }
    error_wrap(&err, "%s", text);
    assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(setting_returns_the_negative_code),
        cmocka_unit_test(wrapping_says_where_it_happened),
        cmocka_unit_test(nobody_needs_to_want_the_text),
        cmocka_unit_test(an_overlong_text_loses_its_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
