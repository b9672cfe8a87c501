/* SPDX-License-Identifier: MIT */
/*
 * Where the engine's own files are, as this process sees them. It may run in a container, where the engine's root is
 * another directory or another engine's, so a root counts only if it has what such a root has, and a container that the
 * engine knows. Podman's files have another layout and are not looked at.
 */
#include "survey_parts.h"

#include <rgc/file.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_MAX_BYTES 4096

static bool can_read(const char *path, bool *is_forbidden)
{
    DIR *directory = opendir(path);

    if (directory)
        closedir(directory);
    else
        *is_forbidden |= errno == EACCES || errno == EPERM;
    return directory;
}

/* Makes `root` the result if there is none yet and `below` can be read in it. Takes ownership of `root`. */
static void try_root(char **ret, char *root, const char *below, bool *is_forbidden)
{
    cleanup_with(free_charp) char *path = root ? xasprintf("%s/%s", root, below) : NULL;

    if (*ret || !path || !can_read(path, is_forbidden))
        free(root);
    else
        *ret = root;
}

/* Whether the root belongs to this engine: it has a directory of one of the engine's containers, if there are any. */
static bool is_engines(const Snapshot *snapshot, const char *root)
{
    for (size_t i = 0; i < snapshot->n_containers; i++) {
        cleanup_with(free_charp) char *path = xasprintf("%s/containers/%s", root, snapshot->containers[i].id);
        if (access(path, F_OK) == 0)
            return true;
    }
    return snapshot->n_containers == 0;
}

void survey_find_places(const Config *config, const Snapshot *snapshot, SurveyPlaces *ret)
{
    *ret = (SurveyPlaces){.snapshot = snapshot};
    for (size_t i = 0; i < snapshot->n_disks; i++) {
        struct stat st;
        if (stat(snapshot->disks[i].path, &st) == 0)
            *array_add(&ret->devices, &ret->n_devices) = st.st_dev;
    }
    if (snapshot->engine.is_podman) /* its files have another layout */
        return;
    try_root(&ret->root, xstrdup(snapshot->engine.root), "containers", &ret->is_forbidden);
    try_root(&ret->containerd, host_containerd_root(&snapshot->engine), CONTENT_DIRECTORY, &ret->is_forbidden);
    for (size_t i = 0; i < config->storage.count; i++) {
        try_root(&ret->root, xstrdup(config->storage.items[i]), "containers", &ret->is_forbidden);
        try_root(&ret->containerd, xstrdup(config->storage.items[i]), CONTENT_DIRECTORY, &ret->is_forbidden);
    }
    if (ret->root && !is_engines(snapshot, ret->root)) {
        free(ret->root);
        ret->root = NULL;
    }
}

void survey_places_clear(SurveyPlaces *places)
{
    free(places->root);
    free(places->containerd);
    free(places->devices);
    *places = (SurveyPlaces){0};
}

bool survey_is_here(const SurveyPlaces *places, const char *path)
{
    struct stat st;

    if (lstat(path, &st) < 0)
        return false;
    for (size_t i = 0; i < places->n_devices; i++)
        if (places->devices[i] == st.st_dev)
            return true;
    return false;
}

void survey_each_name(const char *path, EachName *each, void *userdata)
{
    DIR *directory = opendir(path);
    const struct dirent *entry;

    while (directory && (entry = readdir(directory)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            each(entry->d_name, userdata);
    if (directory)
        closedir(directory);
}

char *survey_read_line(const char *directory, const char *name)
{
    cleanup_with(close_fdp) int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    char *text = NULL;

    if (fd < 0 || file_read(fd, name, LINE_MAX_BYTES, &text, NULL, NULL) < 0)
        return NULL;
    text[strcspn(text, "\n")] = '\0';
    return text;
}
