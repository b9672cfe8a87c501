/* SPDX-License-Identifier: MIT */
/*
 * A file of the state directory: the first byte says which, the rest is what is in it. Whatever that is, it is read or
 * set aside; what was read says the same when it is written and read again; and a pass over a small host that believes
 * it removes nothing that a container uses.
 */
#include "fuzz.h"

#include "fuzz_host.h"
#include "state/ledger_json.h"

#include <rgc/facts_file.h>
#include <rgc/file.h>
#include <rgc/removed_file.h>
#include <rgc/sightings_file.h>
#include <rgc/summary.h>
#include <rgc/totals_file.h>
#include <rgc/watch.h>
#include <rgc/watch_file.h>

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static char directory[64];
static StateDirectory *state;
static int directory_fd;

static void remove_directory(void)
{
    cleanup_with(free_charp) char *command = xasprintf("rm -rf '%s'", directory);

    state_free(state);
    close(directory_fd);
    if (system(command) != 0)
        fprintf(stderr, "%s is left\n", directory);
}

static void open_directory(void)
{
    Error err = {0};

    if (state)
        return;
    /* In memory where that can be: it is written for each input. */
    snprintf(directory, sizeof(directory), "%s/rgc-fuzz-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    REQUIRE(mkdtemp(directory), "no directory");
    REQUIRE(state_open(directory, &state, &err) == 0 && state_lock(state, &err) == 0, "%s", err.text);
    directory_fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    atexit(remove_directory);
}

static void put(const char *name, const Bytes *text)
{
    int fd = openat(directory_fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);

    REQUIRE(fd >= 0 && write(fd, text->data, text->size) == (ssize_t)text->size, "%s cannot be written", name);
    close(fd);
}

/* --- ledger.json */

static void check_ledger(const Bytes *text)
{
    cleanup_with(free_charp) char *copy = xmalloc(text->size + 1), *first = NULL, *second = NULL;
    Ledger ledger, again;
    Error err = {0};
    size_t size;

    memcpy(copy, text->data, text->size);
    copy[text->size] = '\0';
    if (ledger_from_json(copy, text->size, &ledger, &err) < 0) {
        REQUIRE(*err.text, "a ledger is refused without a word");
        return;
    }
    first = ledger_to_json(&ledger, &size);
    REQUIRE(ledger_from_json(first, size, &again, &err) == 0, "what is written is refused: %s\n%s", err.text, first);
    second = ledger_to_json(&again, &size);
    REQUIRE(strcmp(first, second) == 0, "written:\n%s\nand then:\n%s", first, second);
    ledger_clear(&again);
    fuzz_host_pass(&ledger, NULL);
    ledger_clear(&ledger);
}

/* --- seen.jsonl */

static void check_line(const Sighting *sighting, void *userdata)
{
    cleanup_with(free_charp) char *line = sighting_to_line(sighting);
    cleanup_with(sighting_clear) Sighting again = {0};
    Error err = {0};

    ++*(size_t *)userdata;
    if (!line)
        return;
    REQUIRE(sighting_from_line(line, strlen(line) - 1, &again, &err) == 0, "what is written is refused: %s", line);
    cleanup_with(free_charp) char *second = sighting_to_line(&again);
    REQUIRE(strcmp(line, second) == 0, "written: %sand then: %s", line, second);
}

static void check_sightings(const Bytes *text)
{
    static const Bytes claim = {"{\"since\":  1000000000000,\"until\":  9000000000000000}\n", 52};
    size_t count = 0;

    put("seen.jsonl", text);
    put("watch.json", &claim);
    (void)sightings_files_read(state, check_line, &count);
    fuzz_host_pass(NULL, state);
    /* Whoever watches goes on in this file, and what it adds is read. */
    cleanup_with(sightings_file_clear) SightingsFile file = {.state = state};
    Sighting use = {.what = xstrdup("use"), .at = 7, .action = xstrdup("start"), .reference = xstrdup("r/job:1")};
    size_t with_it = 0;
    sightings_file_add(&file, &use);
    sighting_clear(&use);
    (void)sightings_files_read(state, check_line, &with_it);
    REQUIRE(with_it > 0 && (file.has_lost || with_it == count + 1), "%zu lines, and %zu with one more", count, with_it);
}

/* --- the others */

static void check_watch(const Bytes *text)
{
    WatchClaim claim;

    put("watch.json", text);
    if (watch_file_read(state, &claim))
        REQUIRE(claim.since > 0 && claim.until >= claim.since && !claim.is_followed, "a claim that is none");
    fuzz_host_pass(NULL, state);
}

static void check_facts(const Bytes *text)
{
    ImageFacts *facts;
    size_t count;

    put("facts.jsonl", text);
    facts_load(state, &facts, &count);
    for (size_t i = 1; i < count; i++) {
        REQUIRE(strcmp(facts[i - 1].id, facts[i].id) < 0, "%s is there twice", facts[i].id);
        (void)image_facts_derive(&facts[i - 1], &facts[i]);
    }
    for (size_t i = 0; i < count; i++)
        image_facts_clear(&facts[i]);
    free(facts);
}

static void check_history(const Bytes *text)
{
    cleanup_with(strings_clear) Strings before = {0}, after = {0};
    Error err = {0};

    put("history.jsonl", text);
    REQUIRE(history_read(state, 0, &before, &err) == 0, "%s", err.text);
    for (size_t i = 0; i < before.count; i++) {
        cleanup_with(summary_clear) Summary summary;
        REQUIRE(summary_from_line(before.items[i], &summary), "a line that cannot be read is told: %s",
                before.items[i]);
        cleanup_with(free_charp) char *line = summary_to_line(&summary), *words = summary_text(&summary);
        REQUIRE(*words && strlen(line) <= 8192, "a line of %zu bytes", strlen(line));
    }
    REQUIRE(history_append(state, "{\"pass\":7,\"trigger\":\"timer\"}", true, &err) == 0, "%s", err.text);
    REQUIRE(history_read(state, 0, &after, &err) == 0 && after.count > 0, "what was added is not there");
}

static void check_totals(const Bytes *text)
{
    cleanup_with(totals_clear) Totals totals = {0}, again = {0};
    size_t size;

    put("totals.json", text);
    totals_load(state, &totals);
    cleanup_with(free_charp) char *first = totals_to_json(&totals, &size);
    REQUIRE(totals_from_json(first, size, &again), "what is written is refused: %s", first);
    cleanup_with(free_charp) char *second = totals_to_json(&again, &size);
    REQUIRE(strcmp(first, second) == 0, "written:\n%s\nand then:\n%s", first, second);
}

static void check_removed(const Bytes *text)
{
    cleanup_with(removed_list_clear) RemovedList before = {0}, after = {0};
    RemovedAppender appender = {.state = state};
    Removed removed = {.kind = xstrdup("image"), .id = xstrdup("sha256:added"), .pass = 7, .at = 7};
    Error err = {0};

    put("removed.jsonl", text);
    REQUIRE(removed_load(state, &before, &err) == 0, "%s", err.text);
    for (size_t i = 0; i < before.count; i++) {
        const Removed *one = &before.items[i];
        REQUIRE(one->kind && one->id && one->state && !removed_is(one, REMOVED_NOT), "a row without an ID or a state");
    }
    removed_set_state(&removed, REMOVED_DONE);
    removed_append(&appender, &removed);
    removed_clear(&removed);
    REQUIRE(removed_load(state, &after, &err) == 0, "%s", err.text);
    REQUIRE(appender.owed || after.count > 0, "what was added is not there");
    REQUIRE(removed_save(state, &before, 1, &err) == 0, "%s", err.text);
    removed_appender_clear(&appender);
}

typedef void Check(const Bytes *text);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct {
        const char *name;
        Check *check;
    } files[] = {
        {"ledger.json", check_ledger},    {"seen.jsonl", check_sightings},  {"watch.json", check_watch},
        {"facts.jsonl", check_facts},     {"history.jsonl", check_history}, {"totals.json", check_totals},
        {"removed.jsonl", check_removed},
    };
    enum { N_FILES = sizeof(files) / sizeof(files[0]) };
    Bytes text = {(const char *)data, size};
    unsigned which = take_byte(&text) % N_FILES;

    open_directory();
    for (size_t i = 0; i < N_FILES; i++)
        unlinkat(directory_fd, files[i].name, 0);
    files[which].check(&text);
    return 0;
}
