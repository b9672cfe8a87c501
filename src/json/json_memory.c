/* SPDX-License-Identifier: MIT */
/* It stands apart from the readers and writers of this room because only main() calls it. */
#include <rgc/json_memory.h>

#include <rgc/memory.h>

#include <jansson.h>

void json_use_memory(void)
{
    json_set_alloc_funcs(xmalloc, free);
}
