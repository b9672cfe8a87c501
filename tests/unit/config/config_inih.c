/* SPDX-License-Identifier: MIT */
/*
 * What inih is given, with an inih of our own in its place: builds differ in their limits, in what they
 * take for the rest of a long line, and in when they call the handler.
 */
#include "config_text.h"

#include <errno.h>
#include <ini.h>

static int buffer_size; /* INI_MAX_LINE of this inih */
static int lines_read;
static bool has_new_section_calls, has_no_values;

/* Each line is asked for once, and must be whole as an inih of any version understands it. */
int ini_parse_stream(ini_reader reader, void *stream, ini_handler handler, void *user)
{
    char buffer[512];
    int error = 0;

    for (lines_read = 0; reader(buffer, buffer_size, stream); lines_read++) {
        size_t length = strlen(buffer);

        assert_in_range(length, 1, (size_t)buffer_size - 1);
        assert_int_equal(buffer[length - 1], '\n');
        if (buffer[0] == '[' && has_new_section_calls && !handler(user, "section", NULL, NULL))
            error = error ? error : lines_read + 1;
        if (buffer[0] == '?' && has_no_values && !handler(user, "section", "?", NULL))
            error = error ? error : lines_read + 1;
    }
    return error;
}

static char *repeat(char c, size_t times)
{
    char *text = xmalloc(times + 1);

    memset(text, c, times);
    text[times] = '\0';
    return text;
}

test(every_line_fits_with_its_newline)
{
    static const char *const ends[] = {"\n", "\r\n", "\n\n", ""};

    buffer_size = 200;
    for (size_t length = 190; length <= 198; length++)
        for (size_t i = 0; i < N_ELEMENTS(ends); i++) {
            cleanup_with(config_clear) Config config = {0};
            cleanup_with(free_charp) char *comment = repeat(';', length);
            cleanup_with(free_charp) char *text = xasprintf("[retention]\n%s%s", comment, ends[i]);

            load_good(text, &config);
            assert_int_equal(lines_read, i == 2 ? 3 : 2);
        }
}

test(an_inih_with_a_smaller_buffer_is_named_and_cuts_nothing)
{
    cleanup_with(free_charp) char *comment = repeat(';', 100);
    cleanup_with(free_charp) char *text = xasprintf("[retention]\n%s\n", comment);

    for (buffer_size = 20; buffer_size <= 102; buffer_size++) {
        cleanup_with(config_clear) Config config = {0};
        cleanup_with(free_charp) char *limit = xasprintf("was built here for at most %d", buffer_size - 2);
        Error err = {0};
        int r = load_text(text, &config, &err);

        if (buffer_size == 102) {
            assert_int_equal(r, 0);
            continue;
        }
        assert_int_equal(r, -EINVAL);
        assert_non_null(strstr(err.text, ":2: the line has 100 bytes: "));
        assert_non_null(strstr(err.text, limit));
    }
}

test(handlers_called_without_key_or_value_do_no_harm)
{
    cleanup_with(config_clear) Config config = {0};
    Error err = {0};

    buffer_size = 200;
    has_new_section_calls = has_no_values = true;
    load_good("[retention]\n[disk]\n", &config);
    assert_int_equal(load_text("[retention]\n?\n", &config, &err), -EINVAL);
    assert_non_null(strstr(err.text, ":2: expected [section], key = value, or a comment"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_fits_with_its_newline),
        cmocka_unit_test(an_inih_with_a_smaller_buffer_is_named_and_cuts_nothing),
        cmocka_unit_test(handlers_called_without_key_or_value_do_no_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
