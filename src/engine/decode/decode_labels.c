/* SPDX-License-Identifier: MIT */
/* Which labels rgc knows, and what their values mean. Labels come from whoever built an image or started a
 * container. */
#include "decode_labels.h"

#include <string.h>
#include <strings.h>

/* An empty label counts as none. */
static int get_label(const json_t *labels, const char *key, char **ret, Error *err)
{
    const char *value;
    int r = json_get_string(labels, key, &value, err);

    if (r == 0 && value && *value)
        *ret = xstrdup(value);
    return r;
}

static int get_yes(const json_t *labels, const char *key, bool *ret, Error *err)
{
    const char *value;
    int r = json_get_string(labels, key, &value, err);

    if (r == 0)
        *ret = value && strcasecmp(value, "true") == 0;
    return r;
}

/* In doubt the label protects: every value does, except those that plainly say no. */
static int get_keep(const json_t *labels, bool *ret, Error *err)
{
    static const char *const no[] = {"false", "0", "no", "off"};
    const char *value;
    int r = json_get_string(labels, "rgc.keep", &value, err);

    if (r < 0)
        return r;
    *ret = value != NULL;
    for (size_t i = 0; value && i < sizeof(no) / sizeof(no[0]); i++)
        if (strcasecmp(value, no[i]) == 0)
            *ret = false;
    return 0;
}

static int get_compose_hash(const json_t *labels, char **ret, Error *err)
{
    int r = get_label(labels, "com.docker.compose.config-hash", ret, err);

    return r < 0 || *ret ? r : get_label(labels, "io.podman.compose.config-hash", ret, err);
}

int decode_label_map(const json_t *map, Labels *ret, Error *err)
{
    cleanup_with(labels_clear) Labels labels = {0};

    if (get_label(map, "service", &labels.service, err) < 0 || get_label(map, "role", &labels.role, err) < 0 ||
        get_label(map, "destination", &labels.destination, err) < 0 ||
        get_label(map, "com.docker.compose.project", &labels.compose_project, err) < 0 ||
        get_label(map, "com.docker.compose.service", &labels.compose_service, err) < 0 ||
        get_compose_hash(map, &labels.compose_hash, err) < 0 ||
        get_label(map, "com.docker.compose.project.working_dir", &labels.compose_folder, err) < 0 ||
        get_label(map, "com.docker.compose.image", &labels.compose_image, err) < 0 ||
        get_yes(map, "com.docker.compose.oneoff", &labels.compose_oneoff, err) < 0 ||
        get_label(map, "com.docker.swarm.service.name", &labels.swarm_service, err) < 0 ||
        get_label(map, "com.docker.swarm.task.id", &labels.swarm_task, err) < 0 ||
        get_label(map, "org.opencontainers.image.title", &labels.title, err) < 0 ||
        get_keep(map, &labels.keep, err) < 0)
        return error_wrap(err, "label");
    *ret = labels;
    memset(&labels, 0, sizeof(labels)); /* moved */
    return 0;
}

int decode_labels(const json_t *object, Labels *ret, Error *err)
{
    json_t *map;
    int r = json_get_object(object, "Labels", &map, err);

    return r < 0 ? r : decode_label_map(map, ret, err);
}
