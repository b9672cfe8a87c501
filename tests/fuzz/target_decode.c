/* SPDX-License-Identifier: MIT */
/*
 * An engine's answer: the first byte says of what kind, the second in what pieces it arrives, the rest is its text. The
 * pieces must not change what is read, and what the sieve lets through of a JSON text is what its tree says.
 */
#include "fuzz_sieve.h"

#include "engine/decode/decode.h"
#include "engine/frames.h"
#include "engine/http/stream.h"

#include <rgc/image_facts.h>

#include <string.h>

typedef struct Read {
    Snapshot snapshot;
    BuildCache cache;
    size_t rows, odd;
    uint64_t digest; /* of all elements */
} Read;

static void note(Read *read, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        read->digest = (read->digest ^ (unsigned char)text[i]) * 0x100000001b3u;
    read->digest = (read->digest ^ 0x100) * 0x100000001b3u;
    read->rows++;
}

static void read_image(Read *read, const char *text, size_t length)
{
    Image image;
    Error err;

    if (decode_image(text, length, &image, &err) == 0)
        *array_add(&read->snapshot.images, &read->snapshot.n_images) = image;
    if (decode_image_begin(text, length, "it is odd", &image, &err) == 0)
        image_clear(&image);
}

static void read_container(Read *read, const char *text, size_t length)
{
    Container container;
    Error err;

    if (decode_container(text, length, &container, &err) == 0)
        *array_add(&read->snapshot.containers, &read->snapshot.n_containers) = container;
}

static void read_event(Read *read, const char *text, size_t length)
{
    Event event;
    Error err;
    Time at;

    if (decode_event_fields(text, length, &event, &err) == 0)
        event_clear(&event);
    (void)decode_event(text, length, &read->snapshot, &at, &err);
    (void)decode_event_time(text, length);
}

static void read_volume(Read *read, const char *text, size_t length)
{
    Volume volume;
    Error err;

    if (decode_volume(text, length, &volume, &err) == 0)
        *array_add(&read->snapshot.volumes, &read->snapshot.n_volumes) = volume;
}

typedef void ReadElement(Read *read, const char *text, size_t length);

static const struct Kind {
    StreamForm form;
    ReadElement *read;
} kinds[] = {
    {STREAM_ARRAY, read_image},    {STREAM_ARRAY, read_container}, {STREAM_SEQUENCE, read_event},
    {STREAM_MEMBERS, read_volume}, {STREAM_MEMBERS, NULL}, /* of the build cache */
};
#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))

static const struct Kind *kind;

static int on_element(const char *name, const char *text, size_t length, void *userdata, Error *err)
{
    Read *read = userdata;

    note(read, text, length);
    if (kind->read)
        kind->read(read, text, length);
    else
        return decode_build_cache(name, text, length, &read->cache, err);
    return 0;
}

static void on_odd(const char *name, const char *text, size_t length, const char *why, void *userdata)
{
    Read *read = userdata;

    (void)name;
    REQUIRE(why && *why, "an odd element without a reason");
    note(read, text, length);
    read->odd++;
}

/* Each piece in a block of its own size. */
static int feed(Stream *stream, const Bytes *text, size_t step, Error *err)
{
    int r = 0;

    for (size_t at = 0; at < text->size && r >= 0; at += step) {
        size_t n = step < text->size - at ? step : text->size - at;
        char *copy = memcpy(xmalloc(n), text->data + at, n);
        r = stream_feed(stream, copy, n, err);
        free(copy);
    }
    return r < 0 ? r : stream_finish(stream, err);
}

static int read_in_pieces(const Bytes *text, size_t step, bool has_odd, Read *ret)
{
    static const char *const wanted[] = {"BuildCache", "BuildCacheUsage", "Volumes", NULL};
    Stream stream = {.form = kind->form,
                     .wanted = wanted,
                     .known = &engine_members,
                     .on_element = on_element,
                     .on_odd = has_odd ? on_odd : NULL,
                     .userdata = ret};
    Error err = {0};
    int r = feed(&stream, text, step, &err);

    REQUIRE(r == 0 || *err.text, "an error without words");
    stream_clear(&stream);
    return r;
}

