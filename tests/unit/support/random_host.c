/* SPDX-License-Identifier: MIT */
#include "random_host.h"

#include <stdio.h>
#include <string.h>

static uint64_t random_state;

void random_seed(uint64_t seed)
{
    random_state = seed;
}

/* SplitMix64 */
uint32_t roll(uint32_t sides)
{
    uint64_t z = random_state += 0x9e3779b97f4a7c15ULL;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
    return (uint32_t)((z ^ z >> 31) >> 32) % sides;
}

bool chance(uint32_t percent)
{
    return roll(100) < percent;
}

static int64_t pick(const int64_t *values, size_t count)
{
    return values[roll((uint32_t)count)];
}
#define PICK(...) pick((const int64_t[]){__VA_ARGS__}, sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t))

static int64_t random_duration(void)
{
    static const int64_t units[] = {USEC_PER_SEC,  USEC_PER_MINUTE, USEC_PER_MINUTE,
                                    USEC_PER_HOUR, USEC_PER_HOUR,   USEC_PER_DAY};
    return units[roll(6)] * (1 + (int64_t)roll(40));
}

static void random_retention(Retention *retention)
{
    retention->keep_previous = (int)roll(6);
    if (chance(20))
        retention->keep_for_usec = PICK(DURATION_OFF, 0, HOURS(5), DAYS(7));
    if (chance(30))
        retention->min_age_usec = PICK(0, MINUTES(10), DAYS(1));
    if (chance(20))
        retention->min_uptime_usec = PICK(0, SECONDS(1), MINUTES(10));
    if (chance(30))
        retention->quiet_usec = PICK(0, MINUTES(1), HOURS(1));
    retention->remove_superseded_containers = !chance(10);
    retention->remove_dangling = !chance(20);
    if (chance(20))
        retention->jobs_max_unused_usec = PICK(DURATION_OFF, 0, DAYS(1));
    if (chance(20))
        retention->unmanaged_max_unused_usec = PICK(0, DAYS(1), DAYS(60));
    if (chance(20))
        retention->idle_apps_usec = PICK(0, DAYS(30), DAYS(60));
}

void random_policy(Policy *policy)
{
    static const char *const patterns[] = {"blog", "p/web", "r/s*", "postgres"};
    static const char *const protects[] = {"postgres:*", "r/blog:v3", "*/y", "sha256:1*"};

    policy_clear(policy);
    world_policy(policy);
    if (chance(30))
        return;
    random_retention(&policy->retention);
    for (uint32_t i = 0; i < 4; i++) {
        if (chance(15)) {
            AppPolicy *app = array_add(&policy->apps, &policy->n_apps);
            *app = (AppPolicy){.section = xstrdup(patterns[i]), .pattern = xstrdup(patterns[i])};
            app->retention = policy->retention;
            random_retention(&app->retention);
        }
        if (chance(8))
            strings_add(&policy->protect, protects[i]);
    }
    policy->pressure_keep_previous = (int)roll(3);
    policy->pressure_removes_unmanaged = chance(30);
}

static const KamalApp apps[] = {
    {.service = "blog", .roles = "web"},
    {.service = "blog", .destination = "staging", .roles = "web"},
    {.service = "blog", .destination = "production", .roles = "web,worker"},
    {.service = "shop", .roles = "web,worker"},
    {.service = "shop", .roles = "web"},
};

static const KamalApp *random_app(void)
{
    return &apps[roll(sizeof(apps) / sizeof(*apps))];
}

static const char *random_version(void)
{
    static const char *const versions[] = {"v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9"};
    return versions[roll(9)];
}

static Image *random_image(const World *w)
{
    return w->host.n_images > 0 ? &w->host.images[roll((uint32_t)w->host.n_images)] : NULL;
}

static Container *random_container(const World *w)
{
    return w->host.n_containers > 0 ? &w->host.containers[roll((uint32_t)w->host.n_containers)] : NULL;
}

static char *content_of(const KamalApp *app, const char *version)
{
    return xasprintf("%s-%s", app->service, version);
}

static void deploy_something(World *w)
{
    const KamalApp *app = random_app();
    const char *version = random_version();
    cleanup_with(free_charp) char *tag = xasprintf("r/%s:%s", app->service, version);
    cleanup_with(free_charp) char *again = xasprintf("again-%u", roll(4));
    cleanup_with(free_charp) char *content = content_of(app, version);

    switch (roll(8)) {
    case 0:
        kamal_crash(w, app, version);
        break;
    case 1:
        kamal_unhealthy(w, app, version);
        break;
    case 2:
        if (world_image(w, tag))
            kamal_rollback(w, app, version);
        break;
    case 3:
        kamal_redeploy(w, app, version, chance(50) ? again : content);
        break;
    case 4:
        kamal_pull(w, app, version, content);
        break;
    default:
        kamal_deploy(w, app, version);
        break;
    }
}

