/* SPDX-License-Identifier: MIT */
/* Finds the builders of a snapshot by the names that buildx gives, and by the volumes that they mount: it gives no
 * labels. */
#include <rgc/builders.h>

#include <string.h>

static bool is_name(const char *s, size_t length)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";

    return length > 0 && strspn(s, allowed) >= length;
}

const char *builder_of_container(const char *name)
{
    const size_t prefix = strlen(BUILDER_PREFIX);

    if (!name || strncmp(name, BUILDER_PREFIX, prefix) != 0 || !is_name(name + prefix, strlen(name + prefix)))
        return NULL;
    return name + prefix;
}

bool is_builder_volume(const char *name)
{
    const char *node = builder_of_container(name);
    const size_t suffix = strlen(BUILDER_VOLUME_SUFFIX), length = node ? strlen(node) : 0;

    return length > suffix && strcmp(node + length - suffix, BUILDER_VOLUME_SUFFIX) == 0;
}

const Container *snapshot_volume_user(const Snapshot *snapshot, const char *volume)
{
    for (size_t i = 0; i < snapshot->n_containers; i++)
        if (strings_contain(&snapshot->containers[i].builder_volumes, volume))
            return &snapshot->containers[i];
    return NULL;
}

static const Volume *find_volume(const Snapshot *snapshot, const char *name)
{
    for (size_t i = 0; i < snapshot->n_volumes; i++)
        if (strcmp(snapshot->volumes[i].name, name) == 0)
            return &snapshot->volumes[i];
    return NULL;
}

static bool has_container(const Snapshot *snapshot, const char *volume)
{
    for (size_t i = 0; i < snapshot->n_builders; i++)
        if (snapshot->builders[i].volume && strcmp(snapshot->builders[i].volume->name, volume) == 0)
            return true;
    return false;
}

/* A container that is merely called like a builder is none: it mounts the volume of its name, or runs BuildKit. */
static void add_container(Snapshot *snapshot, const Container *container, const char *node)
{
    cleanup_with(free_charp) char *volume = xasprintf("%s%s", container->name, BUILDER_VOLUME_SUFFIX);
    bool has_state = strings_contain(&container->builder_volumes, volume);
    Builder *builder;

    if (!has_state && (!container->image_ref || !strstr(container->image_ref, "buildkit")))
        return;
    builder = array_add(&snapshot->builders, &snapshot->n_builders);
    builder->name = xstrdup(node);
    builder->container_id = xstrdup(container->id);
    builder->state = container->state;
    builder->has_state = has_state;
    builder->volume = find_volume(snapshot, volume);
}

static void add_lone_volume(Snapshot *snapshot, const Volume *volume)
{
    const char *node = volume->name + strlen(BUILDER_PREFIX);
    Builder *builder = array_add(&snapshot->builders, &snapshot->n_builders);

    builder->name = xstrndup(node, strlen(node) - strlen(BUILDER_VOLUME_SUFFIX));
    builder->volume = volume;
}

void snapshot_find_builders(Snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->n_containers; i++) {
        const char *node = builder_of_container(snapshot->containers[i].name);
        if (node)
            add_container(snapshot, &snapshot->containers[i], node);
    }
    for (size_t i = 0; i < snapshot->n_volumes; i++)
        if (!has_container(snapshot, snapshot->volumes[i].name))
            add_lone_volume(snapshot, &snapshot->volumes[i]);
}
