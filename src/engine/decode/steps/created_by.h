/* SPDX-License-Identifier: MIT */
/*
 * One entry of a history as a BuildStep. The entry is text, "CreatedBy" in GET /images/NAME/history of the Docker
 * Engine API, such as "RUN |1 A=1 /bin/sh -c make # buildkit" or "/bin/sh -c #(nop) COPY dir:… in /app", and no
 * specification says how it is written. Nothing here fails: text that rgc does not understand gives a step without
 * traits.
 */
#pragma once

#include <rgc/image_build.h>

/* Fills kind, traits, print and gist of a step that is zeroed; the caller clears it. Adds the names of variables and
 * build arguments that have a password to `secrets`. `comment` is the entry's "Comment", "" if it has none. */
void created_by_parse(const char *created_by, const char *comment, BuildStep *ret, Strings *secrets);

/* Adds "ENV NAME" to `secrets` if the name of the variable says that it has a password. `where` is "ENV" or "ARG",
 * `assignment` is "NAME=VALUE". The value is only looked at to find out whether there is one. */
void note_secret(const char *where, const char *assignment, Strings *secrets);

/* Returns what the commands of a RUN do, as DOES(…) bits, and a text of the words that rgc knows. The caller frees
 * `*ret_gist`. */
uint64_t run_traits(const char *command, char **ret_gist);
