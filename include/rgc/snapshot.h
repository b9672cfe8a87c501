/* SPDX-License-Identifier: MIT */
/*
 * Snapshot: what is on the host at one moment, as the engine tells it. Facts only, nothing is
 * decided here. It owns everything it points to. The engine layer fills it, the core reads it.
 *
 * Field meanings follow the Docker Engine API, 1.41 to 1.51; where stores differ, the decoder has
 * already made them alike (see src/engine/decode/).
 */
#pragma once

#include <rgc/image_facts.h>
#include <rgc/memory.h>
#include <rgc/text.h>

/* The labels that rgc knows; NULL where absent. On containers these include the labels of their image. */
typedef struct Labels {
    char *service;         /* Kamal */
    char *role;            /* Kamal, containers only: an image that has it was committed */
    char *destination;     /* Kamal, containers only; NULL when absent or empty */
    char *compose_project; /* com.docker.compose.project */
    char *compose_service; /* com.docker.compose.service */
    char *compose_hash;    /* com.docker.compose.config-hash, or podman-compose's: of each container that it made */
    char *compose_folder;  /* com.docker.compose.project.working_dir */
    char *compose_image;   /* com.docker.compose.image: the ID that Compose made the container of */
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
    Strings own_tags; /* through which a pass that was interrupted was removing it */
    Strings digests;  /* "repository@sha256:…"; no "<none>" */
    char *parent_id;  /* NULL, or the parent of an image of the classic builder or `docker commit` */
    Labels labels;
    Time created;         /* build date; says nothing about when it came here */
    int64_t size_bytes;   /* all of it, shared layers too */
    int64_t shared_bytes; /* of these, in layers of other images too; -1 = the engine did not tell */
    Layer *layers;        /* base first; NULL where unknown */
    size_t n_layers;
    Layer *unpacked; /* the same where they are not all of the image: the containerd store keeps them compressed, too */
    size_t n_unpacked;
    char *unreadable; /* NULL, or what of its row cannot be understood; then of the above only the ID is sure */
    int hidden;       /* IMAGE_HIDES bits: which of what counts most cannot be read */
} Image;

enum {
    IMAGE_HIDES_TAGS = 1,   /* it may have any */
    IMAGE_HIDES_PARENT = 2, /* any image may be its */
    IMAGE_HIDES_LABELS = 4, /* what a container has may be its own or inherited */
    IMAGE_HIDES_ALL = 7,
};

