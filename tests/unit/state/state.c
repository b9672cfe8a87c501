/* SPDX-License-Identifier: MIT */
#include "state_fixture.h"
#include <rgc/state_directory.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/wait.h>

static struct stat stat_of(const char *path)
{
    struct stat st;

    assert_int_equal(lstat(path, &st), 0);
    return st;
}

static void a_new_directory_has_its_mode_whatever_the_umask(void **unused)
{
    static const mode_t masks[] = {0, 022, 077};

    (void)unused;
    for (size_t i = 0; i < N_ELEMENTS(masks); i++) {
        cleanup_with(state_freep) StateDirectory *state = NULL;
        mode_t old = umask(masks[i]);
        Error err = {0};

        assert_int_equal(state_open_or_make(directory, &state, &err), 0);
        umask(old);
        assert_int_equal(stat_of(directory).st_mode & 07777, 0750);
        assert_string_equal(state_path(state), directory);
        assert_int_equal(rmdir(directory), 0);
    }
}

static void root_gives_a_new_directory_to_rgc_and_docker_where_they_exist(void **unused)
{
    const struct passwd *user = getpwnam("rgc");
    const struct group *group = getgrnam("docker");
    cleanup_with(state_freep) StateDirectory *state = NULL;
    Error err = {0};

    (void)unused;
    if (geteuid() != 0)
        skip();
    assert_int_equal(state_open_or_make(directory, &state, &err), 0);
    assert_int_equal(stat_of(directory).st_uid, user ? user->pw_uid : 0);
    assert_int_equal(stat_of(directory).st_gid, group ? group->gr_gid : getegid());
}

static void reading_a_directory_that_is_not_there_makes_none(void **unused)
{
    StateDirectory *state = NULL;
    Error err = {0};

    (void)unused;
    assert_int_equal(state_open(directory, &state, &err), -ENOENT);
    assert_null(state);
    assert_non_null(strstr(err.text, directory));
    assert_int_equal(access(directory, F_OK), -1);
}

static void a_missing_parent_is_named_and_not_made(void **unused)
{
    StateDirectory *state = NULL;
    Error err = {0};
    char path[400];

    (void)unused;
    snprintf(path, sizeof(path), "%s/deeper", directory);
    assert_int_equal(state_open_or_make(path, &state, &err), -ENOENT);
    assert_int_equal(access(directory, F_OK), -1);
}

static void a_directory_that_others_can_write_is_refused(void **unused)
{
    StateDirectory *state = NULL;
    Error err = {0};

    (void)unused;
    assert_int_equal(mkdir(directory, 0755), 0);
    assert_int_equal(chmod(directory, 0777), 0);
    assert_int_equal(state_open(directory, &state, &err), -EPERM);
    assert_non_null(strstr(err.text, "chmod o-w"));
    assert_int_equal(chmod(directory, 01777), 0);
    assert_int_equal(state_open_or_make(directory, &state, &err), -EPERM);
    assert_null(state);
}

static void a_directory_of_a_stranger_is_refused(void **unused)
{
    StateDirectory *state = NULL;
    Error err = {0};

    (void)unused;
    if (geteuid() != 0)
        skip();
    assert_int_equal(mkdir(directory, 0750), 0);
    assert_int_equal(chown(directory, 54321, 0), 0);
    assert_int_equal(state_open(directory, &state, &err), -EPERM);
    assert_non_null(strstr(err.text, "54321"));
}

static void a_symbolic_link_is_not_followed(void **unused)
{
    StateDirectory *state = NULL;
    Error err = {0};
    char real[400], link_with_slash[400];

    (void)unused;
    snprintf(real, sizeof(real), "%s/real", scratch);
    snprintf(link_with_slash, sizeof(link_with_slash), "%s/", directory);
    assert_int_equal(mkdir(real, 0750), 0);
    assert_int_equal(symlink(real, directory), 0);
    assert_int_equal(state_open(directory, &state, &err), -ENOTDIR);
    assert_int_equal(state_open(link_with_slash, &state, &err), -ENOTDIR);
    assert_int_equal(state_open_or_make(link_with_slash, &state, &err), -ENOTDIR);
    assert_null(state);
}

