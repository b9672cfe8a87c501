/* SPDX-License-Identifier: MIT */
/* Every way in which an engine can fail is one sentence that says what to do, and never half a list. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "engine/engine_parts.h"
#include "engine_fake.h"

static void assert_says(const Error *err, int code, const char *part)
{
    if (err->code != code || !strstr(err->text, part))
        fail_msg("code %d, \"%s\": expected code %d and \"%s\"", err->code, err->text, code, part);
    assert_null(strchr(err->text, '\n'));
}

/* Only what hangs is waited for. */
static int64_t timeout_of(const char *fault)
{
    return strstr(fault, "hang") ? USEC_PER_SEC : FAKE_HANGS_USEC;
}

static void assert_no_engine_within(int64_t timeout_usec, const char *host, int code, const char *part)
{
    EngineOptions options = {
        .host = host, .timeout_usec = timeout_usec, .short_timeout_usec = FAKE_HANGS_USEC, .parallel = 1};
    Engine *engine = NULL;
    Error err = {0};
    int r = engine_open(&options, &engine, &err);

    /* Whatever the limit, the first answer is waited for 10 s: again, where only that was too short. */
    for (int tries = 1; tries < 30 && code != ECONNREFUSED && strstr(err.text, "within 10s"); tries++) {
        err = (Error){0};
        r = engine_open(&options, &engine, &err);
    }
    if (r != -code)
        fail_msg("%d, not %d: %s", r, -code, err.text);
    assert_null(engine);
    assert_says(&err, code, part);
}

static void assert_no_engine(const char *host, int code, const char *part)
{
    assert_no_engine_within(FAKE_HANGS_USEC, host, code, part);
}

test(a_host_that_is_no_unix_socket_is_refused)
{
    static const char *const hosts[] = {
        "tcp://10.0.0.1:2375",  "ssh://root@h", "npipe:////./pipe/docker", "", "unix://relative.sock",
        "/var/run/docker.sock", "unix:///"};
    char path[300] = "unix:///";

    for (size_t i = 0; i < 6; i++)
        assert_no_engine(hosts[i], EINVAL, "use unix:///path");
    assert_no_engine(NULL, EINVAL, "use unix:///path");
    memset(path + strlen(path), 'x', 107);
    assert_no_engine(path, EINVAL, "at most 107 bytes");
}

test(a_missing_socket_asks_whether_docker_is_installed)
{
    assert_no_engine("unix:///nonexistent/docker.sock", ECONNREFUSED, "is Docker installed and running?");
}

/* Puts something at a path of its own and tells what engine_open says of it. */
static void assert_path_says(void (*make)(const char *path), const char *part)
{
    char directory[] = "/tmp/rgc-test-XXXXXX";
    char *path, *host;

    assert_non_null(mkdtemp(directory));
    path = xasprintf("%s/sock", directory);
    host = xasprintf("unix://%s", path);
    make(path);
    assert_no_engine(host, ECONNREFUSED, part);
    unlink(path);
    rmdir(directory);
    free(path);
    free(host);
}

static void make_stale_socket(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    close(fd);
}

static void make_file(const char *path)
{
    close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
}

test(a_socket_that_nobody_listens_at_says_that_docker_is_not_running)
{
    assert_path_says(make_stale_socket, "Docker is not running");
}

test(a_file_that_is_no_socket_is_called_so)
{
    assert_path_says(make_file, "is not a socket");
}

test(a_refused_permission_names_the_group)
{
    /* Root is refused nothing, so the reply is made up. */
    Engine engine = {.host = (char[]){"unix:///run/docker.sock"}, .socket_path = (char[]){"/run/docker.sock"}};
    HttpReply reply = {.failure = HTTP_NO_CONNECTION, .os_errno = EACCES};
    HttpRequest request = {0};
    Error err = {0};

    engine_fail(&engine, "its version", &request, &reply, &err);
    assert_says(&err, ECONNREFUSED, "usermod -aG docker");
}

test(a_connection_that_fails_without_an_errno_says_what_libcurl_says)
{
    Engine engine = {.host = (char[]){"unix:///run/docker.sock"}, .socket_path = (char[]){"/nonexistent"}};
    HttpReply replies[] = {{.failure = HTTP_NO_CONNECTION, .error = "Couldn't open socket"},
                           {.failure = HTTP_NO_CONNECTION}};
    static const char *const says[] = {"docker.sock: Couldn't open socket", "docker.sock: no reason given"};
    HttpRequest request = {0};

    for (size_t i = 0; i < 2; i++) {
        Error err = {0};

        engine_fail(&engine, "its version", &request, &replies[i], &err);
        assert_says(&err, ECONNREFUSED, says[i]);
    }
}

