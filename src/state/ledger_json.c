/* SPDX-License-Identifier: MIT */
/* Writes the ledger as text; ledger_read.c reads it. ledger_json.h describes the form. */
#include "ledger_json.h"

#include "ledger_fields.h"
#include <rgc/json_values.h>

#include <rgc/memory_stream.h>
#include <rgc/state.h>

#include <stdio.h>

/* Takes ownership of `object`. */
static void write_line(FILE *stream, json_t *object)
{
    cleanup_with(free_charp) char *line = json_line(object);

    fprintf(stream, "%s\n", line);
}

static json_t *encode_image(const ImageRecord *record)
{
    json_t *object = record_encode(record, image_fields, N_FIELDS(image_fields));
    json_t *uses;

    if (record->n_uses == 0)
        return object;
    uses = json_array();
    for (size_t i = 0; i < record->n_uses; i++)
        json_array_append_new(uses, record_encode(&record->uses[i], use_fields, N_FIELDS(use_fields)));
    json_object_set_new_nocheck(object, "uses", uses);
    return object;
}

/* The header of `kept`, with the two facts of `ledger` that do not depend on a clock: that there was another pass, and
 * that somebody has ended the trial. */
static json_t *encode_header(const Ledger *ledger, const Ledger *kept)
{
    json_t *header = json_pack("{s:i}", "schema", LEDGER_SCHEMA);
    Ledger written = *kept;

    written.passes = ledger->passes;
    written.trial_until = ledger->trial_until == 0 ? 0 : kept->trial_until;
    json_object_update_new(header, record_encode(&written, header_fields, N_FIELDS(header_fields)));
    return header;
}

static size_t count_records(const Ledger *ledger)
{
    return ledger->n_images + ledger->n_containers + ledger->n_intents + ledger->n_volumes + ledger->gaps.count +
           ledger->steps.count;
}

char *ledger_to_json(const Ledger *live, size_t *ret_size)
{
    const Ledger *ledger = live->stored ? live->stored : live;
    char *text = NULL;
    FILE *stream = memory_stream(&text, ret_size);

    write_line(stream, encode_header(live, ledger));
    for (size_t i = 0; i < ledger->n_images; i++)
        write_line(stream, encode_image(&ledger->images[i]));
    for (size_t i = 0; i < ledger->n_containers; i++)
        write_line(stream, record_encode(&ledger->containers[i], container_fields, N_FIELDS(container_fields)));
    for (size_t i = 0; i < ledger->n_intents; i++)
        write_line(stream, record_encode(&ledger->intents[i], intent_fields, N_FIELDS(intent_fields)));
    for (size_t i = 0; i < ledger->n_volumes; i++)
        write_line(stream, record_encode(&ledger->volumes[i], volume_fields, N_FIELDS(volume_fields)));
    for (size_t i = 0; i < ledger->gaps.count; i++)
        write_line(stream, record_encode(&ledger->gaps.items[i], gap_fields, N_FIELDS(gap_fields)));
    for (size_t i = 0; i < ledger->steps.count; i++)
        write_line(stream, record_encode(&ledger->steps.items[i], step_fields, N_FIELDS(step_fields)));
    fprintf(stream, "{\"end\":%zu}\n", count_records(ledger));
    memory_stream_close(stream);
    return text;
}