/* The last of several pulls or builds under one tag runs, as Compose does it. */
static void compose_something(World *w)
{
    bool is_built = chance(50);
    const char *name = is_built ? "p-built-1" : "p-web-1";
    cleanup_with(free_charp) char *content = xasprintf("%s-%u", name, roll(8));

    if (is_built)
        world_build(w, content, "p-built:latest");
    else
        world_pull(w, content, "x/y:latest");
    if (world_container(w, name))
        world_remove_container(w, name);
    Container *container = world_run(w, name, content);
    if (container->labels.compose_project)
        return;
    container->labels.compose_project = xstrdup("p");
    container->labels.compose_service = xstrdup(is_built ? "built" : "web");
    container->labels.compose_hash = xstrdup("of this container");
}

/* docker run: a job, an accessory with a restart policy, a tool in an image of an app, an exec container. */
static void run_something(World *w)
{
    static unsigned number;
    static const char *const tags[] = {"company/tools:a", "company/tools:b",         "postgres:16.1",
                                       "postgres:16.2",   "basecamp/kamal-proxy:v1", "basecamp/kamal-proxy:v2"};
    const char *tag = tags[roll(6)];
    Image *image = chance(50) ? random_image(w) : NULL;
    cleanup_with(free_charp) char *name = xasprintf("tool-%u", ++number);
    cleanup_with(free_charp) char *exec = xasprintf("blog-web-exec-v1-%06x", number);

    cleanup_with(free_charp) char *pulled = xasprintf("content of %s", tag);
    if (!image)
        image = world_pull(w, pulled, tag);
    cleanup_with(free_charp) char *content = xstrdup(image->tags.count > 0 ? image->tags.items[0] : NULL);
    if (!content)
        return;
    bool is_exec = chance(20);
    Container *container = world_run(w, is_exec ? exec : name, content);
    container->run.has_restart_policy = chance(40);
    container->run.is_auto_remove = chance(30);
    container->labels.keep = chance(5);
    if (is_exec && container->labels.service)
        container->labels.role = xstrdup("web");
    Image *mounted = random_image(w);
    if (chance(10))
        strings_add(&container->mounted_images, mounted->id);
}

static bool is_used(const World *w, const char *id)
{
    for (size_t i = 0; i < w->host.n_containers; i++)
        if (strcmp(w->host.containers[i].image_id, id) == 0)
            return true;
    return false;
}

static void change_some_image(World *w)
{
    static const char *const tags[] = {"r/blog:latest", "r/blog:latest-staging", "other:1", "r/shop:v1",
                                       "r/blog:extra"};
    Image *image = random_image(w);
    if (!image)
        return;
    cleanup_with(free_charp) char *tag = xstrdup(image->tags.count > 0 ? image->tags.items[0] : NULL);
    switch (roll(5)) {
    case 0:
        if (tag)
            world_untag(w, tag);
        break;
    case 1:
        image->labels.keep = chance(20);
        if (chance(10) && !image->unreadable)
            image->unreadable = xstrdup("odd");
        break;
    case 2: /* docker rmi */
        if (is_used(w, image->id))
            break;
        image_clear(image);
        *image = w->host.images[--w->host.n_images];
        break;
    default: {
        const char *other = tags[roll(5)];
        if (tag && strcmp(tag, other) != 0)
            world_tag(w, tag, other);
        break;
    }
    }
}

static void change_some_container(World *w)
{
    Container *container = random_container(w);
    if (!container)
        return;
    switch (roll(6)) {
    case 0:
        world_remove_container(w, container->name);
        break;
    case 1: /* docker start */
        container->state = STATE_RUNNING;
        container->run.started = w->now;
        container->run.finished = 0;
        break;
    case 2:
        container->state = (ContainerState)roll(STATE_MAX_);
        break;
    default:
        if (container_state_is_live(container->state))
            world_stop(w, container->name, (int)PICK(0, 1, 137, 143));
        break;
    }
}

