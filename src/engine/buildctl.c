/* SPDX-License-Identifier: MIT */
/*
 * The cache of a builder, which the engine's own list and prune do not see: rgc runs `buildctl du` and `buildctl prune`
 * in the builder's container (exec.h) and reads what they print. BuildKit understands these forms since version 0.11.
 *
 * A builder that fails costs a pass only this builder. What buildctl says is not enough to call a cache empty or a
 * prune done: its exit code must be 0 as well, and whatever it named as removed before it failed still counts.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "engine/decode/decode.h"
#include "engine_parts.h"
#include "exec.h"

/* BuildKit measures each record once and remembers the size, so after a look that took too long the next one gets
 * further. */
#define LOOK_LIMIT_USEC (30 * USEC_PER_SEC)
/* To delete gigabytes on a slow disk takes minutes. Two prunes and a look, with all that an exec needs besides, must
 * take less than the 11 minutes that the agent waits for a sign of life (src/agent/agent.c). */
#define PRUNE_LIMIT_USEC (4 * USEC_PER_MINUTE)
/* A record has some 400 bytes, so this is enough for a hundred thousand of them. */
#define OUTPUT_MAX ((size_t)40 * 1024 * 1024)

/* These are the exit codes with which container runtimes and `timeout` say that there is no such program, or that it
 * cannot be run. */
static bool is_missing(int exit_code)
{
    return exit_code == 126 || exit_code == 127;
}

/* Tells a buildctl that failed from one that could not be started, for which the person must change the image. */
static int fail_by_exit(const ExecResult *result, Error *err)
{
    if (is_missing(result->exit_code))
        return error_set(err, ENOEXEC,
                         "buildctl could not be started in it (exit %d: %s): rgc needs the programs buildctl and "
                         "timeout there, which images such as moby/buildkit have",
                         result->exit_code, result->complaint);
    return error_set(err, EREMOTEIO, "buildctl failed in it (exit %d: %s)", result->exit_code, result->complaint);
}

static int run(Engine *engine, const char *container_id, const char *const *argv, int64_t limit_usec, ExecResult *ret,
               Error *err)
{
    const Exec exec = {.container_id = container_id, .argv = argv, .limit_usec = limit_usec, .output_max = OUTPUT_MAX};

    return engine_exec(engine, &exec, ret, err);
}

static int decode(const ExecResult *result, BuildCache *cache, Error *err)
{
    Error why;

    if (decode_buildctl(result->output, result->length, cache, &why) < 0)
        return error_set(err, EPROTO, "rgc cannot use what buildctl printed in it: %s", why.text);
    return 0;
}

/* Whether this buildctl is too old, or too new, for a flag. The sentence comes from the library that parses its
 * flags. */
static bool is_unknown_flag(const ExecResult *result)
{
    return result->exit_code != 0 && (strstr(result->complaint, "flag provided but not defined") ||
                                      strstr(result->output, "flag provided but not defined"));
}

int engine_query_builder(Engine *engine, const char *container_id, BuildCache *ret, Error *err)
{
    static const char *const argv[] = {"buildctl", "du", "--format", "{{json .}}", NULL};
    cleanup_with(exec_result_clear) ExecResult result = {0};
    BuildCache cache = {.is_known = true};
    int64_t limit = engine->timeout_usec < LOOK_LIMIT_USEC ? engine->timeout_usec : LOOK_LIMIT_USEC;
    int r = run(engine, container_id, argv, limit, &result, err);

    if (r < 0)
        return r;
    r = result.exit_code != 0 ? fail_by_exit(&result, err) : decode(&result, &cache, err);
    if (r == 0) {
        *ret = cache;
        return 0;
    }
    build_cache_clear(&cache);
    /* With very many records `du` fails (grpc: message larger than max), although a prune works. */
    ret->is_unread = r == -EREMOTEIO && !is_unknown_flag(&result);
    return r;
}

/* Runs one prune. The records that it reports as removed are added to `cache`, even if it then failed. */
static int prune(Engine *engine, const char *container_id, const char *flag, const char *value, BuildCache *cache,
                 bool *ret_is_unknown_flag, Error *err)
{
    const char *argv[] = {"buildctl", "prune", "--format", "{{json .}}", flag, value, NULL};
    cleanup_with(exec_result_clear) ExecResult result = {0};
    int r = run(engine, container_id, argv, PRUNE_LIMIT_USEC, &result, err);

    if (r < 0)
        return r;
    *ret_is_unknown_flag = is_unknown_flag(&result);
    if (result.exit_code == 0)
        return decode(&result, cache, err);
    Error ignored;
    if (!*ret_is_unknown_flag)
        (void)decode(&result, cache, &ignored);
    return fail_by_exit(&result, err);
}

static int prune_by_age(Engine *engine, const char *container_id, int64_t unused_for_usec, BuildCache *cache,
                        Error *err)
{
    int64_t hours = unused_for_usec / USEC_PER_HOUR + (unused_for_usec % USEC_PER_HOUR != 0);
    cleanup_with(free_charp) char *value = xasprintf("%" PRId64 "h", hours);
    bool ignored;

    return prune(engine, container_id, "--keep-duration", value, cache, &ignored, err);
}

/* buildctl takes megabytes. They are passed with a fraction, because a small cap rounded to 0 would be no cap at all.
 * The flag has two names: BuildKit renamed it. */
static int prune_by_size(Engine *engine, const char *container_id, int64_t max_size_bytes, BuildCache *cache,
                         Error *err)
{
    static const char *const flags[] = {"--keep-storage", "--max-used-space"};
    cleanup_with(free_charp) char *value = xasprintf("%.6f", (double)max_size_bytes / 1e6);
    bool is_unknown = true;
    int r = 0;

    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]) && is_unknown; i++) {
        is_unknown = false;
        r = prune(engine, container_id, flags[i], value, cache, &is_unknown, err);
    }
    return r;
}

int engine_prune_builder(Engine *engine, const char *container_id, int64_t unused_for_usec, int64_t max_size_bytes,
                         BuildCache *ret, Error *err)
{
    BuildCache cache = {.is_known = true};
    int r = 0;

    if (unused_for_usec >= 0)
        r = prune_by_age(engine, container_id, unused_for_usec, &cache, err);
    /* The cap is a run of its own: together with the age, buildctl would remove only what is old and beyond the cap. */
    if (r == 0 && max_size_bytes >= 0)
        r = prune_by_size(engine, container_id, max_size_bytes, &cache, err);
    *ret = cache;
    return r;
}
