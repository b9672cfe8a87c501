/* SPDX-License-Identifier: MIT */
/*
 * The agent with times short enough for a test, and children of the test's choice (RGC_TEST_CHILD).
 *
 *     agent_main FILE     FILE: lines of "name value"; SIGHUP reads it again
 */
#include <rgc/agent.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

typedef struct Key {
    const char *name;
    int64_t *duration;
} Key;

static int read_value(const char *name, const char *value, AgentSettings *settings, AgentLimits *limits, Error *err)
{
    const Key keys[] = {
        {"settle", &settings->settle_usec},
        {"interval", &settings->interval_usec},
        {"trial", &settings->trial_usec},
        {"silence", &limits->silence_usec},
        {"kill", &limits->kill_usec},
        {"stop", &limits->stop_usec},
        {"disk_check", &limits->disk_check_usec},
        {"disk_high", &limits->disk_high_usec},
        {"latest", &limits->schedule.latest_usec},
        {"event_gap", &limits->schedule.event_gap_usec},
        {"locked", &limits->schedule.locked.first_usec},
        {"no_engine", &limits->schedule.no_engine.first_usec},
        {"failed", &limits->schedule.failed.first_usec},
        {"watch", &limits->watch.first_usec},
    };
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (strcmp(keys[i].name, name) == 0)
            return parse_duration(value, keys[i].duration) ? 0 : error_set(err, EINVAL, "%s: not a duration", name);
    if (strcmp(name, "socket") == 0)
        settings->socket = xstrdup(value);
    else if (strcmp(name, "storage") == 0)
        strings_add(&settings->storage, value);
    else if (strcmp(name, "events") == 0)
        settings->events = strcmp(value, "yes") == 0;
    else if (strcmp(name, "high") != 0 || !parse_percent(value, &settings->high.used_percent))
        return error_set(err, EINVAL, "settings: no such thing as %s", name);
    else
        settings->high.is_off = false;
    return 0;
}

static int read_settings(const char *path, AgentSettings *settings, AgentLimits *limits, Error *err)
{
    char name[64], value[256];
    FILE *file = fopen(path, "re");
    int r = 0;
    if (!file)
        return error_set(err, errno, "%s: %s", path, strerror(errno));
    *settings = (AgentSettings){.events = true, .high = {.is_off = true, .free_bytes = -1}};
    settings->interval_usec = 12 * USEC_PER_HOUR;
    while (r == 0 && fscanf(file, "%63s %255[^\n]\n", name, value) == 2)
        r = read_value(name, value, settings, limits, err);
    fclose(file);
    return r;
}

static int reload(AgentSettings *ret, void *userdata, Error *err)
{
    AgentLimits ignored;
    agent_limits_init(&ignored);
    return read_settings(userdata, ret, &ignored, err);
}

int main(int argc, char **argv)
{
    Error err = {0};
    AgentOptions options = {.reload = reload, .userdata = argv[1]};
    agent_limits_init(&options.limits);
    if (argc != 2 || read_settings(argv[1], &options.settings, &options.limits, &err) < 0) {
        fprintf(stderr, "agent_main: %s\n", err.text);
        return 2;
    }
    strings_add(&options.child_options, "--config");
    strings_add(&options.child_options, argv[1]);
    if (agent_run(&options, &err) > 0)
        return 0;
    fprintf(stderr, "agent_main: %s\n", err.text);
    return 1;
}
