/* SPDX-License-Identifier: MIT */
/*
 * What an image of the containerd store keeps besides its unpacked layers: compressed layers, manifests,
 * configurations. The engine tells one sum for each image, and not which part of it other images have as well. The
 * store's own files do: <containerd>/io.containerd.content.v1.content/blobs/sha256/DIGEST, where an image's ID names an
 * index or a manifest of the OCI image specification, which names the rest. What cannot be read is left out.
 */
#include "survey_parts.h"

#include <rgc/file.h>
#include <rgc/json_manifest.h>

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Real images have an index, its manifests, and their files; an index of indexes is deeper by one. */
#define DEPTH_MAX 4
#define MANIFEST_MAX ((size_t)4 << 20)

typedef struct Blobs {
    int directory;
    const char *image;
    Survey *survey;
} Blobs;

/* The file name of a digest, borrowed from it; NULL if it is anything else, such as a path. */
static const char *name_of(const char *digest)
{
    const char *name = digest && strncmp(digest, "sha256:", 7) == 0 ? digest + 7 : "";

    return strlen(name) == 64 && strspn(name, "0123456789abcdef") == 64 ? name : NULL;
}

/* Adds the file of a digest. False if it is not here: an index also names other platforms, which were not pulled. */
static bool add_blob(const Blobs *blobs, const char *digest)
{
    const char *name = name_of(digest);
    struct stat st;

    if (!name || fstatat(blobs->directory, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return false;
    *array_add(&blobs->survey->blobs, &blobs->survey->n_blobs) =
        (ImageBlob){.image = blobs->image, .digest = xstrdup(digest), .bytes = (int64_t)st.st_blocks * 512};
    return true;
}

/* Adds an index or a manifest, and what it names. */
static void add_tree(const Blobs *blobs, const char *digest, int depth) // NOLINT(misc-no-recursion): DEPTH_MAX
{
    cleanup_with(free_charp) char *text = NULL;
    cleanup_with(strings_clear) Strings manifests = {0}, files = {0};
    size_t size = 0;

    if (depth > DEPTH_MAX || !add_blob(blobs, digest) ||
        file_read(blobs->directory, name_of(digest), MANIFEST_MAX, &text, &size, NULL) < 0)
        return;
    json_read_manifest(text, size, &manifests, &files);
    for (size_t i = 0; i < manifests.count; i++)
        add_tree(blobs, manifests.items[i], depth + 1);
    for (size_t i = 0; i < files.count; i++)
        (void)add_blob(blobs, files.items[i]);
}

void survey_read_blobs(const SurveyPlaces *places, Survey *ret)
{
    cleanup_with(close_fdp) int directory = -1;

    if (places->snapshot->engine.store != STORE_CONTAINERD || !places->containerd)
        return;
    cleanup_with(free_charp) char *path = xasprintf("%s/" CONTENT_DIRECTORY "/blobs/sha256", places->containerd);
    directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0)
        return;
    ret->knows_blobs = true;
    for (size_t i = 0; i < places->snapshot->n_images; i++) {
        Blobs blobs = {.directory = directory, .image = places->snapshot->images[i].id, .survey = ret};
        add_tree(&blobs, blobs.image, 0);
    }
}
