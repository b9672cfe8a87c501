/* SPDX-License-Identifier: MIT */
#include <rgc/identity.h>

#include <rgc/reference.h>
#include <string.h>

#define LASTING_USEC USEC_PER_DAY

bool is_kamal_container(const Container *container)
{
    return container->labels.service && container->labels.role;
}

void known_services(const Snapshot *snapshot, const Ledger *ledger, Strings *ret)
{
    for (size_t i = 0; i < snapshot->n_containers; i++)
        if (is_kamal_container(&snapshot->containers[i]))
            strings_add_unique(ret, snapshot->containers[i].labels.service);
    for (size_t i = 0; i < ledger->n_images; i++)
        for (size_t j = 0; j < ledger->images[i].n_uses; j++) {
            const Use *use = &ledger->images[i].uses[j];
            if (use->kind == APP_KAMAL && use->role)
                strings_add_unique(ret, use->app);
        }
}

char *kamal_name_prefix(const char *service, const char *role, const char *destination)
{
    return xasprintf("%s-%s%s%s-", service, role, destination ? "-" : "", destination ? destination : "");
}

static bool is_hex(const char *s, size_t length)
{
    return length > 0 && strspn(s, "0123456789abcdef") >= length;
}

/* The length of NAME without "_replaced_<hex>", and whether it had that. */
static size_t without_replaced(const char *name, bool *ret_is_replaced)
{
    static const char mark[] = "_replaced_";
    const char *found = NULL;
    for (const char *at = strstr(name, mark); at; at = strstr(at + 1, mark))
        found = at;
    *ret_is_replaced = found && is_hex(found + strlen(mark), strlen(found + strlen(mark)));
    return *ret_is_replaced ? (size_t)(found - name) : strlen(name);
}

/* "exec-<version>-<6 hex digits>"; a version may begin with "exec-" as well. */
static bool is_exec_name(const char *rest)
{
    const char *last = strrchr(rest, '-');
    return strncmp(rest, "exec-", 5) == 0 && last > rest + 4 && strlen(last + 1) == 6 && is_hex(last + 1, 6);
}

static void identify_kamal(const Container *container, Identity *ret)
{
    const Labels *labels = &container->labels;
    cleanup_with(free_charp) char *prefix = kamal_name_prefix(labels->service, labels->role, labels->destination);

    ret->kind = APP_KAMAL;
    ret->app = xstrdup(labels->service);
    ret->destination = labels->destination;
    ret->role = labels->role;
    if (!container->name || strncmp(container->name, prefix, strlen(prefix)) != 0)
        return;
    const char *rest = container->name + strlen(prefix);
    if (is_exec_name(rest)) {
        ret->is_exec = true;
        return;
    }
    size_t length = without_replaced(rest, &ret->is_replaced);
    ret->version = xstrndup(rest, length);
}

/* The repository that the container's user named, else one that the image is known by. */
static char *container_repository(const Container *container, const Image *image, const ImageRecord *record)
{
    char *repository = container->image_ref ? reference_repository(container->image_ref) : NULL;
    /* "docker run 1a2b3c" names no repository: believe it only if the image is known by it. */
    bool is_known =
        !repository || !record || record->repositories.count == 0 || strings_contain(&record->repositories, repository);
    if (repository && is_known)
        return repository;
    free(repository);
    if (image && image->tags.count > 0)
        return reference_repository(image->tags.items[0]);
    return record && record->repositories.count > 0 ? xstrdup(record->repositories.items[0]) : NULL;
}

static bool has_lasted(const Container *container, Time now)
{
    const Run *run = &container->run;
    if (!run->is_known || run->started == 0)
        return false;
    Time end = container_state_is_live(container->state) ? now : run->finished;
    return run->has_restart_policy || run->was_killed || end - run->started >= LASTING_USEC;
}

void container_identify(const Container *container, const Image *image, const ImageRecord *record,
                        const Strings *services, Time now, Identity *ret)
{
    const Labels *labels = &container->labels;

    *ret = (Identity){.is_lasting = has_lasted(container, now)};
    if (is_kamal_container(container)) {
        identify_kamal(container, ret);
    } else if (labels->compose_project && labels->compose_service) {
        if (labels->compose_oneoff)
            return;
        ret->kind = APP_COMPOSE;
        ret->app = xasprintf("%s/%s", labels->compose_project, labels->compose_service);
    } else if (labels->swarm_service) {
        ret->kind = APP_SWARM;
        ret->app = xstrdup(labels->swarm_service);
    } else if (labels->service && image && same_text(labels->service, image->labels.service) &&
               strings_contain(services, labels->service)) {
        ret->kind = APP_KAMAL;
        ret->app = xstrdup(labels->service);
        ret->is_exec = true;
    } else if (ret->is_lasting && !container->run.is_auto_remove) {
        ret->app = container_repository(container, image, record);
        ret->kind = ret->app ? APP_REPOSITORY : APP_NONE;
    }
}

void identity_clear(Identity *identity)
{
    free(identity->app);
    free(identity->version);
    *identity = (Identity){};
}
