/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include <rgc/builders.h>

#include "decode.h"
#include "decode_labels.h"
#include <rgc/json_read.h>

static int get_id(const json_t *object, char **ret, Error *err)
{
    const char *text;
    int r = json_get_string(object, "Id", &text, err);

    if (r < 0)
        return r;
    if (!text || strlen(text) != 64 || strspn(text, "0123456789abcdef") != 64)
        return error_set(err, EPROTO, "\"Id\" is not a container ID");
    *ret = xstrdup(text);
    return 0;
}

static int get_name(const json_t *object, char **ret, Error *err)
{
    json_t *names;
    const char *name;
    int r = json_get_array(object, "Names", &names, err);

    if (r < 0)
        return r;
    name = json_string_value(json_array_get(names, 0));
    if (json_array_size(names) > 0 && !name)
        return error_set(err, EPROTO, "\"Names\" has something that is not a string");
    *ret = xstrdup(name ? name + (*name == '/') : "");
    return 0;
}

/* Both empty: a container of Podman without an image. */
static int get_image(const json_t *object, char **ret_id, char **ret_ref, Error *err)
{
    const char *id, *ref;
    int r;

    if ((r = json_get_string(object, "ImageID", &id, err)) < 0 || (r = json_get_string(object, "Image", &ref, err)) < 0)
        return r;
    *ret_ref = xstrdup(ref ? ref : "");
    *ret_id = decode_image_id(id);
    if (!*ret_id && id && !*id && !**ret_ref)
        *ret_id = xstrdup("");
    if (!*ret_id)
        return error_set(err, EPROTO, "\"ImageID\" is not an image ID");
    return 0;
}

static int get_mounts(const json_t *object, Container *container, Error *err)
{
    json_t *mounts, *mount;
    size_t i;
    int r = json_get_array(object, "Mounts", &mounts, err);

    if (r < 0)
        return r;
    json_array_foreach(mounts, i, mount)
    {
        const char *type, *name;

        if (!json_is_object(mount))
            return error_set(err, EPROTO, "\"Mounts\" has something that is not an object");
        if ((r = json_get_string(mount, "Type", &type, err)) < 0 ||
            (r = json_get_string(mount, "Name", &name, err)) < 0)
            return r;
        if (type && strcmp(type, "volume") == 0 && is_builder_volume(name))
            strings_add_unique(&container->builder_volumes, name);
        if (!type || strcmp(type, "image") != 0)
            continue;
        if (name && *name)
            strings_add_unique(&container->mounted_images, name);
        else
            container->has_unresolved_mount = true;
    }
    return 0;
}

static int fill_container(const json_t *object, Container *container, Error *err)
{
    const char *state;

    if (get_id(object, &container->id, err) < 0 || get_name(object, &container->name, err) < 0 ||
        get_image(object, &container->image_id, &container->image_ref, err) < 0 ||
        json_get_string(object, "State", &state, err) < 0 ||
        json_get_seconds(object, "Created", &container->created, err) < 0 ||
        decode_labels(object, &container->labels, err) < 0 || get_mounts(object, container, err) < 0)
        return container->id ? error_wrap(err, "container %.12s", container->id) : error_wrap(err, "a container");
    container->state = container_state_from_string(state);
    return 0;
}

int decode_container(const char *text, size_t length, Container *ret, Error *err)
{
    json_auto_t *object = json_load_object(text, length, err);
    Container container = {0};
    int r;

    if (!object)
        return error_wrap(err, "a container");
    r = fill_container(object, &container, err);
    if (r < 0) {
        container_clear(&container);
        return r;
    }
    *ret = container;
    return 0;
}

static bool is_restart_policy(const char *name)
{
    return name && *name && strcmp(name, "no") != 0;
}

static int get_state(const json_t *object, Run *run, Error *err)
{
    json_t *state;
    int64_t exit_code;
    bool is_running, is_oom;
    int r;

    if ((r = json_get_object(object, "State", &state, err)) < 0)
        return r;
    if (!state)
        return error_set(err, EPROTO, "\"State\" is missing");
    if ((r = json_get_time(state, "StartedAt", &run->started, err)) < 0 ||
        (r = json_get_time(state, "FinishedAt", &run->finished, err)) < 0 ||
        (r = json_get_int(state, "ExitCode", 0, &exit_code, err)) < 0 ||
        (r = json_get_bool(state, "Running", &is_running, err)) < 0 ||
        (r = json_get_bool(state, "OOMKilled", &is_oom, err)) < 0)
        return r;
    run->exit_code = (int)exit_code;
    if (is_running)
        run->finished = 0; /* the engine tells the end of the run before */
    else                   /* The kernel's out-of-memory killer is not somebody who stops a service. */
        run->was_killed = (exit_code == 137 || exit_code == 143) && !is_oom;
    return 0;
}

int decode_run(const char *text, size_t length, Run *ret, char **ret_image_ref, Error *err)
{
    json_auto_t *object = json_load_object(text, length, err);
    json_t *host, *policy, *config;
    const char *policy_name, *image_ref;
    Run run = {.is_known = true};
    int64_t restarts;
    int r;

    if (!object)
        return -EPROTO;
    if ((r = get_state(object, &run, err)) < 0 || (r = json_get_int(object, "RestartCount", 0, &restarts, err)) < 0 ||
        (r = json_get_object(object, "HostConfig", &host, err)) < 0 ||
        (r = json_get_bool(host, "AutoRemove", &run.is_auto_remove, err)) < 0 ||
        (r = json_get_object(host, "RestartPolicy", &policy, err)) < 0 ||
        (r = json_get_string(policy, "Name", &policy_name, err)) < 0 ||
        (r = json_get_object(object, "Config", &config, err)) < 0 ||
        (r = json_get_string(config, "Image", &image_ref, err)) < 0)
        return r;
    run.restarts = restarts < 0 ? 0 : restarts > INT32_MAX ? INT32_MAX : (int)restarts;
    run.has_restart_policy = is_restart_policy(policy_name);
    *ret = run;
    *ret_image_ref = image_ref && *image_ref ? xstrdup(image_ref) : NULL;
    return 0;
}
