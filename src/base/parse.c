/* SPDX-License-Identifier: MIT */
/*
 * Quantities as people write them in rgc.conf and on the command line: durations, sizes, percentages. Everything that
 * is not plainly one is refused, because a misread limit could remove what somebody meant to keep. strtod() is not
 * used: its decimal point follows the locale.
 */
#include <rgc/text.h>

#include <string.h>

typedef struct Unit {
    const char *name;
    int64_t factor;
} Unit;

/* From the largest to the smallest, which is also the order in which they may follow each other. */
static const Unit duration_units[] = {
    {"d", USEC_PER_DAY}, {"h", USEC_PER_HOUR}, {"m", USEC_PER_MINUTE}, {"s", USEC_PER_SEC}, {"ms", USEC_PER_SEC / 1000},
};
#define N_DURATION_UNITS (sizeof(duration_units) / sizeof(duration_units[0]))

static const Unit size_units[] = {
    {"B", 1},
    {"kB", 1000},
    {"KB", 1000},
    {"MB", 1000000},
    {"GB", 1000000000},
    {"TB", 1000000000000},
    {"KiB", INT64_C(1) << 10},
    {"MiB", INT64_C(1) << 20},
    {"GiB", INT64_C(1) << 30},
    {"TiB", INT64_C(1) << 40},
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Reads one or more digits and advances `*s` past them. False if there is none, and on overflow. */
static bool parse_integer(const char **s, int64_t *ret)
{
    const char *p = *s;
    int64_t value = 0;

    if (!is_digit(*p))
        return false;
    for (; is_digit(*p); p++)
        if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, *p - '0', &value))
            return false;
    *s = p;
    *ret = value;
    return true;
}

/* Reads "12" or "12.345" and advances `*s` past it. The number is value + millionths / 1e6; further digits are
 * ignored. */
static bool parse_decimal(const char **s, int64_t *ret_value, int64_t *ret_millionths)
{
    int64_t millionths = 0, place = 100000;

    if (!parse_integer(s, ret_value))
        return false;
    if (**s == '.') {
        (*s)++;
        if (!is_digit(**s))
            return false;
        for (; is_digit(**s); (*s)++, place /= 10)
            millionths += place * (**s - '0');
    }
    *ret_millionths = millionths;
    return true;
}

/* Reads a unit, which must not come before `first` in the table, and advances `*s` past it. Returns its index, or
 * N_DURATION_UNITS. */
static size_t parse_duration_unit(const char **s, size_t first)
{
    size_t length = 0;

    while ((*s)[length] >= 'a' && (*s)[length] <= 'z')
        length++;
    for (size_t i = first; i < N_DURATION_UNITS; i++)
        if (strlen(duration_units[i].name) == length && strncmp(*s, duration_units[i].name, length) == 0) {
            *s += length;
            return i;
        }
    return N_DURATION_UNITS;
}

bool parse_duration(const char *s, int64_t *ret_usec)
{
    int64_t total = 0, value;
    size_t unit = 0;

    if (strcmp(s, "0") == 0) {
        *ret_usec = 0;
        return true;
    }
    do {
        if (!parse_integer(&s, &value))
            return false;
        unit = parse_duration_unit(&s, unit);
        if (unit == N_DURATION_UNITS || __builtin_mul_overflow(value, duration_units[unit].factor, &value) ||
            __builtin_add_overflow(total, value, &total))
            return false;
        unit++;
    } while (*s);
    *ret_usec = total;
    return true;
}

bool parse_size(const char *s, int64_t *ret_bytes)
{
    int64_t value, millionths;

    if (!parse_decimal(&s, &value, &millionths))
        return false;
    if (!*s && value == 0 && millionths == 0) {
        *ret_bytes = 0;
        return true;
    }
    for (size_t i = 0; i < sizeof(size_units) / sizeof(size_units[0]); i++)
        if (strcmp(s, size_units[i].name) == 0) {
            int64_t factor = size_units[i].factor;
            /* The product is below 2^40 * 1e6, which fits. */
            int64_t part = millionths * factor / 1000000;

            if (__builtin_mul_overflow(value, factor, &value) || __builtin_add_overflow(value, part, &value))
                return false;
            *ret_bytes = value;
            return true;
        }
    return false;
}

bool parse_percent(const char *s, double *ret_percent)
{
    int64_t value, millionths;
    double percent;

    if (!parse_decimal(&s, &value, &millionths) || strcmp(s, "%") != 0)
        return false;
    percent = (double)value + (double)millionths / 1e6;
    if (percent > 100)
        return false;
    *ret_percent = percent;
    return true;
}
