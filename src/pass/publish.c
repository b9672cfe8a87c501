/* SPDX-License-Identifier: MIT */
/*
 * What others read of a pass that has ended: the history and the metrics. It comes last, and nothing here fails a pass:
 * the removals have happened, and the ledger knows of them. tests/fault/metrics.py tests the files.
 */
#include "pass_parts.h"

#include <rgc/file.h>
#include <rgc/host.h>
#include <rgc/metrics.h>
#include <rgc/report_json.h>
#include <rgc/saturate.h>
#include <rgc/summary.h>
#include <rgc/totals_file.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

/* A number beyond this is damage, from which numbers must not continue. */
#define NUMBERS_MAX 100000000
#define TEXTFILE_MODE ((mode_t)0644) /* node_exporter runs as another user */

/* The directory of a path. `ret_name`, the rest, is borrowed from the path. Caller frees. */
static char *directory_of(const char *path, const char **ret_name)
{
    const char *slash = strrchr(path, '/'); /* there is one: the configuration takes absolute paths only */
    *ret_name = slash + 1;
    return xstrndup(path, slash > path ? (size_t)(slash - path) : 1);
}

/* -1 if there is no such directory, because nobody reads metrics here, or if `*ret_err` says why it cannot be used. */
static int open_directory(const char *path, const char **ret_name, Error *ret_err)
{
    cleanup_with(free_charp) char *directory = directory_of(path, ret_name);
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 && errno != ENOENT)
        error_set(ret_err, errno, "%s: cannot be opened: %s", directory, strerror(errno));
    return fd;
}

PassResult pass_result(const Pass *pass, const char *error)
{
    if (pass->report.was_interrupted)
        return RESULT_INTERRUPTED;
    if (error || report_has_failures(&pass->report))
        return RESULT_FAILED;
    return pass->plan.suspension == SUSPENSION_NONE ? RESULT_DONE : RESULT_SUSPENDED;
}

/* Adds the pass to the totals. If these cannot be stored, the old ones are shown: a counter that went back later would
 * look like one that has begun anew. */
static void count_pass(StateDirectory *state, const PassOptions *options, const char *error, const Pass *pass,
                       Totals *ret, Error *err)
{
    totals_load(state, ret);
    totals_add(ret, &pass->plan, &pass->report, options->trigger ? options->trigger : "here", pass_result(pass, error));
    if (totals_save(state, ret, err) < 0) {
        totals_clear(ret);
        totals_load(state, ret);
    }
}

static void count_and_write(int directory_fd, const char *name, StateDirectory *state, const PassOptions *options,
                            const char *error, const Pass *pass, Error *err)
{
    Totals totals = {0};
    count_pass(state, options, error, pass, &totals, err);
    cleanup_with(free_charp) char *text = metrics_text(pass, &totals);
    file_replace(directory_fd, name, text, strlen(text), TEXTFILE_MODE, (uid_t)-1, (gid_t)-1, err);
    totals_clear(&totals);
}

void metrics_publish(const Config *config, StateDirectory *state, const PassOptions *options, const char *error,
                     Pass *pass)
{
    const char *name;
    Error err = {0};
    if (!config->textfile)
        return;
    cleanup_with(close_fdp) int fd = open_directory(config->textfile, &name, &err);
    if (fd >= 0)
        count_and_write(fd, name, state, options, error, pass, &err);
    if (err.code)
        pass->metrics_note = xasprintf("the metrics in %s are not complete: %s", config->textfile, err.text);
}

static int64_t available_bytes(const Disk *disks, size_t count)
{
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        saturating_grow(&sum, disks[i].available_bytes);
    return sum;
}

void pass_measure(const Config *config, Pass *pass)
{
    Report *report = &pass->report;
    const Snapshot *snapshot = &pass->snapshot;

    if (host_read_disks(&snapshot->engine, &config->storage, &report->disks_after, &report->n_disks_after, NULL) == 0)
        report->freed.disk_bytes = available_bytes(report->disks_after, report->n_disks_after) -
                                   available_bytes(snapshot->disks, snapshot->n_disks);
    report->freed.estimated_bytes = pass->plan.estimate_bytes;
}

/* The highest number of a pass in the history; 0 = none. */
static int last_number(StateDirectory *state)
{
    cleanup_with(strings_clear) Strings lines = {0};
    int64_t last = 0;
    Error ignored;
    (void)history_read(state, 0, &lines, &ignored);
    for (size_t i = 0; i < lines.count; i++) {
        cleanup_with(summary_clear) Summary summary = {0};
        if (summary_from_line(lines.items[i], &summary) && summary.pass > last && summary.pass < NUMBERS_MAX)
            last = summary.pass;
    }
    return (int)last;
}

void pass_number(StateDirectory *state, Ledger *ledger)
{
    if (ledger->is_new && ledger->passes == 0)
        ledger->passes = last_number(state);
    ledger->is_new = false;
    ledger->passes += ledger->passes < INT_MAX;
}

void pass_write_history(StateDirectory *state, const PassOptions *options, Pass *pass, const char *error)
{
    const Report *report = &pass->report;
    const SummaryCause cause = {options->trigger ? options->trigger : "here", options->reason};
    bool removed_nothing = report->counts[OUTCOME_REMOVED] == 0;
    Error ignored = {0};
    pass->summary = json_summary(pass, pass->ledger.passes, &cause, error);
    /* If the history cannot be written, as on a full disk, the report still tells what the pass did. */
    (void)history_append(state, pass->summary, removed_nothing, &ignored);
}
