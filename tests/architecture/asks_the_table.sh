#!/bin/sh
# SPDX-License-Identifier: MIT
# asks_the_table.sh SOURCE: what a reason is stands in its row of reasons.def. Nothing else tells reasons apart by a switch, or by
# where one stands in the order.
set -eu
here='(\bcase|[<>]=?|[-+]) *REASON_[A-Z_]+|\bREASON_[A-Z_]+ *([-+]|[<>]=?)'
if grep -rnE --include='*.[ch]' "$here" "$1/src" "$1/include" "$1/tests/unit" | grep -vE '[<>]=? *REASON_MAX_?\b'; then
    echo "a reason is told apart by its place, or by a switch"
    exit 1
fi
grep -rqF --include='*.c' REASON_UNMANAGED "$1/src/decide" || {
    echo "no reason in $1/src/decide: this test looks at the wrong place"
    exit 1
}
