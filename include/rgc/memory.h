/* SPDX-License-Identifier: MIT */
/*
 * Memory and ownership.
 *
 * When memory runs out, the process ends with exit code 1. Nothing is lost by that, because every pass begins with a
 * fresh look at the engine, and rgc has no error branches for it that nobody would ever run. In
 * tests/fault/nth_allocation.py the n-th allocation of a pass fails, and the next pass carries on.
 *
 * Words: `x_new` and `x_free` are for values on the heap; `x_clear` is for a value inside another one, and may be
 * called twice; `const T *` is borrowed. Each value has one owner.
 *
 *     cleanup_with(engine_freep) Engine *engine = NULL; // freed on every way out of the function
 *     …
 *     *ret = take_ptr(engine);                          // unless it was given away
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

/* Calls fn(&variable) when the variable goes out of scope. */
#define cleanup_with(fn) __attribute__((__cleanup__(fn)))

/* Defines fn##p(T **), which makes cleanup_with(fn##p) possible for a variable of type T *. */
#define DEFINE_CLEANUP(type, fn)                                                                                       \
    static inline void fn##p(type **p)                                                                                 \
    {                                                                                                                  \
        if (*p)                                                                                                        \
            fn(*p);                                                                                                    \
    }

/* Moves a pointer out of its variable, which becomes NULL. */
#define take_ptr(p)                                                                                                    \
    ({                                                                                                                 \
        __typeof__(p) taken_ = (p);                                                                                    \
        (p) = NULL;                                                                                                    \
        taken_;                                                                                                        \
    })

/* Prints that memory ran out, and ends the process. */
void out_of_memory(void) __attribute__((__noreturn__));

/* These functions never return NULL: they end the process instead. The caller frees what they return with free(). A
 * size of 0 is allowed. */
void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xreallocarray(void *p, size_t count, size_t size);
char *xstrdup(const char *s); /* a copy of NULL is NULL */
char *xstrndup(const char *s, size_t length);
char *xasprintf(const char *format, ...) __attribute__((__format__(__printf__, 1, 2)));
char *xvasprintf(const char *format, va_list args) __attribute__((__format__(__printf__, 1, 0)));

/* For cleanup_with on a char *. */
static inline void free_charp(char **p)
{
    free(*p);
}

/*
 * Makes room for one more element at the end of an array on the heap, and returns the address of that element, zeroed:
 *
 *     Image *image = array_add(&snapshot->images, &snapshot->n_images);
 *
 * An empty array is NULL with a count of 0. The capacity follows from the count (the next power of two), so nothing
 * else is stored, and an array must grow in no other way. The elements may move.
 */
#define array_add(items, count) ((__typeof__(*(items)))array_grow_((void **)(items), (count), sizeof(**(items))))
void *array_grow_(void **items, size_t *count, size_t size);

/* A list that owns its strings. Zeroed = empty. */
typedef struct Strings {
    char **items;
    size_t count;
} Strings;

void strings_add(Strings *list, const char *s);                 /* adds a copy */
void strings_add_unique(Strings *list, const char *s);          /* adds a copy, unless the list has such a string */
int strings_contain(const Strings *list, const char *s);        /* 1 or 0; looks at one string after the other */
void strings_sort(Strings *list);                               /* as strcmp orders them */
int strings_contain_sorted(const Strings *list, const char *s); /* the same of a sorted list, without looking at all */
void strings_copy(Strings *ret, const Strings *from);           /* overwrites `ret` without clearing it */
char *strings_join(const Strings *list, const char *between);   /* the caller frees it */
void strings_clear(Strings *list);
