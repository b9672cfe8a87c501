/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <fnmatch.h>
#include <rgc/memory.h>
#include <rgc/saturate.h>
#include <rgc/text.h>
#include <stdio.h>
#include <string.h>

typedef struct Case {
    const char *text;
    int64_t value;
} Case;

static void check_all(const char *name, bool (*parse)(const char *, int64_t *), const Case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int64_t value = -77;

        if (!parse(cases[i].text, &value))
            fail_msg("%s(\"%s\") is refused", name, cases[i].text);
        if (value != cases[i].value)
            fail_msg("%s(\"%s\") is %lld", name, cases[i].text, (long long)value);
    }
}

static void refuse_all(const char *name, bool (*parse)(const char *, int64_t *), const char *const *texts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int64_t value = -77;

        if (parse(texts[i], &value))
            fail_msg("%s(\"%s\") is accepted as %lld", name, texts[i], (long long)value);
        assert_int_equal(value, -77);
    }
}

test(durations_are_numbers_with_units)
{
    static const Case good[] = {
        {"0", 0},
        {"0s", 0},
        {"90s", 90 * USEC_PER_SEC},
        {"5m", 5 * USEC_PER_MINUTE},
        {"36h", 36 * USEC_PER_HOUR},
        {"7d", 7 * USEC_PER_DAY},
        {"1h30m", 90 * USEC_PER_MINUTE},
        {"1d2h3m4s5ms", USEC_PER_DAY + 2 * USEC_PER_HOUR + 3 * USEC_PER_MINUTE + 4 * USEC_PER_SEC + 5000},
        {"500ms", 500000},
    };
    static const char *const bad[] = {
        "",
        "36",
        "h",
        "-1h",
        "+1h",
        "1.5h",
        "1h 30m",
        " 1h",
        "1h ",
        "30m1h",
        "1h1h",
        "1w",
        "1H",
        "1hour",
        "1min",
        "ten",
        "off",
        "1h30",
        "99999999999999999999d",
        "9223372036854775807d",
        "106751991d24h1d",
        "0x10s",
        "1m1ms1s",
    };

    check_all("parse_duration", parse_duration, good, N_ELEMENTS(good));
    refuse_all("parse_duration", parse_duration, bad, N_ELEMENTS(bad));
}

test(sizes_are_decimal_or_binary)
{
    static const Case good[] = {
        {"0", 0},
        {"123B", 123},
        {"10GB", 10000000000},
        {"512MiB", 536870912},
        {"1.5TB", 1500000000000},
        {"1KiB", 1024},
        {"1kB", 1000},
        {"1KB", 1000},
        {"0.5GiB", 536870912},
        {"1TiB", 1099511627776},
        {"0.000001MB", 1},
        {"9223372TB", 9223372000000000000},
    };
    static const char *const bad[] = {
        "", "10", "GB", "-1GB", "10G", "10gb", "10 GB", "1.GB", ".5GB", "1,5GB", "10GBs", "9223373TB", "1e3B", "off",
    };

    check_all("parse_size", parse_size, good, N_ELEMENTS(good));
    refuse_all("parse_size", parse_size, bad, N_ELEMENTS(bad));
}

test(percentages_end_with_the_sign_and_at_100)
{
    static const char *const bad[] = {"", "85", "%", "-1%", "100.1%", "101%", "85 %", "85%%", "85.%", "85,5%"};
    double percent = -1;

    assert_true(parse_percent("85%", &percent));
    assert_true(percent == 85.0);
    assert_true(parse_percent("85.5%", &percent));
    assert_true(percent == 85.5);
    assert_true(parse_percent("100%", &percent));
    for (size_t i = 0; i < N_ELEMENTS(bad); i++)
        if (parse_percent(bad[i], &percent))
            fail_msg("\"%s\" is accepted", bad[i]);
}

