/* SPDX-License-Identifier: MIT */
/*
 * What a configuration means. Keys of the table are set by their rows (keys.c); this file adds what no row can know:
 * keys and sections that do not exist, keys that are set twice, sections for single apps, and values that contradict
 * each other. An app's section overrides [retention], so it is applied after all of [retention], wherever either
 * stands.
 *
 * Unknown words are mistakes and never ignored: a key that is spelled wrong would otherwise leave a default in force,
 * and remove what its author meant to keep. tests/unit/config/config_errors.c has each mistake with its sentence.
 */
#include "apply.h"

#include "keys.h"

#include <rgc/findings.h>

#include <stdio.h>
#include <string.h>

#define APP_PREFIX "app "
#define MATCH_KEY "match"
#define IGNORE_KEY "audit_ignore"
#define BLANKS " \t"

/* For each row of the table, the line on which its key was set; 0 = it was not. */
typedef struct KeyLines {
    int *of_key;
} KeyLines;

static void key_lines_init(KeyLines *ret)
{
    size_t count;

    key_table(&count);
    ret->of_key = xcalloc(count, sizeof(*ret->of_key));
}

static void key_lines_clear(KeyLines *lines)
{
    free(lines->of_key);
    lines->of_key = NULL;
}

/* Says where a key belongs that stands in the wrong section, or else which keys the section has: "expected one of
 * keep_previous, …". Caller frees. */
static char *hint_for_unknown_key(const char *section, const char *key, bool is_app)
{
    size_t count;
    const KeySpec *table = key_table(&count);
    int elsewhere = key_find(NULL, key);
    char *hint;

    if (elsewhere >= 0)
        return xasprintf("it belongs in [%s]", table[elsewhere].key.section);
    hint = xstrdup(is_app ? "expected one of " MATCH_KEY ", " IGNORE_KEY : "expected");
    for (size_t i = 0, n = is_app ? 1 : 0; i < count; i++)
        if (strcmp(table[i].key.section, section) == 0) {
            char *longer = xasprintf("%s%s %s", hint, n++ ? "," : " one of", table[i].key.key);

            free(hint);
            hint = longer;
        }
    return hint;
}

static void complain_about_value(Complaint *complaint, const DocumentEntry *entry, const KeySpec *spec,
                                 ValueResult result)
{
    cleanup_with(free_charp) char *value = printable(entry->value);

    if (result == VALUE_OUT_OF_RANGE) {
        cleanup_with(free_charp) char *min = spec->kind->format_limit(spec->min);
        cleanup_with(free_charp) char *max = spec->kind->format_limit(spec->max);

        complain(complaint, entry->line, "%s must be between %s and %s, not \"%s\"", entry->key, min, max, value);
    } else
        complain(complaint, entry->line, "%s must be %s, not \"%s\"", entry->key, spec->key.expects, value);
}

/* Sets one key. `base` is the Config, or a copy that stands for one app, whose fields the row's offset finds. */
static void apply_entry(const DocumentEntry *entry, const char *section, bool is_app, void *base, KeyLines *lines,
                        Complaint *complaint)
{
    size_t count;
    int i = key_find(section, entry->key);
    const KeySpec *spec;
    ValueResult result;

    if (i < 0) {
        cleanup_with(free_charp) char *key = printable(entry->key);
        cleanup_with(free_charp) char *hint = hint_for_unknown_key(section, entry->key, is_app);

        complain(complaint, entry->line, "unknown key \"%s\": %s", key, hint);
        return;
    }
    spec = &key_table(&count)[i];
    if (lines->of_key[i] != 0 && !spec->kind->is_list) {
        complain(complaint, entry->line, "%s is already set on line %d; expected once", entry->key, lines->of_key[i]);
        return;
    }
    lines->of_key[i] = entry->line;
    result = spec->kind->parse(spec, entry->value, (char *)base + spec->offset);
    if (result != VALUE_OK)
        complain_about_value(complaint, entry, spec, result);
}

static const DocumentEntry *find_match(const DocumentSection *section)
{
    for (size_t i = 0; i < section->n_entries; i++)
        if (strcmp(section->entries[i].key, MATCH_KEY) == 0)
            return &section->entries[i];
    return NULL;
}

/* A section for apps says so in its name, or has a pattern of its own. */
static bool is_app_section(const DocumentSection *section)
{
    return strncmp(section->name, APP_PREFIX, strlen(APP_PREFIX)) == 0 || find_match(section);
}

/* Reads a list of checks, such as "root-user, no-labels". */
static void apply_ignore(const DocumentEntry *entry, AppPolicy *app, Complaint *complaint)
{
    cleanup_with(free_charp) char *list = xstrdup(entry->value);
    char *rest = list;

    if (app->audit_ignore.count > 0)
        complain(complaint, entry->line, "%s is already set; expected once", IGNORE_KEY);
    for (char *name; (name = strsep(&rest, ",")) != NULL;) {
        name += strspn(name, BLANKS);
        name[strcspn(name, BLANKS)] = '\0';
        if (check_from_string(name) == CHECK_MAX_) {
            cleanup_with(free_charp) char *text = printable(name);
            complain(complaint, entry->line,
                     "%s must be names of checks as rgc audit shows them, such as root-user, not \"%s\"", IGNORE_KEY,
                     text);
            return;
        }
        strings_add_unique(&app->audit_ignore, name);
    }
}

