/* SPDX-License-Identifier: MIT */
/*
 * What directories take of their file system, as `du -x` counts it: blocks, not lengths; a file with several names once;
 * nothing of another file system, and nothing behind a symbolic link.
 */
#pragma once

#include <rgc/progress.h>

#include <sys/types.h>

typedef struct Walk {
    const PassProgress *progress;
    const char *what;             /* "volume data", for the progress; borrowed */
    bool (*is_interrupted)(void); /* NULL = never */
    int64_t bytes;
    uint64_t n_files;
    bool is_partial; /* something could not be read, lies too deep, or the walk was interrupted */
    struct Linked *linked;
    size_t n_linked;
} Walk;

/* Adds what is below `path`, and `path` itself. -errno where not even that can be read. */
int walk_add(Walk *walk, const char *path);
/* The same of the files that stand in a directory, but not of what is in its subdirectories; NULL takes them all. */
typedef bool WalkWants(const char *name, void *userdata);
int walk_add_files(Walk *walk, const char *path, WalkWants *wants, void *userdata);
void walk_clear(Walk *walk);
