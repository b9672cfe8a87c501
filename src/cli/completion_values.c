/* SPDX-License-Identifier: MIT */
/* What each shell offers for a value: file names, names of apps, or a fixed list of words. */
#include "completion_values.h"

#include <stddef.h>
#include <string.h>

#define NAMES_OF_APPS "rgc names APP 2>/dev/null"

static const ValueKind value_kinds[] = {
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

const ValueKind *value_kind(const char *value)
{
    static const ValueKind unknown = {"", "words=''", " ", "-x"};
    for (size_t i = 0; i < sizeof(value_kinds) / sizeof(value_kinds[0]); i++)
        if (strcmp(value_kinds[i].value, value) == 0)
            return &value_kinds[i];
    return &unknown;
}

const char *operand_kinds(const char *operand)
{
    return operand && (strstr(operand, "APP") || strstr(operand, "IMAGE") || strstr(operand, "CONTAINER")) ? operand
                                                                                                           : NULL;
}
