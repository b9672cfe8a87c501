/* SPDX-License-Identifier: MIT */
/*
 * What monitoring reads of a pass, in Prometheus' text exposition format. This is a pure function; src/pass/publish.c
 * writes the text to [metrics] textfile.
 */
#pragma once

#include <rgc/pass.h>
#include <rgc/totals.h>

/* Returns the text of all metrics. Caller frees. */
char *metrics_text(const Pass *pass, const Totals *totals);
