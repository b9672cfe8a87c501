/* SPDX-License-Identifier: MIT */
/* The wire format and the server, whatever its clients do. */
#include "agent_socket.h"

#define ECHO "{\"method\":\"t.Test.Echo\",\"parameters\":{\"n\":%d}}"
#define ECHOED "{\"parameters\":{\"n\":%d}}"
#define ECHO_ONE "{\"method\":\"t.Test.Echo\",\"parameters\":{\"n\":1}}"
#define ECHOED_ONE "{\"parameters\":{\"n\":1}}\n"
#define KEEP "{\"method\":\"t.Test.Keep\",\"more\":true}"

/* What loops over every byte or many clients has to be over before this. */
static const VarlinkLimits patient = {.deadline_usec = 2 * HANGS_USEC};
static const VarlinkLimits hasty = {.deadline_usec = 50000};

int __wrap_accept4(int fd, struct sockaddr *address, socklen_t *size, int flags);
int __real_accept4(int fd, struct sockaddr *address, socklen_t *size, int flags);

static bool has_no_descriptors;

int __wrap_accept4(int fd, struct sockaddr *address, socklen_t *size, int flags)
{
    if (!has_no_descriptors)
        return __real_accept4(fd, address, size, flags);
    errno = EMFILE;
    return -1;
}

typedef struct TestServer {
    TestSocket socket;
    VarlinkServer *server;
    unsigned int calls, gone;
    VarlinkCall *kept;
} TestServer;

static void echo(VarlinkCall *call, json_t *parameters, void *userdata)
{
    TestServer *test = userdata;

    test->calls++;
    varlink_reply(call, json_deep_copy(parameters));
}

static void on_gone(VarlinkCall *call, void *userdata)
{
    TestServer *test = userdata;

    assert_ptr_equal(call, test->kept);
    test->kept = NULL;
    test->gone++;
}

static void keep(VarlinkCall *call, json_t *parameters, void *userdata)
{
    TestServer *test = userdata;

    (void)parameters;
    test->calls++;
    if (!varlink_call_wants_more(call)) {
        varlink_invalid_parameter(call, "more");
        return;
    }
    test->kept = call;
    varlink_call_keep(call, on_gone);
}

static void forget(VarlinkCall *call, json_t *parameters, void *userdata)
{
    (void)call;
    (void)parameters;
    (void)userdata;
}

static const VarlinkMethod methods[] = {{"Echo", echo}, {"Keep", keep}, {"Forget", forget}};
static const VarlinkInterface interface = {"t.Test", "interface t.Test\nmethod Echo() -> ()\n", methods, 3};

static void start(TestServer *test, const VarlinkLimits *limits)
{
    Error err = {0};

    assert_int_equal(
        varlink_server_new(test->socket.loop, test->socket.listen_fd, &interface, limits, test, &test->server, &err),
        0);
}

static int setup(void **state)
{
    TestServer *test = xcalloc(1, sizeof(*test));
    void *directory;

    socket_open(&test->socket, &directory);
    start(test, &patient);
    *state = test;
    return 0;
}

static int setup_hasty(void **state)
{
    TestServer *test = xcalloc(1, sizeof(*test));
    void *directory;

    socket_open(&test->socket, &directory);
    start(test, &hasty);
    *state = test;
    return 0;
}

static int teardown(void **state)
{
    TestServer *test = *state;

    varlink_server_free(test->server);
    socket_close(&test->socket);
    free(test);
    return 0;
}

static void assert_serves(TestServer *test)
{
    int fd = client_connect(&test->socket);

    client_say(fd, ECHO_ONE);
    turn_loop(&test->socket);
    assert_hears(fd, ECHOED_ONE);
    close(fd);
    turn_loop(&test->socket);
}

static void a_call_is_answered_in_whatever_pieces_it_arrives(void **state)
{
    TestServer *test = *state;

    for (size_t cut = 0; cut <= sizeof(ECHO_ONE); cut++) {
        int fd = client_connect(&test->socket);

        client_send(fd, ECHO_ONE, cut);
        turn_loop(&test->socket);
        client_send(fd, &ECHO_ONE[cut], sizeof(ECHO_ONE) - cut);
        turn_loop(&test->socket);
        assert_hears(fd, ECHOED_ONE);
        close(fd);
    }
    turn_loop(&test->socket);
    assert_int_equal(test->calls, sizeof(ECHO_ONE) + 1);
}

