/* SPDX-License-Identifier: MIT */
/*
 * The Docker Engine as rgc needs it: a few lists, a few removals. HTTP over a Unix socket by
 * libcurl; answers are decoded here and no JSON travels further.
 *
 * Failures: every function returns 0, or a negative code with one sentence in `err` that says what
 * to do. ECONNREFUSED stands for every way in which no engine can be reached (no socket, no
 * permission, stale socket, no answer in time): exit code 4. Anything else is an answer that
 * cannot be used (EPROTO), a refusal (EREMOTEIO), or one that says it is forbidden (EPERM: HTTP 401 or 403).
 *
 * API versions: negotiated from GET /version, the highest of 1.41 to 1.51 that the engine has.
 * Nothing here forces a removal, takes a container's volumes along or has the engine choose images to remove.
 */
#pragma once

#include <rgc/error.h>
#include <rgc/report.h>
#include <rgc/snapshot.h>
#include <rgc/survey.h>

typedef struct Engine Engine;

typedef struct EngineOptions {
    const char *host;     /* "unix:///path"; anything else is an error that says so */
    int64_t timeout_usec; /* for a list; 10 minutes for a removal */
    int64_t
        short_timeout_usec; /* for the version and one inspect, where it is less than the one for a list; 0 = 10 s */
    int parallel;           /* requests side by side; negative: as many as suit the image store */
    /* NULL, or asked some times a second while rgc waits for the engine. True ends queries and pruning at once
     * (ECANCELED), and removals as REMOVAL_STOP_ALL does. engine_tag and engine_query_tags go on, so that an undo can
     * be completed. */
    bool (*is_interrupted)(void);
} EngineOptions;

/* Negotiates (GET /version). */
int engine_open(const EngineOptions *options, Engine **ret, Error *err);
void engine_free(Engine *engine);
DEFINE_CLEANUP(Engine, engine_free)

int engine_api_minor(const Engine *engine);     /* 41 to 51 */
uint64_t engine_requests(const Engine *engine); /* sent so far */
int engine_parallel(const Engine *engine);      /* a negative one is settled by engine_query_info */
/* Has an image the very tag that engine_tag gave it? */
bool engine_keeps_given_tags(const Engine *engine);

/* GET /info. Fills version, api, store, driver, root, is_podman; the host's clocks are the caller's. */
int engine_query_info(Engine *engine, EngineInfo *ret, Error *err);

/* Fill snapshot->images / ->containers (which must be empty). Decoded element by element. An element that cannot be
 * decoded is added to snapshot->unreadable; where all of them cannot, or the list has no proper end, it fails. With
 * `with_shared_sizes`, shared_bytes is filled where the API can
 * (>= 1.42). */
int engine_query_images(Engine *engine, bool with_shared_sizes, Snapshot *snapshot, Error *err);
/* All states. Image mounts are resolved by the tags and IDs of snapshot->images, which are queried before;
 * what is not found there is asked for (GET /images/NAME/json), and else sets has_unresolved_mount. */
int engine_query_containers(Engine *engine, Snapshot *snapshot, Error *err);

/* Inspects these containers side by side, 10 s each: fills run (and image_ref from Config.Image), or sets
 * inspect_error. Fails only if the engine as a whole is gone. */
int engine_inspect_containers(Engine *engine, Container **containers, size_t count, Error *err);

/* The engine's replay of events up to `until`: fills arrivals, killed and arrivals_since (of which time on the replay
 * is complete). */
int engine_query_events(Engine *engine, Time until, Snapshot *snapshot, Error *err);

/* GET /system/df for build cache only where the API can (>= 1.42); is_known = false where the engine has none (Podman),
 * and where it could not be asked: then `error` says why, and is_unread that it was not forbidden. */
int engine_query_build_cache(Engine *engine, BuildCache *ret, Error *err);

/* Fills snapshot->volumes with those that have a builder's name, without sizes, and knows_volumes. An engine that
 * refuses is no error: snapshot->unseen says so. */
