/* SPDX-License-Identifier: MIT */
/*
 * rgc.conf(5): one table of keys, read with inih through our own line reader. A load is a
 * transaction: all of the file is valid, or nothing of it is used.
 */
#pragma once

#include <rgc/error.h>
#include <rgc/policy.h>

#define CONFIG_DEFAULT_PATH "/etc/rgc/rgc.conf"

#define PARALLEL_AUTO (-1)

typedef struct Config {
    char *path; /* as read; NULL = defaults only */
    bool file_exists;
    /* [engine] */
    char *host; /* "unix:///var/run/docker.sock" */
    int64_t timeout_usec;
    int parallel;    /* PARALLEL_AUTO = as many as suit the engine's image store */
    Strings storage; /* empty = auto */
    Policy policy;
    /* [agent] */
    char *socket;
    int64_t interval_usec;
    int64_t settle_usec;
    bool events;
    int64_t trial_usec;
    /* [metrics] */
    char *textfile; /* NULL = off */
} Config;

/* `path` NULL = CONFIG_DEFAULT_PATH, and a missing file there means defaults; a missing file that was named is an
 * error. On error: EINVAL with "FILE:LINE: what, and what was expected"; EACCES/ENOENT/… with the file. `ret` is then
 * untouched. */
int config_load(const char *path, Config *ret, Error *err);
void config_init(Config *ret); /* defaults */
void config_clear(Config *config);

/* For `rgc check`, the man page and its test: every key, with its section, default as text and what it expects. */
typedef struct ConfigKey {
    const char *section;
    const char *key;
    const char *initial; /* the default, in the file's syntax; NULL: an empty list */
    const char *expects; /* "a duration such as 36h", … */
} ConfigKey;
const ConfigKey *config_keys(size_t *ret_count);
/* Effective value in the file's syntax; "" for an empty list that has no word for it. Caller frees. */
char *config_value(const Config *config, const ConfigKey *key);
