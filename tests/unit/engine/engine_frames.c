/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>
#include <string.h>

#include "engine/frames.h"

/* Both streams, frames without payload, a payload that looks like a header, and standard input, which has none. */
static const char FRAMES[] = "\1\0\0\0\0\0\0\3one"
                             "\2\0\0\0\0\0\0\4oops"
                             "\1\0\0\0\0\0\0\0"
                             "\0\0\0\0\0\0\0\0"
                             "\1\0\0\0\0\0\0\11\2\0\0\0\0\0\0\4!";
#define FRAMES_SIZE (sizeof(FRAMES) - 1)

static void assert_whole(const Frames *frames)
{
    Error err = {0};

    assert_int_equal(frames_finish(frames, &err), 0);
    assert_int_equal(frames->output.size, 12);
    assert_memory_equal(frames->output.data, "one\2\0\0\0\0\0\0\4!", 13);
    assert_string_equal(frames->complaint.data, "oops");
}

test(frames_may_be_cut_at_every_byte)
{
    for (size_t first = 0; first <= FRAMES_SIZE; first++)
        for (size_t second = first; second <= FRAMES_SIZE; second++) {
            cleanup_with(frames_clear) Frames frames = {.output_max = 100, .total_max = 100};
            Error err = {0};

            assert_int_equal(frames_feed(&frames, FRAMES, first, &err), 0);
            assert_int_equal(frames_feed(&frames, FRAMES + first, second - first, &err), 0);
            assert_int_equal(frames_feed(&frames, FRAMES + second, FRAMES_SIZE - second, &err), 0);
            assert_whole(&frames);
        }
}

test(frames_may_come_byte_by_byte)
{
    cleanup_with(frames_clear) Frames frames = {.output_max = 100, .total_max = 100};
    Error err = {0};

    for (size_t i = 0; i < FRAMES_SIZE; i++)
        assert_int_equal(frames_feed(&frames, FRAMES + i, 1, &err), 0);
    assert_whole(&frames);
}

test(an_end_within_a_frame_is_noticed)
{
    for (size_t length = 1; length < 11; length++) {
        cleanup_with(frames_clear) Frames frames = {.output_max = 100, .total_max = 100};
        Error err = {0};

        assert_int_equal(frames_feed(&frames, FRAMES, length, &err), 0);
        assert_int_equal(frames_finish(&frames, &err), -EPROTO);
    }
}

test(what_are_no_frames_is_refused)
{
    static const char *const texts[] = {"HTTP/1.1", "OCI runtime exec failed", "{\"message\":", "\3\0\0\0\0\0\0\1",
                                        "\1\0\1\0\0\0\0\1"};

    for (size_t i = 0; i < N_ELEMENTS(texts); i++) {
        cleanup_with(frames_clear) Frames frames = {.output_max = 100, .total_max = 100};
        Error err = {0};
        int r = frames_feed(&frames, texts[i], 8, &err);

        assert_int_equal(r, -EPROTO);
    }
}

test(output_without_end_is_refused)
{
    static const char huge[] = "\1\0\0\0\377\377\377\377aaaaaaaaaaa",
                      errors[] = "\2\0\0\0\0\0\0\24aaaaaaaaaaaaaaaaaaaa";
    cleanup_with(frames_clear) Frames frames = {.output_max = 10, .total_max = 100};
    cleanup_with(frames_clear) Frames noisy = {.output_max = 10, .total_max = 19};
    Error err = {0};

    assert_int_equal(frames_feed(&frames, huge, 18, &err), 0);
    assert_int_equal(frames_feed(&frames, "a", 1, &err), -EFBIG);
    assert_int_equal(frames_feed(&noisy, errors, 27, &err), 0);
    assert_int_equal(frames_feed(&noisy, "a", 1, &err), -EFBIG);
}

test(of_standard_error_the_beginning_is_kept)
{
    cleanup_with(frames_clear) Frames frames = {.output_max = 100, .total_max = 1 << 20};
    char line[8 + 1000] = "\2\0\0\0\0\0\3\350";
    Error err = {0};

    memset(line + 8, 'x', 1000);
    for (int i = 0; i < 10; i++)
        assert_int_equal(frames_feed(&frames, line, sizeof(line), &err), 0);
    assert_int_equal(frames.complaint.size, 4096);
    assert_int_equal(frames.output.size, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_may_be_cut_at_every_byte),  cmocka_unit_test(frames_may_come_byte_by_byte),
        cmocka_unit_test(an_end_within_a_frame_is_noticed), cmocka_unit_test(what_are_no_frames_is_refused),
        cmocka_unit_test(output_without_end_is_refused),    cmocka_unit_test(of_standard_error_the_beginning_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
