/* SPDX-License-Identifier: MIT */
#include "cli_host.h"

#include "cli/views/texts.h"

#include <locale.h>
#include <time.h>

static Screen plain = {.width = 80};
static Screen unicode = {.width = 80, .has_utf8 = true};

static void assert_cut(const Screen *screen, const char *s, size_t width, Cut where, const char *expected)
{
    cleanup_with(free_charp) char *cut = text_cut(screen, s, width, where);
    assert_string_equal(cut, expected);
}

test(a_long_name_is_cut_in_the_middle)
{
    assert_cut(&plain, "registry/blog:v1234", 19, CUT_MIDDLE, "registry/blog:v1234");
    assert_cut(&plain, "registry/blog:v1234", 11, CUT_MIDDLE, "regis~v1234");
    assert_cut(&unicode, "registry/blog:v1234", 11, CUT_MIDDLE, "regis…v1234");
    assert_cut(&plain, "registry/blog:v1234", 11, CUT_END, "registry/b~");
    assert_cut(&plain, "registry", 1, CUT_MIDDLE, "~");
    assert_cut(&plain, "registry", 0, CUT_MIDDLE, "");
}

test(a_cut_never_splits_a_character)
{
    for (size_t width = 0; width < 20; width++) {
        cleanup_with(free_charp) char *cut = text_cut(&unicode, "blög-äöü-日本語-release", width, CUT_MIDDLE);
        cleanup_with(free_charp) char *same = printable(cut);
        assert_string_equal(cut, same);
        assert_true(text_width(cut) <= width);
    }
}

test(text_of_the_engine_cannot_steer_the_terminal)
{
    cleanup_with(free_charp) char *text = screen_text(&plain, "a\033[2Jb\nc\xff"
                                                              "ö");
    assert_string_equal(text, "a?[2Jb?c??");
}

test(a_bar_is_as_full_as_the_disk)
{
    static const struct {
        double percent;
        const char *bar;
    } cases[] = {{0, "[----------]"},   {50, "[#####-----]"},  {71, "[#######---]"},
                 {100, "[##########]"}, {250, "[##########]"}, {-3, "[----------]"}};
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        cleanup_with(free_charp) char *bar = screen_bar(&plain, cases[i].percent, 12);
        assert_string_equal(bar, cases[i].bar);
    }
    cleanup_with(free_charp) char *bar = screen_bar(&unicode, 50, 6);
    assert_string_equal(bar, "[██░░]");
}

test(times_are_told_as_people_do)
{
    static const struct {
        Time t;
        const char *text;
    } cases[] = {{0, "-"},
                 {1780927440 * USEC_PER_SEC, "today 14:04"},
                 {(1780927440 - 86400) * USEC_PER_SEC, "yesterday 14:04"},
                 {(1780927440 + 36000) * USEC_PER_SEC, "tomorrow 00:04"},
                 {(1780927440 - 3 * 86400) * USEC_PER_SEC, "2026-06-05 14:04"}};
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        cleanup_with(free_charp) char *text = when_text(cases[i].t, 1780927440 * USEC_PER_SEC);
        assert_string_equal(text, cases[i].text);
    }
    cleanup_with(free_charp) char *text =
        eligible_text((1780927440 + 23 * 60) * USEC_PER_SEC, 1780927440 * USEC_PER_SEC);
    assert_string_equal(text, "today 14:27 (in 23m)");
}

test(an_image_is_named_by_what_a_person_would_type)
{
    Image image = {.id = (char[]){"sha256:3f2a9c0b11deaaaa"}};
    cleanup_with(free_charp) char *by_id = image_label(&image);
    assert_string_equal(by_id, "3f2a9c0b11de");
    strings_add(&image.digests, "r/blog@sha256:77777777777777777777");
    cleanup_with(free_charp) char *by_digest = image_label(&image);
    assert_string_equal(by_digest, "r/blog@3f2a9c0b11de");
    strings_add(&image.tags, "r/blog:v4");
    strings_add(&image.tags, "r/blog:latest");
    cleanup_with(free_charp) char *by_tag = image_label(&image);
    assert_string_equal(by_tag, "r/blog:v4 +1");
    strings_clear(&image.tags);
    strings_clear(&image.digests);
}

