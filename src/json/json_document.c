/* SPDX-License-Identifier: MIT */
/* Writes a document piece by piece; rgc/json_document.h shows which call writes what. */
#include <rgc/json_document.h>

#include <rgc/json_values.h>
#include <rgc/memory_stream.h>

#include <stdlib.h>

static void write_value(JsonDocument *document, json_t *value)
{
    cleanup_with(free_charp) char *line = json_line(value);

    fputs(line, document->stream);
}

void document_begin(JsonDocument *document, const char *schema)
{
    *document = (JsonDocument){0};
    document->stream = memory_stream(&document->text, &document->size);
    fprintf(document->stream, "{\"schema\":\"%s\"", schema);
}

void document_add(JsonDocument *document, const char *name, json_t *value)
{
    fprintf(document->stream, ",\n\"%s\":", name);
    write_value(document, value);
}

void document_begin_array(JsonDocument *document, const char *name)
{
    fprintf(document->stream, ",\n\"%s\":[", name);
    document->has_elements = false;
}

void document_add_element(JsonDocument *document, json_t *value)
{
    fputs(document->has_elements ? ",\n " : "\n ", document->stream);
    write_value(document, value);
    document->has_elements = true;
}

void document_end_array(JsonDocument *document)
{
    fputc(']', document->stream);
}

char *document_end(JsonDocument *document)
{
    fputs("}\n", document->stream);
    memory_stream_close(document->stream);
    return document->text;
}
