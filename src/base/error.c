/* SPDX-License-Identifier: MIT */
/*
 * Errors without an allocation: a text of fixed size. error_wrap() cuts the end of a sentence that grows too long,
 * because its beginning says where the failure happened.
 */
#include <rgc/error.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int error_set(Error *err, int code, const char *format, ...)
{
    va_list args;

    if (!err)
        return -code;
    err->code = code;
    va_start(args, format);
    vsnprintf(err->text, sizeof(err->text), format, args);
    va_end(args);
    return -code;
}

int error_wrap(Error *err, const char *format, ...)
{
    char inner[sizeof(err->text)];
    va_list args;
    size_t length;

    if (!err)
        return -1;
    memcpy(inner, err->text, sizeof(inner));
    va_start(args, format);
    vsnprintf(err->text, sizeof(err->text), format, args);
    va_end(args);
    length = strlen(err->text);
    /* What the prefix leaves no room for is cut. */
    if (length + 3 < sizeof(err->text)) {
        memcpy(err->text + length, ": ", 3);
        length += 2;
        memccpy(err->text + length, inner, '\0', sizeof(err->text) - length);
        err->text[sizeof(err->text) - 1] = '\0';
    }
    return -err->code;
}
