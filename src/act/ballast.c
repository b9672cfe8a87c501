/* SPDX-License-Identifier: MIT */
#include <rgc/ballast.h>

#include <rgc/state_directory.h>

#include <rgc/file.h>

#include <fcntl.h>
#include <stdio.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* Several files, as there may be no inode left either. What an engine writes for a removal is its list of tags: 100 kB
 * with a thousand images. */
#define FILES 8
#define FILE_BYTES ((off_t)512 << 10)
#define PLENTY 16 /* times as much must be free before it is taken */

typedef struct Room {
    unsigned long long bytes, inodes;
    bool counts_inodes;
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

/* Allocated, not written. What cannot be had is done without. */
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
