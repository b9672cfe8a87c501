/* SPDX-License-Identifier: MIT */
/*
 * How a list is split while it arrives.
 *
 * A large host's list of images has many megabytes. Parsed into one tree it would take several times as much memory, in
 * a service that is allowed little (MemoryMax= of rgc.service). So rgc never has a whole list: it finds where each
 * element ends, and hands the elements on one by one, as text, to a decoder that makes a small struct of each.
 *
 * To find an end is much less than to parse. Within an element only brackets count, and quotes and backslashes, because
 * a bracket in a string counts nothing; between elements the punctuation of the form counts. All of this state is in
 * Stream, because libcurl cuts the text anywhere, even within a number or an escape. What has come of an element is
 * kept in `pending`, or in the sieve; without a sieve, an element that arrives in one piece is not even copied.
 *
 * What must never happen:
 *  - Half a list must not pass for a list: if a container is missing from it, the container's image looks unused. So
 *    stream_finish fails unless the closing bracket came, and bytes after it are an error as well.
 *  - An odd element must neither vanish nor take the others with it. One that is too large or no JSON goes to `on_odd`,
 *    with the beginning of its text, so that its ID may still be found and named.
 *
 * tests/unit/engine/engine_stream.c splits texts at every byte, tests/unit/engine/engine_mutation.c cuts and damages
 * recorded answers, and tests/fault/memory.py runs a pass on 10,000 images in little memory.
 */
#include "stream.h"

#include <errno.h>
#include <string.h>

#include <rgc/memory.h>

enum {
    AT_START,
    AT_FIRST_KEY, /* a key, or '}' */
    AT_KEY,
    IN_KEY,
    AT_COLON,
    AT_MEMBER,
    AT_FIRST, /* an element, or ']' */
    AT_ELEMENT,
    IN_NESTED, /* an element that is an object, array or string */
    IN_SCALAR, /* a number or a word; the byte after it shows its end */
    AT_COMMA,  /* after an element or a member */
    AT_END,
};

static bool is_kept(const Stream *stream)
{
    return stream->state == IN_KEY || stream->form != STREAM_MEMBERS || stream->name;
}

static void keep_back(Stream *stream, const char *data, size_t size)
{
    size_t room = STREAM_ELEMENT_MAX - stream->pending_length;

    if (!is_kept(stream) || size == 0)
        return;
    if (size > room) {
        stream->is_too_large = true;
        size = room;
    }
    if (stream->pending_length + size > stream->pending_capacity) {
        stream->pending_capacity = stream->pending_capacity ? stream->pending_capacity : 4096;
        while (stream->pending_length + size > stream->pending_capacity)
            stream->pending_capacity *= 2;
        stream->pending = xreallocarray(stream->pending, stream->pending_capacity, 1);
    }
    memcpy(stream->pending + stream->pending_length, data, size);
    stream->pending_length += size;
}

/* Makes `data` and `size` the whole text: what was kept back of it, and these bytes, with which it ends. */
static int complete(Stream *stream, const char **data, size_t *size, Error *err)
{
    if (stream->pending_length > 0 || *size > STREAM_ELEMENT_MAX) {
        keep_back(stream, *data, *size);
        *data = stream->pending;
        *size = stream->pending_length;
        stream->pending_length = 0;
    }
    if (!stream->is_too_large)
        return 0;
    stream->is_too_large = false;
    return error_set(err, EPROTO, "it is larger than any true one");
}

static int give(Stream *stream, const char *data, size_t size, Error *why, Error *err)
{
    if (!why->code)
        return stream->on_element(stream->name, data, size, stream->userdata, err);
    if (!stream->on_odd) {
        *err = *why;
        return error_wrap(err, "an element");
    }
    stream->on_odd(stream->name, data, size, why->text, stream->userdata);
    return 0;
}

static int end_element(Stream *stream, const char *data, size_t size, Error *err)
{
    Error why = {0};

    stream->state = stream->form == STREAM_SEQUENCE ? AT_ELEMENT : AT_COMMA;
    if (!is_kept(stream))
        return 0;
    if (stream->known) {
        sieve_feed(&stream->sieve, data, size);
        (void)sieve_finish(&stream->sieve, &data, &size, &why);
        sieve_reset(&stream->sieve);
    } else {
        (void)complete(stream, &data, &size, &why);
    }
    return give(stream, data, size, &why, err);
}

static int end_key(Stream *stream, const char *data, size_t size, Error *err)
{
    int r = complete(stream, &data, &size, err);

    stream->name = NULL;
    for (size_t i = 0; r == 0 && stream->wanted[i]; i++)
        if (size == strlen(stream->wanted[i]) + 2 && memcmp(data + 1, stream->wanted[i], size - 2) == 0)
            stream->name = stream->wanted[i];
    stream->state = AT_COLON;
    return r;
}

