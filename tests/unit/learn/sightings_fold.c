/* SPDX-License-Identifier: MIT */
/* What was seen between two passes, as the ledger learns it. */
#include "state/ledger_json.h"
#include "state_fixture.h"
#include "world.h"
#include <rgc/sightings_file.h>
#include <rgc/watch_file.h>

#include <rgc/watch.h>

typedef struct Host {
    World w;
    StateDirectory *state;
    SightingsFile sightings;
    WatchFile file;
} Host;

static int setup(void **state)
{
    Host *h = xcalloc(1, sizeof(*h));

    make_scratch(NULL);
    world_init(&h->w);
    h->state = open_locked();
    h->sightings.state = h->state;
    h->file = (WatchFile){.fd = -1, .lock_fd = -1};
    *state = h;
    return 0;
}

static int teardown(void **state)
{
    Host *h = *state;

    watch_file_close(&h->file);
    sightings_file_clear(&h->sightings);
    state_free(h->state);
    world_clear(&h->w);
    free(h);
    return remove_scratch(NULL);
}

#define host_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
#define TEXT(s) ((char *)(uintptr_t)(s))

static void watch(Host *h, Time since, bool is_followed)
{
    WatchClaim last, now = {.since = since, .until = h->w.now, .is_followed = is_followed};
    Error err = {0};

    if (h->file.fd < 0)
        assert_int_equal(watch_file_open(h->state, &h->file, &last, &err), 0);
    assert_int_equal(watch_file_write(&h->file, &now), 0);
}

/* An event of a container that is gone when somebody looks. */
static void saw(Host *h, const char *action, const char *container, const char *image, const char *reference,
                const Labels *labels)
{
    char id[72];
    Sighting sighting = {.what = TEXT("use"),
                         .at = h->w.now,
                         .action = TEXT(action),
                         .reference = TEXT(reference),
                         .container = TEXT(container),
                         .name = TEXT(container)};

    if (image) {
        image_id(image, id);
        sighting.image = id;
    }
    if (labels)
        sighting.labels = *labels;
    sightings_file_add(&h->sightings, &sighting);
}

static void ran(Host *h, const char *container, const char *image, const char *reference, const Labels *labels,
                int64_t usec)
{
    saw(h, "create", container, image, reference, labels);
    saw(h, "start", container, image, reference, labels);
    world_wait(&h->w, usec);
    saw(h, "die", container, image, reference, labels);
}

static void clear_folded(Snapshot *host)
{
    for (size_t i = 0; i < host->n_gone; i++)
        container_clear(&host->gone[i]);
    free(host->gone);
    host->gone = NULL;
    host->n_gone = 0;
    for (size_t i = 0; i < host->n_starts; i++)
        free(host->starts[i].reference);
    free(host->starts);
    host->starts = NULL;
    host->n_starts = 0;
}

/* As a pass does it; the replay reaches back to `replay`. */
static void look(Host *h, Time replay)
{
    h->w.host.arrivals_since = replay;
    snapshot_index(&h->w.host);
    sightings_fold(h->state, &h->w.ledger, &h->w.host, h->w.now);
    ledger_learn(&h->w.ledger, &h->w.host, &h->w.policy, h->w.now);
    clear_folded(&h->w.host);
}

static void pass(Host *h, Time replay)
{
    look(h, replay);
    sightings_drop(h->state, &h->w.ledger);
}

static const ImageRecord *record_of(const Host *h, const char *image)
{
    return ledger_image(&h->w.ledger, world_image(&h->w, image)->id);
}

static void a_job_that_left_nothing_behind_has_named_its_image(void **state)
{
    Host *h = *state;
    world_pull(&h->w, "job", "tools/job:1");
    pass(h, h->w.now);
    world_wait(&h->w, HOURS(1));
    ran(h, "nightly", "job", "tools/job:1", NULL, SECONDS(1));
    Time ran_at = h->w.now - SECONDS(1);
    world_wait(&h->w, HOURS(5));
    pass(h, h->w.now - MINUTES(1));
    assert_int_equal(record_of(h, "job")->last_named, ran_at);
    assert_int_equal(record_of(h, "job")->n_uses, 0);
}

static void an_image_is_known_by_its_id_whatever_its_name_means_by_now(void **state)
{
    Host *h = *state;
    world_pull(&h->w, "old", "tools/job:latest");
    pass(h, h->w.now);
    world_wait(&h->w, HOURS(1));
    ran(h, "nightly", "old", "tools/job:latest", NULL, SECONDS(1));
    world_pull(&h->w, "new", "tools/job:latest");
    pass(h, h->w.now);
    assert_int_not_equal(record_of(h, "old")->last_named, 0);
    assert_int_equal(record_of(h, "new")->last_named, 0);
}

