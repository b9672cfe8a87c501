/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <rgc/memory.h>
#include <string.h>

test(an_array_grows_by_zeroed_elements_and_keeps_the_others)
{
    struct Item {
        int number;
        char padding[13];
    } *items = NULL;
    size_t count = 0;

    for (int i = 0; i < 1000; i++) {
        struct Item *item = array_add(&items, &count);

        assert_int_equal(item->number, 0);
        assert_int_equal(item->padding[12], 0);
        memset(item, 0xff, sizeof(*item));
        item->number = i;
    }
    assert_int_equal(count, 1000);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(items[i].number, i);
    free(items);
}

test(a_list_of_strings_owns_its_copies)
{
    Strings list = {0}, copy;
    char name[] = "blog";

    strings_add(&list, name);
    name[0] = 'f';
    strings_add(&list, name);
    strings_copy(&copy, &list);
    strings_clear(&list);
    assert_int_equal(list.count, 0);
    assert_null(list.items);
    strings_clear(&list); /* twice is fine */
    assert_int_equal(copy.count, 2);
    assert_string_equal(copy.items[0], "blog");
    assert_string_equal(copy.items[1], "flog");
    strings_add(&copy, "third"); /* a copy can grow as well */
    assert_string_equal(copy.items[2], "third");
    strings_clear(&copy);
}

test(a_unique_string_is_added_once)
{
    Strings list = {0};

    strings_add_unique(&list, "a");
    strings_add_unique(&list, "b");
    strings_add_unique(&list, "a");
    assert_int_equal(list.count, 2);
    assert_true(strings_contain(&list, "b"));
    assert_false(strings_contain(&list, "c"));
    strings_clear(&list);
}

test(allocations_never_return_null)
{
    cleanup_with(free_charp) char *nothing = xmalloc(0);
    cleanup_with(free_charp) char *zeroed = xcalloc(0, 8);
    cleanup_with(free_charp) char *text = xasprintf("%d %s", 3, "x");
    cleanup_with(free_charp) char *part = xstrndup("blog:v4", 4);
    char *taken = take_ptr(text);

    assert_non_null(nothing);
    assert_non_null(zeroed);
    assert_null(text);
    assert_string_equal(taken, "3 x");
    assert_string_equal(part, "blog");
    assert_null(xstrdup(NULL));
    free(taken);
}

test(a_sorted_list_finds_what_it_contains)
{
    cleanup_with(strings_clear) Strings list = {0};
    strings_sort(&list);
    assert_false(strings_contain_sorted(&list, "a"));
    for (const char *s = "dbca"; *s; s++)
        strings_add(&list, (const char[]){*s, '\0'});
    strings_sort(&list);
    assert_string_equal(list.items[0], "a");
    assert_string_equal(list.items[3], "d");
    assert_true(strings_contain_sorted(&list, "a") && strings_contain_sorted(&list, "d"));
    assert_false(strings_contain_sorted(&list, "e"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_array_grows_by_zeroed_elements_and_keeps_the_others),
        cmocka_unit_test(a_list_of_strings_owns_its_copies),
        cmocka_unit_test(a_unique_string_is_added_once),
        cmocka_unit_test(allocations_never_return_null),
        cmocka_unit_test(a_sorted_list_finds_what_it_contains),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
