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

#define N_ELEMENTS(array) (sizeof(array) / sizeof((array)[0]))