void random_event(World *w)
{
    switch (roll(12)) {
    case 0:
    case 1:
    case 2:
    case 3:
        deploy_something(w);
        break;
    case 4:
        compose_something(w);
        break;
    case 5:
        run_something(w);
        break;
    case 6:
        change_some_image(w);
        break;
    case 7:
    case 8:
        change_some_container(w);
        break;
    default:
        world_wait(w, random_duration());
        break;
    }
}

static void fill_disk(World *w)
{
    if (w->host.n_disks == 0)
        array_add(&w->host.disks, &w->host.n_disks)->path = xstrdup("/data");
    Disk *disk = &w->host.disks[0];
    disk->total_bytes = 10000000000;
    disk->used_percent = 70.0 + roll(31);
    disk->available_bytes = (int64_t)(100000000.0 * (100.0 - disk->used_percent));
}

static void forget_replay(World *w)
{
    Time since = w->now - random_duration();
    size_t kept = 0;
    for (size_t i = 0; i < w->host.n_arrivals; i++)
        if (w->host.arrivals[i].time >= since)
            w->host.arrivals[kept++] = w->host.arrivals[i];
        else
            free(w->host.arrivals[i].reference);
    w->host.n_arrivals = kept;
    w->host.arrivals_since = since;
}

void random_trouble(World *w)
{
    int64_t jump = random_duration() * (chance(50) ? 1 : -1);

    switch (roll(6)) {
    case 0:
        w->now += jump;
        w->host.engine.clock_offset_usec += jump;
        break;
    case 1:
        w->host.engine.boot_id[0] = (char)('a' + roll(26));
        world_wait(w, random_duration());
        break;
    case 2:
        world_lose_ledger(w);
        break;
    case 3:
        forget_replay(w);
        break;
    case 4:
        fill_disk(w);
        break;
    default:
        random_policy(&w->policy);
        break;
    }
}

static Time random_time(const World *w)
{
    return chance(10) ? 0 : chance(5) ? w->now + random_duration() : w->now - random_duration();
}

static const char *one_of(const char *const *words, uint32_t count)
{
    return words[roll(count)];
}

static char *maybe(uint32_t percent, const char *const *words, uint32_t count)
{
    return chance(percent) ? xstrdup(one_of(words, count)) : NULL;
}

static const char *const services[] = {"blog", "shop", "blog-web"};
static const char *const roles[] = {"web", "worker"};
static const char *const destinations[] = {"staging", "v1"};
static const char *const repositories[] = {"r/blog", "r/shop", "x/y", "basecamp/kamal-proxy", "host:5000/r/blog"};
static const char *const tag_names[] = {"v1", "v2", "v3", "latest", "latest-staging", "staging-v1"};
static const char *const titles[] = {"kamal-proxy", "rgc", "blog"};

static void draw_image(World *w, unsigned number, bool with_layers)
{
    cleanup_with(free_charp) char *content = xasprintf("picture-%u", number);
    char id[72];
    image_id(content, id);
    Image *image = array_add(&w->host.images, &w->host.n_images);
    *image = (Image){.id = xstrdup(id), .created = random_time(w), .size_bytes = (int64_t)roll(1u << 30)};
    image->shared_bytes = PICK(-1, 0, (int64_t)(image->size_bytes / 2));
    for (uint32_t n = roll(4); n > 0; n--) {
        cleanup_with(free_charp) char *tag = xasprintf("%s:%s", one_of(repositories, 5), one_of(tag_names, 6));
        if (!snapshot_image_by_tag(&w->host, tag))
            strings_add(&image->tags, tag);
    }
    for (uint32_t n = roll(3); n > 1; n--) {
        cleanup_with(free_charp) char *digest = xasprintf("%s@%s", one_of(repositories, 5), id);
        strings_add_unique(&image->digests, digest);
    }
    image->labels = (Labels){
        .service = maybe(40, services, 3),
        .title = maybe(5, titles, 3),
        .keep = chance(3),
    };
    uint64_t steps[4] = {0};
    for (uint32_t n = chance(90) ? 1 + roll(3) : 0; n > 0; n--)
        steps[n - 1] = 1 + roll(chance(50) ? 2 : 1000000);
    if (steps[0])
        world_know_steps(w, id, steps);
    for (uint32_t n = with_layers ? 1 + roll(3) : 0; n > 0; n--) {
        Layer *layer = array_add(&image->layers, &image->n_layers);
        uint32_t which = roll(12);
        *layer = (Layer){.digest = xasprintf("sha256:layer-%u", which), .size_bytes = 1000 * (int64_t)which};
    }
}

