/* SPDX-License-Identifier: MIT */
/* Sorts a snapshot by IDs, and finds things in it by ID and by name. */
#include <rgc/snapshot.h>

#include <rgc/reference.h>
#include <string.h>

static int compare_images(const void *a, const void *b)
{
    return strcmp(((const Image *)a)->id, ((const Image *)b)->id);
}

static int compare_facts(const void *a, const void *b)
{
    return strcmp(((const ImageFacts *)a)->id, ((const ImageFacts *)b)->id);
}

static int compare_containers(const void *a, const void *b)
{
    return strcmp(((const Container *)a)->id, ((const Container *)b)->id);
}

/* An image that an engine lists in two rows is one image with the tags of both. */
static void merge_twins(Snapshot *snapshot)
{
    size_t n = 1;

    for (size_t i = 1; i < snapshot->n_images; i++) {
        Image *image = &snapshot->images[i], *last = &snapshot->images[n - 1];

        if (strcmp(image->id, last->id) != 0) {
            snapshot->images[n++] = *image;
            continue;
        }
        for (size_t t = 0; t < image->tags.count; t++)
            strings_add_unique(&last->tags, image->tags.items[t]);
        for (size_t d = 0; d < image->digests.count; d++)
            strings_add_unique(&last->digests, image->digests.items[d]);
        last->labels.keep |= image->labels.keep;
        if (!last->unreadable)
            last->unreadable = take_ptr(image->unreadable);
        last->hidden |= image->hidden;
        image_clear(image);
    }
    snapshot->n_images = n;
}

void snapshot_index(Snapshot *snapshot)
{
    if (snapshot->n_images > 0)
        qsort(snapshot->images, snapshot->n_images, sizeof(Image), compare_images);
    if (snapshot->n_images > 1)
        merge_twins(snapshot);
    if (snapshot->n_facts > 0)
        qsort(snapshot->facts, snapshot->n_facts, sizeof(ImageFacts), compare_facts);
    if (snapshot->n_containers > 0)
        qsort(snapshot->containers, snapshot->n_containers, sizeof(Container), compare_containers);
}

static int compare_with_image(const void *id, const void *image)
{
    return strcmp(id, ((const Image *)image)->id);
}

static int compare_with_container(const void *id, const void *container)
{
    return strcmp(id, ((const Container *)container)->id);
}

Image *snapshot_image(const Snapshot *snapshot, const char *id)
{
    if (!id || snapshot->n_images == 0)
        return NULL;
    return bsearch(id, snapshot->images, snapshot->n_images, sizeof(Image), compare_with_image);
}

Container *snapshot_container(const Snapshot *snapshot, const char *id)
{
    if (!id || snapshot->n_containers == 0)
        return NULL;
    return bsearch(id, snapshot->containers, snapshot->n_containers, sizeof(Container), compare_with_container);
}

const ImageFacts *snapshot_facts(const Snapshot *snapshot, const char *id)
{
    const ImageFacts *facts = image_facts_find(snapshot->facts, snapshot->n_facts, id);
    return facts && facts->n_steps > 0 ? facts : NULL;
}

const ImageFacts *snapshot_build(const Snapshot *snapshot, const char *id)
{
    const ImageFacts *facts = image_facts_find(snapshot->facts, snapshot->n_facts, id);
    return facts && facts->build ? facts : NULL;
}

Image *snapshot_image_by_tag(const Snapshot *snapshot, const char *tag)
{
    for (size_t i = 0; tag && i < snapshot->n_images; i++)
        if (strings_contain(&snapshot->images[i].tags, tag))
            return &snapshot->images[i];
    return NULL;
}

/* rgc's own tags name the image that they are on. A tag of that form on another image is somebody else's. */
static bool is_own_tag_of(const Image *image, const char *tag)
{
    size_t length = strlen(tag);

    return reference_is_own_tag(tag) && strlen(image->id) > strlen("sha256:") + 12 &&
           strncmp(tag + length - 12, image->id + strlen("sha256:"), 12) == 0;
}

void image_set_aside_own_tags(Image *image)
{
    size_t kept = 0;

    for (size_t i = 0; i < image->tags.count; i++) {
        char *tag = image->tags.items[i];
        if (is_own_tag_of(image, tag))
            *array_add(&image->own_tags.items, &image->own_tags.count) = tag;
        else
            image->tags.items[kept++] = tag;
    }
    image->tags.count = kept;
}

const char *image_main_tag(const Image *image)
{
    for (size_t i = 0; i < image->tags.count; i++) {
        const char *tag = reference_tag(image->tags.items[i]);
        if (tag && !tag_is_moving(tag))
            return image->tags.items[i];
    }
    return image->tags.count > 0 ? image->tags.items[0] : NULL;
}

const UnreadableRow *snapshot_hidden_use(const Snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->n_unreadable; i++) {
        const UnreadableRow *row = &snapshot->unreadable[i];
        if (row->kind == ROW_CONTAINER && !snapshot_container(snapshot, row->name))
            return row;
    }
    return NULL;
}

bool snapshot_hides_mounts(const Snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->n_containers; i++)
        if (snapshot->containers[i].unreadable && snapshot->containers[i].has_unresolved_mount)
            return true;
    return snapshot_hidden_use(snapshot);
}
