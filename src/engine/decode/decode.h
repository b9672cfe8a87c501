/* SPDX-License-Identifier: MIT */
/*
 * Decoders: untrusted JSON of an engine becomes values of rgc/snapshot.h. Here the differences between API versions,
 * image stores and engines end, such as null lists, "<none>" placeholders, digests among the tags, and IDs without
 * "sha256:"; every decoder accepts every form from every engine.
 *
 * A decoder decides for itself how much of an answer must be readable. Where a missing part could make something look
 * unused, the decoder fails or marks the value as unreadable, and never guesses; where a part only serves a report, the
 * decoder leaves it out.
 *
 * A function that returns int returns 0, or -EPROTO with a phrase in `err`, such as "\"Size\" is not a whole number".
 * Outputs are filled only on success; the caller then clears them. Sizes are in bytes, and times in microseconds since
 * 1970.
 *
 * Source: Docker Engine API 1.41 to 1.51, and answers of real engines in tests/recordings.
 */
#pragma once

#include <jansson.h>
#include <rgc/error.h>
#include <rgc/events.h>
#include <rgc/snapshot.h>
#include <rgc/survey.h>

#include "members.h"

/* Returns "sha256:" and 64 hex digits, made from the same or from the bare digits; NULL if `s` is neither. Caller
 * frees. */
char *decode_image_id(const char *s);
/* Returns a copy of an ID that uses another digest, such as sha512; NULL if `s` is not an ID. Caller frees. */
char *decode_foreign_id(const char *s);

/* The `message` of a refusal, or its plain text, as one printable line of at most 200 bytes. NULL for a web page and
 * for an empty body. Caller frees. */
char *decode_message(const char *body, size_t length);

typedef struct VersionInfo {
    char *version;
    int api_minor, min_api_minor; /* the 51 of "1.51"; the minimum is 0 if unknown */
    bool is_podman;
} VersionInfo;
int decode_version(const char *text, size_t length, VersionInfo *ret, Error *err);

/* From GET /info. Fills driver, root, store, containerd and maps_users, and leaves the other members alone. */
int decode_info(const char *text, size_t length, EngineInfo *ret, Error *err);

/* A row of GET /images/json. Reads as much of it as it can; if that is not all, `unreadable` says what is wrong. Fails
 * only if the ID cannot be read. */
int decode_image(const char *text, size_t length, Image *ret, Error *err);
/* The same for a row that is too large or no JSON: an image with nothing but its ID, if the text shows it. */
int decode_image_begin(const char *text, size_t length, const char *why, Image *ret, Error *err);

/* From GET /images/NAME/json. */
typedef struct ImageDetails {
    char *id;
    Strings tags;
    Strings diff_ids; /* base first */
    Time tagged;      /* when the image last got a name; 0 = the engine has no record of that */
} ImageDetails;
int decode_image_details(const char *text, size_t length, ImageDetails *ret, Error *err);
void image_details_clear(ImageDetails *details);

/* From GET /images/NAME/history: as many layers as there are diff_ids, each with its digest and its size. The array is
 * the caller's, with its digests. -ENODATA if history and layers do not fit together; decode_history.c explains why. */
int decode_history(const char *text, size_t length, const Strings *diff_ids, int64_t image_bytes, Layer **ret,
                   Error *err);
/* The same for an image that consists of more than its layers, as on the containerd store. */
int decode_unpacked_layers(const char *text, size_t length, const Strings *diff_ids, int64_t image_bytes, Layer **ret,
                           Error *err);

/* What an image was made of, and how it was built. The first reads GET /images/NAME/json: `tagged`, if `inspected` says
 * that it was asked for, and the beginning of `build`, if there is one. The second reads GET /images/NAME/history, and
 * replaces the steps of `facts`, and those of `build`. The caller clears the facts, on error too. */
int decode_facts(const char *text, size_t length, ImageFacts *facts, Error *err);
int decode_facts_history(const char *text, size_t length, ImageFacts *facts, Error *err);

/* A row of GET /containers/json. mounted_images gets the names of mounted images, as their user gave them, and not IDs.
 * Reads as much of the row as it can; if that is not all, `unreadable` says what is wrong. Fails if the ID of the
 * container or of its image cannot be read. */
int decode_container(const char *text, size_t length, Container *ret, Error *err);
/* The least time for which a container may have run, or been stopped, from the "Status" of its row, in microseconds; 0 =
 * the text does not say. */
int64_t decode_in_state_for(const char *status);

/* From GET /containers/ID/json. `*ret_image_ref` is the caller's to free, and may be NULL. */
int decode_run(const char *text, size_t length, Run *ret, char **ret_image_ref, Error *err);

/* From GET /events. The caller clears the event with event_clear. */
int decode_event_fields(const char *text, size_t length, Event *ret, Error *err);
/* The time of an event that cannot be decoded, if the text shows it; 0 = unknown. */
Time decode_event_time(const char *text, size_t length);
/* Adds what the event reports to arrivals, starts, ends, killed and gone. */
int decode_event(const char *text, size_t length, Snapshot *snapshot, Time *ret_time, Error *err);

/* Is this a type of cache records that keep what BuildKit itself needs, and no step of a build? NULL is none. */
bool decode_is_internal(const char *type);

/* Adds the IDs of the records that a record was made from. The value is a list of IDs, or one ID; NULL = none. */
int decode_parents(const json_t *value, Strings *parents, Error *err);

/* From GET /system/df: adds one element of BuildCache to `cache`, or all of BuildCacheUsage, as `name` says. A record
 * that cannot be read is counted in n_unreadable, and causes no error. */
int decode_build_cache(const char *name, const char *text, size_t length, BuildCache *cache, Error *err);

/* From DELETE /images/NAME: whether the image itself was deleted, and not only a tag removed. `target` is what rgc
 * asked to remove: an ID or a tag. */
int decode_image_removal(const char *text, size_t length, const char *target, bool *ret_was_deleted, Error *err);

/* From POST /build/prune: how many bytes and how many records were removed. */
int decode_prune(const char *text, size_t length, int64_t *ret_bytes, size_t *ret_records, Error *err);

/* The output of `buildctl du` or `buildctl prune`. Adds records to `cache`, and on error those that came before it.
 * `text` must be NUL-terminated. */
int decode_buildctl(const char *text, size_t length, BuildCache *cache, Error *err);

/* A row of GET /volumes or of GET /system/df. */
int decode_volume(const char *text, size_t length, Volume *ret, Error *err);
/* The same for the survey, from GET /volumes. The answer does not say who uses a volume, so is_used is true. */
int decode_found_volume(const char *text, size_t length, FoundVolume *ret, Error *err);