static void read_clear(Read *read)
{
    snapshot_clear(&read->snapshot);
    build_cache_clear(&read->cache);
}

static void check_stream(const Bytes *text, size_t step, bool has_odd)
{
    cleanup_with(read_clear) Read whole = {0}, pieces = {0};
    int r = read_in_pieces(text, text->size + 1, has_odd, &whole);
    int again = read_in_pieces(text, step, has_odd, &pieces);

    REQUIRE(r == again && whole.rows == pieces.rows && whole.odd == pieces.odd && whole.digest == pieces.digest,
            "in pieces of %zu: %d with %zu rows, as a whole: %d with %zu", step, again, pieces.rows, r, whole.rows);
    snapshot_index(&whole.snapshot);
}

/* --- answers that are read as a whole */

static void check_single(const Bytes *text)
{
    cleanup_with(strings_clear) Strings ids = {0};
    cleanup_with(free_charp) char *reference = NULL;
    ImageDetails details;
    VersionInfo version;
    EngineInfo info = {0};
    ImageFacts facts = {.build = xcalloc(1, sizeof(*facts.build))};
    Layer *layers = NULL;
    Run run;
    Error err = {0};
    bool was_deleted;
    int64_t bytes;
    size_t records;

    free(decode_message(text->data, text->size));
    if (decode_version(text->data, text->size, &version, &err) == 0)
        free(version.version);
    if (decode_info(text->data, text->size, &info, &err) == 0)
        engine_info_clear(&info);
    if (decode_image_details(text->data, text->size, &details, &err) == 0)
        image_details_clear(&details);
    strings_add(&ids, "sha256:1");
    if (decode_history(text->data, text->size, &ids, 1000, &layers, &err) == 0) {
        free(layers[0].digest);
        free(layers);
    }
    (void)decode_facts(text->data, text->size, &facts, &err);
    (void)decode_facts_history(text->data, text->size, &facts, &err);
    image_facts_clear(&facts);
    (void)decode_run(text->data, text->size, &run, &reference, &err);
    (void)decode_image_removal(text->data, text->size, "r/blog:v1", &was_deleted, &err);
    (void)decode_prune(text->data, text->size, &bytes, &records, &err);
}

static void check_buildctl(const Bytes *text)
{
    cleanup_with(build_cache_clear) BuildCache cache = {0};
    cleanup_with(free_charp) char *copy = xstrndup(text->data, text->size);
    Error err = {0};

    (void)decode_buildctl(copy, strlen(copy), &cache, &err);
}

static void check_frames(const Bytes *text, size_t step)
{
    cleanup_with(frames_clear) Frames frames = {.output_max = 4096, .total_max = 65536};
    Error err = {0};
    int r = 0;

    for (size_t at = 0; at < text->size && r == 0; at += step)
        r = frames_feed(&frames, text->data + at, step < text->size - at ? step : text->size - at, &err);
    (void)frames_finish(&frames, &err);
    REQUIRE(frames.output.size <= 4096, "more output than is allowed");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Bytes text = {(const char *)data, size};
    unsigned what = take_byte(&text) % 10, step = take_byte(&text);
    bool has_odd = step < 128;

    step = step % 64 + 1;
    if (what < N_KINDS) {
        kind = &kinds[what];
        check_stream(&text, step, has_odd);
    } else if (what == N_KINDS) {
        check_buildctl(&text);
    } else if (what == N_KINDS + 1) {
        check_frames(&text, step);
    } else if (what == N_KINDS + 2) {
        fuzz_sieve(&text, step);
    } else {
        check_single(&text);
    }
    return 0;
}
