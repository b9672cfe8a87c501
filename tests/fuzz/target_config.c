/* SPDX-License-Identifier: MIT */
/*
 * A configuration file. It is taken as a whole or refused with a sentence that names it; what was taken says the same
 * when it is written down with config_value() and read again.
 */
#include "fuzz.h"

#include <rgc/config.h>

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int load(const char *text, size_t size, Config *ret, Error *err)
{
    int fd = memfd_create("rgc.conf", MFD_CLOEXEC);

    REQUIRE(fd >= 0 && write(fd, text, size) == (ssize_t)size, "no memory file");
    cleanup_with(free_charp) char *path = xasprintf("/proc/self/fd/%d", fd);
    int r = config_load(path, ret, err);
    REQUIRE(r == 0 || strncmp(err->text, path, strlen(path)) == 0, "a message without the file: %s", err->text);
    close(fd);
    return r;
}

/* A list is written item by item: repeated keys may make one that is too long for a line. */
static char *lines_of(const ConfigKey *key, char *value)
{
    bool is_list = strcmp(key->section, "protect") == 0 || strcmp(key->key, "storage") == 0;
    char *text = xstrdup(""), *rest = value;

    for (char *item; (item = strsep(&rest, is_list ? " " : ""));) {
        cleanup_with(free_charp) char *before = text;
        text = xasprintf("%s[%s]\n%s%s = %s\n", before, key->section, *item ? "" : ";", key->key, item);
    }
    return text;
}

static char *written(const Config *config)
{
    size_t count;
    const ConfigKey *keys = config_keys(&count);
    char *text = xstrdup("");

    for (size_t i = 0; i < count; i++) {
        cleanup_with(free_charp) char *value = config_value(config, &keys[i]), *lines = lines_of(&keys[i], value);
        cleanup_with(free_charp) char *before = text;
        text = xasprintf("%s%s", before, lines);
    }
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cleanup_with(config_clear) Config config = {0}, again = {0};
    Error err = {0};

    if (load((const char *)data, size, &config, &err) < 0) {
        for (const char *at = err.text; *at; at++)
            REQUIRE(*at != '\n' && *at != '\033' && *at != '\r', "a message of several lines, or for a terminal");
        return 0;
    }
    cleanup_with(free_charp) char *first = written(&config);
    REQUIRE(load(first, strlen(first), &again, &err) == 0, "what is written is refused: %s\n%s", err.text, first);
    cleanup_with(free_charp) char *second = written(&again);
    REQUIRE(strcmp(first, second) == 0, "written:\n%s\nand then:\n%s", first, second);
    return 0;
}
