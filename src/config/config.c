/* SPDX-License-Identifier: MIT */
/*
 * Loading the configuration as a transaction: defaults, file, checks, and only then the result. A reload that fails
 * leaves the agent with the values that it has.
 */
#include <rgc/config.h>

#include "apply.h"
#include "document.h"
#include "keys.h"

#include <errno.h>
#include <fcntl.h>
#include <rgc/file.h>
#include <string.h>

#define MAX_FILE_BYTES ((size_t)1 << 20)

void config_init(Config *ret)
{
    *ret = (Config){0};
    keys_set_defaults(ret);
}

void config_clear(Config *config)
{
    free(config->path);
    keys_clear(config);
    policy_clear(&config->policy);
    *config = (Config){0};
}

static int parse(const char *path, const char *data, size_t size, Config *config, Error *err)
{
    cleanup_with(document_clear) Document document = {0};
    Complaint complaint = {.path = path};

    document_read(data, size, &document, &complaint);
    document_apply(&document, config, &complaint);
    if (complaint.line != 0)
        return error_set(err, complaint.error.code, "%s", complaint.error.text);
    return 0;
}

int config_load(const char *path, Config *ret, Error *err)
{
    cleanup_with(config_clear) Config config = {0};
    cleanup_with(close_fdp) int fd = -1;
    cleanup_with(free_charp) char *data = NULL;
    const char *name = path ? path : CONFIG_DEFAULT_PATH;
    size_t size = 0;
    int r;

    config_init(&config);
    /* Unlike in the state directory, symbolic links are followed: people manage /etc in many ways. */
    fd = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0 && (path || errno != ENOENT))
        return error_set(err, errno, "%s: cannot be opened: %s", name, strerror(errno));
    if (fd >= 0) {
        r = file_read_all(fd, name, MAX_FILE_BYTES, &data, &size, err);
        if (r == 0)
            r = parse(name, data, size, &config, err);
        if (r < 0)
            return r;
        config.file_exists = true;
        config.path = xstrdup(name);
    }
    *ret = config;
    config = (Config){0};
    return 0;
}