static void a_client_that_leaves_at_any_byte_harms_nobody(void **state)
{
    TestServer *test = *state;

    for (size_t cut = 0; cut <= sizeof(ECHO_ONE); cut++) {
        int seen = client_connect(&test->socket), unseen = client_connect(&test->socket);

        client_send(unseen, ECHO_ONE, cut);
        close(unseen);
        client_send(seen, ECHO_ONE, cut);
        turn_loop(&test->socket);
        close(seen);
        turn_loop(&test->socket);
    }
    assert_int_equal(test->calls, 2);
    assert_serves(test);
}

static void several_requests_at_once_are_answered_in_their_order(void **state)
{
    TestServer *test = *state;
    char requests[500 * 64], expected[500 * 64];
    size_t size = 0, length = 0;
    int fd = client_connect(&test->socket);

    for (int i = 0; i < 500; i++) {
        size += (size_t)sprintf(requests + size, ECHO, i) + 1;
        length += (size_t)sprintf(expected + length, ECHOED "\n", i);
    }
    assert_int_equal(client_send(fd, requests, size), size);
    /* Its own socket takes some hundred replies; the rest comes when those are read. */
    for (size_t heard = 0; heard < length;) {
        turn_loop(&test->socket);
        cleanup_with(free_charp) char *part = client_hear(fd, NULL);
        assert_true(part[0] != '\0');
        assert_memory_equal(part, expected + heard, strlen(part));
        heard += strlen(part);
    }
    close(fd);
}

static void what_is_no_varlink_ends_the_connection_and_that_one_only(void **state)
{
    static const char *const garbage[] = {
        "",
        " ",
        "{",
        "null",
        "[]",
        "1",
        "\"method\"",
        "{}",
        "{\"method\":1}",
        "{\"method\":null}",
        "\xff\xfe",
        "{\"method\":\"t.Test.Echo\",\"parameters\":[]}",
        "{\"method\":\"t.Test.Echo\",\"parameters\":1}",
        "{\"method\":\"t.Test.Echo\",\"more\":1}",
        "{\"method\":\"t.Test.Echo\",\"oneway\":\"yes\"}",
        "{\"method\":\"t.Test.Echo\"} {\"method\":\"t.Test.Echo\"}",
        "GET / HTTP/1.1\r\n\r\n",
        "{\"method\":\"t.Test.Echo\",\"method\":\"t.Test.Echo\"}",
        "{\"method\":\"\xc3\x28\"}",
    };
    TestServer *test = *state;

    for (size_t i = 0; i < N_ELEMENTS(garbage); i++) {
        int fd = client_connect(&test->socket);

        client_say(fd, garbage[i]);
        turn_loop(&test->socket);
        assert_ended(fd);
        close(fd);
    }
    assert_int_equal(test->calls, 0);
    assert_serves(test);
}

static void deep_nesting_ends_the_connection(void **state)
{
    TestServer *test = *state;
    int fd = client_connect(&test->socket);
    char deep[VARLINK_REQUEST_MAX];

    memset(deep, '[', sizeof(deep));
    deep[sizeof(deep) - 1] = '\0';
    client_say(fd, deep);
    turn_loop(&test->socket);
    assert_ended(fd);
    close(fd);
    assert_serves(test);
}

static char *request_of(size_t size)
{
    static const char head[] = "{\"method\":\"t.Test.Echo\",\"parameters\":{\"s\":\"", tail[] = "\"}}";
    char *request = xmalloc(size + 1);

    memset(request, 'x', size);
    memcpy(request, head, sizeof(head) - 1);
    memcpy(request + size - (sizeof(tail) - 1), tail, sizeof(tail));
    return request;
}

static void a_request_of_16_kib_is_taken_and_one_byte_more_is_not(void **state)
{
    TestServer *test = *state;

    for (size_t more = 0; more < 2; more++) {
        cleanup_with(free_charp) char *request = request_of(VARLINK_REQUEST_MAX + more);
        int fd = client_connect(&test->socket);

        client_say(fd, request);
        turn_loop(&test->socket);
        if (more == 0)
            assert_hears_with(fd, "xxx\"}}\n");
        else
            assert_ended(fd);
        close(fd);
    }
    assert_int_equal(test->calls, 1);
}

