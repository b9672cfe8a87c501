/* SPDX-License-Identifier: MIT */
/*
 * The directory itself: whether it may be trusted, and to whom its files belong.
 *
 * What rgc reads here decides what it removes as root, so the directory must not be one that others can write. The
 * agent and its passes run as user `rgc`, a pass by hand as root, and members of group `docker` read: whatever root
 * creates is given to the directory's owner, so that it does not shut out the agent. tests/unit/state/state.c tests
 * this.
 */
#include <rgc/state_directory.h>

#include <rgc/file.h>
#include <rgc/memory.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIRECTORY_MODE ((mode_t)0750)
#define NO_USER ((uid_t)-1)
#define NO_GROUP ((gid_t)-1)

static uid_t rgc_user(void)
{
    const struct passwd *user = getpwnam("rgc");

    return user ? user->pw_uid : NO_USER;
}

static gid_t docker_group(void)
{
    const struct group *group = getgrnam("docker");

    return group ? group->gr_gid : NO_GROUP;
}

static bool is_member_of(gid_t group)
{
    int count = getgroups(0, NULL);
    cleanup_with(free_charp) char *memory = NULL;
    gid_t *groups;

    if (group == getegid())
        return true;
    if (count <= 0)
        return false;
    groups = xreallocarray(NULL, (size_t)count, sizeof(*groups));
    memory = (char *)groups;
    count = getgroups(count, groups);
    for (int i = 0; i < count; i++)
        if (groups[i] == group)
            return true;
    return false;
}

/* Drops slashes at the end: "link/" would follow a symbolic link in spite of O_NOFOLLOW. */
static char *clean_path(const char *path)
{
    size_t length = strlen(path);

    while (length > 1 && path[length - 1] == '/')
        length--;
    return xstrndup(path, length);
}

static int open_failed(const char *path, int code, Error *err)
{
    switch (code) {
    case ENOENT:
        return error_set(err, ENOENT, "%s does not exist: no pass has run with this state directory yet", path);
    case EACCES:
        return error_set(err, EACCES, "%s: only root and members of its group may read it", path);
    case ELOOP:
    case ENOTDIR:
        return error_set(err, ENOTDIR, "%s: not a directory (a symbolic link is not followed)", path);
    default:
        return error_set(err, code, "%s: cannot be opened: %s", path, strerror(code));
    }
}

/* Refuses a directory that every user may write, and one whose owner could put anything into it. */
static int check_trust(const char *path, const struct stat *st, Error *err)
{
    if (st->st_mode & S_IWOTH)
        return error_set(err, EPERM,
                         "%s: refused, as every user can write it (mode %04o); correct it with: chmod o-w %s", path,
                         (unsigned)st->st_mode & 07777, path);
    if (st->st_uid != 0 && st->st_uid != geteuid() && st->st_uid != rgc_user())
        return error_set(err, EPERM, "%s: refused, as it belongs to user ID %u; expected root, rgc or the current user",
                         path, (unsigned)st->st_uid);
    return 0;
}

static int open_existing(const char *path, StateDirectory **ret, Error *err)
{
    cleanup_with(close_fdp) int fd = -1;
    StateDirectory *state;
    struct stat st;
    int r;

    fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return open_failed(path, errno, err);
    if (fstat(fd, &st) < 0)
        return open_failed(path, errno, err);
    r = check_trust(path, &st, err);
    if (r < 0)
        return r;
    state = xcalloc(1, sizeof(*state));
    state->fd = fd;
    fd = -1;
    state->lock_fd = -1;
    state->path = xstrdup(path);
    state->owner = geteuid() == 0 ? st.st_uid : NO_USER;
    state->group = geteuid() == 0 || is_member_of(st.st_gid) ? st.st_gid : NO_GROUP;
    *ret = state;
    return 0;
}

int state_open(const char *path, StateDirectory **ret, Error *err)
{
    cleanup_with(free_charp) char *clean = clean_path(path);

    return open_existing(clean, ret, err);
}

/* Gives the directory that mkdir() has just made its mode, whatever the umask is, and as root its owner. */
static int finish_new_directory(const char *path, Error *err)
{
    cleanup_with(close_fdp) int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0)
        return open_failed(path, errno, err);
    if (geteuid() == 0 && fchown(fd, rgc_user(), docker_group()) < 0)
        return error_set(err, errno, "%s: rgc cannot give it to user rgc and group docker: %s", path, strerror(errno));
    if (fchmod(fd, DIRECTORY_MODE) < 0)
        return error_set(err, errno, "%s: its mode cannot be set: %s", path, strerror(errno));
    return 0;
}

int state_open_or_make(const char *path, StateDirectory **ret, Error *err)
{
    cleanup_with(free_charp) char *clean = clean_path(path);

    if (mkdir(clean, DIRECTORY_MODE) == 0) {
        int r = finish_new_directory(clean, err);

        if (r < 0)
            return r;
    } else if (errno == EACCES || errno == EPERM) {
        return error_set(err, EACCES, "%s: no permission to create it; run rgc as root, with sudo", clean);
    } else if (errno == ENOENT) {
        return error_set(err, ENOENT, "%s: rgc cannot create it, as its parent directory does not exist", clean);
    } else if (errno != EEXIST) {
        return error_set(err, errno, "%s: rgc cannot create it: %s", clean, strerror(errno));
    }
    return open_existing(clean, ret, err);
}

void state_free(StateDirectory *state)
{
    state_unlock(state);
    close(state->fd);
    free(state->path);
    free(state);
}

const char *state_path(const StateDirectory *state)
{
    return state->path;
}
