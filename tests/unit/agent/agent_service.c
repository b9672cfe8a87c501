/* SPDX-License-Identifier: MIT */
/* io.rgc.Agent: who asks for a pass, who follows it, and the client that rgc collect is. */
#include "agent_socket.h"

#include <grp.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define COLLECT "{\"method\":\"io.rgc.Agent.Collect\"}"
#define FOLLOW "{\"method\":\"io.rgc.Agent.Collect\",\"more\":true}"
#define INVALID(name)                                                                                                  \
    "{\"error\":\"org.varlink.service.InvalidParameter\",\"parameters\":{\"parameter\":\"" name "\"}}\n"

typedef struct TestService {
    TestSocket socket;
    Service *service;
    uint64_t next_ticket;
    unsigned int triggers;
    char *reason, *deployed;
    Trigger last;
} TestService;

static void forget_trigger(TestService *test)
{
    free(test->reason);
    free(test->deployed);
    test->reason = test->deployed = NULL;
}

static uint64_t on_collect(const Trigger *trigger, void *userdata)
{
    TestService *test = userdata;

    forget_trigger(test);
    test->triggers++;
    test->last = *trigger;
    test->reason = xstrdup(trigger->reason);
    test->deployed = xstrdup(trigger->deployed);
    return test->next_ticket;
}

static json_t *on_status(void *userdata)
{
    const TestService *test = userdata;

    return json_pack("{s:s, s:s, s:I}", "version", "1", "state", "idle", "ticket", (json_int_t)test->next_ticket);
}

static const ServiceHooks hooks = {on_collect, on_status};

static int setup(void **state)
{
    TestService *test = xcalloc(1, sizeof(*test));
    void *directory;
    Error err = {0};

    socket_open(&test->socket, &directory);
    test->next_ticket = 7;
    *state = test;
    return service_new(test->socket.loop, test->socket.listen_fd, &hooks, test, &test->service, &err);
}

static int teardown(void **state)
{
    TestService *test = *state;

    if (test->service)
        service_free(test->service);
    socket_close(&test->socket);
    forget_trigger(test);
    free(test);
    return 0;
}

static void without_more_the_pass_that_will_do_it_is_told_at_once(void **state)
{
    TestService *test = *state;
    int fd = client_connect(&test->socket);

    client_say(fd, COLLECT);
    turn_loop(&test->socket);
    assert_hears(fd, "{\"parameters\":{\"ticket\":7}}\n");
    assert_int_equal(test->triggers, 1);
    assert_null(test->reason);
    assert_null(test->deployed);
    assert_false(test->last.is_hook);
    close(fd);
}

static void the_trigger_says_why_and_who(void **state)
{
    TestService *test = *state;
    int fd = client_connect(&test->socket);

    client_say(fd, "{\"method\":\"io.rgc.Agent.Collect\",\"parameters\":"
                   "{\"reason\":\"r\xc3\xa9lease 42\",\"deployed\":\"blog\"}}");
    turn_loop(&test->socket);
    assert_string_equal(test->reason, "r\xc3\xa9lease 42");
    assert_string_equal(test->deployed, "blog");
    assert_true(test->last.is_hook);
    assert_int_equal(test->last.uid, getuid());
    assert_int_equal(test->last.pid, getpid());
    client_say(fd, "{\"method\":\"io.rgc.Agent.Collect\",\"parameters\":{\"reason\":null,\"deployed\":null}}");
    turn_loop(&test->socket);
    assert_int_equal(test->triggers, 2);
    assert_null(test->reason);
    assert_false(test->last.is_hook);
    close(fd);
}

static void a_text_is_printable_and_of_at_most_200_bytes(void **state)
{
    static const char *const names[] = {"reason", "deployed"};
    static const char *const bad[] = {"\"\"", "\"a\\nb\"", "\"\\u001b[31m\"", "\"\\u007f\"", "\"\\u0085\"",
                                      "1",    "[]",        "{\"a\":1}",       "true"};
    TestService *test = *state;
    int fd = client_connect(&test->socket);

    for (size_t n = 0; n < 2; n++) {
        cleanup_with(free_charp) char *expected = xasprintf(INVALID("%s"), names[n]);
        for (size_t i = 0; i < N_ELEMENTS(bad); i++) {
            cleanup_with(free_charp) char *request = xasprintf(
                "{\"method\":\"io.rgc.Agent.Collect\",\"parameters\":{\"%s\":%s},\"more\":true}", names[n], bad[i]);
            client_say(fd, request);
            turn_loop(&test->socket);
            assert_hears(fd, expected);
        }
        for (int length = 200; length <= 201; length++) {
            cleanup_with(free_charp) char *request = xasprintf(
                "{\"method\":\"io.rgc.Agent.Collect\",\"parameters\":{\"%s\":\"%0*d\"}}", names[n], length, 1);
            client_say(fd, request);
            turn_loop(&test->socket);
            assert_hears(fd, length == 200 ? "{\"parameters\":{\"ticket\":7}}\n" : expected);
        }
    }
    assert_int_equal(test->triggers, 2);
    close(fd);
}

