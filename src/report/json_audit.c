/* SPDX-License-Identifier: MIT */
/* rgc/audit/1, the document of `rgc audit --json`: the same findings and numbers as on the screen, in full. */
#include <rgc/report_json.h>

#include <rgc/json_document.h>
#include <rgc/json_values.h>

/* Returns the diff ID of the layer behind the finding if there is only one in a release, else NULL. */
static const char *single_layer(const Finding *finding)
{
    const char *digest = NULL;
    size_t count = 0;

    for (size_t i = 0; i < finding->n_layers; i++)
        if (finding->layers[i].release == finding->layers[0].release) {
            digest = finding->layers[i].digest;
            count++;
        }
    return count == 1 ? digest : NULL;
}

static json_t *json_finding(const Finding *finding)
{
    bool has_bytes = finding->bytes >= 0;

    return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:s, s:o, s:b, s:o, s:o}", "check",
                     check_spec(finding->check)->name, "level", level_to_string(finding->level), "image",
                     json_text(finding->image->id), "versions", json_texts(&finding->versions), "layer",
                     json_text(single_layer(finding)), "bytes", json_bytes(finding->bytes), "counted",
                     finding->is_per_release ? "per-release" : "once", "saves_bytes",
                     has_bytes ? json_bytes(finding->saves_bytes) : json_null(), "exact", finding->is_exact, "text",
                     json_text(finding->text), "remedy", json_lines(finding->remedy));
}

static json_t *json_findings(const Audited *audited)
{
    json_t *array = json_array();

    for (size_t i = 0; i < audited->n_findings; i++)
        json_array_append_new(array, json_finding(&audited->findings[i]));
    return array;
}

static json_t *json_app(const Audited *audited)
{
    return json_pack("{s:o, s:o, s:I, s:o, s:o, s:o}", "name", json_text(audited->app->name), "destination",
                     json_text(audited->app->destination), "releases", (json_int_t)audited->n_releases, "bytes",
                     json_bytes(audited->bytes), "could_be_bytes", json_bytes(audited->could_be_bytes), "findings",
                     json_findings(audited));
}

char *json_audit(const Audited *const *apps, size_t count)
{
    JsonDocument document;

    document_begin(&document, "rgc/audit/1");
    document_begin_array(&document, "apps");
    for (size_t i = 0; i < count; i++)
        document_add_element(&document, json_app(apps[i]));
    document_end_array(&document);
    return document_end(&document);
}

char *json_audit_image(const Audited *image)
{
    JsonDocument document;

    document_begin(&document, "rgc/audit/1");
    document_add(&document, "image",
                 json_pack("{s:o, s:o, s:o, s:o, s:o}", "id", json_text(image->image->id), "tags",
                           json_texts(&image->image->tags), "bytes", json_bytes(image->bytes), "could_be_bytes",
                           json_bytes(image->could_be_bytes), "findings", json_findings(image)));
    return document_end(&document);
}
