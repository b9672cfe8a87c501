/* SPDX-License-Identifier: MIT */
/* sim_engine.c, engine_containers.c: what an engine does when it is told to, on both stores. */
#pragma once

#include "sim.h"

void engine_make_id(World *w, char *ret, size_t size, const char *prefix);
SimEvent *engine_note(World *w, const char *reference);
int engine_new_image(World *w, const char *story, int owner, int parent);
void engine_pull(World *w, int image, const char *tag);
void engine_pull_digest(World *w, int image, const char *repository);
void engine_build(World *w, int image, const char *tag);
void engine_tag(World *w, int image, const char *tag);
void engine_commit(World *w, int container, int image, const char *tag);
void engine_load(World *w, int image, const char *tag);
bool engine_untag(World *w, const char *tag, bool is_forced);
void engine_delete(World *w, int image);
int engine_run(World *w, const char *name, int image, const char *ref, int app);
void engine_start(World *w, int container);
void engine_end(World *w, int container, int exit_code, bool is_killed);
void engine_remove(World *w, int container);
void engine_restart_all(World *w, int64_t down);
void engine_fail_and_restart(World *w, int container, int times);
