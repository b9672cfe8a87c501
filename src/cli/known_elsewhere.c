/* SPDX-License-Identifier: MIT */
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
