/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "engine_fake.h"
#include "engine_samples.h"

/* A: one tag, free. B: two tags. C: used by a running container. */
#define HOST                                                                                                           \
    "{\"images\":[{\"id\":\"" ID_A "\",\"tags\":[\"r:5000/blog:v1\"]},{\"id\":\"" ID_B                                 \
    "\",\"tags\":[\"blog:v2\",\"blog:latest\"]},{\"id\":\"" ID_C "\",\"tags\":[\"blog:v3\"]}],"                        \
    "\"containers\":[{\"id\":\"" HEX_A "\",\"image\":\"" ID_C "\",\"state\":\"running\"},{\"id\":\"" HEX_B             \
    "\",\"image\":\"" ID_C "\",\"state\":\"exited\"}]}"

typedef struct Removing {
    FakeEngine fake;
    Engine *engine;
    char order[32]; /* of starts */
    char answered[32];
    size_t stop_at; /* start so many */
} Removing;

static void removing_clear(Removing *removing)
{
    engine_free(removing->engine);
    fake_engine_clear(&removing->fake);
}

static Removing open_host(const char *faults, int parallel)
{
    Removing removing = {.stop_at = 99};

    fake_engine_start(&removing.fake, HOST, faults);
    removing.engine = fake_engine_open(&removing.fake, FAKE_HANGS_USEC, parallel);
    return removing;
}

static RemovalGo may_start(Removal *removal, void *userdata)
{
    Removing *removing = userdata;

    if (strlen(removing->order) == removing->stop_at)
        return REMOVAL_STOP_ALL;
    if (strcmp(removal->target, "skip") == 0) {
        removal->outcome = OUTCOME_SKIPPED;
        removal->error = xstrdup("changed");
        return REMOVAL_SKIP;
    }
    snprintf(removing->order + strlen(removing->order), 2, "%s", (const char *)removal->userdata);
    return REMOVAL_START;
}

static void done(Removal *removal, void *userdata)
{
    Removing *removing = userdata;

    snprintf(removing->answered + strlen(removing->answered), 2, "%s", (const char *)removal->userdata);
}

static void assert_outcome(Removal *removal, Outcome outcome, const char *error)
{
    if (removal->outcome != outcome || (error && !removal->error) || (error && !strstr(removal->error, error)))
        fail_msg("%s is %s (%s), expected %s (%s)", removal->target, outcome_to_string(removal->outcome),
                 removal->error ? removal->error : "", outcome_to_string(outcome), error ? error : "");
    if (!error)
        assert_null(removal->error);
    removal_clear(removal);
}

#define IMAGE(target_, letter)                                                                                         \
    {                                                                                                                  \
        .kind = TARGET_IMAGE, .target = target_, .userdata = (char[])                                                  \
        {                                                                                                              \
            letter                                                                                                     \
        }                                                                                                              \
    }
#define CONTAINER(target_, letter)                                                                                     \
    {                                                                                                                  \
        .kind = TARGET_CONTAINER, .target = target_, .userdata = (char[])                                              \
        {                                                                                                              \
            letter                                                                                                     \
        }                                                                                                              \
    }

test(the_engine_s_answers_are_outcomes)
{
    cleanup_with(removing_clear) Removing removing = open_host(NULL, 1);
    cleanup_with(free_charp) char *dump = NULL;
    Removal removals[] = {
        CONTAINER(HEX_A, "1"),     CONTAINER(HEX_B, "2"),        IMAGE("blog:v3", "3"),
        IMAGE(ID_C, "4"),          IMAGE("blog:v2", "5"),        IMAGE("skip", "x"),
        IMAGE("blog:latest", "6"), IMAGE("r:5000/blog:v1", "7"), IMAGE(ID_A, "8"),
    };
    Error err = {0};

    assert_int_equal(engine_remove(removing.engine, removals, 9, may_start, done, &removing, &err), 0);
    assert_string_equal(removing.order, "12345678");
    assert_string_equal(removing.answered, "12345678");
    assert_false(removals[4].was_deleted); /* only untagged */
    assert_true(removals[6].was_deleted);
    assert_true(removals[7].was_deleted);
    assert_outcome(&removals[0], OUTCOME_IN_USE, "stop the container");
    assert_outcome(&removals[1], OUTCOME_REMOVED, NULL);
    assert_outcome(&removals[2], OUTCOME_IN_USE, "is using its referenced image");
    assert_outcome(&removals[3], OUTCOME_IN_USE, "running container");
    assert_outcome(&removals[4], OUTCOME_REMOVED, NULL);
    assert_outcome(&removals[5], OUTCOME_SKIPPED, "changed");
    assert_outcome(&removals[6], OUTCOME_REMOVED, NULL);
    assert_outcome(&removals[7], OUTCOME_REMOVED, NULL);
    assert_outcome(&removals[8], OUTCOME_GONE, "No such image");
    fake_engine_stop(&removing.fake);
    dump = fake_engine_read(&removing.fake, "dump");
    assert_non_null(strstr(dump, "\"violations\": []")); /* no force, no volumes */
    assert_null(strstr(dump, ID_A "\",\n   \"tags\""));
}

