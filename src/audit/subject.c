/* SPDX-License-Identifier: MIT */
/*
 * Makes a Subject: gathers the releases of an app, newest first, and concludes what the checks need to know about the
 * judged one: its base, its language, how it starts, whether a Dockerfile made it, and whether that Dockerfile is
 * anybody's here. The conclusions are made once, so that no two checks can disagree about them.
 */
#include "subject.h"

#include <rgc/ownership.h>
#include <rgc/reference.h>

#include <string.h>

/* March 2013, when Docker appeared. An earlier build date says nothing: reproducible builds use a constant. */
#define FIRST_BUILD ((Time)1363651200 * USEC_PER_SEC)

static Release make_release(const Plan *plan, const PlannedImage *planned, const char *version)
{
    const ImageFacts *facts = snapshot_build(plan->snapshot, planned->image->id);
    Release release = {
        .image = planned->image,
        .build = facts ? facts->build : NULL,
        .version = version,
        .order = planned->image->created >= FIRST_BUILD ? planned->image->created : planned->arrived,
    };

    for (size_t i = 0; facts && i < facts->build->n_steps; i++)
        release.has_sizes |= facts->build->steps[i].size_bytes > 0;
    return release;
}

static int newest_first(const void *a, const void *b)
{
    const Release *x = a, *y = b;
    if (x->order != y->order)
        return x->order < y->order ? 1 : -1;
    return strcmp(x->image->id, y->image->id);
}

static bool is_of_app(const Subject *s, const Container *container)
{
    const PlannedApp *app = s->app;
    const Plan *plan = s->plan;

    if (!app)
        return true;
    for (size_t i = 0; i < plan->n_containers; i++)
        if (plan->containers[i].container == container)
            return plan->containers[i].app != NO_APP && &plan->apps[plan->containers[i].app] == app;
    return false;
}

bool any_container(const Subject *s, ContainerTest *test)
{
    const Snapshot *snapshot = s->plan->snapshot;

    for (size_t i = 0; i < snapshot->n_containers; i++) {
        const Container *container = &snapshot->containers[i];
        if (container_state_is_live(container->state) && strcmp(container->image_id, judged(s)->image->id) == 0 &&
            test(container) && is_of_app(s, container))
            return true;
    }
    return false;
}

static bool has_setup(const Container *container)
{
    return container->run.setup & SETUP_KNOWN;
}

/* The setups of live containers override what the image says, and add up: if one of them runs as root, root it is. */
static int setup_of(const Subject *s)
{
    const Snapshot *snapshot = s->plan->snapshot;
    int setup = 0;

    if (!any_container(s, has_setup))
        return judged(s)->build ? judged(s)->build->setup : 0;
    for (size_t i = 0; i < snapshot->n_containers; i++) {
        const Container *container = &snapshot->containers[i];
        if (container_state_is_live(container->state) && strcmp(container->image_id, judged(s)->image->id) == 0 &&
            is_of_app(s, container))
            setup |= container->run.setup;
    }
    return setup;
}

/* Is this an image that people pull and run as it is? They cannot change a line of its Dockerfile. Only the last part
 * of the name counts, so that copies in private registries are recognized too. */
