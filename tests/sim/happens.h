/* SPDX-License-Identifier: MIT */
/* What happens on a host: deploys, people, strangers, trouble. */
#pragma once

#include "look.h"
#include "sim_engine.h"

/* sim_apps.c: which apps a host has; the deploys of kamal.c and others.c */
void make_apps(World *w);
int some_app(World *w); /* -1: none that time */
void kamal_something(World *w, int app);
void compose_something(World *w, int app);
void plain_something(World *w, int app);
void kamal_deploy(World *w, int app);
void compose_deploy(World *w, int app);
void deploy_app(World *w, int app); /* a new release, which serves */
/* people.c, strangers.c, trouble.c */
void people_something(World *w);
void stranger_something(World *w);
void trouble_something(World *w);
void reboot(World *w, int64_t down);
void act_something(World *w);
