/* SPDX-License-Identifier: MIT */
/* contrib/rgc.conf is what people read first: it must not lie. */
#include "config_text.h"

#include <rgc/file.h>

#include <fcntl.h>
#include <stdbool.h>

static char *read_example(void)
{
    char *text = NULL;
    Error err = {0};

    if (file_read(AT_FDCWD, EXAMPLE, 100000, &text, NULL, &err) < 0)
        fail_msg("%s", err.text);
    return text;
}

/* The value of "#KEY = VALUE  ; comment" in [SECTION], or NULL. Caller frees. */
static char *find_value(const char *example, const ConfigKey *key)
{
    cleanup_with(free_charp) char *copy = xstrdup(example);
    cleanup_with(free_charp) char *header = xasprintf("[%s]", key->section);
    cleanup_with(free_charp) char *start = xasprintf("#%s =", key->key);
    bool is_inside = false;
    char *rest = NULL;

    for (char *line = strtok_r(copy, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        if (line[0] == '[')
            is_inside = strcmp(line, header) == 0;
        if (is_inside && strncmp(line, start, strlen(start)) == 0) {
            const char *value = line + strlen(start) + strspn(line + strlen(start), " ");
            size_t length = strcspn(value, ";");

            while (length > 0 && value[length - 1] == ' ')
                length--;
            return xstrndup(value, length);
        }
    }
    return NULL;
}

test(the_example_shows_every_key_with_its_default)
{
    cleanup_with(config_clear) Config defaults = {0};
    cleanup_with(free_charp) char *example = read_example();
    size_t count;
    const ConfigKey *keys = config_keys(&count);

    config_init(&defaults);
    for (size_t i = 0; i < count; i++) {
        cleanup_with(free_charp) char *shown = find_value(example, &keys[i]);
        cleanup_with(free_charp) char *value = config_value(&defaults, &keys[i]);

        if (!shown)
            fail_msg("[%s] %s is not in %s", keys[i].section, keys[i].key, EXAMPLE);
        else if (*value && strcmp(shown, value) != 0)
            fail_msg("[%s] %s is %s by default, not %s", keys[i].section, keys[i].key, value, shown);
    }
}

test(the_example_as_installed_changes_nothing)
{
    cleanup_with(config_clear) Config defaults = {0}, loaded = {0};
    cleanup_with(free_charp) char *example = read_example();
    size_t count;
    const ConfigKey *keys = config_keys(&count);

    config_init(&defaults);
    load_good(example, &loaded);
    assert_int_equal(loaded.policy.n_apps, 0);
    for (size_t i = 0; i < count; i++) {
        cleanup_with(free_charp) char *before = config_value(&defaults, &keys[i]);
        cleanup_with(free_charp) char *after = config_value(&loaded, &keys[i]);

        assert_string_equal(before, after);
    }
}

test(the_example_is_valid_with_all_of_its_lines_in_use)
{
    cleanup_with(config_clear) Config loaded = {0};
    cleanup_with(free_charp) char *example = read_example();
    char *to = example;

    /* "#key" is a line to be used, "# words" a comment. */
    for (const char *from = example; *from; from++) {
        bool is_line_start = from == example || from[-1] == '\n';

        if (!(is_line_start && from[0] == '#' && from[1] != ' ' && from[1] != '\n'))
            *to++ = *from;
    }
    *to = '\0';
    load_good(example, &loaded);
    assert_int_equal(loaded.policy.n_apps, 1);
    assert_int_equal(loaded.policy.protect.count, 1);
    assert_int_equal(loaded.policy.protect_apps.count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_shows_every_key_with_its_default),
        cmocka_unit_test(the_example_as_installed_changes_nothing),
        cmocka_unit_test(the_example_is_valid_with_all_of_its_lines_in_use),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
