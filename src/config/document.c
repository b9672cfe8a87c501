/* SPDX-License-Identifier: MIT */
/*
 * Reading an INI file with inih, and working around what inih does with odd lines; document.h explains what that is.
 * inih pulls each line from read_line(), which has the whole file in memory and so knows every line's length and number
 * before inih sees it. Section names are read here too. tests/unit/config/config_inih.c puts other builds of inih in
 * its place.
 */
#include "document.h"

#include <ini.h>
#include <rgc/memory.h>
#include <rgc/text.h>
#include <string.h>

/*
 * The longest line that every build of inih takes whole: its smallest buffer (INI_MAX_LINE, 200 bytes) without room for
 * the newline and the NUL. If the newline had no room, inih 57 and later would take the next line for the rest of this
 * one; earlier releases would not.
 */
#define MAX_LINE_BYTES 198

#define BLANKS " \t"

typedef struct LineReader {
    const char *data;
    size_t size;
    size_t position;
    int line; /* the number of the line that was read last; the first is 1 */
    Document *document;
    Complaint *complaint;
} LineReader;

/* Returns the next line, borrowed and without its end ("\n" or "\r\n"); NULL after the last one. */
static const char *next_line(LineReader *reader, size_t *ret_length)
{
    const char *line = reader->data + reader->position;
    size_t left = reader->size - reader->position;
    const char *newline = memchr(line, '\n', left);
    size_t length = newline ? (size_t)(newline - line) : left;

    if (left == 0)
        return NULL;
    reader->position += length + (newline ? 1 : 0);
    reader->line++;
    if (length > 0 && line[length - 1] == '\r')
        length--;
    *ret_length = length;
    return line;
}

/* Complains about control characters: a file that has some is not a text file, or is damaged. */
static bool is_plain(LineReader *reader, const char *line, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)line[i];

        if ((c < 0x20 && c != '\t') || c == 0x7f) {
            complain(reader->complaint, reader->line, "a control character (0x%02x): expected a text file", c);
            return false;
        }
    }
    return true;
}

/* Adds a section. `line` begins with '['. A section whose name is wrong is added too, so that its keys do not seem to
 * belong to the section before. */
static void read_section_header(LineReader *reader, const char *line)
{
    size_t length = strcspn(line, "]");
    const char *name = line + 1 + strspn(line + 1, BLANKS);
    const char *end = line + length;
    const char *rest = end + (*end ? 1 : 0);
    DocumentSection *section;

    rest += strspn(rest, BLANKS);
    if (!*end || name >= end)
        complain(reader->complaint, reader->line, "expected a section such as [retention]");
    else if (*rest && *rest != ';' && *rest != '#')
        complain(reader->complaint, reader->line, "text after the section's ]: expected the end of the line");
    while (end > name && strchr(BLANKS, end[-1]))
        end--;
    section = array_add(&reader->document->sections, &reader->document->n_sections);
    section->name = name < end ? xstrndup(name, (size_t)(end - name)) : xstrdup("");
    section->line = reader->line;
}

/* The ini_reader: like fgets(), except that it hands out whole lines only, and that each of them ends with a
 * newline. */
static char *read_line(char *buffer, int size, void *stream)
{
    LineReader *reader = stream;
    size_t length, indent = 0;
    const char *line = next_line(reader, &length);

    if (!line)
        return NULL;
    if (length > MAX_LINE_BYTES) {
        complain(reader->complaint, reader->line, "the line has %zu bytes: expected at most %d", length,
                 MAX_LINE_BYTES);
        return NULL;
    }
    if (length + 2 > (size_t)size) { /* an inih that no distribution has would cut this line */
        complain(reader->complaint, reader->line, "the line has %zu bytes: inih was built here for at most %d", length,
                 size - 2);
        return NULL;
    }
    if (!is_plain(reader, line, length))
        return NULL;
    /* Indentation means nothing in rgc.conf, but inih would take the line for more of the value above. */
    while (indent < length && strchr(BLANKS, line[indent]))
        indent++;
    memcpy(buffer, line + indent, length - indent);
    buffer[length - indent] = '\0';
    if (buffer[0] == '[')
        read_section_header(reader, buffer);
    memcpy(buffer + length - indent, "\n", 2);
    return buffer;
}

/* The ini_handler: adds a key to the section that was read last. */
static int on_entry(void *userdata, const char *section_name, const char *key, const char *value)
{
    LineReader *reader = userdata;
    Document *document = reader->document;
    DocumentSection *section;
    DocumentEntry *entry;

    (void)section_name; /* read_section_header() has the whole name; inih keeps 49 bytes */
    if (!key)           /* a new section: a build with INI_CALL_HANDLER_ON_NEW_SECTION */
        return 1;
    if (!value) /* a key alone: a build with INI_ALLOW_NO_VALUE */
        return 0;
    if (document->n_sections == 0) {
        complain(reader->complaint, reader->line, "%s: a key before the first section: expected [retention] or another",
                 key);
        return 0;
    }
    section = &document->sections[document->n_sections - 1];
    entry = array_add(&section->entries, &section->n_entries);
    entry->key = xstrdup(key);
    entry->value = xstrdup(value);
    entry->line = reader->line;
    return 1;
}

/* A byte order mark, which some editors write, is skipped. */
void document_read(const char *data, size_t size, Document *ret, Complaint *complaint)
{
    static const char byte_order_mark[] = {'\xef', '\xbb', '\xbf'};
    Document document = {0};
    LineReader reader = {.data = data, .size = size, .document = &document, .complaint = complaint};
    int bad_line;

    if (size >= sizeof(byte_order_mark) && memcmp(data, byte_order_mark, sizeof(byte_order_mark)) == 0)
        reader.position = sizeof(byte_order_mark);
    bad_line = ini_parse_stream(read_line, &reader, on_entry, &reader);
    /* inih reports lines that it cannot read. It also reports lines that the handler refused, about which the handler
     * has complained already. */
    if (bad_line != 0)
        complain(complaint, bad_line > 0 ? bad_line : 1, "expected [section], key = value, or a comment after ; or #");
    *ret = document;
}

void document_clear(Document *document)
{
    for (size_t i = 0; i < document->n_sections; i++) {
        DocumentSection *section = &document->sections[i];

        for (size_t j = 0; j < section->n_entries; j++) {
            free(section->entries[j].key);
            free(section->entries[j].value);
        }
        free(section->entries);
        free(section->name);
    }
    free(document->sections);
    *document = (Document){0};
}
