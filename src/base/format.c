/* SPDX-License-Identifier: MIT */
/*
 * Quantities as people read them. Everything is integer arithmetic, because printf("%f") writes a comma in some
 * locales, and because not every int64_t fits into a double.
 */
#include <rgc/text.h>

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

/* The absolute value. INT64_MIN has one too, but it fits into no int64_t. */
static uint64_t magnitude(int64_t value)
{
    return value < 0 ? -(uint64_t)value : (uint64_t)value;
}

/* Writes three significant digits without trailing zeros, as docker does: "1.3 GB". Returns false if the value rounds
 * to 1000 of this unit, so that 999,999 bytes become "1 MB" and not "1000 kB". */
static bool format_in_unit(char buffer[TEXT_MAX], const char *sign, uint64_t value, uint64_t unit, const char *name)
{
    uint64_t places = 100, scaled;

    while ((scaled = (value + unit / places / 2) / (unit / places)) >= 1000 && places > 1)
        places /= 10;
    if (scaled >= 1000)
        return false;
    for (; places > 1 && scaled % 10 == 0; places /= 10)
        scaled /= 10;
    if (places == 1)
        snprintf(buffer, TEXT_MAX, "%s%llu %s", sign, (unsigned long long)scaled, name);
    else
        snprintf(buffer, TEXT_MAX, "%s%llu.%0*llu %s", sign, (unsigned long long)(scaled / places),
                 places == 100 ? 2 : 1, (unsigned long long)(scaled % places), name);
    return true;
}

char *format_bytes(char buffer[TEXT_MAX], int64_t bytes)
{
    static const char *const names[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
    const char *sign = bytes < 0 ? "-" : "";
    uint64_t value = magnitude(bytes), unit = 1000;

    if (value < 1000) {
        snprintf(buffer, TEXT_MAX, "%s%llu B", sign, (unsigned long long)value);
        return buffer;
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++, unit *= 1000)
        if (format_in_unit(buffer, sign, value, unit, names[i]))
            break;
    return buffer;
}

char *format_duration(char buffer[TEXT_MAX], int64_t usec)
{
    const char *sign = usec < 0 ? "-" : "";
    uint64_t value = magnitude(usec);
    unsigned long long ms = value / 1000, s = ms / 1000, m = s / 60, h = m / 60, days = h / 24;

    if (ms == 0)
        snprintf(buffer, TEXT_MAX, "0s");
    else if (s == 0)
        snprintf(buffer, TEXT_MAX, "%s%llums", sign, ms);
    else if (m == 0)
        snprintf(buffer, TEXT_MAX, "%s%llus", sign, s);
    else if (h == 0 && s % 60 != 0)
        snprintf(buffer, TEXT_MAX, "%s%llum %llus", sign, m, s % 60);
    else if (h == 0)
        snprintf(buffer, TEXT_MAX, "%s%llum", sign, m);
    else if (days == 0 && m % 60 != 0)
        snprintf(buffer, TEXT_MAX, "%s%lluh %llum", sign, h, m % 60);
    else if (days == 0)
        snprintf(buffer, TEXT_MAX, "%s%lluh", sign, h);
    else if (days < 10 && h % 24 != 0)
        snprintf(buffer, TEXT_MAX, "%s%llu day%s %lluh", sign, days, days == 1 ? "" : "s", h % 24);
    else
        snprintf(buffer, TEXT_MAX, "%s%llu day%s", sign, days, days == 1 ? "" : "s");
    return buffer;
}

/* fnmatch() is slow where the locale has long characters, so it is asked only where the beginning, up to the first
 * character that means something, is the same. */
bool matches_pattern(const char *pattern, const char *s)
{
    size_t literal = strcspn(pattern, "*?[\\");

    if (strncmp(pattern, s, literal) != 0)
        return false;
    return pattern[literal] ? fnmatch(pattern + literal, s + literal, 0) == 0 : s[literal] == '\0';
}
