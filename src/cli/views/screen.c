/* SPDX-License-Identifier: MIT */
/*
 * A screen: finds out its width, colours and character set, breaks paragraphs, and makes every text safe to print. It
 * reckons in columns, not in bytes or characters, because names may be in any script.
 */
#include "render.h"

#include <langinfo.h>
#include <rgc/text.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#define WIDTH_DEFAULT 80
/* A file or a pipe has no edge, but rows are as wide as the widest one, and a name may have any length. */
#define WIDTH_NO_TERMINAL 1000
/* Below this width, tables say nothing any more. */
#define WIDTH_MIN 40

/* Returns 0 if the environment does not say. */
static size_t environment_width(void)
{
    const char *columns = getenv("COLUMNS");
    long width = columns ? strtol(columns, NULL, 10) : 0;
    return width > 0 && width < 10000 ? (size_t)width : 0;
}

static size_t width_of(int fd, bool is_terminal)
{
    struct winsize size = {0};
    if (is_terminal && ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    size_t width = environment_width();
    return width > 0 ? width : is_terminal ? WIDTH_DEFAULT : WIDTH_NO_TERMINAL;
}

/* Returns 0 if there is no terminal, or one that does not say. */
static size_t height_of(int fd, bool is_terminal)
{
    struct winsize size = {0};
    return is_terminal && ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_row : 0;
}

/* NO_COLOR (https://no-color.org) counts if it is set and not empty. --color=always overrides it. */
static bool wants_color(ColorMode mode, bool is_terminal)
{
    if (mode != COLOR_AUTO)
        return mode == COLOR_ALWAYS;
    const char *no_color = getenv("NO_COLOR");
    const char *terminal = getenv("TERM");
    return is_terminal && !(no_color && no_color[0]) && !(terminal && strcmp(terminal, "dumb") == 0);
}

void screen_init(Screen *ret, FILE *out, ColorMode mode)
{
    bool is_terminal = isatty(fileno(out));
    size_t width = width_of(fileno(out), is_terminal);
    *ret = (Screen){
        .out = out,
        .width = width < WIDTH_MIN ? WIDTH_MIN : width,
        .height = height_of(fileno(out), is_terminal),
        .has_color = wants_color(mode, is_terminal),
        .has_utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
    };
}

/* Returns the bytes of the character that begins here. `s` is valid UTF-8, as printable() makes it. */
static size_t character_size(const char *s)
{
    unsigned char first = (unsigned char)s[0];
    if (first < 0x80)
        return 1;
    return strnlen(s, first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4);
}

static size_t character_width(const char *s, size_t size)
{
    if (size == 1)
        return 1;
    unsigned int code = (unsigned char)s[0] & (0xffU >> (size + 1));
    for (size_t i = 1; i < size; i++)
        code = code << 6 | ((unsigned char)s[i] & 0x3f);
    int width = wcwidth((wchar_t)code);
    return width < 0 ? 1 : (size_t)width;
}

char *screen_text(const Screen *screen, const char *s)
{
    char *text = printable(s ? s : "");
    if (screen->has_utf8)
        return text;
    char *to = text;
    for (const char *from = text; *from;) {
        size_t size = character_size(from);
        *to++ = size == 1 ? *from : '?';
        from += size;
    }
    *to = '\0';
    return text;
}

size_t text_width(const char *s)
{
    size_t width = 0;
    for (size_t size; *s; s += size) {
        size = character_size(s);
        width += character_width(s, size);
    }
    return width;
}

/* Returns the bytes of the longest beginning of `s` that takes at most `width` columns. */
static size_t head_size(const char *s, size_t width)
{
    size_t at = 0, used = 0;
    while (s[at]) {
        size_t size = character_size(s + at);
        used += character_width(s + at, size);
        if (used > width)
            break;
        at += size;
    }
    return at;
}

/* Returns the longest end of `s` that takes at most `width` columns. */
static const char *tail(const char *s, size_t width)
{
    for (size_t left = text_width(s); *s && left > width;) {
        size_t size = character_size(s);
        left -= character_width(s, size);
        s += size;
    }
    return s;
}

char *text_cut(const Screen *screen, const char *s, size_t width, Cut where)
{
    if (text_width(s) <= width)
        return xstrdup(s);
    if (width == 0)
        return xstrdup("");
    size_t end = where == CUT_END ? 0 : (width - 1) / 2;
    int head = (int)head_size(s, width - 1 - end);
    return xasprintf("%.*s%s%s", head, s, screen->has_utf8 ? "…" : "~", tail(s, end));
}

static const char *const color_codes[COLOR_MAX_] = {
    [COLOR_REMOVE] = "\033[31m",
    [COLOR_KEEP] = "\033[32m",
    [COLOR_WAIT] = "\033[33m",
    [COLOR_TITLE] = "\033[1m",
};

void screen_color(const Screen *screen, Color color, const char *text)
{
    bool is_colored = screen->has_color && color_codes[color];
    fprintf(screen->out, "%s%s%s", is_colored ? color_codes[color] : "", text, is_colored ? "\033[0m" : "");
}

/* Returns the bytes of `s` that fit a line of `width` columns: whole words, or a part of one that is longer than a
 * line. */
static size_t line_size(const char *s, size_t width)
{
    size_t most = head_size(s, width);
    if (most == 0 && *s) /* a character is wider than the line: without it there would be no end */
        return character_size(s);
    if (s[most] == '\0' || s[most] == ' ')
        return most;
    for (size_t at = most; at > 0; at--)
        if (s[at - 1] == ' ')
            return at - 1;
    return most;
}

/* Prints text in lines, the first one behind `indent`, the others behind `later`, which takes half of the line at most: on a
 * narrow terminal the rest needs the room more. */
static void print_paragraph(const Screen *screen, size_t indent, size_t later, Color color, const char *s)
{
    if (later > screen->width / 2)
        later = indent + 2;
    for (size_t margin = indent; *s; margin = later) {
        size_t size = line_size(s, screen->width - margin);
        size_t shown = size;
        while (shown > 0 && s[shown - 1] == ' ')
            shown--;
        cleanup_with(free_charp) char *line = xstrndup(s, shown);
        fprintf(screen->out, "%*s", (int)margin, "");
        screen_color(screen, color, line);
        fputc('\n', screen->out);
        s += size;
        s += strspn(s, " ");
    }
}

void screen_say(const Screen *screen, size_t indent, Color color, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    cleanup_with(free_charp) char *raw = xvasprintf(format, args);
    va_end(args);
    cleanup_with(free_charp) char *text = screen_text(screen, raw);
    print_paragraph(screen, indent, indent + 2, color, text);
}

void screen_hang(const Screen *screen, size_t indent, size_t later, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    cleanup_with(free_charp) char *raw = xvasprintf(format, args);
    va_end(args);
    cleanup_with(free_charp) char *text = screen_text(screen, raw);
    print_paragraph(screen, indent, later, COLOR_PLAIN, text);
}

void screen_title(const Screen *screen, const char *title)
{
    fputc('\n', screen->out);
    screen_say(screen, 0, COLOR_TITLE, "%s", title);
}

char *screen_bar(const Screen *screen, double percent, size_t width)
{
    size_t inside = width - 2;
    double share = percent < 0 ? 0 : percent > 100 ? 1 : percent / 100;
    size_t full = (size_t)(share * (double)inside + 0.5);
    const char *on = screen->has_utf8 ? "█" : "#", *off = screen->has_utf8 ? "░" : "-";
    char *bar = xcalloc(1, 3 * inside + 3);
    char *end = stpcpy(bar, "[");
    for (size_t i = 0; i < inside; i++)
        end = stpcpy(end, i < full ? on : off);
    stpcpy(end, "]");
    return bar;
}
