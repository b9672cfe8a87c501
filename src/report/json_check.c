/* SPDX-License-Identifier: MIT */
/* rgc/check/1, the document of `rgc check --json`. */
#include <rgc/report_json.h>

#include <rgc/json_document.h>
#include <rgc/json_values.h>

char *json_check(const CheckResult *results, size_t count)
{
    JsonDocument document;

    document_begin(&document, "rgc/check/1");
    document_begin_array(&document, "checks");
    for (size_t i = 0; i < count; i++)
        document_add_element(&document, json_pack("{s:s, s:b, s:o}", "name", results[i].name, "ok", results[i].ok,
                                                  "detail", json_text(results[i].detail)));
    document_end_array(&document);
    return document_end(&document);
}
