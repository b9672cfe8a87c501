/* SPDX-License-Identifier: MIT */
/* When a full disk is a reason for a pass, minute by minute. */
#include "unit.h"

#include "agent/disk.h"

#include <stdio.h>
#include <string.h>

#define NOON (1000 * USEC_PER_HOUR)

static const AgentDiskBound above_85 = {.used_percent = 85, .free_bytes = -1};

static DiskUse filled(double percent)
{
    return (DiskUse){.path = "/", .used_percent = percent, .available_bytes = (int64_t)(1000 * (100 - percent))};
}

test(a_level_is_what_the_configuration_calls_it)
{
    const AgentDiskBound off = {.is_off = true}, free_5000 = {.free_bytes = 5000};
    static const struct {
        double percent;
        DiskLevel by_percent, by_bytes;
    } rows[] = {
        {84.9, DISK_FINE, DISK_FINE}, {85, DISK_FINE, DISK_FINE},           {85.1, DISK_HIGH, DISK_FINE},
        {94.9, DISK_HIGH, DISK_FINE}, {95.1, DISK_CRITICAL, DISK_CRITICAL}, {100, DISK_CRITICAL, DISK_CRITICAL},
    };
    for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
        DiskUse use = filled(rows[i].percent);
        assert_int_equal(disk_level(&use, &above_85), rows[i].by_percent);
        assert_int_equal(disk_level(&use, &free_5000), rows[i].by_bytes);
        assert_int_equal(disk_level(&use, &off), DISK_FINE);
    }
    DiskUse little_left = {.used_percent = 10, .available_bytes = 4999};
    assert_int_equal(disk_level(&little_left, &free_5000), DISK_HIGH);
}

test(what_is_below_high_is_fine_however_little_is_left)
{
    const AgentDiskBound free_5000 = {.free_bytes = 5000}, above_98 = {.used_percent = 98, .free_bytes = -1};
    DiskUse large = {.used_percent = 96, .available_bytes = 5000};
    assert_int_equal(disk_level(&large, &free_5000), DISK_FINE);
    assert_int_equal(disk_level(&large, &above_98), DISK_FINE);
    large.used_percent = 98.5;
    assert_int_equal(disk_level(&large, &above_98), DISK_CRITICAL);
}

test(without_inodes_it_is_critical_whatever_high_is)
{
    const AgentDiskBound free_5000 = {.free_bytes = 5000};
    DiskUse use = {.used_percent = 95.5, .used_inodes_percent = 95.5, .available_bytes = 1000000};
    assert_int_equal(disk_level(&use, &free_5000), DISK_CRITICAL);
    assert_int_equal(disk_level(&use, &above_85), DISK_CRITICAL);
}

test(five_minutes_above_any_pass_goes_further)
{
    AgentLimits limits;
    DiskMonitor disk = {0};
    agent_limits_init(&limits);
    assert_false(disk_is_pressing(&disk, &limits, NOON));
    disk_needs_pass(&disk, DISK_HIGH, &limits, NOON);
    assert_false(disk_is_pressing(&disk, &limits, NOON + 5 * USEC_PER_MINUTE - 1));
    assert_true(disk_is_pressing(&disk, &limits, NOON + 5 * USEC_PER_MINUTE));
    disk_needs_pass(&disk, DISK_FINE, &limits, NOON + 6 * USEC_PER_MINUTE);
    assert_false(disk_is_pressing(&disk, &limits, NOON + 7 * USEC_PER_MINUTE));
}

/* One letter a minute: '.' fine, 'h' high, 'c' critical. Returns the minutes in which a pass is asked for. */
static const char *watch(const char *minutes)
{
    static char log[512];
    AgentLimits limits;
    DiskMonitor disk = {0};
    agent_limits_init(&limits);
    log[0] = '\0';
    for (size_t i = 0; minutes[i]; i++) {
        DiskLevel level = minutes[i] == '.' ? DISK_FINE : minutes[i] == 'h' ? DISK_HIGH : DISK_CRITICAL;
        if (disk_needs_pass(&disk, level, &limits, NOON + (Time)i * USEC_PER_MINUTE)) {
            char number[24];
            snprintf(number, sizeof(number), "%s%zu", log[0] ? " " : "", i);
            strcat(log, number);
        }
    }
    return log;
}

