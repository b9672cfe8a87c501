/* SPDX-License-Identifier: MIT */
/* Values that concern a file system: bounds for how full it may be, and caps for how much of it something may take.
 * Both are a percentage or a size. */
#include "value.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static ValueResult parse_bound(const KeySpec *spec, const char *s, void *field)
{
    DiskBound bound = {.free_bytes = -1};

    if ((strcmp(s, spec->off) == 0))
        bound.is_off = true;
    else if (parse_percent(s, &bound.used_percent)) {
        if (bound.used_percent <= 0) /* every disk is above 0% */
            return VALUE_BAD;
    } else if (!parse_size(s, &bound.free_bytes) || bound.free_bytes <= 0)
        return VALUE_BAD;
    *(DiskBound *)field = bound;
    return VALUE_OK;
}

/* Writes as many decimals as the number has, six at most. */
static char *write_percent(double percent)
{
    int64_t millionths = (int64_t)(percent * 1e6 + 0.5);
    char fraction[16];
    size_t length;

    if (millionths % 1000000 == 0)
        return xasprintf("%" PRId64 "%%", millionths / 1000000);
    snprintf(fraction, sizeof(fraction), "%06" PRId64, millionths % 1000000);
    for (length = strlen(fraction); fraction[length - 1] == '0'; length--)
        ;
    return xasprintf("%" PRId64 ".%.*s%%", millionths / 1000000, (int)length, fraction);
}

static char *format_bound(const KeySpec *spec, const void *field)
{
    const DiskBound *bound = field;

    if (bound->is_off)
        return xstrdup(spec->off);
    return bound->free_bytes >= 0 ? value_write_size(bound->free_bytes) : write_percent(bound->used_percent);
}

const ValueKind value_bound = {.parse = parse_bound, .format = format_bound};

static ValueResult parse_cap(const KeySpec *spec, const char *s, void *field)
{
    SizeCap cap = {.bytes = -1};

    if (strcmp(s, spec->off) == 0)
        cap.is_off = true;
    else if (parse_percent(s, &cap.percent)) {
        if (cap.percent <= 0)
            return VALUE_BAD;
    } else if (!parse_size(s, &cap.bytes))
        return VALUE_BAD;
    else if (cap.bytes < spec->min || cap.bytes > spec->max)
        return VALUE_OUT_OF_RANGE;
    *(SizeCap *)field = cap;
    return VALUE_OK;
}

static char *format_cap(const KeySpec *spec, const void *field)
{
    const SizeCap *cap = field;

    if (cap->is_off)
        return xstrdup(spec->off);
    return cap->bytes >= 0 ? value_write_size(cap->bytes) : write_percent(cap->percent);
}

const ValueKind value_cap = {.parse = parse_cap, .format = format_cap, .format_limit = value_write_size};
