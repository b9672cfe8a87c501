/* SPDX-License-Identifier: MIT */
/* Prints errors, and says which exit code belongs to which error. */
#include "exit.h"

#include <rgc/cli.h>
#include <rgc/memory.h>

#include <errno.h>
#include <rgc/text.h>
#include <stdio.h>
#include <string.h>

static int exit_code_of(const Error *err)
{
    switch (err->code) {
    case ECONNREFUSED:
        return EXIT_ENGINE;
    case EWOULDBLOCK:
        return EXIT_LOCKED;
    default:
        return EXIT_FAILED;
    }
}

int fail_with(const Error *err)
{
    const char *line = err->text, *prefix = "rgc: ";
    do {
        const char *end = strchr(line, '\n');
        cleanup_with(free_charp) char *raw = end ? xstrndup(line, (size_t)(end - line)) : xstrdup(line);
        cleanup_with(free_charp) char *text = printable(raw);
        fprintf(stderr, "%s%s\n", prefix, text);
        line = end ? end + 1 : NULL;
        prefix = "     ";
    } while (line);
    return exit_code_of(err);
}

int fail_with_usage(const Error *err)
{
    fail_with(err);
    return EXIT_USAGE;
}
