/* SPDX-License-Identifier: MIT */
/* A pass as lines for the agent. Texts come from engines and people, so they are made printable and cut. */
#include <rgc/pass_lines.h>

#include <rgc/labels.h>
#include <rgc/reference.h>

#include <string.h>

#define TEXT_LIMIT 300

/* A string without control characters and short enough for one line; null for NULL. */
static json_t *text_of(const char *raw)
{
    if (!raw)
        return json_null();
    cleanup_with(free_charp) char *cut = xstrndup(raw, TEXT_LIMIT);
    cleanup_with(free_charp) char *sound = printable(cut);
    return json_string(sound);
}

static void on_step(const char *step, void *userdata)
{
    const PassLines *lines = userdata;
    progress_lines_tell(lines->lines, json_pack("{s:s, s:o}", "type", "step", "text", text_of(step)));
}

/* NULL for what has no judgement of its own, such as build cache. */
static const Judgement *judgement_of(const Plan *plan, const OutcomeEntry *entry)
{
    if (entry->kind == TARGET_IMAGE) {
        const PlannedImage *image = plan_image(plan, entry->id);
        return image ? &image->judgement : NULL;
    }
    for (size_t i = 0; entry->kind == TARGET_CONTAINER && i < plan->n_containers; i++)
        if (strcmp(plan->containers[i].container->id, entry->id) == 0)
            return &plan->containers[i].judgement;
    return NULL;
}

/* An image's tag, or what it is called without one; NULL where the reference says it. Caller frees. */
static char *name_of(const Plan *plan, const OutcomeEntry *entry)
{
    const PlannedImage *image = entry->kind == TARGET_IMAGE && entry->id ? plan_image(plan, entry->id) : NULL;
    if (!image)
        return NULL;
    return entry->ref ? xstrdup(repository_short(entry->ref)) : image_label(image->image);
}

json_t *pass_outcome_line(const Pass *pass, const OutcomeEntry *entry, size_t done, size_t total)
{
    const Judgement *judgement = entry->id ? judgement_of(&pass->plan, entry) : NULL;
    bool is_cache = entry->kind != TARGET_IMAGE && entry->kind != TARGET_CONTAINER;
    const char *reason = judgement  ? reason_to_string(judgement->reason)
                         : is_cache ? reason_to_string(REASON_UNUSED)
                                    : NULL;
    cleanup_with(free_charp) char *name = name_of(&pass->plan, entry);
    return json_pack("{s:s, s:s, s:o, s:o, s:o, s:s, s:s?, s:o, s:I, s:I}", "type", "outcome", "kind",
                     target_kind_to_string(entry->kind), "id", text_of(entry->id), "ref", text_of(entry->ref), "name",
                     text_of(name), "outcome", outcome_to_string(entry->outcome), "reason", reason, "error",
                     text_of(entry->error), "done", (json_int_t)done, "total", (json_int_t)total);
}

static void on_outcome(const OutcomeEntry *entry, size_t done, size_t total, void *userdata)
{
    const PassLines *lines = userdata;
    progress_lines_tell(lines->lines, pass_outcome_line(lines->pass, entry, done, total));
}

void pass_lines_init(PassLines *ret, const ProgressLines *lines, const Pass *pass)
{
    *ret = (PassLines){.lines = lines, .pass = pass};
    ret->calls = (PassProgress){.on_step = on_step, .on_outcome = on_outcome, .userdata = ret};
}

void pass_lines_fail(const ProgressLines *lines, const char *why)
{
    progress_lines_tell_surely(lines, json_pack("{s:s, s:o}", "type", "failure", "text", text_of(why)));
}

void pass_lines_end(const PassLines *lines, int exit_code)
{
    json_t *summary = lines->pass->summary ? json_loads(lines->pass->summary, 0, NULL) : NULL;
    if (!summary)
        return;
    json_object_set_new(summary, "type", json_string("summary"));
    json_object_set_new(summary, "exit", json_integer(exit_code));
    progress_lines_tell_surely(lines->lines, summary);
}
