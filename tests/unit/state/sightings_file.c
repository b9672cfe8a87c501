/* SPDX-License-Identifier: MIT */
/* The lines of what was seen: none is lost between who writes and who reads, and they stay within bounds. */
#include "state_fixture.h"
#include <rgc/sightings_file.h>
#include <rgc/watch_file.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <rgc/watch.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#define FILE_BYTES (256 * 1024)
#define OWED_BYTES (64 * 1024)

/* How many bytes the disk still takes; negative: no end of it. */
static ssize_t room = -1;

ssize_t __real_write(int fd, const void *data, size_t size);
ssize_t __wrap_write(int fd, const void *data, size_t size);

ssize_t __wrap_write(int fd, const void *data, size_t size)
{
    if (room < 0)
        return __real_write(fd, data, size);
    if (room == 0) {
        errno = ENOSPC;
        return -1;
    }
    size_t part = size < (size_t)room ? size : (size_t)room;
    room -= (ssize_t)part;
    return __real_write(fd, data, part);
}

typedef struct Read {
    size_t count;
    char references[64][32]; /* of the first ones */
} Read;

static void note_line(const Sighting *sighting, void *userdata)
{
    Read *read = userdata;

    if (sighting_is_pass(sighting))
        return;
    if (read->count < N_ELEMENTS(read->references))
        snprintf(read->references[read->count], sizeof(read->references[0]), "%s", sighting->reference);
    read->count++;
}

static Read read_all(StateDirectory *state)
{
    Read read = {0};

    sightings_files_read(state, note_line, &read);
    return read;
}

static void add(SightingsFile *file, const char *reference, Time at)
{
    Sighting sighting = {.what = (char *)(uintptr_t) "use",
                         .at = at,
                         .action = (char *)(uintptr_t) "start",
                         .reference = (char *)(uintptr_t)reference};

    sightings_file_add(file, &sighting);
}

static off_t file_size(const char *name)
{
    struct stat st = {0};

    return stat(file_in_directory(name), &st) == 0 ? st.st_size : -1;
}

static void a_line_comes_back_as_it_was_added(void **unused)
{
    Sighting sighting = {
        .what = xstrdup("use"),
        .at = 1700000003000001,
        .action = xstrdup("die"),
        .image = xstrdup("sha256:abc"),
        .reference = xstrdup("r/blog:v4"),
        .is_ending = true,
        .container = xstrdup("c0ffee"),
        .name = xstrdup("blog-web-v4"),
        .has_exit_code = true,
        .exit_code = 143,
        .labels = {.service = xstrdup("blog"), .role = xstrdup("web"), .destination = xstrdup("staging")}};
    cleanup_with(free_charp) char *line = sighting_to_line(&sighting);
    cleanup_with(sighting_clear) Sighting back = {0};
    Error err = {0};

    (void)unused;
    assert_int_equal(sighting_from_line(line, strlen(line), &back, &err), 0);
    cleanup_with(free_charp) char *again = sighting_to_line(&back);
    assert_string_equal(line, again);
    assert_string_equal(back.labels.destination, "staging");
    assert_int_equal(back.exit_code, 143);
    assert_true(back.is_ending);
    sighting_clear(&sighting);
}

static void a_line_that_was_cut_off_costs_itself_only(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = open_locked();
    cleanup_with(sightings_file_clear) SightingsFile file = {.state = state};

    (void)unused;
    put_file("seen.jsonl", "{\"what\":\"use\",\"at\":1,\"reference\":\"one\"}\n{\"what\":\"use\",\"at\":2,\"refere");
    add(&file, "three", 3);
    Read read = read_all(state);
    assert_int_equal(read.count, 2);
    assert_string_equal(read.references[0], "one");
    assert_string_equal(read.references[1], "three");
}