test(times_are_read_as_engines_send_them)
{
    static const Case good[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"1970-01-01T00:00:01Z", USEC_PER_SEC},
        {"2026-11-21T05:16:37Z", 1795238197 * USEC_PER_SEC},
        {"2026-11-21T05:16:37.123456789Z", 1795238197 * USEC_PER_SEC + 123456},
        {"2026-11-21T05:16:37.5Z", 1795238197 * USEC_PER_SEC + 500000},
        {"2026-11-21T06:16:37.123+01:00", 1795238197 * USEC_PER_SEC + 123000},
        {"2026-11-20T23:46:37-05:30", 1795238197 * USEC_PER_SEC},
        {"2024-02-29T00:00:00Z", 1709164800 * USEC_PER_SEC},
        {"2000-02-29T12:00:00Z", 951825600 * USEC_PER_SEC},
        {"2038-01-19T03:14:08Z", 2147483648 * USEC_PER_SEC},
        {"9999-12-31T23:59:59Z", 253402300799 * USEC_PER_SEC},
        /* unknown */
        {"0001-01-01T00:00:00Z", 0},
        {"0000-01-01T00:00:00Z", 0},
        {"1969-12-31T23:59:59Z", 0},
    };
    static const char *const bad[] = {
        "",
        "now",
        "2026-11-21",
        "2026-11-21T05:16:37",
        "2026-11-21 05:16:37Z",
        "2026-11-21T05:16:37.Z",
        "2026-11-21T05:16Z",
        "2026-13-21T05:16:37Z",
        "2026-00-21T05:16:37Z",
        "2026-11-31T05:16:37Z",
        "2025-02-29T05:16:37Z",
        "2100-02-29T05:16:37Z",
        "2026-11-21T24:00:00Z",
        "2026-11-21T05:60:37Z",
        "2026-11-21T05:16:61Z",
        "2026-11-21T05:16:37Zjunk",
        "2026-11-21T05:16:37+0100",
        "2026-11-21T05:16:37+01:00x",
        "2026-11-21T05:16:37+24:00",
        "12026-11-21T05:16:37Z",
        "-026-11-21T05:16:37Z",
        "1795238197",
    };

    check_all("parse_time", parse_time, good, N_ELEMENTS(good));
    refuse_all("parse_time", parse_time, bad, N_ELEMENTS(bad));
}

test(a_written_time_is_read_back)
{
    char buffer[TEXT_MAX];

    assert_string_equal(format_time(buffer, 0), "");
    assert_string_equal(format_time(buffer, -5 * USEC_PER_DAY), "");
    assert_string_equal(format_time(buffer, 1795238197 * USEC_PER_SEC + 999999), "2026-11-21T05:16:37Z");
    for (Time t = USEC_PER_SEC; t < 73200 * USEC_PER_DAY; t += 86399 * USEC_PER_SEC * 3) {
        Time again = -1;

        assert_true(parse_time(format_time(buffer, t), &again));
        assert_true(again == t);
    }
    assert_true(strlen(format_time(buffer, INT64_MAX)) < TEXT_MAX);
}

test(bytes_are_written_as_docker_does)
{
    static const Case cases[] = {
        {"0 B", 0},
        {"999 B", 999},
        {"1 kB", 1000},
        {"1.02 kB", 1024},
        {"980 kB", 980000},
        {"1 MB", 999950},
        {"999 kB", 999499},
        {"12.5 MB", 12500000},
        {"1.3 GB", 1300000000},
        {"1.34 GB", 1342177280},
        {"10 GB", 9999999999},
        {"100 GB", 99950000000},
        {"2.05 TB", 2050000000000},
        {"9.22 EB", INT64_MAX},
        {"-1.3 GB", -1300000000},
        {"-5 B", -5},
        {"-9.22 EB", INT64_MIN},
    };

    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        char buffer[TEXT_MAX];

        assert_string_equal(format_bytes(buffer, cases[i].value), cases[i].text);
    }
}

test(durations_are_written_with_at_most_two_units)
{
    static const Case cases[] = {
        {"0s", 0},
        {"500ms", 500000},
        {"45s", 45 * USEC_PER_SEC + 900000},
        {"3m", 3 * USEC_PER_MINUTE},
        {"3m 20s", 200 * USEC_PER_SEC},
        {"3h", 3 * USEC_PER_HOUR + 59 * USEC_PER_SEC},
        {"3h 20m", 200 * USEC_PER_MINUTE},
        {"1 day", USEC_PER_DAY},
        {"1 day 4h", 28 * USEC_PER_HOUR},
        {"2 days 4h", 52 * USEC_PER_HOUR},
        {"12 days", 12 * USEC_PER_DAY + 5 * USEC_PER_HOUR},
        {"-3m 20s", -200 * USEC_PER_SEC},
    };
    char buffer[TEXT_MAX];

    for (size_t i = 0; i < N_ELEMENTS(cases); i++)
        assert_string_equal(format_duration(buffer, cases[i].value), cases[i].text);
    assert_true(strlen(format_duration(buffer, INT64_MIN)) < TEXT_MAX);
}

test(a_star_matches_slashes_too)
{
    assert_true(matches_pattern("postgres:*", "postgres:17"));
    assert_true(matches_pattern("*/blog", "r.example:5000/team/blog"));
    assert_true(matches_pattern("blog-?", "blog-1"));
    assert_true(matches_pattern("blog", "blog"));
    assert_false(matches_pattern("blog", "blog2"));
    assert_false(matches_pattern("postgres:*", "my/postgres:17"));
}

