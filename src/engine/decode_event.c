/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include <rgc/reference.h>

#include "decode.h"
#include "json.h"

static bool is_one_of(const char *s, const char *const *words)
{
    for (; *words; words++)
        if (strcmp(s, *words) == 0)
            return true;
    return false;
}

/* What names no image exactly (a repository alone) is left out. */
static void add_arrival(Snapshot *snapshot, const char *reference, Time time, bool is_transfer)
{
    char *id = reference ? decode_image_id(reference) : NULL;
    ArrivalEvent *arrival;

    if (!id && (!reference || (!reference_tag(reference) && !reference_is_digest(reference))))
        return;
    arrival = array_add(&snapshot->arrivals, &snapshot->n_arrivals);
    *arrival = (ArrivalEvent){.reference = id ? id : xstrdup(reference), .time = time, .is_transfer = is_transfer};
}

static int add_start(Snapshot *snapshot, const json_t *attributes, Time time, Error *err)
{
    const char *image;
    int r = json_get_string(attributes, "image", &image, err);

    if (r == 0 && image && *image)
        *array_add(&snapshot->starts, &snapshot->n_starts) = (ArrivalEvent){.reference = xstrdup(image), .time = time};
    return r;
}

/* `docker kill --signal HUP` ends nothing. */
static bool is_ending(const char *action, const char *signal)
{
    static const char *const ending[] = {"2", "3", "9", "15", "SIGINT", "SIGQUIT", "SIGKILL", "SIGTERM", NULL};

    if (strcmp(action, "stop") == 0)
        return true;
    return strcmp(action, "kill") == 0 && (!signal || is_one_of(signal, ending));
}

static int get_event_time(const json_t *event, Time *ret, Error *err)
{
    int64_t nanoseconds;
    int r = json_get_int(event, "timeNano", 0, &nanoseconds, err);

    if (r < 0)
        return r;
    *ret = nanoseconds / 1000;
    return nanoseconds > 0 ? 0 : json_get_seconds(event, "time", ret, err);
}

int decode_event(const char *text, size_t length, Snapshot *snapshot, Time *ret_time, Error *err)
{
    static const char *const transfers[] = {"pull", "load", "loadfromarchive", "import", NULL};
    static const char *const arrivals[] = {"pull", "tag", "load", "loadfromarchive", "import", "create", "build", NULL};
    json_auto_t *event = json_load_object(text, length, err);
    json_t *actor, *attributes;
    const char *type, *action, *id, *name, *signal;

    if (!event)
        return -EPROTO;
    if (json_get_string(event, "Type", &type, err) < 0 || json_get_string(event, "Action", &action, err) < 0 ||
        json_get_object(event, "Actor", &actor, err) < 0 || json_get_string(actor, "ID", &id, err) < 0 ||
        json_get_object(actor, "Attributes", &attributes, err) < 0 ||
        json_get_string(attributes, "name", &name, err) < 0 ||
        json_get_string(attributes, "signal", &signal, err) < 0 || get_event_time(event, ret_time, err) < 0)
        return error_wrap(err, "an event");
    if (!type || !action)
        return error_set(err, EPROTO, "an event: \"Type\" or \"Action\" is missing");
    if (strcmp(type, "image") == 0 && is_one_of(action, arrivals)) {
        bool is_transfer = is_one_of(action, transfers);
        add_arrival(snapshot, id, *ret_time, is_transfer);
        if (name && (!id || strcmp(name, id) != 0)) /* a load says its ID twice */
            add_arrival(snapshot, name, *ret_time, is_transfer);
    } else if (strcmp(type, "container") == 0 && id && is_ending(action, signal)) {
        strings_add_unique(&snapshot->killed, id);
    } else if (strcmp(type, "container") == 0 && (strcmp(action, "create") == 0 || strcmp(action, "start") == 0)) {
        return add_start(snapshot, attributes, *ret_time, err);
    }
    return 0;
}
