/* SPDX-License-Identifier: MIT */
/*
 * What belongs to an app. Anybody can set labels, names and tags, or inherit them (`docker commit`, FROM). They are
 * claims, and only proof makes something an app's (src/facts/ownership.c). Learning, deciding, the re-check before a
 * removal, the watcher and the views all ask here, and nowhere else.
 *
 *     cleanup_with(strings_clear) Strings services = {0};
 *     cleanup_with(owner_clear) Owner owner = {0};
 *     owner_services(snapshot, ledger, &services);        // once
 *     owner_of(container, image, ledger, &services, &owner); // for each container
 *
 * Sources: Kamal's names and labels for containers; the Compose specification's labels com.docker.compose.*; Swarm's
 * labels com.docker.swarm.*.
 */
#pragma once

#include <rgc/ledger.h>

typedef struct Owner {
    AppKind kind;
    char *app;                               /* its name; NULL for APP_NONE */
    const char *destination, *role, *folder; /* borrowed from the container */
    char *version;                           /* Kamal's, from the container's name; NULL */
    bool is_exec;                            /* `kamal app exec`: it keeps its image, and is not ranked */
    bool is_hidden;   /* nobody can tell: it claims something, but the labels of its image cannot be read */
    bool is_replaced; /* the retired duplicate that a redeploy or rollback leaves, "…_replaced_<hex>" */
} Owner;

/* The app of a container, as far as it is proven. Fills all of *ret, which borrows from the container. `image` is the
 * container's image, NULL = it is not in the list; `services` come from owner_services. */
void owner_of(const Container *container, const Image *image, const Ledger *ledger, const Strings *services,
              Owner *ret);
void owner_clear(Owner *owner);

/* Adds the names of all Kamal services that containers are proven to belong to, now or at any time that the ledger
 * knows. */
void owner_services(const Snapshot *snapshot, const Ledger *ledger, Strings *ret);

/* Is this container proven to be one of Kamal's? Its labels claim it. Its name, the reference that it was started from,
 * and an image without these labels prove it. An exec container has another kind of name, and counts. */
bool owner_is_kamals(const Container *container, const Image *image);
/* Why a container with Kamal's labels is not recognised as Kamal's, as a phrase for people; NULL if it is, or if it
 * does not claim to be. Static text. */
const char *owner_why_not_kamals(const Container *container, const Image *image);

/* The repository that the container's user named, or else one that the image is known by; NULL = none. `image` and
 * `record` may be NULL. Caller frees. */
char *owner_repository(const Container *container, const Image *image, const ImageRecord *record);

/* "<service>-<role>[-<destination>]-", with which a Kamal container's name begins. Caller frees. */
char *kamal_name_prefix(const char *service, const char *role, const char *destination);
/* The length of the name without "_replaced_<hex>" at its end; its whole length if it does not end so. */
size_t kamal_name_length(const char *name);

/* "shop" or "shop/staging": the name of an app wherever people and hooks name it. Caller frees. */
char *owner_label(const char *app, const char *destination);

/* Adds the names of all apps that these labels may mean, proven or not, for callers that must not miss one. */
void owner_claims(const Labels *labels, Strings *ret);
/* The app that the labels name first, with its destination; NULL = they name none. Caller frees. */
char *owner_claimed_label(const Labels *labels);

/* Are both NULL, or equal? */
static inline bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && __builtin_strcmp(a, b) == 0);
}

/* Orders as strcmp does; NULL is the same as an empty text. */
static inline int compare_text(const char *a, const char *b)
{
    return __builtin_strcmp(a ? a : "", b ? b : "");
}
