/* SPDX-License-Identifier: MIT */
/*
 * The container engine as rgc needs it: a few lists, a few removals. rgc sends HTTP requests over the engine's Unix
 * socket, and this room decodes every answer: no JSON travels further than src/engine. A caller opens an engine, fills
 * a Snapshot with its queries, and closes it:
 *
 *     cleanup_with(engine_freep) Engine *engine = NULL;
 *     EngineOptions options = {.host = "unix:///var/run/docker.sock", .parallel = -1};
 *
 *     if (engine_open(&options, &engine, err) < 0 || engine_query_info(engine, &snapshot->engine, err) < 0 ||
 *         engine_query_images(engine, false, snapshot, err) < 0 || engine_query_containers(engine, snapshot, err) < 0)
 *         return -err->code;
 *
 * Order matters: images are queried before containers, so that a container which starts in between uses an image that
 * the caller already knows.
 *
 * Errors: every function that returns int returns 0, or a negative code with one sentence in `err` that tells the
 * person what to do.
 *     -ECONNREFUSED  no engine can be reached: no socket, no permission, nobody listens, no answer in time (exit 4)
 *     -EPROTO        the engine sent an answer that rgc cannot use
 *     -EREMOTEIO     the engine refused
 *     -EPERM         the engine, or a proxy before it, forbids the request (HTTP 401 or 403)
 *     -ECANCELED     is_interrupted() told rgc to stop waiting
 * An answer that an engine may normally give to a removal is an Outcome and no error.
 *
 * Source: Docker Engine API reference, versions 1.41 to 1.51. engine_open negotiates the highest of these that the
 * engine speaks. What Podman does differently is in src/engine/dialect.h. No request here forces a removal, removes
 * volumes along with a container, or lets the engine choose which images to remove.
 *
 * An Engine belongs to one thread. Times are in microseconds, sizes in bytes.
 */
#pragma once

#include <rgc/error.h>
#include <rgc/report.h>
#include <rgc/snapshot.h>
#include <rgc/survey.h>

typedef struct Engine Engine;

typedef struct EngineOptions {
    const char *host;           /* "unix:///path"; engine_open refuses anything else with a sentence */
    int64_t timeout_usec;       /* for one list; 0 = 2 minutes. Removals have 10 minutes whatever this is */
    int64_t short_timeout_usec; /* for the version and for one inspect; 0 = 10 s. Never longer than timeout_usec */
    int parallel;               /* requests side by side; negative = as many as suit the engine's image store */
    /* NULL, or a function that rgc calls at least once a second while it waits for the engine. If it returns true,
     * queries and prunes end at once (-ECANCELED), and removals end as after REMOVAL_STOP_ALL. engine_tag and
     * engine_query_tags ignore it, so that the caller can complete an undo. */
    bool (*is_interrupted)(void);
} EngineOptions;

/* Asks for the engine's version and settles the API version (GET /version). -EINVAL if the host is not a local socket,
 * -EPROTO if the engine is too old or too new for rgc. The caller frees `*ret` with engine_free. */
int engine_open(const EngineOptions *options, Engine **ret, Error *err);
void engine_free(Engine *engine); /* accepts NULL */
DEFINE_CLEANUP(Engine, engine_free)

int engine_api_minor(const Engine *engine);     /* the 51 of API 1.51: 41 to 51 */
uint64_t engine_requests(const Engine *engine); /* requests sent so far */
int engine_parallel(const Engine *engine);      /* a negative option gets its value in engine_query_info */
/* Whether an image gets exactly the tag that engine_tag asks for. Podman puts a registry's name before some. */
bool engine_keeps_given_tags(const Engine *engine);

/* GET /info. Fills all of EngineInfo except boot_id and clock_offset_usec, which the caller fills: they belong to this
 * host and not to the engine. The caller clears `ret` with engine_info_clear. */
int engine_query_info(Engine *engine, EngineInfo *ret, Error *err);

/* GET /images/json. Fills snapshot->images, which must be empty, and decodes the list image by image. An image that
 * cannot be decoded is added to snapshot->unreadable. The query fails, and leaves the list empty, if no image can be
 * decoded or if the list has no proper end. With `with_shared_sizes` it also fills shared_bytes where the engine
 * reports it (API 1.42 and newer). */
int engine_query_images(Engine *engine, bool with_shared_sizes, Snapshot *snapshot, Error *err);
/* GET /containers/json, in all states. Fills snapshot->containers, which must be empty, under the same rules as
 * engine_query_images. Containers mount images by name; the query turns these names into IDs by snapshot->images, which
 * the caller queries first, and asks the engine for names that are not there (GET /images/NAME/json). A name that the
 * engine does not know either sets has_unresolved_mount. */
int engine_query_containers(Engine *engine, Snapshot *snapshot, Error *err);

/* GET /containers/ID/json of each, side by side, within short_timeout_usec each. Fills `run`, and image_ref from
 * Config.Image; or sets inspect_error, which concerns that container alone. The function fails only if the engine as a
 * whole is gone, or if the caller interrupts it. */
int engine_inspect_containers(Engine *engine, Container **containers, size_t count, Error *err);

/* GET /events up to `until`, the time of the snapshot: the engine replays the events that it remembers. Fills
 * arrivals, starts, ends, killed and gone, and arrivals_since: from that time on the replay is complete. */
int engine_query_events(Engine *engine, Time until, Snapshot *snapshot, Error *err);

