/* SPDX-License-Identifier: MIT */
/* What `rgc check` prints: the results, and the configuration in effect, from the same table that reads it. */
#include "cli/verbs/verb_check.h"

#include <string.h>

void show_checks(const Screen *screen, const Checks *checks)
{
    for (size_t i = 0; i < checks->count; i++) {
        const CheckResult *result = &checks->items[i];
        screen_say(screen, 0, result->ok ? COLOR_KEEP : COLOR_REMOVE, "%s %s: %s", result->ok ? "ok    " : "FAILED",
                   result->name, result->detail);
    }
}

static void show_key(const Screen *screen, const ConfigKey *key, const char *value, const char *normal)
{
    if (strcmp(value, normal) == 0)
        screen_say(screen, 2, COLOR_PLAIN, "%s = %s", key->key, value);
    else
        screen_say(screen, 2, COLOR_TITLE, "%s = %s   (default: %s)", key->key, value, normal[0] ? normal : "none");
}

static void show_values(const Screen *screen, const Config *config)
{
    Config defaults;
    size_t count;
    const ConfigKey *keys = config_keys(&count);
    config_init(&defaults);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || strcmp(keys[i].section, keys[i - 1].section) != 0)
            screen_say(screen, 0, COLOR_PLAIN, "[%s]", keys[i].section);
        cleanup_with(free_charp) char *value = config_value(config, &keys[i]);
        cleanup_with(free_charp) char *normal = config_value(&defaults, &keys[i]);
        show_key(screen, &keys[i], value, normal);
    }
    config_clear(&defaults);
}

/* Prints the keys in which an [app] section differs from [retention]. */
static void show_app(const Screen *screen, const Config *config, const AppPolicy *app)
{
    Config with_app = *config; /* borrows all but the retention */
    size_t count;
    const ConfigKey *keys = config_keys(&count);
    with_app.policy.retention = app->retention;
    screen_say(screen, 0, COLOR_PLAIN, "[%s]", app->section);
    screen_say(screen, 2, COLOR_PLAIN, "match = %s", app->pattern);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(keys[i].section, "retention") != 0)
            continue;
        cleanup_with(free_charp) char *value = config_value(&with_app, &keys[i]);
        cleanup_with(free_charp) char *normal = config_value(config, &keys[i]);
        if (strcmp(value, normal) != 0)
            screen_say(screen, 2, COLOR_TITLE, "%s = %s", keys[i].key, value);
    }
}

void show_config(const Screen *screen, const Config *config)
{
    screen_title(screen, "Configuration in effect");
    show_values(screen, config);
    for (size_t i = 0; i < config->policy.n_apps; i++)
        show_app(screen, config, &config->policy.apps[i]);
}
