/* SPDX-License-Identifier: MIT */
/* A part of a screen that is written into memory first, so that its lines can be counted before anything is printed. */
#include "status_parts.h"

void part_begin(Part *part, const Screen *screen)
{
    *part = (Part){.screen = *screen};
    part->screen.out = open_memstream(&part->text, &part->size);
    if (!part->screen.out)
        abort();
}

size_t part_end(Part *part)
{
    size_t lines = 0;

    if (fclose(part->screen.out) != 0)
        abort();
    for (size_t i = 0; i < part->size; i++)
        lines += part->text[i] == '\n';
    return lines;
}

void part_clear(Part *part)
{
    free(part->text);
    part->text = NULL;
}

void agent_lines_clear(AgentLines *lines)
{
    free(lines->next);
    strings_clear(&lines->troubles);
}
