/* SPDX-License-Identifier: MIT */
/*
 * Splits a JSON text into its elements while it arrives, so that a list of 10,000 images never
 * stands in memory as one tree. It only finds where an element ends; whether the element is valid
 * says the parser it is handed to. A text that does not end properly is an error: half a list is none.
 */
#pragma once

#include <rgc/error.h>
#include <stdbool.h>
#include <stddef.h>

#include "sieve.h"

typedef enum StreamForm {
    STREAM_ARRAY,   /* [element, …] */
    STREAM_MEMBERS, /* {"name": [element, …], "other": value, …}: of the wanted names; a value that is no array is one
                       element */
    STREAM_SEQUENCE, /* element element …, as events come */
} StreamForm;

/* `name` is the member's, NULL but for STREAM_MEMBERS. Negative ends the stream, with `err` set. */
typedef int StreamElement(const char *name, const char *text, size_t length, void *userdata, Error *err);
/* Of an element that is too large, or that is no JSON although it ends: `text` is how it begins. */
typedef void StreamOdd(const char *name, const char *text, size_t length, const char *why, void *userdata);

typedef struct Stream {
    StreamForm form;
    const char *const *wanted; /* NULL-terminated; STREAM_MEMBERS only */
    StreamElement *on_element;
    StreamOdd *on_odd;    /* NULL: one ends the stream */
    const Members *known; /* what is kept of an element; NULL: all of it */
    void *userdata;
    size_t elements;

    /* private */
    int state;
    bool in_array;    /* of a member */
    const char *name; /* of the member, NULL = not wanted */
    int depth;        /* within the element */
    bool in_string, is_escaped;
    char *held; /* begin of an element (or name) of which the rest is to come */
    size_t held_length, held_capacity;
    bool is_too_large; /* what is held; the rest is passed over */
    Sieve sieve;       /* instead of `held`, where not all is kept */
} Stream;

/* Of an element, what is kept: more than the known labels can come to. A container with very many labels and mounts
 * has some ten KiB. */
#define STREAM_ELEMENT_MAX ((size_t)4 * 1024 * 1024)

int stream_feed(Stream *stream, const char *data, size_t size, Error *err);
/* Must be called after the last byte. */
int stream_finish(Stream *stream, Error *err);
void stream_clear(Stream *stream);
