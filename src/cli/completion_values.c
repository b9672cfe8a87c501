/* SPDX-License-Identifier: MIT */
/* What each shell offers for a value: file names, names of apps, or a fixed list of words. */
#include "completion_values.h"

#include <stddef.h>
#include <string.h>

#define NAMES_OF_APPS "rgc names APP 2>/dev/null"

static const ValueCompletion value_completions[] = {
    {"FILE", "compopt -o filenames; words=$(compgen -f -- \"$current\")", "_files", "-r -F"},
    {"PATH", "compopt -o filenames; words=$(compgen -f -- \"$current\")", "_files", "-r -F"},
    {"DIR", "compopt -o filenames; words=$(compgen -d -- \"$current\")", "_directories",
     "-x -a '(__fish_complete_directories)'"},
    {"APP", "words=$(compgen -W \"$(" NAMES_OF_APPS ")\" -- \"$current\")", "_rgc_apps", "-x -a '(" NAMES_OF_APPS ")'"},
    {"SERVICE", "words=$(compgen -W \"$(" NAMES_OF_APPS ")\" -- \"$current\")", "_rgc_apps",
     "-x -a '(" NAMES_OF_APPS ")'"},
    {"WHEN", "words=$(compgen -W 'auto always never' -- \"$current\")", "(auto always never)",
     "-x -a 'auto always never'"},
};

const ValueCompletion *value_completion(const char *value)
{
    static const ValueCompletion unknown = {"", "words=''", " ", "-x"};
    for (size_t i = 0; i < sizeof(value_completions) / sizeof(value_completions[0]); i++)
        if (strcmp(value_completions[i].value, value) == 0)
            return &value_completions[i];
    return &unknown;
}

const char *operand_kinds(const char *operand)
{
    return operand && (strstr(operand, "APP") || strstr(operand, "IMAGE") || strstr(operand, "CONTAINER")) ? operand
                                                                                                           : NULL;
}
