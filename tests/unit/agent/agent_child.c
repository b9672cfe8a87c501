/* SPDX-License-Identifier: MIT */
/* A child is this program again: with a word as its first argument it plays the part of that name. */
#include "unit.h"

#include "agent/child.h"
#include "agent/timer_accuracy.h"

#include <dirent.h>
#include <poll.h>
#include <rgc/lines.h>
#include <rgc/memory.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define SUMMARY "{\"type\":\"summary\",\"pass\":7,\"exit\":0}\n"
#define MS ((int64_t)1000)
#define HANGS_USEC (300 * USEC_PER_SEC) /* in which what does not hang is done on the busiest machine */

/* == The parts == */

static FILE *progress;

static void say(const char *text)
{
    fputs(text, progress);
    fflush(progress);
}

static int part_good(void)
{
    say("{\"type\":\"step\",\"text\":\"one\"}\n{\"type\":\"step\",\"text\":\"two\"}\n");
    say(SUMMARY);
    return 0;
}

static int part_halves(void)
{
    say("{\"type\":\"st");
    usleep(50000);
    say("ep\",\"text\":\"one\"}\n{\"type\":\"step\",");
    usleep(50000);
    say("\"text\":\"two\"}\n" SUMMARY);
    return 0;
}

static int part_failing(void)
{
    return 5;
}

static int part_crashing(void)
{
    say("{\"type\":\"step\",\"text\":\"one\"}\n");
    prctl(PR_SET_DUMPABLE, 0);
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    signal(SIGABRT, SIG_DFL);
    raise(SIGABRT);
    return 0;
}

static int part_killed(void)
{
    raise(SIGKILL);
    return 0;
}

static int part_silent(void)
{
    while (pause() != 0)
        ;
    return 0;
}

static int part_stubborn(void)
{
    signal(SIGTERM, SIG_IGN);
    say("{\"type\":\"step\",\"text\":\"one\"}\n");
    return part_silent();
}

static int part_talkative(void)
{
    const char *usec = getenv("RGC_TALK_USEC");

    for (int i = 0; i < 15; i++) {
        say("{\"type\":\"step\",\"text\":\"on and on\"}\n");
        usleep((useconds_t)strtol(usec ? usec : "0", NULL, 10));
    }
    say(SUMMARY);
    return 0;
}

static int part_garbage(void)
{
    char *megabyte = xcalloc(1, 1 << 20);
    memset(megabyte, 'x', (1 << 20) - 1);
    say("hello\n[1,2]\n{}\n{\"type\":7}\n{\"type\":\"step\"\n\n");
    fwrite("\0\0\0\n", 1, 4, progress);
    say(megabyte);
    say("\n{\"type\":\"step\",\"text\":\"one\"}\n\xff\xfe\n");
    for (int i = 0; i < 2000; i++)
        say("[");
    say("\n" SUMMARY "{\"type\":\"step\",\"te");
    free(megabyte);
    return 0;
}

static int part_two_summaries(void)
{
    say("{\"type\":\"summary\",\"pass\":1}\n" SUMMARY);
    return 0;
}

/* Nearly as much as a pipe holds, and gone before anybody reads it. */
static int part_hasty(void)
{
    for (int i = 0; i < 1000; i++)
        say("{\"type\":\"step\",\"note\":\"some sixty bytes a line\"}\n");
    say(SUMMARY);
    return 0;
}

static int part_deaf(void)
{
    fclose(progress);
    usleep(200000);
    return 3;
}

/* Somebody else keeps the pipe open, and goes on writing. */
static int part_grandchild(void)
{
    say(SUMMARY);
    if (fork() == 0) {
        signal(SIGPIPE, SIG_DFL);
        for (;;)
            say("{\"type\":\"step\",\"text\":\"still here\"}\n");
    }
    return 0;
}

