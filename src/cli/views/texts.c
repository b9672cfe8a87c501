/* SPDX-License-Identifier: MIT */
/* Times as people say them, in local time, and the sentence of a verdict with its time. */
#include "texts.h"

#include <time.h>

/* Returns the number of the day in local time. Differences are right also across a change to summer time. */
static long day_number(const struct tm *local)
{
    struct tm noon = {.tm_year = local->tm_year, .tm_mon = local->tm_mon, .tm_mday = local->tm_mday, .tm_hour = 12};
    return (long)(timegm(&noon) / (24L * 60 * 60));
}

char *when_text(Time t, Time now)
{
    static const char *const near_days[] = {"yesterday", "today", "tomorrow"};
    if (t == 0)
        return xstrdup("-");
    time_t seconds = (time_t)(t / USEC_PER_SEC), now_seconds = (time_t)(now / USEC_PER_SEC);
    struct tm local, today;
    if (!localtime_r(&seconds, &local) || !localtime_r(&now_seconds, &today))
        return xstrdup("-");
    long days = day_number(&local) - day_number(&today);
    char text[TEXT_MAX];
    if (days >= -1 && days <= 1) {
        strftime(text, sizeof(text), "%H:%M", &local);
        return xasprintf("%s %s", near_days[days + 1], text);
    }
    strftime(text, sizeof(text), "%Y-%m-%d %H:%M", &local);
    return xstrdup(text);
}

char *eligible_text(Time t, Time now)
{
    cleanup_with(free_charp) char *when = when_text(t, now);
    char duration[TEXT_MAX];
    if (t <= now)
        return take_ptr(when);
    Time left = t - now;
    /* Above a minute, seconds are of no use to anybody. */
    if (left > USEC_PER_MINUTE)
        left = (left + USEC_PER_MINUTE / 2) / USEC_PER_MINUTE * USEC_PER_MINUTE;
    return xasprintf("%s (in %s)", when, format_duration(duration, left));
}

char *judgement_text(const Judgement *judgement, Time now)
{
    cleanup_with(free_charp) char *when = eligible_text(judgement->eligible_at, now);
    const char *detail = judgement->detail ? judgement->detail : "";
    if (judgement->eligible_at <= now)
        return xstrdup(detail);
    return xasprintf("until %s%s%s", when, detail[0] ? "; " : "", detail);
}

char *unmatched_text(const PatternMatch *match, const char *before)
{
    return xasprintf("%s%s matches nothing on this host%s%s%s", before, match->where,
                     match->nearest ? "; did you mean " : "", match->nearest ? match->nearest : "",
                     match->nearest ? "?" : "");
}
