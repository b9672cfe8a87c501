/* SPDX-License-Identifier: MIT */
/*
 * An entry for the journal, with fields if standard error leads there, and else as a line of text on standard error.
 * Entries never fail: what cannot be sent is lost, because there is nobody to tell.
 *
 *     cleanup_with(entry_clear) JournalEntry entry = {0};
 *     entry_field(&entry, "RGC_PASS", "%llu", number);
 *     entry_send(&entry, LOG_INFO, RGC_MESSAGE_PASS_FINISHED, "Pass %llu removed nothing", number);
 */
#pragma once

#include <rgc/journal_ids.h>
#include <rgc/memory.h>
#include <syslog.h>

typedef struct JournalEntry {
    Strings fields;
} JournalEntry;

/* Finds out whether standard error is the journal (JOURNAL_STREAM, systemd.exec(5)). Until it is called, entries are
 * lines of text. */
void journal_open(void);

/* Adds a field. Control characters in the text are replaced. */
void entry_field(JournalEntry *entry, const char *name, const char *format, ...)
    __attribute__((__format__(__printf__, 3, 4)));
/* Adds a field unless `text` is NULL or empty. */
void entry_text(JournalEntry *entry, const char *name, const char *text);
/* Sends the entry. `id` is one of rgc/journal_ids.h, or NULL; `priority` is one of syslog(3). */
void entry_send(JournalEntry *entry, int priority, const char *id, const char *format, ...)
    __attribute__((__format__(__printf__, 4, 5)));
void entry_clear(JournalEntry *entry);
