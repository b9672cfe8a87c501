/* SPDX-License-Identifier: MIT */
/* The fields of a sighting. Labels that tell nothing about an app are not among them. */
#include <rgc/sighting_line.h>

#include "record_fields.h"
#include <rgc/json_values.h>

#include <errno.h>
#include <string.h>

/* The names, references and labels of real hosts are far shorter. */
#define LINE_MAX_BYTES ((size_t)4096)

static const Field fields[] = {
    {"what", FIELD_ID, offsetof(Sighting, what)},
    {"at", FIELD_TIME, offsetof(Sighting, at)},
    {"action", FIELD_TEXT, offsetof(Sighting, action)},
    {"image", FIELD_TEXT, offsetof(Sighting, image)},
    {"reference", FIELD_TEXT, offsetof(Sighting, reference)},
    {"transfer", FIELD_BOOL, offsetof(Sighting, is_transfer)},
    {"ending", FIELD_BOOL, offsetof(Sighting, is_ending)},
    {"container", FIELD_TEXT, offsetof(Sighting, container)},
    {"name", FIELD_TEXT, offsetof(Sighting, name)},
    {"ended", FIELD_BOOL, offsetof(Sighting, has_exit_code)},
    {"exit_code", FIELD_INT, offsetof(Sighting, exit_code)},
    {"service", FIELD_TEXT, offsetof(Sighting, labels.service)},
    {"role", FIELD_TEXT, offsetof(Sighting, labels.role)},
    {"destination", FIELD_TEXT, offsetof(Sighting, labels.destination)},
    {"compose_project", FIELD_TEXT, offsetof(Sighting, labels.compose_project)},
    {"compose_service", FIELD_TEXT, offsetof(Sighting, labels.compose_service)},
    {"compose_hash", FIELD_TEXT, offsetof(Sighting, labels.compose_hash)},
    {"compose_folder", FIELD_TEXT, offsetof(Sighting, labels.compose_folder)},
    {"compose_image", FIELD_TEXT, offsetof(Sighting, labels.compose_image)},
    {"compose_oneoff", FIELD_BOOL, offsetof(Sighting, labels.compose_oneoff)},
    {"swarm_service", FIELD_TEXT, offsetof(Sighting, labels.swarm_service)},
    {"swarm_task", FIELD_TEXT, offsetof(Sighting, labels.swarm_task)},
};
#define N_FIELDS (sizeof(fields) / sizeof(fields[0]))

void sighting_clear(Sighting *sighting)
{
    free(sighting->what);
    free(sighting->action);
    free(sighting->image);
    free(sighting->reference);
    free(sighting->container);
    free(sighting->name);
    labels_clear(&sighting->labels);
    *sighting = (Sighting){0};
}

bool sighting_is_arrival(const Sighting *sighting)
{
    return strcmp(sighting->what, "arrival") == 0;
}

bool sighting_is_use(const Sighting *sighting)
{
    return strcmp(sighting->what, "use") == 0;
}

bool sighting_is_pass(const Sighting *sighting)
{
    return strcmp(sighting->what, "pass") == 0;
}

char *sighting_to_line(const Sighting *sighting)
{
    cleanup_with(free_charp) char *text = json_line(record_encode(sighting, fields, N_FIELDS));

    return strlen(text) < LINE_MAX_BYTES ? xasprintf("%s\n", text) : NULL;
}

int sighting_from_line(const char *line, size_t length, Sighting *ret, Error *err)
{
    Sighting sighting = {0};
    json_error_t why;
    json_t *object = json_loadb(line, length, 0, &why);
    int r;

    if (json_is_object(object))
        r = record_decode(object, &sighting, fields, N_FIELDS, err);
    else
        r = error_set(err, EPROTO, "%s", object ? "not an object" : why.text);
    json_decref(object);
    if (r == 0 && sighting.at <= 0)
        r = error_set(err, EPROTO, "\"at\" is missing");
    if (r < 0) {
        sighting_clear(&sighting);
        return r;
    }
    *ret = sighting;
    return 0;
}
