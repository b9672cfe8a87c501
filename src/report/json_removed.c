/* SPDX-License-Identifier: MIT */
/* What passes have removed, for the documents of `rgc history PASS` and `rgc why`: the notes of removed.jsonl. */
#include <rgc/report_json.h>

#include <rgc/json_document.h>
#include <rgc/json_values.h>

static json_t *json_removed(const Removed *removed)
{
    bool is_confirmed = removed_is(removed, REMOVED_DONE);

    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:i, s:o, s:b}", "kind", json_text(removed->kind), "id",
                     json_text(removed->id), "names", json_texts(&removed->names), "app", json_text(removed->app),
                     "destination", json_text(removed->destination), "version", json_text(removed->version), "reason",
                     json_text(removed->reason), "bytes", json_bytes(removed->bytes > 0 ? removed->bytes : -1), "pass",
                     removed->pass, "time", json_time(removed->at), "confirmed", is_confirmed);
}

static void add_removed(JsonDocument *document, const RemovedList *removed)
{
    document_begin_array(document, "removed");
    for (size_t i = 0; i < removed->count; i++)
        document_add_element(document, json_removed(&removed->items[i]));
    document_end_array(document);
}

char *json_history_pass(int64_t number, const char *summary, const RemovedList *removed)
{
    json_t *object = summary ? json_loads(summary, 0, NULL) : NULL;
    JsonDocument document;

    document_begin(&document, "rgc/pass/1");
    document_add(&document, "pass", json_integer(number));
    document_add(&document, "summary", object ? object : json_null());
    add_removed(&document, removed);
    return document_end(&document);
}

char *json_why_removed(const RemovedList *removed)
{
    JsonDocument document;

    document_begin(&document, "rgc/why/1");
    document_add(&document, "kind", json_string("removed"));
    add_removed(&document, removed);
    return document_end(&document);
}
