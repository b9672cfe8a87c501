/* SPDX-License-Identifier: MIT */
/*
 * An error is a value: a code for the program and a sentence for the person. It owns nothing, so it cannot leak, and to
 * set it cannot fail.
 *
 * A function that can fail takes `Error *err` as its last parameter, which may be NULL, and returns 0 or a negative
 * errno code. Each caller that knows more puts it before the sentence:
 *
 *     if (size < 0)
 *         return error_set(err, EPROTO, "\"Size\" is negative");
 *     …
 *     if (decode_image(text, length, &image, err) < 0)
 *         return error_wrap(err, "image %s", name); // "image blog:v1: "Size" is negative"
 *
 * Libraries never print an error; the command line and the agent do, once. What the world may normally answer, such as
 * that an image is in use or no longer exists, is an outcome and part of a result, and never an Error.
 */
#pragma once

typedef struct Error {
    int code;       /* a positive errno value; 0 = no error */
    char text[768]; /* a sentence without a trailing newline; a list in it may span several lines */
} Error;

/* Sets `err`, which may be NULL, and returns -code. A sentence that is too long is cut at its end. */
int error_set(Error *err, int code, const char *format, ...) __attribute__((__format__(__printf__, 3, 4)));

/* Puts "PREFIX: " before the sentence that is there, and returns -err->code; -1 if `err` is NULL. What no longer fits
 * is cut at the end. */
int error_wrap(Error *err, const char *format, ...) __attribute__((__format__(__printf__, 2, 3)));