static void nobody_can_name_what_to_remove(void **state)
{
    TestService *test = *state;
    int fd = client_connect(&test->socket);

    client_say(fd, "{\"method\":\"io.rgc.Agent.Collect\",\"parameters\":{\"image\":\"blog:v1\"}}");
    client_say(fd, "{\"method\":\"io.rgc.Agent.Status\",\"parameters\":{\"x\":1}}");
    turn_loop(&test->socket);
    assert_hears(fd, INVALID("image") INVALID("x"));
    assert_int_equal(test->triggers, 0);
    close(fd);
}

static void status_is_what_the_agent_says(void **state)
{
    TestService *test = *state;
    int fd = client_connect(&test->socket);

    client_say(fd, "{\"method\":\"io.rgc.Agent.Status\"}");
    turn_loop(&test->socket);
    assert_hears(fd, "{\"parameters\":{\"version\":\"1\",\"state\":\"idle\",\"ticket\":7}}\n");
    close(fd);
}

static void the_interface_is_the_file_in_the_docs(void **state)
{
    TestService *test = *state;
    int fd = client_connect(&test->socket);

    client_say(fd, "{\"method\":\"org.varlink.service.GetInterfaceDescription\",\"parameters\":"
                   "{\"interface\":\"io.rgc.Agent\"}}");
    turn_loop(&test->socket);
    assert_hears_with(fd, "\\ninterface io.rgc.Agent\\n");
    close(fd);
}

static void who_follows_hears_of_its_pass_and_of_no_other(void **state)
{
    TestService *test = *state;
    int fd = client_connect(&test->socket);
    json_t *line = json_pack("{s:s, s:s}", "type", "step", "text", "reading"), *summary = json_pack("{s:i}", "exit", 0);

    client_say(fd, FOLLOW);
    turn_loop(&test->socket);
    assert_hears(fd, "{\"parameters\":{\"ticket\":7},\"continues\":true}\n");
    service_progress(test->service, 6, line);
    service_finished(test->service, 6, summary);
    turn_loop(&test->socket);
    assert_hears(fd, "");
    service_progress(test->service, 7, line);
    turn_loop(&test->socket);
    assert_hears(fd, "{\"parameters\":{\"ticket\":7,\"progress\":{\"type\":\"step\",\"text\":\"reading\"}},"
                     "\"continues\":true}\n");
    service_finished(test->service, 7, summary);
    service_finished(test->service, 8, summary);
    turn_loop(&test->socket);
    assert_hears(fd, "{\"parameters\":{\"ticket\":7,\"summary\":{\"exit\":0}}}\n");
    client_say(fd, COLLECT);
    turn_loop(&test->socket);
    assert_hears(fd, "{\"parameters\":{\"ticket\":7}}\n");
    json_decref(line);
    json_decref(summary);
    close(fd);
}

static void a_pass_without_a_summary_ends_the_wait_too(void **state)
{
    TestService *test = *state;
    int fd = client_connect(&test->socket);

    client_say(fd, FOLLOW);
    turn_loop(&test->socket);
    service_finished(test->service, 9, NULL);
    turn_loop(&test->socket);
    assert_hears(fd, "{\"parameters\":{\"ticket\":7},\"continues\":true}\n"
                     "{\"parameters\":{\"ticket\":7,\"summary\":null}}\n");
    close(fd);
}

static void who_leaves_is_not_missed(void **state)
{
    TestService *test = *state;
    int first = client_connect(&test->socket), second = client_connect(&test->socket);

    client_say(first, FOLLOW);
    client_say(second, FOLLOW);
    turn_loop(&test->socket);
    close(first);
    turn_loop(&test->socket);
    service_finished(test->service, 7, NULL);
    turn_loop(&test->socket);
    assert_hears_with(second, "\"summary\":null");
    close(second);
}

