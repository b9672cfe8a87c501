/* SPDX-License-Identifier: MIT */
/*
 * Each file of the state directory, cut off at every byte, and with NULs from every byte on, as a power cut leaves them;
 * and with a hole of NULs. Nothing is known that was not written, what lies behind a damage is read, nobody claims that
 * nothing was missed across it, and a pass removes nothing that it would have kept both with the whole file and with none.
 */
#include "remembered.h"
#include "state/ledger_json.h"
#include "state_fixture.h"

#include <rgc/facts_file.h>
#include <rgc/summary.h>
#include <rgc/totals_file.h>
#include <rgc/watch_file.h>

#include <fcntl.h>
#include <grp.h>
#include <sys/wait.h>

/* Each damage is looked at; a pass over each takes its time. */
static size_t stride(void)
{
    const char *is_long = getenv("RGC_TEST_LONG");

    return is_long && *is_long && strcmp(is_long, "0") != 0 ? 1 : 31;
}

typedef enum Damage { CUT_OFF, NULS_TO_THE_END, HOLE, DAMAGE_MAX_ } Damage;
#define HOLE_BYTES 24

typedef struct File {
    const char *name;
    char *text;
    size_t size;
} File;

static File file_as_it_is(const char *name)
{
    File file = {.name = name};
    int fd = open(file_in_directory(name), O_RDONLY | O_CLOEXEC);
    struct stat st;

    assert_true(fd >= 0);
    assert_int_equal(fstat(fd, &st), 0);
    file.text = xmalloc((size_t)st.st_size + 1);
    file.size = (size_t)st.st_size;
    assert_int_equal(read(fd, file.text, file.size), file.size);
    close(fd);
    return file;
}

static void put_bytes(const char *name, const char *text, size_t size)
{
    int fd;

    unlink(file_in_directory(name)); /* a file that is cut off is synced by some file systems when it is closed */
    fd = open(file_in_directory(name), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, size), size);
    close(fd);
}

static void put_damaged(const File *file, Damage damage, size_t at)
{
    cleanup_with(free_charp) char *text = xmalloc(file->size + 1);
    size_t end = damage == HOLE && at + HOLE_BYTES < file->size ? at + HOLE_BYTES : file->size;

    memcpy(text, file->text, file->size);
    memset(text + at, '\0', end - at);
    put_bytes(file->name, text, damage == CUT_OFF ? at : file->size);
}

/* A file that ends with a whole line is a shorter one, and nobody can tell. */
static bool is_seen(const File *file, Damage damage, size_t at)
{
    return damage != CUT_OFF || (at > 0 && file->text[at - 1] != '\n' && file->text[at] != '\n');
}

/* How many lines begin behind the damage, and are whole. */
static size_t lines_behind(const File *file, Damage damage, size_t at)
{
    size_t count = 0;

    for (size_t i = at + HOLE_BYTES; damage == HOLE && i < file->size; i++)
        count += file->text[i - 1] == '\n';
    return count;
}

static void assert_part(const Strings *part, const Strings *all, const File *file, Damage damage, size_t at)
{
    for (size_t i = 0; i < part->count; i++)
        if (!strings_contain(all, part->items[i]))
            fail_msg("%s, damage %d at %zu of %zu bytes: %s is not so with the whole file", file->name, damage, at,
                     file->size, part->items[i]);
}

/* --- seen.jsonl */

static void note_line(const Seen *seen, void *userdata)
{
    cleanup_with(free_charp) char *line = seen_to_line(seen);

    strings_add(userdata, line);
}

static void add_all(const Remembered *host, StateDirectory *state)
{
    cleanup_with(seen_file_clear) SeenFile file = {.state = state};

    for (size_t i = 0; i < host->n_seen; i++)
        seen_file_add(&file, &host->seen[i]);
    assert_false(file.has_lost);
}

static void watch_until(const Remembered *host, WatchFile *file, Time until)
{
    assert_int_equal(watch_file_write(file, &(Watched){.since = host->learned - HOURS(1), .until = until}), 0);
}

static void assert_goes_on(StateDirectory *state, const Strings *before, const File *file, Damage damage, size_t at)
{
    cleanup_with(seen_file_clear) SeenFile more = {.state = state};
    cleanup_with(strings_clear) Strings after = {0};
    cleanup_with(seen_clear)
        Seen seen = {.what = xstrdup("use"), .at = 7, .action = xstrdup("start"), .reference = xstrdup("added:later")};

    seen_file_add(&more, &seen);
    (void)seen_files_read(state, note_line, &after);
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
    size_t n_damaged = seen_files_read(t->state, note_line, &lines);
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
    Watched last;
    Error err = {0};

    remembered_make(&t->host);
    t->state = open_locked();
    assert_int_equal(ledger_from_json(t->host.ledger, t->host.size, &t->ledger, &err), 0);
    remembered_pass(&t->host, &t->ledger, NULL, &t->removed);
    add_all(&t->host, t->state);
    assert_int_equal(watch_file_open(t->state, &t->watch, &last, &err), 0);
    watch_until(&t->host, &t->watch, t->host.w.now);
    t->file = file_as_it_is("seen.jsonl");
    assert_int_equal(seen_files_read(t->state, note_line, &t->lines), 0);
    assert_int_equal(t->lines.count, t->host.n_seen);
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
    assert_true(seen_files_read(t.state, note_line, &lines) > 0);
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
        _exit(seen_files_read(t.state, note_line, &lines) > 0 && lines.count == 0 ? 0 : 2);
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
    Watched last, now = {.since = 1793491200000000, .until = 1793491300000000}, read;
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
    /* Even if no trial held such a pass. */
    assert_int_equal(ledger_from_json(host.ledger, host.size, &ledger, &err), 0);
    remembered_pass(&host, &ledger, NULL, &whole);
    ledger_clear(&ledger);
    assert_true(whole.count > 0);
    remembered_pass(&host, NULL, NULL, &removed);
    assert_part(&removed, &whole, &file, CUT_OFF, 0);
}

