#!/bin/sh
# SPDX-License-Identifier: MIT
# with_library.sh SUITE PACKAGE PROGRAM...: runs programs of this host with a library as that release of Debian has it.
set -eu

suite=$1
package=$2
shift 2
root=$("$(dirname "$0")/trees.sh" package "$suite" "$package") || {
    echo "SKIPPED: no $package of $suite"
    exit 77
}
library=$(find "$root" -name '*.so.*' -type f | head -n 1)
LD_LIBRARY_PATH=$(dirname "$library")
export LD_LIBRARY_PATH
for program; do
    ldd "$program" | grep -q "$root/" || { echo "$program does not use $library"; exit 1; }
    "$program"
done
