/* SPDX-License-Identifier: MIT */
/* Collects the fields of an entry and sends them. This is the only file that talks to journald. */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include "journal.h"

#include <rgc/pass_journal.h>
#include <rgc/text.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#define FIELDS_MAX 24

static bool is_journal, is_by_hand;

/* Compares the device and inode of standard error with JOURNAL_STREAM, as systemd.exec(5) advises. Without this check
 * messages would be lost, because sd_journal_sendv(3) returns 0 even if no journal listens. */
void journal_open(void)
{
    const char *stream = getenv("JOURNAL_STREAM");
    struct stat st;
    char *end;
    is_journal = false;
    if (!stream || fstat(STDERR_FILENO, &st) < 0)
        return;
    bool is_device = strtoull(stream, &end, 10) == st.st_dev && *end == ':';
    is_journal = is_device && strtoull(end + 1, &end, 10) == st.st_ino && *end == '\0';
}

void journal_open_by_hand(void)
{
    is_journal = is_by_hand = true;
}

/* Adds the fields by which `journalctl -u rgc` finds the entry. It heeds OBJECT_SYSTEMD_UNIT only in entries of
 * root. */
static void add_origin(JournalEntry *entry)
{
    entry_text(entry, "SYSLOG_IDENTIFIER", "rgc");
    if (geteuid() == 0)
        entry_text(entry, "OBJECT_SYSTEMD_UNIT", "rgc.service");
}

/* Returns one line of printable text. Frees `text`; the caller frees the result. */
static char *one_line(char *text)
{
    for (char *c = text; *c; c++)
        if (*c == '\n')
            *c = ' ';
    char *sound = printable(text);
    free(text);
    return sound;
}

static void add(JournalEntry *entry, const char *name, const char *value)
{
    cleanup_with(free_charp) char *sound = one_line(xstrdup(value));
    cleanup_with(free_charp) char *field = xasprintf("%s=%s", name, sound);
    if (entry->fields.count < FIELDS_MAX)
        strings_add(&entry->fields, field);
}

void entry_field(JournalEntry *entry, const char *name, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    cleanup_with(free_charp) char *value = xvasprintf(format, args);
    va_end(args);
    add(entry, name, value);
}

void entry_text(JournalEntry *entry, const char *name, const char *text)
{
    if (text && text[0])
        add(entry, name, text);
}

static void send_to_journal(const JournalEntry *entry)
{
    struct iovec vectors[FIELDS_MAX];
    for (size_t i = 0; i < entry->fields.count; i++)
        vectors[i] = (struct iovec){entry->fields.items[i], strlen(entry->fields.items[i])};
    sd_journal_sendv(vectors, (int)entry->fields.count);
}

void entry_send(JournalEntry *entry, int priority, const char *id, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    cleanup_with(free_charp) char *sound = one_line(xvasprintf(format, args));
    va_end(args);
    if (!is_journal) {
        dprintf(STDERR_FILENO, "rgc: %s\n", sound);
        return;
    }
    entry_field(entry, "MESSAGE", "%s", sound);
    entry_field(entry, "PRIORITY", "%d", priority);
    entry_text(entry, "MESSAGE_ID", id);
    if (is_by_hand)
        add_origin(entry);
    send_to_journal(entry);
}

void entry_clear(JournalEntry *entry)
{
    strings_clear(&entry->fields);
}
