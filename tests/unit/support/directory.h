/* SPDX-License-Identifier: MIT */
/* A private directory for one test, removed with its files afterwards. */
#pragma once

#include "unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <rgc/memory.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct Directory {
    char path[64];
    int fd;
} Directory;

static inline int directory_setup(void **state)
{
    Directory *directory = xcalloc(1, sizeof(*directory));

    snprintf(directory->path, sizeof(directory->path), "/tmp/rgc-unit.XXXXXX");
    if (!mkdtemp(directory->path))
        return -1;
    directory->fd = open(directory->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    *state = directory;
    return directory->fd < 0 ? -1 : 0;
}

/* Calls `on_name` (may be NULL) for each entry; returns their number. */
static inline size_t directory_list(const Directory *directory, void (*on_name)(int fd, const char *name))
{
    DIR *stream = opendir(directory->path);
    const struct dirent *entry;
    size_t n = 0;

    assert_non_null(stream);
    while ((entry = readdir(stream)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            n++;
            if (on_name)
                on_name(directory->fd, entry->d_name);
        }
    closedir(stream);
    return n;
}

static inline void remove_entry(int fd, const char *name)
{
    if (unlinkat(fd, name, 0) < 0)
        unlinkat(fd, name, AT_REMOVEDIR);
}

static inline int directory_teardown(void **state)
{
    Directory *directory = *state;

    directory_list(directory, remove_entry);
    close(directory->fd);
    rmdir(directory->path);
    free(directory);
    return 0;
}
