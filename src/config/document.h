/* SPDX-License-Identifier: MIT */
/*
 * A configuration file as sections with keys and values, before anything of it means something.
 * inih takes the lines apart; our reader hands them to it one by one, because inih alone cuts long
 * lines and section names without a word, takes an indented line for more of the value above, and
 * does not say that a section is empty. What it cuts, and where, depends on the release and on how it
 * was compiled, so it is only ever given what every build of it takes whole.
 */
#pragma once

#include "complaint.h"

#include <stddef.h>

typedef struct DocumentEntry {
    char *key;
    char *value;
    int line;
} DocumentEntry;

/* As it stands in the file: a name may come twice. */
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

/* What is no INI file is complained about; the rest is read all the same. */
void document_read(const char *data, size_t size, Document *ret, Complaint *complaint);
void document_clear(Document *document);
