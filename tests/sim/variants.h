/* SPDX-License-Identifier: MIT */
/* Two passes over one host, of which the second knows less or is told to keep more. */
#pragma once

#include "story.h"
#include "truth.h"

typedef struct Variant {
    World *w;
    const Round *pass;   /* the plain one */
    const Round *others; /* what these remove may go as well */
    size_t n_others;
    const Round *last; /* which releases this removes does not count; NULL */
    const char *ledger;
    size_t size;
    bool has_no_replay;      /* of what ran, a name that was given later is not known: then it is not young */
    bool may_rank_otherwise; /* which release goes may be another one, as long as
                                there are no more of them */
} Variant;

/* Does the other one remove more? Then it fails. */
void variant_compare(const Variant *v, const Round *other, const char *how);
/* One that looks otherwise at the same host. */
void variant_look(const Variant *v, const Look *look, const char *how);
int variant_container(const Variant *v); /* any; -1 */
/* What goes so much later once the clock is believed again: that it has been doubted is a part of what the ledger
 * knows. */
void variant_unsuspended(const Variant *v, int64_t later, Round *ret);

/* variants_less.c */
void variant_less_inspect(const Variant *v);
void variant_less_replay(const Variant *v);
void variant_less_line(const Variant *v);
void variant_less_ledger(const Variant *v);
void variant_no_ledger(const Variant *v);
/* Do only events tell why the plain pass keeps it? */
bool variant_only_events_tell(const Variant *v, const Judgement *plain, int image);

/* variants_seen.c */
void variant_damaged_sightings(const Variant *v);

/* variants_kept.c */
void variant_more_kept(const Variant *v);
void variant_more_protected(const Variant *v);

/* variants_rows.c */
void variant_labelled(const Variant *v);
void variant_restarted(const Variant *v);
void variant_relabelled(const Variant *v);
void variant_odd_rows(const Variant *v);
void variant_renamed(const Variant *v);
