/* SPDX-License-Identifier: MIT */
/*
 * The list of images, and the tags of one image. A row that cannot be decoded is named in snapshot->unreadable; if at
 * least its ID can be read, the image is in the list too, so that the plan keeps it by name (decode/decode_image.c).
 */
#include <errno.h>

#include <rgc/events.h>

#include "engine/decode/decode.h"
#include "engine/engine_parts.h"

/* Adds the image, and names it as unreadable if it is only partly so; without an ID it is only named. */
static void take_image(Snapshot *snapshot, int r, const Image *image, const Error *why)
{
    if (r < 0) {
        snapshot_add_unreadable(snapshot, ROW_IMAGE, NULL, why->text);
        return;
    }
    *array_add(&snapshot->images, &snapshot->n_images) = *image;
    if (image->unreadable)
        snapshot_add_unreadable(snapshot, ROW_IMAGE, image->id, image->unreadable);
}

static int add_image(const char *name, const char *text, size_t length, void *userdata, Error *err)
{
    Error why;
    Image image;
    int r = decode_image(text, length, &image, &why);

    (void)name, (void)err;
    take_image(userdata, r, &image, &why);
    return 0;
}

static void add_odd_image(const char *name, const char *text, size_t length, const char *why, void *userdata)
{
    Error error;
    Image image;
    int r = decode_image_begin(text, length, why, &image, &error);

    (void)name;
    take_image(userdata, r, &image, &error);
}

static void clear_images(Snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->n_images; i++)
        image_clear(&snapshot->images[i]);
    free(snapshot->images);
    snapshot->images = NULL;
    snapshot->n_images = 0;
    snapshot_drop_unreadable(snapshot, ROW_IMAGE);
}

static int ask_for_images(Engine *engine, bool can_share, Snapshot *snapshot, Error *err)
{
    Stream stream = {.form = STREAM_ARRAY,
                     .known = &engine_members,
                     .on_element = add_image,
                     .on_odd = add_odd_image,
                     .userdata = snapshot};
    char *path = engine_path(engine, "/images/json%s", can_share ? "?shared-size=1" : "");
    int r = engine_get_stream(engine, "the list of images", path, &stream, err);

    if (r == 0 && snapshot->n_images == 0)
        r = engine_fail_all_unreadable(engine, "the list of images", snapshot, ROW_IMAGE, err);
    if (r < 0)
        clear_images(snapshot);
    return r;
}

int engine_query_images(Engine *engine, bool with_shared_sizes, Snapshot *snapshot, Error *err)
{
    bool can_share = with_shared_sizes && engine->api_minor >= 42 && engine->dialect->tells_shared_sizes;
    int r = ask_for_images(engine, can_share, snapshot, err);

    /* With the containerd store, Docker 28.5 answers 404 while somebody removes an image that it is about to list. */
    for (size_t attempt = 0; r < 0 && engine_wait_to_retry(err, "not found", attempt); attempt++)
        r = ask_for_images(engine, can_share, snapshot, err);
    /* Engines that were not asked for shared sizes may send a number all the same, which means nothing. */
    for (size_t i = 0; i < snapshot->n_images && !can_share; i++)
        snapshot->images[i].shared_bytes = -1;
    return r;
}

/* The stream of events asks for names, and must not wait longer than this. */
#define NAME_TIMEOUT_USEC (2 * USEC_PER_SEC)

static int query_details(Engine *engine, const char *name, HttpRequest *request, ImageDetails *ret, Error *err)
{
    cleanup_with(free_charp) char *escaped = http_escape(name);
    cleanup_with(http_reply_clear) HttpReply reply = {0};
    int r = engine_ask(engine, "an image", request, engine_path(engine, "/images/%s/json", escaped), &reply, err);

    if (r < 0)
        return r;
    if (reply.status == 404)
        return error_set(err, ENOENT, "there is no image %s", name);
    if (reply.status != 200)
        return engine_fail(engine, "an image", request, &reply, err);
    if (decode_image_details(reply.body, reply.length, ret, err) < 0)
        return engine_fail_decode(engine, "an image", err);
    return 0;
}

int engine_query_tags(Engine *engine, const char *name, Strings *ret, Error *err)
{
    HttpRequest request = {
        .method = "GET", .timeout_usec = engine->timeout_usec, .body_limit = ANSWER_MAX, .known = &engine_members};
    ImageDetails details = {0};
    int r = query_details(engine, name, &request, &details, err);

    if (r < 0)
        return r;
    *ret = details.tags;
    details.tags = (Strings){0};
    image_details_clear(&details);
    return 0;
}

/* Unlike engine_query_tags this may be interrupted: it belongs to the stream of events, and to no undo. */
int engine_query_image_id(Engine *engine, const char *name, char **ret, Error *err)
{
    HttpRequest request = {.method = "GET",
                           .timeout_usec = NAME_TIMEOUT_USEC,
                           .body_limit = ANSWER_MAX,
                           .known = &engine_members,
                           .is_interruptible = true};
    ImageDetails details = {0};
    int r = query_details(engine, name, &request, &details, err);

    if (r < 0)
        return r;
    *ret = take_ptr(details.id);
    image_details_clear(&details);
    return 0;
}