static void who_leaves_at_the_moment_of_the_last_reply_is_not_missed(void **state)
{
    TestService *test = *state;
    int fd = client_connect(&test->socket);
    json_t *line = json_object();

    client_say(fd, FOLLOW);
    turn_loop(&test->socket);
    close(fd);
    service_progress(test->service, 7, line);
    json_decref(line);
    service_finished(test->service, 7, NULL);
    turn_loop(&test->socket);
    assert_int_equal(test->triggers, 1);
}

static void when_too_many_follow_the_next_one_is_answered_at_once(void **state)
{
    TestService *test = *state;
    int fds[SERVICE_FOLLOWERS_MAX + 1];

    for (size_t i = 0; i < N_ELEMENTS(fds); i++) {
        fds[i] = client_connect(&test->socket);
        client_say(fds[i], FOLLOW);
        turn_loop(&test->socket);
        assert_hears(fds[i], i < SERVICE_FOLLOWERS_MAX ? "{\"parameters\":{\"ticket\":7},\"continues\":true}\n"
                                                       : "{\"parameters\":{\"ticket\":7}}\n");
    }
    service_finished(test->service, 7, NULL);
    turn_loop(&test->socket);
    for (size_t i = 0; i < N_ELEMENTS(fds); i++) {
        if (i < SERVICE_FOLLOWERS_MAX)
            assert_hears(fds[i], "{\"parameters\":{\"ticket\":7,\"summary\":null}}\n");
        close(fds[i]);
    }
    turn_loop(&test->socket);
    int fd = client_connect(&test->socket);
    client_say(fd, FOLLOW);
    turn_loop(&test->socket);
    assert_hears_with(fd, "\"continues\":true");
    close(fd);
}

static void of_100_clients_with_many_triggers_each_one_is_answered(void **state)
{
    TestService *test = *state;
    int fds[100];
    size_t answers = 0;

    for (size_t i = 0; i < 100; i++)
        fds[i] = client_connect(&test->socket);
    for (size_t i = 0; i < 100; i++)
        for (int n = 0; n < 4; n++)
            client_say(fds[i], COLLECT);
    for (size_t i = 0; i < 100; i++) {
        turn_loop(&test->socket);
        cleanup_with(free_charp) char *heard = client_hear(fds[i], NULL);
        answers += count_lines(heard);
        close(fds[i]);
    }
    assert_int_equal(answers, 400);
    assert_int_equal(test->triggers, 400);
}

static void who_still_waits_when_the_agent_ends_is_told(void **state)
{
    TestService *test = *state;
    int fd = client_connect(&test->socket);

    client_say(fd, FOLLOW);
    turn_loop(&test->socket);
    service_free(take_ptr(test->service));
    assert_hears_with(fd, "{\"error\":\"io.rgc.Agent.Stopping\",\"parameters\":{\"ticket\":7}}\n");
    assert_ended(fd);
    close(fd);
}

