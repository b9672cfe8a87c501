/* SPDX-License-Identifier: MIT */
/*
 * A document that is written as it is made: one member a line, one element of its arrays a line. So 10,000 images
 * never stand in memory as a JSON tree, and line tools can read it.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

typedef struct JsonDocument {
    FILE *stream;
    char *text;
    size_t size;
    bool has_elements;
} JsonDocument;

/* Must not move until document_end. */
void document_begin(JsonDocument *document, const char *schema);
void document_add(JsonDocument *document, const char *name, json_t *value); /* steals `value` */
void document_begin_array(JsonDocument *document, const char *name);
void document_add_element(JsonDocument *document, json_t *value); /* steals `value` */
void document_end_array(JsonDocument *document);
char *document_end(JsonDocument *document); /* caller frees */
