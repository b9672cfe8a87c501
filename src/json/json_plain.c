/* SPDX-License-Identifier: MIT */
/*
 * A fast way through JSON as engines mostly write it: objects and arrays of whole numbers, words and ASCII strings, with
 * the escapes that stand for an ASCII character. jansson's lexer reads byte by byte, and took two fifths of all the time
 * that `rgc plan` needed for 10,000 images, and as much of `rgc audit`, where each history has quotes in its commands.
 *
 * This reader only ever says "plain, and here is the value" or "not plain". It never says that a text is wrong:
 * whatever it does not accept goes to jansson, which reads it or names the mistake. So this reader may leave out
 * whatever is rare, but what it accepts must be the very same value to jansson: tests/unit/engine/engine_json_plain.c
 * compares them.
 *
 * Source: RFC 8259 (JSON).
 */
#include "json_plain.h"

#include <rgc/buffer.h>
#include <rgc/memory.h>

#include <stdbool.h>
#include <string.h>

#define DEPTH_MAX 32
#define KEY_MAX 128
#define DIGITS_MAX 18 /* so many always fit into 64 bits */

typedef struct Reader {
    const char *at;
    const char *end;
    int depth;
} Reader;

static json_t *read_value(Reader *reader);

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* Skips spaces and returns the next byte without consuming it. At the end it returns '\0', with which nothing plain
 * begins. */
static char peek(Reader *reader)
{
    while (reader->at < reader->end && is_space(*reader->at))
        reader->at++;
    return reader->at < reader->end ? *reader->at : '\0';
}

static bool take(Reader *reader, char c)
{
    if (peek(reader) != c)
        return false;
    reader->at++;
    return true;
}

static bool is_plain(char c)
{
    return c >= ' ' && c <= '~' && c != '"' && c != '\\';
}

/* Returns the plain bytes that come next, borrowed. */
static const char *read_run(Reader *reader, size_t *ret_length)
{
    const char *begin = reader->at;

    while (reader->at < reader->end && is_plain(*reader->at))
        reader->at++;
    *ret_length = (size_t)(reader->at - begin);
    return begin;
}

/* Consumes the byte that comes next, with no spaces before it. */
static bool take_now(Reader *reader, char c)
{
    if (reader->at == reader->end || *reader->at != c)
        return false;
    reader->at++;
    return true;
}

/* Returns what stands between two quotes, borrowed; NULL if it is not plain, or has escapes. */
static const char *read_text(Reader *reader, size_t *ret_length)
{
    if (!take(reader, '"'))
        return NULL;
    const char *text = read_run(reader, ret_length);
    return take_now(reader, '"') ? text : NULL;
}

/* Reads the four digits of \uXXXX. Returns the character if it is ASCII and not NUL, else '\0'. */
static char read_code(Reader *reader)
{
    static const char digits[] = "0123456789abcdef";
    unsigned code = 0;

    if (reader->end - reader->at < 4)
        return '\0';
    for (int i = 0; i < 4; i++, reader->at++) {
        const char *digit = *reader->at ? strchr(digits, *reader->at >= 'A' ? *reader->at | 0x20 : *reader->at) : NULL;
        if (!digit)
            return '\0';
        code = code << 4 | (unsigned)(digit - digits);
    }
    return code < 0x80 ? (char)code : '\0';
}

/* Reads what follows a backslash. Returns the character that it stands for; '\0' if it is not plain. */
static char read_escape(Reader *reader)
{
    static const char letters[] = "\"\\/bfnrt", characters[] = "\"\\/\b\f\n\r\t";
    const char *letter = reader->at < reader->end && *reader->at ? strchr(letters, *reader->at) : NULL;

    if (take_now(reader, 'u'))
        return read_code(reader);
    if (!letter)
        return '\0';
    reader->at++;
    return characters[letter - letters];
}

/* Reads the rest of a string in which the first escape comes next, behind the `length` bytes of `text`. */
static json_t *read_escaped(Reader *reader, const char *text, size_t length)
{
    cleanup_with(buffer_clear) Buffer whole = {0};

    buffer_add(&whole, text, length);
    while (take_now(reader, '\\')) {
        char c = read_escape(reader);
        if (!c)
            return NULL;
        buffer_add(&whole, &c, 1);
        text = read_run(reader, &length);
        buffer_add(&whole, text, length);
    }
    return take_now(reader, '"') ? json_stringn_nocheck(whole.data, whole.size) : NULL;
}

static json_t *read_string(Reader *reader)
{
    size_t length;

    reader->at++;
    const char *text = read_run(reader, &length);
    return take_now(reader, '"') ? json_stringn_nocheck(text, length) : read_escaped(reader, text, length);
}

static json_t *read_word(Reader *reader, const char *word, json_t *value)
{
    size_t length = strlen(word);

    if ((size_t)(reader->end - reader->at) < length || memcmp(reader->at, word, length) != 0)
        return NULL;
    reader->at += length;
    return value;
}

static bool is_digit(const Reader *reader)
{
    return reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9';
}

static json_t *read_number(Reader *reader)
{
    bool is_negative = take(reader, '-');
    const char *begin = reader->at;
    json_int_t value = 0;

    for (; is_digit(reader) && reader->at - begin < DIGITS_MAX; reader->at++)
        value = value * 10 + (*reader->at - '0');
    if (reader->at == begin || is_digit(reader) || (*begin == '0' && reader->at - begin > 1))
        return NULL;
    /* If a fraction or an exponent follows, the list or object that contains the number fails to read on. */
    return json_integer(is_negative ? -value : value);
}

static bool read_element(Reader *reader, json_t *array)
{
    json_t *value = read_value(reader);

    return value && json_array_append_new(array, value) == 0;
}

static bool read_member(Reader *reader, json_t *object)
{
    char key[KEY_MAX];
    size_t length;
    const char *text = read_text(reader, &length);
    json_t *value;

    if (!text || length >= sizeof(key) || !take(reader, ':'))
        return false;
    memcpy(key, text, length);
    key[length] = '\0';
    value = read_value(reader);
    return value && json_object_set_new_nocheck(object, key, value) == 0;
}

/* Reads elements or members into `container`, and returns it; drops it and returns NULL if something is not plain. */
static json_t *read_list(Reader *reader, json_t *container, char closing, bool (*read)(Reader *, json_t *))
{
    bool is_good = reader->depth++ < DEPTH_MAX;

    reader->at++;
    if (is_good && !take(reader, closing)) {
        do
            is_good = read(reader, container);
        while (is_good && take(reader, ','));
        is_good = is_good && take(reader, closing);
    }
    reader->depth--;
    if (is_good)
        return container;
    json_decref(container);
    return NULL;
}

static json_t *read_value(Reader *reader)
{
    switch (peek(reader)) {
    case '{':
        return read_list(reader, json_object(), '}', read_member);
    case '[':
        return read_list(reader, json_array(), ']', read_element);
    case '"':
        return read_string(reader);
    case 't':
        return read_word(reader, "true", json_true());
    case 'f':
        return read_word(reader, "false", json_false());
    case 'n':
        return read_word(reader, "null", json_null());
    default:
        return read_number(reader);
    }
}

json_t *json_read_plain(const char *text, size_t length)
{
    Reader reader = {.at = text, .end = text + length};
    char first = peek(&reader);
    json_t *value = first == '{' || first == '[' ? read_value(&reader) : NULL;

    peek(&reader);
    if (reader.at == reader.end)
        return value;
    json_decref(value);
    return NULL;
}
