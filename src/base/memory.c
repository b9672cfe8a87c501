/* SPDX-License-Identifier: MIT */
/* Allocations that end the process instead of failing, and the arrays and lists that grow by them. */
#include <rgc/memory.h>

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void out_of_memory(void)
{
    static const char message[] = "rgc: out of memory\n";

    /* Whatever allocates or locks, such as stdio, is not safe here. */
    (void)!write(STDERR_FILENO, message, sizeof(message) - 1);
    _exit(1);
}

static void *check_allocation(void *p)
{
    if (!p)
        out_of_memory();
    return p;
}

void *xmalloc(size_t size)
{
    return check_allocation(malloc(size ? size : 1));
}

void *xcalloc(size_t count, size_t size)
{
    return check_allocation(calloc(count ? count : 1, size ? size : 1));
}

void *xreallocarray(void *p, size_t count, size_t size)
{
    return check_allocation(reallocarray(p, count ? count : 1, size ? size : 1));
}

char *xstrdup(const char *s)
{
    return s ? check_allocation(strdup(s)) : NULL;
}

char *xstrndup(const char *s, size_t length)
{
    return s ? check_allocation(strndup(s, length)) : NULL;
}

char *xvasprintf(const char *format, va_list args)
{
    char *s;

    if (vasprintf(&s, format, args) < 0)
        s = NULL;
    return check_allocation(s);
}

char *xasprintf(const char *format, ...)
{
    va_list args;
    char *s;

    va_start(args, format);
    s = xvasprintf(format, args);
    va_end(args);
    return s;
}

void *array_grow_(void **items, size_t *count, size_t size)
{
    char *array;

    /* `items` is really a T **, so the bytes of the pointer are copied: C does not allow to read a T * as a void *. */
    memcpy(&array, items, sizeof(array));
    if ((*count & (*count - 1)) == 0) { /* the array is full at 0, 1, 2, 4, 8, … elements */
        if (*count > SIZE_MAX / 2)
            out_of_memory();
        array = xreallocarray(array, *count ? *count * 2 : 1, size);
        memcpy(items, &array, sizeof(array));
    }
    array += (*count)++ * size;
    return memset(array, 0, size);
}

void strings_add(Strings *list, const char *s)
{
    *array_add(&list->items, &list->count) = xstrdup(s);
}

int strings_contain(const Strings *list, const char *s)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i], s) == 0)
            return true;
    return false;
}

static int compare_string(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void strings_sort(Strings *list)
{
    if (list->count > 0)
        qsort(list->items, list->count, sizeof(char *), compare_string);
}

int strings_contain_sorted(const Strings *list, const char *s)
{
    return list->count > 0 && bsearch(&s, list->items, list->count, sizeof(char *), compare_string) != NULL;
}

void strings_add_unique(Strings *list, const char *s)
{
    if (!strings_contain(list, s))
        strings_add(list, s);
}

char *strings_join(const Strings *list, const char *between)
{
    char *joined = xstrdup(list->count > 0 ? list->items[0] : "");

    for (size_t i = 1; i < list->count; i++) {
        char *longer = xasprintf("%s%s%s", joined, between, list->items[i]);
        free(joined);
        joined = longer;
    }
    return joined;
}

void strings_copy(Strings *ret, const Strings *from)
{
    Strings copy = {0};

    for (size_t i = 0; i < from->count; i++)
        strings_add(&copy, from->items[i]);
    *ret = copy;
}

void strings_clear(Strings *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i]);
    free(list->items);
    *list = (Strings){0};
}
