/* SPDX-License-Identifier: MIT */
/*
 * The kinds of values a key can have, each read from and written to the file's syntax: what one
 * writes, the other reads back to the same.
 */
#pragma once

#include <rgc/config.h>

typedef enum ValueResult {
    VALUE_OK,
    VALUE_BAD,          /* not what the key expects */
    VALUE_OUT_OF_RANGE, /* only of kinds that use min and max */
} ValueResult;

typedef struct KeySpec KeySpec;

typedef struct ValueKind {
    /* Sets the field only on VALUE_OK. */
    ValueResult (*parse)(const KeySpec *spec, const char *s, void *field);
    char *(*format)(const KeySpec *spec, const void *field);
    char *(*format_limit)(int64_t limit); /* NULL if the kind has no range */
    void (*clear)(void *field);           /* NULL if the field owns nothing */
    bool is_list;                         /* may be repeated; each value adds to the field */
} ValueKind;

struct KeySpec {
    ConfigKey key;
    const ValueKind *kind;
    size_t offset; /* of the field in Config */
    int64_t min, max;
    const char *off;      /* the word for -1 or NULL or an empty list, if the key has one */
    const char *words[2]; /* of a choice: for false, for true */
};

/* As parse_size() reads it back. Caller frees. */
char *value_write_size(int64_t bytes);

extern const ValueKind value_count;    /* int */
extern const ValueKind value_duration; /* int64_t; off = DURATION_OFF */
extern const ValueKind value_choice;   /* bool */
extern const ValueKind value_bound;    /* DiskBound */
extern const ValueKind value_cap;      /* SizeCap */
extern const ValueKind value_host;     /* char *: unix:///path */
extern const ValueKind value_path;     /* char *: absolute; off = NULL */
extern const ValueKind value_paths;    /* Strings, separated by blanks; off = empty */
extern const ValueKind value_patterns; /* Strings, separated by blanks */