static int part_surroundings(void)
{
    sigset_t mask;
    sigprocmask(SIG_BLOCK, NULL, &mask);
    bool has_blocked = false;
    for (int i = 1; i < 32; i++)
        has_blocked = has_blocked || sigismember(&mask, i) == 1;
    char in[64] = "", out[64] = "";
    (void)!readlink("/proc/self/fd/0", in, sizeof(in) - 1);
    (void)!readlink("/proc/self/fd/1", out, sizeof(out) - 1);
    fprintf(progress, "{\"type\":\"step\",\"text\":\"blocked %d notify %d listen %d pipe %d in %s out %s\"}\n",
            has_blocked, getenv("NOTIFY_SOCKET") != NULL, getenv("LISTEN_FDS") != NULL,
            signal(SIGPIPE, SIG_DFL) == SIG_IGN, in, out);
    fflush(progress);
    return 0;
}

static const struct {
    const char *name;
    int (*play)(void);
} parts[] = {
    {"good", part_good},
    {"halves", part_halves},
    {"failing", part_failing},
    {"crashing", part_crashing},
    {"killed", part_killed},
    {"silent", part_silent},
    {"stubborn", part_stubborn},
    {"talkative", part_talkative},
    {"garbage", part_garbage},
    {"two", part_two_summaries},
    {"deaf", part_deaf},
    {"grandchild", part_grandchild},
    {"surroundings", part_surroundings},
    {"hasty", part_hasty},
};

static int play_part(const char *name)
{
    const char *fd = getenv("RGC_PROGRESS_FD");
    progress = fd ? fdopen((int)strtol(fd, NULL, 10), "w") : NULL;
    for (size_t i = 0; progress && i < N_ELEMENTS(parts); i++)
        if (strcmp(parts[i].name, name) == 0)
            return parts[i].play();
    return 99;
}

/* == The tests == */

typedef struct Told {
    sd_event *loop;
    Child *child;
    size_t lines, ends;
    char text[2048]; /* of its steps, one after another */
    ChildEnd end;
    int64_t pass; /* of its summary */
    int64_t terminate_after_lines, grace_usec;
} Told;

static void on_line(const json_t *line, const char *type, void *userdata)
{
    Told *told = userdata;
    const char *text = json_string_value(json_object_get(line, "text"));
    told->lines++;
    if (strcmp(type, "step") == 0 && text && strlen(told->text) + strlen(text) < sizeof(told->text) - 2)
        strcat(strcat(told->text, text), ";");
    if (told->terminate_after_lines > 0 && told->lines == (size_t)told->terminate_after_lines)
        child_terminate(told->child, told->grace_usec);
}

static void on_end(const ChildEnd *end, void *userdata)
{
    Told *told = userdata;
    told->end = *end;
    told->pass = json_integer_value(json_object_get(end->summary, "pass"));
    told->end.summary = NULL;
    told->ends++;
    child_free(take_ptr(told->child));
    sd_event_exit(told->loop, 0);
}

static void spawn(Told *told, const char *part, int64_t silence_usec)
{
    char program[] = "rgc", word[32];
    snprintf(word, sizeof(word), "%s", part);
    char *arguments[] = {program, word, NULL};
    const ChildSpec spec = {
        .arguments = arguments,
        .silence_usec = silence_usec,
        .kill_usec = 300 * MS,
        .on_line = on_line,
        .on_end = on_end,
        .userdata = told,
    };
    Error err = {0};
    if (!told->loop)
        assert_true(sd_event_new(&told->loop) >= 0);
    if (child_spawn(told->loop, &spec, &told->child, &err) < 0)
        fail_msg("%s", err.text);
}

