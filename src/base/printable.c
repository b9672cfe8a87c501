/* SPDX-License-Identifier: MIT */
/*
 * Text from outside, made safe to show. The name of an image or the message of an engine may contain escape sequences
 * that move a terminal's cursor, or characters that turn the reading direction, and could so show something else than
 * it is. rgc cannot trust the locale to know such characters, so it decodes UTF-8 itself and looks code points up.
 *
 * tests/unit/base/text.c and tests/fault/hostile_answers.py test this.
 *
 * Source: RFC 3629 (UTF-8), and the general categories of the Unicode Character Database.
 */
#include <rgc/memory.h>
#include <rgc/text.h>

#include <string.h>

/* Returns the length of the UTF-8 sequence at `s` and its code point; 0 if it is not valid (overlong, a surrogate, cut
 * off). */
static size_t decode_utf8(const unsigned char *s, uint32_t *ret)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length;
    uint32_t c;

    if (s[0] < 0x80) {
        *ret = s[0];
        return 1;
    }
    if ((s[0] & 0xe0) == 0xc0)
        length = 2;
    else if ((s[0] & 0xf0) == 0xe0)
        length = 3;
    else if ((s[0] & 0xf8) == 0xf0)
        length = 4;
    else
        return 0;
    c = s[0] & (0xffU >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (s[i] & 0x3fU);
    }
    if (c < smallest[length] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        return 0;
    *ret = c;
    return length;
}

/*
 * Whether a terminal obeys the character instead of showing it: controls (Cc), the ends of lines and paragraphs (Zl,
 * Zp), and format characters (Cf), among them those of bidirectional text. A few characters of Cf are not in this list,
 * because they are seen, such as Arabic number signs.
 */
static bool is_obeyed(uint32_t c)
{
    static const uint32_t ranges[][2] = {
        {0x00, 0x1f},       {0x7f, 0x9f},       {0xad, 0xad},       {0x61c, 0x61c},   {0x180e, 0x180e},
        {0x200b, 0x200f},   {0x2028, 0x202e},   {0x2060, 0x206f},   {0xfeff, 0xfeff}, {0xfff9, 0xfffb},
        {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe007f},
    };

    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
        if (c >= ranges[i][0] && c <= ranges[i][1])
            return true;
    return false;
}

static char *copy_printable(const char *s, bool keeps_lines)
{
    char *copy = xmalloc(strlen(s) + 1), *to = copy;

    while (*s) {
        uint32_t c;
        size_t length = decode_utf8((const unsigned char *)s, &c);

        if (length == 0 || (is_obeyed(c) && !(keeps_lines && c == '\n'))) {
            *to++ = '?';
            s += length ? length : 1;
        } else {
            memcpy(to, s, length);
            to += length;
            s += length;
        }
    }
    *to = '\0';
    return copy;
}

char *printable(const char *s)
{
    return copy_printable(s, false);
}

char *printable_lines(const char *s)
{
    return copy_printable(s, true);
}
