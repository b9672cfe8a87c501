/* SPDX-License-Identifier: MIT */
/* Checks of what labels, variables and names say. They see no values of variables, because rgc does not keep any. */
#include "checks.h"

#include <string.h>

static bool says_origin(const BuildStep *step)
{
    return step->kind == STEP_LABEL && (step->traits & DOES(ORIGIN));
}

/* An image inherits the labels of its base, which say where the base was built from, not the image. So a label counts
 * only if an own step sets it, or if no step and no base on this host explains it (docker build --label). A label whose
 * value is empty, as after a build argument that nobody gave, sets no BUILD_ORIGIN. */
static bool has_own_origin(const Subject *s)
{
    const Release *now = judged(s);
    bool is_of_base = false;

    if (!(now->build->hints & BUILD_ORIGIN))
        return false;
    for (size_t i = 0; i < now->build->n_steps; i++) {
        if (!says_origin(&now->build->steps[i]))
            continue;
        if (i >= now->base.n_steps)
            return true;
        is_of_base = true;
    }
    if (now->base.image) {
        const ImageFacts *base = snapshot_build(s->plan->snapshot, now->base.image->id);
        is_of_base |= base && (base->build->hints & BUILD_ORIGIN);
    }
    return !is_of_base;
}

bool find_no_labels(const Subject *s, Finding *finding)
{
    if (has_own_origin(s))
        return false;
    finding_say(finding, "nothing in it says where it was built from");
    finding_advise(finding, "add to the last stage:\nLABEL org.opencontainers.image.source=URL_OF_THE_REPOSITORY");
    return true;
}

/* Caller frees. */
static char *list_names(const Strings *secrets)
{
    char *list = xstrdup("");

    for (size_t i = 0; i < secrets->count; i++) {
        char *longer = xasprintf("%s%s%s", list, i > 0 ? ", " : "", secrets->items[i]);
        free(list);
        list = longer;
    }
    return list;
}

bool find_secret(const Subject *s, Finding *finding)
{
    const ImageBuild *build = judged(s)->build;

    if (!build || build->secrets.count == 0)
        return false;
    cleanup_with(free_charp) char *names = list_names(&build->secrets);
    bool is_argument = strstr(names, "ARG ") != NULL;
    finding_say(finding, "contains what looks like a secret (%s), which docker %s shows to everybody who has the image",
                names, is_argument ? "history" : "inspect");
    finding_advise(
        finding,
        is_argument
            ? "remove the ARG, mount the secret into the RUN that needs it, build with --secret "
              "id=NAME,env=NAME in place of --build-arg, and give the containers a new secret, since these releases "
              "contain this one:\n"
              "RUN --mount=type=secret,id=NAME,required=true \\\n"
              "  NAME=$(cat /run/secrets/NAME) COMMAND"
            : "give it to the container, not to the image (-e, env_file or secrets), and change it, since "
              "these releases contain it");
    return true;
}

/* Only the label org.opencontainers.image.base.name tells the name in FROM, so images without it have no finding. */
bool find_unpinned_base(const Subject *s, Finding *finding)
{
    const char *name = judged(s)->build->base_name;

    if (!name || strchr(name, '@'))
        return false;
    const char *slash = strrchr(name, '/'), *tag = strrchr(slash ? slash : name, ':');
    if (tag && strcmp(tag, ":latest") != 0)
        return false;
    finding_say(finding, "its base is %s, whatever that is on the day of the build", name);
    finding_advise(finding, "FROM %.*s with a version, or a digest", (int)(tag ? tag - name : (long)strlen(name)),
                   name);
    return true;
}
