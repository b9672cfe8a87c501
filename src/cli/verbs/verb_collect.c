/* SPDX-License-Identifier: MIT */
/*
 * `rgc collect`: decides who makes the pass, which is the agent, this process (--here) or nobody (--dry-run), and
 * refuses options that would have no effect there.
 */
#include "collect_ways.h"

#include <errno.h>

#define BIT(name) OPTION_BIT(OPTION_##name)

/* Returns the options that only the agent can heed. The child of an agent, which has --trigger, also takes --deployed
 * and --reason: they say why the agent was asked for the pass. */
static unsigned int asking_options(const Arguments *arguments)
{
    unsigned int of_agent = arguments_have(arguments, OPTION_TRIGGER) ? BIT(DEPLOYED) | BIT(REASON) : 0;
    return (BIT(DEPLOYED) | BIT(REASON) | BIT(NO_WAIT) | BIT(TIMEOUT)) & ~of_agent;
}

/* Returns the name of the first option of `set` that was given, or NULL if none was. */
static const char *first_given(const Arguments *arguments, unsigned int set)
{
    for (unsigned int id = 0; id < OPTION_MAX_; id++)
        if (arguments->given & set & OPTION_BIT(id))
            return option_specs[id].name;
    return NULL;
}

static int check_options(const Arguments *arguments, Error *err)
{
    bool is_here = arguments_have(arguments, OPTION_HERE), is_dry = arguments_have(arguments, OPTION_DRY_RUN);
    const char *of_here = first_given(arguments, BIT(APP) | BIT(END_TRIAL) | BIT(TRIGGER) | BIT(TRIAL) | BIT(PRESSING));
    const char *of_asking = first_given(arguments, asking_options(arguments));
    if (!is_here && of_here)
        return error_set(err, EINVAL, "--%s needs --here, because the agent decides by itself what its passes do",
                         of_here);
    if (is_here && of_asking)
        return error_set(err, EINVAL, "--%s is for the agent, which --here does not ask; leave out one of the two",
                         of_asking);
    if (is_dry && arguments_have(arguments, OPTION_END_TRIAL))
        return error_set(err, EINVAL, "--end-trial removes things and --dry-run does not; leave out one of the two");
    of_asking = first_given(arguments, BIT(NO_WAIT) | BIT(TIMEOUT) | BIT(REASON));
    if (is_dry && of_asking)
        return error_set(err, EINVAL, "--%s is for the agent, which --dry-run does not ask; leave out one of the two",
                         of_asking);
    return 0;
}

/* --host and DOCKER_HOST count only if this process talks to an engine: the agent has its own. */
static int choose_host(Session *session, Error *err)
{
    bool talks_to_engine = first_given(&session->arguments, BIT(HERE) | BIT(DRY_RUN)) != NULL;
    return talks_to_engine ? session_choose_host(session, err) : 0;
}

int verb_collect(Session *session)
{
    Error err = {0};
    if (check_options(&session->arguments, &err) < 0 || choose_host(session, &err) < 0)
        return fail_with_usage(&err);
    if (arguments_have(&session->arguments, OPTION_DRY_RUN))
        return verb_plan(session);
    return arguments_have(&session->arguments, OPTION_HERE) ? collect_here(session) : collect_by_agent(session);
}
