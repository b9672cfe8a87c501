/* SPDX-License-Identifier: MIT */
/*
 * Checks of what package managers leave in a layer. A RUN with a cache mount looks the same in the history as one
 * without, so these findings are never exact; a step of at most 1 MB gives none.
 */
#include "checks.h"

#include <string.h>

static bool leaves(const BuildStep *step, uint64_t traits)
{
    return (step->traits & traits) && step->size_bytes > MEGABYTE;
}

static bool leaves_lists(const Subject *s, const Release *release, const BuildStep *step)
{
    (void)s;
    (void)release;
    return leaves(step, DOES(APT_LISTS));
}

bool find_apt_lists(const Subject *s, Finding *finding)
{
    if (gather_steps(s, leaves_lists, false, finding) == 0)
        return false;
    finding_say(finding, "stores the package lists of apt-get (unless they are in a cache mount)");
    finding_advise(finding, "end that RUN with && rm -rf /var/lib/apt/lists/*");
    return true;
}

static const struct {
    uint64_t trait;
    const char *program, *remedy;
} caches[] = {
    {DOES(APK_CACHE), "apk", "use apk add --no-cache"},
    {DOES(PIP_CACHE), "pip", "use pip install --no-cache-dir"},
    {DOES(YUM_CACHE), "dnf or yum", "end that RUN with && dnf clean all"},
    {DOES(ZYPPER_CACHE), "zypper", "end that RUN with && zypper clean --all"},
    {DOES(NPM_CACHE), "npm", "end that RUN with && npm cache clean --force"},
    {DOES(YARN_CACHE), "yarn", "end that RUN with && yarn cache clean"},
};

static bool leaves_cache(const Subject *s, const Release *release, const BuildStep *step)
{
    uint64_t traits = 0;

    (void)s;
    for (size_t i = 0; i < sizeof(caches) / sizeof(caches[0]); i++)
        traits |= caches[i].trait;
    if (release->build->hints & BUILD_PIP_OFF)
        traits &= ~DOES(PIP_CACHE);
    return leaves(step, traits);
}

bool find_package_cache(const Subject *s, Finding *finding)
{
    const BuildStep *step = find_step(s, leaves_cache);
    bool is_pip_off = judged(s)->build->hints & BUILD_PIP_OFF;

    if (!step || gather_steps(s, leaves_cache, false, finding) == 0)
        return false;
    for (size_t i = 0; i < sizeof(caches) / sizeof(caches[0]); i++) {
        if (!(step->traits & caches[i].trait) || (is_pip_off && caches[i].trait == DOES(PIP_CACHE)))
            continue;
        finding_say(finding, "stores the cache of %s (unless it is in a cache mount)", caches[i].program);
        finding_advise(finding, "%s", caches[i].remedy);
        break;
    }
    return true;
}

static bool takes_recommended(const Subject *s, const Release *release, const BuildStep *step)
{
    (void)s;
    (void)release;
    return leaves(step, DOES(RECOMMENDS));
}

bool find_recommends(const Subject *s, Finding *finding)
{
    if (gather_steps(s, takes_recommended, false, finding) == 0)
        return false;
    finding_say(finding, "also installs packages that are only recommended");
    finding_advise(finding, "apt-get install --no-install-recommends, and name those that it does need, such as "
                            "ca-certificates, or libc6-dev beside gcc");
    return true;
}
