/* SPDX-License-Identifier: MIT */
/*
 * The text of the metrics, for node_exporter's textfile collector. docs/metrics.md describes each of them to people.
 *
 * The format is Prometheus' text exposition format 0.0.4: HELP and TYPE once for each name, then its series. Units are
 * those of Prometheus: seconds, bytes, ratios from 0 to 1. Counters come from the totals, which the state directory
 * keeps from pass to pass; gauges come from the pass that has just ended.
 *
 * What is never allowed: a line that a reader refuses, since one such line costs all metrics of the file. So label
 * values are escaped and made valid UTF-8, and two apps that would be one series are added up. Each reason of a
 * removal has a series from the start, with 0, so that increase() sees its first removal.
 * tests/unit/report/metrics.c tests this.
 */
#include <rgc/json_values.h>
#include <rgc/memory_stream.h>
#include <rgc/metrics.h>
#include <rgc/ownership.h>

#include <stdio.h>
#include <string.h>

static void begin(FILE *out, const char *name, const char *type, const char *help)
{
    fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* Returns the text as it is if it is valid UTF-8, and otherwise in a printable form. Caller frees. */
static char *sound_text(const char *s)
{
    json_t *valid = json_string(s);
    char *sound = valid ? xstrdup(s) : printable(s);
    json_decref(valid);
    return sound;
}

static void print_label(FILE *out, const char *name, const char *value)
{
    cleanup_with(free_charp) char *sound = sound_text(value ? value : "");
    fprintf(out, "%s=\"", name);
    for (const char *c = sound; *c; c++)
        switch (*c) {
        case '\\':
        case '"':
            fputc('\\', out);
            fputc(*c, out);
            break;
        case '\n':
            fputs("\\n", out);
            break;
        default:
            fputc(*c, out);
        }
    fputc('"', out);
}

static void print_seconds(FILE *out, const char *name, int64_t usec)
{
    if (usec < 0) /* the clock was set back during the pass */
        usec = 0;
    fprintf(out, "%s %lld.%03lld\n", name, (long long)(usec / USEC_PER_SEC), (long long)(usec % USEC_PER_SEC / 1000));
}

static void print_passes(FILE *out, const Totals *totals)
{
    begin(out, "rgc_passes_total", "counter", "Passes, by what caused them and how they ended.");
    for (size_t i = 0; i < totals->n_triggers; i++)
        for (int result = 0; result < RESULT_MAX_; result++) {
            fputs("rgc_passes_total{", out);
            print_label(out, "trigger", totals->triggers[i].trigger);
            fprintf(out, ",result=\"%s\"} %lld\n", pass_result_to_string((PassResult)result),
                    (long long)totals->triggers[i].passes[result]);
        }
}

static void print_removals(FILE *out, const Totals *totals)
{
    begin(out, "rgc_removed_images_total", "counter", "Images removed, by reason.");
    for (Reason reason = 0; reason < REASON_MAX_; reason++)
        if (reason_spec(reason)->verdict == VERDICT_REMOVE)
            fprintf(out, "rgc_removed_images_total{reason=\"%s\"} %lld\n", reason_to_string(reason),
                    (long long)totals->removed_images[reason]);
    begin(out, "rgc_removed_containers_total", "counter", "Containers removed.");
    fprintf(out, "rgc_removed_containers_total %lld\n", (long long)totals->removed_containers);
    begin(out, "rgc_failed_removals_total", "counter", "Removals that the engine refused or did not answer.");
    fprintf(out, "rgc_failed_removals_total %lld\n", (long long)totals->failed_removals);
    begin(out, "rgc_freed_bytes_total", "counter", "Bytes freed, as reported by the engine.");
    fprintf(out, "rgc_freed_bytes_total %lld\n", (long long)totals->freed_bytes);
}

static void print_times(FILE *out, const Pass *pass, const Totals *totals)
{
    begin(out, "rgc_last_pass_timestamp_seconds", "gauge", "When the last pass ended.");
    print_seconds(out, "rgc_last_pass_timestamp_seconds", pass->report.ended);
    begin(out, "rgc_last_pass_duration_seconds", "gauge", "How long the last pass took.");
    print_seconds(out, "rgc_last_pass_duration_seconds", pass->report.duration_ms * 1000);
    begin(out, "rgc_last_success_timestamp_seconds", "gauge", "When the last pass that did all it had to do ended.");
    print_seconds(out, "rgc_last_success_timestamp_seconds", totals->succeeded);
    begin(out, "rgc_trial", "gauge", "Whether passes only say what they would remove.");
    fprintf(out, "rgc_trial %d\n", pass->plan.suspension == SUSPENSION_TRIAL);
}

typedef struct DiskMetric {
    const char *name, *help;
    void (*print)(FILE *out, const Disk *disk);
} DiskMetric;

static void print_used(FILE *out, const Disk *disk)
{
    fprintf(out, "%.4f", disk->used_percent / 100);
}

static void print_used_inodes(FILE *out, const Disk *disk)
{
    fprintf(out, "%.4f", disk->used_inodes_percent / 100);
}

static void print_available(FILE *out, const Disk *disk)
{
    fprintf(out, "%lld", (long long)disk->available_bytes);
}

/* The state after the pass, or the one before it if the pass failed before it could measure again. */
static void print_disks(FILE *out, const Pass *pass)
{
    static const DiskMetric metrics[] = {
        {"rgc_disk_used_ratio", "How full a file system of the engine is, from 0 to 1, as df shows it.", print_used},
        {"rgc_disk_used_inodes_ratio", "Which share of its inodes is used, from 0 to 1.", print_used_inodes},
        {"rgc_disk_available_bytes", "Bytes that are free on it.", print_available},
    };
    bool is_after = pass->report.n_disks_after > 0;
    const Disk *disks = is_after ? pass->report.disks_after : pass->snapshot.disks;
    size_t count = is_after ? pass->report.n_disks_after : pass->snapshot.n_disks;
    for (size_t i = 0; count > 0 && i < sizeof(metrics) / sizeof(metrics[0]); i++) {
        begin(out, metrics[i].name, "gauge", metrics[i].help);
        for (size_t j = 0; j < count; j++) {
            fprintf(out, "%s{", metrics[i].name);
            print_label(out, "path", disks[j].path);
            fputs("} ", out);
            metrics[i].print(out, &disks[j]);
            fputc('\n', out);
        }
    }
}

/* Is anything of the app left on this host? If not, only the ledger knows it. */
static bool is_here(const PlannedApp *app)
{
    return app->current.count > 0 || app->rollback_wanted > 0;
}

/* Compose projects of the same name in several folders have the same labels, so they are one series. Equal apps are
 * neighbours in the plan. */
static bool is_same_series(const PlannedApp *a, const PlannedApp *b)
{
    return a->kind == b->kind && strcmp(a->name, b->name) == 0 && same_text(a->destination, b->destination);
}

/* An alert compares the two: rgc_rollback_ready_releases below rgc_rollback_wanted_releases means that a rollback which
 * the configuration promises is not possible. */
static void print_rollback(FILE *out, const Plan *plan, const char *name, const char *help, bool is_wanted)
{
    begin(out, name, "gauge", help);
    for (size_t i = 0; i < plan->n_apps; i++) {
        const PlannedApp *app = &plan->apps[i];
        int value = 0;
        bool is_any_here = false;
        if (i > 0 && is_same_series(&plan->apps[i - 1], app))
            continue;
        for (size_t j = i; j < plan->n_apps && is_same_series(&plan->apps[j], app); j++) {
            is_any_here |= is_here(&plan->apps[j]);
            value += is_wanted ? plan->apps[j].rollback_wanted : plan->apps[j].rollback_ready;
        }
        if (!is_any_here)
            continue;
        fprintf(out, "%s{", name);
        print_label(out, "app", app->name);
        fputc(',', out);
        print_label(out, "destination", app->destination);
        /* Without the kind, a service of Kamal and one of Compose with the same name would be one series. */
        fprintf(out, ",kind=\"%s\"} %d\n", app_kind_to_string(app->kind), value);
    }
}

/* Adds up what the apps of this series could save. Returns false if rgc does not know how any of them was built. */
static bool is_in_audit(const Audit *audit, const PlannedApp *app, int64_t *saves_bytes)
{
    bool is_known = false;
    for (size_t i = 0; i < audit->n_apps; i++)
        if (is_same_series(audit->apps[i].app, app)) {
            is_known |= audit->apps[i].is_known;
            *saves_bytes += audited_could_save(&audit->apps[i]);
        }
    return is_known;
}

static void print_audit(FILE *out, const Plan *plan, const Audit *audit)
{
    if (audit->n_apps > 0)
        begin(out, "rgc_audit_saves_bytes", "gauge",
              "Bytes that the releases of an app could do without, as estimated by rgc audit.");
    for (size_t i = 0; i < plan->n_apps; i++) {
        const PlannedApp *app = &plan->apps[i];
        int64_t bytes = 0;
        if ((i > 0 && is_same_series(&plan->apps[i - 1], app)) || !is_in_audit(audit, app, &bytes))
            continue;
        fputs("rgc_audit_saves_bytes{", out);
        print_label(out, "app", app->name);
        fputc(',', out);
        print_label(out, "destination", app->destination);
        fprintf(out, ",kind=\"%s\"} %lld\n", app_kind_to_string(app->kind), (long long)bytes);
    }
}

char *metrics_text(const Pass *pass, const Totals *totals)
{
    char *text = NULL;
    size_t size;
    FILE *out = memory_stream(&text, &size);
    print_passes(out, totals);
    print_removals(out, totals);
    print_times(out, pass, totals);
    print_disks(out, pass);
    if (pass->plan.n_apps > 0) {
        print_rollback(out, &pass->plan, "rgc_rollback_ready_releases",
                       "Previous releases that a rollback can go to, by app.", false);
        print_rollback(out, &pass->plan, "rgc_rollback_wanted_releases",
                       "Previous releases that the configuration keeps, capped at the number that exist, by app.",
                       true);
    }
    print_audit(out, &pass->plan, &pass->audit);
    memory_stream_close(out);
    return text;
}
