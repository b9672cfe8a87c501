/* SPDX-License-Identifier: MIT */
/*
 * The members of rgc/summary/1 that are lists, both ways. Reading takes whatever makes sense: an entry that is not what
 * it should be is left out or empty, because one damaged line of the history must not hide the others.
 */
#include "summary_parts.h"

#include <rgc/json_values.h>

char *summary_text_of(const json_t *value)
{
    const char *text = json_string_value(value);

    return text ? printable(text) : NULL;
}

json_t *counts_to_json(const SummaryCounts *counts)
{
    json_t *all = json_object();

    for (size_t i = 0; i < counts->count; i++) {
        const SummaryCount *item = &counts->items[i];
        json_t *object = item->group ? json_object_get(all, item->group) : all;

        if (!object) {
            object = json_object();
            json_object_set_new(all, item->group, object);
        }
        if (item->name && item->count > 0)
            json_object_set_new(object, item->name, json_integer(item->count));
    }
    return all;
}

void counts_from_json(json_t *object, const char *group, SummaryCounts *ret)
{
    const char *name;
    json_t *value;

    json_object_foreach (object, name, value) {
        cleanup_with(free_charp) char *sound = printable(name);

        if (json_is_object(value) && !group) {
            summary_count(ret, sound, NULL, 0);
            counts_from_json(value, sound, ret);
        } else if (json_integer_value(value) > 0) {
            summary_count(ret, group, sound, json_integer_value(value));
        }
    }
}

static json_t *percent_to_json(double percent)
{
    return percent >= 0 ? json_percent(percent) : json_null();
}

static double percent_from_json(const json_t *value)
{
    return json_is_number(value) ? json_number_value(value) : -1;
}

json_t *disks_to_json(const Summary *summary)
{
    json_t *list = json_array();

    for (size_t i = 0; i < summary->n_disks; i++) {
        const SummaryDisk *disk = &summary->disks[i];

        json_array_append_new(list, json_pack("{s:o, s:o, s:o, s:I}", "path", json_text_cut(disk->path, TEXT_LIMIT),
                                              "before_percent", percent_to_json(disk->before_percent), "after_percent",
                                              percent_to_json(disk->after_percent), "available_bytes",
                                              (json_int_t)disk->available_bytes));
    }
    return list;
}

void disks_from_json(const json_t *list, Summary *ret)
{
    size_t index;
    json_t *item;

    json_array_foreach (list, index, item) {
        SummaryDisk *disk = array_add(&ret->disks, &ret->n_disks);

        *disk = (SummaryDisk){
            .path = summary_text_of(json_object_get(item, "path")),
            .before_percent = percent_from_json(json_object_get(item, "before_percent")),
            .after_percent = percent_from_json(json_object_get(item, "after_percent")),
            .available_bytes = json_integer_value(json_object_get(item, "available_bytes")),
        };
    }
}

json_t *apps_to_json(const Summary *summary)
{
    json_t *list = json_array();

    for (size_t i = 0; i < summary->n_apps; i++) {
        const SummaryApp *app = &summary->apps[i];

        json_array_append_new(list, json_pack("{s:o, s:o, s:I, s:I, s:o}", "app", json_text_cut(app->app, NAME_LIMIT),
                                              "destination", json_text_cut(app->destination, NAME_LIMIT), "ready",
                                              (json_int_t)app->ready, "wanted", (json_int_t)app->wanted, "version",
                                              json_text_cut(app->version, NAME_LIMIT)));
    }
    return list;
}

void apps_from_json(const json_t *list, Summary *ret)
{
    size_t index;
    json_t *item;

    json_array_foreach (list, index, item) {
        char *name = summary_text_of(json_object_get(item, "app"));

        if (!name)
            continue;
        *(SummaryApp *)array_add(&ret->apps, &ret->n_apps) = (SummaryApp){
            .app = name,
            .destination = summary_text_of(json_object_get(item, "destination")),
            .version = summary_text_of(json_object_get(item, "version")),
            .ready = json_integer_value(json_object_get(item, "ready")),
            .wanted = json_integer_value(json_object_get(item, "wanted")),
        };
    }
}

json_t *errors_to_json(const Summary *summary)
{
    json_t *list = json_array();

    for (size_t i = 0; i < summary->errors.count; i++)
        json_array_append_new(list, json_text_cut(summary->errors.items[i], TEXT_LIMIT));
    return list;
}

void errors_from_json(const json_t *list, Summary *ret)
{
    size_t index;
    json_t *item;

    json_array_foreach (list, index, item) {
        cleanup_with(free_charp) char *text = summary_text_of(item);

        if (text)
            strings_add(&ret->errors, text);
    }
}
