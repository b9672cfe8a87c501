/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include <rgc/reference.h>

#include "decode.h"
#include "decode_labels.h"
#include <rgc/json_read.h>

char *decode_image_id(const char *s)
{
    cleanup_with(free_charp) char *id = xasprintf("sha256:%s", s ? s : "");

    if (reference_is_id(id))
        return take_ptr(id);
    return s && reference_is_id(s) ? xstrdup(s) : NULL;
}

static int get_image_id(const json_t *object, const char *key, char **ret, Error *err)
{
    const char *text;
    int r = json_get_string(object, key, &text, err);

    if (r < 0)
        return r;
    *ret = decode_image_id(text);
    if (!*ret)
        return error_set(err, EPROTO, "\"%s\" is not an image ID", key);
    return 0;
}

static int get_parent(const json_t *object, char **ret, Error *err)
{
    const char *text;
    int r = json_get_string(object, "ParentId", &text, err);

    if (r == 0 && text && *text)
        return get_image_id(object, "ParentId", ret, err);
    return r;
}

/* The containerd store puts "repository@sha256:…" among the tags of what was pulled by digest. */
static int get_references(const json_t *object, const char *key, Strings *tags, Strings *digests, Error *err)
{
    json_t *list, *element;
    size_t i;
    int r = json_get_array(object, key, &list, err);

    if (r < 0)
        return r;
    json_array_foreach(list, i, element)
    {
        const char *text = json_string_value(element);

        if (!text)
            return error_set(err, EPROTO, "\"%s\" has something that is not a string", key);
        if (reference_is_none(text))
            continue;
        if (reference_is_digest(text))
            strings_add_unique(digests, text);
        else if (reference_tag(text))
            strings_add_unique(tags, text);
        else if (strchr(text, '@') == NULL && strncmp(text, "sha256:", 7) != 0)
            return error_set(err, EPROTO, "\"%s\" has something that is not a reference", key);
    }
    return 0;
}

static int fill_image(const json_t *object, Image *image, Error *err)
{

    if (get_image_id(object, "Id", &image->id, err) < 0 ||
        get_references(object, "RepoTags", &image->tags, &image->digests, err) < 0 ||
        get_references(object, "RepoDigests", &image->tags, &image->digests, err) < 0 ||
        get_parent(object, &image->parent_id, err) < 0 ||
        json_get_seconds(object, "Created", &image->created, err) < 0 ||
        json_get_bytes(object, "Size", 0, &image->size_bytes, err) < 0 ||
        json_get_bytes(object, "SharedSize", -1, &image->shared_bytes, err) < 0 ||
        decode_labels(object, &image->labels, err) < 0)
        return image->id ? error_wrap(err, "image %.19s", image->id) : error_wrap(err, "an image");
    if (image->size_bytes < 0)
        return error_set(err, EPROTO, "image %.19s: \"Size\" is negative", image->id);
    if (image->shared_bytes < 0)
        image->shared_bytes = -1;
    return 0;
}

int decode_image(const char *text, size_t length, Image *ret, Error *err)
{
    json_auto_t *object = json_load_object(text, length, err);
    Image image = {0};
    int r;

    if (!object)
        return error_wrap(err, "an image");
    r = fill_image(object, &image, err);
    if (r < 0) {
        image_clear(&image);
        return r;
    }
    *ret = image;
    return 0;
}

void image_details_clear(ImageDetails *details)
{
    free(details->id);
    strings_clear(&details->tags);
    strings_clear(&details->diff_ids);
    *details = (ImageDetails){0};
}

static int get_diff_ids(const json_t *object, Strings *ret, Error *err)
{
    json_t *rootfs, *layers, *element;
    size_t i;
    int r;

    if ((r = json_get_object(object, "RootFS", &rootfs, err)) < 0 ||
        (r = json_get_array(rootfs, "Layers", &layers, err)) < 0)
        return r;
    json_array_foreach(layers, i, element)
    {
        if (!json_is_string(element))
            return error_set(err, EPROTO, "\"Layers\" has something that is not a string");
        strings_add(ret, json_string_value(element));
    }
    return 0;
}

int decode_image_details(const char *text, size_t length, ImageDetails *ret, Error *err)
{
    cleanup_with(image_details_clear) ImageDetails details = {0};
    cleanup_with(strings_clear) Strings digests = {0};
    json_auto_t *object = json_load_object(text, length, err);
    int r;

    if (!object)
        return -EPROTO;
    if ((r = get_image_id(object, "Id", &details.id, err)) < 0 ||
        (r = get_references(object, "RepoTags", &details.tags, &digests, err)) < 0 ||
        (r = get_diff_ids(object, &details.diff_ids, err)) < 0)
        return r;
    *ret = details;
    memset(&details, 0, sizeof(details)); /* moved */
    return 0;
}
