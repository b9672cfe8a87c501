/* SPDX-License-Identifier: MIT */
/*
 * What belongs to an app. Labels, names and tags can be set or inherited by anybody (`docker commit`, FROM): they are
 * claims, and only what proves them makes something an app's. Learning, deciding, the re-check, the watcher and the
 * views all ask here.
 */
#pragma once

#include <rgc/ledger.h>

typedef struct Owner {
    AppKind kind;
    char *app;                               /* NULL for APP_NONE */
    const char *destination, *role, *folder; /* borrowed from the container */
    char *version;                           /* Kamal's, from the container's name; NULL */
    bool is_exec;                            /* `kamal app exec`: it holds its image, and ranks nothing */
    bool is_hidden;   /* of none, as far as anybody can tell: what of its labels is its image's cannot be read */
    bool is_replaced; /* the retired duplicate that a redeploy or rollback leaves, "…_replaced_<hex>" */
} Owner;

/* The app of a container, as far as it is proven. `image`: its image, or NULL where that is not in the list; `services`: of owner_services. */
void owner_of(const Container *container, const Image *image, const Ledger *ledger, const Strings *services,
              Owner *ret);
void owner_clear(Owner *owner);

/* Kamal services: names that a container which is proven to be Kamal's has, or ever had. */
void owner_services(const Snapshot *snapshot, const Ledger *ledger, Strings *ret);

/* Is this container one of Kamal's? The claim is in its labels; the proof is in its name, in the reference that it was
 * started from, and in that its image has no such label. An exec container has another kind of name, and counts. */
bool owner_is_kamals(const Container *container, const Image *image);
/* Why a container with Kamal's labels is not recognised as Kamal's; NULL if it is, or claims nothing. Static text. */
const char *owner_why_not_kamals(const Container *container, const Image *image);

/* The repository that the container's user named, else one that the image is known by; NULL. Caller frees. */
char *owner_repository(const Container *container, const Image *image, const ImageRecord *record);

/* "<service>-<role>[-<destination>]-": what a Kamal container's name begins with. Caller frees. */
char *kamal_name_prefix(const char *service, const char *role, const char *destination);
/* The length of NAME without "_replaced_<hex>"; the whole length where it does not end so. */
size_t kamal_name_length(const char *name);

/* "shop" or "shop/staging": what an app is called wherever people and hooks name it. Caller frees. */
char *owner_label(const char *app, const char *destination);

/* Names of all apps that these labels may mean, proven or not: for what must not be missed. */
void owner_claims(const Labels *labels, Strings *ret);
/* The one that they say first, with its destination; NULL for what no label names. Caller frees. */
char *owner_claimed_label(const Labels *labels);

static inline bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && __builtin_strcmp(a, b) == 0);
}
