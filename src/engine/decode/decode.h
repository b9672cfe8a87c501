/* SPDX-License-Identifier: MIT */
/*
 * Untrusted JSON of an engine → values of snapshot.h. Here the differences between API versions,
 * stores and engines end: null lists, "<none>" placeholders, digests among the tags, IDs without
 * "sha256:". Every function returns 0, or -EPROTO with a phrase in `err`; `ret` is filled only on
 * success, and is then the caller's to clear.
 */
#pragma once

#include <jansson.h>
#include <rgc/error.h>
#include <rgc/events.h>
#include <rgc/snapshot.h>
#include <rgc/survey.h>

#include "members.h"

/* "sha256:" and 64 hex digits, from this or from the bare digits. NULL if it is neither. */
char *decode_image_id(const char *s);
/* An ID by another digest, such as sha512. NULL if it is none. */
char *decode_foreign_id(const char *s);

/* The `message` of a refusal, or its plain text: printable, one line, at most 200 bytes. NULL for a web page or
 * nothing. */
char *decode_message(const char *body, size_t length);

typedef struct VersionInfo {
    char *version;
    int api_minor, min_api_minor; /* of "1.51"; min is 0 where unknown */
    bool is_podman;
} VersionInfo;
int decode_version(const char *text, size_t length, VersionInfo *ret, Error *err);

/* Fills store, driver and root. */
int decode_info(const char *text, size_t length, EngineInfo *ret, Error *err);

/* As far as it can be read; then `unreadable` says what cannot. Fails only without an ID. */
int decode_image(const char *text, size_t length, Image *ret, Error *err);
/* Of a row that is too large or no JSON: an image with nothing but its ID, if that can be found. */
int decode_image_begin(const char *text, size_t length, const char *why, Image *ret, Error *err);

/* Of GET /images/NAME/json. */
typedef struct ImageDetails {
    char *id;
    Strings tags;
    Strings diff_ids; /* base first */
    Time tagged;      /* a name was given to it last; 0 = the engine has no record of that */
} ImageDetails;
int decode_image_details(const char *text, size_t length, ImageDetails *ret, Error *err);
void image_details_clear(ImageDetails *details);

/* GET /images/NAME/history gives the layers their sizes. -ENODATA if they do not fit together: then nothing is known.
 */
int decode_history(const char *text, size_t length, const Strings *diff_ids, int64_t image_bytes, Layer **ret,
                   Error *err);
/* The same of an image of which the layers are only a part, as on the containerd store. */
int decode_unpacked_layers(const char *text, size_t length, const Strings *diff_ids, int64_t image_bytes, Layer **ret,
                           Error *err);

/* The same answer as steps of facts. */
int decode_steps(const char *text, size_t length, ImageFacts *ret, Error *err);

/* How the image was built: of its inspect, and then of its history. `build` is the caller's to clear, also on error. */
int decode_build(const char *text, size_t length, ImageBuild *ret, Error *err);
int decode_build_steps(const char *text, size_t length, ImageBuild *build, Error *err);

/* mounted_images holds the *names* of mounted images as they were given. */
/* As far as it can be read; then `unreadable` says what cannot. Fails without its ID or that of its image. */
int decode_container(const char *text, size_t length, Container *ret, Error *err);

/* Of an inspect. `ret_image_ref` may be set to NULL. */
int decode_run(const char *text, size_t length, Run *ret, char **ret_image_ref, Error *err);

int decode_event_fields(const char *text, size_t length, Event *ret, Error *err);
/* When an event came that cannot be understood, as far as that can be read; 0 = not known. */
Time decode_event_time(const char *text, size_t length);
/* Adds to arrivals, starts and killed what the event tells. */
int decode_event(const char *text, size_t length, Snapshot *snapshot, Time *ret_time, Error *err);

/* Adds the IDs of the records that one was made from: a list, or one of them; NULL = none. */
int decode_parents(const json_t *value, Strings *parents, Error *err);

/* One element of BuildCache (`name` "BuildCache"), or all of BuildCacheUsage. */
int decode_build_cache(const char *name, const char *text, size_t length, BuildCache *cache, Error *err);

/* Was an image deleted, and not only a tag? `target`: an ID, or a tag. */
int decode_image_removal(const char *text, size_t length, const char *target, bool *ret_was_deleted, Error *err);

int decode_prune(const char *text, size_t length, int64_t *ret_bytes, size_t *ret_records, Error *err);

/* Output of buildctl; adds to `cache`, also before an error. `text` must be NUL-terminated. */
int decode_buildctl(const char *text, size_t length, BuildCache *cache, Error *err);

int decode_volume(const char *text, size_t length, Volume *ret, Error *err);
/* Until somebody says otherwise, it is used. */
int decode_found_volume(const char *text, size_t length, FoundVolume *ret, Error *err);