/* GET /system/df, for build cache alone where the API can (1.42 and newer). If the engine has no build cache (Podman),
 * is_known is false. If the query is refused or fails, the function returns 0 nevertheless: is_known is false, `error`
 * says why, and is_unread is true unless the request was forbidden. */
int engine_query_build_cache(Engine *engine, BuildCache *ret, Error *err);

/* GET /volumes. Fills snapshot->volumes with the volumes that have a builder's name, without their sizes, and sets
 * knows_volumes. An engine that refuses causes no error; snapshot->unavailable then says what is missing. */
int engine_query_builder_volumes(Engine *engine, Snapshot *snapshot, Error *err);
/* Fills the sizes of the volumes in the snapshot. The engine measures all volumes for that, so callers ask only when
 * somebody waits for the answer; rgc gives up after 10 s, and the sizes remain unknown. */
int engine_query_volume_sizes(Engine *engine, Snapshot *snapshot, Error *err);

/* GET /volumes. Fills survey->volumes with all volumes, sorted by name, and sets knows_volumes. A refusal is an
 * error. */
int engine_query_volumes(Engine *engine, Survey *survey, Error *err);
/* Has the engine measure what containers have written into their own layers, and notes it in survey->sizes as measured
 * at `now`. The engine walks through those layers, so callers ask only when somebody wants it and waits; rgc gives up
 * after 10 minutes. */
int engine_query_container_sizes(Engine *engine, Time now, Survey *survey, Error *err);
/* Does the same for volumes. Before API 1.42 the engine measures images and containers along with them. */
int engine_query_all_volume_sizes(Engine *engine, Time now, Survey *survey, Error *err);

/* Reads the cache of a running builder with `buildctl du` in its container. An error concerns this builder alone,
 * unless it is -ECANCELED or -ECONNREFUSED. On error, ret->is_unread says whether a prune may work all the same. */
int engine_query_builder(Engine *engine, const char *container_id, BuildCache *ret, Error *err);

/* Fills the layers of these images with their sizes: an inspect of each, then the history of each, side by side. An
 * image whose layers remain unknown keeps layers = NULL, and may get `unpacked` instead. */
int engine_query_layers(Engine *engine, Image **images, size_t count, Error *err);

/* Fills what images were made of, with an inspect and a history of each, side by side. A caller marks what it wants:
 * `asked` for the steps, `inspected` for the time when the engine last noted a name, an empty `build` for how the image
 * was built. What the engine does not report remains as it was, except that `build` becomes NULL. */
int engine_query_facts(Engine *engine, ImageFacts *facts, size_t count, Error *err);

/* The tags that the image has at this moment, for the caller to clear. `name` is its ID or one of its tags. -ENOENT if
 * there is no such image. */
int engine_query_tags(Engine *engine, const char *name, Strings *ret, Error *err);

typedef struct Removal {
    const char *target; /* a container's ID, "sha256:…", "repository:tag" or a volume's name. Borrowed */
    void *userdata;     /* belongs to the caller */
    TargetKind kind;    /* container, image or volume */
    /* engine_remove fills these; the caller leaves them zero and clears them with removal_clear. */
    Outcome outcome;
    char *error;      /* NULL for a thing that was removed */
    bool was_deleted; /* for an image: the engine reported the ID itself as deleted, and not only a tag as removed */
} Removal;
void removal_clear(Removal *removal);

typedef enum RemovalGo { REMOVAL_START, REMOVAL_SKIP, REMOVAL_STOP_ALL } RemovalGo;
/* engine_remove calls this just before it starts each removal. The callee may query the engine. Before it returns
 * REMOVAL_SKIP, it sets outcome and error itself. */
typedef RemovalGo RemovalMayStart(Removal *removal, void *userdata);
/* engine_remove calls this once for each removal that it started, when the outcome is known. */
typedef void RemovalDone(Removal *removal, void *userdata);

/* DELETE of each, in the order of the array, at most `parallel` side by side. A removal that was not started has
 * OUTCOME_SKIPPED. After REMOVAL_STOP_ALL nothing more starts; removals under way have 5 s to be answered, and are then
 * OUTCOME_UNKNOWN. The function returns an error only if the engine is gone. */
int engine_remove(Engine *engine, Removal *removals, size_t count, RemovalMayStart *may_start, RemovalDone *done,
                  void *userdata, Error *err);

/* POST /images/ID/tag gives the image a tag. -ENOENT if there is no such image, -EINVAL if `tag` is not a tag. */
int engine_tag(Engine *engine, const char *image_id, const char *tag, Error *err);

/* POST /build/prune with `until`, which removes what has not been used for that long: whole hours, rounded up; 0 prunes
 * all that is unused; negative sends no such request. If max_size_bytes >= 0, a second prune brings the cache down to
 * that size, with the parameter that the negotiated API has for it. Both results are set on error too. */
int engine_prune_build_cache(Engine *engine, int64_t unused_for_usec, int64_t max_size_bytes,
                             int64_t *ret_reclaimed_bytes, size_t *ret_records, Error *err);

/* Does the same in a running builder with `buildctl prune` in its container. `ret` has the records that buildctl
 * reported as removed, on error too. */
int engine_prune_builder(Engine *engine, const char *container_id, int64_t unused_for_usec, int64_t max_size_bytes,
                         BuildCache *ret, Error *err);