static void a_megabyte_is_cut_off(void **state)
{
    TestServer *test = *state;
    cleanup_with(free_charp) char *much = xmalloc(1 << 20);
    int fd = client_connect(&test->socket);
    size_t sent = 0, n;

    memset(much, 'x', 1 << 20);
    while (sent < (1 << 20) && (n = client_send(fd, much + sent, (1 << 20) - sent)) > 0) {
        sent += n;
        turn_loop(&test->socket);
    }
    assert_true(sent < (1 << 20));
    assert_ended(fd);
    close(fd);
    assert_serves(test);
}

static void half_a_request_has_to_be_whole_in_time(void **state)
{
    TestServer *test = *state;
    int silent = client_connect(&test->socket), half = client_connect(&test->socket);
    int dripping = client_connect(&test->socket);

    client_send(half, ECHO_ONE, 10);
    for (size_t i = 0; i < 20; i++) {
        client_send(dripping, &ECHO_ONE[i], 1);
        turn_loop_for(&test->socket, 20);
    }
    turn_loop_until_ended(&test->socket, silent);
    turn_loop_until_ended(&test->socket, half);
    turn_loop_until_ended(&test->socket, dripping);
    close(silent);
    close(half);
    close(dripping);
    assert_serves(test);
}

static void what_arrived_while_the_loop_stood_still_is_in_time(void **state)
{
    TestServer *test = *state;
    int fd = client_connect(&test->socket);

    turn_loop(&test->socket);
    client_say(fd, ECHO_ONE);
    usleep(500000);
    turn_loop(&test->socket);
    assert_hears(fd, ECHOED_ONE);
    close(fd);
}

static void a_client_that_never_reads_is_left_behind(void **state)
{
    TestServer *test = *state;
    cleanup_with(free_charp) char *request = request_of(8000);
    int fd = client_connect(&test->socket);

    for (int i = 0; i < 1000; i++) {
        client_send(fd, request, strlen(request) + 1);
        turn_loop(&test->socket);
    }
    assert_true(test->calls < 1000);
    assert_serves(test);
    for (struct pollfd peer = {.fd = fd}; !(peer.revents & POLLHUP); poll(&peer, 1, 0))
        turn_loop_for(&test->socket, 20);
    unsigned int calls = test->calls;
    turn_loop_for(&test->socket, 100);
    assert_int_equal(test->calls, calls);
    assert_int_equal(client_send(fd, "x", 1), 0);
    close(fd);
    assert_serves(test);
}

static void oneway_is_carried_out_and_never_answered(void **state)
{
    TestServer *test = *state;
    int fd = client_connect(&test->socket);

    client_say(fd, "{\"method\":\"t.Test.Echo\",\"oneway\":true}");
    client_say(fd, "{\"method\":\"t.Test.Nothing\",\"oneway\":true}");
    client_say(fd, "{\"method\":\"t.Test.Keep\",\"oneway\":true,\"more\":true}");
    client_say(fd, ECHO_ONE);
    turn_loop(&test->socket);
    assert_hears(fd, ECHOED_ONE);
    assert_int_equal(test->calls, 3);
    assert_null(test->kept);
    close(fd);
}

static void what_a_client_sent_before_it_left_is_carried_out(void **state)
{
    TestServer *test = *state;
    char requests[1000 * sizeof(ECHO_ONE)];
    int fd = client_connect(&test->socket);

    for (size_t i = 0; i < 1000; i++)
        memcpy(requests + i * sizeof(ECHO_ONE), ECHO_ONE, sizeof(ECHO_ONE));
    assert_int_equal(client_send(fd, requests, sizeof(requests)), sizeof(requests));
    close(fd);
    turn_loop(&test->socket);
    assert_int_equal(test->calls, 1000);
}

static void what_a_client_sent_behind_a_call_that_is_kept_is_carried_out_when_it_leaves(void **state)
{
    TestServer *test = *state;
    int fd = client_connect(&test->socket);

    client_say(fd, KEEP);
    client_say(fd, ECHO_ONE);
    turn_loop(&test->socket);
    assert_int_equal(test->calls, 1);
    client_say(fd, ECHO_ONE);
    close(fd);
    turn_loop(&test->socket);
    assert_int_equal(test->gone, 1);
    assert_int_equal(test->calls, 3);
}

