/* SPDX-License-Identifier: MIT */
/* The words for states, the rows that cannot be read, and how a snapshot is freed. */
#include <rgc/snapshot.h>

#include <rgc/reference.h>
#include <string.h>

static const char *const container_states[STATE_MAX_] = {
    [STATE_UNKNOWN] = "unknown",       [STATE_CREATED] = "created",
    [STATE_RUNNING] = "running",       [STATE_PAUSED] = "paused",
    [STATE_RESTARTING] = "restarting", [STATE_REMOVING] = "removing",
    [STATE_EXITED] = "exited",         [STATE_DEAD] = "dead",
};

const char *container_state_to_string(ContainerState state)
{
    return container_states[state < STATE_MAX_ ? state : STATE_UNKNOWN];
}

ContainerState container_state_from_string(const char *s)
{
    for (ContainerState state = STATE_UNKNOWN; s && state < STATE_MAX_; state++)
        if (strcmp(container_states[state], s) == 0)
            return state;
    return STATE_UNKNOWN;
}

bool container_state_is_live(ContainerState state)
{
    return state == STATE_RUNNING || state == STATE_PAUSED || state == STATE_RESTARTING || state == STATE_UNKNOWN;
}

bool container_state_is_stopped(ContainerState state)
{
    return state == STATE_CREATED || state == STATE_EXITED || state == STATE_DEAD;
}

void labels_clear(Labels *labels)
{
    free(labels->service);
    free(labels->role);
    free(labels->destination);
    free(labels->compose_project);
    free(labels->compose_service);
    free(labels->compose_hash);
    free(labels->compose_folder);
    free(labels->compose_image);
    free(labels->swarm_service);
    free(labels->swarm_task);
    free(labels->title);
    *labels = (Labels){0};
}

void labels_copy(Labels *ret, const Labels *from)
{
    *ret = (Labels){
        .service = xstrdup(from->service),
        .role = xstrdup(from->role),
        .destination = xstrdup(from->destination),
        .compose_project = xstrdup(from->compose_project),
        .compose_service = xstrdup(from->compose_service),
        .compose_hash = xstrdup(from->compose_hash),
        .compose_folder = xstrdup(from->compose_folder),
        .compose_image = xstrdup(from->compose_image),
        .compose_oneoff = from->compose_oneoff,
        .swarm_service = xstrdup(from->swarm_service),
        .swarm_task = xstrdup(from->swarm_task),
        .title = xstrdup(from->title),
        .keep = from->keep,
    };
}

static void layers_clear(Image *image)
{
    for (size_t i = 0; i < image->n_unpacked; i++)
        free(image->unpacked[i].digest);
    free(image->unpacked);
    for (size_t i = 0; i < image->n_layers; i++)
        free(image->layers[i].digest);
    free(image->layers);
}

void image_clear(Image *image)
{
    free(image->id);
    free(image->parent_id);
    strings_clear(&image->tags);
    strings_clear(&image->own_tags);
    strings_clear(&image->digests);
    labels_clear(&image->labels);
    layers_clear(image);
    free(image->unreadable);
    *image = (Image){0};
}

void container_clear(Container *container)
{
    free(container->id);
    free(container->name);
    free(container->image_id);
    free(container->image_ref);
    labels_clear(&container->labels);
    strings_clear(&container->mounted_images);
    strings_clear(&container->anonymous_mounts);
    strings_clear(&container->builder_volumes);
    free(container->unreadable);
    *container = (Container){0};
}

void build_cache_add_unreadable(BuildCache *cache, const char *why)
{
    if (cache->n_unreadable++ == 0)
        cache->unreadable = xstrdup(why);
}

void build_cache_clear(BuildCache *cache)
{
    for (size_t i = 0; i < cache->n_records; i++) {
        free(cache->records[i].id);
        strings_clear(&cache->records[i].parents);
    }
    free(cache->records);
    free(cache->error);
    free(cache->unreadable);
    *cache = (BuildCache){0};
}

