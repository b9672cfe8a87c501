/* SPDX-License-Identifier: MIT */
/*
 * What directories take of their file system, counted like `du -x`: blocks and not lengths, a file with several names
 * once, nothing on another file system, and nothing behind a symbolic link.
 *
 *     cleanup_with(walk_clear) Walk walk = {.progress = progress, .what = "volume data"};
 *     if (walk_add(&walk, path) == 0)
 *         …                              walk.bytes; if walk.is_partial, it is the least that the path takes
 */
#pragma once

#include <rgc/progress.h>

#include <sys/types.h>

typedef struct Walk {
    const PassProgress *progress;
    const char *what;             /* "volume data", for the progress; borrowed */
    bool (*is_interrupted)(void); /* NULL = never */
    int64_t bytes;                /* the sum so far */
    uint64_t n_files;             /* directories included */
    bool is_partial;              /* something could not be read or is too deep, or the walk was interrupted */
    struct Linked *linked;        /* files with several names that have been counted */
    size_t n_linked;
} Walk;

/* Adds `path` and everything below it. -errno if not even `path` can be read. */
int walk_add(Walk *walk, const char *path);
/* Adds the regular files in a directory whose names `wants` accepts (NULL: all), but nothing of its subdirectories.
 * -errno if the directory cannot be read. */
typedef bool WalkWants(const char *name, void *userdata);
int walk_add_files(Walk *walk, const char *path, WalkWants *wants, void *userdata);
void walk_clear(Walk *walk);
