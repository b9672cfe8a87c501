#!/bin/sh
# SPDX-License-Identifier: MIT
# header_alone.sh CC INCLUDE_DIRECTORY: each public header compiles with nothing before it, as gnu11 and as C11, twice over.
set -eu
cc=$1 include=$2 status=0 count=0

for header in "$include"/rgc/*.h; do
    name=rgc/$(basename "$header")
    count=$((count + 1))
    for standard in gnu11 c11; do
        printf '#include <%s>\n#include <%s>\nextern int nothing_else;\n' "$name" "$name" |
            "$cc" -std=$standard -Wall -Wextra -Wstrict-prototypes -Wundef -Werror -I "$include" -x c -fsyntax-only - || {
            echo "$name does not stand alone ($standard)"
            status=1
        }
    done
done
[ "$count" -gt 0 ] || status=1
echo "$count headers"
exit $status
