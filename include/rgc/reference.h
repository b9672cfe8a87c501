/* SPDX-License-Identifier: MIT */
/*
 * Image references as engines print them: "host:port/path:tag", "path@sha256:…".
 * Grammar: the OCI distribution spec's <name>, and Docker's reference syntax.
 */
#pragma once

#include <stdbool.h>

/* "r:5000/blog:v4" → "r:5000/blog", "blog@sha256:…" → "blog", "blog" → "blog". Caller frees. NULL if `s` is an ID
 * ("sha256:…") or "<none>…". */
char *reference_repository(const char *s);

/* "r:5000/blog:v4" → "v4" (points into `s`); NULL without a tag, and for "blog:v4@sha256:…" (a pin). */
const char *reference_tag(const char *s);

bool reference_is_id(const char *s);     /* "sha256:" and 64 hex digits */
bool reference_is_digest(const char *s); /* "name@sha256:…" */
bool reference_is_none(const char *s);   /* a "<none>" placeholder of API < 1.43 */
/* "latest" or "latest-…" */
bool tag_is_moving(const char *tag);
/* A tag of rgc's own, through which an image without a tag is removed: should somebody tag the image meanwhile, only
 * this one is gone. It is nobody's, no arrival, and no reason to keep an image. Caller frees; `repository`: NULL for
 * one of rgc's own. */
char *reference_own_tag(const char *repository, const char *image_id);
bool reference_is_own_tag(const char *s);
/* docker.io's shorthand: "docker.io/library/redis" and "library/redis" → "redis". Points into `repository`. */
const char *repository_short(const char *repository);
