#!/bin/sh
# SPDX-License-Identifier: MIT
# core_is_pure.sh NM BASE_ARCHIVE ARCHIVE ...
# Learning and deciding ask for nothing: these archives, and what they take of base, call functions of memory and text only. No I/O, no clock,
# no environment. The exception is what ends the process when memory is out (base/memory.c).
set -eu
nm=$1 base=$2
shift 2

# "object symbol" lines of an archive
imports() { "$nm" -A -P --undefined-only "$1" | sed -n 's/^[^[]*\[\([^]]*\)\]: \([^ ]*\) .*/\1 \2/p'; }
exports() { "$nm" -A -P --defined-only --extern-only "$1" | sed -n 's/^[^[]*\[\([^]]*\)\]: \([^ ]*\) .*/\1 \2/p'; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for archive; do
    imports "$archive" >>"$work/core_imports"
    exports "$archive" >>"$work/core_exports"
done
imports "$base" >"$work/base_imports"
exports "$base" >"$work/base_exports"
[ -s "$work/core_imports" ] && [ -s "$work/base_exports" ] || {
    echo "nm told nothing of $base and $*"
    exit 1
}
if grep -Eq ' __(asan|ubsan|tsan|msan|gcov|llvm)' "$work/core_imports"; then
    echo "skipped: built with sanitizers or coverage, which call what they like"
    exit 77
fi

awk '
    BEGIN {
        split("memchr memcmp memcpy memccpy memmove memrchr memset strchr strcmp strcspn strdup strlen strncmp strndup " \
              "strpbrk strrchr strspn strstr bsearch qsort fnmatch calloc free malloc realloc reallocarray snprintf " \
              "vasprintf vsnprintf __stack_chk_fail _GLOBAL_OFFSET_TABLE_", names)
        for (i in names) pure[names[i]] = 1
        last_words["memory.c.o write"] = last_words["memory.c.o _exit"] = 1
        not_pure["error.c.o strerror"] = 1 # text of an error number
        not_pure["error.c.o __errno_location"] = 1
    }
    # fortified: __memcpy_chk is memcpy
    function plain(symbol) { return symbol ~ /^__.*_chk$/ ? substr(symbol, 3, length(symbol) - 6) : symbol }
    function judge(object, symbol) {
        if (plain(symbol) in pure || (object " " symbol) in last_words || (object " " symbol) in not_pure) return
        print object " calls " symbol
        bad = 1
    }
    FILENAME ~ /core_exports$/ { of_core[$2] = 1; next }
    FILENAME ~ /base_exports$/ { base_object[$2] = $1; next }
    FILENAME ~ /base_imports$/ { needs[$1] = needs[$1] " " $2; next }
    {
        n_imports++
        if ($2 in of_core) next
        if ($2 in base_object) { wanted[base_object[$2]] = 1; next }
        judge("core/" $1, $2)
    }
    END {
        # what of base comes along, and what that brings along
        do {
            more = 0
            for (object in wanted) {
                if (object in done) continue
                done[object] = more = 1
                n = split(needs[object], symbols, " ")
                for (i = 1; i <= n; i++)
                    if (symbols[i] in base_object) wanted[base_object[symbols[i]]] = 1
                    else judge(object, symbols[i])
            }
        } while (more)
        for (object in done) list = list " " object
        if (!bad) print "core takes of base:" list
        exit bad || n_imports == 0
    }
' "$work/core_exports" "$work/base_exports" "$work/base_imports" "$work/core_imports"
