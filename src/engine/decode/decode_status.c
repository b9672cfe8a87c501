/* SPDX-License-Identifier: MIT */
/*
 * How long a container has run, or been stopped, from the words that the list has for people: "Up 3 hours (healthy)",
 * "Exited (137) 3 hours ago".
 *
 * Docker and Podman write these words with HumanDuration of docker/go-units. It rounds to the nearest hour from one hour
 * on, and then down to whole days, weeks and months. So "3 hours" is at least 2 1/2 hours, and "2 days" at least 47 1/2.
 */
#include "decode.h"

#include <stdlib.h>
#include <string.h>

static int64_t unit_of(const char *word)
{
    static const struct {
        const char *name;
        int64_t usec;
    } units[] = {
        {"second", USEC_PER_SEC},   {"minute", USEC_PER_MINUTE},  {"hour", USEC_PER_HOUR},      {"day", USEC_PER_DAY},
        {"week", 7 * USEC_PER_DAY}, {"month", 30 * USEC_PER_DAY}, {"year", 365 * USEC_PER_DAY},
    };
    for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
        if (strncmp(word, units[i].name, strlen(units[i].name)) == 0)
            return units[i].usec;
    return 0;
}

/* The shortest time for which HumanDuration has these words; 0 = it never writes them, or writes them also of what lies in
 * the future by a wrong clock: "Less than a second". */
static int64_t at_least(const char *words)
{
    static const char about_an[] = "About an ", about_a[] = "About a ";
    if (strncmp(words, about_an, sizeof(about_an) - 1) == 0)
        return unit_of(words + sizeof(about_an) - 1);
    if (strncmp(words, about_a, sizeof(about_a) - 1) == 0)
        return unit_of(words + sizeof(about_a) - 1);
    char *end;
    long count = strtol(words, &end, 10);
    if (end == words || *end != ' ' || count < 1 || count > 10000)
        return 0;
    int64_t unit = unit_of(end + 1);
    return unit >= USEC_PER_HOUR ? count * unit - USEC_PER_HOUR / 2 : count * unit;
}

int64_t decode_in_state_for(const char *status)
{
    static const char up[] = "Up ", exited[] = "Exited (";
    if (strncmp(status, up, sizeof(up) - 1) == 0)
        return at_least(status + sizeof(up) - 1);
    const char *words = strncmp(status, exited, sizeof(exited) - 1) == 0 ? strstr(status, ") ") : NULL;
    return words ? at_least(words + 2) : 0;
}
