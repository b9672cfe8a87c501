/* SPDX-License-Identifier: MIT */
/*
 * Containers: the row of the list, and the inspect.
 *
 * A row that is odd in some part becomes a container all the same, if its own ID and that of its image can be read,
 * because then rgc knows which image it uses. decode_image.c tells the story of odd rows. An inspect is different: it
 * says when the container ran and how that ended, from which learning concludes whether a release has served. Half of
 * that would be misleading, so an inspect of which any part cannot be read is an error; only the setup may be missing.
 */
#include <errno.h>
#include <string.h>

#include <rgc/builders.h>

#include "decode.h"
#include "decode_labels.h"
#include "steps/setup.h"
#include <rgc/json_read.h>

/* How many digits of an ID engines print. */
#define SHORT_ID 12

static bool is_engine_id(const char *s)
{
    return strlen(s) == 64 && strspn(s, "0123456789abcdef") == 64;
}

/* Whether this may be an ID and may stand in the path of a request. */
static bool is_plain_word(const char *s)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    size_t length = strlen(s);

    return length > 0 && length <= 128 && strspn(s, plain) == length;
}

static const char *first_name(const json_t *object, Error *err)
{
    json_t *names;
    const char *name;

    if (json_get_array(object, "Names", &names, err) < 0)
        return NULL;
    name = json_string_value(json_array_get(names, 0));
    if (json_array_size(names) > 0 && !name)
        (void)error_set(err, EPROTO, "\"Names\" has something that is not a string");
    return name ? name + (*name == '/') : NULL;
}

/* The infrastructure container of a pod has no image at all (Podman 5.8). */
static bool is_no_image(const char *id)
{
    return id && (*id == '\0' || strcmp(id, "sha256:") == 0);
}

static int get_image_id(const json_t *object, char **ret, Error *err)
{
    const char *id;

    if (json_get_string(object, "ImageID", &id, err) < 0)
        return -EPROTO;
    *ret = is_no_image(id) ? xstrdup("") : decode_image_id(id);
    if (!*ret)
        *ret = decode_foreign_id(id);
    return *ret ? 0 : error_set(err, EPROTO, "\"ImageID\" is not an image ID");
}

/* Notes a volume of a builder, or one without a name. An engine gives a volume that its user did not name 64 digits. */
static int note_volume(const json_t *mount, const char *name, Container *container, Error *err)
{
    const char *destination;
    int r = json_get_string(mount, "Destination", &destination, err);

    if (r < 0)
        return r;
    if (is_builder_volume(name))
        strings_add_unique(&container->builder_volumes, name);
    if (name && is_engine_id(name) && destination && *destination)
        strings_add_unique(&container->anonymous_mounts, destination);
    return 0;
}

static int get_mounts(const json_t *object, Container *container, Error *err)
{
    json_t *mounts, *mount;
    size_t i;
    int r = json_get_array(object, "Mounts", &mounts, err);

    if (r < 0)
        return r;
    json_array_foreach (mounts, i, mount) {
        const char *type, *name;

        if (!json_is_object(mount))
            return error_set(err, EPROTO, "\"Mounts\" has something that is not an object");
        if ((r = json_get_string(mount, "Type", &type, err)) < 0 ||
            (r = json_get_string(mount, "Name", &name, err)) < 0)
            return r;
        if (type && strcmp(type, "volume") == 0 && (r = note_volume(mount, name, container, err)) < 0)
            return r;
        if (!type || strcmp(type, "image") != 0)
            continue;
        if (name && *name)
            strings_add_unique(&container->mounted_images, name);
        else
            container->has_unresolved_mount = true;
    }
    return 0;
}

/* Notes what cannot be read. With inspect_error set, no pass inspects the container: it is not certain what it is a
 * container of. */
static void note(Container *container, const Error *why)
{
    if (!why->code || container->unreadable)
        return;
    container->unreadable = xstrdup(why->text);
    container->inspect_error = "the engine's row for it cannot be understood";
}

/* Fills all except the two IDs. A state that rgc does not know counts as running. */
static void fill_container(const json_t *object, Container *container)
{
    const char *state = NULL, *ref = NULL, *name, *status;
    Error why = {0}, ignored;

    if (!is_engine_id(container->id))
        (void)error_set(&why, EPROTO, "\"Id\" is not a container ID");
    name = first_name(object, &why);
    /* A dead container may have no name (Docker 29); people then find it by its ID. */
    container->name = name && *name ? xstrdup(name) : xstrndup(container->id, SHORT_ID);
    (void)json_get_string(object, "Image", &ref, &why);
    container->image_ref = xstrdup(ref ? ref : "");
    (void)json_get_string(object, "State", &state, &why);
    container->state = container_state_from_string(state);
    /* Status is text for people, such as "Up 2 hours (unhealthy)". Only advice depends on it, and whether to inspect the
     * container once more. */
    if (json_get_string(object, "Status", &status, &ignored) == 0 && status) {
        container->is_unhealthy = strstr(status, "(unhealthy)");
        container->in_state_for_usec = decode_in_state_for(status);
    }
    (void)json_get_seconds(object, "Created", &container->created, &why);
    (void)decode_labels(object, &container->labels, &why);
    if (get_mounts(object, container, &why) < 0)
        container->has_unresolved_mount = true;
    note(container, &why);
}

int decode_container(const char *text, size_t length, Container *ret, Error *err)
{
    json_auto_t *object = json_load_object(text, length, err);
    Container container = {0};
    const char *id = NULL;

    if (!object || json_get_string(object, "Id", &id, err) < 0)
        return -EPROTO;
    if (get_image_id(object, &container.image_id, err) < 0 || !id || !is_plain_word(id)) {
        free(container.image_id);
        return err->code ? -EPROTO : error_set(err, EPROTO, "\"Id\" is not a container ID");
    }
    container.id = xstrdup(id);
    fill_container(object, &container);
    *ret = container;
    return 0;
}

static bool is_restart_policy(const char *name)
{
    return name && *name && strcmp(name, "no") != 0;
}

/* 137 and 143 are 128 + SIGKILL and 128 + SIGTERM, with which `docker stop` and a deploy end a service. */
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
        run->finished = 0; /* the engine reports the end of the run before this one */
    else                   /* the kernel's out-of-memory killer is not somebody who stops a service */
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
    Error ignored;
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
    if (decode_container_setup(object, &run.setup, &ignored) < 0)
        run.setup = 0; /* then rgc audit has less to say */
    run.restarts = restarts < 0 ? 0 : restarts > INT32_MAX ? INT32_MAX : (int)restarts;
    run.has_restart_policy = is_restart_policy(policy_name);
    *ret = run;
    *ret_image_ref = image_ref && *image_ref ? xstrdup(image_ref) : NULL;
    return 0;
}