/* What the engine does with a request, and the sentence that rgc has for it. */
typedef struct Failure {
    enum { FIRST_ANSWER = 1, LIST = 2, EITHER = 3 } of;
    const char *fault;
    int code;
    const char *says;
} Failure;

static const Failure failures[] = {
    {EITHER, "\"do\":\"status:404\"", EREMOTEIO, "refused"},
    {EITHER, "\"do\":\"garbage\"", EPROTO, "cannot be used"},
    {EITHER, "\"do\":\"nothttp\"", EPROTO, "not a Docker engine"},
    {EITHER, "\"do\":\"truncate\"", EPROTO, "cut off"},
    {EITHER, "\"do\":\"drop\"", EPROTO, "closed the connection"},
    {FIRST_ANSWER, "\"do\":\"status:500\",\"message\":\"kaputt\\u0007\"", EREMOTEIO, "\"kaputt?\""},
    {FIRST_ANSWER, "\"do\":\"status:503\"", ECONNREFUSED, "not ready"},
    {FIRST_ANSWER, "\"do\":\"status:403\",\"message\":\"authorization denied by plugin P: no\"", EPERM,
     "authorization plugin"},
    {FIRST_ANSWER, "\"do\":\"html\",\"code\":403", EPERM, "a web page\"); allow rgc GET /version"},
    {FIRST_ANSWER, "\"do\":\"html\",\"code\":503", ECONNREFUSED, "not ready"},
    {FIRST_ANSWER, "\"do\":\"html\"", EPROTO, "is unix:///"},
    {FIRST_ANSWER, "\"do\":\"html\",\"code\":502", EREMOTEIO, "HTTP 502: \"a web page\""},
    {FIRST_ANSWER, "\"do\":\"endless\"", EPROTO, "too large"},
    {FIRST_ANSWER, "\"do\":\"hang\"", ECONNREFUSED, "did not answer within 1s"},
    {LIST, "\"do\":\"status:500\",\"message\":\"disk\"", EREMOTEIO, "\"disk\""},
    {LIST, "\"do\":\"status:503\"", EREMOTEIO, "not ready"},
    {LIST, "\"do\":\"html\"", EPROTO, "a web page instead of JSON"},
    {LIST, "\"do\":\"hang\"", ECONNREFUSED, " (the list of images)"},
};

test(every_failure_of_the_first_answer_is_a_sentence)
{
    for (size_t i = 0; i < N_ELEMENTS(failures); i++) {
        const Failure *failure = &failures[i];
        if (!(failure->of & FIRST_ANSWER))
            continue;
        cleanup_with(free_charp) char *faults = xasprintf("[{\"match\":\"GET /version\",%s}]", failure->fault);
        cleanup_with(fake_engine_clear) FakeEngine fake = {0};

        fake_engine_start(&fake, "{}", faults);
        assert_no_engine_within(timeout_of(failure->fault), fake.host, failure->code, failure->says);
    }
}

#define IMAGE "{\"id\":\"sha256:%064d\"}"

test(a_failed_list_is_a_sentence_and_no_half_list)
{
    cleanup_with(free_charp) char *host =
        xasprintf("{\"images\":[" IMAGE "," IMAGE "," IMAGE "," IMAGE "]}", 1, 2, 3, 4);

    for (size_t i = 0; i < N_ELEMENTS(failures); i++) {
        const Failure *failure = &failures[i];
        if (!(failure->of & LIST))
            continue;
        cleanup_with(free_charp) char *faults = xasprintf("[{\"match\":\"/images/json\",%s}]", failure->fault);
        cleanup_with(fake_engine_clear) FakeEngine fake = {0};
        cleanup_with(engine_freep) Engine *engine = NULL;
        cleanup_with(snapshot_clear) Snapshot snapshot = {0};
        EngineOptions options = {.host = fake.host,
                                 .timeout_usec = timeout_of(failure->fault),
                                 .short_timeout_usec = FAKE_HANGS_USEC,
                                 .parallel = 1};
        Error err = {0};

        fake_engine_start(&fake, host, faults);
        /* The version has to come within that too: longer and longer, until it does. */
        while (engine_open(&options, &engine, &err) < 0 && options.timeout_usec < FAKE_HANGS_USEC) {
            options.timeout_usec *= 2;
            err = (Error){0};
        }
        assert_non_null(engine);
        assert_int_equal(engine_query_images(engine, false, &snapshot, &err), -failure->code);
        assert_says(&err, failure->code, failure->says);
        assert_int_equal(snapshot.n_images, 0);
        assert_null(snapshot.images);
    }
}

