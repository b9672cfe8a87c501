/* SPDX-License-Identifier: MIT */
/* Preloaded into rgc: what it reads of this machine's clocks, disks and units is the same on every machine at any time.
 * The monotonic clock, by which it waits, is left alone. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static time_t fixed(const char *variable, time_t otherwise)
{
    const char *text = getenv(variable);
    return text ? (time_t)atoll(text) : otherwise;
}

static time_t fixed_now(void)
{
    return fixed("RGC_FIXED_NOW", 0);
}

/* When the boot clock began, as the clock on the wall says now. */
static time_t fixed_boot(void)
{
    return fixed("RGC_FIXED_BOOT", 1790000000);
}

int clock_gettime(clockid_t clock, struct timespec *ret)
{
    bool is_boottime = clock == CLOCK_BOOTTIME;
    if (!is_boottime && clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE)
        return (int)syscall(SYS_clock_gettime, clock, ret);
    *ret = (struct timespec){.tv_sec = fixed_now() - (is_boottime ? fixed_boot() : 0)};
    return 0;
}

time_t time(time_t *ret)
{
    time_t now = fixed_now();
    if (ret)
        *ret = now;
    return now;
}

/* Here no unit is enabled, and no directory of a service or of systemd's journal is there. */
int access(const char *path, int mode)
{
    if (strncmp(path, "/etc/systemd/", strlen("/etc/systemd/")) == 0 ||
        strncmp(path, "/run/rgc", strlen("/run/rgc")) == 0 || strcmp(path, "/var/log/journal") == 0) {
        errno = ENOENT;
        return -1;
    }
    return (int)syscall(SYS_faccessat, AT_FDCWD, path, mode);
}

/* 4.1 GB, of which 80% are used. */
static void fill_in(struct statvfs *ret)
{
    *ret = (struct statvfs){.f_bsize = 4096,
                            .f_frsize = 4096,
                            .f_blocks = 1000000,
                            .f_bfree = 200000,
                            .f_bavail = 200000,
                            .f_files = 6000000,
                            .f_ffree = 4500000,
                            .f_favail = 4500000,
                            .f_namemax = 255};
}

int statvfs(const char *path, struct statvfs *ret)
{
    if (access(path, F_OK) < 0)
        return -1;
    fill_in(ret);
    return 0;
}

int fstatvfs(int fd, struct statvfs *ret)
{
    (void)fd;
    fill_in(ret);
    return 0;
}
