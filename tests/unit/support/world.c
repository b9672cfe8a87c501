/* SPDX-License-Identifier: MIT */
#include "world.h"

#include <rgc/config.h>
#include <rgc/fingerprint.h>
#include <rgc/reference.h>
#include <stdio.h>
#include <string.h>

void image_id(const char *name, char ret[72])
{
    uint64_t hash = fingerprint_text(FINGERPRINT_BEGIN, name);
    strcpy(ret, "sha256:");
    for (int i = 0; i < 4; i++)
        sprintf(ret + 7 + (ptrdiff_t)i * 16, "%016llx", (unsigned long long)(hash * (uint64_t)(i + 1) ^ hash >> 7));
}

void world_policy(Policy *ret)
{
    cleanup_with(config_clear) Config defaults;
    config_init(&defaults);
    *ret = defaults.policy;
    defaults.policy = (Policy){0};
}

void world_init(World *w)
{
    *w = (World){.now = 1793491200 * USEC_PER_SEC, .knows_events = true};
    world_policy(&w->policy);
    w->host.engine.boot_id = xstrdup("boot");
    w->host.engine.store = STORE_OVERLAY2;
    w->host.arrivals_since = w->now - DAYS(2);
    w->ledger.is_new = true;
    world_plan(w); /* an empty host, known */
    w->ledger.is_new = false;
}

void world_clear(World *w)
{
    plan_clear(&w->plan);
    snapshot_clear(&w->host);
    ledger_clear(&w->ledger);
    policy_clear(&w->policy);
    free(w->other_times);
    w->other_times = NULL;
}

void world_lose_ledger(World *w)
{
    ledger_clear(&w->ledger);
    w->ledger.is_new = true;
}

void world_wait(World *w, int64_t usec)
{
    w->now += usec;
}

static void event(World *w, const char *reference, bool is_transfer)
{
    ArrivalEvent *arrival = array_add(&w->host.arrivals, &w->host.n_arrivals);
    *arrival = (ArrivalEvent){.reference = xstrdup(reference), .time = w->now, .is_transfer = is_transfer};
}

Image *world_image(const World *w, const char *content)
{
    char id[72];
    image_id(content, id);
    for (size_t i = 0; i < w->host.n_images; i++)
        if (strcmp(w->host.images[i].id, id) == 0 || strings_contain(&w->host.images[i].tags, content))
            return &w->host.images[i];
    return NULL;
}

static void strings_drop(Strings *list, const char *s)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i], s) == 0)
            free(list->items[i]);
        else
            list->items[kept++] = list->items[i];
    list->count = kept;
}

void world_untag(World *w, const char *tag)
{
    for (size_t i = 0; i < w->host.n_images; i++) {
        Image *image = &w->host.images[i];
        if (!strings_contain(&image->tags, tag))
            continue;
        strings_drop(&image->tags, tag);
        if (image->tags.count == 0 && w->host.engine.store == STORE_CONTAINERD)
            strings_clear(&image->digests);
    }
}

static ImageFacts *facts_of(World *w, const char *id)
{
    for (size_t i = 0; i < w->host.n_facts; i++)
        if (strcmp(w->host.facts[i].id, id) == 0)
            return &w->host.facts[i];
    ImageFacts *facts = array_add(&w->host.facts, &w->host.n_facts);
    facts->id = xstrdup(id);
    return facts;
}

void world_know_steps(World *w, const char *id, const uint64_t *steps)
{
    ImageFacts *facts = facts_of(w, id);
    free(facts->steps);
    facts->steps = xcalloc(16, sizeof(*steps));
    for (facts->n_steps = 0; facts->n_steps < 16 && steps[facts->n_steps]; facts->n_steps++)
        facts->steps[facts->n_steps] = steps[facts->n_steps];
}

static uint64_t step_of(const char *content)
{
    return image_step(0, content, 1);
}

static Image *add_image(World *w, const char *content)
{
    Image *image = world_image(w, content);
    if (image)
        return image;
    char id[72];
    image_id(content, id);
    image = array_add(&w->host.images, &w->host.n_images);
    *image = (Image){.id = xstrdup(id), .created = w->now - MINUTES(1), .size_bytes = 100000000, .shared_bytes = -1};
    world_know_steps(w, id, (const uint64_t[]){step_of("base"), step_of(content), 0});
    return image;
}

void world_tag(World *w, const char *content, const char *tag)
{
    world_untag(w, tag);
    strings_add_unique(&world_image(w, content)->tags, tag);
    event(w, tag, false);
}