/* What was seen before the last pass is in that one's ledger, and only there. */
static void an_older_ledger_does_not_know_what_was_taken_since(void **state)
{
    Host *h = *state;
    size_t size = 0;
    watch(h, h->w.now, true);
    world_pull(&h->w, "job", "tools/job:1");
    pass(h, h->w.now);
    Time first = h->w.ledger.followed_since;
    cleanup_with(free_charp) char *backup = ledger_to_json(&h->w.ledger, &size);
    world_wait(&h->w, HOURS(1));
    ran(h, "nightly", "job", "tools/job:1", NULL, SECONDS(1));
    pass(h, h->w.now);
    assert_int_equal(h->w.ledger.followed_since, first);
    Time last = h->w.ledger.learned;
    Error err = {0};
    ledger_clear(&h->w.ledger);
    assert_int_equal(ledger_from_json(backup, size, &h->w.ledger, &err), 0);
    world_wait(&h->w, HOURS(1));
    pass(h, h->w.now);
    assert_int_equal(h->w.ledger.followed_since, last);
}

static void folding_twice_changes_nothing(void **state)
{
    Host *h = *state;
    const Labels web = {
        .compose_project = TEXT("site"), .compose_service = TEXT("web"), .compose_hash = TEXT("of this container")};
    world_pull(&h->w, "job", "tools/job:1");
    world_pull(&h->w, "web", "site/web:1");
    pass(h, h->w.now);
    ran(h, "nightly", "job", "tools/job:1", NULL, SECONDS(1));
    ran(h, "site-web-1", "web", "site/web:1", &web, HOURS(2));
    size_t size = 0;
    look(h, h->w.now);
    cleanup_with(free_charp) char *once = ledger_to_json(&h->w.ledger, &size);
    look(h, h->w.now);
    sightings_drop(h->state, &h->w.ledger); /* aside, and read again */
    look(h, h->w.now);
    cleanup_with(free_charp) char *thrice = ledger_to_json(&h->w.ledger, &size);
    assert_string_equal(once, thrice);
}

static void a_release_that_came_and_went_between_two_passes_is_one_of_its_app(void **state)
{
    Host *h = *state;
    const Labels web = {
        .compose_project = TEXT("site"), .compose_service = TEXT("web"), .compose_hash = TEXT("of this container")};
    world_pull(&h->w, "web", "site/web:1");
    pass(h, h->w.now);
    ran(h, "site-web-1", "web", "site/web:1", &web, HOURS(2));
    pass(h, h->w.now);
    const ImageRecord *record = record_of(h, "web");
    assert_int_equal(record->n_uses, 1);
    assert_int_equal(record->uses[0].kind, APP_COMPOSE);
    assert_string_equal(record->uses[0].app, "site/web");
    assert_true(record->uses[0].has_served);
    assert_int_equal(record->uses[0].last_run, h->w.now);
}

static void nothing_that_is_gone_is_said_to_have_failed(void **state)
{
    Host *h = *state;
    const Labels web = {
        .compose_project = TEXT("site"), .compose_service = TEXT("web"), .compose_hash = TEXT("of this container")};
    const Labels kamal = {.service = TEXT("blog"), .role = TEXT("web")};
    world_pull(&h->w, "web", "site/web:1");
    pass(h, h->w.now);
    ran(h, "site-web-1", "web", "site/web:1", &web, SECONDS(1));
    ran(h, "blog-web-1", "web", "site/web:1", &kamal, HOURS(3));
    pass(h, h->w.now);
    const ImageRecord *record = record_of(h, "web");
    assert_int_equal(record->n_uses, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_false(record->uses[i].has_failed);
        assert_false(record->uses[i].has_served);
    }
}

static void a_container_that_is_still_here_is_asked_and_not_remembered(void **state)
{
    Host *h = *state;
    world_pull(&h->w, "web", "site/web:1");
    Container *container = world_run(&h->w, "site-web-1", "web");
    saw(h, "die", container->id, "web", "site/web:1", NULL);
    snapshot_index(&h->w.host);
    sightings_fold(h->state, &h->w.ledger, &h->w.host, h->w.now);
    assert_int_equal(h->w.host.n_gone, 0);
    clear_folded(&h->w.host);
}

