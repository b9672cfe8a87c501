/* SPDX-License-Identifier: MIT */
/*
 * Snapshot: what is on the host at one moment, as the engine reports it. It has facts only; nothing is decided here. It
 * owns everything that it points to. src/observe and src/engine fill it, learning and deciding read it.
 *
 * What cannot be read is never left out in silence: it is in Snapshot.unreadable, Snapshot.unavailable, in the
 * `unreadable` and `hidden` of the item, or in an `error`. The rules keep what that may concern.
 *
 * Source: Docker Engine API, 1.41 to 1.51, which gives the members their meaning. Where engines and stores differ, the
 * decoder has made them alike (src/engine/decode/). Sizes are bytes; times are microseconds since the epoch.
 */
#pragma once

#include <rgc/image_facts.h>
#include <rgc/memory.h>
#include <rgc/text.h>

/* The labels that rgc knows; NULL = absent. Those of a container include the labels of its image. */
typedef struct Labels {
    char *service;         /* Kamal */
    char *role;            /* Kamal, on containers only: an image that has it was committed from one */
    char *destination;     /* Kamal, on containers only; NULL also if it is empty */
    char *compose_project; /* com.docker.compose.project */
    char *compose_service; /* com.docker.compose.service */
    char *compose_hash;    /* com.docker.compose.config-hash, or podman-compose's: on each container that it creates */
    char *compose_folder;  /* com.docker.compose.project.working_dir */
    char *compose_image;   /* com.docker.compose.image: the ID that Compose created the container from */
    bool compose_oneoff;   /* com.docker.compose.oneoff=True */
    char *swarm_service;   /* com.docker.swarm.service.name */
    char *swarm_task;      /* com.docker.swarm.task.id */
    char *title;           /* org.opencontainers.image.title */
    bool keep;             /* rgc.keep=true */
} Labels;

typedef struct Layer {
    char *digest; /* diff ID */
    int64_t size_bytes;
} Layer;

typedef struct Image {
    char *id;         /* "sha256:" and 64 hex digits */
    Strings tags;     /* "repository:tag"; no "<none>", no digests, none of rgc's own */
    Strings own_tags; /* rgc's own tags, through which an interrupted pass was removing it */
    Strings digests;  /* "repository@sha256:…"; no "<none>" */
    char *parent_id;  /* what the classic builder or `docker commit` made it from; NULL = none */
    Labels labels;
    Time created;         /* the build date, which says nothing about when it arrived here */
    int64_t size_bytes;   /* of all of it, shared layers included */
    int64_t shared_bytes; /* how much of that other images have, too; -1 = unknown */
    Layer *layers;        /* base first; NULL = unknown */
    size_t n_layers;
    Layer *unpacked; /* the same in a containerd store, which keeps the layers compressed as well; NULL */
    size_t n_unpacked;
    char *unreadable; /* what of its row rgc does not understand, so that only the ID is certain; NULL = nothing */
    int hidden;       /* IMAGE_HIDES bits: what of the most important members cannot be read */
} Image;

enum {
    IMAGE_HIDES_TAGS = 1,   /* it may have any tag */
    IMAGE_HIDES_PARENT = 2, /* any image may be its parent */
    IMAGE_HIDES_LABELS = 4, /* a container's label may be its own or inherited from the image */
    IMAGE_HIDES_ALL = 7,
};

typedef enum ContainerState {
    STATE_UNKNOWN, /* a word that rgc does not know: it counts as running */
    STATE_CREATED,
    STATE_RUNNING,
    STATE_PAUSED,
    STATE_RESTARTING,
    STATE_REMOVING,
    STATE_EXITED,
    STATE_DEAD,
    STATE_MAX_,
} ContainerState;

const char *container_state_to_string(ContainerState state);
ContainerState container_state_from_string(const char *s);
/* Is it running, paused, restarting or unknown? */
bool container_state_is_live(ContainerState state);
/* Is it created, exited or dead? rgc removes a container only in these states. */
bool container_state_is_stopped(ContainerState state);

/* What only an inspect tells. The ledger remembers it by the container's ID and state. */
typedef struct Run {
    bool is_known; /* false: not inspected yet, or the inspect failed */
    Time started;  /* the last start; 0 = never */
    Time finished; /* the last end; 0 = never, or it is running */
    int exit_code;
    int restarts; /* how often the restart policy has restarted it */
    bool has_restart_policy;
    bool is_auto_remove; /* --rm */
    bool was_killed;     /* somebody ended it: exit code 137 or 143 (128 + KILL or TERM), or a kill or stop event */
    int setup;           /* SETUP bits of image_build.h; 0 = unknown */
} Run;

