/* SPDX-License-Identifier: MIT */
/* Volumes: of builders, for plans, and all of them, for the survey. */
#include <errno.h>
#include <string.h>

#include "decode.h"
#include <rgc/json_read.h>

static int get_size(const json_t *object, int64_t *ret, Error *err)
{
    json_t *usage;
    int r = json_get_object(object, "UsageData", &usage, err);

    *ret = -1; /* an engine that has not measured the volume sends the same */
    return r < 0 || !usage ? r : json_get_bytes(usage, "Size", -1, ret, err);
}

static bool is_true(const char *label)
{
    return label && strcmp(label, "true") == 0;
}

/* buildx gives its volumes neither labels nor options. If a volume has either, somebody else made it. */
static int get_origin(const json_t *object, Volume *volume, Error *err)
{
    json_t *labels, *options;
    const char *driver, *keep;

    if (json_get_object(object, "Labels", &labels, err) < 0 || json_get_object(object, "Options", &options, err) < 0 ||
        json_get_string(object, "Driver", &driver, err) < 0 || json_get_string(labels, "rgc.keep", &keep, err) < 0)
        return -EPROTO;
    volume->is_protected = is_true(keep);
    volume->is_foreign =
        json_object_size(labels) > 0 || json_object_size(options) > 0 || !driver || strcmp(driver, "local") != 0;
    return 0;
}

int decode_volume(const char *text, size_t length, Volume *ret, Error *err)
{
    json_auto_t *object = json_load_object(text, length, err);
    Volume volume = {0};
    const char *name;

    if (!object || json_get_string(object, "Name", &name, err) < 0 ||
        json_get_time(object, "CreatedAt", &volume.created, err) < 0 || get_origin(object, &volume, err) < 0 ||
        get_size(object, &volume.size_bytes, err) < 0)
        return error_wrap(err, "a volume");
    if (!name || !*name)
        return error_set(err, EPROTO, "a volume without \"Name\"");
    volume.name = xstrdup(name);
    *ret = volume;
    return 0;
}

/* The engine gives a volume 64 digits as a name if its user gives it none. */
static bool is_generated(const char *name)
{
    return strlen(name) == 64 && strspn(name, "0123456789abcdef") == 64;
}

int decode_found_volume(const char *text, size_t length, FoundVolume *ret, Error *err)
{
    json_auto_t *object = json_load_object(text, length, err);
    const char *name, *driver, *device;
    json_t *options;

    if (!object || json_get_string(object, "Name", &name, err) < 0 ||
        json_get_string(object, "Driver", &driver, err) < 0 || json_get_object(object, "Options", &options, err) < 0 ||
        json_get_string(options, "device", &device, err) < 0)
        return error_wrap(err, "a volume");
    if (!name || !*name)
        return error_set(err, EPROTO, "a volume without \"Name\"");
    *ret = (FoundVolume){.name = xstrdup(name),
                         .is_anonymous = is_generated(name),
                         .is_used = true,
                         .is_elsewhere = device || !driver || strcmp(driver, "local") != 0};
    return 0;
}
