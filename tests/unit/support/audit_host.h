/* SPDX-License-Identifier: MIT */
/* A host with releases of one app that were built as a test says: histories as engines write them, decoded and judged. */
#pragma once

#include "unit.h"

#include "engine/decode/decode.h"

#include <rgc/audit.h>

#include <stdio.h>
#include <string.h>

/* Most rows of a table say only what matters of them. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

#define ROWS_MAX 24
#define RELEASES_MAX 6
#define BUILDKIT_COMMENT "buildkit.dockerfile.v0"

/* One entry of a history. */
typedef struct Row {
    int64_t kb;                       /* below 0: a layer of which the engine does not tell the size */
    const char *created_by, *comment; /* NULL: BuildKit's */
    bool is_shared;                   /* the same layer in all releases */
    int day;                          /* when it was made; 0 = day 40 */
} Row;

/* What bases bring along; `is_shared`. */
#define DEBIAN                                                                                                         \
    {120000, "/bin/sh -c #(nop) ADD file:1 in / ", "", true, 1},                                                       \
    {                                                                                                                  \
        0, "/bin/sh -c #(nop)  CMD [\"bash\"]", "", true, 1                                                            \
    }
#define NODE_SLIM                                                                                                      \
    DEBIAN, {100000, "RUN /bin/sh -c set -ex && curl node # buildkit", NULL, true, 5},                                 \
    {                                                                                                                  \
        0, "CMD [\"node\"]", NULL, true, 5                                                                             \
    }
#define IMPORTED(kb)                                                                                                   \
    {                                                                                                                  \
        kb, "", "Imported from -", true, 1                                                                             \
    }

typedef struct AuditHost {
    Snapshot snapshot;
    Plan plan;
    PlannedApp apps[2];
    Policy policy;
    char ids[RELEASES_MAX + 2][72], versions[RELEASES_MAX][8];
    size_t n_images;
} AuditHost;

static inline void host_clear(AuditHost *host)
{
    for (size_t i = 0; i < host->plan.n_images; i++)
        free(host->plan.images[i].apps);
    free(host->plan.images);
    for (size_t i = 0; i < 2; i++) {
        free(host->apps[i].name);
        strings_clear(&host->apps[i].current);
    }
    free(host->plan.containers);
    for (size_t i = 0; i < host->snapshot.n_images; i++) {
        host->snapshot.images[i].id = NULL;
        image_clear(&host->snapshot.images[i]);
    }
    free(host->snapshot.images);
    host->snapshot.images = NULL;
    host->snapshot.n_images = 0;
    snapshot_clear(&host->snapshot);
    policy_clear(&host->policy);
    free(host);
}
DEFINE_CLEANUP(AuditHost, host_clear)

/* The engine's answers for these rows. Caller frees. */
static inline char *inspect_text(const char *id, const char *config, const Row *rows, size_t release)
{
    char *text = xasprintf("{\"Id\":\"%s\",\"Config\":%s,\"RootFS\":{\"Layers\":[", id, config);
    const char *comma = "";

    for (size_t i = 0; i < ROWS_MAX && rows[i].created_by; i++) {
        if (rows[i].kb == 0)
            continue;
        char *longer = xasprintf("%s%s\"sha256:%s-%zu-%lld-%zu\"", text, comma, rows[i].is_shared ? "shared" : "own", i,
                                 (long long)rows[i].kb, rows[i].is_shared ? 0 : release);
        free(text);
        text = longer;
        comma = ",";
    }
    char *whole = xasprintf("%s]}}", text);
    free(text);
    return whole;
}

/* Caller frees. */
static inline char *quoted(const char *text)
{
    char *result = xcalloc(1, 2 * strlen(text) + 1), *to = result;

    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            *to++ = '\\';
        *to++ = *text;
    }
    return result;
}