typedef struct Container {
    char *id;        /* 64 hex digits */
    char *name;      /* without the leading '/' */
    char *image_id;  /* equals Image.id, but the list may lack that image */
    char *image_ref; /* what its user named: for people, and for the repository of an image without one */
    ContainerState state;
    Time created;
    Labels labels;
    Strings mounted_images;    /* IDs of the images that it mounts (--mount type=image) */
    bool has_unresolved_mount; /* it mounts an image that rgc cannot identify, so any image may be in use */
    Strings anonymous_mounts;  /* the paths at which it mounts volumes without a name */
    bool is_unhealthy;         /* by its own health check */
    Strings builder_volumes;   /* names of mounted volumes that look like a builder's (builders.h) */
    int64_t in_state_for_usec; /* by the list, how long it has run or been stopped at least; 0 = not told */
    Run run;
    bool is_asked;             /* this pass has asked for Run, since the ledger may know an earlier life */
    const char *inspect_error; /* why Run is unknown; NULL = it is known, or was not asked for; static text */
    char *unreadable;          /* what of its row rgc does not understand; its ID and its image's are certain; NULL */
} Container;

/* "Something named this image", by an event of the engine: for an arrival, a pull, load, import or tag. */
typedef struct ArrivalEvent {
    char *reference; /* "repository:tag" or an image ID */
    Time time;
    bool is_transfer;  /* a pull, load or import, and not a tag or a build on this host */
    bool is_made_here; /* an import or `docker commit`; then `reference` is the image's ID */
} ArrivalEvent;

typedef struct CacheRecord {
    char *id;
    int64_t size_bytes;
    Time last_used; /* 0 = never used: an engine evicts such a record whatever the window is */
    bool is_in_use;
    bool is_shared;   /* it is also a layer of an image, so to evict it frees nothing */
    bool is_internal; /* an internal or frontend record, which a prune without all=1 skips */
    Strings parents;  /* IDs of the records that it was made from, which it needs */
} CacheRecord;

typedef struct BuildCache {
    bool is_known; /* false: the engine has none (Podman), or did not report it */
    CacheRecord *records;
    size_t n_records;
    char *error;         /* why it is unknown; NULL */
    bool is_unread;      /* rgc could not list it; it can be pruned by age nevertheless */
    size_t n_unreadable; /* how many records are left out because rgc does not understand them */
    char *unreadable;    /* the first of these, as a phrase; NULL */
} BuildCache;

/* A volume with the name of a builder's. rgc reads no other volumes. */
typedef struct Volume {
    char *name;
    Time created;       /* 0 = unknown */
    bool is_protected;  /* label rgc.keep=true */
    bool is_foreign;    /* it has labels, options or a driver that buildx does not give it */
    int64_t size_bytes; /* -1 = unknown */
} Volume;

/* A docker-container builder of buildx, or the volume that one has left behind (builders.h). */
typedef struct Builder {
    char *name;           /* without the prefix */
    char *container_id;   /* NULL = only the volume is left */
    ContainerState state; /* the container's */
    bool has_state;       /* the container mounts the volume of its name */
    const Volume *volume; /* the volume of its name, in Snapshot.volumes; NULL = none is known */
    BuildCache cache;     /* known only for a running builder */
    char *error;          /* why the cache could not be read; NULL */
} Builder;

/* A row of an answer that rgc does not understand. */
typedef enum RowKind {
    ROW_IMAGE,
    ROW_CONTAINER, /* if it is not in the list, it may use any image */
    ROW_VOLUME,
    ROW_EVENT,
    ROW_KIND_MAX_,
} RowKind;

typedef struct UnreadableRow {
    RowKind kind;
    char *name; /* its ID or name, as far as rgc can read it; may be "" */
    char *why;  /* a phrase for people */
} UnreadableRow;

typedef enum StoreKind {
    STORE_OTHER, /* a graphdriver other than overlay2 */
    STORE_OVERLAY2,
    STORE_CONTAINERD,
} StoreKind;

typedef struct EngineInfo {
    char *version; /* "28.5.2" */
    char *api;     /* negotiated, "1.51" */
    StoreKind store;
    char *driver;     /* the engine's word for the store */
    char *root;       /* DockerRootDir */
    char *containerd; /* the socket of its containerd; NULL before API 1.46 */
    bool is_podman;
    bool maps_users;           /* root in a container is not root here: userns-remap, or a rootless engine */
    char *boot_id;             /* the host's */
    int64_t clock_offset_usec; /* wall clock minus boot clock, at the time of the snapshot */
} EngineInfo;

