#!/bin/sh
# SPDX-License-Identifier: MIT
# run_target.sh TARGET CORPUS DIRECTORY: has libFuzzer look for inputs that a target does not survive, for RGC_FUZZ_SECONDS (600).
# What it finds is in DIRECTORY, new inputs and those that end the target; CORPUS is only read.
set -eu

mkdir -p "$3/found"
cd "$3"
ASAN_OPTIONS=detect_leaks=1:${ASAN_OPTIONS:-} exec "$1" -max_total_time="${RGC_FUZZ_SECONDS:-600}" -timeout=60 -rss_limit_mb=2048 \
    -print_final_stats=1 -artifact_prefix="$3/" "$3/found" "$2"
