#!/bin/sh
# SPDX-License-Identifier: MIT
# no_casts.sh SOURCE_DIRECTORY: nothing casts a const away. The compiler refuses that (-Wcast-qual), but for the way round by
# an integer, which stands nowhere.
set -eu
if grep -rnwE --include='*.[ch]' 'u?intptr_t' "$1"; then
    echo "a pointer is made of a number"
    exit 1
fi
grep -rqF --include='*.c' 'const Context *context' "$1" || {
    echo "no Context in $1: this test looks at the wrong place"
    exit 1
}