static void others_may_read_the_file_if_they_may_read_the_directory(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = open_locked();
    cleanup_with(sightings_file_clear) SightingsFile file = {.state = state};
    struct stat st;

    (void)unused;
    mode_t mask = umask(077);
    add(&file, "one", 1);
    umask(mask);
    assert_int_equal(stat(file_in_directory("seen.jsonl"), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0640);
}

static void a_link_or_a_pipe_in_its_place_is_not_written(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = open_locked();
    cleanup_with(sightings_file_clear) SightingsFile file = {.state = state};

    (void)unused;
    put_file("other", "");
    assert_int_equal(symlink("other", file_in_directory("seen.jsonl")), 0);
    add(&file, "one", 1);
    assert_int_equal(file_size("other"), 0);
    unlink(file_in_directory("seen.jsonl"));
    assert_int_equal(mkfifo(file_in_directory("seen.jsonl"), 0600), 0);
    add(&file, "two", 2);
    unlink(file_in_directory("seen.jsonl"));
    add(&file, "three", 3);
    assert_int_equal(read_all(state).count, 3); /* all were owed until then */
}

static void what_a_full_disk_refuses_is_written_when_there_is_room(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = open_locked();
    cleanup_with(sightings_file_clear) SightingsFile file = {.state = state};

    (void)unused;
    add(&file, "one", 1);
    for (room = 0; room < 150; room += 7) { /* also in the middle of a line */
        ssize_t before = room;
        add(&file, "more", 2);
        room = before;
    }
    room = 0;
    add(&file, "last", 3);
    assert_true(file.owed.count > 0);
    room = -1;
    sightings_file_write(&file);
    assert_int_equal(file.owed.count, 0);
    assert_int_equal(file.owed_bytes, 0);
    Read read = read_all(state);
    assert_int_equal(read.count, 1 + 22 + 1);
    assert_string_equal(read.references[0], "one");
    assert_string_equal(read.references[23], "last");
    assert_false(file.has_lost);
}

static void memory_takes_so_much_and_says_when_it_was_not_enough(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = open_locked();
    cleanup_with(sightings_file_clear) SightingsFile file = {.state = state};

    (void)unused;
    room = 0;
    for (int i = 0; !file.has_lost && i < 100000; i++)
        add(&file, "r/blog:v4", 1 + i);
    room = -1;
    assert_true(file.has_lost);
    assert_true(file.owed_bytes <= OWED_BYTES && file.owed_bytes > OWED_BYTES / 2);
    size_t owed = file.owed.count;
    sightings_file_write(&file);
    assert_int_equal(read_all(state).count, owed);
}

static void the_file_stays_within_bounds_and_keeps_the_last_use_of_each_image(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = open_locked();
    cleanup_with(sightings_file_clear) SightingsFile file = {.state = state};
    bool has[20] = {false};

    (void)unused;
    for (int i = 0; i < 8000; i++) {
        char reference[32];
        snprintf(reference, sizeof(reference), "job:%d",
                 i < 20 ? i : 19); /* most of them only once, at the beginning */
        add(&file, reference, 1 + i);
        assert_true(file_size("seen.jsonl") <= FILE_BYTES);
    }
    Read read = read_all(state);
    for (size_t i = 0; i < read.count && i < N_ELEMENTS(read.references); i++)
        has[strtol(read.references[i] + 4, NULL, 10)] = true;
    for (size_t i = 0; i < N_ELEMENTS(has); i++)
        assert_true(has[i]);
    assert_false(file.has_lost);
}

static void more_images_than_fit_are_a_hole_that_is_known(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = open_locked();
    cleanup_with(sightings_file_clear) SightingsFile file = {.state = state};

    (void)unused;
    for (int i = 0; !file.has_lost && i < 100000; i++) {
        char reference[32];
        snprintf(reference, sizeof(reference), "job:%d", i);
        add(&file, reference, 1 + i);
    }
    assert_true(file.has_lost);
    assert_true(file_size("seen.jsonl") <= FILE_BYTES);
}

static void what_is_added_while_a_pass_is_at_work_is_for_the_next_one(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = open_locked();
    cleanup_with(sightings_file_clear) SightingsFile file = {.state = state};

    (void)unused;
    add(&file, "one", 1);
    assert_int_equal(read_all(state).count, 1); /* the pass reads */
    add(&file, "two", 2);
    sightings_files_drop(state, 2); /* and has stored its ledger */
    add(&file, "three", 3);
    Read read = read_all(state);
    assert_int_equal(read.count, 3);
    assert_string_equal(read.references[1], "two");
    assert_string_equal(read.references[2], "three");
    sightings_files_drop(state, 2);
    read = read_all(state);
    assert_int_equal(read.count, 1);
    assert_string_equal(read.references[0], "three");
    sightings_files_drop(state, 2);
    assert_int_equal(read_all(state).count, 0);
    assert_int_equal(count_files("seen"), 1); /* which says what is in the ledger only */
}

static WatchClaim read_claim(StateDirectory *state)
{
    WatchClaim claim = {0};

    watch_file_read(state, &claim);
    return claim;
}

static void only_one_writes_and_its_lock_goes_with_it(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = open_locked();
    WatchFile file = {.fd = -1, .lock_fd = -1}, other = file;
    WatchClaim last = {.since = 7};
    Error err = {0};

    (void)unused;
    assert_false(watch_file_read(state, &last));
    assert_int_equal(watch_file_open(state, &file, &last, &err), 0);
    assert_int_equal(last.since, 0);
    assert_int_equal(watch_file_write(&file, &(WatchClaim){.since = 1000, .until = 2000, .is_followed = true}), 0);
    assert_int_equal(watch_file_open(state, &other, &last, &err), -EWOULDBLOCK);
    assert_true(read_claim(state).is_followed);
    watch_file_set_followed(&file, false);
    assert_false(read_claim(state).is_followed);
    watch_file_set_followed(&file, true);
    watch_file_close(&file);
    assert_false(read_claim(state).is_followed);
    assert_int_equal(watch_file_open(state, &other, &last, &err), 0);
    assert_int_equal(last.since, 1000);
    assert_int_equal(last.until, 2000);
    watch_file_close(&other);
}

/* As a member of the directory's group, who is neither its owner nor root; in a process of its own, which keeps the
 * lock until it is killed. */
static pid_t lock_as_a_member(const char *name, off_t byte, bool *ret_has_it)
{
    struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};
    int fds[2];
    char has_it = 0;
    pid_t child;

    assert_int_equal(pipe(fds), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        int fd = -1;

        if (setgroups(0, NULL) == 0 && setgid(4243) == 0 && setuid(65534) == 0)
            fd = open(file_in_directory(name), O_RDONLY);
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* also when the test fails */
        has_it = fd >= 0 && fcntl(fd, F_OFD_SETLK, &lock) == 0;
        (void)!write(fds[1], &has_it, 1);
        for (;;)
            pause();
    }
    assert_int_equal(read(fds[0], &has_it, 1), 1);
    close(fds[0]);
    close(fds[1]);
    *ret_has_it = has_it;
    return child;
}

