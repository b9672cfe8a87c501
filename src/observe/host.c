/* SPDX-License-Identifier: MIT */
/*
 * What a pass reads of the host itself: clocks and file systems. The hard question is which file system has the images.
 * An engine tells its root, but with the containerd store the images are where its containerd keeps them, and no
 * request tells where that is. rgc concludes it from the containerd's socket; if nobody can tell, the disk is marked as
 * one that may have no images, so that no plan promises space on it. tests/unit/observe/host.c tests this.
 */
#include <rgc/clock.h>
#include <rgc/file.h>
#include <rgc/host.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static char *read_boot_id(void)
{
    cleanup_with(close_fdp) int directory = open("/proc/sys/kernel/random", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    char *text = NULL;
    size_t size;
    if (directory < 0 || file_read(directory, "boot_id", 128, &text, &size, NULL) < 0)
        return NULL;
    text[strcspn(text, "\n")] = '\0';
    return text;
}

void host_read_clocks(EngineInfo *info)
{
    free(info->boot_id);
    info->boot_id = read_boot_id();
    info->clock_offset_usec = wall_clock() - boot_clock();
}

static double percent(double part, double all)
{
    return all > 0 ? part * 100.0 / all : 0;
}

/* Counts like df(1): what is used and what is available add up to the total, without the blocks reserved for root. */
static bool read_disk(const char *path, Disk *ret)
{
    struct statvfs fs;
    if (statvfs(path, &fs) < 0)
        return false;
    int64_t block = (int64_t)fs.f_frsize;
    int64_t used = ((int64_t)fs.f_blocks - (int64_t)fs.f_bfree) * block;
    int64_t available = (int64_t)fs.f_bavail * block;
    int64_t inodes_used = (int64_t)fs.f_files - (int64_t)fs.f_ffree;
    *ret = (Disk){
        .path = xstrdup(path),
        .total_bytes = used + available,
        .available_bytes = available,
        .used_percent = percent((double)used, (double)(used + available)),
        .total_inodes = (int64_t)fs.f_files,
        .used_inodes_percent = percent((double)inodes_used, (double)fs.f_files),
    };
    return true;
}

/* Adds the file system of `path`, unless another path on it is in the list already. */
static void add_disk(const char *path, dev_t **devices, size_t *n_devices, Disk **disks, size_t *n_disks)
{
    struct stat st;
    Disk disk;

    if (stat(path, &st) < 0 || !read_disk(path, &disk))
        return;
    for (size_t i = 0; i < *n_devices; i++)
        if ((*devices)[i] == st.st_dev) {
            free(disk.path);
            return;
        }
    *array_add(devices, n_devices) = st.st_dev;
    *array_add(disks, n_disks) = disk;
}

static bool ends_with(const char *s, const char *end)
{
    size_t length = strlen(s), end_length = strlen(end);

    return length >= end_length && strcmp(s + length - end_length, end) == 0;
}

static bool exists(const char *directory, const char *name)
{
    cleanup_with(free_charp) char *path = xasprintf("%s/%s", directory, name);

    return access(path, F_OK) == 0;
}

/* Whether the engine has started this containerd itself: below its --exec-root (/run/docker, or
 * $XDG_RUNTIME_DIR/docker) and with a configuration of its own beside the socket. */
static bool is_engines_own(const char *containerd)
{
    cleanup_with(free_charp) char *directory = xstrndup(containerd, (size_t)(strrchr(containerd, '/') - containerd));

    return ends_with(containerd, "/docker/containerd/containerd.sock") ||
           (ends_with(containerd, "/containerd/containerd.sock") && exists(directory, "containerd.toml"));
}

typedef enum ImagesPlace {
    IMAGES_IN_ROOT,
    IMAGES_IN_CONTAINERD_ROOT, /* of the system's containerd */
    IMAGES_ELSEWHERE,          /* in a place that rgc does not know */
} ImagesPlace;

/* The socket says which containerd the engine uses. Without it (before API 1.46) only directories can tell, and these
 * are left behind when the containerd is changed: if both are there, or neither is, rgc does not know. */
static ImagesPlace place_of_images(const EngineInfo *info)
{
    const char *containerd = info->containerd;

    if (info->store != STORE_CONTAINERD)
        return IMAGES_IN_ROOT;
    if (containerd && strchr(containerd, '/')) {
        if (is_engines_own(containerd))
            return IMAGES_IN_ROOT;
        bool is_systems = strcmp(containerd, "/run/containerd/containerd.sock") == 0 ||
                          strcmp(containerd, "/var/run/containerd/containerd.sock") == 0;
        return is_systems && access(CONTAINERD_ROOT, F_OK) == 0 ? IMAGES_IN_CONTAINERD_ROOT : IMAGES_ELSEWHERE;
    }
    bool has_own = exists(info->root, "containerd/daemon"), has_systems = access(CONTAINERD_ROOT, F_OK) == 0;
    return has_own == has_systems ? IMAGES_ELSEWHERE : has_own ? IMAGES_IN_ROOT : IMAGES_IN_CONTAINERD_ROOT;
}

char *host_containerd_root(const EngineInfo *info)
{
    switch (place_of_images(info)) {
    case IMAGES_IN_CONTAINERD_ROOT:
        return xstrdup(CONTAINERD_ROOT);
    case IMAGES_IN_ROOT:
        return info->root ? xasprintf("%s/containerd/daemon", info->root) : NULL;
    case IMAGES_ELSEWHERE:
        break;
    }
    return NULL;
}

int host_read_disks(const EngineInfo *info, const Strings *storage, Disk **ret, size_t *ret_count, Error *err)
{
    dev_t *devices = NULL;
    size_t n_devices = 0;
    Disk *disks = NULL;
    size_t n_disks = 0;

    for (size_t i = 0; i < storage->count; i++)
        add_disk(storage->items[i], &devices, &n_devices, &disks, &n_disks);
    if (storage->count == 0 && info->root)
        add_disk(info->root, &devices, &n_devices, &disks, &n_disks);
    if (storage->count == 0 && n_disks > 0) {
        ImagesPlace place = place_of_images(info);
        if (place == IMAGES_IN_CONTAINERD_ROOT)
            add_disk(CONTAINERD_ROOT, &devices, &n_devices, &disks, &n_disks);
        disks[0].has_no_images = n_disks > 1 || place == IMAGES_ELSEWHERE;
    }
    free(devices);
    if (n_disks == 0)
        return error_set(err, ENOENT,
                         "cannot read the file system that holds the engine's storage (%s): set `storage` in [engine] "
                         "of the configuration to its path on this host",
                         storage->count > 0 ? storage->items[0]
                         : info->root       ? info->root
                                            : "unknown");
    *ret = disks;
    *ret_count = n_disks;
    return 0;
}
