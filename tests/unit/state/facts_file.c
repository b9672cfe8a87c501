/* SPDX-License-Identifier: MIT */
/* What images were made of: how the engine's history becomes facts, and how they are remembered. */
#include "state_fixture.h"

#include "engine/decode/decode.h"

#include <rgc/facts_file.h>
#include <rgc/state_directory.h>

#include <errno.h>

static void a_history_is_a_fingerprint_a_step_base_first(void **unused)
{
    static const char base[] = "[{\"Created\":5,\"CreatedBy\":\"COPY a v /\",\"Size\":9}]";
    static const char derived[] = "[{\"Created\":7,\"CreatedBy\":\"LABEL debug=1\",\"Size\":0},"
                                  "{\"Created\":5,\"CreatedBy\":\"COPY a v /\",\"Size\":9}]";
    static const char another[] = "[{\"Created\":6,\"CreatedBy\":\"COPY a v /\",\"Size\":9}]";
    static const char *const unreadable[] = {"{}", "[1]", "[{\"Size\":\"x\"}]", ""};
    cleanup_with(image_facts_clear) ImageFacts a = {0}, b = {0}, c = {0};
    Error err = {0};

    (void)unused;
    assert_int_equal(decode_facts_history(base, strlen(base), &a, &err), 0);
    assert_int_equal(decode_facts_history(derived, strlen(derived), &b, &err), 0);
    assert_int_equal(decode_facts_history(another, strlen(another), &c, &err), 0);
    assert_int_equal(b.n_steps, 2);
    assert_int_equal(a.steps[0], b.steps[0]);
    assert_true(image_facts_derive(&a, &b) && image_facts_derive(&b, &a));
    assert_false(image_facts_derive(&a, &a)); /* made alike, neither of the other */
    assert_false(image_facts_derive(&b, &c));
    assert_false(image_facts_derive(&a, &(ImageFacts){0}));
    for (size_t i = 0; i < N_ELEMENTS(unreadable); i++)
        assert_int_equal(decode_facts_history(unreadable[i], strlen(unreadable[i]), &a, &err), -EPROTO);
    assert_int_equal(a.n_steps, 1); /* what was known stays */
}

static void facts_come_back_as_they_went_of_images_that_the_ledger_knows(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = open_locked();
    uint64_t steps[] = {1, UINT64_MAX};
    const ImageFacts facts[] = {{.id = (char[]){"sha256:a"}, .asked = 7, .steps = steps, .n_steps = 2},
                                {.id = (char[]){"sha256:b"}, .asked = 8, .inspected = 9, .tagged = 6},
                                {.id = (char[]){"sha256:forgotten"}, .steps = steps, .n_steps = 1}};
    ImageRecord records[] = {{.id = (char[]){"sha256:a"}}, {.id = (char[]){"sha256:b"}}};
    const Ledger ledger = {.images = records, .n_images = 2};
    ImageFacts *read = NULL;
    size_t count = 0;
    Error err = {0};

    (void)unused;
    assert_int_equal(facts_save(state, facts, 3, &ledger, &err), 0);
    facts_load(state, &read, &count);
    assert_int_equal(count, 2);
    assert_string_equal(read[0].id, "sha256:a");
    assert_int_equal(read[0].asked, 7);
    assert_int_equal(read[0].n_steps, 2);
    assert_true(read[0].steps[1] == UINT64_MAX);
    assert_int_equal(read[1].n_steps, 0);
    assert_int_equal(read[1].inspected, 9);
    assert_int_equal(read[1].tagged, 6);
    for (size_t i = 0; i < count; i++)
        image_facts_clear(&read[i]);
    free(read);
}