static void who_only_stops_sending_still_gets_the_reply(void **state)
{
    TestServer *test = *state;
    int fd = client_connect(&test->socket), follower = client_connect(&test->socket);

    client_say(fd, ECHO_ONE);
    shutdown(fd, SHUT_WR);
    client_say(follower, KEEP);
    shutdown(follower, SHUT_WR);
    turn_loop(&test->socket);
    assert_hears(fd, ECHOED_ONE);
    assert_true(turn_loop_for(&test->socket, 50) < 5);
    varlink_reply(test->kept, NULL);
    turn_loop(&test->socket);
    assert_hears(follower, "{\"parameters\":{}}\n");
    assert_ended(follower);
    close(fd);
    close(follower);
}

static void what_is_not_there_is_said_by_name(void **state)
{
    static const struct {
        const char *request, *answer;
    } rows[] = {
        {"{\"method\":\"t.Test.No\"}",
         "{\"error\":\"org.varlink.service.MethodNotFound\",\"parameters\":{\"method\":\"t.Test.No\"}}\n"},
        {"{\"method\":\"t.Tes.Echo\"}",
         "{\"error\":\"org.varlink.service.InterfaceNotFound\",\"parameters\":{\"interface\":\"t.Tes\"}}\n"},
        {"{\"method\":\"Echo\"}",
         "{\"error\":\"org.varlink.service.InterfaceNotFound\",\"parameters\":{\"interface\":\"Echo\"}}\n"},
        {"{\"method\":\"\"}",
         "{\"error\":\"org.varlink.service.InterfaceNotFound\",\"parameters\":{\"interface\":\"\"}}\n"},
        {"{\"method\":\"t.Test\"}",
         "{\"error\":\"org.varlink.service.InterfaceNotFound\",\"parameters\":{\"interface\":\"t\"}}\n"},
        {"{\"method\":\"t.Test.Forget\"}",
         "{\"error\":\"org.varlink.service.MethodNotImplemented\",\"parameters\":{\"method\":\"t.Test.Forget\"}}\n"},
        {"{\"method\":\"t.Test.Echo\",\"upgrade\":true}",
         "{\"error\":\"org.varlink.service.MethodNotImplemented\",\"parameters\":{\"method\":\"t.Test.Echo\"}}\n"},
        {"{\"method\":\"t.Test.Keep\"}",
         "{\"error\":\"org.varlink.service.InvalidParameter\",\"parameters\":{\"parameter\":\"more\"}}\n"},
        {"{\"method\":\"t.Test.Echo\",\"parameters\":null,\"more\":null}", "{\"parameters\":{}}\n"},
        {"{\"method\":\"org.varlink.service.GetInterfaceDescription\"}",
         "{\"error\":\"org.varlink.service.InvalidParameter\",\"parameters\":{\"parameter\":\"interface\"}}\n"},
        {"{\"method\":\"org.varlink.service.GetInterfaceDescription\",\"parameters\":{\"interface\":\"a.b\"}}",
         "{\"error\":\"org.varlink.service.InterfaceNotFound\",\"parameters\":{\"interface\":\"a.b\"}}\n"},
        {"{\"method\":\"org.varlink.service.GetInterfaceDescription\",\"parameters\":{\"interface\":\"t.Test\"}}",
         "{\"parameters\":{\"description\":\"interface t.Test\\nmethod Echo() -> ()\\n\"}}\n"},
        {"{\"method\":\"org.varlink.service.GetInfo\"}",
         "{\"parameters\":{\"vendor\":\"rgc\",\"product\":\"rgc\",\"version\":\"" RGC_VERSION
         "\",\"url\":\"\",\"interfaces\":[\"org.varlink.service\",\"t.Test\"]}}\n"},
    };
    TestServer *test = *state;
    int fd = client_connect(&test->socket);

    for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
        client_say(fd, rows[i].request);
        turn_loop(&test->socket);
        assert_hears(fd, rows[i].answer);
    }
    close(fd);
}

