/* SPDX-License-Identifier: MIT */
/*
 * Images, and what rgc does with odd rows.
 *
 * A list comes from an engine that rgc does not know, with images that anybody built. Some rows are odd: an ID by
 * sha512, a label that is a number, a reference without a tag, a size beyond all integers. If one odd row failed the
 * list, one image could stop every pass for good. If rgc dropped the row, the image would vanish from the plan, and
 * nobody would learn why its space is never freed. If rgc guessed, it could remove an image that is needed.
 *
 * So an odd row costs that row alone. The decoder reads all that it can, and `unreadable` names the first thing that it
 * cannot read; then only the ID is sure. The plan keeps such an image, gives the reason, and counts on none of its
 * other values. A row without a readable ID is only named in snapshot->unreadable.
 *
 * Containers follow the same rule (decode_container.c), but there an odd row can hide a use. A container whose own
 * image cannot be read may use any image, so no image is removed while it exists; one whose mounts cannot be read may
 * mount any image.
 *
 * What must never happen: an odd row is lost without being named, or makes something look unused.
 * tests/fault/odd_rows.py runs passes on hosts with dozens of odd rows, beside which all else is removed as without
 * them; tests/unit/engine/engine_decode.c has the rows one by one, and tests/fuzz/target_decode.c makes up others.
 */
#include <errno.h>
#include <string.h>

#include <rgc/reference.h>

#include "decode.h"
#include "decode_labels.h"
#include "decode_loaded.h"
#include <rgc/json_read.h>

char *decode_image_id(const char *s)
{
    cleanup_with(free_charp) char *id = xasprintf("sha256:%s", s ? s : "");

    if (reference_is_id(id))
        return take_ptr(id);
    return s && reference_is_id(s) ? xstrdup(s) : NULL;
}

char *decode_foreign_id(const char *s)
{
    size_t algorithm = s ? strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789+._-") : 0, digits;

    if (algorithm == 0 || s[algorithm] != ':' || strncmp(s, "sha256:", 7) == 0)
        return NULL;
    digits = strspn(s + algorithm + 1, "0123456789abcdef");
    return digits >= 32 && s[algorithm + 1 + digits] == '\0' ? xstrdup(s) : NULL;
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

/* Sorts references into tags and digests: for an image that was pulled by digest, the containerd store puts
 * "repository@sha256:…" among the tags. If one of them cannot be read, the function fails, but has added all others. */
static int get_references(const json_t *object, const char *key, Strings *tags, Strings *digests, Error *err)
{
    json_t *list, *element;
    size_t i;
    int r = json_get_array(object, key, &list, err);

    if (r < 0)
        return r;
    json_array_foreach (list, i, element) {
        const char *text = json_string_value(element);

        if (!text)
            r = error_set(err, EPROTO, "\"%s\" has something that is not a string", key);
        else if (reference_is_none(text) || strncmp(text, "sha256:", 7) == 0)
            continue;
        else if (reference_is_digest(text))
            strings_add_unique(digests, text);
        else if (reference_tag(text))
            strings_add_unique(tags, text);
        else
            r = error_set(err, EPROTO, "\"%s\" has something that is not a reference", key);
    }
    return r;
}

/* Notes the first thing that cannot be read, and what the row hides by that. The rest is read all the same. */
static void note(Image *image, int r, int hidden, const Error *why)
{
    if (r >= 0)
        return;
    if (!image->unreadable)
        image->unreadable = xstrdup(why->text);
    image->hidden |= hidden;
}

static int get_own_id(const json_t *object, Image *image, Error *err)
{
    const char *text;
    Error why;
    int r = json_get_string(object, "Id", &text, err);

    if (r < 0)
        return r;
    image->id = decode_image_id(text);
    if (image->id)
        return 0;
    image->id = decode_foreign_id(text);
    if (!image->id)
        return error_set(err, EPROTO, "\"Id\" is not an image ID");
    note(image, error_set(&why, EPROTO, "its ID is not a sha256 digest"), 0, &why);
    return 0;
}

static void fill_image(const json_t *object, Image *image)
{
    Error why;

    note(image, get_references(object, "RepoTags", &image->tags, &image->digests, &why), IMAGE_HIDES_TAGS, &why);
    note(image, get_references(object, "RepoDigests", &image->tags, &image->digests, &why), IMAGE_HIDES_TAGS, &why);
    note(image, get_parent(object, &image->parent_id, &why), IMAGE_HIDES_PARENT, &why);
    note(image, json_get_seconds(object, "Created", &image->created, &why), 0, &why);
    note(image, json_get_bytes(object, "Size", 0, &image->size_bytes, &why), 0, &why);
    note(image, json_get_bytes(object, "SharedSize", -1, &image->shared_bytes, &why), 0, &why);
    note(image, decode_labels(object, &image->labels, &why), IMAGE_HIDES_LABELS, &why);
}

int decode_image(const char *text, size_t length, Image *ret, Error *err)
{
    json_auto_t *object = json_load_object(text, length, err);
    Image image = {.shared_bytes = -1};
    Error why;

    if (!object) {
        why = *err;
        return decode_image_begin(text, length, why.text, ret, err);
    }
    if (get_own_id(object, &image, err) < 0) {
        image_clear(&image);
        return -EPROTO;
    }
    fill_image(object, &image);
    *ret = image;
    return 0;
}

int decode_image_begin(const char *text, size_t length, const char *why, Image *ret, Error *err)
{
    cleanup_with(free_charp) char *found = json_find_string(text, length, "Id");
    Image image = {.id = decode_image_id(found), .shared_bytes = -1};

    if (!image.id)
        return error_set(err, EPROTO, "%s", why);
    image.unreadable = xstrdup(why);
    image.hidden = IMAGE_HIDES_ALL;
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
    json_array_foreach (layers, i, element) {
        if (!json_is_string(element))
            return error_set(err, EPROTO, "\"Layers\" has something that is not a string");
        strings_add(ret, json_string_value(element));
    }
    return 0;
}

/* A time that cannot be read is unknown. */
static Time tag_time(const json_t *object)
{
    json_t *metadata;
    Time time = 0;
    Error ignored;

    if (json_get_object(object, "Metadata", &metadata, &ignored) < 0 ||
        json_get_time(metadata, "LastTagTime", &time, &ignored) < 0)
        return 0;
    return time;
}

int decode_loaded_details(const json_t *object, ImageDetails *ret, Error *err)
{
    cleanup_with(image_details_clear) ImageDetails details = {0};
    cleanup_with(strings_clear) Strings digests = {0};
    int r;

    if ((r = get_image_id(object, "Id", &details.id, err)) < 0 ||
        (r = get_references(object, "RepoTags", &details.tags, &digests, err)) < 0 ||
        (r = get_diff_ids(object, &details.diff_ids, err)) < 0)
        return r;
    details.tagged = tag_time(object);
    *ret = details;
    memset(&details, 0, sizeof(details)); /* moved */
    return 0;
}

int decode_image_details(const char *text, size_t length, ImageDetails *ret, Error *err)
{
    json_auto_t *object = json_load_object(text, length, err);
    return object ? decode_loaded_details(object, ret, err) : -EPROTO;
}
