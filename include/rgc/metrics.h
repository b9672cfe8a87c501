/* SPDX-License-Identifier: MIT */
/* What monitoring reads of a pass, in the text format of Prometheus. */
#pragma once

#include <rgc/pass.h>
#include <rgc/totals.h>

/* The text; caller frees. */
char *metrics_text(const Pass *pass, const Totals *totals);