static void a_member_of_the_group_neither_keeps_the_watcher_out_nor_stands_in_for_it(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = NULL;
    WatchFile file = {.fd = -1, .lock_fd = -1};
    WatchClaim last;
    Error err = {0};
    pid_t children[4];
    bool has_it[4];

    (void)unused;
    if (geteuid() != 0)
        skip();
    assert_int_equal(chmod(scratch, 0755), 0);
    assert_int_equal(mkdir(directory, 0750), 0);
    assert_int_equal(chown(directory, 0, 4243), 0);
    state = open_locked();
    assert_int_equal(watch_file_open(state, &file, &last, &err), 0);
    assert_int_equal(watch_file_write(&file, &(WatchClaim){.since = 1000, .until = 2000}), 0);
    watch_file_close(&file);
    for (int i = 0; i < 4; i++)
        children[i] = lock_as_a_member(i < 2 ? "watch.lock" : "watch.json", i % 2, &has_it[i]);
    assert_false(has_it[0] || has_it[1]);
    assert_true(has_it[2] && has_it[3]);
    assert_false(read_claim(state).is_followed);
    assert_int_equal(watch_file_open(state, &file, &last, &err), 0);
    assert_int_equal(watch_file_write(&file, &(WatchClaim){.since = 1000, .until = 2000, .is_followed = true}), 0);
    assert_true(read_claim(state).is_followed);
    watch_file_close(&file);
    for (int i = 0; i < 4; i++) {
        kill(children[i], SIGKILL);
        waitpid(children[i], NULL, 0);
    }
}

