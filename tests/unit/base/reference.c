/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <rgc/memory.h>
#include <rgc/reference.h>

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define ID "sha256:" HEX

test(a_reference_is_taken_apart)
{
    static const struct {
        const char *reference, *repository, *tag;
    } cases[] = {
        {"blog", "blog", NULL},
        {"blog:v4", "blog", "v4"},
        {"r:5000/blog:v4", "r:5000/blog", "v4"},
        {"r:5000/blog", "r:5000/blog", NULL},
        {"[::1]:5000/team/blog:latest", "[::1]:5000/team/blog", "latest"},
        {"blog@" ID, "blog", NULL},
        {"r:5000/blog@" ID, "r:5000/blog", NULL},
        {"r:5000/blog:v4@" ID, "r:5000/blog", NULL},
        {"blog:<none>", "blog", NULL},
        {"blog@<none>", "blog", NULL},
        {"blog:", "blog", NULL},
        {ID, NULL, NULL},
        {"sha256:abc", NULL, NULL},
        {"<none>:<none>", NULL, NULL},
        {"<none>@<none>", NULL, NULL},
        {"", NULL, NULL},
        {NULL, NULL, NULL},
    };

    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        cleanup_with(free_charp) char *repository = reference_repository(cases[i].reference);
        const char *tag = reference_tag(cases[i].reference);

        if (cases[i].repository)
            assert_string_equal(repository, cases[i].repository);
        else
            assert_null(repository);
        if (cases[i].tag)
            assert_string_equal(tag, cases[i].tag);
        else
            assert_null(tag);
    }
}

test(an_id_is_64_hexadecimal_digits)
{
    assert_true(reference_is_id(ID));
    assert_false(reference_is_id(HEX));
    assert_false(reference_is_id(ID "0"));
    assert_false(reference_is_id("sha256:abc"));
    assert_false(reference_is_id("blog@" ID));
    assert_false(reference_is_id("sha256:0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef"));
    assert_false(reference_is_id(""));
}

test(digests_and_placeholders_are_recognised)
{
    assert_true(reference_is_digest("blog@" ID));
    assert_false(reference_is_digest("blog:v4"));
    assert_false(reference_is_digest(ID));
    assert_false(reference_is_digest("<none>@<none>"));
    assert_false(reference_is_digest("@" ID));
    assert_true(reference_is_none("<none>:<none>"));
    assert_true(reference_is_none("blog@<none>"));
    assert_false(reference_is_none("none:none"));
}

test(latest_and_its_destinations_move)
{
    assert_true(tag_is_moving("latest"));
    assert_true(tag_is_moving("latest-staging"));
    assert_false(tag_is_moving("latest2"));
    assert_false(tag_is_moving("v1-latest"));
    assert_false(tag_is_moving(NULL));
}

test(docker_hub_may_be_left_out)
{
    static const char *const cases[][2] = {
        {"docker.io/library/redis", "redis"}, {"index.docker.io/library/redis", "redis"},
        {"library/redis", "redis"},           {"redis", "redis"},
        {"docker.io/team/blog", "team/blog"}, {"r:5000/library/redis", "r:5000/library/redis"},
    };

    for (size_t i = 0; i < N_ELEMENTS(cases); i++)
        assert_string_equal(repository_short(cases[i][0]), cases[i][1]);
}

test(a_tag_of_rgcs_own_is_known_by_its_name)
{
    static const char id[] = "sha256:0022a368b03e0846aa33ada256640fdf9b158a84b4d0ba325e75ae9658ca4145";
    cleanup_with(free_charp) char *here = reference_own_tag("r:5000/blog", id),
                                  *elsewhere = reference_own_tag(NULL, id);

    assert_string_equal(here, "r:5000/blog:rgc-removing-0022a368b03e");
    assert_true(reference_is_own_tag(here));
    assert_true(reference_is_own_tag(elsewhere));
    assert_false(reference_is_own_tag("r:5000/blog:rgc-removing-"));
    assert_false(reference_is_own_tag("r:5000/blog:rgc-removing-0022a368b03"));
    assert_false(reference_is_own_tag("r:5000/blog:rgc-removing-0022a368b03x"));
    assert_false(reference_is_own_tag("rgc-removing-0022a368b03e"));
    assert_false(reference_is_own_tag(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reference_is_taken_apart),
        cmocka_unit_test(an_id_is_64_hexadecimal_digits),
        cmocka_unit_test(digests_and_placeholders_are_recognised),
        cmocka_unit_test(latest_and_its_destinations_move),
        cmocka_unit_test(docker_hub_may_be_left_out),
        cmocka_unit_test(a_tag_of_rgcs_own_is_known_by_its_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
