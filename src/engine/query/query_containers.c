/* SPDX-License-Identifier: MIT */
/*
 * The list of containers, and the images that they use. The engine lists the image that a container was created from by
 * ID, but an image that a container mounts (--mount type=image, API 1.48) by the name that its user gave. Docker does
 * not protect a mounted image from removal by ID, so only rgc does: it turns each name into the ID that it has now. If
 * that fails, the container has has_unresolved_mount, and may use any image (tests/unit/engine/engine_query.c).
 */
#include <errno.h>
#include <string.h>

#include <rgc/reference.h>

#include "engine/decode/decode.h"
#include "engine/engine_parts.h"
#include <rgc/json_read.h>

static void add_odd_container(const char *name, const char *text, size_t length, const char *why, void *userdata)
{
    cleanup_with(free_charp) char *id = json_find_string(text, length, "Id");

    (void)name;
    snapshot_add_unreadable(userdata, ROW_CONTAINER, id, why);
}

static int add_container(const char *name, const char *text, size_t length, void *userdata, Error *err)
{
    Snapshot *snapshot = userdata;
    Container container;
    Error why = {0};

    (void)err;
    if (decode_container(text, length, &container, &why) < 0) {
        add_odd_container(name, text, length, why.text, userdata);
        return 0;
    }
    *array_add(&snapshot->containers, &snapshot->n_containers) = container;
    if (container.unreadable)
        snapshot_add_unreadable(snapshot, ROW_CONTAINER, container.id, container.unreadable);
    return 0;
}

static void clear_containers(Snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->n_containers; i++)
        container_clear(&snapshot->containers[i]);
    free(snapshot->containers);
    snapshot->containers = NULL;
    snapshot->n_containers = 0;
    snapshot_drop_unreadable(snapshot, ROW_CONTAINER);
}

/* Writes a name as engines do: "docker.io/library/redis" → "redis:latest", "redis:7@sha256:…" → "redis@sha256:…". */
static char *normalise_reference(const char *name)
{
    cleanup_with(free_charp) char *repository = reference_repository(name);
    const char *at = strchr(name, '@'), *tag = reference_tag(name);

    if (!repository)
        return xstrdup(name);
    if (at)
        return xasprintf("%s%s", repository_short(repository), at);
    return xasprintf("%s:%s", repository_short(repository), tag ? tag : "latest");
}

/* Looks for the image in the snapshot by ID, tag or digest. */
static const char *find_image(const Snapshot *snapshot, const char *name)
{
    cleanup_with(free_charp) char *reference = normalise_reference(name);

    for (size_t i = 0; i < snapshot->n_images; i++) {
        const Image *image = &snapshot->images[i];

        if (strcmp(image->id, name) == 0 || strings_contain(&image->tags, reference) ||
            strings_contain(&image->digests, reference))
            return image->id;
    }
    return NULL;
}

/* Sets `*ret_id` to NULL if the engine does not know the name either. Fails only if the engine cannot be asked. */
static int ask_for_image(Engine *engine, const char *name, char **ret_id, Error *err)
{
    HttpRequest request = {.method = "GET",
                           .timeout_usec = engine->timeout_usec,
                           .body_limit = ANSWER_MAX,
                           .known = &engine_members,
                           .is_interruptible = true};
    cleanup_with(free_charp) char *escaped = http_escape(name);
    cleanup_with(http_reply_clear) HttpReply reply = {0};
    cleanup_with(image_details_clear) ImageDetails details = {0};
    Error ignored;
    int r =
        engine_ask(engine, "a mounted image", &request, engine_path(engine, "/images/%s/json", escaped), &reply, err);

    if (r < 0)
        return r;
    *ret_id = NULL;
    if (reply.status == 200 && decode_image_details(reply.body, reply.length, &details, &ignored) == 0)
        *ret_id = take_ptr(details.id);
    return 0;
}

/* Names that were looked up before: many containers may mount the same image. */
typedef struct Resolved {
    Strings names;
    Strings ids; /* of each name its ID; "" = not found */
} Resolved;

static void resolved_clear(Resolved *resolved)
{
    strings_clear(&resolved->names);
    strings_clear(&resolved->ids);
}

static int resolve(Engine *engine, const Snapshot *snapshot, Resolved *resolved, const char *name, const char **ret_id,
                   Error *err)
{
    cleanup_with(free_charp) char *asked = NULL;
    const char *id;

    for (size_t i = 0; i < resolved->names.count; i++)
        if (strcmp(resolved->names.items[i], name) == 0) {
            *ret_id = resolved->ids.items[i];
            return 0;
        }
    id = find_image(snapshot, name);
    if (!id) {
        int r = ask_for_image(engine, name, &asked, err);

        if (r < 0)
            return r;
        id = asked;
    }
    strings_add(&resolved->names, name);
    strings_add(&resolved->ids, id ? id : "");
    *ret_id = resolved->ids.items[resolved->ids.count - 1];
    return 0;
}

/* Replaces the names of mounted images by IDs. A name without an image is not dropped silently: the container gets
 * has_unresolved_mount. */
static int resolve_mounts(Engine *engine, const Snapshot *snapshot, Resolved *resolved, Container *container,
                          Error *err)
{
    cleanup_with(strings_clear) Strings ids = {0};

    for (size_t i = 0; i < container->mounted_images.count; i++) {
        const char *id;
        int r = resolve(engine, snapshot, resolved, container->mounted_images.items[i], &id, err);

        if (r < 0)
            return r;
        if (*id)
            strings_add_unique(&ids, id);
        else
            container->has_unresolved_mount = true;
    }
    strings_clear(&container->mounted_images);
    container->mounted_images = ids;
    ids = (Strings){0};
    return 0;
}

/* Podman may list a container without the ID of an image, but with the name of the one that it was made of. If that
 * image is here, the container uses it. */
static void find_own_image(const Snapshot *snapshot, Container *container)
{
    const char *id = *container->image_id || !*container->image_ref ? NULL : find_image(snapshot, container->image_ref);

    if (!id)
        return;
    free(container->image_id);
    container->image_id = xstrdup(id);
}

int engine_query_containers(Engine *engine, Snapshot *snapshot, Error *err)
{
    Stream stream = {.form = STREAM_ARRAY,
                     .known = &engine_members,
                     .on_element = add_container,
                     .on_odd = add_odd_container,
                     .userdata = snapshot};
    char *path = engine_path(engine, "/containers/json?all=1");
    cleanup_with(resolved_clear) Resolved resolved = {0};
    int r = engine_get_stream(engine, "the list of containers", path, &stream, err);

    if (r == 0 && snapshot->n_containers == 0)
        r = engine_fail_all_unreadable(engine, "the list of containers", snapshot, ROW_CONTAINER, err);
    for (size_t i = 0; r == 0 && i < snapshot->n_containers; i++)
        if (snapshot->containers[i].mounted_images.count > 0)
            r = resolve_mounts(engine, snapshot, &resolved, &snapshot->containers[i], err);
    for (size_t i = 0; r == 0 && i < snapshot->n_containers; i++)
        find_own_image(snapshot, &snapshot->containers[i]);
    if (r < 0)
        clear_containers(snapshot);
    return r;
}
