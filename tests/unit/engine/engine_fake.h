/* SPDX-License-Identifier: MIT */
/* A scripted engine (tests/fault/fake_engine.py) as a child process of a unit test. */
#pragma once

#include <sys/types.h>

#include <rgc/engine.h>

typedef struct FakeEngine {
    pid_t pid;
    int stdin_fd; /* it ends when this is closed, whatever happens to the test */
    char directory[64];
    char socket[128];
    char host[160];
} FakeEngine;

/* For main(): 77 and a line that says so where there is no python3, else 0. */
int fake_engine_missing(void);

/* `state` and `faults`: JSON, see fake_engine.py. */
void fake_engine_start(FakeEngine *fake, const char *state, const char *faults);
/* Ends it; its directory stays for fake_engine_read until fake_engine_clear. */
void fake_engine_stop(FakeEngine *fake);
/* "log" (one JSON line a request) or "dump" (the state at the end). Caller frees. */
char *fake_engine_read(const FakeEngine *fake, const char *name);
void fake_engine_clear(FakeEngine *fake);

/* In which what does not hang is done on the busiest machine. */
#define FAKE_HANGS_USEC (300 * USEC_PER_SEC)

/* Opens it, or fails the test. */
Engine *fake_engine_open(const FakeEngine *fake, int64_t timeout_usec, int parallel);

/* Both: a scripted engine, and the Engine that is connected to it. */
typedef struct Opened {
    FakeEngine fake;
    Engine *engine;
} Opened;

Opened open_fake_engine(const char *state, const char *faults, int64_t timeout_usec, int parallel);
void opened_clear(Opened *opened);
