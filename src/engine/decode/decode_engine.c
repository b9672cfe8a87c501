/* SPDX-License-Identifier: MIT */
/* What the engine says of itself: its version, its configuration, and the message of a refusal. */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "decode.h"
#include <rgc/json_read.h>

#define MESSAGE_MAX 200

/* "1.41" → 41; -1 if `s` is not such a version. */
static int parse_api(const char *s)
{
    char *end;
    long minor;

    if (!s || strncmp(s, "1.", 2) != 0 || !isdigit((unsigned char)s[2]))
        return -1;
    minor = strtol(s + 2, &end, 10);
    return *end || minor > 9999 ? -1 : (int)minor;
}

static bool has_podman_component(const json_t *document)
{
    json_t *component;
    size_t i;

    json_array_foreach (json_object_get(document, "Components"), i, component) {
        const char *name = json_string_value(json_object_get(component, "Name"));

        if (name && strstr(name, "Podman"))
            return true;
    }
    return false;
}

int decode_version(const char *text, size_t length, VersionInfo *ret, Error *err)
{
    json_auto_t *document = json_load_object(text, length, err);
    const char *version, *api, *min_api;
    VersionInfo info = {0};
    int r;

    if (!document)
        return -EPROTO;
    if ((r = json_get_string(document, "Version", &version, err)) < 0 ||
        (r = json_get_string(document, "ApiVersion", &api, err)) < 0 ||
        (r = json_get_string(document, "MinAPIVersion", &min_api, err)) < 0)
        return r;
    info.api_minor = parse_api(api);
    info.min_api_minor = min_api && *min_api ? parse_api(min_api) : 0;
    if (info.api_minor < 0 || info.min_api_minor < 0)
        return error_set(err, EPROTO, "\"%s\" is not a version of the Docker API", api ? api : "");
    info.version = xstrdup(version ? version : "unknown");
    info.is_podman = has_podman_component(document);
    *ret = info;
    return 0;
}

/* Reads "DriverStatus": [["driver-type", "io.containerd.snapshotter.v1"], …]. */
static bool is_containerd_store(const json_t *document)
{
    json_t *pair;
    size_t i;

    json_array_foreach (json_object_get(document, "DriverStatus"), i, pair) {
        const char *key = json_string_value(json_array_get(pair, 0));
        const char *value = json_string_value(json_array_get(pair, 1));

        if (key && value && strcmp(key, "driver-type") == 0 && strcmp(value, "io.containerd.snapshotter.v1") == 0)
            return true;
    }
    return false;
}

/* Reads "SecurityOptions": ["name=seccomp,profile=builtin", "name=userns"]. */
static bool maps_users(const json_t *document)
{
    json_t *option;
    size_t i;

    json_array_foreach (json_object_get(document, "SecurityOptions"), i, option) {
        const char *text = json_string_value(option);
        size_t length = text ? strcspn(text, ",") : 0;

        if ((length == strlen("name=userns") && strncmp(text, "name=userns", length) == 0) ||
            (length == strlen("name=rootless") && strncmp(text, "name=rootless", length) == 0))
            return true;
    }
    return false;
}

int decode_info(const char *text, size_t length, EngineInfo *ret, Error *err)
{
    json_auto_t *document = json_load_object(text, length, err);
    const json_t *containerd;
    const char *driver, *root;
    int r;

    if (!document)
        return -EPROTO;
    if ((r = json_get_string(document, "Driver", &driver, err)) < 0 ||
        (r = json_get_string(document, "DockerRootDir", &root, err)) < 0)
        return r;
    containerd = json_object_get(document, "Containerd");
    if (!driver || !root)
        return error_set(err, EPROTO, "\"Driver\" or \"DockerRootDir\" is missing");
    ret->driver = xstrdup(driver);
    ret->root = xstrdup(root);
    ret->containerd = xstrdup(json_string_value(json_object_get(containerd, "Address")));
    ret->maps_users = maps_users(document);
    if (is_containerd_store(document))
        ret->store = STORE_CONTAINERD;
    else
        ret->store = strcmp(driver, "overlay2") == 0 ? STORE_OVERLAY2 : STORE_OTHER;
    return 0;
}

static void cut_message(char *s)
{
    size_t length = strlen(s);

    if (length > MESSAGE_MAX) {
        length = MESSAGE_MAX - strlen("…");
        while (length > 0 && ((unsigned char)s[length] & 0xc0) == 0x80)
            length--; /* never cut within a character */
        memcpy(s + length, "…", sizeof("…"));
    }
    while (length > 0 && s[length - 1] == ' ')
        s[--length] = '\0';
}

char *decode_message(const char *body, size_t length)
{
    json_error_t why;
    json_auto_t *document = json_loadb(body, length, JSON_ALLOW_NUL, &why);
    const char *message = json_string_value(json_object_get(document, "message"));
    cleanup_with(free_charp) char *line = NULL;
    char *text;

    while (!message && length > 0 && isspace((unsigned char)*body))
        body++, length--;
    if (!message && (document || length == 0 || *body == '<'))
        return NULL;
    line = message ? xstrdup(message) : xstrndup(body, length);
    for (char *c = line; *c; c++)
        if (isspace((unsigned char)*c))
            *c = ' ';
    text = printable(line);
    cut_message(text);
    return text;
}
