/* SPDX-License-Identifier: MIT */
/*
 * One entry of a history: "RUN |1 A=1 /bin/sh -c make # buildkit", "/bin/sh -c #(nop) COPY dir:… in /app" … BuildKit, the
 * classic builder and buildah each have a way of their own to write the same step.
 */
#pragma once

#include <rgc/image_build.h>

/* Fills kind, traits, print and gist. Names of build arguments that hold a password are added to `secrets`. */
void created_by_parse(const char *created_by, const char *comment, BuildStep *ret, Strings *secrets);

/* Adds "ENV NAME" to `secrets` if this variable holds a password, to go by its name; the value is only looked at for
 * being one at all. */
void note_secret(const char *where, const char *assignment, Strings *secrets);

/* What the words of this command do (TRAITs), and a text of those that are known. Caller frees `ret_gist`. */
uint64_t run_traits(const char *command, char **ret_gist);
