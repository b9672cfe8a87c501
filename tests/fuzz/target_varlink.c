/* SPDX-License-Identifier: MIT */
/*
 * The agent's socket with live clients. An input is a script: each step is a byte that says what happens and to which of
 * eight clients, and what a client says ends with a newline, which it sends as the NUL of Varlink unless it is cut off.
 * Whatever they do, they hear nothing but Varlink, and one that behaves is served at the end.
 */
#include "fuzz.h"

#include <rgc/buffer.h>
#include <rgc/memory.h>
#include <rgc/service.h>

#include <errno.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#define N_CLIENTS 8
#define HEARD_MAX 65536

enum { CONNECT, SAY, SAY_PART, LEAVE, HEAR, TURN, PROGRESS, FINISH, N_STEPS };

typedef struct Play {
    sd_event *loop;
    Service *service;
    struct sockaddr_un address;
    int clients[N_CLIENTS];  /* -1 = not here */
    Buffer heard[N_CLIENTS]; /* the begin of a message */
    uint64_t pass;
} Play;

static uint64_t on_collect(const Trigger *trigger, void *userdata)
{
    const Play *play = userdata;

    REQUIRE(!trigger->reason || !service_text_complaint(trigger->reason), "a reason that is none");
    REQUIRE(!trigger->deployed || !service_text_complaint(trigger->deployed), "a service that is none");
    REQUIRE(trigger->uid == getuid(), "somebody else asked");
    return play->pass + 1;
}

static json_t *on_status(void *userdata)
{
    const Play *play = userdata;

    return json_pack("{s:s, s:I}", "state", "idle", "pass", (json_int_t)play->pass);
}

/* A name in the abstract space: nothing is left of it on a disk. */
static int listen_somewhere(Play *play)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    play->address = (struct sockaddr_un){.sun_family = AF_UNIX};
    snprintf(play->address.sun_path + 1, sizeof(play->address.sun_path) - 1, "rgc-fuzz-varlink-%d", getpid());
    REQUIRE(fd >= 0 && bind(fd, (struct sockaddr *)&play->address, sizeof(play->address)) == 0 && listen(fd, 64) == 0,
            "cannot listen: %s", strerror(errno));
    return fd;
}

/* -1: the queue is full. */
static int connect_client(const Play *play)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    REQUIRE(fd >= 0, "no socket: %s", strerror(errno));
    if (connect(fd, (const struct sockaddr *)&play->address, sizeof(play->address)) == 0)
        return fd;
    REQUIRE(errno == EAGAIN, "cannot connect: %s", strerror(errno));
    close(fd);
    return -1;
}

static void turn(Play *play)
{
    for (int turns = 0; sd_event_run(play->loop, 0) > 0; turns++)
        REQUIRE(turns < 100000, "the loop does not come to rest");
}

static void leave(Play *play, unsigned client)
{
    if (play->clients[client] >= 0)
        close(play->clients[client]);
    play->clients[client] = -1;
    play->heard[client].size = 0;
}

/* Takes whole messages off its begin, each of which is an object. Returns how many. */
static size_t check_heard(Buffer *heard)
{
    const char *nul;
    size_t count = 0;

    for (; heard->size > 0 && (nul = memchr(heard->data, '\0', heard->size)); count++) {
        size_t length = (size_t)(nul - heard->data);
        json_t *message = json_loadb(heard->data, length, 0, NULL);
        REQUIRE(json_is_object(message), "this is no message: %s", heard->data);
        json_decref(message);
        heard->size -= length + 1;
        memmove(heard->data, nul + 1, heard->size);
    }
    return count;
}

static size_t hear(Play *play, unsigned client)
{
    static char part[HEARD_MAX];
    ssize_t n = play->clients[client] >= 0 ? recv(play->clients[client], part, sizeof(part), MSG_DONTWAIT) : -1;

    if (n > 0)
        buffer_add(&play->heard[client], part, (size_t)n);
    return check_heard(&play->heard[client]);
}

static void say(Play *play, unsigned client, const Bytes *words, bool is_whole)
{
    int fd = play->clients[client];

    if (fd < 0)
        return;
    (void)send(fd, words->data, words->size, MSG_NOSIGNAL);
    if (is_whole)
        (void)send(fd, "", 1, MSG_NOSIGNAL);
}

static void step(Play *play, unsigned what, Bytes *script)
{
    unsigned client = what / N_STEPS % N_CLIENTS;
    Bytes words = {NULL, 0};
    json_t *line = NULL;

    switch (what % N_STEPS) {
    case CONNECT:
        leave(play, client);
        play->clients[client] = connect_client(play);
        break;
    case SAY:
    case SAY_PART:
        words = take_until(script, '\n');
        say(play, client, &words, what % N_STEPS == SAY);
        break;
    case LEAVE:
        leave(play, client);
        break;
    case HEAR:
        (void)hear(play, client);
        break;
    case TURN:
        turn(play);
        break;
    case PROGRESS:
        line = json_pack("{s:s}", "progress", "observed");
        service_progress(play->service, play->pass, line);
        break;
    default:
        line = json_pack("{s:I}", "pass", (json_int_t)++play->pass);
        service_finished(play->service, play->pass, client % 2 ? line : NULL);
    }
    json_decref(line);
}

static void check_it_still_serves(Play *play)
{
    static const char request[] = "{\"method\":\"io.rgc.Agent.Status\"}";

    for (unsigned i = 0; i < N_CLIENTS; i++)
        leave(play, i);
    turn(play);
    play->clients[0] = connect_client(play);
    REQUIRE(send(play->clients[0], request, sizeof(request), MSG_NOSIGNAL) == sizeof(request), "it does not listen");
    turn(play);
    REQUIRE(hear(play, 0) == 1, "it does not answer");
    leave(play, 0);
    turn(play);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const ServiceHooks hooks = {on_collect, on_status};
    Play play = {.pass = 7};
    Bytes script = {(const char *)data, size};
    Error err = {0};

    for (unsigned i = 0; i < N_CLIENTS; i++)
        play.clients[i] = -1;
    REQUIRE(sd_event_new(&play.loop) >= 0, "no event loop");
    REQUIRE(service_new(play.loop, listen_somewhere(&play), &hooks, &play, &play.service, &err) == 0, "%s", err.text);
    for (int steps = 0; script.size > 0 && steps < 256; steps++) {
        unsigned what = take_byte(&script);
        step(&play, what, &script);
        if (what < 128)
            turn(&play);
    }
    turn(&play);
    check_it_still_serves(&play);
    service_free(play.service);
    for (unsigned i = 0; i < N_CLIENTS; i++)
        buffer_clear(&play.heard[i]);
    sd_event_unref(play.loop);
    return 0;
}
