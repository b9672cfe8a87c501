/* SPDX-License-Identifier: MIT */
/*
 * Decodes how an image was built, from the answers of GET /images/NAME/json (decode_loaded_build) and
 * GET /images/NAME/history (decode_loaded_build_steps) of the Docker Engine API. The configuration comes first, since
 * the steps need its layers.
 */
#include "engine/decode/decode_loaded.h"

#include "created_by.h"
#include "setup.h"

#include <rgc/json_read.h>

#include <ctype.h>
#include <errno.h>
#include <string.h>

#define IMAGE_STEPS_MAX 1000
#define LAYERS_MAX 500
#define TEXT_SHOWN 200
#define VERSION_MAX 15

/* Variables that tell what an image is for. A value is kept only if it is a version, that is digits and dots. */
static const struct {
    const char *name;
    int hint;
    const char *runtime; /* the image that the version belongs to; NULL = the version says nothing */
} variables[] = {
    {"RUST_VERSION", BUILD_RUST, "rust"},
    {"GOLANG_VERSION", BUILD_GO, "golang"},
    {"DOTNET_SDK_VERSION", BUILD_DOTNET_SDK, "mcr.microsoft.com/dotnet/sdk"},
    {"NODE_VERSION", BUILD_NODE, "node"},
    {"PYTHON_VERSION", BUILD_PYTHON, "python"},
    {"RUBY_VERSION", BUILD_RUBY, "ruby"},
    {"PHP_VERSION", BUILD_PHP, "php"},
    {"JAVA_HOME", BUILD_JAVA, NULL},
    {"PIP_NO_CACHE_DIR", BUILD_PIP_OFF, NULL},
    {"GOSU_VERSION", BUILD_GOSU, NULL},
    {"SSL_CERT_FILE", BUILD_CERTIFICATES, NULL},
};

static bool is_version(const char *value)
{
    size_t length = strlen(value);
    return length > 0 && length <= VERSION_MAX && isdigit((unsigned char)*value) &&
           strspn(value, "0123456789.") == length;
}

static void take_variable(ImageBuild *build, const char *assignment, bool *has_cargo)
{
    const char *equals = strchr(assignment, '=');
    size_t length = equals ? (size_t)(equals - assignment) : strlen(assignment);

    note_secret("ENV", assignment, &build->secrets);
    *has_cargo |= length == 10 && strncmp(assignment, "CARGO_HOME", length) == 0;
    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
        if (strlen(variables[i].name) != length || strncmp(assignment, variables[i].name, length) != 0)
            continue;
        build->hints |= variables[i].hint;
        if (!variables[i].runtime || (build->runtime && !(variables[i].hint & BUILD_TOOLS)))
            continue;
        free(build->runtime);
        build->runtime = equals && is_version(equals + 1) ? xasprintf("%s:%s", variables[i].runtime, equals + 1)
                                                          : xstrdup(variables[i].runtime);
    }
}

static int decode_variables(const json_t *config, ImageBuild *build, Error *err)
{
    bool has_cargo = false;
    json_t *list, *item;
    size_t i;
    int r = json_get_array(config, "Env", &list, err);

    if (r < 0)
        return r;
    json_array_foreach (list, i, item)
        if (json_is_string(item))
            take_variable(build, json_string_value(item), &has_cargo);
    if (!has_cargo)
        build->hints &= ~BUILD_RUST;
    return 0;
}

static char *shown_label(const char *value)
{
    return value && *value ? xstrndup(value, strnlen(value, TEXT_SHOWN)) : NULL;
}

static int decode_origin(const json_t *config, ImageBuild *build, Error *err)
{
    const char *source, *revision, *name, *digest, *buildpacks;
    json_t *labels;
    int r;

    if ((r = json_get_object(config, "Labels", &labels, err)) < 0 ||
        (r = json_get_string(labels, "org.opencontainers.image.source", &source, err)) < 0 ||
        (r = json_get_string(labels, "org.opencontainers.image.revision", &revision, err)) < 0 ||
        (r = json_get_string(labels, "org.opencontainers.image.base.name", &name, err)) < 0 ||
        (r = json_get_string(labels, "org.opencontainers.image.base.digest", &digest, err)) < 0 ||
        (r = json_get_string(labels, "io.buildpacks.lifecycle.metadata", &buildpacks, err)) < 0)
        return r;
    if ((source && *source) || (revision && *revision))
        build->hints |= BUILD_ORIGIN;
    if (buildpacks)
        build->hints |= BUILD_BUILDPACKS;
    build->base_name = shown_label(name);
    build->base_digest = shown_label(digest);
    return 0;
}

int decode_loaded_build(const json_t *object, ImageDetails *details, ImageBuild *ret, Error *err)
{
    cleanup_with(image_build_clear) ImageBuild build = {0};
    json_t *config;
    int r;

    if ((r = json_get_object(object, "Config", &config, err)) < 0 ||
        (r = decode_setup(config, &build.setup, err)) < 0 || (r = decode_variables(config, &build, err)) < 0 ||
        (r = decode_origin(config, &build, err)) < 0)
        return r;
    if (details->diff_ids.count > LAYERS_MAX)
        return error_set(err, EPROTO, "more layers than an image may have");
    build.layers = details->diff_ids;
    details->diff_ids = (Strings){0};
    *ret = build;
    build = (ImageBuild){0};
    return 0;
}

static int decode_step(const json_t *entry, BuildStep *step, ImageBuild *build, Error *err)
{
    const char *created_by, *comment;
    int64_t size;
    int r;

    if (!json_is_object(entry))
        return error_set(err, EPROTO, "history: an entry is not an object");
    if ((r = json_get_seconds(entry, "Created", &step->created, err)) < 0 ||
        (r = json_get_bytes(entry, "Size", 0, &size, err)) < 0 ||
        (r = json_get_string(entry, "CreatedBy", &created_by, err)) < 0 ||
        (r = json_get_string(entry, "Comment", &comment, err)) < 0)
        return r;
    step->size_bytes = size > 0 ? size : 0;
    created_by_parse(created_by ? created_by : "", comment ? comment : "", step, &build->secrets);
    return 0;
}

int decode_loaded_build_steps(const json_t *history, ImageBuild *build, Error *err)
{
    size_t count = json_array_size(history), i;
    json_t *entry;

    if (count > IMAGE_STEPS_MAX)
        return error_set(err, EPROTO, "history: more steps than an image may have");
    build->steps = xcalloc(count + 1, sizeof(*build->steps));
    build->n_steps = count;
    for (i = 0; i < count; i++)
        build->steps[i].layer = NO_LAYER;
    json_array_foreach (history, i, entry) /* the engine tells the newest first, and steps begin with the base */
        if (decode_step(entry, &build->steps[count - 1 - i], build, err) < 0)
            return -EPROTO;
    image_build_find_layers(build);
    return 0;
}