/* An app has a whole Retention of its own: a copy of the general one, in which the section sets its keys. */
static void apply_app_section(const DocumentSection *section, Config *config, Complaint *complaint)
{
    cleanup_with(key_lines_clear) KeyLines lines;
    const DocumentEntry *match = find_match(section);
    const char *pattern = match ? match->value : section->name + strlen(APP_PREFIX);
    Config view = {.policy.retention = config->policy.retention};
    AppPolicy *app = array_add(&config->policy.apps, &config->policy.n_apps);

    key_lines_init(&lines);
    pattern += match ? 0 : strspn(pattern, BLANKS);
    app->section = xstrdup(section->name);
    app->pattern = xstrdup(pattern);
    app->line = section->line;
    if (!*pattern || strpbrk(pattern, BLANKS)) {
        cleanup_with(free_charp) char *text = printable(pattern);

        complain(complaint, match ? match->line : section->line,
                 "%s must be the name or pattern of an app or repository, such as blog-*, not \"%s\"",
                 match ? MATCH_KEY : "[app NAME]", text);
    }
    for (size_t i = 0; i < section->n_entries; i++) {
        const DocumentEntry *entry = &section->entries[i];

        if (strcmp(entry->key, IGNORE_KEY) == 0)
            apply_ignore(entry, app, complaint);
        else if (strcmp(entry->key, MATCH_KEY) != 0)
            apply_entry(entry, RETENTION_SECTION, true, &view, &lines, complaint);
        else if (match && entry != match)
            complain(complaint, entry->line, "%s is already set on line %d; expected once", MATCH_KEY, match->line);
    }
    app->retention = view.policy.retention;
}

static bool is_literal(const char *pattern)
{
    return !strpbrk(pattern, "*?[\\");
}

/* Returns a name that both patterns match, borrowed; NULL if none is certain. If both have wildcards, only the apps
 * that a host has can show whether they overlap. */
static const char *find_overlap(const AppPolicy *a, const AppPolicy *b)
{
    if (strcmp(a->pattern, b->pattern) == 0)
        return a->pattern;
    if (is_literal(a->pattern) && matches_pattern(b->pattern, a->pattern))
        return a->pattern;
    if (is_literal(b->pattern) && matches_pattern(a->pattern, b->pattern))
        return b->pattern;
    return NULL;
}

/* If two sections were right for one app, their order in the file would decide, and nobody would see it. */
static void check_overlaps(const Policy *policy, Complaint *complaint)
{
    for (size_t j = 1; j < policy->n_apps; j++)
        for (size_t i = 0; i < j; i++) {
            const AppPolicy *first = &policy->apps[i], *second = &policy->apps[j];
            const char *both = find_overlap(first, second);

            if (both)
                complain(complaint, second->line,
                         "[%s] and [%s] on line %d both match \"%s\"; expected one section for each app",
                         second->section, first->section, first->line, both);
        }
}

/* A percentage and a size cannot be compared without the disk, so they count as fine. */
static bool is_low_above_high(const DiskBound *low, const DiskBound *high)
{
    if (low->is_off || high->is_off || (low->free_bytes >= 0) != (high->free_bytes >= 0))
        return false;
    return low->free_bytes >= 0 ? low->free_bytes < high->free_bytes : low->used_percent > high->used_percent;
}

/* Complains on the line that sets `low`, or else `high`; the other value may be a default, and is then called so. */
static void check_disk(const Config *config, const KeyLines *lines, Complaint *complaint)
{
    size_t count;
    const KeySpec *table = key_table(&count);
    int high = key_find("disk", "high"), low = key_find("disk", "low");
    int line = lines->of_key[low] ? lines->of_key[low] : lines->of_key[high];
    cleanup_with(free_charp) char *high_text = config_value(config, &table[high].key);
    cleanup_with(free_charp) char *low_text = config_value(config, &table[low].key);

    if (!is_low_above_high(&config->policy.low, &config->policy.high))
        return;
    if (config->policy.low.free_bytes >= 0)
        complain(complaint, line, "low: %s free%s is less than high asks for: expected %s or more", low_text,
                 lines->of_key[low] ? "" : ", the default,", high_text);
    else
        complain(complaint, line, "low: %s%s is above high: expected %s or less", low_text,
                 lines->of_key[low] ? "" : ", the default,", high_text);
}

static void complain_about_section(const DocumentSection *section, Complaint *complaint)
{
    cleanup_with(free_charp) char *name = printable(section->name);

    complain(complaint, section->line,
             "unknown section [%s]: expected [engine], [retention], [app NAME], [build_cache], [disk], [protect], "
             "[agent], [metrics], or a line " MATCH_KEY " = PATTERN in it",
             name);
}

/* The order of the steps is that of their needs: apps inherit what [retention] says in the end, and overlaps can be
 * seen only when all apps are known. */
void document_apply(const Document *document, Config *config, Complaint *complaint)
{
    cleanup_with(key_lines_clear) KeyLines lines;

    key_lines_init(&lines);
    for (size_t i = 0; i < document->n_sections; i++) {
        const DocumentSection *section = &document->sections[i];

        if (key_section_exists(section->name))
            for (size_t j = 0; j < section->n_entries; j++)
                apply_entry(&section->entries[j], section->name, false, config, &lines, complaint);
        else if (!is_app_section(section))
            complain_about_section(section, complaint);
    }
    check_disk(config, &lines, complaint);
    /* Apps need all of [retention], which may come after them in the file. */
    for (size_t i = 0; i < document->n_sections; i++)
        if (!key_section_exists(document->sections[i].name) && is_app_section(&document->sections[i]))
            apply_app_section(&document->sections[i], config, complaint);
    check_overlaps(&config->policy, complaint);
}