typedef enum ContainerState {
    STATE_UNKNOWN, /* a word this program does not know: treated as running */
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
/* running, paused, restarting, or unknown */
bool container_state_is_live(ContainerState state);
/* created, exited or dead: the only states in which rgc removes a container */
bool container_state_is_stopped(ContainerState state);

/* What only an inspect tells. Remembered in the ledger by container ID and state. */
typedef struct Run {
    bool is_known; /* false: not inspected yet, or the inspect failed */
    Time started;  /* last start; 0 = never */
    Time finished; /* last end; 0 = never or running */
    int exit_code;
    int restarts; /* by the restart policy */
    bool has_restart_policy;
    bool is_auto_remove; /* --rm */
    bool was_killed;     /* ended from outside: exit 137/143 (128+KILL, 128+TERM), or a kill or stop event */
    int setup;           /* SETUP bits of rgc/image_build.h; 0 = not known */
} Run;

typedef struct Container {
    char *id;        /* 64 hex digits */
    char *name;      /* without the leading '/' */
    char *image_id;  /* equals Image.id, but that image may be missing from the list */
    char *image_ref; /* what the user passed; for display, and for the repository of an image without one */
    ContainerState state;
    Time created;
    Labels labels;
    Strings mounted_images;    /* IDs of images that are mounted (--mount type=image) */
    bool has_unresolved_mount; /* such a mount whose image could not be resolved: nothing may be assumed unused */
    Strings anonymous_mounts;  /* where volumes without a name are mounted */
    bool is_unhealthy;         /* by its own check */
    Strings builder_volumes;   /* names of mounted volumes that a builder's may have; see rgc/builders.h */
    Run run;
    const char *inspect_error; /* NULL, or why Run is not known; static text */
    char *unreadable;          /* NULL, or what of its row cannot be understood; its ID and its image's can */
} Container;

/* "Something named this image": a pull, load, import or tag event of the engine's replay. */
typedef struct ArrivalEvent {
    char *reference; /* "repository:tag" or an image ID */
    Time time;
    bool is_transfer;  /* pull, load or import: not made here by a tag or a build */
    bool is_made_here; /* import or `docker commit`; `reference` is then the image's ID */
} ArrivalEvent;

typedef struct CacheRecord {
    char *id;
    int64_t size_bytes;
    Time last_used; /* 0 = never used: an engine evicts these whatever the window */
    bool is_in_use;
    bool is_shared;   /* also a layer of an image: evicting it frees nothing */
    bool is_internal; /* internal or frontend record, skipped by a prune without all=1 */
    Strings parents;  /* IDs of the records that it was made from: each is needed as long as this one is here */
} CacheRecord;

typedef struct BuildCache {
    bool is_known; /* false: the engine has none (Podman) or did not say */
    CacheRecord *records;
    size_t n_records;
    char *error;         /* NULL, or why it is not known */
    bool is_unread;      /* not known, as the look at it failed; it can be pruned by age all the same */
    size_t n_unreadable; /* records that are left out */
    char *unreadable;    /* the first of them, as a phrase; NULL */
} BuildCache;

/* A volume with the name of a builder's. Of all others nothing is known. */
typedef struct Volume {
    char *name;
    Time created;       /* 0 = unknown */
    bool is_protected;  /* label rgc.keep=true */
    bool is_foreign;    /* with labels, options or a driver that buildx does not give it */
    int64_t size_bytes; /* -1 = unknown */
} Volume;

/* A docker-container builder of buildx, or the volume that one has left behind; see rgc/builders.h. */
typedef struct Builder {
    char *name;           /* without the prefix */
    char *container_id;   /* NULL: there is only the volume */
    ContainerState state; /* of the container */
    bool has_state;       /* the container mounts the volume of its name */
    const Volume *volume; /* of its name, in Snapshot.volumes; NULL = none is known */
    BuildCache cache;     /* of a running one; is_known = false otherwise, and where it could not be read: */
    char *error;          /* why; NULL */
} Builder;

/* A row of an answer that cannot be understood, and is left out. */
typedef enum RowKind {
    ROW_IMAGE,
    ROW_CONTAINER, /* it may use any image */
    ROW_VOLUME,
    ROW_EVENT,
    ROW_KIND_MAX_,
} RowKind;

typedef struct UnreadableRow {
    RowKind kind;
    char *name; /* its ID or name, as far as it can be read; may be "" */
    char *why;  /* a phrase */
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
    char *driver;     /* as the engine names it */
    char *root;       /* DockerRootDir */
    char *containerd; /* the socket of its containerd; NULL before API 1.46 */
    bool is_podman;
    bool maps_users;           /* root of a container is nobody's root here: userns-remap, or a rootless engine */
    char *boot_id;             /* of this host */
    int64_t clock_offset_usec; /* wall clock minus boot clock, at the time of the snapshot */
} EngineInfo;

typedef struct Disk {
    char *path;              /* engine storage on it */
    int64_t total_bytes;     /* as df prints them: used + available, without the reserved blocks */
    int64_t available_bytes; /* for unprivileged users */
    double used_percent;     /* as df: used / (used + available), 0 to 100 */
    bool has_no_images;      /* the engine keeps its images elsewhere, or may: removing them frees nothing here */
    int64_t total_inodes;    /* 0 = the file system does not count them */
    double used_inodes_percent;
} Disk;

typedef struct Snapshot {
    EngineInfo engine;
    Image *images;
    size_t n_images;
    Container *containers;
    size_t n_containers;
    ImageFacts *facts; /* sorted by ID; of images that are gone too */
    size_t n_facts;
    ArrivalEvent *arrivals;
    size_t n_arrivals;
    Time arrivals_since;  /* the events are complete from here on; = time of the snapshot if nothing is known */
    bool is_replay_full;  /* older events may have been pushed out of it */
    ArrivalEvent *starts; /* containers that were created or started: `reference` is what their user named */
    size_t n_starts;
    ArrivalEvent *ends; /* containers that ended: `reference` is their ID */
    size_t n_ends;
    Strings killed;  /* IDs of containers that a kill or stop event named */
    Container *gone; /* containers that have come and gone since the last pass, as far as events told */
    size_t n_gone;
    BuildCache cache;
    bool knows_volumes; /* false: the engine did not tell */
    Volume *volumes;    /* of builders only */
    size_t n_volumes;
    Builder *builders;
    size_t n_builders;
    Disk *disks;
    size_t n_disks;
    UnreadableRow *unreadable; /* also images and containers that are in the lists above, with what can be read */
    size_t n_unreadable;
    Time unreadable_event; /* when the last event came that is among them; 0 = none is */
    Strings unseen;        /* what could not be looked at, and is done without: a sentence each */
} Snapshot;

/* What an event tells of a container. */
typedef struct ContainerEvent {
    const char *container, *name, *action;
    const char *image, *reference; /* its ID, where somebody asked for it then; what its user named; NULL */
    const Labels *labels;
    Time at;
    bool is_ending;
    int exit_code;
} ContainerEvent;

/* Into `gone`: a container that nobody can inspect any more, as its events told it. */
void snapshot_note_gone(Snapshot *snapshot, const ContainerEvent *event);
/* Drops from `gone` what is here. The snapshot must be indexed. */
void snapshot_drop_present(Snapshot *snapshot);

const char *row_kind_to_string(RowKind kind); /* "image", "container" … */
void snapshot_add_unreadable(Snapshot *snapshot, RowKind kind, const char *name, const char *why);
void snapshot_drop_unreadable(Snapshot *snapshot, RowKind kind);
/* The first container of which not even the image can be read: it may use any. NULL = there is none. */
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
void engine_info_clear(EngineInfo *info);
void snapshot_clear(Snapshot *snapshot);

/* Moves the tags of rgc's own, which name this image, from `tags` to `own_tags`. */
void image_set_aside_own_tags(Image *image);

/* The tag that people know the image by: a version rather than `latest`. Borrowed; NULL without a tag. */
const char *image_main_tag(const Image *image);

/* Sorts images and containers by ID; called once after filling, before anything below or in the core. */
void snapshot_index(Snapshot *snapshot);
/* NULL when absent. Borrowed. */
Image *snapshot_image(const Snapshot *snapshot, const char *id);
Container *snapshot_container(const Snapshot *snapshot, const char *id);
/* NULL where they are missing: what the image was made of is not known. */
const ImageFacts *snapshot_facts(const Snapshot *snapshot, const char *id);
/* The same of which `build` is known. */
const ImageFacts *snapshot_build(const Snapshot *snapshot, const char *id);
/* The image that holds this tag ("repository:tag", exact) or NULL. Linear. */
Image *snapshot_image_by_tag(const Snapshot *snapshot, const char *tag);