/* Who may not open the lock sees the same plan as the one who may. */
static void a_member_of_the_group_sees_that_all_is_followed(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = NULL;
    WatchFile file = {.fd = -1, .lock_fd = -1};
    WatchClaim last;
    Error err = {0};

    (void)unused;
    if (geteuid() != 0)
        skip();
    assert_int_equal(chmod(scratch, 0755), 0);
    assert_int_equal(mkdir(directory, 0750), 0);
    assert_int_equal(chown(directory, 0, 4243), 0);
    state = open_locked();
    assert_int_equal(watch_file_open(state, &file, &last, &err), 0);
    for (int is_followed = 0; is_followed < 2; is_followed++) {
        WatchClaim now = {.since = 1000, .until = 2000, .is_followed = is_followed};
        pid_t child, other;
        bool has_it = false;
        int status;

        assert_int_equal(watch_file_write(&file, &now), 0);
        other = lock_as_a_member("watch.json", 1, &has_it); /* which says nothing */
        assert_int_equal(has_it, !is_followed);
        child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            StateDirectory *theirs = NULL;

            if (setgroups(0, NULL) < 0 || setgid(4243) < 0 || setuid(65534) < 0 ||
                state_open(directory, &theirs, NULL) < 0)
                _exit(2);
            _exit(read_claim(theirs).is_followed);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), is_followed);
        kill(other, SIGKILL);
        waitpid(other, NULL, 0);
    }
    watch_file_close(&file);
}

static void a_damaged_note_claims_nothing(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = open_locked();
    static const char *const texts[] = {
        "", "x", "{\"since\":", "{}\n", "{\"since\":5,\"until\":4}\n", "{\"since\":\"5\",\"until\":6}\n"};

    (void)unused;
    for (size_t i = 0; i < N_ELEMENTS(texts); i++) {
        WatchClaim claim;
        put_file("watch.json", texts[i]);
        assert_false(watch_file_read(state, &claim));
    }
}

/* A power cut leaves NULs at the end of a file; what is added afterwards is read, and the damage is told. */
static void nuls_cost_no_line_behind_them(void **unused)
{
    static const char nuls[100];
    static const char line[] = "{\"what\":\"use\",\"at\":5,\"action\":\"start\",\"reference\":\"r/job:1\"}\n";
    cleanup_with(state_freep) StateDirectory *state = open_locked();
    Read read = {0};
    FILE *out = fopen(file_in_directory("seen.jsonl"), "w");

    (void)unused;
    fwrite(line, 1, sizeof(line) - 1, out);
    fwrite(nuls, 1, sizeof(nuls), out);
    fwrite(line, 1, sizeof(line) - 1, out); /* behind them on one line */
    fwrite(nuls, 1, sizeof(nuls), out);
    fputc('\n', out);
    fwrite(line, 1, sizeof(line) - 1, out);
    fclose(out);
    assert_int_equal(sightings_files_read(state, note_line, &read), 2);
    assert_int_equal(read.count, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        state_test(nuls_cost_no_line_behind_them),
        state_test(a_line_comes_back_as_it_was_added),
        state_test(a_line_that_was_cut_off_costs_itself_only),
        state_test(others_may_read_the_file_if_they_may_read_the_directory),
        state_test(a_link_or_a_pipe_in_its_place_is_not_written),
        state_test(what_a_full_disk_refuses_is_written_when_there_is_room),
        state_test(memory_takes_so_much_and_says_when_it_was_not_enough),
        state_test(the_file_stays_within_bounds_and_keeps_the_last_use_of_each_image),
        state_test(more_images_than_fit_are_a_hole_that_is_known),
        state_test(what_is_added_while_a_pass_is_at_work_is_for_the_next_one),
        state_test(only_one_writes_and_its_lock_goes_with_it),
        state_test(a_member_of_the_group_neither_keeps_the_watcher_out_nor_stands_in_for_it),
        state_test(a_member_of_the_group_sees_that_all_is_followed),
        state_test(a_damaged_note_claims_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
