/* SPDX-License-Identifier: MIT */
/*
 * The audit says why releases are as large and as risky as they are. It consists of pure rules over a plan and what the
 * snapshot of the plan knows about how each image was built (ImageFacts.build); the rules are the rows of
 * rgc/checks.def. The audit decides nothing: no removal depends on it. `rgc audit` shows it, status and metrics count
 * from it.
 *
 *     cleanup_with(audit_clear) Audit audit = {0};
 *     audit_apps(&plan, &policy, &audit);
 *     for (size_t i = 0; i < audit.n_apps; i++)
 *         show(&audit.apps[i]);
 *
 * The results borrow from the plan and its snapshot, so both must live as long as the results. Neither function fails:
 * what is not known of an image is not judged (Audited.is_known).
 */
#pragma once

#include <rgc/findings.h>

/* Judges each app that has releases on this host and adds it to `ret`, which the caller has zeroed; the app that could
 * save most comes first. The caller clears `ret` with audit_clear. */
void audit_apps(const Plan *plan, const Policy *policy, Audit *ret);
/* Judges one image, whether or not it is a release of an app; checks that compare releases do not apply then. The
 * caller clears `ret` with audited_clear. */
void audit_image(const Plan *plan, const Policy *policy, const PlannedImage *image, Audited *ret);