Image *world_build(World *w, const char *content, const char *tag)
{
    add_image(w, content);
    world_tag(w, content, tag);
    Image *image = world_image(w, content);
    if (w->host.engine.store == STORE_CONTAINERD) {
        cleanup_with(free_charp) char *repository = reference_repository(tag);
        cleanup_with(free_charp) char *digest = xasprintf("%s@%s", repository, image->id);
        strings_add_unique(&image->digests, digest);
    }
    return image;
}

Image *world_pull(World *w, const char *content, const char *tag)
{
    add_image(w, content);
    world_untag(w, tag);
    Image *image = world_image(w, content);
    strings_add_unique(&image->tags, tag);
    cleanup_with(free_charp) char *repository = reference_repository(tag);
    cleanup_with(free_charp) char *digest = xasprintf("%s@%s", repository, image->id);
    strings_add_unique(&image->digests, digest);
    event(w, tag, true);
    return image;
}

Image *world_derive(World *w, const char *content, const char *from, const char *tag)
{
    cleanup_with(labels_clear) Labels labels = {0};
    uint64_t steps[17] = {0};
    char id[72];
    const ImageFacts *base = facts_of(w, world_image(w, from)->id);
    memcpy(steps, base->steps, base->n_steps * sizeof(*steps));
    steps[base->n_steps] = step_of(content);
    labels_copy(&labels, &world_image(w, from)->labels);
    Image *image = world_build(w, content, tag);
    image_id(content, id);
    world_know_steps(w, id, steps);
    labels_clear(&image->labels);
    labels_copy(&image->labels, &labels);
    return image;
}

Image *world_commit(World *w, const char *content, const char *container, const char *tag)
{
    char id[72];
    cleanup_with(free_charp) char *from = NULL;
    for (size_t i = 0; i < w->host.n_images; i++)
        if (strcmp(w->host.images[i].id, world_container(w, container)->image_id) == 0)
            from = xstrdup(w->host.images[i].tags.items[0]);
    Image *image = world_derive(w, content, from, tag);
    labels_clear(&image->labels);
    labels_copy(&image->labels, &world_container(w, container)->labels);
    image_id(content, id);
    event(w, id, false);
    w->host.arrivals[w->host.n_arrivals - 1].is_made_here = true;
    return image;
}

Container *world_container(const World *w, const char *name)
{
    for (size_t i = 0; i < w->host.n_containers; i++)
        if (strcmp(w->host.containers[i].name, name) == 0)
            return &w->host.containers[i];
    return NULL;
}

Container *world_run(World *w, const char *name, const char *content)
{
    static unsigned number;
    const Image *image = world_image(w, content);
    Container *container = array_add(&w->host.containers, &w->host.n_containers);
    *container = (Container){
        .id = xasprintf("%064x", ++number),
        .name = xstrdup(name),
        .image_id = xstrdup(image->id),
        .image_ref = xstrdup(image->tags.count > 0 ? image->tags.items[0] : image->id),
        .state = STATE_RUNNING,
        .created = w->now,
        .run = {.is_known = true, .started = w->now},
    };
    labels_copy(&container->labels, &image->labels);
    return container;
}

Container *world_compose(World *w, const char *name, const char *content, const char *project, const char *service)
{
    Container *container = world_run(w, name, content);
    labels_clear(&container->labels);
    container->labels = (Labels){.compose_project = xstrdup(project),
                                 .compose_service = xstrdup(service),
                                 .compose_hash = xstrdup("of this container")};
    return container;
}

void world_stop(World *w, const char *name, int exit_code)
{
    Container *container = world_container(w, name);
    container->state = STATE_EXITED;
    container->run.finished = w->now;
    container->run.exit_code = exit_code;
    container->run.was_killed = exit_code == 137 || exit_code == 143;
}

void world_remove_container(World *w, const char *name)
{
    Container *container = world_container(w, name);
    container_clear(container);
    *container = w->host.containers[--w->host.n_containers];
}

void world_rename(World *w, const char *name, const char *to)
{
    Container *container = world_container(w, name);
    free(container->name);
    container->name = xstrdup(to);
}

/* "r/blog:v7" */
static char *kamal_tag(const KamalApp *app, const char *version)
{
    return app->repository ? xasprintf("%s:%s", app->repository, version) : xasprintf("r/%s:%s", app->service, version);
}

