/* SPDX-License-Identifier: MIT */
/*
 * watch.json: of which time `rgc watch` has missed nothing. The locks of watch.lock say more, and go with the process:
 * its first byte is held by the one that writes, its second while what the engine tells is being taken down without a
 * hole, up to now.
 */
#pragma once

#include <rgc/state.h>

typedef struct Watched {
    Time since, until; /* 0 = never */
    bool is_followed;  /* at this moment; `until` is then only the time at which that began */
} Watched;

typedef struct WatchFile {
    int fd, lock_fd; /* -1: not open */
} WatchFile;

/* -EWOULDBLOCK: another process writes. `ret_last` is what stands there; nothing if that cannot be read. */
int watch_file_open(StateDirectory *state, WatchFile *ret, Watched *ret_last, Error *err);
void watch_file_close(WatchFile *file);
/* -errno, without a sentence; is_followed takes or gives back the lock, which is not taken where the write failed. */
int watch_file_write(WatchFile *file, const Watched *watched);
/* Gives the lock back or takes it again. */
void watch_file_set_followed(WatchFile *file, bool is_followed);

/* For a pass. False: nothing is known. */
bool watch_file_read(StateDirectory *state, Watched *ret);
