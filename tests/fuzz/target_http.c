/* SPDX-License-Identifier: MIT */
/*
 * The engine's client against a scripted socket. An input is a list of answers, each begun by a byte that says how it is
 * sent and ended by the byte 0xff: the first connection gets the first answer, and is closed behind it. All requests of a
 * pass are made; each ends as an answer or as an error with a sentence, and nothing that was cut off is a shorter list.
 */
#include "fuzz.h"

#include <rgc/engine.h>
#include <rgc/events.h>

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define ANSWERS_END ((char)0xff)
#define REQUESTS_MAX 64
#define PIECES_MAX 100

static char directory[] = "/tmp/rgc-fuzz-http-XXXXXX", path[64], host[80];
static int listen_fd;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static Bytes script; /* by the lock */
static int n_served;

/* Refusals that pass by themselves do so at once. */
bool __wrap_engine_wait_to_retry(const Error *err, const char *sign, size_t attempt);
bool __wrap_engine_wait_to_retry(const Error *err, const char *sign, size_t attempt)
{
    return err->code == EREMOTEIO && strstr(err->text, sign) && attempt < 2;
}

/* To the end of the request's head: bodies are short and come with it. */
static bool hear_request(int fd)
{
    char heard[16384];
    size_t size = 0;
    ssize_t n;

    while (size < sizeof(heard) - 1 && (n = recv(fd, heard + size, sizeof(heard) - 1 - size, 0)) > 0) {
        size += (size_t)n;
        heard[size] = '\0';
        if (strstr(heard, "\r\n\r\n"))
            return true;
    }
    return false;
}

/* In few enough pieces for the socket's buffer: the client need not read what lies behind an answer that it has. */
static void answer(int fd, Bytes text)
{
    unsigned how = take_byte(&text);
    size_t piece = how % 64 == 0 ? text.size + 1 : how % 64 + text.size / PIECES_MAX;

    for (size_t at = 0; at < text.size; at += piece) {
        size_t left = text.size - at;
        if (send(fd, text.data + at, left < piece ? left : piece, MSG_NOSIGNAL) < 0)
            return;
    }
}

static void *serve(void *unused)
{
    for (int fd; (fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC)) >= 0; close(fd)) {
        if (!hear_request(fd))
            continue;
        pthread_mutex_lock(&lock);
        Bytes next = n_served++ < REQUESTS_MAX ? take_until(&script, ANSWERS_END) : (Bytes){"", 0};
        answer(fd, next);
        pthread_mutex_unlock(&lock);
    }
    return unused;
}

static void remove_directory(void)
{
    unlink(path);
    rmdir(directory);
}

static void start(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    pthread_t thread;

    if (*path)
        return;
    REQUIRE(mkdtemp(directory), "no directory");
    snprintf(path, sizeof(path), "%s/sock", directory);
    snprintf(host, sizeof(host), "unix://%s", path);
    strcpy(address.sun_path, path);
    listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(bind(listen_fd, (struct sockaddr *)&address, sizeof(address)) == 0 && listen(listen_fd, 64) == 0,
            "cannot listen: %s", strerror(errno));
    atexit(remove_directory);
    REQUIRE(pthread_create(&thread, NULL, serve, NULL) == 0, "no thread");
}

static void expect_words(int r, const Error *err)
{
    REQUIRE(r == 0 || (r < 0 && *err->text && err->code > 0), "%d without a sentence", r);
}

static void query_lists(Engine *engine, Snapshot *snapshot)
{
    Error err = {0};

    expect_words(engine_query_info(engine, &snapshot->engine, &err), &err);
    expect_words(engine_query_images(engine, true, snapshot, &err), &err);
    expect_words(engine_query_containers(engine, snapshot, &err), &err);
    expect_words(engine_query_events(engine, (Time)1800000000 * USEC_PER_SEC, snapshot, &err), &err);
    expect_words(engine_query_build_cache(engine, &snapshot->cache, &err), &err);
    expect_words(engine_query_builder_volumes(engine, snapshot, &err), &err);
    snapshot_index(snapshot);
}