static void arrivals_that_the_replay_has_forgotten_count(void **state)
{
    Host *h = *state;
    world_pull(&h->w, "web", "site/web:1");
    pass(h, h->w.now);
    world_wait(&h->w, HOURS(1));
    Sighting sighting = {.what = TEXT("arrival"),
                         .at = h->w.now,
                         .action = TEXT("pull"),
                         .reference = TEXT("site/web:1"),
                         .is_transfer = true};
    sightings_file_add(&h->sightings, &sighting);
    Time pulled = h->w.now;
    world_wait(&h->w, HOURS(1));
    for (size_t i = 0; i < h->w.host.n_arrivals; i++)
        free(h->w.host.arrivals[i].reference);
    h->w.host.n_arrivals = 0;
    pass(h, h->w.now);
    assert_int_equal(record_of(h, "web")->pulled_again, pulled);
}

static void while_it_is_followed_no_pass_begins_the_windows_anew(void **state)
{
    Host *h = *state;
    pass(h, h->w.now);
    Time began = h->w.ledger.followed_since;
    watch(h, h->w.now, true);
    for (int i = 0; i < 5; i++) {
        world_wait(&h->w, DAYS(1));
        pass(h, h->w.now - MINUTES(1)); /* health checks have pushed all else out of the replay */
        assert_int_equal(h->w.ledger.followed_since, began);
    }
    watch_file_close(&h->file);
    world_wait(&h->w, DAYS(1));
    pass(h, h->w.now - MINUTES(1));
    assert_int_equal(h->w.ledger.followed_since, h->w.now - MINUTES(1));
}

/* A damaged line may have been the use that matters. */
static void across_a_damaged_line_nobody_claims_that_nothing_was_missed(void **state)
{
    Host *h = *state;
    pass(h, h->w.now);
    watch(h, h->w.now, true);
    world_wait(&h->w, DAYS(1));
    FILE *out = fopen(file_in_directory("seen.jsonl"), "a");
    fwrite("\0\0\0\0\n", 1, 5, out);
    fclose(out);
    pass(h, h->w.now - MINUTES(1));
    assert_int_equal(h->w.ledger.followed_since, h->w.now - MINUTES(1));
}

static void after_a_hole_the_windows_begin_with_its_end(void **state)
{
    Host *h = *state;
    pass(h, h->w.now);
    world_wait(&h->w, HOURS(1));
    Time since = h->w.now;
    watch(h, since, true);
    world_wait(&h->w, DAYS(1));
    pass(h, h->w.now - MINUTES(1));
    assert_int_equal(h->w.ledger.followed_since, since);
}

static void who_is_not_there_claims_only_what_it_has_written(void **state)
{
    Host *h = *state;
    pass(h, h->w.now);
    Time began = h->w.ledger.followed_since;
    watch(h, h->w.now, false);
    world_wait(&h->w, HOURS(2));
    ran(h, "nightly", NULL, "tools/job:1", NULL, SECONDS(1));
    look(h, h->w.now); /* the replay begins where the last line ends */
    assert_int_equal(h->w.ledger.followed_since, began);
    world_wait(&h->w, HOURS(2));
    look(h, h->w.now);
    assert_int_equal(h->w.ledger.followed_since, h->w.now);
}

static void a_lost_ledger_does_not_believe_that_it_has_seen_all(void **state)
{
    Host *h = *state;
    watch(h, h->w.now - DAYS(100), true);
    world_lose_ledger(&h->w);
    pass(h, h->w.now - MINUTES(1));
    assert_int_equal(h->w.ledger.followed_since, h->w.now - MINUTES(1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        host_test(a_job_that_left_nothing_behind_has_named_its_image),
        host_test(an_image_is_known_by_its_id_whatever_its_name_means_by_now),
        host_test(an_older_ledger_does_not_know_what_was_taken_since),
        host_test(folding_twice_changes_nothing),
        host_test(a_release_that_came_and_went_between_two_passes_is_one_of_its_app),
        host_test(nothing_that_is_gone_is_said_to_have_failed),
        host_test(a_container_that_is_still_here_is_asked_and_not_remembered),
        host_test(arrivals_that_the_replay_has_forgotten_count),
        host_test(while_it_is_followed_no_pass_begins_the_windows_anew),
        host_test(across_a_damaged_line_nobody_claims_that_nothing_was_missed),
        host_test(after_a_hole_the_windows_begin_with_its_end),
        host_test(who_is_not_there_claims_only_what_it_has_written),
        host_test(a_lost_ledger_does_not_believe_that_it_has_seen_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
