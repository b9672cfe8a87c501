/* SPDX-License-Identifier: MIT */
/* totals.json: one object with a schema. It is read with care, because monitoring would take a wild number for real. */
#include <rgc/json_values.h>
#include <rgc/state_directory.h>
#include <rgc/totals_file.h>

#include <string.h>

#define TOTALS_FILE "totals.json"
#define TOTALS_SCHEMA 1
#define TOTALS_LIMIT ((size_t)64 << 10)

static json_t *json_passes(const Totals *totals)
{
    json_t *all = json_object();
    for (size_t i = 0; i < totals->n_triggers; i++) {
        json_t *results = json_object();
        for (int result = 0; result < RESULT_MAX_; result++)
            json_object_set_new(results, pass_result_to_string((PassResult)result),
                                json_integer(totals->triggers[i].passes[result]));
        cleanup_with(free_charp) char *trigger = printable(totals->triggers[i].trigger);
        json_object_set_new(all, trigger, results);
    }
    return all;
}

static json_t *json_removed(const Totals *totals)
{
    json_t *object = json_object();
    for (int reason = 0; reason < REASON_MAX_; reason++)
        if (totals->removed_images[reason] > 0)
            json_object_set_new(object, reason_to_string((Reason)reason), json_integer(totals->removed_images[reason]));
    return object;
}

char *totals_to_json(const Totals *totals, size_t *ret_size)
{
    char *line = json_line(json_pack("{s:i, s:o, s:o, s:I, s:I, s:I, s:I}", "schema", TOTALS_SCHEMA, "passes",
                                     json_passes(totals), "removed_images", json_removed(totals), "removed_containers",
                                     (json_int_t)totals->removed_containers, "freed_bytes",
                                     (json_int_t)totals->freed_bytes, "failed_removals",
                                     (json_int_t)totals->failed_removals, "succeeded", (json_int_t)totals->succeeded));
    *ret_size = strlen(line);
    return line;
}

/* Reads a number that is not negative. A missing member is 0, as a newer reason or result is in an older file. */
static bool read_count(const json_t *object, const char *name, int64_t *ret)
{
    const json_t *value = json_object_get(object, name);
    *ret = json_integer_value(value);
    return !value || (json_is_integer(value) && *ret >= 0);
}

static bool read_passes(json_t *all, Totals *ret)
{
    const char *trigger;
    json_t *results;
    json_object_foreach (all, trigger, results) {
        TriggerTotal *total = array_add(&ret->triggers, &ret->n_triggers);
        total->trigger = xstrdup(trigger);
        for (int result = 0; result < RESULT_MAX_; result++)
            if (!read_count(results, pass_result_to_string((PassResult)result), &total->passes[result]))
                return false;
    }
    return json_is_object(all);
}

static bool read_totals(const json_t *object, Totals *ret)
{
    const json_t *removed = json_object_get(object, "removed_images");
    bool is_sound = json_integer_value(json_object_get(object, "schema")) == TOTALS_SCHEMA && json_is_object(removed) &&
                    read_passes(json_object_get(object, "passes"), ret) &&
                    read_count(object, "removed_containers", &ret->removed_containers) &&
                    read_count(object, "freed_bytes", &ret->freed_bytes) &&
                    read_count(object, "failed_removals", &ret->failed_removals) &&
                    read_count(object, "succeeded", &ret->succeeded);
    for (int reason = 0; is_sound && reason < REASON_MAX_; reason++)
        is_sound = read_count(removed, reason_to_string((Reason)reason), &ret->removed_images[reason]);
    return is_sound;
}

bool totals_from_json(const char *text, size_t size, Totals *ret)
{
    json_t *object = json_loadb(text, size, 0, NULL);
    Totals totals = {0};
    bool is_sound = read_totals(object, &totals);
    json_decref(object);
    if (!is_sound) {
        totals_clear(&totals);
        return false;
    }
    *ret = totals;
    return true;
}

void totals_load(StateDirectory *state, Totals *ret)
{
    cleanup_with(free_charp) char *text = NULL;
    size_t size = 0;
    Error ignored = {0};
    *ret = (Totals){0};
    if (state_read_file(state, TOTALS_FILE, TOTALS_LIMIT, &text, &size, &ignored) == 0)
        (void)totals_from_json(text, size, ret);
}

int totals_save(StateDirectory *state, const Totals *totals, Error *err)
{
    size_t size = 0;
    cleanup_with(free_charp) char *text = totals_to_json(totals, &size);
    return state_write_file(state, TOTALS_FILE, text, size, err);
}
