/* SPDX-License-Identifier: MIT */
/*
 * rgc/summary/1, both ways. The members that have a single value are in one table, in the order of the document; those
 * that are lists have a function for each way (summary_lists.c).
 *
 * A line has to fit into 8 KiB, because the history keeps 500 of them, and the agent's socket and journal are bounded.
 * A host may have more apps or errors than fit, so the lists are shortened together, by a quarter at a time, until the
 * line fits, and "cut" counts what is missing. tests/unit/report/json_summary.c tests both ways, and the bound.
 */
#include "summary_parts.h"

#include <rgc/json_values.h>

#include <limits.h>
#include <stddef.h>
#include <string.h>

#define SUMMARY_SCHEMA "rgc/summary/1"
#define LINE_LIMIT ((size_t)(8192 - 64)) /* leaves room for "type" and "exit", which the child adds for the agent */
#define LIST_LIMIT ((size_t)1024)

typedef enum MemberKind {
    MEMBER_NUMBER, /* int64_t */
    MEMBER_TEXT,   /* char *, null for NULL */
    MEMBER_TIME,   /* Time, null for 0 */
    MEMBER_FLAG,   /* bool */
} MemberKind;

static const struct Member {
    const char *group; /* NULL, or the object that it is a member of */
    const char *name;
    MemberKind kind;
    size_t offset;
    bool is_of_plan; /* a pass that ended before its plan does not have the member */
} members[] = {
    {NULL, "pass", MEMBER_NUMBER, offsetof(Summary, pass), false},
    {NULL, "passes", MEMBER_NUMBER, offsetof(Summary, passes), false},
    {NULL, "trigger", MEMBER_TEXT, offsetof(Summary, trigger), false},
    {NULL, "reason", MEMBER_TEXT, offsetof(Summary, reason), false},
    {NULL, "error", MEMBER_TEXT, offsetof(Summary, error), false},
    {NULL, "began", MEMBER_TIME, offsetof(Summary, began), false},
    {NULL, "ended", MEMBER_TIME, offsetof(Summary, ended), false},
    {NULL, "interrupted", MEMBER_FLAG, offsetof(Summary, interrupted), false},
    {NULL, "duration_ms", MEMBER_NUMBER, offsetof(Summary, duration_ms), false},
    {NULL, "requests", MEMBER_NUMBER, offsetof(Summary, requests), true},
    {NULL, "hold", MEMBER_TEXT, offsetof(Summary, suspension), true},
    {NULL, "trial_until", MEMBER_TIME, offsetof(Summary, trial_until), true},
    {NULL, "trial_ended", MEMBER_FLAG, offsetof(Summary, trial_ended), true},
    {"next", "at", MEMBER_TIME, offsetof(Summary, next_at), true},
    {"next", "why", MEMBER_TEXT, offsetof(Summary, next_why), true},
    {"removed", "images", MEMBER_NUMBER, offsetof(Summary, removed_images), true},
    {"removed", "containers", MEMBER_NUMBER, offsetof(Summary, removed_containers), true},
    {"removed", "build_cache_records", MEMBER_NUMBER, offsetof(Summary, removed_records), true},
    {"freed", "estimated_bytes", MEMBER_NUMBER, offsetof(Summary, estimated_bytes), true},
    {"freed", "engine_bytes", MEMBER_NUMBER, offsetof(Summary, engine_bytes), true},
    {"freed", "disk_bytes", MEMBER_NUMBER, offsetof(Summary, disk_bytes), true},
};
#define N_MEMBERS (sizeof(members) / sizeof(members[0]))

/* The other members that only a pass with a plan has. */
static const char *const plan_lists[] = {"counts", "outcomes", "disk", "rollback", "errors"};

static json_t *member_to_json(const struct Member *member, const Summary *summary)
{
    const void *at = (const char *)summary + member->offset;

    switch (member->kind) {
    case MEMBER_NUMBER:
        return json_integer(*(const int64_t *)at);
    case MEMBER_TEXT:
        return json_text_cut(*(char *const *)at, TEXT_LIMIT);
    case MEMBER_TIME:
        return json_time(*(const Time *)at);
    case MEMBER_FLAG:
        return json_boolean(*(const bool *)at);
    }
    return json_null();
}

static void member_from_json(const struct Member *member, const json_t *value, Summary *ret)
{
    void *at = (char *)ret + member->offset;
    const char *text = json_string_value(value);

    switch (member->kind) {
    case MEMBER_NUMBER:
        *(int64_t *)at = json_integer_value(value);
        break;
    case MEMBER_TEXT:
        *(char **)at = summary_text_of(value);
        break;
    case MEMBER_TIME:
        if (!text || !parse_time(text, (Time *)at))
            *(Time *)at = 0;
        break;
    case MEMBER_FLAG:
        *(bool *)at = json_is_true(value);
        break;
    }
}

