/* SPDX-License-Identifier: MIT */
/* One event of the stream, as values. */
#include "unit.h"

#include "engine/decode/decode.h"
#include "engine_samples.h"

#include <errno.h>
#include <string.h>

#define CONTAINER_EVENT(action, attributes)                                                                            \
    "{\"Type\":\"container\",\"Action\":\"" action "\",\"Actor\":{\"ID\":\"" HEX_A "\",\"Attributes\":{" attributes    \
    "}},\"time\":1700000003,\"timeNano\":1700000003000000999}"
#define IMAGE_EVENT(action, id, name)                                                                                  \
    "{\"Type\":\"image\",\"Action\":\"" action "\",\"Actor\":{\"ID\":\"" id "\",\"Attributes\":{\"name\":\"" name      \
    "\"}},\"time\":1700000003}"

static Event decode(const char *text)
{
    Event event = {0};
    Error err = {0};

    if (decode_event_fields(text, strlen(text), &event, &err) < 0)
        fail_msg("%s: %s", err.text, text);
    return event;
}

static void a_container_tells_its_image_its_app_and_how_it_ended(void **unused)
{
    Event event = decode(CONTAINER_EVENT("die", "\"image\":\"r/blog:v4\",\"name\":\"blog-web-v4\",\"exitCode\":\"143\","
                                                "\"service\":\"blog\",\"role\":\"web\",\"secret\":\"hunter2\""));

    (void)unused;
    assert_int_equal(event.kind, EVENT_DIE);
    assert_string_equal(event.action, "die");
    assert_int_equal(event.time, 1700000003000000);
    assert_string_equal(event.container, HEX_A);
    assert_string_equal(event.name, "blog-web-v4");
    assert_string_equal(event.image_ref, "r/blog:v4");
    assert_true(event.has_exit_code);
    assert_int_equal(event.exit_code, 143);
    assert_string_equal(event.labels.service, "blog");
    assert_string_equal(event.labels.role, "web");
    assert_int_equal(event.images.count, 0);
    event_clear(&event);
}

/* `docker commit` is told of the container; what arrives is an image, and it was made here. */
static void a_commit_is_the_arrival_of_an_image_that_was_made_here(void **unused)
{
    Event event = decode(CONTAINER_EVENT("commit", "\"imageID\":\"sha256:" HEX_A "\",\"imageRef\":\"me/shop:before\""));

    (void)unused;
    assert_int_equal(event.kind, EVENT_ARRIVAL);
    assert_true(event.is_made_here);
    assert_false(event.is_transfer);
    assert_int_equal(event.images.count, 2);
    assert_string_equal(event.images.items[0], "sha256:" HEX_A);
    event_clear(&event);
}

static void each_action_has_its_kind(void **unused)
{
    static const struct {
        const char *text;
        EventKind kind;
    } cases[] = {
        {CONTAINER_EVENT("create", "\"image\":\"a\""), EVENT_CREATE},
        {CONTAINER_EVENT("start", "\"image\":\"a\""), EVENT_START},
        {CONTAINER_EVENT("stop", ""), EVENT_KILL},
        {CONTAINER_EVENT("kill", "\"signal\":\"15\""), EVENT_KILL},
        {CONTAINER_EVENT("kill", "\"signal\":\"1\""), EVENT_OTHER},
        {CONTAINER_EVENT("destroy", ""), EVENT_OTHER},
        {CONTAINER_EVENT("exec_start: sh -c secret", ""), EVENT_OTHER},
        {IMAGE_EVENT("pull", "r/blog:v4", "r/blog"), EVENT_ARRIVAL},
        {IMAGE_EVENT("tag", ID_A, "blog:v5"), EVENT_ARRIVAL},
        {IMAGE_EVENT("untag", ID_A, ID_A), EVENT_OTHER},
        {IMAGE_EVENT("delete", ID_A, ID_A), EVENT_OTHER},
        {"{\"Type\":\"network\",\"Action\":\"create\",\"Actor\":{\"ID\":\"x\"},\"time\":1700000003}", EVENT_OTHER},
    };

    (void)unused;
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        Event event = decode(cases[i].text);
        if (event.kind != cases[i].kind)
            fail_msg("%d, not %d: %s", event.kind, cases[i].kind, cases[i].text);
        event_clear(&event);
    }
}

static void an_arrival_has_the_names_that_say_which_image_it_is(void **unused)
{
    (void)unused;
    Event event = decode(IMAGE_EVENT("pull", "r/blog:v4", "r/blog"));
    assert_true(event.is_transfer);
    assert_int_equal(event.images.count, 1);
    assert_string_equal(event.images.items[0], "r/blog:v4");
    event_clear(&event);

    event = decode(IMAGE_EVENT("tag", ID_A, "blog:v5"));
    assert_false(event.is_transfer);
    assert_int_equal(event.images.count, 2);
    event_clear(&event);

    event = decode(IMAGE_EVENT("load", ID_A, ID_A));
    assert_int_equal(event.images.count, 1);
    event_clear(&event);
}

static void what_is_no_event_is_an_error(void **unused)
{
    static const char *const texts[] = {"",
                                        "x",
                                        "[]",
                                        "{}",
                                        "{\"Type\":\"image\",\"Action\":\"pull\",\"Actor\":7}",
                                        "{\"Type\":\"image\"",
                                        CONTAINER_EVENT("start", "\"service\":7")};

    (void)unused;
    for (size_t i = 0; i < N_ELEMENTS(texts); i++) {
        Event event = {0};
        Error err = {0};
        if (decode_event_fields(texts[i], strlen(texts[i]), &event, &err) != -EPROTO)
            fail_msg("taken: %s", texts[i]);
        assert_null(event.action);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_container_tells_its_image_its_app_and_how_it_ended),
        cmocka_unit_test(a_commit_is_the_arrival_of_an_image_that_was_made_here),
        cmocka_unit_test(each_action_has_its_kind),
        cmocka_unit_test(an_arrival_has_the_names_that_say_which_image_it_is),
        cmocka_unit_test(what_is_no_event_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
