/* SPDX-License-Identifier: MIT */
/*
 * The state machine of the sieve, whose story is in sieve.h. Each read_ function consumes bytes of one text and returns
 * how many; `step` consumes a byte between two texts.
 */
#include "sieve.h"

#include <errno.h>
#include <string.h>

#define DEPTH_MAX 32

enum {
    AT_VALUE,       /* a value must come */
    AT_FIRST_VALUE, /* a value, or ']' */
    AT_FIRST_KEY,   /* a key, or '}' */
    AT_KEY,
    IN_KEY,
    AT_COLON,
    IN_STRING,
    IN_LONG_STRING, /* it has become SIEVE_CUT, and its rest is skipped */
    IN_SCALAR,
    AT_SKIPPED, /* the value of an unknown member must come */
    IN_SKIPPED,
    IN_SKIPPED_STRING,
    AFTER_VALUE,
};

static void keep(Sieve *sieve, const char *data, size_t size)
{
    if (sieve->is_too_large || size > sieve->kept_max - sieve->kept.size)
        sieve->is_too_large = true;
    else
        buffer_add(&sieve->kept, data, size);
}

static bool is_in_object(const Sieve *sieve)
{
    return sieve->depth > 0 && (sieve->objects >> sieve->depth & 1);
}

static void open_container(Sieve *sieve, char c)
{
    uint64_t bit;

    if (++sieve->depth >= DEPTH_MAX) {
        sieve->is_broken = true;
        return;
    }
    bit = (uint64_t)1 << sieve->depth;
    sieve->objects = c == '{' ? sieve->objects | bit : sieve->objects & ~bit;
    sieve->filled &= ~bit;
    sieve->state = c == '{' ? AT_FIRST_KEY : AT_FIRST_VALUE;
    keep(sieve, &c, 1);
}

static void close_container(Sieve *sieve, char c)
{
    if (sieve->depth == 0 || is_in_object(sieve) != (c == '}')) {
        sieve->is_broken = true;
        return;
    }
    sieve->depth--;
    sieve->state = AFTER_VALUE;
    keep(sieve, &c, 1);
}

/* Takes the colon after a key: here the member is kept or skipped. */
static void begin_member(Sieve *sieve)
{
    uint64_t bit = (uint64_t)1 << sieve->depth;

    if (!members_contain(sieve->known, sieve->key, sieve->key_length)) {
        sieve->state = AT_SKIPPED;
        return;
    }
    if (sieve->filled & bit)
        keep(sieve, ",", 1);
    sieve->filled |= bit;
    keep(sieve, "\"", 1);
    keep(sieve, sieve->key, sieve->key_length);
    keep(sieve, "\":", 2);
    sieve->state = AT_VALUE;
}

static void begin_string(Sieve *sieve)
{
    sieve->string_at = sieve->kept.size;
    sieve->is_escaped = false;
    sieve->state = IN_STRING;
    keep(sieve, "\"", 1);
}

static void begin_value(Sieve *sieve, char c)
{
    if (c == '{' || c == '[')
        open_container(sieve, c);
    else if (c == '"')
        begin_string(sieve);
    else if (c == ']' && sieve->state == AT_FIRST_VALUE)
        close_container(sieve, c);
    else if (strchr(",:]}", c))
        sieve->is_broken = true;
    else
        sieve->state = IN_SCALAR;
}

static void begin_skipped(Sieve *sieve, char c)
{
    sieve->skipped_depth = c == '{' || c == '[';
    sieve->is_escaped = false;
    sieve->state = c == '"' ? IN_SKIPPED_STRING : IN_SKIPPED;
    if (strchr(",:]}", c))
        sieve->is_broken = true;
}

static void go_on(Sieve *sieve, char c)
{
    if (c == '}' || c == ']') {
        close_container(sieve, c);
    } else if (c == ',' && sieve->depth > 0) {
        sieve->state = is_in_object(sieve) ? AT_KEY : AT_VALUE;
        if (!is_in_object(sieve))
            keep(sieve, ",", 1); /* in an object, begin_member adds it before the next member that is kept */
    } else {
        sieve->is_broken = true;
    }
}

/* Takes a byte between two texts. Returns whether the byte was consumed. */
static bool step(Sieve *sieve, char c)
{
    switch (sieve->state) {
    case AT_VALUE:
    case AT_FIRST_VALUE:
        begin_value(sieve, c);
        return sieve->state != IN_SCALAR;
    case AT_FIRST_KEY:
        if (c == '}') {
            close_container(sieve, c);
            return true;
        } /* fallthrough */
    case AT_KEY:
        sieve->key_length = 0;
        sieve->is_escaped = false;
        sieve->state = IN_KEY;
        sieve->is_broken = c != '"';
        return true;
    case AT_COLON:
        sieve->is_broken = c != ':';
        begin_member(sieve);
        return true;
    case AT_SKIPPED:
        begin_skipped(sieve, c);
        return true;
    default: /* AFTER_VALUE */
        go_on(sieve, c);
        return true;
    }
}