static void add_members(json_t *object, const Summary *summary, bool are_of_plan, const char *group)
{
    for (size_t i = 0; i < N_MEMBERS; i++) {
        const struct Member *member = &members[i];
        bool is_wanted = group ? member->group && strcmp(member->group, group) == 0 : !member->group;

        if (is_wanted && member->is_of_plan == are_of_plan)
            json_object_set_new(object, member->name, member_to_json(member, summary));
    }
}

static json_t *group_to_json(const Summary *summary, const char *group)
{
    json_t *object = json_object();

    add_members(object, summary, true, group);
    return object;
}

static void add_plan(json_t *object, const Summary *summary)
{
    add_members(object, summary, true, NULL);
    json_object_set_new(object, "next", summary->next_at > 0 ? group_to_json(summary, "next") : json_null());
    json_object_set_new(object, "counts", counts_to_json(&summary->counts));
    json_object_set_new(object, "removed", group_to_json(summary, "removed"));
    json_object_set_new(object, "outcomes", counts_to_json(&summary->outcomes));
    json_object_set_new(object, "freed", group_to_json(summary, "freed"));
    json_object_set_new(object, "disk", disks_to_json(summary));
    json_object_set_new(object, "rollback", apps_to_json(summary));
    json_object_set_new(object, "errors", errors_to_json(summary));
    json_object_set_new(object, "cut", counts_to_json(&summary->cut));
}

json_t *summary_to_json(const Summary *summary)
{
    json_t *object = json_pack("{s:s}", "schema", SUMMARY_SCHEMA);

    add_members(object, summary, false, NULL);
    if (summary->has_plan)
        add_plan(object, summary);
    if (summary->exit_code >= 0) {
        json_object_set_new(object, "type", json_string("summary"));
        json_object_set_new(object, "exit", json_integer(summary->exit_code));
    }
    return object;
}

/* Shortens a list to `limit` entries, and adds the number of those that were left out to `cut`. */
static void cut_list(json_t *summary, const char *name, size_t limit, json_t *cut)
{
    json_t *list = json_object_get(summary, name);
    size_t size = json_array_size(list);
    json_int_t before = json_integer_value(json_object_get(cut, name)), removed = 0;

    for (; size > limit; size--, removed++)
        json_array_remove(list, size - 1);
    if (removed > 0)
        json_object_set_new(cut, name, json_integer(before + removed));
}

char *summary_to_line(const Summary *summary)
{
    static const char *const lists[] = {"rollback", "errors", "disk"};
    json_t *object = summary_to_json(summary);
    json_t *cut = json_object_get(object, "cut");

    for (size_t limit = LIST_LIMIT;; limit = limit * 3 / 4) {
        for (size_t i = 0; cut && i < sizeof(lists) / sizeof(lists[0]); i++)
            cut_list(object, lists[i], limit, cut);
        char *line = json_line(json_incref(object));
        if (strlen(line) <= LINE_LIMIT || limit == 0) {
            json_decref(object);
            return line;
        }
        free(line);
    }
}

static void clamp(int64_t *number, int64_t least)
{
    if (*number < least)
        *number = least;
}

bool summary_from_json(const json_t *object, Summary *ret)
{
    const json_t *code = json_object_get(object, "exit");

    summary_init(ret);
    if (!json_is_object(object))
        return false;
    for (size_t i = 0; i < N_MEMBERS; i++) {
        const json_t *group = members[i].group ? json_object_get(object, members[i].group) : object;

        member_from_json(&members[i], json_object_get(group, members[i].name), ret);
        ret->has_plan |= members[i].is_of_plan && json_object_get(group, members[i].name);
    }
    for (size_t i = 0; i < sizeof(plan_lists) / sizeof(plan_lists[0]); i++)
        ret->has_plan |= json_object_get(object, plan_lists[i]) != NULL;
    clamp(&ret->pass, 0);
    clamp(&ret->passes, 1);
    clamp(&ret->removed_images, 0);
    clamp(&ret->removed_containers, 0);
    clamp(&ret->removed_records, 0);
    counts_from_json(json_object_get(object, "counts"), NULL, &ret->counts);
    counts_from_json(json_object_get(object, "outcomes"), NULL, &ret->outcomes);
    counts_from_json(json_object_get(object, "cut"), NULL, &ret->cut);
    disks_from_json(json_object_get(object, "disk"), ret);
    apps_from_json(json_object_get(object, "rollback"), ret);
    errors_from_json(json_object_get(object, "errors"), ret);
    if (json_is_integer(code) && json_integer_value(code) >= 0 && json_integer_value(code) <= INT_MAX)
        ret->exit_code = (int)json_integer_value(code);
    return true;
}

bool summary_from_line(const char *line, Summary *ret)
{
    json_t *object = json_loads(line, 0, NULL);
    bool is_object = summary_from_json(object, ret);

    json_decref(object);
    return is_object;
}