static char *draw_name(const Labels *labels, unsigned number)
{
    static const char *const suffixes[] = {"_replaced_0a1b", "_replaced_ffff", "_replaced_x"};
    if (!labels->service || !labels->role || chance(10))
        return xasprintf("picture-%u", number);
    return xasprintf("%s-%s%s%s-%s%s%s", labels->service, labels->role, labels->destination ? "-" : "",
                     labels->destination ? labels->destination : "", chance(5) ? "exec-" : "", one_of(tag_names, 3),
                     chance(20) ? one_of(suffixes, 3) : "");
}

static void draw_container(World *w, unsigned number)
{
    char missing[72];
    image_id("missing", missing);
    const Image *image = chance(95) ? random_image(w) : NULL;
    Container *container = array_add(&w->host.containers, &w->host.n_containers);
    *container = (Container){
        .id = xasprintf("%032x%032x", roll(1u << 31), number),
        .image_id = xstrdup(image ? image->id : missing),
        .image_ref = maybe(80, repositories, 5),
        .state = (ContainerState)(chance(60) ? STATE_EXITED : roll(STATE_MAX_)),
        .created = random_time(w),
        .has_unresolved_mount = roll(200) == 0,
        .inspect_error = chance(3) ? "the inspect took too long" : NULL,
    };
    container->labels = (Labels){
        .service = maybe(60, services, 3),
        .role = maybe(80, roles, 2),
        .destination = maybe(30, destinations, 2),
        .compose_project = maybe(20, services, 3),
        .compose_service = maybe(80, roles, 2),
        .compose_hash = maybe(80, roles, 2),
        .compose_folder = maybe(30, services, 2),
        .compose_oneoff = chance(10),
        .swarm_service = maybe(5, services, 3),
        .keep = chance(2),
    };
    container->run = (Run){
        .is_known = !container->inspect_error && chance(97),
        .started = random_time(w),
        .finished = random_time(w),
        .exit_code = (int)roll(3),
        .restarts = (int)roll(4),
        .has_restart_policy = chance(40),
        .is_auto_remove = chance(20),
        .was_killed = chance(20),
    };
    container->name = draw_name(&container->labels, number);
    const char *version = strrchr(container->name, '-');
    if (version && chance(70)) { /* as a deploy of that version would have it */
        free(container->image_ref);
        container->image_ref =
            xasprintf("%s:%.*s", one_of(repositories, 5), (int)strcspn(version + 1, "_"), version + 1);
    }
    for (size_t i = 0; i + 1 < w->host.n_containers; i++)
        if (strcmp(w->host.containers[i].name, container->name) == 0) {
            free(container->name);
            container->name = xasprintf("twin-%u", number);
        }
    if (chance(4) && w->host.n_images > 0)
        strings_add(&container->mounted_images, random_image(w)->id);
}

static void forget_picture(World *w)
{
    plan_clear(&w->plan); /* it borrows from the picture */
    while (w->host.n_images > 0)
        image_clear(&w->host.images[--w->host.n_images]);
    while (w->host.n_containers > 0)
        container_clear(&w->host.containers[--w->host.n_containers]);
}

void random_picture(World *w)
{
    static const char *const references[] = {"r/blog:v1", "r/blog:v2", "r/shop:v1", "x/y:latest"};

    bool with_layers = chance(50);
    forget_picture(w);
    /* Numbers stand for images that later pictures show again, with other tags. */
    for (unsigned i = 0; i < 12; i++)
        if (chance(70))
            draw_image(w, i, with_layers);
    for (unsigned i = roll(20); i > 0; i--)
        draw_container(w, i);
    for (uint32_t n = roll(4); n > 0; n--) {
        ArrivalEvent *event = array_add(&w->host.arrivals, &w->host.n_arrivals);
        *event = (ArrivalEvent){
            .reference = xstrdup(references[roll(4)]), .time = random_time(w), .is_transfer = chance(50)};
    }
}

void shuffle(Snapshot *snapshot)
{
    for (size_t i = snapshot->n_images; i > 1; i--) {
        size_t j = roll((uint32_t)i);
        Image swapped = snapshot->images[j];
        snapshot->images[j] = snapshot->images[i - 1];
        snapshot->images[i - 1] = swapped;
    }
    for (size_t i = snapshot->n_containers; i > 1; i--) {
        size_t j = roll((uint32_t)i);
        Container swapped = snapshot->containers[j];
        snapshot->containers[j] = snapshot->containers[i - 1];
        snapshot->containers[i - 1] = swapped;
    }
}
