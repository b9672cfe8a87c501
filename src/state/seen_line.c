/* SPDX-License-Identifier: MIT */
/* The fields of a sighting. Labels that tell nothing about an app are not among them. */
#include <rgc/seen_line.h>

#include "record_fields.h"
#include <rgc/json_values.h>

#include <errno.h>
#include <string.h>

/* The names, references and labels of real hosts are far shorter. */
#define LINE_MAX_BYTES ((size_t)4096)

static const Field fields[] = {
    {"what", FIELD_ID, offsetof(Seen, what)},
    {"at", FIELD_TIME, offsetof(Seen, at)},
    {"action", FIELD_TEXT, offsetof(Seen, action)},
    {"image", FIELD_TEXT, offsetof(Seen, image)},
    {"reference", FIELD_TEXT, offsetof(Seen, reference)},
    {"transfer", FIELD_BOOL, offsetof(Seen, is_transfer)},
    {"ending", FIELD_BOOL, offsetof(Seen, is_ending)},
    {"container", FIELD_TEXT, offsetof(Seen, container)},
    {"name", FIELD_TEXT, offsetof(Seen, name)},
    {"ended", FIELD_BOOL, offsetof(Seen, has_exit_code)},
    {"exit_code", FIELD_INT, offsetof(Seen, exit_code)},
    {"service", FIELD_TEXT, offsetof(Seen, labels.service)},
    {"role", FIELD_TEXT, offsetof(Seen, labels.role)},
    {"destination", FIELD_TEXT, offsetof(Seen, labels.destination)},
    {"compose_project", FIELD_TEXT, offsetof(Seen, labels.compose_project)},
    {"compose_service", FIELD_TEXT, offsetof(Seen, labels.compose_service)},
    {"compose_hash", FIELD_TEXT, offsetof(Seen, labels.compose_hash)},
    {"compose_folder", FIELD_TEXT, offsetof(Seen, labels.compose_folder)},
    {"compose_image", FIELD_TEXT, offsetof(Seen, labels.compose_image)},
    {"compose_oneoff", FIELD_BOOL, offsetof(Seen, labels.compose_oneoff)},
    {"swarm_service", FIELD_TEXT, offsetof(Seen, labels.swarm_service)},
    {"swarm_task", FIELD_TEXT, offsetof(Seen, labels.swarm_task)},
};
#define N_FIELDS (sizeof(fields) / sizeof(fields[0]))

void seen_clear(Seen *seen)
{
    free(seen->what);
    free(seen->action);
    free(seen->image);
    free(seen->reference);
    free(seen->container);
    free(seen->name);
    labels_clear(&seen->labels);
    *seen = (Seen){0};
}

bool seen_is_arrival(const Seen *seen)
{
    return strcmp(seen->what, "arrival") == 0;
}

bool seen_is_use(const Seen *seen)
{
    return strcmp(seen->what, "use") == 0;
}

bool seen_is_pass(const Seen *seen)
{
    return strcmp(seen->what, "pass") == 0;
}

char *seen_to_line(const Seen *seen)
{
    cleanup_with(free_charp) char *text = json_line(record_encode(seen, fields, N_FIELDS));

    return strlen(text) < LINE_MAX_BYTES ? xasprintf("%s\n", text) : NULL;
}

int seen_from_line(const char *line, size_t length, Seen *ret, Error *err)
{
    Seen seen = {0};
    json_error_t why;
    json_t *object = json_loadb(line, length, 0, &why);
    int r;

    if (json_is_object(object))
        r = record_decode(object, &seen, fields, N_FIELDS, err);
    else
        r = error_set(err, EPROTO, "%s", object ? "not an object" : why.text);
    json_decref(object);
    if (r == 0 && seen.at <= 0)
        r = error_set(err, EPROTO, "\"at\" is missing");
    if (r < 0) {
        seen_clear(&seen);
        return r;
    }
    *ret = seen;
    return 0;
}
