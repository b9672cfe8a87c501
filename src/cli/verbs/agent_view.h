/* SPDX-License-Identifier: MIT */
/*
 * What the agent says of itself, for status, check and health. It is asked on its socket (docs/io.rgc.Agent.varlink,
 * Status) and gets five seconds to answer.
 */
#pragma once

#include "cli/session.h"

#include <rgc/report_json.h>

typedef struct AgentView {
    int code;              /* 0 if it answered; else an errno of varlink_call(), such as ENOENT if there is no socket */
    char *why_not;         /* a sentence; NULL if it answered */
    char *version, *state; /* "idle", "waiting", "running" */
    char *next_why;        /* "interval" …; may be NULL */
    char *config_error;    /* why it does not use the configuration file; NULL if it does */
    char *last_error;      /* why its last pass failed; NULL if it did not */
    Time next_at;          /* when the next pass is planned; 0 = not at all */
    bool is_following;
} AgentView;

/* Has systemctl enabled the agent? rgc looks for the link that `systemctl enable rgc` makes. */
bool agent_is_enabled(void);
/* Asks the agent. It never fails: `code` says why there is no answer. The caller clears `ret`. */
void agent_view_ask(const Session *session, AgentView *ret);
void agent_view_clear(AgentView *view);
/* Returns "14:05 (interval)", or NULL if the agent plans no pass. Caller frees. */
char *agent_next_text(const AgentView *view, Time now);
/* Returns a clause that says that the agent does not follow the engine's events, and what may be the cause. Caller
 * frees. */
char *agent_not_following_text(const AgentView *view);