static void wait_for_end(Told *told)
{
    sd_event_add_time_relative(told->loop, NULL, CLOCK_BOOTTIME, HANGS_USEC, 0, NULL, (void *)1);
    assert_true(sd_event_loop(told->loop) >= 0);
    assert_int_equal(told->ends, 1);
    sd_event_unref(told->loop);
    /* Nobody is left behind as a zombie. */
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static Told run(const char *part, int64_t silence_usec)
{
    Told told = {0};
    spawn(&told, part, silence_usec);
    wait_for_end(&told);
    return told;
}

test(lines_come_in_order_and_the_summary_is_remembered)
{
    static const char *const both[] = {"good", "halves"};
    for (size_t i = 0; i < 2; i++) {
        Told told = run(both[i], 0);
        assert_string_equal(told.text, "one;two;");
        assert_int_equal(told.pass, 7);
        assert_int_equal(told.end.exit_code, 0);
        assert_int_equal(told.end.garbage_lines, 0);
    }
}

test(an_exit_code_is_told)
{
    Told told = run("failing", 0);
    assert_int_equal(told.end.exit_code, 5);
    assert_int_equal(told.pass, 0);
    assert_string_equal(told.end.text, "it ended with exit code 5");
}

test(a_crash_is_told_by_its_signal)
{
    Told told = run("crashing", 0);
    assert_int_equal(told.end.exit_code, -1);
    assert_int_equal(told.end.signal, SIGABRT);
    assert_string_equal(told.text, "one;");
    assert_string_equal(told.end.text, "it was ended by SIGABRT");
}

test(being_killed_may_be_for_lack_of_memory)
{
    Told told = run("killed", 0);
    assert_int_equal(told.end.signal, SIGKILL);
    assert_string_equal(told.end.text, "it was killed (SIGKILL), perhaps for lack of memory");
}

test(one_that_says_nothing_is_ended)
{
    Told told = run("silent", 300 * MS);
    assert_true(told.end.was_silent);
    assert_int_equal(told.end.signal, SIGTERM);
    assert_string_equal(told.end.text, "it wrote nothing for 300ms, so the agent ended it: it was ended by SIGTERM");
}

test(and_killed_if_it_does_not_heed_that)
{
    /* Longer and longer, until it is deaf in time. */
    for (int64_t silence_usec = 500 * MS;; silence_usec *= 2) {
        Told told = run("stubborn", silence_usec);
        assert_true(told.end.was_silent);
        if (told.end.signal == SIGTERM && silence_usec < HANGS_USEC)
            continue;
        assert_int_equal(told.end.signal, SIGKILL);
        return;
    }
}

test(one_that_goes_on_talking_may_go_on_working)
{
    /* Two thirds of the time that it takes, and ten times as long as it is silent, on a machine that has time for it. */
    for (int64_t talk_usec = 50 * MS;; talk_usec *= 2) {
        cleanup_with(free_charp) char *talk = xasprintf("%lld", (long long)talk_usec);

        setenv("RGC_TALK_USEC", talk, 1);
        Told told = run("talkative", 10 * talk_usec);
        if (told.end.was_silent && talk_usec < HANGS_USEC / 20)
            continue;
        assert_false(told.end.was_silent);
        assert_int_equal(told.pass, 7);
        assert_int_equal(told.lines, 16);
        return;
    }
}

test(garbage_is_counted_and_what_is_sound_is_heard)
{
    Told told = run("garbage", 0);
    assert_string_equal(told.text, "one;");
    assert_int_equal(told.pass, 7);
    assert_int_equal(told.lines, 2);
    assert_int_equal(told.end.garbage_lines, 5 + 1 + 1 + 1 + 1 + 1 + 1);
}

test(the_last_summary_counts)
{
    assert_int_equal(run("two", 0).pass, 7);
}

test(what_a_dead_child_has_left_in_its_pipe_is_read)
{
    Told told = {0};
    spawn(&told, "hasty", 0);
    usleep(500000);
    wait_for_end(&told);
    assert_int_equal(told.lines, 1001);
    assert_int_equal(told.pass, 7);
}

test(one_that_closes_its_pipe_is_followed_to_its_end)
{
    assert_int_equal(run("deaf", 0).end.exit_code, 3);
}

test(a_pipe_that_somebody_else_keeps_open_delays_nothing)
{
    Told told = run("grandchild", 0);
    assert_int_equal(told.pass, 7);
}

test(it_starts_in_clean_surroundings)
{
    setenv("NOTIFY_SOCKET", "/nowhere", 1);
    setenv("LISTEN_FDS", "1", 1);
    signal(SIGPIPE, SIG_IGN);
    Told told = run("surroundings", 0);
    unsetenv("NOTIFY_SOCKET");
    unsetenv("LISTEN_FDS");
    assert_string_equal(told.text, "blocked 0 notify 0 listen 0 pipe 0 in /dev/null out /dev/null;");
}

test(a_shorter_grace_counts)
{
    Told told = {.terminate_after_lines = 1, .grace_usec = 100 * MS};
    spawn(&told, "stubborn", 0);
    child_terminate(told.child, USEC_PER_HOUR); /* before it can ignore it, or after */
    wait_for_end(&told);
    assert_true(told.end.signal == SIGKILL || told.end.signal == SIGTERM);
}

test(one_that_is_let_go_of_is_gone)
{
    Told told = {0};
    spawn(&told, "stubborn", 0);
    child_free(take_ptr(told.child));
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    sd_event_unref(told.loop);
}

test(no_child_outlives_the_agent)
{
    int alive[2];
    for (int round = 0; round < 20; round++) {
        assert_int_equal(pipe(alive), 0);
        pid_t agent = fork();
        if (agent == 0) {
            Told told = {0};
            spawn(&told, "silent", 0);
            if (round % 2)
                usleep(20000);
            raise(SIGKILL);
        }
        close(alive[1]);
        waitpid(agent, NULL, 0);
        struct pollfd wait = {.fd = alive[0], .events = POLLIN};
        assert_int_equal(poll(&wait, 1, HANGS_USEC / 1000), 1); /* closed by all that had it */
        close(alive[0]);
    }
}

static size_t open_files(void)
{
    DIR *directory = opendir("/proc/self/fd");
    size_t n = 0;
    while (readdir(directory))
        n++;
    closedir(directory);
    return n;
}

test(many_passes_leave_no_descriptor_open)
{
    run("good", 0);
    size_t before = open_files();
    for (int i = 0; i < 20; i++)
        run(i % 2 ? "good" : "failing", USEC_PER_SEC);
    assert_int_equal(open_files(), before);
}

static void note_line(char *line, size_t length, void *userdata)
{
    char *log = userdata;
    assert_int_equal(strlen(line), length);
    strcat(strcat(log, line), "|");
}

test(lines_are_the_same_however_they_arrive)
{
    static const char stream[] = "a\nbcd\nefghi\n\njklmnopq\nr\nst";
    for (size_t step = 1; step < sizeof(stream); step++) {
        Lines lines = {.limit = 5};
        char log[64] = "";
        for (size_t at = 0; at < sizeof(stream) - 1; at += step) {
            size_t rest = sizeof(stream) - 1 - at;
            lines_feed(&lines, stream + at, rest < step ? rest : step, note_line, log);
        }
        assert_string_equal(log, "a|bcd|efghi||r|");
        assert_int_equal(lines.skipped, 1);
        assert_true(lines_have_rest(&lines));
        assert_true(lines.text.capacity <= 256);
        lines_clear(&lines);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_come_in_order_and_the_summary_is_remembered),
        cmocka_unit_test(an_exit_code_is_told),
        cmocka_unit_test(a_crash_is_told_by_its_signal),
        cmocka_unit_test(being_killed_may_be_for_lack_of_memory),
        cmocka_unit_test(one_that_says_nothing_is_ended),
        cmocka_unit_test(and_killed_if_it_does_not_heed_that),
        cmocka_unit_test(one_that_goes_on_talking_may_go_on_working),
        cmocka_unit_test(garbage_is_counted_and_what_is_sound_is_heard),
        cmocka_unit_test(the_last_summary_counts),
        cmocka_unit_test(what_a_dead_child_has_left_in_its_pipe_is_read),
        cmocka_unit_test(one_that_closes_its_pipe_is_followed_to_its_end),
        cmocka_unit_test(a_pipe_that_somebody_else_keeps_open_delays_nothing),
        cmocka_unit_test(it_starts_in_clean_surroundings),
        cmocka_unit_test(a_shorter_grace_counts),
        cmocka_unit_test(one_that_is_let_go_of_is_gone),
        cmocka_unit_test(no_child_outlives_the_agent),
        cmocka_unit_test(many_passes_leave_no_descriptor_open),
        cmocka_unit_test(lines_are_the_same_however_they_arrive),
    };

    if (argc > 1)
        return play_part(argv[1]);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