/* An engine that answers each request with these bytes and hangs up. */
static void serve(int listener, const char *answers[])
{
    for (; *answers; answers++) {
        char request[4096];
        int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

        if (read(fd, request, sizeof(request)) > 0)
            (void)!write(fd, *answers, strlen(*answers));
        close(fd);
    }
    _exit(0);
}

#define VERSION                                                                                                        \
    "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"Version\":\"28\",\"ApiVersion\":\"1.51\",\"MinAPIVersion\":"       \
    "\"1.24\"}"
#define EVENT                                                                                                          \
    "{\"Type\":\"image\",\"Action\":\"pull\",\"Actor\":{\"ID\":\"blog:v1\"},\"timeNano\":1700000000000000000}\n"

test(events_without_a_mark_of_their_end_are_refused)
{
    static const char *answers[] = {VERSION, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" EVENT, NULL};
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char directory[] = "/tmp/rgc-test-XXXXXX";
    cleanup_with(free_charp) char *host = NULL;
    cleanup_with(engine_freep) Engine *engine = NULL;
    cleanup_with(snapshot_clear) Snapshot snapshot = {0};
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EngineOptions options = {.timeout_usec = FAKE_HANGS_USEC, .short_timeout_usec = FAKE_HANGS_USEC, .parallel = 1};
    Error err = {0};

    assert_non_null(mkdtemp(directory));
    snprintf(address.sun_path, sizeof(address.sun_path), "%s/sock", directory);
    host = xasprintf("unix://%s", address.sun_path);
    options.host = host;
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(listener, 4), 0);
    if (fork() == 0)
        serve(listener, answers);
    close(listener);
    if (engine_open(&options, &engine, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(engine_query_events(engine, 1700000001000000, &snapshot, &err), -EPROTO);
    assert_says(&err, EPROTO, "without a mark of its end");
    assert_int_equal(snapshot.n_arrivals, 0);
    unlink(address.sun_path);
    rmdir(directory);
}

static bool is_ended;

static bool is_interrupted(void)
{
    return is_ended;
}

test(an_interrupted_query_ends_at_once)
{
    cleanup_with(fake_engine_clear) FakeEngine fake = {0};
    cleanup_with(engine_freep) Engine *engine = NULL;
    cleanup_with(snapshot_clear) Snapshot snapshot = {0};
    EngineOptions options = {.timeout_usec = FAKE_HANGS_USEC,
                             .short_timeout_usec = FAKE_HANGS_USEC,
                             .parallel = 1,
                             .is_interrupted = is_interrupted};
    Error err = {0};

    fake_engine_start(&fake, "{}", "[{\"match\":\"/images/json\",\"do\":\"hang\"}]");
    options.host = fake.host;
    is_ended = false;
    assert_int_equal(engine_open(&options, &engine, &err), 0);
    is_ended = true;
    assert_int_equal(engine_query_images(engine, false, &snapshot, &err), -ECANCELED);
}

test(a_proxy_in_the_environment_is_not_asked)
{
    cleanup_with(fake_engine_clear) FakeEngine fake = {0};

    fake_engine_start(&fake, "{}", NULL);
    /* Recent releases of libcurl pass over it by themselves, as the socket has no host; older ones do not. */
    unsetenv("no_proxy");
    unsetenv("NO_PROXY");
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    setenv("ALL_PROXY", "socks5h://127.0.0.1:1", 1);
    engine_free(fake_engine_open(&fake, FAKE_HANGS_USEC, 1));
    unsetenv("http_proxy");
    unsetenv("ALL_PROXY");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host_that_is_no_unix_socket_is_refused),
        cmocka_unit_test(a_missing_socket_asks_whether_docker_is_installed),
        cmocka_unit_test(a_socket_that_nobody_listens_at_says_that_docker_is_not_running),
        cmocka_unit_test(a_file_that_is_no_socket_is_called_so),
        cmocka_unit_test(a_refused_permission_names_the_group),
        cmocka_unit_test(a_connection_that_fails_without_an_errno_says_what_libcurl_says),
        cmocka_unit_test(every_failure_of_the_first_answer_is_a_sentence),
        cmocka_unit_test(a_failed_list_is_a_sentence_and_no_half_list),
        cmocka_unit_test(events_without_a_mark_of_their_end_are_refused),
        cmocka_unit_test(an_interrupted_query_ends_at_once),
        cmocka_unit_test(a_proxy_in_the_environment_is_not_asked),
    };

    if (fake_engine_missing())
        return 77;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
