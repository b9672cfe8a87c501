/* SPDX-License-Identifier: MIT */
/* Which file systems have the engine's images, on hosts whose directories are made up here. */
#include "unit.h"

#include <rgc/host.h>

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define ROOT "/data/docker"
#define OWN ROOT "/containerd/daemon"
#define SYSTEMS "/var/lib/containerd"
#define TOML "/run/exec/containerd/containerd.toml"
#define SYSTEMS_SOCKET "/run/containerd/containerd.sock"

typedef struct Place {
    const char *path;
    dev_t device;
} Place;

static const Place *places; /* ended by one without a path */

int __wrap_access(const char *path, int mode);
int __wrap_stat(const char *path, struct stat *ret);
int __wrap_statvfs(const char *path, struct statvfs *ret);

static const Place *find(const char *path)
{
    for (const Place *place = places; place->path; place++)
        if (strcmp(place->path, path) == 0)
            return place;
    errno = ENOENT;
    return NULL;
}

int __wrap_access(const char *path, int mode)
{
    (void)mode;
    return find(path) ? 0 : -1;
}

int __wrap_stat(const char *path, struct stat *ret)
{
    const Place *place = find(path);

    *ret = (struct stat){.st_dev = place ? place->device : 0};
    return place ? 0 : -1;
}

int __wrap_statvfs(const char *path, struct statvfs *ret)
{
    *ret = (struct statvfs){.f_frsize = 4096, .f_blocks = 1000, .f_bfree = 500, .f_bavail = 500};
    return find(path) ? 0 : -1;
}

test(images_are_where_the_engines_containerd_keeps_them)
{
    /* A directory of each, as they stay behind when an engine goes from one containerd to the other. */
    static const Place both[] = {{ROOT, 1}, {OWN, 1}, {SYSTEMS, 2}, {NULL, 0}};
    static const Place same[] = {{ROOT, 1}, {SYSTEMS, 1}, {NULL, 0}};
    static const Place own[] = {{ROOT, 1}, {OWN, 1}, {NULL, 0}};
    static const Place systems[] = {{ROOT, 1}, {SYSTEMS, 2}, {NULL, 0}};
    static const Place other_exec_root[] = {{ROOT, 1}, {SYSTEMS, 2}, {TOML, 3}, {NULL, 0}};
    static const Place in_a_container[] = {{ROOT, 1}, {NULL, 0}};
    static const struct {
        const Place *places;
        StoreKind store;
        char *containerd;
        size_t n_disks;
        bool root_has_none;
    } hosts[] = {
        {both, STORE_OVERLAY2, SYSTEMS_SOCKET, 1, false},
        {both, STORE_CONTAINERD, SYSTEMS_SOCKET, 2, true},
        {both, STORE_CONTAINERD, "/var" SYSTEMS_SOCKET, 2, true},
        {same, STORE_CONTAINERD, SYSTEMS_SOCKET, 1, false},
        {in_a_container, STORE_CONTAINERD, SYSTEMS_SOCKET, 1, true},
        {both, STORE_CONTAINERD, "/var/run/docker/containerd/containerd.sock", 1, false},
        {systems, STORE_CONTAINERD, "/run/user/1000/docker/containerd/containerd.sock", 1, false},
        {other_exec_root, STORE_CONTAINERD, "/run/exec/containerd/containerd.sock", 1, false},
        /* one of somebody's own, whose root nobody tells */
        {both, STORE_CONTAINERD, "/run/k3s/containerd/containerd.sock", 1, true},
        {own, STORE_CONTAINERD, "/srv/containerd.sock", 1, true},
        {own, STORE_CONTAINERD, "containerd.sock", 1, false},
        /* engines that do not say */
        {both, STORE_CONTAINERD, NULL, 1, true},
        {own, STORE_CONTAINERD, NULL, 1, false},
        {systems, STORE_CONTAINERD, NULL, 2, true},
        {same, STORE_CONTAINERD, NULL, 1, false},
        {in_a_container, STORE_CONTAINERD, NULL, 1, true},
    };

    for (size_t i = 0; i < N_ELEMENTS(hosts); i++) {
        EngineInfo info = {.store = hosts[i].store, .root = ROOT, .containerd = hosts[i].containerd};
        Disk *disks = NULL;
        size_t count = 0;
        Error err;

        places = hosts[i].places;
        assert_int_equal(host_read_disks(&info, &(Strings){0}, &disks, &count, &err), 0);
        if (count != hosts[i].n_disks || disks[0].has_no_images != hosts[i].root_has_none)
            fail_msg("host %zu: %zu file systems, the first has %simages", i, count,
                     disks[0].has_no_images ? "no " : "");
        assert_string_equal(disks[0].path, ROOT);
        if (count > 1) {
            assert_string_equal(disks[1].path, SYSTEMS);
            assert_false(disks[1].has_no_images);
        }
        for (size_t j = 0; j < count; j++)
            free(disks[j].path);
        free(disks);
    }
}

test(what_the_configuration_names_is_taken_as_it_is)
{
    static const Place here[] = {{ROOT, 1}, {SYSTEMS, 2}, {"/a", 3}, {"/b", 3}, {NULL, 0}};
    EngineInfo info = {.store = STORE_CONTAINERD, .root = ROOT, .containerd = "/srv/containerd.sock"};
    static char *paths[] = {"/a", "/b", "/missing"};
    Disk *disks = NULL;
    size_t count = 0;
    Error err;

    places = here;
    assert_int_equal(host_read_disks(&info, &(Strings){paths, N_ELEMENTS(paths)}, &disks, &count, &err), 0);
    assert_int_equal(count, 1);
    assert_string_equal(disks[0].path, "/a");
    assert_false(disks[0].has_no_images);
    free(disks[0].path);
    free(disks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(images_are_where_the_engines_containerd_keeps_them),
        cmocka_unit_test(what_the_configuration_names_is_taken_as_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
