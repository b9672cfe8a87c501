/* SPDX-License-Identifier: MIT */
/* What every unit test includes first: cmocka needs its headers in this order. */
#pragma once

/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

/* A test: test(what_it_shows) { … }. main() names it to cmocka, cmocka_unit_test(what_it_shows). */
#define test(name) static void name(__attribute__((unused)) void **unused)

#define N_ELEMENTS(array) (sizeof(array) / sizeof((array)[0]))
