/* SPDX-License-Identifier: MIT */
/* Taking ballast and giving it up: the files, and what "plenty" and "too little" are. rgc/ballast.h says what for. */
#include <rgc/ballast.h>

#include <rgc/state_directory.h>

#include <rgc/file.h>

#include <fcntl.h>
#include <stdio.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* There are several files because inodes may run out too. To remove an image, an engine on overlay2 writes its list of
 * tags, which has 100 kB on a host with a thousand images: 4 MiB are enough for that, the ledger and the intents. */
#define FILES 8
#define FILE_BYTES ((off_t)512 << 10)
#define PLENTY 16 /* ballast is taken if so many times its size is free */

/* What the file system of the state directory has left, without the blocks that are reserved for root. */
typedef struct Room {
    unsigned long long bytes, inodes;
    bool counts_inodes; /* false on a file system such as btrfs, which has no fixed number */
} Room;

static bool read_room(const StateDirectory *state, Room *ret)
{
    struct statvfs fs;
    if (fstatvfs(state->fd, &fs) < 0)
        return false;
    *ret = (Room){
        .bytes = (unsigned long long)fs.f_bavail * fs.f_frsize, .inodes = fs.f_favail, .counts_inodes = fs.f_files > 0};
    return true;
}

static bool has_room_for(const Room *room, unsigned int times)
{
    return room->bytes >= (unsigned long long)FILE_BYTES * FILES * times &&
           (!room->counts_inodes || room->inodes >= (unsigned long long)FILES * times);
}

static const char *file_name(int number, char buffer[32])
{
    snprintf(buffer, 32, "ballast-%d", number);
    return buffer;
}

bool ballast_drop(const StateDirectory *state)
{
    char name[32];
    bool was_there = false;
    Room room;
    if (!read_room(state, &room) || has_room_for(&room, 1))
        return false;
    for (int i = 0; i < FILES; i++)
        was_there |= unlinkat(state->fd, file_name(i, name), 0) == 0;
    return was_there;
}

/* Allocates the blocks without writing them. Without room for the whole file there is no file. */
static void take_file(const StateDirectory *state, const char *name)
{
    cleanup_with(close_fdp) int fd =
        openat(state->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd >= 0 && fallocate(fd, 0, 0, FILE_BYTES) < 0)
        unlinkat(state->fd, name, 0);
}

void ballast_take(const StateDirectory *state, bool was_dropped)
{
    char name[32];
    Room room;
    if (!was_dropped && (!read_room(state, &room) || !has_room_for(&room, PLENTY)))
        return;
    for (int i = 0; i < FILES; i++)
        take_file(state, file_name(i, name));
}