test(an_answer_that_cannot_be_read_leaves_the_outcome_unknown)
{
    static const struct {
        const char *fault;
        Outcome outcome;
        const char *says;
    } cases[] = {
        {"\"do\":\"garbage\"", OUTCOME_UNKNOWN, "cannot be read"},
        {"\"do\":\"html\"", OUTCOME_UNKNOWN, "cannot be read"},
        {"\"do\":\"truncate\"", OUTCOME_UNKNOWN, "cut off"},
        {"\"do\":\"drop\"", OUTCOME_UNKNOWN, "closed the connection"},
        {"\"do\":\"nothttp\"", OUTCOME_UNKNOWN, "not a Docker engine"},
        {"\"do\":\"status:500\",\"message\":\"unrecognized image ID x\"", OUTCOME_FAILED, "unrecognized image ID x"},
        {"\"do\":\"status:503\"", OUTCOME_FAILED, "HTTP 503"},
        {"\"do\":\"status:409\"", OUTCOME_IN_USE, "scripted"},
    };

    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        cleanup_with(free_charp) char *faults = xasprintf("[{\"match\":\"DELETE\",%s}]", cases[i].fault);
        cleanup_with(removing_clear) Removing removing = open_host(faults, 4);
        Removal removals[] = {IMAGE(ID_A, "1"), CONTAINER(HEX_B, "2")};
        Error err = {0};

        assert_int_equal(engine_remove(removing.engine, removals, 2, may_start, done, &removing, &err), 0);
        assert_string_equal(removing.order, "12");
        assert_outcome(&removals[0], cases[i].outcome, cases[i].says);
        assert_outcome(&removals[1], cases[i].outcome, cases[i].says);
    }
}

test(after_a_stop_nothing_starts_and_what_is_under_way_has_its_grace)
{
    cleanup_with(removing_clear) Removing removing =
        open_host("[{\"match\":\"DELETE /images/r:5000\",\"do\":\"hang\"},"
                  "{\"match\":\"DELETE /containers\",\"do\":\"slow\",\"seconds\":0.1}]",
                  2);
    Removal removals[] = {IMAGE("r:5000/blog:v1", "1"), CONTAINER(HEX_B, "2"), IMAGE("blog:v2", "3")};
    Error err = {0};

    removing.stop_at = 2;
    assert_int_equal(engine_remove(removing.engine, removals, 3, may_start, done, &removing, &err), 0);
    assert_string_equal(removing.order, "12");
    assert_string_equal(removing.answered, "21");
    assert_outcome(&removals[0], OUTCOME_UNKNOWN, "interrupted");
    assert_outcome(&removals[1], OUTCOME_REMOVED, NULL);
    assert_outcome(&removals[2], OUTCOME_SKIPPED, "not started");
}

static RemovalGo kill_engine(Removal *removal, void *userdata)
{
    Removing *removing = userdata;
    RemovalGo go = may_start(removal, userdata);

    if (strcmp(removing->order, "12") == 0) {
        fake_engine_stop(&removing->fake);
    }
    return go;
}

test(when_the_engine_is_gone_the_rest_is_skipped_and_that_is_an_error)
{
    cleanup_with(removing_clear) Removing removing = open_host(NULL, 1);
    Removal removals[] = {CONTAINER(HEX_B, "1"), IMAGE(ID_A, "2"), IMAGE("blog:v2", "3")};
    Error err = {0};

    assert_int_equal(engine_remove(removing.engine, removals, 3, kill_engine, done, &removing, &err), -ECONNREFUSED);
    assert_string_equal(removing.order, "12");
    assert_string_equal(removing.answered, "12");
    assert_outcome(&removals[0], OUTCOME_REMOVED, NULL);
    assert_true(removals[1].outcome == OUTCOME_SKIPPED || removals[1].outcome == OUTCOME_UNKNOWN);
    removal_clear(&removals[1]);
    assert_outcome(&removals[2], OUTCOME_SKIPPED, "the engine is gone");
}

