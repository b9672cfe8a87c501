/* SPDX-License-Identifier: MIT */
/*
 * The walk keeps one open directory for each level, and continues from these descriptors, not from paths, so that a
 * directory that is moved, or replaced by a link, while it walks leads it nowhere else.
 * tests/unit/observe/observe_survey.c tests it.
 */
#include "walk.h"

#include <rgc/file.h>
#include <rgc/memory.h>
#include <rgc/saturate.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* One descriptor is open for each level. What is deeper is left out, and the walk is marked as partial. */
#define LEVELS_MAX 200
/* Half as many files with several names are remembered; of files beyond these, each name counts. */
#define LINKED_SLOTS ((size_t)1 << 20)
#define FILES_A_STEP 20000
#define BLOCK 512

/* A file with several names that has been counted. */
typedef struct Linked {
    dev_t device;
    ino_t inode;
} Linked;

static size_t slot_of(const struct stat *st)
{
    uint64_t hash = ((uint64_t)st->st_ino ^ ((uint64_t)st->st_dev << 48)) * 0x9e3779b97f4a7c15U;

    return (size_t)(hash >> 20) % LINKED_SLOTS;
}

/* Whether the file is new. The table is a hash table with open addressing: a slot whose inode is 0 is free, and half of
 * the slots are kept free. */
static bool note_linked(Walk *walk, const struct stat *st)
{
    if (!walk->linked)
        walk->linked = xcalloc(LINKED_SLOTS, sizeof(*walk->linked));
    size_t slot = slot_of(st);

    while (walk->linked[slot].inode != 0) {
        const Linked *linked = &walk->linked[slot];
        if (linked->inode == st->st_ino && linked->device == st->st_dev)
            return false;
        slot = (slot + 1) % LINKED_SLOTS;
    }
    if (walk->n_linked < LINKED_SLOTS / 2) {
        walk->linked[slot] = (Linked){.device = st->st_dev, .inode = st->st_ino};
        walk->n_linked++;
    }
    return true;
}

static void add_entry(Walk *walk, const struct stat *st)
{
    walk->n_files++;
    if (walk->what && walk->n_files % FILES_A_STEP == 0)
        progress_step(walk->progress, "measuring %s (%llu files)", walk->what, (unsigned long long)walk->n_files);
    if (S_ISDIR(st->st_mode) || st->st_nlink < 2 || note_linked(walk, st))
        saturating_grow(&walk->bytes, (int64_t)st->st_blocks * BLOCK);
}

static bool is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static bool is_stopped(const Walk *walk)
{
    return walk->is_interrupted && walk->is_interrupted();
}

/* Opens `name` in `parent` for reading, if it is the directory that `st` is about. */
static DIR *open_directory(int parent, const char *name, const struct stat *st)
{
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat now;
    DIR *directory;

    if (fd < 0)
        return NULL;
    if (fstat(fd, &now) < 0 || now.st_ino != st->st_ino || now.st_dev != st->st_dev || !(directory = fdopendir(fd))) {
        close(fd);
        return NULL;
    }
    return directory;
}

/* Counts one entry of the deepest directory, and opens it as the next level if it is a directory itself. */
static void step(Walk *walk, DIR **levels, size_t *count, const char *name, dev_t device)
{
    int parent = dirfd(levels[*count - 1]);
    struct stat st;

    if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
        walk->is_partial |= errno != ENOENT; /* a file that is gone by now takes no space */
        return;
    }
    if (st.st_dev != device)
        return;
    add_entry(walk, &st);
    if (!S_ISDIR(st.st_mode))
        return;
    DIR *directory = *count < LEVELS_MAX ? open_directory(parent, name, &st) : NULL;
    if (directory)
        levels[(*count)++] = directory;
    else
        walk->is_partial = true;
}

static void walk_levels(Walk *walk, DIR *top, dev_t device)
{
    DIR *levels[LEVELS_MAX];
    size_t count = 0;

    levels[count++] = top;
    while (count > 0) {
        const struct dirent *entry = is_stopped(walk) ? NULL : readdir(levels[count - 1]);
        if (!entry)
            closedir(levels[--count]);
        else if (!is_dots(entry->d_name))
            step(walk, levels, &count, entry->d_name, device);
    }
    walk->is_partial |= is_stopped(walk);
}

int walk_add(Walk *walk, const char *path)
{
    struct stat st;

    if (lstat(path, &st) < 0)
        return -errno;
    DIR *top = S_ISDIR(st.st_mode) ? open_directory(AT_FDCWD, path, &st) : NULL;
    if (S_ISDIR(st.st_mode) && !top)
        return errno ? -errno : -EACCES;
    add_entry(walk, &st);
    if (top)
        walk_levels(walk, top, st.st_dev);
    return 0;
}

int walk_add_files(Walk *walk, const char *path, WalkWants *wants, void *userdata)
{
    DIR *directory = opendir(path);
    const struct dirent *entry;
    struct stat st;

    if (!directory)
        return -errno;
    while (!is_stopped(walk) && (entry = readdir(directory)))
        if ((!wants || wants(entry->d_name, userdata)) &&
            fstatat(dirfd(directory), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode))
            add_entry(walk, &st);
    closedir(directory);
    return 0;
}

void walk_clear(Walk *walk)
{
    free(walk->linked);
    walk->linked = NULL;
    walk->n_linked = 0;
}
