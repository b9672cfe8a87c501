/* SPDX-License-Identifier: MIT */
/*
 * The commands that newcomers try, since docker, kubectl or a package manager has them. rgc does not carry them out: it
 * names its own command, and the user decides.
 */
#include "options.h"

#include <string.h>

const char *known_elsewhere(const char *word)
{
    static const struct {
        const char *word, *verb;
    } words[] = {
        {"prune", "collect"}, {"clean", "collect"},  {"cleanup", "collect"}, {"gc", "collect"},  {"run", "collect"},
        {"rm", "collect"},    {"remove", "collect"}, {"delete", "collect"},  {"df", "status"},   {"info", "status"},
        {"ps", "status"},     {"ls", "plan"},        {"list", "plan"},       {"diff", "plan"},   {"dry-run", "plan"},
        {"show", "why"},      {"explain", "why"},    {"inspect", "why"},     {"log", "history"}, {"logs", "history"},
        {"test", "check"},    {"doctor", "check"},   {"daemon", "agent"},
    };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(words[i].word, word) == 0)
            return words[i].verb;
    return NULL;
}