void volume_clear(Volume *volume)
{
    free(volume->name);
    *volume = (Volume){0};
}

static void builder_clear(Builder *builder)
{
    free(builder->name);
    free(builder->container_id);
    free(builder->error);
    build_cache_clear(&builder->cache);
}

bool engine_tells_registries(const EngineInfo *info)
{
    return info->store != STORE_CONTAINERD && !info->is_podman;
}

void engine_info_clear(EngineInfo *info)
{
    free(info->version);
    free(info->api);
    free(info->driver);
    free(info->root);
    free(info->containerd);
    free(info->boot_id);
    *info = (EngineInfo){0};
}

static void drop_list(ArrivalEvent **list, size_t *n)
{
    for (size_t i = 0; i < *n; i++)
        free((*list)[i].reference);
    free(*list);
    *list = NULL;
    *n = 0;
}

void snapshot_drop_events(Snapshot *snapshot)
{
    drop_list(&snapshot->arrivals, &snapshot->n_arrivals);
    drop_list(&snapshot->starts, &snapshot->n_starts);
    drop_list(&snapshot->ends, &snapshot->n_ends);
    for (size_t i = 0; i < snapshot->n_gone; i++)
        container_clear(&snapshot->gone[i]);
    free(snapshot->gone);
    snapshot->gone = NULL;
    snapshot->n_gone = 0;
    strings_clear(&snapshot->killed);
    snapshot_drop_unreadable(snapshot, ROW_EVENT);
    snapshot->unreadable_event = 0;
}

void snapshot_clear(Snapshot *snapshot)
{
    snapshot_drop_events(snapshot);
    engine_info_clear(&snapshot->engine);
    for (size_t i = 0; i < snapshot->n_images; i++)
        image_clear(&snapshot->images[i]);
    for (size_t i = 0; i < snapshot->n_containers; i++)
        container_clear(&snapshot->containers[i]);
    for (size_t i = 0; i < snapshot->n_facts; i++)
        image_facts_clear(&snapshot->facts[i]);
    free(snapshot->facts);
    for (size_t i = 0; i < snapshot->n_builders; i++)
        builder_clear(&snapshot->builders[i]);
    for (size_t i = 0; i < snapshot->n_volumes; i++)
        volume_clear(&snapshot->volumes[i]);
    for (size_t i = 0; i < snapshot->n_disks; i++)
        free(snapshot->disks[i].path);
    for (size_t i = 0; i < snapshot->n_unreadable; i++) {
        free(snapshot->unreadable[i].name);
        free(snapshot->unreadable[i].why);
    }
    free(snapshot->unreadable);
    strings_clear(&snapshot->unavailable);
    free(snapshot->images);
    free(snapshot->containers);
    free(snapshot->builders);
    free(snapshot->volumes);
    free(snapshot->disks);
    build_cache_clear(&snapshot->cache);
    *snapshot = (Snapshot){0};
}

const char *row_kind_to_string(RowKind kind)
{
    static const char *const words[ROW_KIND_MAX_] = {
        [ROW_IMAGE] = "image", [ROW_CONTAINER] = "container", [ROW_VOLUME] = "volume", [ROW_EVENT] = "event"};

    return kind < ROW_KIND_MAX_ ? words[kind] : "row";
}

void snapshot_add_unreadable(Snapshot *snapshot, RowKind kind, const char *name, const char *why)
{
    *array_add(&snapshot->unreadable, &snapshot->n_unreadable) =
        (UnreadableRow){.kind = kind, .name = xstrdup(name ? name : ""), .why = xstrdup(why)};
}

void snapshot_drop_unreadable(Snapshot *snapshot, RowKind kind)
{
    size_t kept = 0;

    for (size_t i = 0; i < snapshot->n_unreadable; i++) {
        UnreadableRow *row = &snapshot->unreadable[i];

        if (row->kind != kind) {
            snapshot->unreadable[kept++] = *row;
            continue;
        }
        free(row->name);
        free(row->why);
    }
    snapshot->n_unreadable = kept;
}
