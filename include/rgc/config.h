/* SPDX-License-Identifier: MIT */
/*
 * The configuration, rgc.conf(5): all that a person can set, as plain values. The policy in it is what learning and
 * deciding receive; the rest is for the engine, the agent and the metrics. One table has all keys with their defaults
 * (src/config/keys.c); tests compare it with the manual and with contrib/rgc.conf.
 *
 *     cleanup_with(config_clear) Config config = {0};
 *
 *     if (config_load(NULL, &config, err) < 0)
 *         return -err->code;
 *
 * A load is a transaction: either all of the file is valid, or none of it is used. A file that was only half understood
 * might keep less than its author meant. Durations are in microseconds, sizes in bytes.
 */
#pragma once

#include <rgc/error.h>
#include <rgc/policy.h>

#define CONFIG_DEFAULT_PATH "/etc/rgc/rgc.conf"

#define PARALLEL_AUTO (-1) /* as many requests as suit the engine's image store */

typedef struct Config {
    char *path;       /* the file that was read; NULL = there are only defaults */
    bool file_exists; /* false = there are only defaults */
    /* [engine] */
    char *host;           /* "unix:///var/run/docker.sock" */
    int64_t timeout_usec; /* for one list */
    int parallel;         /* or PARALLEL_AUTO */
    Strings storage;      /* paths on the engine's file systems; empty = rgc looks for them */
    Policy policy;
    /* [agent] */
    char *socket;
    int64_t interval_usec; /* between two passes that nobody asked for */
    int64_t settle_usec;   /* requests within this time of each other share a pass */
    bool events;           /* events cause passes; the agent follows them either way, as they show uses */
    int64_t trial_usec;    /* the first passes only report, for this long; DURATION_OFF = off */
    /* [metrics] */
    char *textfile; /* NULL = off */
} Config;

/* Reads the file into `ret`, which the caller clears with config_clear. With `path` NULL, the file is
 * CONFIG_DEFAULT_PATH, and if it is missing the defaults apply; a file that somebody named must exist. Errors: -EINVAL
 * with the first mistake, "FILE:LINE: what is wrong, and what was expected"; -ENOENT, -EACCES and others of open(2)
 * with the file's name. `ret` is then untouched. */
int config_load(const char *path, Config *ret, Error *err);
void config_init(Config *ret); /* fills in the defaults; overwrites `ret` without clearing it */
void config_clear(Config *config);

/* One key, for whoever shows or tests all of them, such as `rgc check`. */
typedef struct ConfigKey {
    const char *section;
    const char *key;
    const char *initial; /* the default in the file's syntax; NULL = an empty list */
    const char *expects; /* what a value must be: "a duration such as 36h" */
} ConfigKey;
/* All keys, in the order of the manual. They live as long as the program. */
const ConfigKey *config_keys(size_t *ret_count);
/* The value that a key has in `config`, in the file's syntax, for the caller to free. "" for an empty list, unless the
 * key has a word for that. */
char *config_value(const Config *config, const ConfigKey *key);