typedef struct Disk {
    char *path;              /* of the engine's storage on it */
    int64_t total_bytes;     /* as df prints them: used + available, without reserved blocks */
    int64_t available_bytes; /* for unprivileged users */
    double used_percent;     /* as df: used / (used + available), 0 to 100 */
    bool has_no_images;      /* the engine keeps its images elsewhere, or may: to remove them frees nothing here */
    int64_t total_inodes;    /* 0 = the file system does not count them */
    double used_inodes_percent;
} Disk;

typedef struct Snapshot {
    EngineInfo engine;
    Image *images;
    size_t n_images;
    Container *containers;
    size_t n_containers;
    ImageFacts *facts; /* sorted by ID; some belong to images that are gone */
    size_t n_facts;
    ArrivalEvent *arrivals;
    size_t n_arrivals;
    Time arrivals_since;  /* from here on no event is missing; the time of the snapshot if none is known */
    bool is_replay_full;  /* newer events may have pushed older ones out of the engine's replay */
    ArrivalEvent *starts; /* containers that were created or started: `reference` is what their user named */
    size_t n_starts;
    ArrivalEvent *ends; /* containers that ended: `reference` is their ID */
    size_t n_ends;
    Strings killed;  /* IDs of containers that a kill or stop event named */
    Container *gone; /* containers that came and went since the last pass, as far as events tell */
    size_t n_gone;
    BuildCache cache;
    bool knows_volumes; /* false: the engine did not list them */
    Volume *volumes;    /* those of builders only */
    size_t n_volumes;
    Builder *builders;
    size_t n_builders;
    Disk *disks;
    size_t n_disks;
    UnreadableRow *unreadable; /* some of these are in the lists above as well, with what rgc can read */
    size_t n_unreadable;
    Time unreadable_event; /* the time of the last event among these; 0 = none is */
    Strings unavailable;   /* what could not be looked at, so that the pass does without it: a sentence each */
} Snapshot;

/* What an event tells about a container. All is borrowed. */
typedef struct ContainerEvent {
    const char *container, *name, *action;
    const char *image, *reference; /* the image's ID, if somebody asked for it at once, and what its user named; NULL */
    const Labels *labels;
    Time at;
    bool is_ending;
    int exit_code;
} ContainerEvent;

/* Adds what the event tells to the container's entry in `gone`. Call it in the order of the events. */
void snapshot_note_gone(Snapshot *snapshot, const ContainerEvent *event);
/* Drops from `gone` the containers that are here. The snapshot must be indexed. */
void snapshot_drop_present(Snapshot *snapshot);

const char *row_kind_to_string(RowKind kind); /* "image", "container" … */
void snapshot_add_unreadable(Snapshot *snapshot, RowKind kind, const char *name, const char *why);
void snapshot_drop_unreadable(Snapshot *snapshot, RowKind kind);
/* Forgets all that events told. */
void snapshot_drop_events(Snapshot *snapshot);
/* The first container of which not even the image can be read, so that it may use any; NULL = there is none. */
const UnreadableRow *snapshot_hidden_use(const Snapshot *snapshot);
/* Is there a container of which the mounts cannot be read? */
bool snapshot_hides_mounts(const Snapshot *snapshot);

void labels_clear(Labels *labels);
void labels_copy(Labels *ret, const Labels *from);
void image_clear(Image *image);
void container_clear(Container *container);
void build_cache_add_unreadable(BuildCache *cache, const char *why);
void build_cache_clear(BuildCache *cache);
void volume_clear(Volume *volume);
/* Does a digest of an image say that it came from a registry, or was pushed to one? Docker's graphdrivers note only such
 * digests; the containerd store and Podman have digests of all images. */
bool engine_tells_registries(const EngineInfo *info);
void engine_info_clear(EngineInfo *info);
void snapshot_clear(Snapshot *snapshot);

/* Moves rgc's own tags, which name this image, from `tags` to `own_tags`. */
void image_set_aside_own_tags(Image *image);

/* The tag by which people know the image, a version rather than `latest`; NULL = it has no tag. Borrowed. */
const char *image_main_tag(const Image *image);

/* Sorts images and containers by ID. Call it once when they are filled, before anything below, learning or deciding. */
void snapshot_index(Snapshot *snapshot);
/* NULL = there is none. Borrowed. */
Image *snapshot_image(const Snapshot *snapshot, const char *id);
Container *snapshot_container(const Snapshot *snapshot, const char *id);
/* What the image was made of; NULL = unknown, also if the facts lack its steps. Borrowed. */
const ImageFacts *snapshot_facts(const Snapshot *snapshot, const char *id);
/* The facts of the image if its `build` is known; NULL = it is not. Borrowed. */
const ImageFacts *snapshot_build(const Snapshot *snapshot, const char *id);
/* The image that has exactly this tag ("repository:tag"); NULL = none has. Looks at one image after the other. */
Image *snapshot_image_by_tag(const Snapshot *snapshot, const char *tag);
