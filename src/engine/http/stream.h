/* SPDX-License-Identifier: MIT */
/*
 * Splits a JSON text into its elements while it arrives, and hands each of them to a callback as text. Lists of images,
 * containers and volumes are read this way, and so are events; stream.c explains why and how.
 *
 *     Stream stream = {.form = STREAM_ARRAY, .on_element = add_image, .userdata = snapshot};
 *
 *     while ((size = read(fd, data, sizeof(data))) > 0 && (r = stream_feed(&stream, data, size, err)) == 0)
 *         ;
 *     if (r == 0)
 *         r = stream_finish(&stream, err); // only now the list is a list
 *     stream_clear(&stream);
 *
 * All functions return 0, or a negative code with a phrase in `err`; -EPROTO means that the text is not what `form`
 * promises, or does not end properly.
 */
#pragma once

#include <rgc/error.h>
#include <stdbool.h>
#include <stddef.h>

#include "sieve.h"

typedef enum StreamForm {
    STREAM_ARRAY,   /* [element, …] */
    STREAM_MEMBERS, /* {"name": [element, …], "other": value, …}: the elements of the wanted members; a wanted value
                        that is not an array is one element */
    STREAM_SEQUENCE, /* element element …, as events come */
} StreamForm;

/* Takes an element; its text is borrowed. `name` is the member's, and NULL except with STREAM_MEMBERS. A negative
 * return value, with `err` set, ends the stream. */
typedef int StreamElement(const char *name, const char *text, size_t length, void *userdata, Error *err);
/* Takes an element that is too large, or that turns out not to be JSON although its end was found. `text` is what was
 * kept of its beginning. */
typedef void StreamOdd(const char *name, const char *text, size_t length, const char *why, void *userdata);

/* Zeroed, with the first members set, it is ready for the first byte. */
typedef struct Stream {
    StreamForm form;
    const char *const *wanted; /* names for STREAM_MEMBERS; NULL-terminated */
    StreamElement *on_element;
    StreamOdd *on_odd;    /* NULL = an odd element ends the stream */
    const Members *known; /* members that are kept of an element (see sieve.h); NULL = all */
    void *userdata;

    /* private */
    int state;
    bool in_array;    /* within the array of a member */
    const char *name; /* the member's name; NULL = nobody wants it */
    int depth;        /* depth within the element */
    bool in_string, is_escaped;
    char *pending; /* the beginning of an element (or name) whose end is still to come */
    size_t pending_length, pending_capacity;
    bool is_too_large; /* the element outgrew `pending`; its rest is skipped */
    Sieve sieve;       /* keeps the element instead, if not all of it is kept */
} Stream;

/* The bytes kept of one element: more than its known members can come to. A container with very many labels and mounts
 * has some ten KiB. */
#define STREAM_ELEMENT_MAX ((size_t)4 * 1024 * 1024)

int stream_feed(Stream *stream, const char *data, size_t size, Error *err);
/* Must be called after the last byte; it fails if the text does not end here. */
int stream_finish(Stream *stream, Error *err);
void stream_clear(Stream *stream);
