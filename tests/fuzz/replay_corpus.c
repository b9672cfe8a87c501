/* SPDX-License-Identifier: MIT */
/*
 * Calls a target with each file of a corpus, without libFuzzer: `fuzz_TARGET DIRECTORY|FILE…`. The bytes lie in a block
 * of just their size, so that the address sanitizer sees a step too far.
 */
#include "fuzz.h"

#include <rgc/file.h>
#include <rgc/memory.h>

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define INPUT_MAX ((size_t)16 << 20)

static void replay(const char *path)
{
    cleanup_with(free_charp) char *text = NULL;
    Error err = {0};
    size_t size = 0;

    if (file_read(AT_FDCWD, path, INPUT_MAX, &text, &size, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        exit(1);
    }
    uint8_t *copy = xmalloc(size + (size == 0));
    memcpy(copy, text, size);
    fprintf(stderr, "%s\n", path); /* the last one named is the one that it ended with */
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static size_t replay_all(const char *path)
{
    struct dirent **entries = NULL;
    struct stat st;

    if (stat(path, &st) == 0 && S_ISREG(st.st_mode)) {
        replay(path);
        return 1;
    }
    int count = scandir(path, &entries, is_visible, alphasort);
    for (int i = 0; i < count; i++) {
        cleanup_with(free_charp) char *file = xasprintf("%s/%s", path, entries[i]->d_name);
        replay(file);
        free(entries[i]);
    }
    free(entries);
    return count > 0 ? (size_t)count : 0;
}

int main(int argc, char **argv)
{
    size_t count = 0;

    for (int i = 1; i < argc; i++)
        count += replay_all(argv[i]);
    printf("%zu inputs\n", count);
    return count > 0 ? 0 : 1;
}
