/* SPDX-License-Identifier: MIT */
/* What labels claim about an app, proven or not, and what an app is called. This stands apart from ownership.c so that
 * nobody takes a claim for a proof. */
#include <rgc/ownership.h>

#include <string.h>

char *owner_label(const char *app, const char *destination)
{
    return destination ? xasprintf("%s/%s", app, destination) : xstrdup(app);
}

static char *compose_name(const Labels *labels)
{
    return labels->compose_project && labels->compose_service
               ? xasprintf("%s/%s", labels->compose_project, labels->compose_service)
               : NULL;
}

void owner_claims(const Labels *labels, Strings *ret)
{
    cleanup_with(free_charp) char *compose = compose_name(labels);
    const char *const names[] = {labels->service, labels->swarm_service, compose};

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (names[i])
            strings_add_unique(ret, names[i]);
}

char *owner_claimed_label(const Labels *labels)
{
    if (labels->service && labels->role)
        return owner_label(labels->service, labels->destination);
    if (labels->compose_project && labels->compose_service)
        return labels->compose_oneoff ? NULL : compose_name(labels);
    return xstrdup(labels->swarm_service);
}