/* How an image was built comes back as it went, without a value of a variable. */
static void how_an_image_was_built_is_remembered_without_its_secrets(void **unused)
{
    static const char inspect[] =
        "{\"Id\":\"sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",\"Config\":{\"User\":"
        "\"app\","
        "\"Env\":[\"A_TOKEN=planted\",\"NODE_VERSION=20.1.0\"],\"Healthcheck\":{\"Test\":[\"CMD-SHELL\",\"planted\"]},"
        "\"Labels\":{\"org.opencontainers.image.base.name\":\"node:20\"}},\"RootFS\":{\"Layers\":[\"sha256:1\","
        "\"sha256:2\"]}}";
    static const char history[] =
        "[{\"Created\":9,\"Size\":7,\"CreatedBy\":\"RUN |1 B_TOKEN=planted /bin/sh -c npm ci --planted # buildkit\"},"
        "{\"Created\":8,\"Size\":0,\"CreatedBy\":\"ENV A_TOKEN=planted\"},"
        "{\"Created\":7,\"Size\":5,\"CreatedBy\":\"COPY . /app # buildkit\"}]";
    cleanup_with(state_freep) StateDirectory *state = open_locked();
    cleanup_with(image_facts_clear) ImageFacts facts = {.id = xstrdup("sha256:a"), .was_build_asked = true};
    ImageRecord record = {.id = (char[]){"sha256:a"}};
    const Ledger ledger = {.images = &record, .n_images = 1};
    ImageFacts *read = NULL;
    size_t count = 0;
    Error err = {0};

    (void)unused;
    facts.build = xcalloc(1, sizeof(*facts.build));
    assert_int_equal(decode_facts(inspect, strlen(inspect), &facts, &err), 0);
    assert_int_equal(decode_facts_history(history, strlen(history), &facts, &err), 0);
    assert_int_equal(facts_save(state, &facts, 1, &ledger, &err), 0);
    cleanup_with(free_charp) char *text = NULL;
    size_t size;
    assert_int_equal(state_read_file(state, "facts.jsonl", 1 << 20, &text, &size, &err), 0);
    assert_null(strstr(text, "planted"));
    facts_load(state, &read, &count);
    assert_int_equal(count, 1);
    const ImageBuild *build = read[0].build;
    assert_non_null(build);
    assert_true(read[0].was_build_asked);
    assert_int_equal(build->setup, SETUP_KNOWN | SETUP_NAMED_USER | SETUP_HEALTH | SETUP_HEALTH_SHELL);
    assert_int_equal(build->hints, BUILD_NODE);
    assert_string_equal(build->runtime, "node:20.1.0");
    assert_string_equal(build->base_name, "node:20");
    assert_int_equal(build->secrets.count, 2);
    assert_string_equal(build->secrets.items[0], "ENV A_TOKEN");
    assert_string_equal(build->secrets.items[1], "ARG B_TOKEN");
    assert_int_equal(build->layers.count, 2);
    assert_int_equal(build->n_steps, 3);
    for (size_t i = 0; i < 3; i++) {
        const BuildStep *a = &build->steps[i], *b = &facts.build->steps[i];
        assert_true(a->kind == b->kind && a->traits == b->traits && a->print == b->print && a->layer == b->layer);
        assert_true(a->created == b->created && a->size_bytes == b->size_bytes);
        assert_string_equal(a->gist, b->gist);
    }
    assert_string_equal(build->steps[0].gist, "COPY . /app");
    assert_int_equal(build->steps[0].layer, 0);
    assert_int_equal(build->steps[1].layer, NO_LAYER);
    assert_string_equal(build->steps[2].gist, "RUN npm ci ...");
    assert_int_equal(build->steps[2].created, 9 * USEC_PER_SEC);
    image_facts_clear(&read[0]);
    free(read);
}

static void a_damaged_line_costs_that_line(void **unused)
{
    cleanup_with(state_freep) StateDirectory *state = open_locked();
    ImageFacts *read = NULL;
    size_t count = 0;

    (void)unused;
    put_file("facts.jsonl", "{\"image\":\"sha256:b\",\"steps\":[\"0000000000000001\"]}\n"
                            "no JSON\n"
                            "{\"image\":\"sha256:c\",\"steps\":[\"1\"]}\n"
                            "{\"image\":\"sha256:h\",\"setup\":1,\"built\":[\"RUN 1 2 3 4 5 no such layer\"]}\n"
                            "{\"image\":\"sha256:i\",\"setup\":1,\"built\":[\"FLY 1 2 3 4 -1 x\"]}\n"
                            "{\"image\":\"sha256:d\",\"steps\":[\"000000000000000g\"]}\n"
                            "{\"image\":\"sha256:e\",\"steps\":7}\n"
                            "{\"steps\":[]}\n"
                            "{\"image\":\"sha256:f\",\"steps\":[\"0000000000000001\"]}\n"
                            "{\"image\":\"sha256:f\",\"steps\":[\"0000000000000002\"]}\n"
                            "{\"image\":\"sha256:a\",\"steps\":[\"0000000000000002\"]}\n"
                            "{\"image\":\"sha256:g\",\"steps\":[\"00000000");
    facts_load(state, &read, &count);
    /* Of a build that cannot be read the rest is. */
    assert_int_equal(count, 4);
    assert_string_equal(read[0].id, "sha256:a");
    assert_string_equal(read[1].id, "sha256:b");
    assert_true(!read[2].build && !read[3].build);
    for (size_t i = 0; i < count; i++)
        image_facts_clear(&read[i]);
    free(read);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_history_is_a_fingerprint_a_step_base_first),
        cmocka_unit_test_setup_teardown(facts_come_back_as_they_went_of_images_that_the_ledger_knows, make_scratch,
                                        remove_scratch),
        cmocka_unit_test_setup_teardown(how_an_image_was_built_is_remembered_without_its_secrets, make_scratch,
                                        remove_scratch),
        cmocka_unit_test_setup_teardown(a_damaged_line_costs_that_line, make_scratch, remove_scratch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
