/* SPDX-License-Identifier: MIT */
/*
 * A sighting: one line of seen.jsonl, about something that an event of the engine told and that may be gone when a pass
 * looks. A line contains of a container only what tells its image and its app: no command, no environment, no other
 * labels. A line looks like this (times in microseconds since the epoch):
 *
 *     {"what":"use","at":1764322800000000,"action":"die","image":"sha256:…","reference":"shop:v9","container":"…",
 *      "name":"job-1","ended":true,"service":"shop"}
 */
#pragma once

#include <rgc/error.h>
#include <rgc/snapshot.h>

typedef struct Sighting {
    char *what; /* "arrival", "use" or "pass"; any other word comes from a newer rgc */
    Time at;
    char *action;           /* the engine's word, such as "pull" or "die" */
    char *image;            /* the ID of the image; NULL = not known */
    char *reference;        /* what somebody called the image; NULL = not told */
    bool is_transfer;       /* arrival: a pull, load or import */
    bool is_ending;         /* use: somebody ended the container from outside */
    char *container, *name; /* use: the container's ID and name; NULL = not told */
    bool has_exit_code;
    int exit_code;
    Labels labels; /* use: those of the container that tell its app */
} Sighting;

void sighting_clear(Sighting *sighting);
/* An image was pulled, loaded, imported, built or tagged. */
bool sighting_is_arrival(const Sighting *sighting);
/* A container was created, started or ended. */
bool sighting_is_use(const Sighting *sighting);
/* A pass noted that what was seen until `at` is in the ledger that it stored, and nowhere else. */
bool sighting_is_pass(const Sighting *sighting);
/* One line with its newline. NULL if it would be longer than 4 KiB, which no real host's is. Caller frees. */
char *sighting_to_line(const Sighting *sighting);
/* Reads a line, with or without members that are not known. -EPROTO if it is damaged; `*ret` is then not written. */
int sighting_from_line(const char *line, size_t length, Sighting *ret, Error *err);
