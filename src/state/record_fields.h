/* SPDX-License-Identifier: MIT */
/*
 * Record fields: a struct and its JSON object, by one table for both directions, so that reading and writing cannot
 * come apart. A value that equals its default (0, false, NULL, empty) is not written, and a field that is missing is
 * read as its default. Fields that the table does not name are ignored: they come from a newer rgc.
 *
 *     static const Field fields[] = {{"since", FIELD_TIME, offsetof(WatchClaim, since)}, …};
 *     json_t *object = record_encode(&claim, fields, N_FIELDS);
 *     r = record_decode(object, &claim, fields, N_FIELDS, err);
 */
#pragma once

#include <rgc/error.h>

#include <jansson.h>
#include <stddef.h>

/* The type of the member, and how it is read. */
typedef enum FieldType {
    FIELD_ID,      /* char *, never missing: printable ASCII without spaces */
    FIELD_TEXT,    /* char * */
    FIELD_TIME,    /* int64_t, microseconds since the epoch; a time before 1970 is read as 0, unknown */
    FIELD_OFFSET,  /* int64_t of any sign */
    FIELD_INT,     /* int */
    FIELD_BOOL,    /* bool */
    FIELD_STRINGS, /* Strings */
    FIELD_STATE,   /* ContainerState, as its word; an unknown word is read as STATE_UNKNOWN */
    FIELD_KIND,    /* AppKind, as its word; an unknown word is an error */
} FieldType;

typedef struct Field {
    const char *name;
    FieldType type;
    size_t offset;
} Field;

/* The caller owns the object. */
json_t *record_encode(const void *record, const Field *fields, size_t n_fields);
/* Reads into `record`, which must be zeroed. -EPROTO names the field that is wrong; some fields may be filled then, and
 * the caller clears the record in any case. */
int record_decode(const json_t *object, void *record, const Field *fields, size_t n_fields, Error *err);
