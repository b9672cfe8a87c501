/* SPDX-License-Identifier: MIT */
/*
 * The kinds of values that are numbers, words, paths and lists; value_disk.c has those that describe a file system. A
 * value is written in the form in which a person would: 72h and not 259200s, 35d and not 840h.
 */
#include "value.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool is_off(const KeySpec *spec, const char *s)
{
    return spec->off && strcmp(s, spec->off) == 0;
}

static bool is_in_range(const KeySpec *spec, int64_t value)
{
    return value >= spec->min && value <= spec->max;
}

/* A unit for writing. A number is written with the largest unit in which it is whole; the last unit of a table takes
 * what is left. */
typedef struct WrittenUnit {
    const char *name;
    int64_t factor;
    int64_t at_least; /* fewer units than this are written with the next one: 72h, but 35d */
} WrittenUnit;

static char *format_with_unit(const WrittenUnit *units, int64_t value)
{
    if (value == 0)
        return xstrdup("0");
    while (units[1].name && (value % units->factor != 0 || value / units->factor < units->at_least))
        units++;
    return xasprintf("%" PRId64 "%s", value / units->factor, units->name);
}

static char *write_duration(int64_t usec)
{
    static const WrittenUnit units[] = {
        {"d", USEC_PER_DAY, 7}, {"h", USEC_PER_HOUR, 1},        {"m", USEC_PER_MINUTE, 1},
        {"s", USEC_PER_SEC, 1}, {"ms", USEC_PER_SEC / 1000, 1}, {0},
    };

    return usec == 0 ? xstrdup("0s") : format_with_unit(units, usec);
}

char *value_write_size(int64_t bytes)
{
    static const WrittenUnit units[] = {
        {"TiB", INT64_C(1) << 40, 1},
        {"TB", 1000000000000, 1},
        {"GiB", INT64_C(1) << 30, 1},
        {"GB", 1000000000, 1},
        {"MiB", INT64_C(1) << 20, 1},
        {"MB", 1000000, 1},
        {"KiB", INT64_C(1) << 10, 1},
        {"kB", 1000, 1},
        {"B", 1, 1},
        {0},
    };

    return format_with_unit(units, bytes);
}

static char *write_count(int64_t count)
{
    return xasprintf("%" PRId64, count);
}

/* A count is an int; the word that switches the key off becomes -1. */
static ValueResult parse_count(const KeySpec *spec, const char *s, void *field)
{
    size_t digits = strspn(s, "0123456789");
    int64_t value = 0;

    if (is_off(spec, s)) {
        *(int *)field = -1;
        return VALUE_OK;
    }
    if (digits == 0 || s[digits])
        return VALUE_BAD;
    for (; *s; s++)
        if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, *s - '0', &value))
            return VALUE_OUT_OF_RANGE;
    if (!is_in_range(spec, value))
        return VALUE_OUT_OF_RANGE;
    *(int *)field = (int)value;
    return VALUE_OK;
}

static char *format_count(const KeySpec *spec, const void *field)
{
    int count = *(const int *)field;

    return count < 0 ? xstrdup(spec->off) : write_count(count);
}

const ValueKind value_count = {.parse = parse_count, .format = format_count, .format_limit = write_count};

/* Reads a quantity into an int64_t; the word that switches the key off becomes -1. */
static ValueResult parse_quantity(const KeySpec *spec, const char *s, bool (*parse)(const char *, int64_t *),
                                  int64_t *field)
{
    int64_t value = -1;

    if (!is_off(spec, s)) {
        if (!parse(s, &value))
            return VALUE_BAD;
        if (!is_in_range(spec, value))
            return VALUE_OUT_OF_RANGE;
    }
    *field = value;
    return VALUE_OK;
}

static ValueResult parse_duration_value(const KeySpec *spec, const char *s, void *field)
{
    return parse_quantity(spec, s, parse_duration, field);
}

static char *format_duration_value(const KeySpec *spec, const void *field)
{
    int64_t usec = *(const int64_t *)field;

    return usec < 0 ? xstrdup(spec->off) : write_duration(usec);
}