/* The n-th text of at most four of the first `count` letters. */
static const char *nth_text(char text[5], size_t n, size_t count)
{
    static const char letters[] = "ab*?[]\\";
    size_t length = 0;

    for (; n > 0; n /= count + 1)
        if (n % (count + 1) > 0)
            text[length++] = letters[n % (count + 1) - 1];
    text[length] = '\0';
    return text;
}

test(a_pattern_matches_what_fnmatch_matches)
{
    char pattern[5], text[5];

    for (size_t i = 0; i < 8 * 8 * 8 * 8; i++)
        for (size_t j = 0; j < 4 * 4 * 4 * 4; j++) {
            nth_text(pattern, i, 7);
            nth_text(text, j, 3);
            if (matches_pattern(pattern, text) != (fnmatch(pattern, text, 0) == 0))
                fail_msg("pattern %s, text %s", pattern, text);
        }
}

test(sums_stay_at_the_ends_of_their_range)
{
    static const int64_t numbers[] = {INT64_MIN, INT64_MIN + 1, -1, 0, 1, INT64_MAX - 1, INT64_MAX};

    for (size_t i = 0; i < N_ELEMENTS(numbers); i++)
        for (size_t j = 0; j < N_ELEMENTS(numbers); j++) {
            __int128 sum = (__int128)numbers[i] + numbers[j], difference = (__int128)numbers[i] - numbers[j];
            int64_t grown = numbers[i];

            sum = sum < INT64_MIN ? INT64_MIN : sum > INT64_MAX ? INT64_MAX : sum;
            difference = difference < INT64_MIN ? INT64_MIN : difference > INT64_MAX ? INT64_MAX : difference;
            saturating_grow(&grown, numbers[j]);
            assert_true(saturating_add(numbers[i], numbers[j]) == (int64_t)sum);
            assert_true(saturating_subtract(numbers[i], numbers[j]) == (int64_t)difference);
            assert_true(grown == (int64_t)sum);
        }
}

test(nothing_that_a_terminal_obeys_reaches_it)
{
    static const char *const cases[][2] = {
        {"plain", "plain"},
        {"", ""},
        {"tab\tnewline\n", "tab?newline?"},
        {"\x1b[31mred\x7f", "?[31mred?"},
        {"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xb3", "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xb3"},
        {"c1 \xc2\x9b"
         "31m \xc2\x80\xc2\x9f\xc2\xa0",
         "c1 ?31m ??\xc2\xa0"},
        {"bad \xff\xfe", "bad ??"},
        {"raw c1 \x9b", "raw c1 ?"},
        {"exe.\xe2\x80\xaegnp\xe2\x80\xac \xe2\x81\xa6x\xe2\x81\xa9 \xd8\x9c", "exe.?gnp? ?x? ?"}, /* bidirectional */
        {"no\xe2\x80\x8bspace \xef\xbb\xbf soft\xc2\xadhyphen", "no?space ? soft?hyphen"},         /* not seen */
        {"line\xe2\x80\xa8paragraph\xe2\x80\xa9 tag \xf3\xa0\x81\xa1", "line?paragraph? tag ?"},
        {"\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d", "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d"}, /* Hebrew is letters */
        {"cut \xe2\x82", "cut ??"},
        {"overlong \xc0\xaf \xe0\x80\xaf", "overlong ?? ???"},
        {"surrogate \xed\xa0\x80", "surrogate ???"},
        {"too high \xf4\x90\x80\x80", "too high ????"},
    };

    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        cleanup_with(free_charp) char *s = printable(cases[i][0]);

        assert_string_equal(s, cases[i][1]);
    }
}

test(lines_stay_lines_only_where_rgc_has_written_them)
{
    cleanup_with(free_charp) char *one = printable("FROM a\nUSER 1\r\n"),
                                  *lines = printable_lines("FROM a\nUSER 1\r\n");

    assert_string_equal(one, "FROM a?USER 1??");
    assert_string_equal(lines, "FROM a\nUSER 1?\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations_are_numbers_with_units),
        cmocka_unit_test(lines_stay_lines_only_where_rgc_has_written_them),
        cmocka_unit_test(sizes_are_decimal_or_binary),
        cmocka_unit_test(percentages_end_with_the_sign_and_at_100),
        cmocka_unit_test(times_are_read_as_engines_send_them),
        cmocka_unit_test(a_written_time_is_read_back),
        cmocka_unit_test(bytes_are_written_as_docker_does),
        cmocka_unit_test(durations_are_written_with_at_most_two_units),
        cmocka_unit_test(a_star_matches_slashes_too),
        cmocka_unit_test(a_pattern_matches_what_fnmatch_matches),
        cmocka_unit_test(sums_stay_at_the_ends_of_their_range),
        cmocka_unit_test(nothing_that_a_terminal_obeys_reaches_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