int engine_query_builder_volumes(Engine *engine, Snapshot *snapshot, Error *err);
/* The sizes of these. The engine measures all volumes for that: only for somebody who waits, and 10 s at most. */
int engine_query_volume_sizes(Engine *engine, Snapshot *snapshot, Error *err);

/* Fills the survey's volumes, all of them, and knows_volumes. A refusal is an error. */
int engine_query_volumes(Engine *engine, Survey *survey, Error *err);
/* Has the engine measure what containers have written into their own layers, into survey->sizes. It walks through those
 * layers: only for somebody who asks for it and waits, 10 minutes at most. */
int engine_query_container_sizes(Engine *engine, Time now, Survey *survey, Error *err);
/* The same of volumes. Before API 1.42 the engine measures everything else for it too. */
int engine_query_all_volume_sizes(Engine *engine, Time now, Survey *survey, Error *err);

/* What is in a running builder's cache, by `buildctl du` in its container. An error is of this builder alone, unless it
 * is ECANCELED or ECONNREFUSED. */
int engine_query_builder(Engine *engine, const char *container_id, BuildCache *ret, Error *err);

/* Layers with sizes of these images (inspect and history of each, side by side). One that fails keeps layers = NULL. */
int engine_query_layers(Engine *engine, Image **images, size_t count, Error *err);

/* Of those with `asked` their steps (history of each), of those with `inspected` when the engine last noted a name of
 * them, and of those with an empty `build` how they were built (inspect of each). Side by side; one that fails keeps
 * none of it. */
int engine_query_facts(Engine *engine, ImageFacts *facts, size_t count, Error *err);

/* Tags that the image has at this moment. -ENOENT if there is no such image. */
int engine_query_tags(Engine *engine, const char *image_id, Strings *ret, Error *err);

typedef struct Removal {
    const char *target; /* container ID, "sha256:…", "repository:tag" or a volume's name. Borrowed */
    void *userdata;     /* of the caller */
    TargetKind kind;    /* container, image or volume */
    /* filled (the caller leaves them zero): */
    Outcome outcome;
    char *error;      /* NULL for removed */
    bool was_deleted; /* image: the engine named the ID as deleted, not only untagged */
} Removal;
void removal_clear(Removal *removal);

typedef enum RemovalGo { REMOVAL_START, REMOVAL_SKIP, REMOVAL_STOP_ALL } RemovalGo;
/* Called just before each removal would start, from within engine_remove; it may use the engine (a blocking query).
 * For REMOVAL_SKIP it has set outcome and error itself. */
typedef RemovalGo RemovalMayStart(Removal *removal, void *userdata);
/* Called once for each removal that was started, when it is answered. */
typedef void RemovalDone(Removal *removal, void *userdata);

/* DELETE of each, at most `parallel` at a time, in order of start. Not started ones are OUTCOME_SKIPPED.
 * After REMOVAL_STOP_ALL those under way get `grace` 5 s and are then OUTCOME_UNKNOWN. Returns an error only if the
 * engine is gone. */
int engine_remove(Engine *engine, Removal *removals, size_t count, RemovalMayStart *may_start, RemovalDone *done,
                  void *userdata, Error *err);

/* POST /images/ID/tag */
int engine_tag(Engine *engine, const char *image_id, const char *tag, Error *err);

/* POST /build/prune with `until` (whole hours, rounded up; 0 = no window: all that is unused; negative: not this one)
 * and, if max_size_bytes >= 0, a second one with the size cap in the form that the negotiated API has. */
int engine_prune_build_cache(Engine *engine, int64_t unused_for_usec, int64_t max_size_bytes,
                             int64_t *ret_reclaimed_bytes, size_t *ret_records, Error *err);

/* The same in a running builder, by `buildctl prune` in its container. `ret` has what buildctl said went, also on
 * error. */
int engine_prune_builder(Engine *engine, const char *container_id, int64_t unused_for_usec, int64_t max_size_bytes,
                         BuildCache *ret, Error *err);
