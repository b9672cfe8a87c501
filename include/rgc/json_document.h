/* SPDX-License-Identifier: MIT */
/*
 * A JSON document that is written while it is made, such as the one of `rgc plan --json`. Each value becomes text at
 * once, so a plan of 10,000 images never stands in memory as a tree. Each member, and each element of an array, has a
 * line of its own, so that grep, diff and other line tools work on it.
 *
 *     JsonDocument document;
 *
 *     document_begin(&document, "rgc/plan/1");                 // {"schema":"rgc/plan/1"
 *     document_add(&document, "at", json_time(now));           // ,\n"at":"2026-11-21T05:16:37Z"
 *     document_begin_array(&document, "images");               // ,\n"images":[
 *     document_add_element(&document, json_text("blog:v1"));   // \n "blog:v1"
 *     document_end_array(&document);                           // ]
 *     char *text = document_end(&document);                    // }\n
 *
 * Names and schemas are constants of the program, and are not escaped. When memory runs out, the process ends.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* All of it is private. */
typedef struct JsonDocument {
    FILE *stream;
    char *text;
    size_t size;
    bool has_elements; /* the array that is open has one */
} JsonDocument;

/* The stream writes into the document, so the document must not move until document_end. */
void document_begin(JsonDocument *document, const char *schema);
void document_add(JsonDocument *document, const char *name, json_t *value); /* steals `value` */
void document_begin_array(JsonDocument *document, const char *name);
void document_add_element(JsonDocument *document, json_t *value); /* steals `value` */
void document_end_array(JsonDocument *document);
char *document_end(JsonDocument *document); /* the whole text; the caller frees it */
