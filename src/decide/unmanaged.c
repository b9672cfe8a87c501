/* SPDX-License-Identifier: MIT */
/*
 * Images that nobody is known to have used, and what keeps them even where the configuration lets such images go.
 *
 * The problem: unmanaged_max_unused and [disk] unmanaged = remove are meant for what somebody pulled and forgot. But an
 * image that no container here has used may be a backup that somebody committed, with nothing anywhere to restore it
 * from; or the first release of an app, that a deploy is about to start.
 *
 * The idea: rgc removes such an image only if it knows its steps, if they continue no other image that is or was here
 * (learn_origins.c), and if no app has run from its repository, whatever its labels say of whose it is. While images come
 * into a repository, all that is in it waits.
 *
 * What is never allowed: to take "rgc has seen no commit" for "nobody has committed it". tests/unit/decide/origins.c and
 * tests/unit/decide/rules_wait.c test this.
 */
#include "apps.h"

/* Of an image that only adds steps to another one nobody knows whether it is a release or a committed container. */
bool may_be_only_copy(const Context *context, const ImageRecord *record)
{
    return record->may_be_only_copy || record->may_be_own_work ||
           (policy_ends_unmanaged(context->policy) && !snapshot_facts(context->snapshot, record->id));
}

bool has_app_run_from(const Context *context, const ImageRecord *record)
{
    for (size_t i = 0; i < context->n_apps; i++)
        for (size_t j = 0; j < record->repositories.count; j++)
            if (strings_contain(&context->apps[i].run_from, record->repositories.items[j]))
                return true;
    return false;
}

bool no_key_ends_unmanaged(const Context *context, const ImageRecord *record)
{
    return may_be_only_copy(context, record) || has_app_run_from(context, record);
}

Time repository_busy_until(const Context *context, const ImageRecord *record, const Retention *retention)
{
    Time until = 0;
    for (size_t i = 0; i < context->snapshot->n_images; i++) {
        const ImageRecord *other = ledger_image(context->ledger, context->snapshot->images[i].id);
        if (other && record_shares_repository(record, other))
            until = later(until, gaps_due(&context->ledger->gaps, other->arrived, retention->quiet_usec));
    }
    return until > context->now ? until : 0;
}