static void print_table(const Screen *screen)
{
    static const Column columns[] = {{"APP", COLUMN_NAME}, {"DESTINATION", COLUMN_WORD}, {"SIZE", COLUMN_NUMBER}};
    cleanup_with(table_clear) Table table;
    table_init(&table, screen, columns, 3);
    table_add(&table, COLOR_PLAIN, "blog");
    table_add(&table, COLOR_PLAIN, "%s", "");
    table_add(&table, COLOR_PLAIN, "1.2 GB");
    table_add(&table, COLOR_PLAIN, "shop");
    table_add(&table, COLOR_PLAIN, "%s", "");
    table_add(&table, COLOR_PLAIN, "12 B");
    table_print(&table, 2);
}

test(a_column_that_is_empty_is_left_out_and_numbers_stand_right)
{
    assert_string_equal(SHOWN(80, false, false, print_table(screen)),
                        "  APP     SIZE\n  blog  1.2 GB\n  shop    12 B\n");
}

test(a_paragraph_is_broken_between_words)
{
    assert_string_equal(SHOWN(60, false, false,
                              screen_say(screen, 2, COLOR_PLAIN,
                                         "one two three four five six seven eight nine ten eleven twelve thirteen")),
                        "  one two three four five six seven eight nine ten eleven\n    twelve thirteen\n");
}

test(color_is_only_where_it_is_wanted)
{
    /* What hangs behind more than half of a line would leave no room, or none at all. */
    assert_string_equal(
        SHOWN(40, false, false, screen_hang(screen, 2, 40, "no-healthcheck   add HEALTHCHECK CMD to the image")),
        "  no-healthcheck   add HEALTHCHECK CMD\n    to the image\n");
    assert_string_equal(SHOWN(80, false, false, screen_say(screen, 0, COLOR_REMOVE, "gone")), "gone\n");
    assert_string_equal(SHOWN(80, false, true, screen_say(screen, 0, COLOR_REMOVE, "gone")), "\033[31mgone\033[0m\n");
}

test(a_file_gets_no_color_unless_asked)
{
    FILE *file = fopen("/dev/null", "w");
    Screen screen;
    screen_init(&screen, file, COLOR_AUTO);
    assert_false(screen.has_color);
    screen_init(&screen, file, COLOR_ALWAYS);
    assert_true(screen.has_color);
    fclose(file);
}

test(a_file_is_as_wide_as_columns_says_else_nothing_is_cut)
{
    FILE *file = fopen("/dev/null", "w");
    Screen screen;
    unsetenv("COLUMNS");
    screen_init(&screen, file, COLOR_AUTO);
    assert_int_equal(screen.width, 1000);
    setenv("COLUMNS", "100", 1);
    screen_init(&screen, file, COLOR_AUTO);
    assert_int_equal(screen.width, 100);
    setenv("COLUMNS", "wide", 1);
    screen_init(&screen, file, COLOR_AUTO);
    assert_int_equal(screen.width, 1000);
    unsetenv("COLUMNS");
    fclose(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_long_name_is_cut_in_the_middle),
        cmocka_unit_test(a_cut_never_splits_a_character),
        cmocka_unit_test(text_of_the_engine_cannot_steer_the_terminal),
        cmocka_unit_test(a_bar_is_as_full_as_the_disk),
        cmocka_unit_test(times_are_told_as_people_do),
        cmocka_unit_test(an_image_is_named_by_what_a_person_would_type),
        cmocka_unit_test(a_column_that_is_empty_is_left_out_and_numbers_stand_right),
        cmocka_unit_test(a_paragraph_is_broken_between_words),
        cmocka_unit_test(color_is_only_where_it_is_wanted),
        cmocka_unit_test(a_file_gets_no_color_unless_asked),
        cmocka_unit_test(a_file_is_as_wide_as_columns_says_else_nothing_is_cut),
    };
    setenv("TZ", "UTC", 1);
    tzset();
    setlocale(LC_CTYPE, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
