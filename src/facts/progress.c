/* SPDX-License-Identifier: MIT */
/* Tells whoever waits for a pass what it is doing. */
#include <rgc/progress.h>

#include <stdarg.h>

void progress_step(const PassProgress *progress, const char *format, ...)
{
    if (!progress || !progress->on_step)
        return;
    va_list args;
    va_start(args, format);
    cleanup_with(free_charp) char *text = xvasprintf(format, args);
    va_end(args);
    progress->on_step(text, progress->userdata);
}
