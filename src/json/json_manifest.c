/* SPDX-License-Identifier: MIT */
/* Reads the digests in a manifest. Members of the wrong type are skipped: such a text names nothing. */
#include <rgc/json_manifest.h>

#include <rgc/json_read.h>

static void add_digest(const json_t *descriptor, Strings *ret)
{
    const char *digest = json_string_value(json_object_get(descriptor, "digest"));

    if (digest)
        strings_add(ret, digest);
}

static void add_digests(const json_t *list, Strings *ret)
{
    const json_t *descriptor;
    size_t i;

    json_array_foreach (list, i, descriptor)
        add_digest(descriptor, ret);
}

void json_read_manifest(const char *text, size_t length, Strings *ret_manifests, Strings *ret_files)
{
    json_auto_t *manifest = json_load_object(text, length, NULL);

    add_digests(json_object_get(manifest, "manifests"), ret_manifests);
    add_digests(json_object_get(manifest, "layers"), ret_files);
    add_digest(json_object_get(manifest, "config"), ret_files);
}
