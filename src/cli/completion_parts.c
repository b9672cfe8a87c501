/* SPDX-License-Identifier: MIT */
/* The parts of a completion in which all shells agree: which words are offered, and how text is quoted. */
#include "completion_parts.h"

#include <string.h>

bool verb_is_hidden(const Verb *verb)
{
    return !verb->summary;
}

bool option_is_offered(unsigned int set, unsigned int id)
{
    return set & OPTION_BIT(id);
}

void shell_quote(FILE *out, const char *text, const char *escaped)
{
    for (const char *c = text; *c; c++) {
        if (*c == '\'') {
            fputs("'\\''", out);
            continue;
        }
        if (strchr(escaped, *c))
            fputc('\\', out);
        fputc(*c, out);
    }
}
