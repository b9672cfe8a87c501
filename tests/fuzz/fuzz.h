/* SPDX-License-Identifier: MIT */
/*
 * What the targets share. A target is one function from bytes to nothing: libFuzzer calls it with bytes that it makes
 * up (the preset `fuzz`), and replay_corpus.c with the files of tests/fuzz/corpus in every other build.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the program as a sanitizer would, so that the input is kept. */
#define REQUIRE(condition, ...)                                                                                        \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: ", __FILE__, __LINE__);                                                            \
            fprintf(stderr, __VA_ARGS__);                                                                              \
            fputc('\n', stderr);                                                                                       \
            abort();                                                                                                   \
        }                                                                                                              \
    } while (0)

typedef struct Bytes {
    const char *data;
    size_t size;
} Bytes;

/* 0 where there are no more. */
static inline unsigned take_byte(Bytes *bytes)
{
    if (bytes->size == 0)
        return 0;
    bytes->size--;
    return (unsigned char)*bytes->data++;
}

/* The bytes before the next `end`, which is passed over; all where there is none. */
static inline Bytes take_until(Bytes *bytes, char end)
{
    Bytes part = {bytes->data, 0};

    while (part.size < bytes->size && bytes->data[part.size] != end)
        part.size++;
    size_t passed = part.size + (part.size < bytes->size ? 1 : 0);
    bytes->data += passed;
    bytes->size -= passed;
    return part;
}
