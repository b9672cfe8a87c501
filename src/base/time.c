/* SPDX-License-Identifier: MIT */
/*
 * Times in RFC 3339, read and written by arithmetic alone. timegm() and gmtime() take a lock and read the time zone
 * from the environment, which the core must not do (tests/architecture/core_is_pure.sh).
 */
#include <rgc/text.h>

#include <stdio.h>

/* Days since 1970-01-01 in the proleptic Gregorian calendar. The arithmetic lets years begin in March, so that a leap
 * day is the last day of its year. Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms". */
static int64_t days_from_date(int year, int month, int day)
{
    int64_t y = month > 2 ? year : year - 1;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return era * 146097 + day_of_era - 719468;
}

/* The reverse, from the same source. */
static void date_from_days(int64_t days, int64_t *ret_year, int *ret_month, int *ret_day)
{
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t day_of_era = z - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * day_of_year + 2) / 153;

    *ret_day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
    *ret_month = (int)(month < 10 ? month + 3 : month - 9);
    *ret_year = year_of_era + era * 400 + (*ret_month <= 2);
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month == 2 && is_leap ? 29 : days[month - 1];
}

/* Reads exactly `digits` digits with a value from `min` to `max`, and then the character `end` unless it is 0. */
static bool parse_field(const char **s, int digits, int min, int max, char end, int *ret)
{
    int value = 0;

    for (int i = 0; i < digits; i++, (*s)++) {
        if (**s < '0' || **s > '9')
            return false;
        value = value * 10 + (**s - '0');
    }
    if (value < min || value > max)
        return false;
    if (end && *(*s)++ != end)
        return false;
    *ret = value;
    return true;
}

/* Reads ".123…", or nothing. Digits after the sixth are less than a microsecond, and are ignored. */
static bool parse_fraction(const char **s, int64_t *ret_usec)
{
    int64_t usec = 0, place = USEC_PER_SEC / 10;

    if (**s == '.') {
        (*s)++;
        if (**s < '0' || **s > '9')
            return false;
        for (; **s >= '0' && **s <= '9'; (*s)++, place /= 10)
            usec += place * (**s - '0');
    }
    *ret_usec = usec;
    return true;
}

/* Reads "Z" or "+01:30", which must end the text. */
static bool parse_offset(const char *s, int64_t *ret_usec)
{
    int sign = *s == '-' ? -1 : 1;
    int hours, minutes;

    if (s[0] == 'Z' && !s[1]) {
        *ret_usec = 0;
        return true;
    }
    if (*s != '+' && *s != '-')
        return false;
    s++;
    if (!parse_field(&s, 2, 0, 23, ':', &hours) || !parse_field(&s, 2, 0, 59, 0, &minutes) || *s)
        return false;
    *ret_usec = sign * (hours * USEC_PER_HOUR + minutes * USEC_PER_MINUTE);
    return true;
}

bool parse_time(const char *s, Time *ret_time)
{
    int year, month, day, hour, minute, second;
    int64_t fraction, offset;
    Time t;

    if (!parse_field(&s, 4, 0, 9999, '-', &year) || !parse_field(&s, 2, 1, 12, '-', &month) ||
        !parse_field(&s, 2, 1, days_in_month(year, month), 'T', &day) || !parse_field(&s, 2, 0, 23, ':', &hour) ||
        !parse_field(&s, 2, 0, 59, ':', &minute) || !parse_field(&s, 2, 0, 60, 0, &second) ||
        !parse_fraction(&s, &fraction) || !parse_offset(s, &offset))
        return false;
    t = days_from_date(year, month, day) * USEC_PER_DAY + hour * USEC_PER_HOUR + minute * USEC_PER_MINUTE +
        second * USEC_PER_SEC + fraction - offset;
    *ret_time = t > 0 ? t : 0; /* nothing was built, run or pulled before 1970: it means "unknown" */
    return true;
}

char *format_time(char buffer[TEXT_MAX], Time t)
{
    int64_t seconds = t / USEC_PER_SEC;
    int64_t year;
    int month, day, second;

    buffer[0] = '\0';
    if (t <= 0)
        return buffer;
    date_from_days(seconds / 86400, &year, &month, &day);
    second = (int)(seconds % 86400);
    snprintf(buffer, TEXT_MAX, "%04lld-%02d-%02dT%02d:%02d:%02dZ", (long long)year, month, day, second / 3600,
             second / 60 % 60, second % 60);
    return buffer;
}
