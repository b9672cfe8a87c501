/* SPDX-License-Identifier: MIT */
/* Refusals that pass by themselves, such as that of an engine which measures its disk for somebody else at the
 * moment. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "engine_parts.h"

bool engine_wait_to_retry(const Error *err, const char *sign, size_t attempt)
{
    static const long waits_ms[] = {300, 600, 1000}; /* then rgc gives up, about two seconds after the first refusal */

    if (err->code != EREMOTEIO || !strstr(err->text, sign) || attempt >= sizeof(waits_ms) / sizeof(waits_ms[0]))
        return false;
    struct timespec pause = {.tv_sec = waits_ms[attempt] / 1000, .tv_nsec = waits_ms[attempt] % 1000 * 1000000};
    nanosleep(&pause, NULL);
    return true;
}
