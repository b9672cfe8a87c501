/* SPDX-License-Identifier: MIT */
/* `rgc agent`: hands the configuration to the agent as plain values, since the agent must not link what reads it. */
#include "cli/interrupts.h"
#include "cli/session.h"

#include <rgc/agent.h>
#include <signal.h>
#include <string.h>

_Static_assert(CHILD_DONE == (int)EXIT_DONE && CHILD_FAILED == (int)EXIT_FAILED &&
                   CHILD_MISCONFIGURED == (int)EXIT_USAGE && CHILD_NO_ENGINE == (int)EXIT_ENGINE &&
                   CHILD_LOCKED == (int)EXIT_LOCKED,
               "the agent reads exit codes as rgc(1) has them");

static AgentSettings settings_of(const Session *session, const Config *config)
{
    const DiskBound *high = &config->policy.high;
    AgentSettings settings = {
        .socket = xstrdup(session_socket(session, config)),
        .interval_usec = config->interval_usec,
        .settle_usec = config->settle_usec,
        .events = config->events,
        .trial_usec = config->trial_usec,
        .high = {.is_off = high->is_off, .used_percent = high->used_percent, .free_bytes = high->free_bytes},
    };
    strings_copy(&settings.storage, &config->storage);
    return settings;
}

static int reload(AgentSettings *ret, void *userdata, Error *err)
{
    const Session *session = userdata;
    Config config = {0};
    int r = config_load(session->arguments.config, &config, err);
    if (r < 0)
        return r;
    *ret = settings_of(session, &config);
    config_clear(&config);
    return 0;
}

static void add_option(Strings *options, const char *name, const char *value)
{
    if (!value)
        return;
    strings_add(options, name);
    strings_add(options, value);
}

int verb_agent(Session *session)
{
    const Arguments *arguments = &session->arguments;
    Error err = {0};
    AgentOptions options = {.settings = settings_of(session, &session->config), .reload = reload, .userdata = session};
    agent_limits_init(&options.limits);
    add_option(&options.child_options, "--config", arguments->config);
    add_option(&options.child_options, "--state", arguments->state);
    add_option(&options.child_options, "--host", arguments->host);
    /* The agent has copied what it needs, and its children read the file themselves: it runs for months with less. */
    config_clear(&session->config);
    int r = agent_run(&options, &err);
    if (r < 0)
        return fail_with(&err);
    return r == SIGINT ? exit_code_of_signal(r) : EXIT_DONE; /* SIGTERM is how a daemon is asked to end */
}
