/* SPDX-License-Identifier: MIT */
/*
 * All keys, one row each: section, name, default as people write it, what a value must be; then the field that it sets,
 * the kind of its value, and its limits. The defaults are parsed like any value, so there is no second place that could
 * say something else. A new key is a row here and a field of Policy or Config; docs/code-map.md has the recipe.
 */
#include "keys.h"

#include <limits.h>
#include <string.h>

#define A_DURATION "a duration such as 36h"
#define A_COUNT "a number from 0 to 1000"
#define A_BOUND "off, a percentage used such as 85%, or free space such as 5GB"

/* Ten years: longer than anybody means, and far from overflow when it is added to a time. */
#define LONGEST (3650 * USEC_PER_DAY)

#define AT(member) .offset = offsetof(Config, member)
#define COUNT(low, high) .kind = &value_count, .min = (low), .max = (high)
#define DURATION(low, high) .kind = &value_duration, .min = (low), .max = (high)
#define ANY_DURATION DURATION(0, LONGEST)
#define CHOICE(for_false, for_true) .kind = &value_choice, .words = {for_false, for_true}

static const KeySpec table[] = {
    {{"engine", "host", "unix:///var/run/docker.sock", "the engine's socket, unix:///PATH"},
     AT(host),
     .kind = &value_host},
    {{"engine", "timeout", "2m", "a duration such as 2m"}, AT(timeout_usec), DURATION(USEC_PER_SEC, USEC_PER_HOUR)},
    {{"engine", "parallel", "auto", "auto, or a number from 1 to 64"}, AT(parallel), COUNT(1, 64), .off = "auto"},
    {{"engine", "storage", "auto", "auto, or absolute paths"}, AT(storage), .kind = &value_paths, .off = "auto"},

    {{"retention", "keep_previous", "3", A_COUNT}, AT(policy.retention.keep_previous), COUNT(0, 1000)},
    {{"retention", "keep_for", "off", "off, or a duration such as 7d"},
     AT(policy.retention.keep_for_usec),
     ANY_DURATION,
     .off = "off"},
    {{"retention", "min_age", "1h", A_DURATION}, AT(policy.retention.min_age_usec), ANY_DURATION},
    {{"retention", "min_uptime", "1m", A_DURATION}, AT(policy.retention.min_uptime_usec), ANY_DURATION},
    {{"retention", "quiet", "5m", A_DURATION}, AT(policy.retention.quiet_usec), ANY_DURATION},
    {{"retention", "superseded_containers", "remove", "remove or keep"},
     AT(policy.retention.remove_superseded_containers),
     CHOICE("keep", "remove")},
    {{"retention", "dangling", "remove", "remove or keep"},
     AT(policy.retention.remove_dangling),
     CHOICE("keep", "remove")},
    {{"retention", "jobs_max_unused", "35d", "off, or a duration such as 35d"},
     AT(policy.retention.jobs_max_unused_usec),
     ANY_DURATION,
     .off = "off"},
    {{"retention", "unmanaged_max_unused", "off", "off, or a duration such as 35d"},
     AT(policy.retention.unmanaged_max_unused_usec),
     ANY_DURATION,
     .off = "off"},
    {{"retention", "idle_apps", "off", "off, or a duration such as 90d"},
     AT(policy.retention.idle_apps_usec),
     ANY_DURATION,
     .off = "off"},

    {{"build_cache", "max_unused", "72h", A_DURATION}, AT(policy.cache_max_unused_usec), ANY_DURATION},
    /* The cap cannot be 0, which to the engine would mean that there is no limit. */
    {{"build_cache", "max_size", "10%", "off, a percentage of the file system such as 10%, or a size such as 10GB"},
     AT(policy.cache_max_size),
     .kind = &value_cap,
     .min = 1,
     .max = INT64_C(1000000000000000000),
     .off = "off"},
    {{"build_cache", "builders", "prune", "prune or report"}, AT(policy.prune_builders), CHOICE("report", "prune")},
    {{"build_cache", "orphans", "keep", "keep, or a duration such as 30d"},
     AT(policy.orphans_usec),
     ANY_DURATION,
     .off = "keep"},

    {{"disk", "high", "85%", A_BOUND}, AT(policy.high), .kind = &value_bound, .off = "off"},
    {{"disk", "low", "75%", A_BOUND}, AT(policy.low), .kind = &value_bound, .off = "off"},
    {{"disk", "keep_previous", "1", A_COUNT}, AT(policy.pressure_keep_previous), COUNT(0, 1000)},
    {{"disk", "unmanaged", "keep", "keep or remove"}, AT(policy.pressure_removes_unmanaged), CHOICE("keep", "remove")},

    {{"protect", "image", NULL, "a pattern such as postgres:*"}, AT(policy.protect), .kind = &value_patterns},
    {{"protect", "app", NULL, "an app as rgc status names it, such as shop or shop/staging"},
     AT(policy.protect_apps),
     .kind = &value_patterns},

    {{"agent", "socket", "/run/rgc.sock", "an absolute path"}, AT(socket), .kind = &value_path},
    {{"agent", "interval", "12h", "a duration such as 12h"}, AT(interval_usec), DURATION(USEC_PER_SEC, LONGEST)},
    {{"agent", "settle", "10s", "a duration such as 10s"}, AT(settle_usec), DURATION(0, USEC_PER_HOUR)},
    {{"agent", "events", "yes", "yes or no"}, AT(events), CHOICE("no", "yes")},
    {{"agent", "trial", "24h", "off, or a duration such as 24h"}, AT(trial_usec), ANY_DURATION, .off = "off"},

    {{"metrics", "textfile", "/run/rgc/rgc.prom", "off, or an absolute path"},
     AT(textfile),
     .kind = &value_path,
     .off = "off"},
};
#define N_KEYS (sizeof(table) / sizeof(table[0]))

void keys_set_defaults(Config *config)
{
    for (size_t i = 0; i < N_KEYS; i++) {
        const KeySpec *spec = &table[i];
        void *field = (char *)config + spec->offset;
        if (spec->key.initial && spec->kind->parse(spec, spec->key.initial, field) != VALUE_OK)
            abort(); /* the table itself is wrong, which every test of the configuration shows */
    }
}

void keys_clear(Config *config)
{
    for (size_t i = 0; i < N_KEYS; i++)
        if (table[i].kind->clear)
            table[i].kind->clear((char *)config + table[i].offset);
}

const KeySpec *key_table(size_t *ret_count)
{
    *ret_count = N_KEYS;
    return table;
}

int key_find(const char *section, const char *key)
{
    for (size_t i = 0; i < N_KEYS; i++)
        if ((!section || strcmp(table[i].key.section, section) == 0) && strcmp(table[i].key.key, key) == 0)
            return (int)i;
    return -1;
}

bool key_section_exists(const char *section)
{
    for (size_t i = 0; i < N_KEYS; i++)
        if (strcmp(table[i].key.section, section) == 0)
            return true;
    return false;
}

const ConfigKey *config_keys(size_t *ret_count)
{
    static ConfigKey keys[N_KEYS];

    for (size_t i = 0; i < N_KEYS; i++)
        keys[i] = table[i].key;
    *ret_count = N_KEYS;
    return keys;
}

char *config_value(const Config *config, const ConfigKey *key)
{
    int i = key_find(key->section, key->key);

    if (i < 0)
        return xstrdup("");
    return table[i].kind->format(&table[i], (const char *)config + table[i].offset);
}