const ValueKind value_duration = {
    .parse = parse_duration_value, .format = format_duration_value, .format_limit = write_duration};

/* A choice of two words is a bool, which is false for the first one. */
static ValueResult parse_choice(const KeySpec *spec, const char *s, void *field)
{
    for (size_t i = 0; i < 2; i++)
        if (strcmp(s, spec->words[i]) == 0) {
            *(bool *)field = i != 0;
            return VALUE_OK;
        }
    return VALUE_BAD;
}

static char *format_choice(const KeySpec *spec, const void *field)
{
    return xstrdup(spec->words[*(const bool *)field]);
}

const ValueKind value_choice = {.parse = parse_choice, .format = format_choice};

static void set_string(char **field, const char *s)
{
    free(*field);
    *field = xstrdup(s);
}

static void clear_string(void *field)
{
    set_string(field, NULL);
}

static char *format_string(const KeySpec *spec, const void *field)
{
    const char *s = *(char *const *)field;

    return xstrdup(s ? s : spec->off);
}

static ValueResult parse_host(const KeySpec *spec, const char *s, void *field)
{
    static const char scheme[] = "unix://";

    (void)spec;
    if (strncmp(s, scheme, strlen(scheme)) != 0 || s[strlen(scheme)] != '/' || !s[strlen(scheme) + 1])
        return VALUE_BAD;
    set_string(field, s);
    return VALUE_OK;
}

const ValueKind value_host = {.parse = parse_host, .format = format_string, .clear = clear_string};

static ValueResult parse_path(const KeySpec *spec, const char *s, void *field)
{
    if (is_off(spec, s))
        s = NULL;
    else if (s[0] != '/' || !s[1])
        return VALUE_BAD;
    set_string(field, s);
    return VALUE_OK;
}

const ValueKind value_path = {.parse = parse_path, .format = format_string, .clear = clear_string};

/* Adds the words of `s` to the list. If one of them is not good, or if there is none, nothing is added. */
static ValueResult parse_list(const char *s, bool (*is_good)(const char *), Strings *field)
{
    cleanup_with(free_charp) char *copy = xstrdup(s);
    cleanup_with(strings_clear) Strings list = {0};
    char *rest = NULL;

    for (char *word = strtok_r(copy, " \t", &rest); word; word = strtok_r(NULL, " \t", &rest)) {
        if (!is_good(word))
            return VALUE_BAD;
        strings_add(&list, word);
    }
    if (list.count == 0)
        return VALUE_BAD;
    for (size_t i = 0; i < list.count; i++)
        strings_add_unique(field, list.items[i]);
    return VALUE_OK;
}

static char *format_list(const KeySpec *spec, const void *field)
{
    const Strings *list = field;
    char *joined;

    if (list->count == 0)
        return xstrdup(spec->off ? spec->off : "");
    joined = xstrdup(list->items[0]);
    for (size_t i = 1; i < list->count; i++) {
        char *longer = xasprintf("%s %s", joined, list->items[i]);

        free(joined);
        joined = longer;
    }
    return joined;
}

static void clear_list(void *field)
{
    strings_clear(field);
}

static bool is_absolute(const char *s)
{
    return s[0] == '/';
}

/* The word stands for an empty list, so it cannot follow paths on an earlier line. */
static ValueResult parse_paths(const KeySpec *spec, const char *s, void *field)
{
    Strings *list = field;

    if (is_off(spec, s))
        return list->count == 0 ? VALUE_OK : VALUE_BAD;
    return parse_list(s, is_absolute, list);
}

const ValueKind value_paths = {.parse = parse_paths, .format = format_list, .clear = clear_list, .is_list = true};

/* A pattern that nothing can match would protect nothing: no reference and no name of an app has one of these
 * characters, which stand for a comment, or for a list as other programs write it. */
static bool is_pattern(const char *s)
{
    return *s != '\0' && !strpbrk(s, ";#,=\"'");
}

static ValueResult parse_patterns(const KeySpec *spec, const char *s, void *field)
{
    (void)spec;
    return parse_list(s, is_pattern, field);
}

const ValueKind value_patterns = {.parse = parse_patterns, .format = format_list, .clear = clear_list, .is_list = true};
