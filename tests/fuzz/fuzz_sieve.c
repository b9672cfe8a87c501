/* SPDX-License-Identifier: MIT */
#include "fuzz_sieve.h"

#include "engine/decode/decode.h"
#include "engine/http/stream.h"

#include <jansson.h>
#include <string.h>

static json_t *sifted(const json_t *value);

static json_t *sifted_object(const json_t *value)
{
    json_t *object = json_object();
    const char *key;
    json_t *member;

    for (void *at = json_object_iter((json_t *)(uintptr_t)value); at;
         at = json_object_iter_next((json_t *)(uintptr_t)value, at)) {
        key = json_object_iter_key(at);
        member = json_object_iter_value(at);
        if (members_contain(&engine_members, key, strlen(key)))
            json_object_set_new(object, key, sifted(member));
    }
    return object;
}

static json_t *sifted(const json_t *value)
{
    if (json_is_object(value))
        return sifted_object(value);
    if (!json_is_array(value))
        return json_deep_copy(value);
    json_t *array = json_array();
    for (size_t i = 0; i < json_array_size(value); i++)
        json_array_append_new(array, sifted(json_array_get(value, i)));
    return array;
}

static int sift(const Bytes *text, size_t step, char **ret, size_t *ret_size)
{
    Sieve sieve = {.known = &engine_members, .kept_max = STREAM_ELEMENT_MAX};
    const char *kept;
    size_t size;
    Error err = {0};

    for (size_t at = 0; at < text->size; at += step)
        sieve_feed(&sieve, text->data + at, step < text->size - at ? step : text->size - at);
    int r = sieve_finish(&sieve, &kept, &size, &err);
    *ret = xstrndup(kept ? kept : "", kept ? size : 0);
    *ret_size = strlen(*ret);
    sieve_clear(&sieve);
    return r;
}

static int depth_of(const Bytes *text)
{
    int depth = 0, deepest = 0;

    for (size_t i = 0; i < text->size; i++) {
        depth += text->data[i] == '[' || text->data[i] == '{';
        depth -= text->data[i] == ']' || text->data[i] == '}';
        deepest = depth > deepest ? depth : deepest;
    }
    return deepest;
}

/* An escaped name is no known one to the sieve, and beyond some depth it refuses. Jansson takes a NUL for the end of a text,
 * and says nothing of what comes behind it. */
static bool is_compared(const Bytes *text)
{
    return text->size < 4096 && !memchr(text->data, '\\', text->size) && !memchr(text->data, '\0', text->size) &&
           depth_of(text) < 32;
}

void fuzz_sieve(const Bytes *text, size_t step)
{
    cleanup_with(free_charp) char *whole = NULL, *pieces = NULL;
    size_t size, size_of_pieces;
    int r = sift(text, text->size + 1, &whole, &size), again = sift(text, step, &pieces, &size_of_pieces);

    REQUIRE(r == again && strcmp(whole, pieces) == 0, "in pieces of %zu the sieve keeps something else", step);
    if (!is_compared(text))
        return;
    json_t *tree = json_loadb(text->data, text->size, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
    if (tree) {
        REQUIRE(r == 0, "the sieve refuses JSON");
        json_t *kept = json_loadb(whole, size, JSON_DECODE_ANY, NULL), *expected = sifted(tree);
        REQUIRE(kept && json_equal(kept, expected), "the sieve keeps %s", whole);
        json_decref(kept);
        json_decref(expected);
    }
    json_decref(tree);
}