static inline char *history_text(const Row *rows, size_t release)
{
    char *text = xstrdup("]");

    for (size_t i = 0; i < ROWS_MAX && rows[i].created_by; i++) {
        cleanup_with(free_charp) char *by = quoted(rows[i].created_by);
        cleanup_with(free_charp) char *entry =
            xasprintf("{\"Created\":%lld,\"Size\":%lld,\"CreatedBy\":\"%s\",\"Comment\":\"%s\"}%s",
                      1700000000LL + (rows[i].is_shared ? 0 : (long long)release * 60) +
                          86400LL * (rows[i].day ? rows[i].day : 40),
                      rows[i].kb > 0 ? (long long)rows[i].kb * 1000 : 0, by,
                      rows[i].comment ? rows[i].comment : BUILDKIT_COMMENT, i ? "," : "");
        char *joined = xasprintf("%s%s", entry, text);
        free(text);
        text = joined;
    }
    char *whole = xasprintf("[%s", text);
    free(text);
    return whole;
}

/* Another image on the host; with `app` a release of it: the newest is the one that is added last. */
static inline void host_add(AuditHost *host, const char *tag, const char *config, const Row *rows, bool is_release)
{
    size_t n = host->n_images++;
    Error err = {0};
    int64_t bytes = 0;

    snprintf(host->ids[n], sizeof(host->ids[n]), "sha256:%064zx", n + 1);
    cleanup_with(free_charp) char *inspect = inspect_text(host->ids[n], config, rows, n);
    cleanup_with(free_charp) char *history = history_text(rows, n);
    for (size_t i = 0; i < ROWS_MAX && rows[i].created_by; i++)
        bytes += rows[i].kb > 0 ? rows[i].kb * 1000 : 0;
    Image *image = array_add(&host->snapshot.images, &host->snapshot.n_images);
    image->id = host->ids[n];
    image->size_bytes = bytes;
    image->created = (1700000000 + (int64_t)n * 3600) * USEC_PER_SEC;
    strings_add(&image->tags, tag);
    ImageFacts *facts = array_add(&host->snapshot.facts, &host->snapshot.n_facts);
    facts->id = xstrdup(host->ids[n]);
    facts->build = xcalloc(1, sizeof(*facts->build));
    if (decode_facts(inspect, strlen(inspect), facts, &err) < 0 ||
        decode_facts_history(history, strlen(history), facts, &err) < 0)
        fail_msg("%s: %s\n%s\n%s", tag, err.text, inspect, history);
    PlannedImage *planned = array_add(&host->plan.images, &host->plan.n_images);
    if (!is_release)
        return;
    snprintf(host->versions[n], sizeof(host->versions[n]), "v%zu", n + 1);
    Membership *membership = array_add(&planned->apps, &planned->n_apps);
    membership->version = host->versions[n];
    strings_clear(&host->apps[0].current);
    strings_add(&host->apps[0].current, host->ids[n]);
}

static inline AuditHost *host_new(void)
{
    AuditHost *host = xcalloc(1, sizeof(*host));
    host->apps[0] = (PlannedApp){.kind = APP_COMPOSE, .name = xstrdup("blog")};
    host->apps[1] = (PlannedApp){.kind = APP_COMPOSE, .name = xstrdup("shop")};
    return host;
}

/* After all images are there. */
static inline void host_settle(AuditHost *host)
{
    host->plan.snapshot = &host->snapshot;
    host->plan.apps = host->apps;
    host->plan.n_apps = 2;
    for (size_t i = 0; i < host->plan.n_images; i++)
        host->plan.images[i].image = &host->snapshot.images[i];
}

/* "toolchain one-stage", in the order of the checks. Caller frees. */
static inline char *names_of(const Audited *audited)
{
    char *names = xstrdup("");

    for (Check check = 0; check < CHECK_MAX_; check++)
        for (size_t i = 0; i < audited->n_findings; i++)
            if (audited->findings[i].check == check) {
                char *longer = xasprintf("%s%s%s%s", names, *names ? " " : "", check_spec(check)->name,
                                         audited->findings[i].level == check_spec(check)->level ? "" : ":note");
                free(names);
                names = longer;
            }
    return names;
}

static inline const Finding *finding_of(const Audited *audited, Check check)
{
    for (size_t i = 0; i < audited->n_findings; i++)
        if (audited->findings[i].check == check)
            return &audited->findings[i];
    fail_msg("%s has not fired", check_spec(check)->name);
    return NULL;
}
