/* SPDX-License-Identifier: MIT */
#include "completion_values.h"

#include <stddef.h>
#include <string.h>

static const ValueKind value_kinds[] = {
    {"FILE", "compopt -o filenames; words=$(compgen -f -- \"$current\")", "_files", "-r -F"},
    {"PATH", "compopt -o filenames; words=$(compgen -f -- \"$current\")", "_files", "-r -F"},
    {"DIR", "compopt -o filenames; words=$(compgen -d -- \"$current\")", "_directories",
     "-x -a '(__fish_complete_directories)'"},
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

#define IMAGES "docker image ls --format \"{{.Repository}}:{{.Tag}}\" 2>/dev/null | grep -v \"<none>\""
#define CONTAINERS "docker ps -a --format \"{{.Names}}\" 2>/dev/null"
/* Kamal's services and those of Compose, as rgc names them. */
#define APPS                                                                                                           \
    "docker ps -a --format \"{{.Label \\\"service\\\"}} {{.Label \\\"com.docker.compose.project\\\"}}/"                \
    "{{.Label \\\"com.docker.compose.service\\\"}}\" 2>/dev/null | tr \" \" \"\\n\" | grep \"[a-z0-9]\" | sort -u"

const char *operand_command(const char *operand)
{
    if (operand && strstr(operand, "APP"))
        return APPS "; " IMAGES;
    if (operand && strstr(operand, "IMAGE"))
        return IMAGES "; " CONTAINERS;
    return "";
}
