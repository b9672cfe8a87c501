/* SPDX-License-Identifier: MIT */
/*
 * The kinds of values that a key can have. Each kind reads a value from the syntax of rgc.conf and writes it back, and
 * what it writes, it reads as the same value again (tests/unit/config/config.c, tests/fuzz/target_config.c). So `rgc
 * check` can show every value as a line that somebody may put into the file.
 */
#pragma once

#include <rgc/config.h>

typedef enum ValueResult {
    VALUE_OK,
    VALUE_BAD,          /* not what the key expects */
    VALUE_OUT_OF_RANGE, /* beyond min or max, in kinds that have them */
} ValueResult;

typedef struct KeySpec KeySpec;

typedef struct ValueKind {
    /* Reads `s` into the field; changes it only on VALUE_OK. */
    ValueResult (*parse)(const KeySpec *spec, const char *s, void *field);
    /* Writes the field; the caller frees the text. */
    char *(*format)(const KeySpec *spec, const void *field);
    char *(*format_limit)(int64_t limit); /* writes min or max for a message; NULL if the kind has no range */
    void (*clear)(void *field);           /* NULL if the field owns nothing */
    bool is_list;                         /* the key may be repeated, and each value adds to the field */
} ValueKind;

/* A row of the table of keys. */
struct KeySpec {
    ConfigKey key;
    const ValueKind *kind;
    size_t offset;        /* where the field is in Config */
    int64_t min, max;     /* both belong to the range */
    const char *off;      /* the word for -1, NULL or an empty list; NULL if the key has none */
    const char *words[2]; /* for a choice: the words for false and for true */
};

/* Writes a size so that parse_size() reads the same number back. Caller frees. */
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