static RemovalGo look_first(Removal *removal, void *userdata)
{
    Removing *removing = userdata;
    cleanup_with(snapshot_clear) Snapshot snapshot = {0};
    cleanup_with(strings_clear) Strings tags = {0};
    Error err = {0};

    assert_int_equal(engine_query_containers(removing->engine, &snapshot, &err), 0);
    assert_true(snapshot.n_containers > 0);
    assert_int_equal(engine_query_tags(removing->engine, ID_C, &tags, &err), 0);
    return may_start(removal, userdata);
}

test(the_engine_can_be_asked_before_each_start_while_others_are_under_way)
{
    cleanup_with(removing_clear) Removing removing =
        open_host("[{\"match\":\"DELETE\",\"do\":\"slow\",\"until\":[\"/containers/json\",4]},"
                  "{\"match\":\"/containers/json\",\"skip\":1,\"do\":\"slow\",\"until\":[\"DELETE\",1,\"begun\"]}]",
                  4);
    cleanup_with(free_charp) char *log = NULL;
    Removal removals[] = {CONTAINER(HEX_B, "1"), IMAGE(ID_A, "2"), IMAGE("blog:v2", "3"), IMAGE("blog:v3", "4")};
    const char *at;
    Error err = {0};

    assert_int_equal(engine_remove(removing.engine, removals, 4, look_first, done, &removing, &err), 0);
    assert_string_equal(removing.order, "1234");
    assert_outcome(&removals[0], OUTCOME_REMOVED, NULL);
    assert_outcome(&removals[1], OUTCOME_REMOVED, NULL);
    assert_outcome(&removals[2], OUTCOME_REMOVED, NULL);
    assert_outcome(&removals[3], OUTCOME_IN_USE, "");
    fake_engine_stop(&removing.fake);
    log = fake_engine_read(&removing.fake, "log");
    /* Off it went before the second look, which is answered only then. The lists are answered, so logged, before the first slow removal is. */
    at = strstr(log, "DELETE");
    assert_non_null(at);
    log[at - log] = '\0';
    for (at = log; strstr(at, "/containers/json"); at = strstr(at, "/containers/json") + 1)
        removing.stop_at++;
    assert_int_equal(removing.stop_at, 99 + 4);
}

static bool is_ended;

static bool is_interrupted(void)
{
    return is_ended;
}

static RemovalGo interrupt_second(Removal *removal, void *userdata)
{
    Removing *removing = userdata;

    is_ended = strlen(removing->order) == 1;
    return may_start(removal, userdata);
}

test(an_interruption_is_noticed_while_all_places_are_taken)
{
    cleanup_with(removing_clear) Removing removing =
        open_host("[{\"match\":\"DELETE\",\"do\":\"slow\",\"seconds\":0.5}]", 1);
    EngineOptions options = {
        .host = removing.fake.host, .timeout_usec = FAKE_HANGS_USEC, .parallel = 2, .is_interrupted = is_interrupted};
    Removal removals[] = {CONTAINER(HEX_B, "1"), IMAGE(ID_A, "2"), IMAGE("blog:v2", "3")};
    Error err = {0};

    engine_free(removing.engine);
    is_ended = false;
    assert_int_equal(engine_open(&options, &removing.engine, &err), 0);
    assert_int_equal(engine_remove(removing.engine, removals, 3, interrupt_second, done, &removing, &err), 0);
    assert_string_equal(removing.order, "12");
    assert_outcome(&removals[0], OUTCOME_REMOVED, NULL);
    assert_outcome(&removals[1], OUTCOME_REMOVED, NULL);
    assert_outcome(&removals[2], OUTCOME_SKIPPED, "the pass was ended");
    is_ended = false;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_engine_s_answers_are_outcomes),
        cmocka_unit_test(an_answer_that_cannot_be_read_leaves_the_outcome_unknown),
        cmocka_unit_test(after_a_stop_nothing_starts_and_what_is_under_way_has_its_grace),
        cmocka_unit_test(when_the_engine_is_gone_the_rest_is_skipped_and_that_is_an_error),
        cmocka_unit_test(the_engine_can_be_asked_before_each_start_while_others_are_under_way),
        cmocka_unit_test(an_interruption_is_noticed_while_all_places_are_taken),
    };

    if (fake_engine_missing())
        return 77;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
