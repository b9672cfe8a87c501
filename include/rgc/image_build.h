/* SPDX-License-Identifier: MIT */
/*
 * How an image was built, as far as its history and its configuration tell. `rgc audit` judges these values; they
 * decide no removal.
 *
 * The source is the Docker Engine API: GET /images/NAME/history has one entry for each step, and GET /images/NAME/json
 * has the configuration and the diff IDs of the layers. src/engine/decode/steps reads both; src/state/build_line.h
 * writes the values to facts.jsonl, so that an image is asked for once.
 *
 * An ImageBuild never has text that could be a secret. Of a command it keeps what the command is known to do (traits),
 * a fingerprint, and a gist of known words or of the path of a COPY; of a variable it keeps the name, and the value
 * only if it is a version.
 */
#pragma once

#include <rgc/memory.h>
#include <rgc/text.h>

typedef enum StepKind {
    STEP_FOREIGN, /* no step of a Dockerfile: bazel, ko, apko, nix, buildpacks, an exporter, docker commit */
    STEP_IMPORT,  /* docker import, or the root file system of a base image */
    STEP_RUN,
    STEP_COPY,
    STEP_ADD,
    STEP_WORKDIR,
    STEP_ENV,
    STEP_ARG,
    STEP_LABEL,
    STEP_USER,
    STEP_CMD,
    STEP_ENTRYPOINT,
    STEP_HEALTHCHECK,
    STEP_VOLUME,
    STEP_OTHER, /* EXPOSE, SHELL, STOPSIGNAL, ONBUILD, MAINTAINER */
    STEP_KIND_MAX_,
} StepKind;

/* What a step is known to do, as bits: BuildStep.traits & DOES(NAME). */
#define STEP_TRAITS(X)                                                                                                 \
    X(APT_INSTALL)                                                                                                     \
    X(APT_LISTS)      /* it updates the lists of packages, and leaves them */                                          \
    X(RECOMMENDS)     /* it also installs packages that are only recommended */                                        \
    X(COMPILER)       /* it installs a compiler, and leaves it */                                                      \
    X(OTHER_PACKAGES) /* it installs something else as well */                                                         \
    X(APK_CACHE)                                                                                                       \
    X(PIP_CACHE)                                                                                                       \
    X(YUM_CACHE)                                                                                                       \
    X(ZYPPER_CACHE)                                                                                                    \
    X(NPM_CACHE)                                                                                                       \
    X(YARN_CACHE)                                                                                                      \
    X(UPGRADES)                                                                                                        \
    X(CARGO)                                                                                                           \
    X(GO)                                                                                                              \
    X(JAVA)                                                                                                            \
    X(DOTNET)                                                                                                          \
    X(NODE)                                                                                                            \
    X(CHOWN) /* it changes owners or modes of a whole tree, and does nothing else */                                   \
    X(CHMOD)                                                                                                           \
    X(REMOVES) /* it removes, and does nothing else */                                                                 \
    X(RUSTUP)                                                                                                          \
    X(GOSU)       /* it installs gosu or another program that gives up root's rights */                                \
    X(ARGS)       /* build arguments reach it */                                                                       \
    X(ALL)        /* COPY of the whole context */                                                                      \
    X(FOLDER)     /* COPY of one folder or more; the classic builder does not tell which */                            \
    X(ABSOLUTE)   /* COPY from an absolute path: out of another stage */                                               \
    X(WITH_OWNER) /* COPY --chown or --chmod */                                                                        \
    X(TO_ROOT)    /* COPY or ADD into / itself, as for a root file system */                                           \
    X(ENV_RUST)                                                                                                        \
    X(ENV_GO)                                                                                                          \
    X(BUILDPACK)  /* the packages of buildpack-deps */                                                                 \
    X(PIP_OFF)    /* PIP_NO_CACHE_DIR */                                                                               \
    X(ORIGIN)     /* a label that says where the image was built from */                                               \
    X(BUILDPACKS) /* a step of Cloud Native Buildpacks */                                                              \
    X(BAZEL)

enum {
#define STEP_TRAIT_NUMBER(name) DOES_NUMBER_##name,
    STEP_TRAITS(STEP_TRAIT_NUMBER) DOES_MAX_,
#undef STEP_TRAIT_NUMBER
};
#define DOES(name) (UINT64_C(1) << DOES_NUMBER_##name)

