/* SPDX-License-Identifier: MIT */
/*
 * Reads the ledger from text, all or nothing: half a ledger would know images without their uses, and that is worse
 * than no memory at all, which only makes rgc wait.
 */
#include "ledger_json.h"

#include "ledger_fields.h"
#include <rgc/json_values.h>

#include <rgc/state.h>

#include <errno.h>
#include <string.h>

static int decode_header(const json_t *object, Ledger *ledger, Error *err)
{
    const json_t *schema = json_object_get(object, "schema");

    if (!json_is_integer(schema))
        return error_set(err, EPROTO, "not a ledger");
    if (json_integer_value(schema) > LEDGER_SCHEMA)
        return error_set(err, EPROTO, "written by a newer rgc (schema %lld; this one reads %d)",
                         (long long)json_integer_value(schema), LEDGER_SCHEMA);
    /* Schema 1 took labels for proof of ownership, so what it says about apps cannot be believed. */
    if (json_integer_value(schema) < LEDGER_SCHEMA)
        return error_set(err, EPROTO, "written by an older rgc (schema %lld; this one reads %d)",
                         (long long)json_integer_value(schema), LEDGER_SCHEMA);
    return record_decode(object, ledger, header_fields, N_FIELDS(header_fields), err);
}

static int decode_uses(const json_t *uses, ImageRecord *record, Error *err)
{
    size_t index;
    json_t *item;

    if (uses && !json_is_array(uses))
        return error_set(err, EPROTO, "\"uses\" is not what it should be");
    json_array_foreach (uses, index, item) {
        Use *use = array_add(&record->uses, &record->n_uses);
        int r = record_decode(item, use, use_fields, N_FIELDS(use_fields), err);

        if (r < 0)
            return r;
        if (use->kind != APP_NONE && !use->app)
            return error_set(err, EPROTO, "a use without its app");
    }
    return 0;
}

/* A gap that is longer than all time before it would make all ages 0, so it is an error. */
static int decode_gap(const json_t *object, Ledger *ledger, Error *err)
{
    Gap *gap = array_add(&ledger->gaps.items, &ledger->gaps.count);
    int r = record_decode(object, gap, gap_fields, N_FIELDS(gap_fields), err);

    if (r == 0 && (gap->unvouched_usec < 0 || gap->unvouched_usec > gap->at || gap->counted_usec < 0))
        r = error_set(err, EPROTO, "\"unvouched\" is not what it should be");
    return r;
}

/* A record of a kind that this rgc does not know is ignored, but counts for the number at the end. */
static int decode_record(const json_t *object, Ledger *ledger, Error *err)
{
    if (json_object_get(object, "image")) {
        ImageRecord *record = array_add(&ledger->images, &ledger->n_images);
        int r = record_decode(object, record, image_fields, N_FIELDS(image_fields), err);

        return r < 0 ? r : decode_uses(json_object_get(object, "uses"), record, err);
    }
    if (json_object_get(object, "container"))
        return record_decode(object, array_add(&ledger->containers, &ledger->n_containers), container_fields,
                             N_FIELDS(container_fields), err);
    if (json_object_get(object, "intent"))
        return record_decode(object, array_add(&ledger->intents, &ledger->n_intents), intent_fields,
                             N_FIELDS(intent_fields), err);
    if (json_object_get(object, "gap"))
        return decode_gap(object, ledger, err);
    if (json_object_get(object, "step"))
        return record_decode(object, array_add(&ledger->steps.items, &ledger->steps.count), step_fields,
                             N_FIELDS(step_fields), err);
    if (json_object_get(object, "volume"))
        return record_decode(object, array_add(&ledger->volumes, &ledger->n_volumes), volume_fields,
                             N_FIELDS(volume_fields), err);
    return 0;
}

static int decode_line(const char *line, size_t length, size_t index, Ledger *ledger, bool *ret_end, Error *err)
{
    json_error_t why;
    json_t *object = json_loadb(line, length, 0, &why);
    const json_t *end = json_object_get(object, "end");
    int r;

    if (!json_is_object(object))
        r = error_set(err, EPROTO, "%s", object ? "not an object" : why.text);
    else if (index == 0)
        r = decode_header(object, ledger, err);
    else if (!end)
        r = decode_record(object, ledger, err);
    else if (!json_is_integer(end) || json_integer_value(end) != (json_int_t)index - 1)
        r = error_set(err, EPROTO, "records are missing");
    else
        r = 0;
    *ret_end = end && index > 0;
    json_decref(object);
    return r < 0 ? error_wrap(err, "line %zu", index + 1) : 0;
}

static int decode_lines(const char *text, size_t size, Ledger *ledger, Error *err)
{
    const char *end = text + size;
    bool is_end = false;

    for (size_t index = 0; text < end; index++) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        int r;

        if (is_end)
            return error_set(err, EPROTO, "line %zu: more after the end", index + 1);
        if (!newline)
            return error_set(err, EPROTO, "line %zu: cut off", index + 1);
        r = decode_line(text, (size_t)(newline - text), index, ledger, &is_end, err);
        if (r < 0)
            return r;
        text = newline + 1;
    }
    return is_end ? 0 : error_set(err, EPROTO, "cut off: its last line is missing");
}

static int compare_images(const void *a, const void *b)
{
    return strcmp(((const ImageRecord *)a)->id, ((const ImageRecord *)b)->id);
}

static int compare_containers(const void *a, const void *b)
{
    return strcmp(((const ContainerRecord *)a)->id, ((const ContainerRecord *)b)->id);
}

static int sort_and_check(Ledger *ledger, Error *err)
{
    if (ledger->n_images > 0)
        qsort(ledger->images, ledger->n_images, sizeof(*ledger->images), compare_images);
    if (ledger->n_containers > 0)
        qsort(ledger->containers, ledger->n_containers, sizeof(*ledger->containers), compare_containers);
    for (size_t i = 1; i < ledger->n_images; i++)
        if (compare_images(&ledger->images[i - 1], &ledger->images[i]) == 0)
            return error_set(err, EPROTO, "image %s is there twice", ledger->images[i].id);
    for (size_t i = 1; i < ledger->n_containers; i++)
        if (compare_containers(&ledger->containers[i - 1], &ledger->containers[i]) == 0)
            return error_set(err, EPROTO, "container %s is there twice", ledger->containers[i].id);
    return 0;
}

int ledger_from_json(const char *text, size_t size, Ledger *ret, Error *err)
{
    Ledger ledger = {0};
    Error why = {0};

    if (decode_lines(text, size, &ledger, &why) < 0 || sort_and_check(&ledger, &why) < 0) {
        ledger_clear(&ledger);
        return error_set(err, why.code, "%s", why.text);
    }
    *ret = ledger;
    return 0;
}
