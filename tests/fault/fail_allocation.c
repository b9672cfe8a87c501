/* SPDX-License-Identifier: MIT */
/*
 * For LD_PRELOAD: the RGC_FAIL_ALLOCATION-th allocation finds no memory, counted over malloc, calloc and realloc, whoever
 * calls them. With RGC_COUNT_ALLOCATIONS their number is written into that file when the program ends.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *p, size_t size);

static atomic_ulong n_allocations;
static unsigned long failing; /* 0 = none */

__attribute__((__constructor__)) static void read_number(void)
{
    const char *number = getenv("RGC_FAIL_ALLOCATION");

    failing = number ? strtoul(number, NULL, 10) : 0;
    atomic_store(&n_allocations, 0);
}

__attribute__((__destructor__)) static void write_count(void)
{
    const char *path = getenv("RGC_COUNT_ALLOCATIONS");
    char text[32];
    int fd = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;

    if (fd < 0)
        return;
    int length = snprintf(text, sizeof(text), "%lu\n", atomic_load(&n_allocations));
    if (write(fd, text, (size_t)length) < 0)
        _exit(1);
    close(fd);
}

static bool fails(void)
{
    if (atomic_fetch_add(&n_allocations, 1) + 1 != failing)
        return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size)
{
    return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *p, size_t size)
{
    return fails() ? NULL : __libc_realloc(p, size);
}
