/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine_fake.h"

int fake_engine_missing(void)
{
    if (system("python3 -c 'import http.server' >/dev/null 2>&1") == 0) // NOLINT(cert-env33-c)
        return 0;
    puts("SKIPPED: python3 is not installed, the fake engine cannot run");
    return 77;
}

static char *file_in(const FakeEngine *fake, const char *name)
{
    return xasprintf("%s/%s", fake->directory, name);
}

static void write_file(const FakeEngine *fake, const char *name, const char *text)
{
    cleanup_with(free_charp) char *path = file_in(fake, name);
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void run_child(const FakeEngine *fake, int input, int output)
{
    char *state = file_in(fake, "state"), *faults = file_in(fake, "faults");
    char *log = file_in(fake, "log"), *dump = file_in(fake, "dump");

    dup2(input, STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    execlp("python3", "python3", FAKE_ENGINE, "--socket", fake->socket, "--state", state, "--faults", faults, "--log",
           log, "--dump", dump, "--until-stdin-closes", (char *)NULL);
    _exit(127);
}

void fake_engine_start(FakeEngine *fake, const char *state, const char *faults)
{
    int input[2], output[2];
    char ready[8] = "";

    *fake = (FakeEngine){.directory = "/tmp/rgc-fake-XXXXXX"};
    assert_non_null(mkdtemp(fake->directory));
    snprintf(fake->socket, sizeof(fake->socket), "%s/sock", fake->directory);
    snprintf(fake->host, sizeof(fake->host), "unix://%s", fake->socket);
    write_file(fake, "state", state);
    write_file(fake, "faults", faults ? faults : "[]");
    assert_int_equal(pipe2(input, O_CLOEXEC), 0);
    assert_int_equal(pipe2(output, O_CLOEXEC), 0);
    fake->pid = fork();
    assert_true(fake->pid >= 0);
    if (fake->pid == 0)
        run_child(fake, input[0], output[1]);
    close(input[0]);
    close(output[1]);
    fake->stdin_fd = input[1];
    for (ssize_t length = 0; !strchr(ready, '\n') && length < 6;) {
        ssize_t n = read(output[0], ready + length, (size_t)(6 - length));

        assert_true(n > 0);
        length += n;
    }
    assert_string_equal(ready, "ready\n");
    close(output[0]);
}

void fake_engine_stop(FakeEngine *fake)
{
    int status;

    if (fake->pid <= 0)
        return;
    close(fake->stdin_fd);
    assert_int_equal(waitpid(fake->pid, &status, 0), fake->pid);
    assert_int_equal(status, 0);
    fake->pid = 0;
}

char *fake_engine_read(const FakeEngine *fake, const char *name)
{
    cleanup_with(free_charp) char *path = file_in(fake, name);
    char *text = xcalloc(1, 1 << 20);
    FILE *file = fopen(path, "re");

    assert_non_null(file);
    assert_true(fread(text, 1, (1 << 20) - 1, file) > 0);
    fclose(file);
    return text;
}

void fake_engine_clear(FakeEngine *fake)
{
    static const char *const names[] = {"state", "faults", "log", "dump", "sock"};

    fake_engine_stop(fake);
    for (size_t i = 0; i < N_ELEMENTS(names); i++) {
        cleanup_with(free_charp) char *path = file_in(fake, names[i]);

        unlink(path);
    }
    rmdir(fake->directory);
}

Engine *fake_engine_open(const FakeEngine *fake, int64_t timeout_usec, int parallel)
{
    EngineOptions options = {.host = fake->host, .timeout_usec = timeout_usec, .parallel = parallel};
    Engine *engine = NULL;
    Error err = {0};

    /* Again and again, as its first answer has to come within `timeout_usec` too. */
    for (int tries = 1; engine_open(&options, &engine, &err) < 0; tries++) {
        if (tries == 100)
            fail_msg("%s", err.text);
        err = (Error){0};
    }
    return engine;
}

Opened open_fake_engine(const char *state, const char *faults, int64_t timeout_usec, int parallel)
{
    Opened opened;

    fake_engine_start(&opened.fake, state, faults);
    opened.engine = fake_engine_open(&opened.fake, timeout_usec, parallel);
    return opened;
}

void opened_clear(Opened *opened)
{
    engine_free(opened->engine);
    fake_engine_clear(&opened->fake);
}
