/* SPDX-License-Identifier: MIT */
/*
 * A file of the state directory as a power cut leaves it: cut off at any byte, with NULs from there on, or with a hole of
 * NULs.
 */
#pragma once

#include "state_fixture.h"

#include <fcntl.h>

/* Each damage is looked at; a pass over each takes its time. */
static inline size_t stride(void)
{
    const char *is_long = getenv("RGC_TEST_LONG");

    return is_long && *is_long && strcmp(is_long, "0") != 0 ? 1 : 31;
}

typedef enum Damage { CUT_OFF, NULS_TO_THE_END, HOLE, DAMAGE_MAX_ } Damage;
#define HOLE_BYTES 24

typedef struct File {
    const char *name;
    char *text;
    size_t size;
} File;

static inline File file_as_it_is(const char *name)
{
    File file = {.name = name};
    int fd = open(file_in_directory(name), O_RDONLY | O_CLOEXEC);
    struct stat st;

    assert_true(fd >= 0);
    assert_int_equal(fstat(fd, &st), 0);
    file.text = xmalloc((size_t)st.st_size + 1);
    file.size = (size_t)st.st_size;
    assert_int_equal(read(fd, file.text, file.size), file.size);
    close(fd);
    return file;
}

static inline void put_bytes(const char *name, const char *text, size_t size)
{
    int fd;

    unlink(file_in_directory(name)); /* a file that is cut off is synced by some file systems when it is closed */
    fd = open(file_in_directory(name), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, size), size);
    close(fd);
}

static inline void put_damaged(const File *file, Damage damage, size_t at)
{
    cleanup_with(free_charp) char *text = xmalloc(file->size + 1);
    size_t end = damage == HOLE && at + HOLE_BYTES < file->size ? at + HOLE_BYTES : file->size;

    memcpy(text, file->text, file->size);
    memset(text + at, '\0', end - at);
    put_bytes(file->name, text, damage == CUT_OFF ? at : file->size);
}

/* A file that ends with a whole line is a shorter one, and nobody can tell. */
static inline bool is_seen(const File *file, Damage damage, size_t at)
{
    return damage != CUT_OFF || (at > 0 && file->text[at - 1] != '\n' && file->text[at] != '\n');
}

/* How many lines begin behind the damage, and are whole. */
static inline size_t lines_behind(const File *file, Damage damage, size_t at)
{
    size_t count = 0;

    for (size_t i = at + HOLE_BYTES; damage == HOLE && i < file->size; i++)
        count += file->text[i - 1] == '\n';
    return count;
}

static inline void assert_part(const Strings *part, const Strings *all, const File *file, Damage damage, size_t at)
{
    for (size_t i = 0; i < part->count; i++)
        if (!strings_contain(all, part->items[i]))
            fail_msg("%s, damage %d at %zu of %zu bytes: %s is not so with the whole file", file->name, damage, at,
                     file->size, part->items[i]);
}
