/* SPDX-License-Identifier: MIT */
/* What rgc asks an engine to change, besides removals: it gives a tag back to an image, and prunes build cache. */
#include <errno.h>
#include <inttypes.h>

#include <rgc/reference.h>
#include <rgc/saturate.h>

#include "engine/decode/decode.h"
#include "engine_parts.h"

int engine_tag(Engine *engine, const char *image_id, const char *tag, Error *err)
{
    cleanup_with(free_charp) char *repository = reference_repository(tag);
    cleanup_with(free_charp) char *id = http_escape(image_id), *name = NULL, *version = NULL;
    cleanup_with(http_reply_clear) HttpReply reply = {0};
    /* The limit is short because a pass that was asked to end waits for this; the next pass can still do it. */
    HttpRequest request = {.method = "POST",
                           .timeout_usec = engine_short_timeout(engine),
                           .body_limit = ANSWER_MAX,
                           .known = &engine_members};
    int r;

    if (!repository || !reference_tag(tag))
        return error_set(err, EINVAL, "\"%s\" is not a tag", tag);
    name = http_escape(repository);
    version = http_escape(reference_tag(tag));
    r = engine_ask(engine, "the return of a tag", &request,
                   engine_path(engine, "/images/%s/tag?repo=%s&tag=%s", id, name, version), &reply, err);
    if (r < 0)
        return r;
    if (reply.status == 404)
        return error_set(err, ENOENT, "image %s no longer exists, so the tag %s cannot be given back", image_id, tag);
    if (reply.status < 200 || reply.status > 299)
        return engine_fail(engine, "the return of a tag", &request, &reply, err);
    return 0;
}

static int prune(Engine *engine, char *path, int64_t *bytes, size_t *records, Error *err)
{
    HttpRequest request = {.method = "POST",
                           .timeout_usec = LONG_TIMEOUT_USEC,
                           .body_limit = LIST_MAX,
                           .known = &engine_members,
                           .is_interruptible = true};
    cleanup_with(http_reply_clear) HttpReply reply = {0};
    int64_t more_bytes;
    size_t more_records;
    int r = engine_ask(engine, "the pruning of its build cache", &request, path, &reply, err);

    if (r < 0)
        return r;
    if (reply.status != 200)
        return engine_fail(engine, "the pruning of its build cache", &request, &reply, err);
    if (decode_prune(reply.body, reply.length, &more_bytes, &more_records, err) < 0)
        return engine_fail_decode(engine, "the pruning of its build cache", err);
    saturating_grow(bytes, more_bytes);
    *records += more_records;
    return 0;
}

/* Every engine accepts a duration in hours, and filters as lists; no other form works on all. Docker 20.10 and 23.0
 * refuse times. */
static char *prune_by_age_path(const Engine *engine, int64_t unused_for_usec)
{
    cleanup_with(free_charp) char *filters = NULL, *escaped = NULL;
    int64_t hours = unused_for_usec / USEC_PER_HOUR + (unused_for_usec % USEC_PER_HOUR != 0);

    if (hours == 0)
        return engine_path(engine, "/build/prune");
    filters = xasprintf("{\"until\":[\"%" PRId64 "h\"]}", hours);
    escaped = http_escape(filters);
    return engine_path(engine, "/build/prune?filters=%s", escaped);
}

int engine_prune_build_cache(Engine *engine, int64_t unused_for_usec, int64_t max_size_bytes,
                             int64_t *ret_reclaimed_bytes, size_t *ret_records, Error *err)
{
    int64_t bytes = 0;
    size_t records = 0;
    int r = 0;

    if (unused_for_usec >= 0)
        r = prune(engine, prune_by_age_path(engine, unused_for_usec), &bytes, &records, err);
    /* The cap is a request of its own: together with `until`, the engine would remove only what is older. */
    if (r == 0 && max_size_bytes >= 0) {
        const char *parameter = engine->api_minor >= 48 ? "reserved-space" : "keep-storage";

        r = prune(engine, engine_path(engine, "/build/prune?%s=%" PRId64, parameter, max_size_bytes), &bytes, &records,
                  err);
    }
    *ret_reclaimed_bytes = bytes;
    *ret_records = records;
    return r;
}
