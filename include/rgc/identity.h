/* SPDX-License-Identifier: MIT */
/*
 * Which app a container belongs to: Kamal's labels, else Compose's, else Swarm's, else the image's
 * repository where the container is one that lasts.
 */
#pragma once

#include <rgc/ledger.h>

typedef struct Identity {
    AppKind kind;
    char *app;               /* NULL for APP_NONE */
    const char *destination; /* borrowed from the container */
    const char *role;        /* borrowed */
    char *version;           /* Kamal's, from the container's name; NULL */
    bool is_exec;
    bool is_lasting;
    bool is_replaced; /* the retired duplicate that a redeploy or rollback leaves, "…_replaced_<hex>" */
} Identity;

/* `services`: Kamal services known on this host; `image` and `record` may be NULL. */
void container_identify(const Container *container, const Image *image, const ImageRecord *record,
                        const Strings *services, Time now, Identity *ret);
void identity_clear(Identity *identity);

/* Names that have, or ever had, a container with both of Kamal's labels. */
void known_services(const Snapshot *snapshot, const Ledger *ledger, Strings *ret);

/* "<service>-<role>[-<destination>]-": what a Kamal container's name begins with. Caller frees. */
char *kamal_name_prefix(const char *service, const char *role, const char *destination);

bool is_kamal_container(const Container *container);

static inline bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && __builtin_strcmp(a, b) == 0);
}