/* --- facts.jsonl */

static void list_facts(StateDirectory *state, Strings *ret)
{
    ImageFacts *facts;
    size_t count;

    facts_load(state, &facts, &count);
    for (size_t i = 0; i < count; i++) {
        strings_add(ret, facts[i].id);
        for (size_t j = 0; j < facts[i].n_steps; j++) {
            cleanup_with(free_charp) char *step =
                xasprintf("%s, step %zu: %llx", facts[i].id, j, (unsigned long long)facts[i].steps[j]);
            strings_add(ret, step);
        }
        image_facts_clear(&facts[i]);
    }
    free(facts);
}

static void what_images_were_made_of_costs_its_damaged_lines(void **unused)
{
    static const char text[] =
        "{\"image\":\"sha256:a\",\"asked\":5,\"steps\":[\"0000000000000001\",\"0000000000000002\"]}\n"
        "{\"image\":\"sha256:b\",\"asked\":6,\"steps\":[\"0000000000000001\"]}\n"
        "{\"image\":\"sha256:c\",\"asked\":7}\n"
        "{\"image\":\"sha256:d\",\"asked\":8,\"steps\":[\"0000000000000003\"]}\n";
    cleanup_with(state_freep) StateDirectory *state = open_locked();
    cleanup_with(strings_clear) Strings whole = {0};
    cleanup_with(free_charp) char *copy = xstrdup(text);
    const File file = {.name = "facts.jsonl", .text = copy, .size = sizeof(text) - 1};

    (void)unused;
    put_bytes(file.name, file.text, file.size);
    list_facts(state, &whole);
    assert_int_equal(whole.count, 8);
    for (Damage damage = CUT_OFF; damage < DAMAGE_MAX_; damage++)
        for (size_t at = 0; at < file.size; at++) {
            cleanup_with(strings_clear) Strings read = {0};
            put_damaged(&file, damage, at);
            list_facts(state, &read);
            assert_part(&read, &whole, &file, damage, at);
            size_t behind = lines_behind(&file, damage, at);
            assert_true(behind == 0 || strings_contain(&read, "sha256:d"));
            assert_true(read.count >= behind);
        }
}

/* --- history.jsonl and totals.json, which decide nothing */

static void a_damaged_line_of_the_history_is_a_pass_less_to_tell_of(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = open_locked();
    cleanup_with(strings_clear) Strings whole = {0};
    Error err = {0};

    (void)unused;
    for (int pass = 1; pass <= 4; pass++) {
        cleanup_with(free_charp) char *line =
            xasprintf("{\"pass\":%d,\"trigger\":\"timer\",\"error\":\"no %d\",\"freed\":{\"engine_bytes\":%d}}", pass,
                      pass, pass);
        assert_int_equal(history_append(state, line, false, &err), 0);
    }
    File file = file_as_it_is("history.jsonl");
    assert_int_equal(history_read(state, 0, &whole, &err), 0);
    assert_int_equal(whole.count, 4);
    for (Damage damage = CUT_OFF; damage < DAMAGE_MAX_; damage++)
        for (size_t at = 0; at < file.size; at++) {
            cleanup_with(strings_clear) Strings read = {0}, after = {0};
            put_damaged(&file, damage, at);
            assert_int_equal(history_read(state, 0, &read, &err), 0);
            assert_part(&read, &whole, &file, damage, at);
            assert_true(read.count >= lines_behind(&file, damage, at));
            if (at % stride() != 0)
                continue;
            assert_int_equal(history_append(state, "{\"pass\":9,\"trigger\":\"timer\",\"error\":\"x\"}", false, &err),
                             0);
            assert_int_equal(history_read(state, 0, &after, &err), 0);
            assert_int_equal(after.count, read.count + 1);
        }
    free(file.text);
}

static void damaged_totals_are_all_or_nothing(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = open_locked();
    cleanup_with(totals_clear)
        Totals totals = {.freed_bytes = 123456, .failed_removals = 7, .succeeded = 1793491200000000};
    Error err = {0};

    (void)unused;
    assert_int_equal(totals_save(state, &totals, &err), 0);
    File file = file_as_it_is("totals.json");
    for (Damage damage = CUT_OFF; damage < DAMAGE_MAX_; damage++)
        for (size_t at = 0; at < file.size - 1; at++) {
            cleanup_with(totals_clear) Totals read = {0};
            put_damaged(&file, damage, at);
            totals_load(state, &read);
            assert_true(read.freed_bytes == 0 && read.failed_removals == 0 && read.succeeded == 0);
        }
    free(file.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        state_test(what_was_watched_costs_its_damaged_lines_and_no_image),
        state_test(what_was_watched_and_cannot_be_read_at_all_claims_nothing),
        state_test(what_is_claimed_is_what_was_written_or_nothing),
        state_test(a_damaged_ledger_is_none),
        state_test(what_images_were_made_of_costs_its_damaged_lines),
        state_test(a_damaged_line_of_the_history_is_a_pass_less_to_tell_of),
        state_test(damaged_totals_are_all_or_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
