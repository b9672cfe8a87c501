/* SPDX-License-Identifier: MIT */
/*
 * Two passes that know what has happened only from what the watcher has written down, of which the second one finds a
 * part of that damaged: a power cut leaves NULs where lines were. It must not remove more. This goes through the real
 * files (rgc/sightings_file.h, rgc/watch_file.h) in a directory of its own.
 */
#include "variants.h"

#include <rgc/watch.h>

#include <rgc/sightings_file.h>
#include <rgc/watch_file.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char where[64];
static StateDirectory *state;
static WatchFile claim_file = {.fd = -1, .lock_fd = -1};

static void forget_state(void)
{
    static const char *const files[] = {"seen.jsonl", "seen.jsonl.old", "watch.json", "watch.lock", "lock"};
    watch_file_close(&claim_file);
    state_free(state);
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        cleanup_with(free_charp) char *path = xasprintf("%s/%s", where, files[i]);
        (void)unlink(path);
    }
    (void)rmdir(where);
}

/* Once for the whole run. */
static bool has_state(void)
{
    WatchClaim last;
    Error error;
    if (state)
        return true;
    snprintf(where, sizeof(where), "/tmp/rgc-sim-XXXXXX");
    if (!mkdtemp(where) || state_open_or_make(where, &state, &error) < 0 || state_lock(state, &error) < 0 ||
        watch_file_open(state, &claim_file, &last, &error) < 0)
        return false;
    (void)atexit(forget_state);
    return true;
}

static char *seen_path(void)
{
    return xasprintf("%s/seen.jsonl", where);
}

static void write_sighting(const World *w, const SimEvent *event, SightingsFile *file)
{
    const SimContainer *c = event->container >= 0 && !event->is_commit ? &w->containers[event->container] : NULL;
    cleanup_with(sighting_clear) Sighting sighting = {
        .what = xstrdup(c ? "use" : "arrival"),
        .at = event->at.wall,
        .action = xstrdup(event->action),
        .image = xstrdup(w->images[event->image].id),
        .reference = xstrdup(event->reference),
        .is_transfer = event->is_transfer,
        .is_ending = event->is_kill,
    };
    if (c) {
        sighting.container = xstrdup(c->id);
        sighting.name = xstrdup(c->name);
        labels_copy(&sighting.labels, &c->labels);
    }
    sightings_file_add(file, &sighting);
}

/* What the watcher has written since the last pass that kept it, and its claim that it has missed nothing. */
static size_t write_all(const World *w)
{
    cleanup_with(free_charp) char *path = seen_path();
    SightingsFile file = {.state = state};
    const WatchClaim claim = {.since = w->kept_wall, .until = w->now + w->clock_error, .is_followed = true};
    size_t count = 0;
    (void)unlink(path);
    for (size_t i = 0; i < w->n_events; i++)
        if (w->events[i].at.t > w->kept_pass && w->events[i].image >= 0) {
            write_sighting(w, &w->events[i], &file);
            count++;
        }
    sightings_file_clear(&file);
    (void)watch_file_write(&claim_file, &claim);
    return count;
}

/* NULs over some of it. */
static void damage(World *w)
{
    static const char nuls[4096];
    cleanup_with(free_charp) char *path = seen_path();
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    off_t size = fd >= 0 ? lseek(fd, 0, SEEK_END) : 0;
    if (size > 0) {
        off_t from = roll(w, (uint32_t)size), length = 1 + roll(w, (uint32_t)(size - from));
        for (off_t at = 0; at < length; at += (off_t)sizeof(nuls)) {
            size_t part = length - at < (off_t)sizeof(nuls) ? (size_t)(length - at) : sizeof(nuls);
            if (pwrite(fd, nuls, part, from + at) < 0)
                break;
        }
    }
    if (fd >= 0)
        (void)close(fd);
}

void variant_damaged_sightings(const Variant *v)
{
    Look look = LOOK_PLAIN;
    Round whole, other;
    if (!v->w->is_agent || v->w->has_gap || !v->ledger || !has_state() || write_all(v->w) == 0)
        return;
    look.has_no_replay = true;
    look.sightings = state;
    round_make(v->w, &look, &v->w->policy, v->ledger, v->size, &whole);
    damage(v->w);
    round_make(v->w, &look, &v->w->policy, v->ledger, v->size, &other);
    const Variant seen = {.w = v->w, .pass = &whole, .ledger = v->ledger, .size = v->size, .has_no_replay = true};
    variant_compare(&seen, &other, "when what was seen is damaged");
    round_clear(&whole);
    round_clear(&other);
}
