/* SPDX-License-Identifier: MIT */
/*
 * Events: which of them matter, which images and containers they name, and when they happened.
 *
 *     of an image       pull, load, import, build, create, tag    EVENT_ARRIVAL
 *     of a container    commit                                    EVENT_ARRIVAL, of the image that it makes
 *                       create, start, die                        EVENT_CREATE, EVENT_START, EVENT_DIE
 *                       stop, or kill with a signal that ends     EVENT_KILL
 *     all others                                                  EVENT_OTHER
 *
 * An event may name an image by its ID, by a tag, or by both; the bare repository that some add names no image, and is
 * left out. Names are kept as they come, and learning finds out which image they mean (src/learn/learn_names.c). An
 * event whose kind matters and whose names cannot be read is an error, and for the caller a gap in what it knows.
 */
#include <errno.h>
#include <string.h>

#include <rgc/reference.h>

#include "decode.h"
#include "decode_labels.h"
#include "engine/http/sieve.h"
#include <rgc/json_read.h>

static bool is_one_of(const char *s, const char *const *words)
{
    for (; *words; words++)
        if (strcmp(s, *words) == 0)
            return true;
    return false;
}

void event_clear(Event *event)
{
    free(event->action);
    strings_clear(&event->images);
    free(event->container);
    free(event->name);
    free(event->image_ref);
    labels_clear(&event->labels);
    *event = (Event){0};
}

/* Adds an ID, a tag or a digest. A repository alone names no image, and is left out. */
static void add_image(Event *event, const char *reference)
{
    cleanup_with(free_charp) char *id = reference ? decode_image_id(reference) : NULL;

    if (id || (reference && (reference_tag(reference) || reference_is_digest(reference))))
        strings_add_unique(&event->images, id ? id : reference); /* a load names its ID twice */
}

/* Whether somebody stops the container. `docker kill --signal HUP` does not. */
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

static EventKind kind_of(const char *type, const char *action, const char *id, const char *signal)
{
    static const char *const arrivals[] = {"pull", "tag", "load", "loadfromarchive", "import", "create", "build", NULL};

    if (strcmp(type, "image") == 0)
        return is_one_of(action, arrivals) ? EVENT_ARRIVAL : EVENT_OTHER;
    if (strcmp(type, "container") != 0)
        return EVENT_OTHER;
    if (strcmp(action, "commit") == 0)
        return EVENT_ARRIVAL; /* an image arrives, although the event is the container's */
    if (strcmp(action, "create") == 0)
        return EVENT_CREATE;
    if (strcmp(action, "start") == 0)
        return EVENT_START;
    if (id && strcmp(action, "die") == 0)
        return EVENT_DIE;
    return id && is_ending(action, signal) ? EVENT_KILL : EVENT_OTHER;
}

static int fill_container(const json_t *attributes, const char *id, const char *name, Event *event, Error *err)
{
    const char *image, *exit_code;
    int r;

    if ((r = json_get_string(attributes, "image", &image, err)) < 0 ||
        (r = json_get_string(attributes, "exitCode", &exit_code, err)) < 0 ||
        (r = decode_label_map(attributes, &event->labels, err)) < 0)
        return r;
    event->container = xstrdup(id);
    event->name = xstrdup(name);
    event->image_ref = image && *image ? xstrdup(image) : NULL;
    event->has_exit_code = exit_code && *exit_code && strspn(exit_code, "0123456789") == strlen(exit_code);
    if (event->has_exit_code)
        event->exit_code = atoi(exit_code); // NOLINT(cert-err34-c): only digits
    return 0;
}

static int add_committed(const json_t *attributes, Event *event, Error *err)
{
    const char *id, *reference;

    if (json_get_string(attributes, "imageID", &id, err) < 0 ||
        json_get_string(attributes, "imageRef", &reference, err) < 0)
        return -EPROTO;
    add_image(event, id);
    add_image(event, reference);
    return 0;
}