static void the_socket_is_for_root_and_group_docker(void **state)
{
    TestService *test = *state;
    const struct group *group = getgrnam("docker");
    struct stat st;

    assert_int_equal(lstat(test->socket.path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0660);
    if (group && getuid() == 0)
        assert_int_equal(st.st_gid, group->gr_gid);
}

static void a_socket_that_is_in_use_stays_and_one_left_behind_goes(void **state)
{
    TestService *test = *state;
    Error err = {0};
    int fd = -1;

    assert_int_equal(service_bind(test->socket.path, &fd, &err), -EADDRINUSE);
    assert_non_null(strstr(err.text, "another agent"));
    service_free(take_ptr(test->service));
    assert_int_equal(service_bind(test->socket.path, &fd, &err), 0);
    close(fd);
}

static void what_is_no_socket_stays(void **state)
{
    TestService *test = *state;
    cleanup_with(free_charp) char *path = xasprintf("%s/file", test->socket.directory->path);
    Error err = {0};
    int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

    close(fd);
    assert_int_equal(service_bind(path, &fd, &err), -EADDRINUSE);
    assert_int_equal(access(path, F_OK), 0);
    assert_int_equal(service_bind("/nonexistent/sock", &fd, &err), -ENOENT);
}

/* == The client, against a service in another process == */

typedef struct Heard {
    char *text;
    unsigned int answers;
} Heard;

static void on_answer(const VarlinkAnswer *answer, void *userdata)
{
    Heard *heard = userdata;
    cleanup_with(free_charp) char *parameters = json_dumps(answer->parameters, JSON_COMPACT);
    char *longer = xasprintf("%s%s%s%s;", heard->text ? heard->text : "", answer->error ? answer->error : "",
                             parameters, answer->continues ? "+" : "");

    free(heard->text);
    heard->text = longer;
    heard->answers++;
}

/* Says `script` (each message's NUL as a newline) to the first client, then waits for it to leave, or hangs up. */
static pid_t play(const TestSocket *test, const char *script, bool hangs_up)
{
    pid_t pid = fork();

    if (pid != 0)
        return pid;
    int fd;
    while ((fd = accept4(test->listen_fd, NULL, NULL, SOCK_CLOEXEC)) < 0)
        usleep(1000);
    char buffer[1024];
    if (recv(fd, buffer, sizeof(buffer), 0) < 0)
        _exit(1);
    for (const char *at = script; *at; at++)
        if (send(fd, *at == '\n' ? "" : at, 1, MSG_NOSIGNAL) < 0)
            _exit(1);
    if (!hangs_up)
        while (recv(fd, buffer, sizeof(buffer), 0) > 0)
            ;
    _exit(0);
}

static int talk(TestService *test, const char *script, bool hangs_up, const VarlinkRequest *options, Heard *ret)
{
    VarlinkRequest request = *options;
    pid_t pid = play(&test->socket, script, hangs_up);
    Error err = {0};

    request.path = test->socket.path;
    request.method = "io.rgc.Agent.Collect";
    int r = varlink_call(&request, on_answer, ret, &err);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    assert_int_equal(r, -err.code);
    return r;
}

static const VarlinkRequest with_more = {.more = true, .timeout_usec = HANGS_USEC};

static void the_client_hears_every_reply_up_to_the_last(void **state)
{
    Heard heard = {0};

    assert_int_equal(talk(*state,
                          "{\"parameters\":{\"ticket\":1},\"continues\":true}\n{\"continues\":true}\n"
                          "{\"parameters\":{\"summary\":{}}}\n{\"parameters\":{\"never\":1}}\n",
                          false, &with_more, &heard),
                     0);
    assert_string_equal(heard.text, "{\"ticket\":1}+;{}+;{\"summary\":{}};");
    free(heard.text);
}

static void an_error_is_a_last_reply(void **state)
{
    Heard heard = {0};

    assert_int_equal(
        talk(*state, "{\"error\":\"io.rgc.Agent.Stopping\",\"continues\":true}\n", false, &with_more, &heard), 0);
    assert_string_equal(heard.text, "io.rgc.Agent.Stopping{};");
    free(heard.text);
}

static void the_client_does_not_wait_longer_than_told(void **state)
{
    const VarlinkRequest first = {.more = true, .first_usec = 200000};
    VarlinkRequest last = {.more = true, .first_usec = 200000};
    Heard heard = {0};
    uint64_t began = msec_now();

    assert_int_equal(talk(*state, "{\"para", false, &first, &heard), -ETIMEDOUT);
    assert_int_equal(heard.answers, 0);
    assert_true(msec_now() - began >= 190);
    /* Longer and longer, until the first reply comes in time. */
    for (; heard.answers == 0 && last.first_usec < HANGS_USEC; last.first_usec *= 2) {
        began = msec_now();
        last.timeout_usec = last.first_usec + 100000;
        assert_int_equal(talk(*state, "{\"parameters\":{\"ticket\":1},\"continues\":true}\n{", false, &last, &heard),
                         -ETIMEDOUT);
    }
    assert_int_equal(heard.answers, 1);
    assert_true(msec_now() - began >= (uint64_t)last.timeout_usec / 1000 - 10);
    free(heard.text);
}

static void an_agent_that_dies_or_talks_nonsense_is_an_error(void **state)
{
    Heard heard = {0};

    assert_int_equal(talk(*state, "", true, &with_more, &heard), -ECONNRESET);
    assert_int_equal(
        talk(*state, "{\"parameters\":{\"ticket\":1},\"continues\":true}\n{\"par", true, &with_more, &heard),
        -ECONNRESET);
    assert_int_equal(heard.answers, 1);
    assert_int_equal(talk(*state, "HTTP/1.1 400 Bad Request\r\n\n", false, &with_more, &heard), -EPROTO);
    assert_int_equal(talk(*state, "{\"error\":1}\n", false, &with_more, &heard), -EPROTO);
    assert_int_equal(talk(*state, "{\"parameters\":[]}\n", false, &with_more, &heard), -EPROTO);
    assert_int_equal(talk(*state, "[]\n", false, &with_more, &heard), -EPROTO);
    assert_int_equal(heard.answers, 1);
    free(heard.text);
}

/* An event loop does not survive a fork, so it is the client that is another process. 0: it heard what it should. */
static int say_what_it_wants(const char *path)
{
    Heard heard = {0};
    json_t *parameters = json_pack("{s:s}", "reason", "a\nb");
    VarlinkRequest request = {.path = path, .method = "io.rgc.Agent.Collect", .timeout_usec = HANGS_USEC};
    int r = varlink_call(&request, on_answer, &heard, NULL);

    request.parameters = parameters;
    if (r == 0)
        r = varlink_call(&request, on_answer, &heard, NULL);
    if (r == 0)
        r = strcmp(heard.text, "{\"ticket\":7};org.varlink.service.InvalidParameter{\"parameter\":\"reason\"};");
    json_decref(parameters);
    free(heard.text);
    return r != 0;
}

static void the_client_says_what_it_wants(void **state)
{
    TestService *test = *state;
    pid_t pid = fork();
    int status;

    if (pid == 0)
        _exit(say_what_it_wants(test->socket.path));
    while (waitpid(pid, &status, WNOHANG) == 0)
        assert_true(sd_event_run(test->socket.loop, 10000) >= 0);
    assert_int_equal(status, 0);
    assert_int_equal(test->triggers, 1);
}

static int call_at(const char *path)
{
    VarlinkRequest request = {.path = path, .method = "a.b", .timeout_usec = 1000000};
    Error err = {0};

    return varlink_call(&request, on_answer, NULL, &err);
}

static void where_nobody_listens_the_client_says_which_way(void **state)
{
    TestService *test = *state;
    char long_path[200];

    memset(long_path, 'x', sizeof(long_path));
    long_path[sizeof(long_path) - 1] = '\0';
    assert_int_equal(call_at("/nonexistent/sock"), -ENOENT);
    assert_int_equal(call_at(long_path), -ENAMETOOLONG);
    service_free(take_ptr(test->service));
    assert_int_equal(call_at(test->socket.path), -ECONNREFUSED);
    if (getuid() != 0)
        return;
    assert_int_equal(chmod(test->socket.directory->path, 0755), 0);
    /* Without group docker on this host, the socket belongs to root's. */
    gid_t groups[64], group = getegid();
    int n_groups = getgroups(N_ELEMENTS(groups), groups);
    assert_true(n_groups >= 0);
    assert_int_equal(setgroups(0, NULL), 0);
    assert_int_equal(setegid(65534), 0);
    assert_int_equal(seteuid(65534), 0);
    int r = call_at(test->socket.path);
    assert_int_equal(seteuid(0), 0);
    assert_int_equal(setegid(group), 0);
    assert_int_equal(setgroups((size_t)n_groups, groups), 0);
    assert_int_equal(r, -EACCES);
}

static void a_full_queue_is_waited_for_until_the_time_is_over(void **state)
{
    TestService *test = *state;
    int fds[3];

    assert_int_equal(listen(test->socket.listen_fd, 1), 0);
    for (size_t i = 0; i < 2; i++)
        fds[i] = client_connect(&test->socket);
    uint64_t began = msec_now();
    assert_int_equal(call_at(test->socket.path), -ETIMEDOUT);
    assert_true(msec_now() - began >= 900);
    for (size_t i = 0; i < 2; i++)
        close(fds[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(without_more_the_pass_that_will_do_it_is_told_at_once),
        TEST(the_trigger_says_why_and_who),
        TEST(a_text_is_printable_and_of_at_most_200_bytes),
        TEST(nobody_can_name_what_to_remove),
        TEST(status_is_what_the_agent_says),
        TEST(the_interface_is_the_file_in_the_docs),
        TEST(who_follows_hears_of_its_pass_and_of_no_other),
        TEST(a_pass_without_a_summary_ends_the_wait_too),
        TEST(who_leaves_is_not_missed),
        TEST(who_leaves_at_the_moment_of_the_last_reply_is_not_missed),
        TEST(when_too_many_follow_the_next_one_is_answered_at_once),
        TEST(of_100_clients_with_many_triggers_each_one_is_answered),
        TEST(who_still_waits_when_the_agent_ends_is_told),
        TEST(the_socket_is_for_root_and_group_docker),
        TEST(a_socket_that_is_in_use_stays_and_one_left_behind_goes),
        TEST(what_is_no_socket_stays),
        TEST(the_client_hears_every_reply_up_to_the_last),
        TEST(an_error_is_a_last_reply),
        TEST(the_client_does_not_wait_longer_than_told),
        TEST(an_agent_that_dies_or_talks_nonsense_is_an_error),
        TEST(the_client_says_what_it_wants),
        TEST(where_nobody_listens_the_client_says_which_way),
        TEST(a_full_queue_is_waited_for_until_the_time_is_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