static void query_each(Engine *engine, Snapshot *snapshot)
{
    Image *image = snapshot->images;
    Container *container = snapshot->containers;
    Error err = {0};

    if (snapshot->n_containers > 0)
        expect_words(engine_inspect_containers(engine, &container, 1, &err), &err);
    if (snapshot->n_images > 0)
        expect_words(engine_query_layers(engine, &image, 1, &err), &err);
    ImageFacts facts = {
        .id = xstrdup("sha256:1"), .asked = 1, .inspected = 1, .build = xcalloc(1, sizeof(*facts.build))};
    expect_words(engine_query_facts(engine, &facts, 1, &err), &err);
    image_facts_clear(&facts);
}

static void change(Engine *engine)
{
    static char tag[] = "r/blog:v1", id[] = "c1";
    Removal removals[] = {{.target = tag, .kind = TARGET_IMAGE}, {.target = id, .kind = TARGET_CONTAINER}};
    cleanup_with(build_cache_clear) BuildCache cache = {0};
    cleanup_with(strings_clear) Strings tags = {0};
    int64_t bytes;
    size_t records;
    Error err = {0};

    expect_words(engine_remove(engine, removals, 2, NULL, NULL, NULL, &err), &err);
    for (size_t i = 0; i < 2; i++) {
        REQUIRE(!removals[i].error == (removals[i].outcome == OUTCOME_REMOVED), "an outcome without a sentence");
        removal_clear(&removals[i]);
    }
    expect_words(engine_query_tags(engine, "sha256:1", &tags, &err), &err);
    expect_words(engine_tag(engine, "sha256:1", tag, &err), &err);
    expect_words(engine_prune_build_cache(engine, USEC_PER_HOUR, 1000, &bytes, &records, &err), &err);
    expect_words(engine_query_builder(engine, "b1", &cache, &err), &err);
}

static Time some_time(void)
{
    return (Time)1800000000 * USEC_PER_SEC;
}

static void on_connected(const FollowStart *begin, void *userdata)
{
    (void)begin, (void)userdata;
}

static void on_event(const Event *event, void *userdata)
{
    ++*(size_t *)userdata;
    REQUIRE(event->kind != EVENT_ARRIVAL || !event->container, "an arrival of a container");
}

static void on_unreadable(void *userdata)
{
    ++*(size_t *)userdata;
}

static int before_wait(void *userdata)
{
    (void)userdata;
    return -1;
}

static void follow(Engine *engine)
{
    size_t count = 0;
    FollowOptions options = {.stop_fd = -1,
                             .now = some_time,
                             .on_connected = on_connected,
                             .on_event = on_event,
                             .on_unreadable = on_unreadable,
                             .before_wait = before_wait,
                             .userdata = &count};
    Error err = {0};

    expect_words(engine_follow(engine, &options, &err), &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cleanup_with(engine_freep) Engine *engine = NULL;
    cleanup_with(snapshot_clear) Snapshot snapshot = {0};
    EngineOptions options = {
        .host = host, .timeout_usec = 10 * USEC_PER_MINUTE, .short_timeout_usec = 10 * USEC_PER_MINUTE};
    Error err = {0};

    start();
    pthread_mutex_lock(&lock);
    script = (Bytes){(const char *)data, size};
    n_served = 0;
    pthread_mutex_unlock(&lock);
    int r = engine_open(&options, &engine, &err);
    expect_words(r, &err);
    if (r == 0) {
        query_lists(engine, &snapshot);
        query_each(engine, &snapshot);
        change(engine);
        follow(engine);
    }
    /* Whoever still serves has the lock: afterwards these bytes are not asked for. */
    pthread_mutex_lock(&lock);
    script = (Bytes){"", 0};
    pthread_mutex_unlock(&lock);
    return 0;
}
