/* SPDX-License-Identifier: MIT */
#include "cli_host.h"

#include "cli/verbs/find.h"

#define ZEROS "0000000000000000000000000000000000000000000000000000000"

static void add_app(Pass *pass, const char *name, const char *destination, const PlannedImage *current)
{
    size_t app = host_app(pass, name, destination);
    strings_add(&pass->plan.apps[app].current, current->image->id);
}

static Pass *a_host(void)
{
    Pass *pass = host_new();
    PlannedImage *blog = host_image(pass, "r:5000/blog:v4", NO_APP, VERDICT_KEEP, REASON_ROLLBACK);
    host_image(pass, "redis:latest", NO_APP, VERDICT_KEEP, REASON_UNMANAGED);
    PlannedImage *untagged = host_image(pass, NULL, NO_APP, VERDICT_REMOVE, REASON_DANGLING);
    strings_add(&pass->snapshot.images[2].digests, "blog@sha256:" ZEROS "123456789");
    host_container(pass, "blog-web-v4", blog, NO_APP, VERDICT_KEEP, REASON_ROLLBACK);
    host_container(pass, "redis", untagged, NO_APP, VERDICT_KEEP, REASON_CURRENT);
    PlannedImage *wiki = host_image(pass, "r:5000/me/wiki:v1", NO_APP, VERDICT_KEEP, REASON_CURRENT);
    PlannedImage *shop = host_image(pass, "r:5000/you/wiki:v1", NO_APP, VERDICT_KEEP, REASON_CURRENT);
    host_container(pass, "buildx_buildkit_kamal0", blog, NO_APP, VERDICT_KEEP, REASON_INFRASTRUCTURE);
    add_app(pass, "shop", "staging", shop);
    add_app(pass, "shop", "production", wiki);
    add_app(pass, "office/wiki", NULL, wiki);
    return pass;
}

/* "image NUMBER", "container NUMBER", "none", "3 of them", "similar" */
static const char *found(const char *word)
{
    static char text[32];
    cleanup_with(host_free) Pass *pass = a_host();
    cleanup_with(matches_clear) Matches matches;
    find_in_plan(&pass->plan, word, &matches);
    if (matches.count == 0)
        return "none";
    if (matches.are_only_similar)
        return "similar";
    if (matches.count > 1)
        snprintf(text, sizeof(text), "%zu of them", matches.count);
    else if (matches.items[0].image)
        snprintf(text, sizeof(text), "image %td", matches.items[0].image - pass->plan.images);
    else
        snprintf(text, sizeof(text), "container %td", matches.items[0].container - pass->plan.containers);
    return text;
}

test(an_image_is_found_by_tag)
{
    assert_string_equal(found("r:5000/blog:v4"), "image 0");
    assert_string_equal(found("docker.io/library/redis:latest"), "image 1");
    assert_string_equal(found("library/redis"), "image 1");
    assert_string_equal(found("r:5000/blog:v5"), "none");
}

test(an_image_is_found_by_digest)
{
    assert_string_equal(found("blog@sha256:" ZEROS "123456789"), "image 2");
}

test(a_container_is_found_by_name)
{
    assert_string_equal(found("blog-web-v4"), "container 0");
    assert_string_equal(found("/blog-web-v4"), "container 0");
}

test(things_are_found_by_the_beginning_of_their_id)
{
    assert_string_equal(found(ZEROS "abc000001"), "image 1");
    assert_string_equal(found("sha256:" ZEROS "abc000002"), "image 2");
    assert_string_equal(found(ZEROS "def000001"), "container 1");
    assert_string_equal(found("0000"), "8 of them");
    assert_string_equal(found("sha256:0000"), "5 of them");
    assert_string_equal(found("000"), "none");
}

test(a_word_that_means_two_things_finds_both)
{
    assert_string_equal(found("redis"), "2 of them");
}

test(an_image_is_found_by_the_last_parts_of_its_tag)
{
    assert_string_equal(found("blog:v4"), "image 0");
    assert_string_equal(found("log:v4"), "none");
    assert_string_equal(found("/blog:v4"), "none");
    assert_string_equal(found("blog:v"), "none");
    assert_string_equal(found("wiki:v1"), "2 of them");
    assert_string_equal(found("me/wiki:v1"), "image 3");
    assert_string_equal(found("me/wiki"), "similar");
}

test(an_app_stands_for_its_current_release)
{
    assert_string_equal(found("shop/staging"), "image 4");
    assert_string_equal(found("shop"), "2 of them");
    assert_string_equal(found("shop/"), "none");
    assert_string_equal(found("shop/stag"), "none");
    assert_string_equal(found("sho"), "none");
    assert_string_equal(found("office/wiki"), "image 3");
}

test(an_image_without_a_tag_is_found_by_what_a_plan_calls_it)
{
    assert_string_equal(found("blog@" ZEROS "abc000002"), "image 2");
    assert_string_equal(found("blog@" ZEROS "1234"), "image 2");
    assert_string_equal(found("blog@sha256:" ZEROS "1234"), "image 2");
    assert_string_equal(found("blog@" ZEROS), "2 of them");
    assert_string_equal(found("redis@" ZEROS), "image 1");
    assert_string_equal(found("blog@000"), "none");
    assert_string_equal(found("blog@1111"), "none");
}

test(a_builder_is_found_by_the_name_in_status)
{
    assert_string_equal(found("kamal0"), "container 2");
    assert_string_equal(found("buildx_buildkit_kamal0"), "container 2");
}

test(a_repository_alone_is_not_taken_for_one_of_its_images)
{
    assert_string_equal(found("r:5000/blog"), "similar");
    assert_string_equal(found("blog"), "similar");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_image_is_found_by_tag),
        cmocka_unit_test(an_image_is_found_by_digest),
        cmocka_unit_test(a_container_is_found_by_name),
        cmocka_unit_test(things_are_found_by_the_beginning_of_their_id),
        cmocka_unit_test(a_word_that_means_two_things_finds_both),
        cmocka_unit_test(an_image_is_found_by_the_last_parts_of_its_tag),
        cmocka_unit_test(an_app_stands_for_its_current_release),
        cmocka_unit_test(an_image_without_a_tag_is_found_by_what_a_plan_calls_it),
        cmocka_unit_test(a_builder_is_found_by_the_name_in_status),
        cmocka_unit_test(a_repository_alone_is_not_taken_for_one_of_its_images),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
