/* SPDX-License-Identifier: MIT */
/*
 * Checks of how the program starts: its user, its health check, signals, and what its containers leave behind. They
 * need no history. What live containers were started with overrides what the image says (Subject.setup).
 */
#include "checks.h"

#include <rgc/ownership.h>
#include <rgc/reference.h>

#include <string.h>

static bool is_outside_user_namespace(const Container *container)
{
    return container->run.setup & SETUP_HOST_USERS;
}

static bool installs_dropper(const Subject *s)
{
    const ImageBuild *build = judged(s)->build;

    for (size_t i = 0; build && i < build->n_steps; i++)
        if (build->steps[i].traits & DOES(GOSU))
            return true;
    return build && (build->hints & BUILD_GOSU);
}

/* Root in the container is not root of the host if the engine maps users (userns-remap), unless a container was started
 * with --userns=host. An entrypoint that gives up root, as those of many databases do, makes it a note. */
bool find_root_user(const Subject *s, Finding *finding)
{
    if (!(s->setup & SETUP_KNOWN) || !(s->setup & SETUP_ROOT))
        return false;
    if (s->plan->snapshot->engine.maps_users && !any_container(s, is_outside_user_namespace))
        return false;
    if ((s->setup & SETUP_DROPS_ROOT) || ((s->setup & SETUP_SCRIPT) && installs_dropper(s))) {
        finding->level = LEVEL_NOTE;
        finding_say(finding, "starts as root, which its entrypoint then gives up");
        finding_advise(finding, "nothing, unless it can do without: USER 10001 starts it with less");
        return true;
    }
    finding_say(finding, "runs as root");
    finding_advise(finding,
                   s->has_dockerfile
                       ? "after the last RUN, add a USER with a number, such as USER 10001; before it, RUN mkdir -p "
                         "DIR && chown 10001 DIR for each directory that it writes to; chown existing volumes on "
                         "the host"
                       : "start it with a user, such as --user 10001, and chown the volumes that it writes to");
    return true;
}

bool find_named_user(const Subject *s, Finding *finding)
{
    if (judged(s)->base.kind != BASE_SCRATCH || !(judged(s)->build->setup & SETUP_NAMED_USER))
        return false;
    finding_say(finding, "its USER is a name, and an image FROM scratch has no /etc/passwd");
    finding_advise(finding, "USER with a number, such as USER 10001");
    return true;
}

/* kamal-proxy checks the health of this role itself before it sends requests to it. */
static bool is_behind_proxy(const Container *container)
{
    return container->labels.role && strcmp(container->labels.role, "web") == 0;
}

/* Jobs serve nobody, so nothing has to say whether they do. */
bool find_no_healthcheck(const Subject *s, Finding *finding)
{
    if (!(s->setup & SETUP_KNOWN) || (s->setup & SETUP_HEALTH) || s->is_job)
        return false;
    if (s->app && s->app->kind == APP_KAMAL && any_container(s, is_behind_proxy))
        return false;
    finding_say(finding, "nothing tells whether it serves");
    if (judged(s)->base.kind == BASE_OTHER)
        finding_advise(
            finding, "add HEALTHCHECK CMD [\"PROGRAM\", \"ARGUMENT\"], a command whose exit code is 0 while it serves");
    else
        finding_advise(
            finding, "add HEALTHCHECK CMD [\"/PROGRAM\", \"health\"]: the program itself checks, as there is no shell");
    return true;
}

static bool is_unhealthy(const Container *container)
{
    return container->is_unhealthy;
}

/* rgc does not know which files an image has. It takes scratch and distroless bases for images without a shell, and
 * asks for a container that is unhealthy besides: the Dockerfile may have copied a shell. */
bool find_shell_healthcheck(const Subject *s, Finding *finding)
{
    if (!(s->setup & SETUP_HEALTH_SHELL) || !judged(s)->build || judged(s)->base.kind == BASE_OTHER ||
        !any_container(s, is_unhealthy))
        return false;
    finding_say(finding, "its health check needs a shell, which the image does not have");
    finding_advise(finding, "HEALTHCHECK CMD [\"/PROGRAM\", \"health\"], in brackets");
    return true;
}

bool find_shell_form(const Subject *s, Finding *finding)
{
    if (!(s->setup & SETUP_SHELL_FORM))
        return false;
    finding_say(finding, "a shell starts the program and does not pass signals on to it");
    finding_advise(finding,
                   "write CMD in brackets, and the program itself rather than npm: CMD [\"PROGRAM\", \"ARGUMENT\"]");
    return true;
}

static bool has_anonymous_mount(const Container *container)
{
    return container->anonymous_mounts.count > 0;
}

static const char *anonymous_mount(const Subject *s)
{
    const Snapshot *snapshot = s->plan->snapshot;

    for (size_t i = 0; i < snapshot->n_containers; i++) {
        const Container *container = &snapshot->containers[i];
        if (strcmp(container->image_id, judged(s)->image->id) == 0 && container->anonymous_mounts.count > 0)
            return container->anonymous_mounts.items[0];
    }
    return "a folder";
}

static bool declares_volume(const Subject *s, const Release *release, const BuildStep *step)
{
    (void)s;
    (void)release;
    return step->kind == STEP_VOLUME;
}

bool find_anonymous_volume(const Subject *s, Finding *finding)
{
    if (!any_container(s, has_anonymous_mount))
        return false;
    const char *path = anonymous_mount(s);
    bool is_own = s->has_dockerfile && !s->is_left_to_others && find_step(s, declares_volume);
    finding_say(finding, "each container makes a volume without a name for %s and leaves it behind", path);
    finding_advise(finding, "mount a volume with a name there, such as -v NAME:%s%s", path,
                   is_own ? ", or take VOLUME out of the Dockerfile" : "");
    return true;
}

static bool has_unbounded_log(const Container *container)
{
    return container->run.setup & SETUP_UNBOUNDED_LOG;
}

bool find_unbounded_log(const Subject *s, Finding *finding)
{
    if (!any_container(s, has_unbounded_log))
        return false;
    finding_say(finding, "its log grows without a limit");
    finding_advise(finding, "--log-opt max-size=10m, or \"log-driver\": \"local\" in /etc/docker/daemon.json");
    return true;
}

static bool was_started_by_digest(const Container *container)
{
    return container->image_ref && strchr(container->image_ref, '@');
}

/* A container that was started by digest names its release exactly, even if the image has no other tag. */
bool find_only_latest(const Subject *s, Finding *finding)
{
    const Strings *tags = &judged(s)->image->tags;

    for (size_t i = 0; i < tags->count; i++) {
        const char *tag = reference_tag(tags->items[i]);
        if (!tag || strcmp(tag, "latest") != 0)
            return false;
    }
    if (tags->count == 0 || any_container(s, was_started_by_digest))
        return false;
    finding_say(finding, "has no tag but latest");
    finding_advise(finding, "tag each build with its commit: -t %.*s:$(git rev-parse --short HEAD)",
                   (int)(strlen(tags->items[0]) - strlen(":latest")), tags->items[0]);
    return true;
}
