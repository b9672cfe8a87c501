/* SPDX-License-Identifier: MIT */
/* The same host under a policy that keeps more. */
#include "variants.h"

static void with_policy(const Variant *v, const Policy *policy, const char *how)
{
    const Look look = LOOK_PLAIN;
    Round other;
    round_make(v->w, &look, policy, v->ledger, v->size, &other);
    variant_compare(v, &other, how);
    round_clear(&other);
}

void variant_more_kept(const Variant *v)
{
    Policy policy = v->w->policy;
    policy.retention.keep_previous++;
    with_policy(v, &policy, "with a higher keep_previous");
}

void variant_more_protected(const Variant *v)
{
    const Snapshot *snapshot = &v->pass->snapshot;
    if (snapshot->n_images == 0)
        return;
    const Image *image = &snapshot->images[roll(v->w, (uint32_t)snapshot->n_images)];
    Policy policy = v->w->policy;
    policy.protect = (Strings){0};
    strings_copy(&policy.protect, &v->w->policy.protect);
    strings_add(&policy.protect, image->tags.count > 0 ? image->tags.items[0] : image->id);
    cleanup_with(free_charp) char *how =
        xasprintf("when %s is protected", image->tags.count > 0 ? image->tags.items[0] : image->id);
    with_policy(v, &policy, how);
    strings_clear(&policy.protect);
}
