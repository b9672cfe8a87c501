/* SPDX-License-Identifier: MIT */
/* Loads a configuration from a text, under a path that the messages name. */
#pragma once

#include "unit.h"

#include <rgc/config.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static inline int load_bytes(const char *data, size_t size, Config *ret, Error *err)
{
    char path[64];
    int fd = memfd_create("rgc.conf", MFD_CLOEXEC), r;

    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, size), size);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    r = config_load(path, ret, err);
    close(fd);
    return r;
}

static inline int load_text(const char *text, Config *ret, Error *err)
{
    return load_bytes(text, strlen(text), ret, err);
}

static inline void load_good(const char *text, Config *ret)
{
    Error err = {0};

    if (load_text(text, ret, &err) < 0)
        fail_msg("refused: %s\n%s", err.text, text);
}