/* Returns how many of these bytes belong to the string, object or array. */
static size_t scan_nested(Stream *stream, const char *data, size_t size, bool *ret_ends)
{
    for (size_t i = 0; i < size; i++) {
        char c = data[i];

        if (stream->in_string) {
            if (stream->is_escaped)
                stream->is_escaped = false;
            else if (c == '\\')
                stream->is_escaped = true;
            else if (c == '"')
                stream->in_string = false;
            else
                continue;
        } else if (c == '"') {
            stream->in_string = true;
        } else if (c == '{' || c == '[') {
            stream->depth++;
        } else if (c == '}' || c == ']') {
            stream->depth--;
        } else {
            continue;
        }
        if (stream->depth <= 0 && !stream->in_string) {
            *ret_ends = true;
            return i + 1;
        }
    }
    *ret_ends = false;
    return size;
}

/* Consumes bytes of a name or an element, which may have begun in an earlier piece. */
static int scan_text(Stream *stream, const char **data, size_t *size, Error *err)
{
    bool ends;
    size_t n = stream->state == IN_SCALAR ? scan_scalar(*data, *size, &ends) : scan_nested(stream, *data, *size, &ends);
    const char *text = *data;

    *data += n;
    *size -= n;
    if (!ends && stream->known && stream->state != IN_KEY) {
        if (is_kept(stream))
            sieve_feed(&stream->sieve, text, n);
        return 0;
    }
    if (!ends) {
        keep_back(stream, text, n);
        return 0;
    }
    return stream->state == IN_KEY ? end_key(stream, text, n, err) : end_element(stream, text, n, err);
}

static int unexpected(char c, Error *err)
{
    return c == '<' ? error_set(err, EPROTO, "a web page instead of JSON")
                    : error_set(err, EPROTO, "not the JSON that was expected");
}

static int begin_element(Stream *stream, char c, Error *err)
{
    if (strchr(",]}:", c))
        return unexpected(c, err);
    stream->depth = 0;
    stream->state = strchr("{[\"", c) ? IN_NESTED : IN_SCALAR;
    stream->sieve.known = stream->known;
    stream->sieve.kept_max = STREAM_ELEMENT_MAX;
    return 0;
}

/* Takes a byte between elements. Returns 1 if the byte was consumed, 0 if it begins a name or an element. */
static int step(Stream *stream, char c, Error *err)
{
    char closing = stream->form == STREAM_ARRAY || stream->in_array ? ']' : '}';

    switch (stream->state) {
    case AT_START:
        if (stream->form == STREAM_SEQUENCE) {
            stream->state = AT_ELEMENT;
            return begin_element(stream, c, err);
        }
        if (c != (stream->form == STREAM_ARRAY ? '[' : '{'))
            return unexpected(c, err);
        stream->state = stream->form == STREAM_ARRAY ? AT_FIRST : AT_FIRST_KEY;
        return 1;
    case AT_FIRST_KEY:
    case AT_KEY:
        if (c == '}' && stream->state == AT_FIRST_KEY) {
            stream->state = AT_END;
            return 1;
        }
        if (c != '"')
            return unexpected(c, err);
        stream->depth = 0;
        stream->state = IN_KEY;
        return 0;
    case AT_COLON:
        stream->state = AT_MEMBER;
        return c == ':' ? 1 : unexpected(c, err);
    case AT_MEMBER:
        stream->in_array = c == '[';
        if (!stream->in_array)
            return begin_element(stream, c, err);
        stream->state = AT_FIRST;
        return 1;
    case AT_FIRST:
    case AT_ELEMENT:
        if (c != ']' || stream->state != AT_FIRST)
            return begin_element(stream, c, err);
        break;
    case AT_COMMA:
        if (c == ',') {
            stream->state = stream->form == STREAM_ARRAY || stream->in_array ? AT_ELEMENT : AT_KEY;
            return 1;
        }
        if (c != closing)
            return unexpected(c, err);
        break;
    default: /* AT_END */
        return error_set(err, EPROTO, "text after the end of the JSON");
    }
    /* `c` closes an array, or the whole text. */
    stream->state = stream->in_array ? AT_COMMA : AT_END;
    stream->in_array = false;
    return 1;
}

int stream_feed(Stream *stream, const char *data, size_t size, Error *err)
{
    while (size > 0) {
        int r = 0;

        if (stream->state == IN_KEY || stream->state == IN_NESTED || stream->state == IN_SCALAR) {
            r = scan_text(stream, &data, &size, err);
        } else if (scan_is_space(*data)) {
            r = 1;
        } else {
            r = step(stream, *data, err);
        }
        if (r < 0)
            return r;
        data += r;
        size -= (size_t)r;
    }
    return 0;
}

int stream_finish(Stream *stream, Error *err)
{
    if (stream->form == STREAM_SEQUENCE) {
        if (stream->state == AT_START || stream->state == AT_ELEMENT)
            return 0;
    } else if (stream->state == AT_END) {
        return 0;
    }
    return error_set(err, EPROTO, stream->state == AT_START ? "an empty answer" : "an answer that ends in the middle");
}

void stream_clear(Stream *stream)
{
    free(stream->pending);
    stream->pending = NULL;
    stream->pending_length = stream->pending_capacity = 0;
    sieve_clear(&stream->sieve);
}
