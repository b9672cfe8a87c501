/* SPDX-License-Identifier: MIT */
/*
 * Which app a container belongs to: what proves it, and what merely claims it.
 *
 * The problem: deploy tools label their containers, but anybody can set a label, and a container has the labels of its
 * image as well. `docker commit` of a Kamal container makes an image with all labels of Kamal, and whatever is started
 * from that looks like a release. If rgc believed labels, it would remove somebody's stopped container, or let a backup
 * push out a release.
 *
 * The idea: labels only claim. What the maker of the container alone can have done proves it, and the first proof
 * counts:
 *  - Kamal: the image has no label for a role; neither Compose nor Swarm has made the container; its name is
 *    <service>-<role>[-<destination>]-<version>; and it was started from a reference with the tag <version>.
 *  - Compose: a config hash of the container's own, which is not its image's. A one-off container is a job.
 *  - Swarm: a task ID of the container's own.
 *  - `kamal app exec`: it has the service of its image and no role, and the service is known here. It keeps its image,
 *    but does not make it a release.
 *  - A repository: what learn_services.c has found to last or to be replaced.
 * Everything else is a job.
 *
 * What is never allowed: that a label alone makes a container removable. Where the labels of the image cannot be read,
 * a container that claims anything belongs to nothing that can be known (is_hidden), and keeps all that it may belong
 * to. tests/unit/facts/ownership.c tests this.
 */
#include <rgc/ownership.h>

#include <rgc/reference.h>
#include <string.h>

char *kamal_name_prefix(const char *service, const char *role, const char *destination)
{
    return xasprintf("%s-%s%s%s-", service, role, destination ? "-" : "", destination ? destination : "");
}

static bool is_hex(const char *s, size_t length)
{
    return length > 0 && strspn(s, "0123456789abcdef") >= length;
}

size_t kamal_name_length(const char *name)
{
    static const char mark[] = "_replaced_";
    const char *found = NULL;
    for (const char *at = strstr(name, mark); at; at = strstr(at + 1, mark))
        found = at;
    bool is_replaced = found && is_hex(found + strlen(mark), strlen(found + strlen(mark)));
    return is_replaced ? (size_t)(found - name) : strlen(name);
}

/* Is it "exec-<version>-<6 hex digits>"? A version may begin with "exec-", too, so the end decides. */
static bool is_exec_name(const char *rest)
{
    const char *last = strrchr(rest, '-');
    return strncmp(rest, "exec-", 5) == 0 && last > rest + 4 && strlen(last + 1) == 6 && is_hex(last + 1, 6);
}

/* What follows "<service>-<role>[-<destination>]-" in the name; NULL if the name does not begin with that. Borrowed. */
static const char *after_prefix(const Container *container)
{
    const Labels *labels = &container->labels;
    cleanup_with(free_charp) char *prefix = kamal_name_prefix(labels->service, labels->role, labels->destination);
    size_t length = strlen(prefix);
    bool is_prefix = container->name && strncmp(container->name, prefix, length) == 0 && container->name[length];
    return is_prefix ? container->name + length : NULL;
}

static bool claims_kamal(const Labels *labels)
{
    return labels->service && labels->role;
}

/* A label that the container has from its image says nothing about who made the container. */
static bool is_own(const char *label, const char *of_image)
{
    return label && !same_text(label, of_image);
}

static bool hides_labels(const Image *image)
{
    return image && image->hidden & IMAGE_HIDES_LABELS;
}

static bool is_made_by_compose(const Container *container, const Image *image)
{
    return is_own(container->labels.compose_hash, image ? image->labels.compose_hash : NULL);
}

static bool is_made_by_swarm(const Container *container, const Image *image)
{
    return is_own(container->labels.swarm_task, image ? image->labels.swarm_task : NULL);
}

/* Was it started from "r/blog:v7" for version v7? For a container that was not inspected, the list may show an ID by
 * now. That is unknown and counts as yes: rgc removes no container that was not inspected. */
static bool is_started_from(const Container *container, const char *version, size_t length)
{
    const char *tag = container->image_ref ? reference_tag(container->image_ref) : NULL;
    if (!tag)
        return !container->run.is_known;
    return strlen(tag) == length && strncmp(tag, version, length) == 0;
}

