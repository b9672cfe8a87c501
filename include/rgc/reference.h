/* SPDX-License-Identifier: MIT */
/*
 * The names of images as engines print them: "host:port/path:tag", "path@sha256:…", an ID "sha256:…", and "<none>" in
 * place of a missing one. These functions take names apart. They do not check them as a registry would, because the
 * engine has accepted them already.
 *
 *     reference               repository    tag
 *     blog                    blog          NULL
 *     r:5000/blog:v4          r:5000/blog   v4
 *     blog:v4@sha256:…        blog          NULL, because the digest and not the tag decides
 *     sha256:…, <none>:<none> NULL          NULL
 *
 * Every function accepts NULL as a name, except where stated, and then answers NULL or false.
 *
 * Source: <name> and <reference> of the OCI distribution specification, and the package distribution/reference.
 */
#pragma once

#include <stdbool.h>

/* The repository, for the caller to free. NULL if `s` is an ID or begins with "<none>". */
char *reference_repository(const char *s);

/* The tag, which points into `s`. NULL if there is none, or if a digest follows it. */
const char *reference_tag(const char *s);

bool reference_is_id(const char *s);     /* "sha256:" and 64 hex digits */
bool reference_is_digest(const char *s); /* "name@sha256:…" */
bool reference_is_none(const char *s);   /* a "<none>" placeholder, which API versions before 1.43 send */
/* "latest" or "latest-…": a tag that is meant to move from release to release. */
bool tag_is_moving(const char *tag);
/* Makes a tag of rgc's own, "REPOSITORY:rgc-removing-" and 12 digits of the ID; the caller frees it. rgc gives it to an
 * image that has no tag, and removes the image through it: if somebody tags the image meanwhile, only rgc's tag is
 * removed. Such a tag belongs to nobody, is no arrival, and is no reason to keep an image. `repository` may be NULL,
 * for a name that no registry can have; `image_id` must not be NULL. */
char *reference_own_tag(const char *repository, const char *image_id);
bool reference_is_own_tag(const char *s);
/* Docker Hub's short form: "docker.io/library/redis" and "library/redis" → "redis". The result points into
 * `repository`, which must not be NULL. */
const char *repository_short(const char *repository);
