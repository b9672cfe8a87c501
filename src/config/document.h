/* SPDX-License-Identifier: MIT */
/*
 * A configuration file as sections with keys and values, before any of it has a meaning; apply.h gives it one.
 *
 * inih takes the lines apart. Alone it is not enough: it cuts long lines and section names without a word, takes an
 * indented line for more of the value above, and does not report an empty section. Where it cuts depends on its
 * release and on how a distribution compiled it, and a key that is cut could mean something else. So rgc reads the
 * lines itself, and gives inih only such lines as every build of it takes whole; a longer one is a mistake.
 */
#pragma once

#include "complaint.h"

#include <stddef.h>

typedef struct DocumentEntry {
    char *key;
    char *value;
    int line;
} DocumentEntry;

/* A section as it stands in the file. A name may occur twice, and a section may be empty. */
typedef struct DocumentSection {
    char *name;
    int line;
    DocumentEntry *entries;
    size_t n_entries;
} DocumentSection;

typedef struct Document {
    DocumentSection *sections;
    size_t n_sections;
} Document;

/* Reads the text into `ret`, which the caller clears. Mistakes go to `complaint`; if there is one, `ret` may lack lines
 * that follow it. */
void document_read(const char *data, size_t size, Document *ret, Complaint *complaint);
void document_clear(Document *document);
