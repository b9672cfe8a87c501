/* SPDX-License-Identifier: MIT */
/* The lines for what a survey has found besides images and caches. A line without a size says what would measure it. */
#include "holder_lines.h"

#include <rgc/builders.h>
#include <rgc/saturate.h>

#include <string.h>

#define LOOK "sudo rgc status"
#define MEASURE "sudo rgc status --deep"

/* A sum of sizes, of which some may not be known. */
typedef struct Tally {
    int64_t bytes;
    size_t count, n_unmeasured;
    Time oldest;
} Tally;

static void tally_add(Tally *tally, const Size *size)
{
    tally->count++;
    if (!size) {
        tally->n_unmeasured++;
        return;
    }
    saturating_grow(&tally->bytes, size->bytes);
    if (tally->oldest == 0 || size->at < tally->oldest)
        tally->oldest = size->at;
}

/* Adds the line of a tally. If nothing of it is measured, the line has no size. */
static void add_tally(Holders *ret, HolderKind kind, const char *name, const Tally *tally, const char *command)
{
    bool is_known = tally->n_unmeasured < tally->count;

    if (tally->count == 0)
        return;
    Holder *holder = holders_add(ret, kind, xstrdup(name), is_known ? tally->bytes : -1, xstrdup(command));
    if (!holder)
        return;
    holder->count = tally->count;
    holder->n_unmeasured = tally->n_unmeasured;
    holder->measured_at = tally->oldest;
    if (!is_known)
        holder->note = xstrdup("not measured yet: " MEASURE);
    else if (tally->n_unmeasured > 0)
        holder->note = xasprintf("%zu not measured yet: " MEASURE, tally->n_unmeasured);
}

/* Before API 1.42, `docker volume prune` removes named volumes as well. */
static bool prune_is_safe(const EngineInfo *engine)
{
    const char *dot = engine->api ? strchr(engine->api, '.') : NULL;
    size_t digits = dot ? strspn(dot + 1, "0123456789") : 0;

    return digits > 2 || (digits == 2 && strncmp(dot + 1, "42", 2) >= 0);
}

static bool is_cache_of_builder(const Plan *plan, const char *name)
{
    for (size_t i = 0; i < plan->n_builders; i++) {
        const Volume *volume = plan->builders[i].builder->volume;
        if (volume && strcmp(volume->name, name) == 0)
            return true;
    }
    return false;
}

static void add_volumes(const Plan *plan, const Survey *survey, Holders *ret)
{
    Tally volumes = {0}, anonymous = {0};

    for (size_t i = 0; i < survey->n_volumes; i++) {
        const FoundVolume *volume = &survey->volumes[i];
        if (volume->is_elsewhere || is_cache_of_builder(plan, volume->name))
            continue;
        tally_add(volume->is_anonymous && !volume->is_used ? &anonymous : &volumes,
                  sizes_find(&survey->sizes, SIZE_VOLUME, volume->name));
    }
    add_tally(ret, HOLDER_VOLUMES, "volumes", &volumes, "docker volume rm VOLUME");
    add_tally(ret, HOLDER_ANONYMOUS, "anonymous volumes", &anonymous,
              prune_is_safe(&plan->snapshot->engine) ? "docker volume prune" : "docker volume rm VOLUME");
}

static void add_layers(const Plan *plan, const Survey *survey, Holders *ret)
{
    Tally layers = {0};

    for (size_t i = 0; i < plan->snapshot->n_containers; i++)
        tally_add(&layers, sizes_find(&survey->sizes, SIZE_CONTAINER, plan->snapshot->containers[i].id));
    add_tally(ret, HOLDER_WRITABLE, "writable layers", &layers, "docker ps --all --size");
}

/* A container that was not inspected may have a log without a limit. */
static bool any_unbounded_log(const Snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->n_containers; i++) {
        int setup = snapshot->containers[i].run.setup;
        if (!(setup & SETUP_KNOWN) || setup & SETUP_UNBOUNDED_LOG)
            return true;
    }
    return false;
}

static void add_logs(const Plan *plan, const Survey *survey, Holders *ret)
{
    const char *command = any_unbounded_log(plan->snapshot) ? "log-opts: max-size" : "a lower max-size";
    Holder *holder;

    if (plan->snapshot->n_containers == 0 || plan->snapshot->engine.is_podman)
        return;
    if (survey->logs.is_known) {
        holder = holders_add(ret, HOLDER_LOGS, xstrdup("container logs"), survey->logs.bytes, xstrdup(command));
        if (holder)
            holder->count = survey->logs.count;
        return;
    }
    holder = holders_add(ret, HOLDER_LOGS, xstrdup("container logs"), -1, xstrdup(command));
    holder->note =
        xstrdup(survey->is_forbidden ? "only root may read them: " LOOK
                                     : "the engine's files are not visible here; see WHAT HOLDS THE DISK in rgc(1)");
}

static void add_stores(const Survey *survey, Holders *ret)
{
    for (size_t i = 0; i < survey->n_stores; i++) {
        const HiddenStore *store = &survey->stores[i];
        const Size *walked = sizes_find(&survey->sizes, SIZE_STORE, store->name);
        Holder *holder = holders_add(ret, HOLDER_HIDDEN, xasprintf("hidden images (%s)", store->name),
                                     walked ? walked->bytes : store->bytes, xstrdup("see rgc(1)"));
        if (!holder)
            continue;
        holder->count = store->n_images;
        holder->measured_at = walked ? walked->at : 0;
        holder->note = walked ? NULL : xstrdup("at least this much; " MEASURE " measures it");
    }
}

static void add_leftovers(const Survey *survey, Holders *ret)
{
    const Size *walked = sizes_find(&survey->sizes, SIZE_LEFTOVERS, "");
    Holder *holder = walked ? holders_add(ret, HOLDER_LEFTOVERS, xstrdup("unrecorded leftovers"), walked->bytes,
                                          xstrdup("see rgc(1)"))
                            : NULL;

    if (!holder)
        return;
    holder->count = walked->things > 0 ? (size_t)walked->things : 0;
    holder->measured_at = walked->at;
}

void holders_add_survey(const Plan *plan, const Survey *survey, Holders *ret)
{
    if (!survey->is_made)
        return;
    add_volumes(plan, survey, ret);
    add_layers(plan, survey, ret);
    add_logs(plan, survey, ret);
    if (survey->journal.is_known)
        holders_add(ret, HOLDER_JOURNAL, xstrdup("system journal"), survey->journal.bytes,
                    xstrdup("journalctl --vacuum-size=200M"));
    add_stores(survey, ret);
    add_leftovers(survey, ret);
}