static void beyond_16_clients_the_others_wait_and_none_is_forgotten(void **state)
{
    TestServer *test = *state;
    int fds[100];
    size_t answered = 0;

    for (size_t i = 0; i < 100; i++)
        fds[i] = client_connect(&test->socket);
    for (size_t i = 0; i < 100; i++)
        client_say(fds[i], ECHO_ONE);
    turn_loop(&test->socket);
    assert_int_equal(test->calls, VARLINK_CLIENTS_MAX);
    for (size_t i = 0; i < 100; i++) {
        turn_loop(&test->socket);
        assert_hears(fds[i], ECHOED_ONE);
        answered++;
        close(fds[i]);
    }
    assert_int_equal(answered, 100);
}

static void idle_clients_make_room_when_their_time_is_over(void **state)
{
    TestServer *test = *state;
    int fds[40], late;

    for (size_t i = 0; i < 40; i++)
        fds[i] = client_connect(&test->socket);
    late = client_connect(&test->socket);
    client_say(late, ECHO_ONE);
    assert_hears_in_time(&test->socket, late, ECHOED_ONE);
    for (size_t i = 0; i < 40; i++)
        close(fds[i]);
    close(late);
}

static void a_kept_call_has_no_deadline_and_takes_no_place(void **state)
{
    TestServer *test = *state;
    int fds[20];

    for (size_t i = 0; i < 20; i++) {
        fds[i] = client_connect(&test->socket);
        client_say(fds[i], KEEP);
        turn_loop(&test->socket);
        assert_int_equal(test->calls, i + 1);
    }
    turn_loop_for(&test->socket, 400);
    assert_int_equal(test->gone, 0);
    varlink_reply(test->kept, NULL);
    turn_loop(&test->socket);
    assert_hears(fds[19], "{\"parameters\":{}}\n");
    for (size_t i = 0; i < 20; i++)
        close(fds[i]);
}

static void who_leaves_while_its_call_is_kept_is_reported_once(void **state)
{
    TestServer *test = *state;
    int fd = client_connect(&test->socket);

    client_say(fd, KEEP);
    turn_loop(&test->socket);
    close(fd);
    turn_loop(&test->socket);
    assert_int_equal(test->gone, 1);
    assert_null(test->kept);
    assert_serves(test);
}

static void a_follower_that_does_not_read_misses_progress_but_not_the_last_reply(void **state)
{
    TestServer *test = *state;
    int fd = client_connect(&test->socket);
    json_t *line = json_pack("{s:s%}", "text", "0123456789012345678901234567890123456789", (size_t)40);
    bool has_ended;

    client_say(fd, KEEP);
    turn_loop(&test->socket);
    for (int i = 0; i < 50000; i++) {
        varlink_notify(test->kept, line);
        if (i % 100 == 0)
            turn_loop(&test->socket);
    }
    json_decref(line);
    varlink_reply(test->kept, json_pack("{s:s}", "last", "reply"));
    cleanup_with(free_charp) char *first = client_hear(fd, &has_ended);
    turn_loop(&test->socket);
    cleanup_with(free_charp) char *rest = client_hear(fd, &has_ended);
    cleanup_with(free_charp) char *all = xasprintf("%s%s", first, rest);
    assert_false(has_ended);
    assert_true(count_lines(all) > 100 && count_lines(all) < 50000);
    for (const char *at = all; (at = strchr(at, '\n')) && at[1]; at++)
        assert_memory_equal(at + 1, "{\"parameters\":{\"", 16);
    assert_non_null(strstr(all, "\n{\"parameters\":{\"last\":\"reply\"}}\n"));
    close(fd);
}

static void without_descriptors_the_loop_rests_and_then_goes_on(void **state)
{
    TestServer *test = *state;
    int fd = client_connect(&test->socket);

    client_say(fd, ECHO_ONE);
    has_no_descriptors = true;
    assert_true(turn_loop_for(&test->socket, 300) < 10);
    has_no_descriptors = false;
    assert_hears_in_time(&test->socket, fd, ECHOED_ONE);
    close(fd);
}

static unsigned int next_random(unsigned int *seed)
{
    *seed = *seed * 1103515245u + 12345u;
    return *seed >> 8;
}