static char *repeated(char letter, size_t count)
{
    char *s = xcalloc(count + 1, 1);
    memset(s, letter, count);
    return s;
}

test(five_minutes_above_high_are_pressure)
{
    assert_string_equal(watch("hhhhhh"), "5");
    assert_string_equal(watch("hhhhh"), "");
}

test(a_short_peak_is_not)
{
    assert_string_equal(watch("hhhhh.hhhhh.hhhhh"), "");
}

test(less_than_5_percent_free_is_pressure_at_once)
{
    assert_string_equal(watch("...c"), "3");
    assert_string_equal(watch("hhc"), "2");
}

test(what_a_pass_could_not_help_is_tried_again_after_1_2_4_6_6_hours)
{
    char *day = repeated('h', 1500);
    assert_string_equal(watch(day), "5 65 185 425 785 1145");
    free(day);
    day = repeated('c', 1500);
    assert_string_equal(watch(day), "0 60 180 420 780 1140");
    free(day);
}

test(what_a_pass_could_help_with_is_tried_again_soon_and_at_once_where_it_presses)
{
    AgentLimits limits;
    DiskMonitor disk = {0};
    agent_limits_init(&limits);
    assert_true(disk_needs_pass(&disk, DISK_CRITICAL, &limits, NOON));
    assert_false(disk_needs_pass(&disk, DISK_CRITICAL, &limits, NOON + 1));
    disk_pass_helped(&disk, &limits);
    assert_true(disk_needs_pass(&disk, DISK_CRITICAL, &limits, NOON + 2));
    assert_false(disk_needs_pass(&disk, DISK_CRITICAL, &limits, NOON + 50 * USEC_PER_MINUTE)); /* that one did not */

    disk = (DiskMonitor){0};
    assert_false(disk_needs_pass(&disk, DISK_HIGH, &limits, NOON));
    assert_true(disk_needs_pass(&disk, DISK_HIGH, &limits, NOON + 5 * USEC_PER_MINUTE));
    disk_pass_helped(&disk, &limits);
    assert_false(disk_needs_pass(&disk, DISK_HIGH, &limits, NOON + 9 * USEC_PER_MINUTE));
    assert_true(disk_needs_pass(&disk, DISK_HIGH, &limits, NOON + 10 * USEC_PER_MINUTE));
    assert_false(disk_needs_pass(&disk, DISK_HIGH, &limits, NOON + 60 * USEC_PER_MINUTE));
    assert_true(disk_needs_pass(&disk, DISK_HIGH, &limits, NOON + 70 * USEC_PER_MINUTE));
}

test(once_below_it_begins_anew)
{
    assert_string_equal(watch("hhhhhhhh.hhhhhhhh"), "5 14");
}

test(worse_than_when_a_pass_tried_is_a_reason_but_once)
{
    assert_string_equal(watch("hhhhhhhchchchchc"), "5 7");
}

test(a_path_that_is_gone_is_no_reason)
{
    DiskUse use;
    assert_false(disk_measure("/there/is/no/such/path", &use));
    assert_true(disk_measure("/", &use));
    assert_true(use.used_percent >= 0 && use.used_percent <= 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_level_is_what_the_configuration_calls_it),
        cmocka_unit_test(what_is_below_high_is_fine_however_little_is_left),
        cmocka_unit_test(without_inodes_it_is_critical_whatever_high_is),
        cmocka_unit_test(five_minutes_above_any_pass_goes_further),
        cmocka_unit_test(five_minutes_above_high_are_pressure),
        cmocka_unit_test(a_short_peak_is_not),
        cmocka_unit_test(less_than_5_percent_free_is_pressure_at_once),
        cmocka_unit_test(what_a_pass_could_not_help_is_tried_again_after_1_2_4_6_6_hours),
        cmocka_unit_test(what_a_pass_could_help_with_is_tried_again_soon_and_at_once_where_it_presses),
        cmocka_unit_test(once_below_it_begins_anew),
        cmocka_unit_test(worse_than_when_a_pass_tried_is_a_reason_but_once),
        cmocka_unit_test(a_path_that_is_gone_is_no_reason),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
