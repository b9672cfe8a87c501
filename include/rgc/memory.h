/* SPDX-License-Identifier: MIT */
/*
 * Memory and ownership. Out of memory ends the process: every run starts from a fresh look at the
 * engine, so nothing is lost, and a whole class of error branches that nobody exercises is gone.
 *
 * Vocabulary: `_new/_free` heap, `_clear` embedded value (may be cleared twice), `const T *` borrowed.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#define cleanup_with(fn) __attribute__((__cleanup__(fn)))

/* Defines fn##p(T **), to be used as cleanup_with(fn##p) on a T *. */
#define DEFINE_CLEANUP(type, fn)                                                                                       \
    static inline void fn##p(type **p)                                                                                 \
    {                                                                                                                  \
        if (*p)                                                                                                        \
            fn(*p);                                                                                                    \
    }

#define take_ptr(p)                                                                                                    \
    ({                                                                                                                 \
        __typeof__(p) taken_ = (p);                                                                                    \
        (p) = NULL;                                                                                                    \
        taken_;                                                                                                        \
    })

/* Says so and ends the process. */
void out_of_memory(void) __attribute__((__noreturn__));

/* Never return NULL. */
void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xreallocarray(void *p, size_t count, size_t size);
char *xstrdup(const char *s); /* xstrdup(NULL) is NULL */
char *xstrndup(const char *s, size_t length);
char *xasprintf(const char *format, ...) __attribute__((__format__(__printf__, 1, 2)));
char *xvasprintf(const char *format, va_list args) __attribute__((__format__(__printf__, 1, 0)));

static inline void free_charp(char **p)
{
    free(*p);
}

/*
 * Makes room for one more element at the end of a growing array and returns its address, zeroed:
 *     Image *image = array_add(&snapshot->images, &snapshot->n_images);
 * The capacity is derived from the count (powers of two), so nothing else is stored.
 */
#define array_add(items, count) ((__typeof__(*(items)))array_grow_((void **)(items), (count), sizeof(**(items))))
void *array_grow_(void **items, size_t *count, size_t size);

/* A list of owned strings. */
typedef struct Strings {
    char **items;
    size_t count;
} Strings;

void strings_add(Strings *list, const char *s);          /* copies */
void strings_add_unique(Strings *list, const char *s);   /* copies, unless it is there */
int strings_contain(const Strings *list, const char *s); /* bool */
void strings_copy(Strings *ret, const Strings *from);
char *strings_join(const Strings *list, const char *between); /* caller frees */
void strings_clear(Strings *list);
