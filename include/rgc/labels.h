/* SPDX-License-Identifier: MIT */
/*
 * The short names by which every view, message and journal entry calls images and apps. `rgc why` accepts each of them.
 * The caller frees them. They may contain text from the engine (see printable() in text.h).
 */
#pragma once

#include <rgc/plan.h>

/* "3f2a9c0b11de": 12 digits, without "sha256:". */
char *short_id(const char *id);
/* The first tag, with "+2" for more; else a digest, cut; else the short ID. Docker's own registry is left out. */
char *names_label(const Strings *tags, const Strings *digests, const char *id);
char *image_label(const Image *image);
/* "blog", "shop/staging"; with its folder where another app has the same name; "" for NO_APP. */
char *app_label(const Plan *plan, size_t app);
/* The app whose membership gives the image its verdict; NO_APP = the image belongs to none. */
size_t deciding_app(const PlannedImage *image);
