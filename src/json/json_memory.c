/* SPDX-License-Identifier: MIT */
#include <rgc/json_memory.h>

#include <rgc/memory.h>

#include <jansson.h>

void json_use_memory(void)
{
    json_set_alloc_funcs(xmalloc, free);
}
