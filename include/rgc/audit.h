/* SPDX-License-Identifier: MIT */
/*
 * Why releases are as large and as risky as they are: pure rules over what is known of how images were built
 * (ImageFacts.build). The checks are the rows of rgc/checks.def.
 */
#pragma once

#include <rgc/findings.h>

/* Of all apps that have releases here. */
void audit_apps(const Plan *plan, const Policy *policy, Audit *ret);
/* Of one image, whether or not it is a release. */
void audit_image(const Plan *plan, const Policy *policy, const PlannedImage *image, Audited *ret);
