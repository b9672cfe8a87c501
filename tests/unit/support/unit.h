/* SPDX-License-Identifier: MIT */
/* What every unit test includes first: cmocka needs its headers in this order. */
#pragma once

/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
/* clang-format on */

/* A test: test(what_it_shows) { … }. main() names it to cmocka, cmocka_unit_test(what_it_shows). */
#define test(name) static void name(__attribute__((unused)) void **unused)

/* RGC_TEST_ONLY='h11_*' in the environment runs those tests of a program alone. */
__attribute__((constructor)) static inline void choose_tests(void)
{
    cmocka_set_test_filter(getenv("RGC_TEST_ONLY"));
}

#define N_ELEMENTS(array) (sizeof(array) / sizeof((array)[0]))