const char *owner_why_not_kamals(const Container *container, const Image *image)
{
    const Labels *labels = &container->labels;
    if (!claims_kamal(labels))
        return NULL;
    if (hides_labels(image))
        return "which of its labels come from its image cannot be read";
    if (image && image->labels.role)
        return "its labels come from its image, as after docker commit";
    if (is_made_by_compose(container, image) ||
        is_own(labels->compose_project, image ? image->labels.compose_project : NULL))
        return "Compose made it";
    if (is_made_by_swarm(container, image) || is_own(labels->swarm_service, image ? image->labels.swarm_service : NULL))
        return "Swarm made it";
    const char *rest = after_prefix(container);
    if (!rest)
        return "its name is not <service>-<role>[-<destination>]-<version> of its labels";
    if (!is_exec_name(rest) && !is_started_from(container, rest, kamal_name_length(rest)))
        return "it was not started from a reference tagged with the version in its name";
    return NULL;
}

bool owner_is_kamals(const Container *container, const Image *image)
{
    return claims_kamal(&container->labels) && !owner_why_not_kamals(container, image);
}

/* The ledger remembers services of which no container is here at the moment. */
void owner_services(const Snapshot *snapshot, const Ledger *ledger, Strings *ret)
{
    for (size_t i = 0; i < snapshot->n_containers; i++) {
        const Container *container = &snapshot->containers[i];
        if (owner_is_kamals(container, snapshot_image(snapshot, container->image_id)))
            strings_add_unique(ret, container->labels.service);
    }
    for (size_t i = 0; i < ledger->n_images; i++)
        for (size_t j = 0; j < ledger->images[i].n_uses; j++) {
            const Use *use = &ledger->images[i].uses[j];
            if (use->kind == APP_KAMAL && use->role)
                strings_add_unique(ret, use->app);
        }
}

static void own_as_kamals(const Container *container, Owner *ret)
{
    const Labels *labels = &container->labels;
    const char *rest = after_prefix(container);

    ret->kind = APP_KAMAL;
    ret->app = xstrdup(labels->service);
    ret->destination = labels->destination;
    ret->role = labels->role;
    ret->is_exec = is_exec_name(rest);
    if (ret->is_exec)
        return;
    size_t length = kamal_name_length(rest);
    ret->version = xstrndup(rest, length);
    ret->is_replaced = rest[length] != '\0';
}

char *owner_repository(const Container *container, const Image *image, const ImageRecord *record)
{
    char *repository = container->image_ref ? reference_repository(container->image_ref) : NULL;
    /* `docker run 1a2b3c` names no repository: rgc believes a name only if the image is known by it. */
    bool is_known =
        !repository || !record || record->repositories.count == 0 || strings_contain(&record->repositories, repository);
    if (repository && is_known)
        return repository;
    free(repository);
    if (image && image->tags.count > 0)
        return reference_repository(image->tags.items[0]);
    return record && record->repositories.count > 0 ? xstrdup(record->repositories.items[0]) : NULL;
}

static bool is_exec_of_known(const Container *container, const Image *image, const Strings *services)
{
    const char *service = container->labels.service;
    return service && image && same_text(service, image->labels.service) && strings_contain(services, service);
}

/* A container without these labels cannot have inherited them. */
static bool claims_anything(const Labels *labels)
{
    return labels->service || labels->compose_hash || labels->swarm_task;
}

void owner_of(const Container *container, const Image *image, const Ledger *ledger, const Strings *services, Owner *ret)
{
    const Labels *labels = &container->labels;
    const ContainerRecord *known = ledger_container(ledger, container->id);

    *ret = (Owner){.is_hidden = hides_labels(image) && claims_anything(labels)};
    if (ret->is_hidden)
        return;
    if (owner_is_kamals(container, image)) {
        own_as_kamals(container, ret);
    } else if (is_made_by_compose(container, image) && labels->compose_project && labels->compose_service) {
        if (labels->compose_oneoff)
            return;
        ret->kind = APP_COMPOSE;
        ret->app = xasprintf("%s/%s", labels->compose_project, labels->compose_service);
        ret->folder = labels->compose_folder;
    } else if (is_made_by_swarm(container, image) && labels->swarm_service) {
        ret->kind = APP_SWARM;
        ret->app = xstrdup(labels->swarm_service);
    } else if (is_exec_of_known(container, image, services)) {
        ret->kind = APP_KAMAL;
        ret->app = xstrdup(labels->service);
        ret->is_exec = true;
    } else if (known && known->is_service) {
        ret->app = owner_repository(container, image, ledger_image(ledger, container->image_id));
        ret->kind = ret->app ? APP_REPOSITORY : APP_NONE;
    }
}

void owner_clear(Owner *owner)
{
    free(owner->app);
    free(owner->version);
    *owner = (Owner){0};
}