static int fill_event(const json_t *object, Event *event, Error *err)
{
    static const char *const transfers[] = {"pull", "load", "loadfromarchive", "import", NULL};
    json_t *actor, *attributes;
    const char *type, *action, *id, *name, *signal;

    if (json_get_string(object, "Type", &type, err) < 0 || json_get_string(object, "Action", &action, err) < 0 ||
        json_get_object(object, "Actor", &actor, err) < 0 || json_get_string(actor, "ID", &id, err) < 0 ||
        json_get_object(actor, "Attributes", &attributes, err) < 0 ||
        json_get_string(attributes, "name", &name, err) < 0 ||
        json_get_string(attributes, "signal", &signal, err) < 0 || get_event_time(object, &event->time, err) < 0)
        return -EPROTO;
    if ((id && strcmp(id, SIEVE_CUT) == 0) || (name && strcmp(name, SIEVE_CUT) == 0))
        return error_set(err, EPROTO, "a name that is longer than any true one");
    if (!type || !action)
        return error_set(err, EPROTO, "\"Type\" or \"Action\" is missing");
    event->kind = kind_of(type, action, id, signal);
    if (event->kind == EVENT_ARRIVAL && name && reference_is_own_tag(name))
        event->kind = EVENT_OTHER; /* a pass gives an image such a tag in order to remove it */
    if (event->kind == EVENT_OTHER)
        return 0;
    event->action = xstrdup(action);
    if (event->kind != EVENT_ARRIVAL)
        return fill_container(attributes, id, name, event, err);
    event->is_transfer = is_one_of(action, transfers);
    bool is_commit = strcmp(action, "commit") == 0;
    event->is_made_here = is_commit || strcmp(action, "import") == 0;
    if (is_commit)
        return add_committed(attributes, event, err);
    add_image(event, id);
    add_image(event, name);
    return 0;
}

int decode_event_fields(const char *text, size_t length, Event *ret, Error *err)
{
    json_auto_t *object = json_load_object(text, length, err);
    Event event = {0};

    if (!object)
        return -EPROTO;
    if (fill_event(object, &event, err) < 0) {
        event_clear(&event);
        return error_wrap(err, "an event");
    }
    *ret = event;
    return 0;
}

Time decode_event_time(const char *text, size_t length)
{
    static const char key[] = "\"timeNano\":";
    const char *at = memmem(text, length, key, strlen(key));
    int64_t nanoseconds = 0;

    if (!at)
        return 0;
    at += strlen(key);
    for (; at < text + length && *at >= '0' && *at <= '9' && nanoseconds < INT64_MAX / 100; at++)
        nanoseconds = nanoseconds * 10 + (*at - '0');
    return nanoseconds / 1000;
}

static void add_reference(ArrivalEvent **list, size_t *count, const char *reference, const Event *event)
{
    *array_add(list, count) = (ArrivalEvent){.reference = xstrdup(reference),
                                             .time = event->time,
                                             .is_transfer = event->is_transfer,
                                             .is_made_here = event->is_made_here};
}

static void add_gone(Snapshot *snapshot, const Event *event)
{
    const ContainerEvent told = {.container = event->container,
                                 .name = event->name,
                                 .action = event->action,
                                 .reference = event->image_ref,
                                 .labels = &event->labels,
                                 .at = event->time,
                                 .is_ending = event->kind == EVENT_KILL,
                                 .exit_code = event->exit_code};
    snapshot_note_gone(snapshot, &told);
}

int decode_event(const char *text, size_t length, Snapshot *snapshot, Time *ret_time, Error *err)
{
    cleanup_with(event_clear) Event event = {0};
    int r = decode_event_fields(text, length, &event, err);

    if (r < 0)
        return r;
    *ret_time = event.time;
    for (size_t i = 0; i < event.images.count; i++)
        add_reference(&snapshot->arrivals, &snapshot->n_arrivals, event.images.items[i], &event);
    if (event.container)
        add_gone(snapshot, &event);
    if (event.kind == EVENT_DIE)
        add_reference(&snapshot->ends, &snapshot->n_ends, event.container, &event);
    if (event.kind == EVENT_KILL)
        strings_add_unique(&snapshot->killed, event.container);
    if ((event.kind == EVENT_CREATE || event.kind == EVENT_START) && event.image_ref)
        add_reference(&snapshot->starts, &snapshot->n_starts, event.image_ref, &event);
    return 0;
}
