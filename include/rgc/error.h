/* SPDX-License-Identifier: MIT */
/*
 * An error is a value: a code for the program and a sentence for the person. It owns nothing,
 * so it cannot leak and setting it cannot fail.
 *
 * Library code sets an error and returns its negative code; only the command line prints it, once.
 * What the world may legitimately answer (an image in use, an image already gone) is an outcome
 * and part of a result, never an Error.
 */
#pragma once

typedef struct Error {
    int code;       /* positive errno value; 0 = no error */
    char text[768]; /* a sentence without a trailing newline; may span lines of a list */
} Error;

/* Sets `err` (may be NULL) and returns -code. */
int error_set(Error *err, int code, const char *format, ...) __attribute__((__format__(__printf__, 3, 4)));

/* Puts "PREFIX: " before the text already there and returns -err->code. */
int error_wrap(Error *err, const char *format, ...) __attribute__((__format__(__printf__, 2, 3)));
