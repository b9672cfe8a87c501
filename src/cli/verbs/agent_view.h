/* SPDX-License-Identifier: MIT */
/* What the agent says of itself, for status and check: asked on its socket, and briefly. */
#pragma once

#include "cli/session.h"

#include <rgc/report_json.h>

typedef struct AgentView {
    int code; /* 0: it answered; else the error of not reaching it, ENOENT where there is no socket */
    char *why_not;
    char *version, *state; /* "idle", "waiting", "running" */
    char *next_why;        /* NULL or "interval" … */
    char *config_error;    /* NULL, or why its configuration is not the file's */
    char *last_error;      /* NULL, or why its last pass failed */
    Time next_at;          /* 0: none is planned */
    bool is_watching;
} AgentView;

/* Is it where systemctl enable puts it? */
bool agent_is_enabled(void);
void agent_view_ask(const Session *session, AgentView *ret);
void agent_view_clear(AgentView *view);
/* "14:05 (interval)"; NULL: it plans none. Caller frees. */
char *agent_next_text(const AgentView *view, Time now);
/* "not connected to the engine's events: …", with what may be the cause. Caller frees. */
char *agent_unwatching_text(const AgentView *view);
