/* SPDX-License-Identifier: MIT */
/* Summaries, rgc/summary/1, as the agent reads them: whatever is missing or of another type counts as nothing. */
#include "clock.h"
#include "loop.h"

#include <string.h>

int64_t summary_gained(const json_t *summary)
{
    json_int_t bytes = json_integer_value(json_object_get(json_object_get(summary, "freed"), "disk_bytes"));
    return bytes > 0 ? bytes : 0;
}

int64_t summary_removed(const json_t *summary, const char *what)
{
    return json_integer_value(json_object_get(json_object_get(summary, "removed"), what));
}

const char *summary_error(const json_t *summary)
{
    return json_string_value(json_object_get(summary, "error"));
}

bool summary_is_trial(const json_t *summary)
{
    const char *hold = json_string_value(json_object_get(summary, "hold"));
    return hold && strcmp(hold, "trial") == 0;
}

int64_t summary_would_remove(const json_t *summary)
{
    const char *reason;
    json_t *count;
    int64_t sum = 0;
    json_object_foreach(json_object_get(json_object_get(summary, "counts"), "remove"), reason, count) sum +=
        json_integer_value(count);
    return sum;
}

Time summary_time(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    Time t = 0;
    return text && parse_time(text, &t) ? t : 0;
}

static char *counted(int64_t count, const char *what)
{
    return xasprintf("%lld %s%s", (long long)count, what, count == 1 ? "" : "s");
}

char *summary_text(const json_t *summary)
{
    if (summary_is_trial(summary)) {
        cleanup_with(free_charp) char *images = counted(summary_would_remove(summary), "image");
        return xasprintf("would remove %s", images);
    }
    int64_t n_images = summary_removed(summary, "images"), n_containers = summary_removed(summary, "containers");
    int64_t gained = summary_gained(summary);
    if (n_images + n_containers + summary_removed(summary, "build_cache_records") == 0)
        return xstrdup("removed nothing");
    cleanup_with(free_charp) char *images = n_images > 0 ? counted(n_images, "image") : NULL;
    cleanup_with(free_charp) char *containers = n_containers > 0 ? counted(n_containers, "container") : NULL;
    char freed[TEXT_MAX];
    return xasprintf("removed %s%s%s, freed %s", images ? images : "", images && containers ? " and " : "",
                     containers ? containers
                     : images   ? ""
                                : "build cache",
                     format_bytes(freed, gained));
}

json_t *json_at(Time t)
{
    char text[TEXT_MAX];
    return t > 0 ? json_string(format_time(text, t)) : json_null();
}

json_t *summary_make(const Agent *agent, const char *error, int exit_code)
{
    cleanup_with(free_charp) char *sound = printable(error);
    Time now = wall_clock();
    return json_pack("{s:s, s:s, s:i, s:i, s:s, s:s?, s:s, s:o, s:o, s:b, s:I, s:i}", "type", "summary", "schema",
                     "rgc/summary/1", "pass", 0, "passes", 1, "trigger", trigger_to_string(agent->order->trigger),
                     "reason", agent->order->reason, "error", sound, "began", json_at(agent->began), "ended",
                     json_at(now), "interrupted", 0, "duration_ms", (json_int_t)((now - agent->began) / 1000), "exit",
                     exit_code);
}