#define NO_LAYER (-1)

typedef struct BuildStep {
    StepKind kind;
    uint64_t traits;
    uint64_t print;     /* fingerprint of the command without build arguments and times: the same in each build of it */
    Time created;       /* microseconds since the epoch; reproducible builds set it to a constant */
    int64_t size_bytes; /* unpacked, as the history tells it; 0 also if the image was never unpacked */
    int layer;          /* index into ImageBuild.layers, or NO_LAYER */
    char *gist;         /* "RUN apt-get install gcc …": known words only, or the path of a COPY */
} BuildStep;

/* How a program starts, as bits: what the configuration of an image says, or that of a container, which adds the
 * options that it was started with. */
enum {
    SETUP_KNOWN = 1 << 0, /* rgc has read the configuration; without this bit, the others say nothing */
    SETUP_ROOT = 1 << 1,
    SETUP_NAMED_USER = 1 << 2, /* USER is a name, which needs an /etc/passwd */
    SETUP_HEALTH = 1 << 3,
    SETUP_HEALTH_SHELL = 1 << 4,  /* the health check is a line for a shell */
    SETUP_SHELL_FORM = 1 << 5,    /* a shell is started first, and nothing hands signals on */
    SETUP_DROPS_ROOT = 1 << 6,    /* the command names gosu or its like */
    SETUP_BUILDS = 1 << 7,        /* the program is compiled when it starts */
    SETUP_SCRIPT = 1 << 8,        /* an entrypoint script is started first */
    SETUP_UNBOUNDED_LOG = 1 << 9, /* containers only: json-file without max-size */
    SETUP_HOST_USERS = 1 << 10,   /* containers only: it runs outside the engine's user namespace */
};

/* What the names of an image's variables and labels tell, as bits. */
enum {
    BUILD_RUST = 1 << 0, /* the toolchain is there, as CARGO_HOME shows */
    BUILD_GO = 1 << 1,
    BUILD_DOTNET_SDK = 1 << 2,
    BUILD_NODE = 1 << 3,
    BUILD_PYTHON = 1 << 4,
    BUILD_RUBY = 1 << 5,
    BUILD_PHP = 1 << 6,
    BUILD_JAVA = 1 << 7,
    BUILD_PIP_OFF = 1 << 8,
    BUILD_GOSU = 1 << 9,
    BUILD_CERTIFICATES = 1 << 10, /* SSL_CERT_FILE, as distroless images have it */
    BUILD_ORIGIN = 1 << 11,       /* org.opencontainers.image.source or .revision */
    BUILD_BUILDPACKS = 1 << 12,
    BUILD_TOOLS = BUILD_RUST | BUILD_GO | BUILD_DOTNET_SDK,
    BUILD_INTERPRETERS = BUILD_NODE | BUILD_PYTHON | BUILD_RUBY | BUILD_PHP,
};

typedef struct ImageBuild {
    BuildStep *steps; /* base first */
    size_t n_steps;
    Strings layers; /* diff IDs, base first */
    int setup, hints;
    char *runtime;     /* "rust:1.75.0": the toolchain or interpreter that its variables name; may be NULL */
    char *base_name;   /* label org.opencontainers.image.base.name (OCI annotations); may be NULL */
    char *base_digest; /* label org.opencontainers.image.base.digest; may be NULL */
    Strings secrets;   /* "ENV NAME", "ARG NAME": variables whose names say that they have a password */
} ImageBuild;

void build_step_clear(BuildStep *step);
void image_build_clear(ImageBuild *build);
void image_build_free(ImageBuild *build);
DEFINE_CLEANUP(ImageBuild, image_build_free)

/* Fills BuildStep.layer of each step. A history has entries without a layer and does not mark them, so rgc tries which
 * kinds of entry are as many as there are layers: entries with a size, entries whose instruction makes a layer, all
 * entries. If none fits, each step has NO_LAYER. */
void image_build_find_layers(ImageBuild *build);
const char *step_kind_to_string(StepKind kind);   /* "RUN" … */
StepKind step_kind_from_string(const char *word); /* STEP_KIND_MAX_ = unknown */