static char *kamal_name(const KamalApp *app, const char *role, const char *version)
{
    return xasprintf("%s-%s%s%s-%s", app->service, role, app->destination ? "-" : "",
                     app->destination ? app->destination : "", version);
}

static char *content_of(const KamalApp *app, const char *version)
{
    return xasprintf("%s-%s", app->service, version);
}

void kamal_pull(World *w, const KamalApp *app, const char *version, const char *content)
{
    cleanup_with(free_charp) char *tag = kamal_tag(app, version);
    world_untag(w, tag);
    Image *image = world_pull(w, content, tag);
    if (!image->labels.service)
        image->labels.service = xstrdup(app->service);
    world_wait(w, SECONDS(2));
}

typedef void EachRole(World *w, const KamalApp *app, const char *role, const char *version);

static void for_each_role(World *w, const KamalApp *app, const char *version, EachRole *each)
{
    cleanup_with(free_charp) char *roles = xstrdup(app->roles ? app->roles : "web");
    char *rest = NULL;
    for (char *role = strtok_r(roles, ",", &rest); role; role = strtok_r(NULL, ",", &rest))
        each(w, app, role, version);
}

static Container *run_role(World *w, const KamalApp *app, const char *role, const char *version)
{
    cleanup_with(free_charp) char *name = kamal_name(app, role, version);
    cleanup_with(free_charp) char *tag = kamal_tag(app, version);
    static unsigned number;
    if (world_container(w, name)) {
        cleanup_with(free_charp) char *replaced = xasprintf("%s_replaced_%016x", name, ++number);
        world_rename(w, name, replaced);
    }
    Container *container = world_run(w, name, tag);
    free(container->labels.service);
    container->labels.service = xstrdup(app->service);
    container->labels.role = xstrdup(role);
    container->labels.destination = xstrdup(app->destination);
    free(container->image_ref);
    container->image_ref = xstrdup(tag);
    container->run.has_restart_policy = true;
    return container;
}

static void boot_role(World *w, const KamalApp *app, const char *role, const char *version)
{
    const char *id = run_role(w, app, role, version)->id;
    world_wait(w, SECONDS(5));
    for (size_t i = 0; i < w->host.n_containers; i++) {
        Container *old = &w->host.containers[i];
        bool is_old =
            old->id != id && old->state == STATE_RUNNING && old->labels.role && strcmp(old->labels.role, role) == 0 &&
            old->labels.service && strcmp(old->labels.service, app->service) == 0 &&
            strcmp(old->labels.destination ? old->labels.destination : "", app->destination ? app->destination : "") ==
                0;
        if (is_old)
            world_stop(w, old->name, 143);
    }
}

void kamal_boot(World *w, const KamalApp *app, const char *version)
{
    for_each_role(w, app, version, boot_role);
    cleanup_with(free_charp) char *tag = kamal_tag(app, version);
    cleanup_with(free_charp) char *moving =
        xasprintf("latest%s%s", app->destination ? "-" : "", app->destination ? app->destination : "");
    cleanup_with(free_charp) char *latest = kamal_tag(app, moving);
    world_tag(w, tag, latest);
}

void kamal_deploy(World *w, const KamalApp *app, const char *version)
{
    cleanup_with(free_charp) char *content = content_of(app, version);
    kamal_pull(w, app, version, content);
    kamal_boot(w, app, version);
}

void kamal_redeploy(World *w, const KamalApp *app, const char *version, const char *content)
{
    kamal_pull(w, app, version, content);
    kamal_boot(w, app, version);
}

void kamal_rollback(World *w, const KamalApp *app, const char *version)
{
    kamal_boot(w, app, version);
}

static void crash_role(World *w, const KamalApp *app, const char *role, const char *version)
{
    char *name = run_role(w, app, role, version)->name;
    world_wait(w, SECONDS(1));
    world_stop(w, name, 1);
}

void kamal_crash(World *w, const KamalApp *app, const char *version)
{
    cleanup_with(free_charp) char *content = content_of(app, version);
    kamal_pull(w, app, version, content);
    for_each_role(w, app, version, crash_role);
}

static void unhealthy_role(World *w, const KamalApp *app, const char *role, const char *version)
{
    char *name = run_role(w, app, role, version)->name;
    world_wait(w, SECONDS(120));
    world_stop(w, name, 143);
}

