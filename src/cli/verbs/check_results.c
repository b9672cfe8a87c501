/* SPDX-License-Identifier: MIT */
/* The results of `rgc check`, and the exit code that they add up to. */
#include "verb_check.h"

void checks_add(Checks *checks, const char *name, bool ok, char *detail)
{
    CheckResult *result = array_add(&checks->items, &checks->count);
    *result = (CheckResult){.name = name, .ok = ok, .detail = detail};
    if (!ok && checks->exit_code == EXIT_DONE)
        checks->exit_code = EXIT_FAILED;
}

void checks_clear(Checks *checks)
{
    for (size_t i = 0; i < checks->count; i++)
        free(checks->items[i].detail);
    free(checks->items);
    *checks = (Checks){0};
}
