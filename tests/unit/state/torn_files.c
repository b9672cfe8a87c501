/* SPDX-License-Identifier: MIT */
/*
 * The files of the state directory from which a pass decides, cut off at every byte, and with NULs from every byte on,
 * as a power cut leaves them; and with a hole of NULs. Nothing is known that was not written, what lies behind a damage
 * is read, nobody claims that nothing was missed across it, and a pass removes nothing that it would have kept both
 * with the whole file and with none. What only tells people: torn_lines.c.
 */
#include "remembered.h"
#include "state/ledger_json.h"
#include "torn.h"

#include <rgc/watch_file.h>

#include <grp.h>
#include <sys/wait.h>

/* --- seen.jsonl */

static void note_line(const Sighting *sighting, void *userdata)
{
    cleanup_with(free_charp) char *line = sighting_to_line(sighting);

    strings_add(userdata, line);
}

static void add_all(const Remembered *host, StateDirectory *state)
{
    cleanup_with(sightings_file_clear) SightingsFile file = {.state = state};

    for (size_t i = 0; i < host->n_sightings; i++)
        sightings_file_add(&file, &host->sightings[i]);
    assert_false(file.has_lost);
}

static void watch_until(const Remembered *host, WatchFile *file, Time until)
{
    assert_int_equal(watch_file_write(file, &(WatchClaim){.since = host->learned - HOURS(1), .until = until}), 0);
}

static void assert_goes_on(StateDirectory *state, const Strings *before, const File *file, Damage damage, size_t at)
{
    cleanup_with(sightings_file_clear) SightingsFile more = {.state = state};
    cleanup_with(strings_clear) Strings after = {0};
    cleanup_with(sighting_clear) Sighting sighting = {
        .what = xstrdup("use"), .at = 7, .action = xstrdup("start"), .reference = xstrdup("added:later")};

    sightings_file_add(&more, &sighting);
    (void)sightings_files_read(state, note_line, &after);
    if (after.count != before->count + 1 || !strstr(after.items[after.count - 1], "added:later"))
        fail_msg("%s, damage %d at %zu: what is added behind it is not read", file->name, damage, at);
}

typedef struct Watching {
    Remembered host;
    Ledger ledger;
    WatchFile watch;
    StateDirectory *state;
    File file;
    Strings lines;   /* of the whole file */
    Strings removed; /* with it, or without it */
} Watching;

static void check_seen(Watching *t, Damage damage, size_t at)
{
    cleanup_with(strings_clear) Strings lines = {0}, removed = {0};

    put_damaged(&t->file, damage, at);
    size_t n_damaged = sightings_files_read(t->state, note_line, &lines);
    assert_part(&lines, &t->lines, &t->file, damage, at);
    if (lines.count < lines_behind(&t->file, damage, at))
        fail_msg("damage %d at %zu: %zu lines are read", damage, at, lines.count);
    if (is_seen(&t->file, damage, at) && n_damaged == 0)
        fail_msg("damage %d at %zu of %zu is not told", damage, at, t->file.size);
    if (at % stride() != 0 && is_seen(&t->file, damage, at))
        return;
    assert_goes_on(t->state, &lines, &t->file, damage, at);
    put_damaged(&t->file, damage, at);
    /* Only a crash of the host takes whole lines, and the engine's replay begins behind that. */
    watch_until(&t->host, &t->watch, t->host.w.now - (is_seen(&t->file, damage, at) ? 0 : MINUTES(5)));
    remembered_pass(&t->host, &t->ledger, t->state, &removed);
    if (n_damaged > 0)
        assert_true(t->host.w.host.arrivals_since == t->host.w.now - MINUTES(1)); /* no claim */
    assert_part(&removed, &t->removed, &t->file, damage, at);
}

static void watching_begin(Watching *t)
{
    WatchClaim last;
    Error err = {0};

    remembered_make(&t->host);
    t->state = open_locked();
    assert_int_equal(ledger_from_json(t->host.ledger, t->host.size, &t->ledger, &err), 0);
    remembered_pass(&t->host, &t->ledger, NULL, &t->removed);
    add_all(&t->host, t->state);
    assert_int_equal(watch_file_open(t->state, &t->watch, &last, &err), 0);
    watch_until(&t->host, &t->watch, t->host.w.now);
    t->file = file_as_it_is("seen.jsonl");
    assert_int_equal(sightings_files_read(t->state, note_line, &t->lines), 0);
    assert_int_equal(t->lines.count, t->host.n_sightings);
    remembered_pass(&t->host, &t->ledger, t->state, &t->removed);
    assert_true(t->host.w.host.arrivals_since == t->host.learned); /* nothing was missed */
    assert_true(t->removed.count > 0);
}

static void watching_end(Watching *t)
{
    watch_file_close(&t->watch);
    strings_clear(&t->lines);
    strings_clear(&t->removed);
    free(t->file.text);
    ledger_clear(&t->ledger);
    state_free(t->state);
    remembered_clear(&t->host);
}