/* One client's life: seeds that are mutated, sent in pieces, read or not, and left at some moment. */
static void live_randomly(TestServer *test, unsigned int *seed)
{
    static const char *const seeds[] = {ECHO_ONE, KEEP, "{\"method\":\"org.varlink.service.GetInfo\"}",
                                        "{\"method\":\"t.Test.Echo\",\"oneway\":true}"};
    int fd = client_connect(&test->socket);

    for (unsigned int n = next_random(seed) % 5; n > 0; n--) {
        char message[128];
        size_t size = strlen(strcpy(message, seeds[next_random(seed) % N_ELEMENTS(seeds)])) + 1;

        for (unsigned int flips = next_random(seed) % 3; flips > 0; flips--)
            message[next_random(seed) % size] = (char)next_random(seed);
        size_t piece = next_random(seed) % (size + 1);
        client_send(fd, message, piece);
        if (next_random(seed) % 2)
            turn_loop(&test->socket);
        client_send(fd, message + piece, size - piece);
        if (test->kept && next_random(seed) % 2)
            varlink_reply(take_ptr(test->kept), NULL);
    }
    if (next_random(seed) % 4 == 0)
        shutdown(fd, (int)(next_random(seed) % 3));
    if (next_random(seed) % 2)
        turn_loop(&test->socket);
    close(fd);
}

/* The last one that is kept is the one that the test knows. */
static void on_random_gone(VarlinkCall *call, void *userdata)
{
    TestServer *test = userdata;

    if (call == test->kept)
        test->kept = NULL;
}

static void keep_randomly(VarlinkCall *call, json_t *parameters, void *userdata)
{
    TestServer *test = userdata;

    (void)parameters;
    if (test->kept || !varlink_call_wants_more(call))
        return;
    test->kept = call;
    varlink_call_keep(call, on_random_gone);
}

test(no_client_however_broken_stops_the_service)
{
    static const VarlinkMethod random_methods[] = {{"Echo", echo}, {"Keep", keep_randomly}};
    static const VarlinkInterface random_interface = {"t.Test", "", random_methods, 2};
    TestServer *test = xcalloc(1, sizeof(*test));
    void *directory;
    unsigned int seed = 7;
    Error err = {0};

    socket_open(&test->socket, &directory);
    assert_int_equal(varlink_server_new(test->socket.loop, test->socket.listen_fd, &random_interface, &patient, test,
                                        &test->server, &err),
                     0);
    for (int i = 0; i < 4000; i++)
        live_randomly(test, &seed);
    turn_loop(&test->socket);
    assert_null(test->kept);
    assert_serves(test);
    varlink_server_free(test->server);
    socket_close(&test->socket);
    free(test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define HASTY(name) cmocka_unit_test_setup_teardown(name, setup_hasty, teardown)
        TEST(a_call_is_answered_in_whatever_pieces_it_arrives),
        TEST(a_client_that_leaves_at_any_byte_harms_nobody),
        TEST(several_requests_at_once_are_answered_in_their_order),
        TEST(what_is_no_varlink_ends_the_connection_and_that_one_only),
        TEST(deep_nesting_ends_the_connection),
        TEST(a_request_of_16_kib_is_taken_and_one_byte_more_is_not),
        TEST(a_megabyte_is_cut_off),
        HASTY(half_a_request_has_to_be_whole_in_time),
        HASTY(what_arrived_while_the_loop_stood_still_is_in_time),
        HASTY(a_client_that_never_reads_is_left_behind),
        TEST(oneway_is_carried_out_and_never_answered),
        TEST(what_a_client_sent_before_it_left_is_carried_out),
        TEST(what_a_client_sent_behind_a_call_that_is_kept_is_carried_out_when_it_leaves),
        TEST(who_only_stops_sending_still_gets_the_reply),
        TEST(what_is_not_there_is_said_by_name),
        TEST(beyond_16_clients_the_others_wait_and_none_is_forgotten),
        HASTY(idle_clients_make_room_when_their_time_is_over),
        HASTY(a_kept_call_has_no_deadline_and_takes_no_place),
        TEST(who_leaves_while_its_call_is_kept_is_reported_once),
        TEST(a_follower_that_does_not_read_misses_progress_but_not_the_last_reply),
        TEST(without_descriptors_the_loop_rests_and_then_goes_on),
        cmocka_unit_test(no_client_however_broken_stops_the_service),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
