/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <rgc/fingerprint.h>

/* Those of RFC 9923, each without and with the NUL at its end. */
static void the_published_texts_have_the_published_values(void **state)
{
    static const struct {
        const char *text;
        size_t size;
        uint64_t value;
    } vectors[] = {
        {"", 0, 0xcbf29ce484222325}, {"a", 1, 0xaf63dc4c8601ec8c}, {"foobar", 6, 0x85944171f73967e8},
        {"", 1, 0xaf63bd4c8601b7df}, {"a", 2, 0x089be207b544f1e4}, {"foobar", 7, 0x34531ca7168b8f38},
    };

    (void)state;
    for (size_t i = 0; i < N_ELEMENTS(vectors); i++)
        assert_int_equal(fingerprint_bytes(FINGERPRINT_BEGIN, vectors[i].text, vectors[i].size), vectors[i].value);
}

static void a_text_may_be_added_in_parts(void **state)
{
    (void)state;
    assert_int_equal(fingerprint_text(fingerprint_text(FINGERPRINT_BEGIN, "foo"), "bar"), UINT64_C(0x85944171f73967e8));
    assert_int_equal(fingerprint_text(FINGERPRINT_BEGIN, "\xff"), fingerprint_bytes(FINGERPRINT_BEGIN, "\xff", 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_texts_have_the_published_values),
        cmocka_unit_test(a_text_may_be_added_in_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