static void what_was_watched_costs_its_damaged_lines_and_no_image(void **unused)
{
    cleanup_with(watching_end) Watching t = {.watch = {.fd = -1, .lock_fd = -1}};

    (void)unused;
    watching_begin(&t);
    for (Damage damage = CUT_OFF; damage < DAMAGE_MAX_; damage++)
        for (size_t at = 0; at < t.file.size; at++)
            check_seen(&t, damage, at);
}

/* Beyond what is ever written, and refused: nothing is known of what it holds, and that is said. */
static void what_was_watched_and_cannot_be_read_at_all_claims_nothing(void **unused)
{
    cleanup_with(watching_end) Watching t = {.watch = {.fd = -1, .lock_fd = -1}};
    cleanup_with(strings_clear) Strings lines = {0}, removed = {0};

    (void)unused;
    watching_begin(&t);
    assert_int_equal(truncate(file_in_directory("seen.jsonl"), 64 << 20), 0);
    assert_true(sightings_files_read(t.state, note_line, &lines) > 0);
    assert_int_equal(lines.count, 0);
    remembered_pass(&t.host, &t.ledger, t.state, &removed);
    assert_true(t.host.w.host.arrivals_since == t.host.w.now - MINUTES(1));
    assert_part(&removed, &t.removed, &t.file, DAMAGE_MAX_, 0);

    put_bytes("seen.jsonl", t.file.text, t.file.size);
    assert_int_equal(chmod(file_in_directory("seen.jsonl"), 0), 0);
    pid_t child = fork();
    if (child == 0) { /* root is never refused */
        if (geteuid() == 0 && (setgroups(0, NULL) < 0 || setgid(54321) < 0 || setuid(54321) < 0))
            _exit(1);
        _exit(sightings_files_read(t.state, note_line, &lines) > 0 && lines.count == 0 ? 0 : 2);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

/* --- watch.json */

static void what_is_claimed_is_what_was_written_or_nothing(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = open_locked();
    WatchFile watch = {.fd = -1, .lock_fd = -1};
    WatchClaim last, now = {.since = 1793491200000000, .until = 1793491300000000}, read;
    Error err = {0};

    (void)unused;
    assert_int_equal(watch_file_open(state, &watch, &last, &err), 0);
    assert_int_equal(watch_file_write(&watch, &now), 0);
    File file = file_as_it_is("watch.json");
    for (Damage damage = CUT_OFF; damage < DAMAGE_MAX_; damage++)
        for (size_t at = 0; at < file.size; at++) {
            put_damaged(&file, damage, at);
            if (watch_file_read(state, &read))
                assert_true(read.since == now.since && read.until == now.until && at == file.size - 1);
        }
    watch_file_close(&watch);
    free(file.text);
}

/* --- ledger.json */

static bool is_found(StateDirectory *state)
{
    Ledger ledger = {0};
    bool found = false;
    char *note = NULL;
    Error err = {0};

    assert_int_equal(ledger_load(state, &ledger, &found, &note, &err), 0);
    assert_true(found == !note && found == !ledger.is_new);
    ledger_clear(&ledger);
    free(note);
    return found;
}

static void a_damaged_ledger_is_none(void **unused)
{
    cleanup_with(remembered_clear) Remembered host = {0};
    cleanup_with(state_freep) StateDirectory *state = NULL;
    cleanup_with(strings_clear) Strings whole = {0}, removed = {0};
    File file = {.name = "ledger.json"};
    Ledger ledger = {0};
    Error err = {0};

    (void)unused;
    remembered_make(&host);
    state_free(open_locked());
    assert_int_equal(state_open(directory, &state, &err), 0); /* without the lock, so that it is left where it is */
    file.text = host.ledger;
    file.size = host.size;
    put_bytes(file.name, file.text, file.size);
    assert_true(is_found(state));
    for (Damage damage = CUT_OFF; damage < DAMAGE_MAX_; damage++)
        for (size_t at = damage == CUT_OFF; at < file.size; at += stride()) {
            put_damaged(&file, damage, at);
            if (is_found(state))
                fail_msg("damage %d at %zu of %zu bytes: it is believed", damage, at, file.size);
        }
    /* Even if no trial suspended such a pass. */
    assert_int_equal(ledger_from_json(host.ledger, host.size, &ledger, &err), 0);
    remembered_pass(&host, &ledger, NULL, &whole);
    ledger_clear(&ledger);
    assert_true(whole.count > 0);
    remembered_pass(&host, NULL, NULL, &removed);
    assert_part(&removed, &whole, &file, CUT_OFF, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        state_test(what_was_watched_costs_its_damaged_lines_and_no_image),
        state_test(what_was_watched_and_cannot_be_read_at_all_claims_nothing),
        state_test(what_is_claimed_is_what_was_written_or_nothing),
        state_test(a_damaged_ledger_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
