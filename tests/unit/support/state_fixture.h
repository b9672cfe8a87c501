/* SPDX-License-Identifier: MIT */
/*
 * A temporary directory for each test of what lives in the state directory.
 */
#pragma once

#include "unit.h"

#include <rgc/memory.h>
#include <rgc/state.h>

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char scratch[256];   /* holds the state directory and what a test puts beside it */
static char directory[300]; /* the state directory itself; made by the test or by open_locked() */

/* Some tests become another user, whom root's own directories keep out. */
static inline bool all_can_enter(const char *where)
{
    cleanup_with(free_charp) char *path = realpath(where, NULL);
    struct stat st;

    while (path && stat(path, &st) == 0 && (st.st_mode & S_IXOTH)) {
        char *last = strrchr(path, '/');
        if (!last || last == path)
            return true;
        *last = '\0';
    }
    return false;
}

static inline int make_scratch(void **unused)
{
    const char *base = getenv("TMPDIR");

    (void)unused;
    snprintf(scratch, sizeof(scratch), "%s/rgc-state-XXXXXX", base && all_can_enter(base) ? base : "/tmp");
    if (!mkdtemp(scratch))
        return -1;
    snprintf(directory, sizeof(directory), "%s/state", scratch);
    return 0;
}

static inline void remove_tree(const char *path)
{
    DIR *dir = opendir(path);
    const struct dirent *entry;

    while (dir && (entry = readdir(dir))) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        cleanup_with(free_charp) char *name = xasprintf("%s/%s", path, entry->d_name);
        if (unlink(name) < 0)
            remove_tree(name);
    }
    if (dir)
        closedir(dir);
    rmdir(path);
}

static inline int remove_scratch(void **unused)
{
    (void)unused;
    remove_tree(scratch);
    return 0;
}

static inline StateDirectory *open_locked(void)
{
    StateDirectory *state = NULL;
    Error err = {0};

    if (state_open_or_make(directory, &state, &err) < 0 || state_lock(state, &err) < 0)
        fail_msg("%s", err.text);
    return state;
}

static inline const char *file_in_directory(const char *name)
{
    static char path[400];

    snprintf(path, sizeof(path), "%s/%s", directory, name);
    return path;
}

static inline void put_file(const char *name, const char *text)
{
    FILE *file = fopen(file_in_directory(name), "w");

    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

/* Files whose name begins so. */
static inline size_t count_files(const char *prefix)
{
    DIR *dir = opendir(directory);
    const struct dirent *entry;
    size_t count = 0;

    while (dir && (entry = readdir(dir)))
        count += strncmp(entry->d_name, prefix, strlen(prefix)) == 0 && strcmp(entry->d_name, ".") != 0 &&
                 strcmp(entry->d_name, "..") != 0;
    if (dir)
        closedir(dir);
    return count;
}

#define state_test(f) cmocka_unit_test_setup_teardown(f, make_scratch, remove_scratch)