static void files_get_the_directorys_owner_and_no_access_for_others(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = NULL;
    Ledger ledger = {0};
    Error err = {0};
    struct stat st;

    (void)unused;
    assert_int_equal(mkdir(directory, 0750), 0);
    if (geteuid() == 0) /* a group other than root's own, as docker's would be */
        assert_int_equal(chown(directory, 0, 4242), 0);
    state = open_locked();
    assert_int_equal(ledger_save(state, &ledger, &err), 0);
    st = stat_of(file_in_directory("ledger.json"));
    assert_int_equal(st.st_mode & 07777, 0640);
    assert_int_equal(st.st_gid, stat_of(directory).st_gid);
    assert_int_equal(stat_of(file_in_directory("lock")).st_mode & 07777, 0600);
}

static void nothing_is_written_without_the_lock(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = NULL;
    Ledger ledger = {0};
    Error err = {0};

    (void)unused;
    assert_int_equal(state_open_or_make(directory, &state, &err), 0);
    assert_int_equal(ledger_save(state, &ledger, &err), -ENOLCK);
    assert_int_equal(history_append(state, "{}", false, &err), -ENOLCK);
    assert_int_equal(count_files(""), 0);
}

/* In a process of its own, as a process never excludes itself. */
static int try_lock_in_child(char *text, size_t size)
{
    int fds[2], status, result;
    pid_t child;
    ssize_t n;

    assert_int_equal(pipe(fds), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        StateDirectory *state = NULL;
        Error err = {0};
        int r = state_open(directory, &state, &err);

        if (r == 0)
            r = state_lock(state, &err);
        (void)!write(fds[1], err.text, strlen(err.text));
        _exit(-r);
    }
    close(fds[1]);
    n = read(fds[0], text, size - 1);
    text[n > 0 ? n : 0] = '\0';
    close(fds[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    result = WEXITSTATUS(status);
    return result;
}

static void a_second_pass_is_told_who_holds_the_lock(void **unused)
{
    StateDirectory *state = open_locked();
    char text[1024], pid[32];

    (void)unused;
    snprintf(pid, sizeof(pid), "(pid %d)", (int)getpid());
    assert_int_equal(try_lock_in_child(text, sizeof(text)), EWOULDBLOCK);
    assert_non_null(strstr(text, pid));
    state_free(state);
}

static void reading_the_directory_again_does_not_drop_the_lock(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = open_locked();
    StateDirectory *other = NULL;
    char text[1024];
    Error err = {0};

    (void)unused;
    assert_int_equal(state_open(directory, &other, &err), 0);
    state_free(other);
    assert_int_equal(state_lock(state, &err), 0);
    assert_int_equal(try_lock_in_child(text, sizeof(text)), EWOULDBLOCK);
}

static void freeing_the_state_gives_the_lock_back(void **unused)
{
    char text[1024];

    (void)unused;
    state_free(open_locked());
    assert_int_equal(try_lock_in_child(text, sizeof(text)), 0);
}

static void a_killed_holder_leaves_no_lock(void **unused)
{
    int fds[2];
    char text[1024];
    pid_t child;

    (void)unused;
    state_free(open_locked());
    assert_int_equal(pipe(fds), 0);
    child = fork();
    if (child == 0) {
        StateDirectory *state = NULL;

        if (state_open(directory, &state, NULL) == 0 && state_lock(state, NULL) == 0)
            (void)!write(fds[1], "x", 1);
        for (;;)
            pause();
    }
    assert_int_equal(read(fds[0], text, 1), 1);
    assert_int_equal(try_lock_in_child(text, sizeof(text)), EWOULDBLOCK);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    assert_int_equal(try_lock_in_child(text, sizeof(text)), 0);
    close(fds[0]);
    close(fds[1]);
}

static void a_lock_that_is_a_link_is_refused(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = NULL;
    Error err = {0};

    (void)unused;
    assert_int_equal(state_open_or_make(directory, &state, &err), 0);
    assert_int_equal(symlink("elsewhere", file_in_directory("lock")), 0);
    assert_int_equal(state_lock(state, &err), -ELOOP);
    assert_int_equal(access(file_in_directory("elsewhere"), F_OK), -1);
}

/* As if user rgc had linked root's file into its directory, which the kernel forbids only where it is told to. */
static void root_writes_and_reads_no_file_that_has_another_name_elsewhere(void **unused)
{
    static const char *const names[] = {"lock", "watch.lock", "watch.json", "seen.jsonl", "ledger.json"};
    cleanup_with(state_freep) StateDirectory *state = NULL;
    cleanup_with(free_charp) char *text = NULL, *target = xasprintf("%s/target", scratch);
    Error err = {0};

    (void)unused;
    if (geteuid() != 0)
        skip();
    assert_int_equal(state_open_or_make(directory, &state, &err), 0);
    state->owner = 65534;
    state->group = 4242;
    for (size_t i = 0; i < N_ELEMENTS(names); i++) {
        struct stat before, after;
        int fd = open(target, O_WRONLY | O_CREAT | O_TRUNC, 0604), opened = -1;

        assert_int_equal(write(fd, "secret", 6), 6);
        close(fd);
        before = stat_of(target);
        assert_int_equal(link(target, file_in_directory(names[i])), 0);
        assert_int_equal(state_open_file(state, names[i], O_RDWR | O_CREAT, 0640, &opened, &err), -EMLINK);
        assert_non_null(strstr(err.text, names[i]));
        assert_int_equal(opened, -1);
        assert_int_equal(state_read_file(state, names[i], 100, &text, NULL, &err), -EMLINK);
        assert_null(text);
        after = stat_of(target);
        assert_int_equal(after.st_uid, before.st_uid);
        assert_int_equal(after.st_mode, before.st_mode);
        assert_int_equal(after.st_size, 6);
        assert_int_equal(unlink(target), 0); /* with its one name here it is root's own, and is given away */
        assert_int_equal(state_open_file(state, names[i], O_RDWR | O_CREAT, 0640, &opened, &err), 0);
        close(opened);
        assert_int_equal(stat_of(file_in_directory(names[i])).st_uid, 65534);
    }
}

/* cp -al, as backups of snapshots do it: the owner's own files may have as many names as they like. */
static void a_backup_of_hard_links_does_no_harm(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = open_locked();
    cleanup_with(free_charp) char *backup = xasprintf("%s/backup", scratch), *text = NULL;
    Ledger ledger = {0};
    Error err = {0};

    (void)unused;
    assert_int_equal(ledger_save(state, &ledger, &err), 0);
    assert_int_equal(link(file_in_directory("ledger.json"), backup), 0);
    assert_int_equal(state_read_file(state, "ledger.json", 100000, &text, NULL, &err), 0);
    assert_int_equal(ledger_save(state, &ledger, &err), 0);
}

static void others_are_sent_to_the_agent(void **unused)
{
    pid_t child;
    int status;

    (void)unused;
    if (geteuid() != 0)
        skip();
    state_free(open_locked());
    assert_int_equal(chmod(scratch, 0755), 0);
    assert_int_equal(chown(directory, 0, 4242), 0);
    child = fork();
    if (child == 0) { /* a member of the directory's group, as docker's members are */
        StateDirectory *state = NULL;
        Error err = {0};
        gid_t group = 4242;

        if (setgroups(1, &group) < 0 || setgid(54321) < 0 || setuid(54321) < 0)
            _exit(1);
        if (state_open_or_make(directory, &state, &err) < 0)
            _exit(2);
        if (state_lock(state, &err) != -EACCES)
            _exit(3);
        _exit(strstr(err.text, "sudo") ? 0 : 4);
    }
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        state_test(a_new_directory_has_its_mode_whatever_the_umask),
        state_test(root_gives_a_new_directory_to_rgc_and_docker_where_they_exist),
        state_test(reading_a_directory_that_is_not_there_makes_none),
        state_test(a_missing_parent_is_named_and_not_made),
        state_test(a_directory_that_others_can_write_is_refused),
        state_test(a_directory_of_a_stranger_is_refused),
        state_test(a_symbolic_link_is_not_followed),
        state_test(files_get_the_directorys_owner_and_no_access_for_others),
        state_test(nothing_is_written_without_the_lock),
        state_test(a_second_pass_is_told_who_holds_the_lock),
        state_test(reading_the_directory_again_does_not_drop_the_lock),
        state_test(freeing_the_state_gives_the_lock_back),
        state_test(a_killed_holder_leaves_no_lock),
        state_test(a_lock_that_is_a_link_is_refused),
        state_test(root_writes_and_reads_no_file_that_has_another_name_elsewhere),
        state_test(a_backup_of_hard_links_does_no_harm),
        state_test(others_are_sent_to_the_agent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
