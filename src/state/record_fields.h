/* SPDX-License-Identifier: MIT */
/*
 * A record and its JSON object, by one table for both directions. Values that equal their default (0, false, NULL,
 * empty) are not written and need not be there; fields that the table does not name are ignored.
 */
#pragma once

#include <rgc/error.h>

#include <jansson.h>
#include <stddef.h>

typedef enum FieldType {
    FIELD_ID,      /* char *: never missing, printable ASCII without spaces */
    FIELD_TEXT,    /* char * */
    FIELD_TIME,    /* int64_t: microseconds; what lies before 1970 reads as 0, unknown */
    FIELD_OFFSET,  /* int64_t of any sign */
    FIELD_INT,     /* int */
    FIELD_BOOL,    /* bool */
    FIELD_STRINGS, /* Strings */
    FIELD_STATE,   /* ContainerState, by its word; an unknown word reads as unknown */
    FIELD_KIND,    /* AppKind, by its word */
} FieldType;

typedef struct Field {
    const char *name;
    FieldType type;
    size_t offset;
} Field;

json_t *record_encode(const void *record, const Field *fields, size_t n_fields);
/* On error the record may hold some of the fields: the caller clears it. */
int record_decode(const json_t *object, void *record, const Field *fields, size_t n_fields, Error *err);