void kamal_unhealthy(World *w, const KamalApp *app, const char *version)
{
    cleanup_with(free_charp) char *content = content_of(app, version);
    kamal_pull(w, app, version, content);
    for_each_role(w, app, version, unhealthy_role);
}

/* What the host says is of its own clocks; only the pass puts it onto its timeline. */
typedef struct Stamps {
    Time *items;
    size_t count;
} Stamps;

static void note_stamp(Time *time, void *userdata)
{
    Stamps *stamps = userdata;
    *array_add(&stamps->items, &stamps->count) = *time;
}

static void swap_stamp(Time *time, void *userdata)
{
    Stamps *stamps = userdata;
    Time other = stamps->items[stamps->count];
    stamps->items[stamps->count++] = *time;
    *time = other;
}

void world_swap_times(World *w)
{
    Stamps stamps = {.items = w->other_times};
    snapshot_each_time(&w->host, swap_stamp, &stamps);
}

void world_plan(World *w)
{
    cleanup_with(strings_clear) Strings deployed = {0};
    DecideOptions options = {.deployed = &deployed};

    if (w->deployed)
        strings_add(&deployed, w->deployed);

    plan_clear(&w->plan);
    snapshot_index(&w->host);
    if (!w->knows_events) {
        for (size_t i = 0; i < w->host.n_arrivals; i++)
            free(w->host.arrivals[i].reference);
        free(w->host.arrivals);
        w->host.arrivals = NULL;
        w->host.n_arrivals = 0;
        w->host.arrivals_since = w->now;
    }
    Stamps stamps = {0};
    snapshot_each_time(&w->host, note_stamp, &stamps);
    ClockVerdict clock = ledger_enter(&w->ledger, &w->host, w->now);
    options.suspension = clock == CLOCK_FINE ? SUSPENSION_NONE : SUSPENSION_CLOCK;
    ledger_learn(&w->ledger, &w->host, &w->policy, w->now);
    w->ledger.is_new = false;
    plan_decide(&w->host, &w->ledger, &w->policy, w->now, &options, &w->plan);
    free(w->other_times);
    w->other_times = stamps.items;
    world_swap_times(w);
    w->deployed = NULL;
}

void world_pass(World *w)
{
    world_plan(w);
    Strings containers = {0}, images = {0};
    for (size_t i = 0; i < w->plan.n_containers; i++)
        if (w->plan.containers[i].judgement.verdict == VERDICT_REMOVE)
            strings_add(&containers, w->plan.containers[i].container->name);
    for (size_t i = 0; i < w->plan.n_images; i++)
        if (w->plan.images[i].judgement.verdict == VERDICT_REMOVE)
            strings_add(&images, w->plan.images[i].image->id);
    plan_clear(&w->plan);
    for (size_t i = 0; i < containers.count; i++)
        world_remove_container(w, containers.items[i]);
    for (size_t i = 0; i < images.count; i++)
        for (size_t j = 0; j < w->host.n_images; j++)
            if (strcmp(w->host.images[j].id, images.items[i]) == 0) {
                image_clear(&w->host.images[j]);
                w->host.images[j] = w->host.images[--w->host.n_images];
                break;
            }
    strings_clear(&containers);
    strings_clear(&images);
    world_plan(w);
}

const char *world_verdict(const World *w, const char *what)
{
    static char text[64];
    const Image *image = world_image(w, what);
    const Judgement *judgement = NULL;

    if (image && plan_image(&w->plan, image->id))
        judgement = &plan_image(&w->plan, image->id)->judgement;
    for (size_t i = 0; !judgement && i < w->plan.n_containers; i++)
        if (strcmp(w->plan.containers[i].container->name, what) == 0)
            judgement = &w->plan.containers[i].judgement;
    if (!judgement)
        return "gone";
    snprintf(text, sizeof(text), "%s %s", verdict_to_string(judgement->verdict), reason_to_string(judgement->reason));
    return text;
}

void world_tag_long_ago(World *w, const char *content, const char *tag)
{
    world_tag(w, content, tag);
    size_t kept = 0;
    for (size_t i = 0; i < w->host.n_arrivals; i++) /* the engine has forgotten it */
        if (strcmp(w->host.arrivals[i].reference, tag) == 0)
            free(w->host.arrivals[i].reference);
        else
            w->host.arrivals[kept++] = w->host.arrivals[i];
    w->host.n_arrivals = kept;
    world_plan(w);
    ImageRecord *record = ledger_image(&w->ledger, world_image(w, tag)->id);
    record->arrived = record->came;
}