static bool is_well_known(const char *repository)
{
    static const char *const names[] = {
        "postgres",          "mysql",         "mariadb",     "mongo",       "redis",     "valkey",    "memcached",
        "rabbitmq",          "nats",          "kafka",       "registry",    "traefik",   "caddy",     "nginx",
        "haproxy",           "grafana",       "prometheus",  "loki",        "influxdb",  "minio",     "clickhouse",
        "clickhouse-server", "elasticsearch", "opensearch",  "meilisearch", "typesense", "vault",     "consul",
        "adminer",           "ghost",         "wordpress",   "nextcloud",   "gitea",     "portainer", "watchtower",
        "node-exporter",     "cadvisor",      "kamal-proxy", "pgbouncer",   "postgis",   "pgvector",  "timescaledb",
        "varnish",           "zookeeper",     "couchdb",     "neo4j",       "cassandra", "mailhog",   "mailpit",
        "imgproxy",          "buildkit",
    };
    const char *slash = strrchr(repository, '/'), *name = slash ? slash + 1 : repository;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static bool is_left_to_others(const Image *image)
{
    for (size_t i = 0; i < image->tags.count + image->digests.count; i++) {
        const char *name = i < image->tags.count ? image->tags.items[i] : image->digests.items[i - image->tags.count];
        cleanup_with(free_charp) char *repository = reference_repository(name);
        if (repository && is_well_known(repository))
            return true;
    }
    return false;
}

/* A root file system with nothing but a CMD above it is a base, such as debian. If the base itself is on this host, the
 * CMD is an own step. */
static bool has_own_steps(const Release *release)
{
    for (size_t i = release->base.n_steps; i < release->build->n_steps; i++) {
        StepKind kind = release->build->steps[i].kind;
        if (kind > STEP_IMPORT && (kind != STEP_CMD || release->base.image))
            return true;
    }
    return false;
}

/* A Dockerfile made the image if one of its instructions made the topmost own layer. If no own step has a layer, any
 * own step of a Dockerfile shows it. */
static bool has_dockerfile(const Release *release)
{
    const ImageBuild *build = release->build;

    if (build->hints & BUILD_BUILDPACKS)
        return false;
    for (size_t i = build->n_steps; i > release->base.n_steps; i--) {
        const BuildStep *step = &build->steps[i - 1];
        if (step->kind == STEP_FOREIGN || step->kind == STEP_IMPORT)
            return false;
        if (step->layer != NO_LAYER || step->size_bytes > 0)
            return true;
    }
    return has_own_steps(release);
}

/* The rows are in order of precedence: a program compiled in an image that also has an interpreter is compiled, and
 * node, which many images have for their assets, comes after the other interpreters. */
static Language language_of(const ImageBuild *build, size_t from)
{
    static const struct {
        int hint;
        uint64_t trait;
        Language language;
    } signs[] = {
        {BUILD_RUST, DOES(CARGO), LANGUAGE_RUST},
        {BUILD_GO, DOES(GO), LANGUAGE_GO},
        {BUILD_DOTNET_SDK, DOES(DOTNET), LANGUAGE_DOTNET},
        {0, DOES(JAVA), LANGUAGE_JAVA},
        {BUILD_RUBY, 0, LANGUAGE_RUBY},
        {BUILD_PYTHON, 0, LANGUAGE_PYTHON},
        {BUILD_PHP, 0, LANGUAGE_PHP},
        {BUILD_NODE, DOES(NODE) | DOES(NPM_CACHE), LANGUAGE_NODE},
        {BUILD_JAVA, 0, LANGUAGE_JAVA},
        {0, DOES(PIP_CACHE), LANGUAGE_PYTHON},
    };
    uint64_t traits = 0;

    for (size_t i = from; i < build->n_steps; i++)
        traits |= build->steps[i].traits;
    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
        if ((build->hints & signs[i].hint) || (traits & signs[i].trait))
            return signs[i].language;
    return LANGUAGE_UNKNOWN;
}

static bool uses_alpine(const Release *release)
{
    for (size_t i = 0; i < release->build->n_steps; i++) {
        const char *gist = release->build->steps[i].gist;
        if (gist && strncmp(gist, "RUN apk", 7) == 0)
            return true;
    }
    return release->base.name && strstr(release->base.name, "alpine");
}

static void conclude(Subject *s)
{
    for (size_t i = 0; i < s->n_releases; i++)
        if (s->releases[i].build)
            base_find(s, &s->releases[i], &s->releases[i].base);
    const Release *now = judged(s);
    s->setup = setup_of(s);
    s->is_left_to_others = is_left_to_others(now->image);
    if (!now->build)
        return;
    s->has_dockerfile = has_dockerfile(now);
    s->language = language_of(now->build, now->base.n_steps);
    s->is_alpine = uses_alpine(now);
}

/* Is this image the release that was added last? Two versions of an app may be one image, which counts once. */
static bool is_last(const Subject *s, const Image *image)
{
    return s->n_releases > 0 && s->releases[s->n_releases - 1].image == image;
}

static void add_releases(Subject *s)
{
    const Plan *plan = s->plan;
    size_t app = (size_t)(s->app - plan->apps);

    for (size_t i = 0; i < plan->n_images; i++)
        for (size_t j = 0; j < plan->images[i].n_apps; j++)
            if (plan->images[i].apps[j].app == app && !is_last(s, plan->images[i].image)) {
                Release release = make_release(plan, &plan->images[i], plan->images[i].apps[j].version);
                *array_add(&s->releases, &s->n_releases) = release;
            }
}

void subject_of_app(const Plan *plan, const PlannedApp *app, Subject *ret)
{
    *ret = (Subject){.plan = plan, .app = app};
    add_releases(ret);
    if (ret->n_releases == 0)
        return;
    qsort(ret->releases, ret->n_releases, sizeof(*ret->releases), newest_first);
    for (size_t i = 0; app->current.count > 0 && i < ret->n_releases; i++)
        if (strcmp(ret->releases[i].image->id, app->current.items[0]) == 0)
            ret->judged = i;
    conclude(ret);
}

void subject_of_image(const Plan *plan, const PlannedImage *image, Subject *ret)
{
    *ret = (Subject){.plan = plan, .is_job = image->judgement.reason == REASON_JOB};
    *array_add(&ret->releases, &ret->n_releases) = make_release(plan, image, NULL);
    conclude(ret);
}

void subject_clear(Subject *subject)
{
    free(subject->releases);
    *subject = (Subject){0};
}