static size_t read_key(Sieve *sieve, const char *data, size_t size)
{
    bool ends;
    size_t n = scan_string(data, size, &sieve->is_escaped, &ends), length = n - ends;

    /* A name that does not fit is longer than every known one, and need not be whole. */
    size_t room = sizeof(sieve->key) - sieve->key_length, taken = length < room ? length : room;
    memcpy(sieve->key + sieve->key_length, data, taken);
    sieve->key_length += taken;
    if (ends)
        sieve->state = AT_COLON;
    return n;
}

static size_t read_string(Sieve *sieve, const char *data, size_t size)
{
    bool ends;
    size_t n = scan_string(data, size, &sieve->is_escaped, &ends);

    if (sieve->state == IN_STRING && sieve->kept.size + n - sieve->string_at > SIEVE_STRING_MAX &&
        !sieve->is_too_large) {
        sieve->kept.size = sieve->string_at;
        keep(sieve, "\"" SIEVE_CUT "\"", strlen("\"" SIEVE_CUT "\""));
        sieve->state = IN_LONG_STRING;
    }
    if (sieve->state == IN_STRING)
        keep(sieve, data, n);
    if (ends)
        sieve->state = AFTER_VALUE;
    return n;
}

static size_t read_scalar(Sieve *sieve, const char *data, size_t size)
{
    bool ends;
    size_t n = scan_scalar(data, size, &ends);

    keep(sieve, data, n);
    if (ends)
        sieve->state = AFTER_VALUE;
    return n;
}

static size_t skip(Sieve *sieve, const char *data, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        char c = data[i];

        if (c == '"') {
            sieve->is_escaped = false;
            sieve->state = IN_SKIPPED_STRING;
            return i + 1;
        }
        if (c == '{' || c == '[') {
            sieve->skipped_depth++;
        } else if (sieve->skipped_depth == 0 && (c == ',' || c == '}' || c == ']')) {
            sieve->state = AFTER_VALUE;
            return i;
        } else if ((c == '}' || c == ']') && --sieve->skipped_depth == 0) {
            sieve->state = AFTER_VALUE;
            return i + 1;
        }
    }
    return size;
}

static size_t skip_string(Sieve *sieve, const char *data, size_t size)
{
    bool ends;
    size_t n = scan_string(data, size, &sieve->is_escaped, &ends);

    if (ends)
        sieve->state = sieve->skipped_depth == 0 ? AFTER_VALUE : IN_SKIPPED;
    return n;
}

static size_t read(Sieve *sieve, const char *data, size_t size)
{
    switch (sieve->state) {
    case IN_KEY:
        return read_key(sieve, data, size);
    case IN_STRING:
    case IN_LONG_STRING:
        return read_string(sieve, data, size);
    case IN_SCALAR:
        return read_scalar(sieve, data, size);
    case IN_SKIPPED:
        return skip(sieve, data, size);
    case IN_SKIPPED_STRING:
        return skip_string(sieve, data, size);
    default:
        return scan_is_space(*data) || step(sieve, *data) ? 1 : 0;
    }
}

void sieve_feed(Sieve *sieve, const char *data, size_t size)
{
    while (size > 0 && !sieve->is_broken) {
        size_t n = read(sieve, data, size);

        data += n;
        size -= n;
    }
}

int sieve_finish(Sieve *sieve, const char **ret, size_t *ret_length, Error *err)
{
    bool is_whole = sieve->depth == 0 && (sieve->state == AFTER_VALUE || sieve->state == IN_SCALAR);

    *ret = sieve->kept.data ? sieve->kept.data : "";
    *ret_length = sieve->kept.size;
    if (sieve->is_broken || !is_whole)
        return error_set(err, EPROTO, "not JSON");
    if (sieve->is_too_large)
        return error_set(err, EPROTO, "it is larger than any true one");
    return 0;
}

void sieve_reset(Sieve *sieve)
{
    sieve->kept.size = 0;
    sieve->is_broken = sieve->is_too_large = false;
    sieve->state = AT_VALUE;
    sieve->depth = 0;
}

void sieve_clear(Sieve *sieve)
{
    buffer_clear(&sieve->kept);
    *sieve = (Sieve){0};
}
