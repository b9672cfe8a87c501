/* SPDX-License-Identifier: MIT */
/* What must stay, and why. Only what the contract plainly promises is claimed, and only as far as a pass can know. */
#pragma once

#include "look.h"
#include "truth.h"

typedef struct Claim {
    Property property; /* PROPERTY_MAX_: none */
    char text[200];
} Claim;
typedef struct Claims {
    Claim *images, *containers;
    size_t count;
} Claims;
void claim_image(Claims *claims, int image, Property property, const char *format, ...)
    __attribute__((__format__(__printf__, 4, 5)));
void claim_container(Claims *claims, int container, Property property, const char *format, ...)
    __attribute__((__format__(__printf__, 4, 5)));
void claims_of_kamal(const World *w, int app, const Policy *policy, Claims *claims);
void claims_of_groups(const World *w, const Policy *policy, Claims *claims);
void claims_of_others(const World *w, int app, const Policy *policy, Claims *claims);
void claims_of_strangers(const World *w, const Policy *policy, Claims *claims);
