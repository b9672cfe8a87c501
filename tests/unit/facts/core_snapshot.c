/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <string.h>

#include <rgc/report.h>
#include <rgc/snapshot.h>

static Image *add_image(Snapshot *snapshot, const char *id, const char *tag)
{
    Image *image = array_add(&snapshot->images, &snapshot->n_images);

    image->id = xstrdup(id);
    if (tag)
        strings_add(&image->tags, tag);
    return image;
}

test(an_indexed_snapshot_finds_images_and_containers_by_id)
{
    cleanup_with(snapshot_clear) Snapshot snapshot = {0};

    assert_null(snapshot_image(&snapshot, "b"));
    assert_null(snapshot_container(&snapshot, "b"));
    add_image(&snapshot, "c", NULL);
    add_image(&snapshot, "a", "r/blog:v1");
    add_image(&snapshot, "b", NULL);
    array_add(&snapshot.containers, &snapshot.n_containers)->id = xstrdup("y");
    array_add(&snapshot.containers, &snapshot.n_containers)->id = xstrdup("x");
    snapshot_index(&snapshot);
    assert_string_equal(snapshot.images[0].id, "a");
    assert_string_equal(snapshot_image(&snapshot, "b")->id, "b");
    assert_null(snapshot_image(&snapshot, "d"));
    assert_null(snapshot_image(&snapshot, NULL));
    assert_string_equal(snapshot_container(&snapshot, "y")->id, "y");
    assert_string_equal(snapshot_image_by_tag(&snapshot, "r/blog:v1")->id, "a");
    assert_null(snapshot_image_by_tag(&snapshot, "r/blog"));
}

test(an_image_that_is_listed_twice_is_one_with_the_tags_of_both)
{
    cleanup_with(snapshot_clear) Snapshot snapshot = {0};

    add_image(&snapshot, "a", "r/blog:v1");
    add_image(&snapshot, "b", NULL);
    add_image(&snapshot, "a", "r/blog:v2");
    snapshot_index(&snapshot);
    assert_int_equal(snapshot.n_images, 2);
    assert_true(strings_contain(&snapshot_image(&snapshot, "a")->tags, "r/blog:v1"));
    assert_true(strings_contain(&snapshot_image(&snapshot, "a")->tags, "r/blog:v2"));
}

test(every_container_state_has_a_word_and_unknown_words_count_as_running)
{
    for (ContainerState s = STATE_UNKNOWN; s < STATE_MAX_; s++)
        assert_int_equal(container_state_from_string(container_state_to_string(s)), s);
    assert_int_equal(container_state_from_string("hibernating"), STATE_UNKNOWN);
    assert_int_equal(container_state_from_string(NULL), STATE_UNKNOWN);
    assert_true(container_state_is_live(STATE_UNKNOWN));
    assert_true(container_state_is_live(STATE_PAUSED));
    assert_false(container_state_is_live(STATE_REMOVING));
    assert_false(container_state_is_stopped(STATE_REMOVING));
    assert_true(container_state_is_stopped(STATE_CREATED));
}

test(a_report_counts_outcomes_and_knows_what_a_failure_is)
{
    cleanup_with(report_clear) Report report = {0};

    report_add(&report, TARGET_IMAGE, "a", "r/blog:v1", OUTCOME_IN_USE, "a container came");
    report_add(&report, TARGET_IMAGE, "b", NULL, OUTCOME_GONE, NULL);
    assert_false(report_has_failures(&report));
    assert_int_equal(report.counts[OUTCOME_IN_USE], 1);
    assert_string_equal(outcome_to_string(report.entries[0].outcome), "in-use");
    report_add(&report, TARGET_BUILD_CACHE, "c", NULL, OUTCOME_UNKNOWN, "no answer");
    assert_true(report_has_failures(&report));
    assert_string_equal(target_kind_to_string(report.entries[2].kind), "build-cache");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_indexed_snapshot_finds_images_and_containers_by_id),
        cmocka_unit_test(an_image_that_is_listed_twice_is_one_with_the_tags_of_both),
        cmocka_unit_test(every_container_state_has_a_word_and_unknown_words_count_as_running),
        cmocka_unit_test(a_report_counts_outcomes_and_knows_what_a_failure_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
