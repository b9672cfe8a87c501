#!/bin/bash
# SPDX-License-Identifier: MIT
# Runs all tests of rgc, from a fresh checkout on.
#
#   sudo tests/run.sh [--long|--units]
#
# Installs the packages that are missing (Debian 12 and 13, Ubuntu 22.04 and 24.04), builds with gcc, with clang and with
# sanitizers, each with -Werror, makes the package, and runs all tiers of tests: tests/README.md says what each is for.
# Engines, and the whole servers that the package is installed on, run in namespaces of their own; this machine's Docker is
# not touched. What cannot be done, as without root, is skipped aloud.
#
#   --long    more rounds, each predicate of the decision broken, ten minutes for each target of libFuzzer, the image built by
#             its Dockerfile, the clang build's tests, valgrind, and clang-tidy
#   --units   ends after the tiers that need neither an engine nor a server: architecture, cost, unit, integration
#
# Logs are in build/logs. The last line is "N passed, N failed, N skipped"; ends with 0 if none failed and one passed.

set -uo pipefail
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
top=$(cd "$(dirname "$0")/.." && pwd)
logs=$top/build/logs
jobs=$(nproc)
is_long=
ends_early=
left_out='^long$'
passed=0 failed=0 skipped=0
child=

usage() { sed -n '3,16s/^# \{0,1\}//p' "$0"; }

case ${1:-} in
    '') ;;
    --long) is_long=1 left_out='^$' ;;
    --units) ends_early=1 ;;
    --help | -h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
esac

# Every phase is a process group of its own: a signal ends it with all that it has started.
set -m
end_early() {
    trap '' HUP INT TERM
    if [ -n "$child" ]; then
        kill -TERM -- "-$child" 2> /dev/null
        wait "$child"
    fi
    echo "run.sh: interrupted" >&2
    exit 130
}
trap end_early HUP INT TERM

heading() { printf '\n== %s\n' "$*"; }

# log_of PHASE COMMAND ...: runs it with its output in the phase's log.
log_of() {
    local log=$logs/$1.log
    shift
    "$@" > "$log" 2>&1 < /dev/null &
    child=$!
    wait "$child"
    local status=$?
    child=
    return "$status"
}

# What has ended so far took this many seconds of processors.
spent=0
count_spent() {
    times > "$logs/times"
    spent=$(awk 'NR == 2 { split($1 $2, t, /[ms]/); print int(t[1] * 60 + t[2] + t[3] * 60 + t[4]) }' "$logs/times")
}

# time_since SECONDS SPENT: both times of a phase, in $took.
time_since() {
    count_spent
    took="$((SECONDS - $1)) s, $((spent - $2)) s of processors"
}

# A phase that is one check.
check() {
    local phase=$1 started=$SECONDS before=$spent
    heading "$phase"
    if log_of "$@"; then
        passed=$((passed + 1))
        time_since "$started" "$before"
        echo "   ok, $took"
        return 0
    fi
    failed=$((failed + 1))
    cat "$logs/$phase.log"
    time_since "$started" "$before"
    echo "   FAILED, $took"
    return 1
}

skip() {
    heading "$1"
    skipped=$((skipped + 1))
    echo "   skipped: $2"
}

build() {
    local preset=$1
    cmake --preset "$preset" && cmake --build --preset "$preset" -j "$jobs" -- --no-print-directory
}

# As a user gets it: no hooks for tests in it.
build_package() {
    rm -f "$top"/build/release/rgc_*.deb
    cmake --preset release -DRGC_TESTS=OFF && cmake --build --preset release -j "$jobs" --target package
}

# tier PHASE PRESET LABELS: the tests of this build that have one of these labels (a|b), as a phase of many cases.
tier() {
    local phase=$1 preset=$2 labels=$3 started=$SECONDS before=$spent numbers good bad left
    heading "$phase"
    rm -f "$logs/$phase.xml"
    # Tests wait more than they work: twice as many as processors.
    log_of "$phase" ctest --test-dir "$top/build/$preset" -j "$((jobs * 2))" --no-tests=ignore --output-junit "$logs/$phase.xml" \
        --test-output-size-passed 10000000 --test-output-size-failed 10000000 -L "^($labels)\$" -LE "$left_out"
    if ! numbers=$(python3 "$top/tests/lib/count.py" "$logs/$phase.xml"); then
        cat "$logs/$phase.log"
        numbers="0 1 0"
    fi
    if [ "$numbers" = "0 0 0" ]; then
        numbers="0 0 1"
        echo "   skipped: there are no such tests"
    fi
    read -r good bad left <<< "$numbers"
    passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + left))
    time_since "$started" "$before"
    echo "   $good passed, $bad failed, $left skipped, $took"
}

# Few rounds: valgrind is thirty times slower, and looks at the ways of the code, not at chance.
valgrind_all() {
    local program status=0
    unset RGC_TEST_LONG
    export RGC_TEST_ROUNDS=20
    for program in "$top"/build/dev/tests/test_*; do
        echo "# ${program##*/}"
        case $program in *_agent_child) continue ;; esac
        valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite "$program" || status=1
    done
    return "$status"
}

long_phases() {
    check build-clang build clang && tier tests-clang clang 'unit|integration|cost'
    check build-fuzz build fuzz && tier tests-fuzz fuzz fuzz
    if command -v valgrind > /dev/null; then
        check valgrind valgrind_all
        skip valgrind-agent_child "its children are /proc/self/exe, which under valgrind is valgrind"
    else
        skip valgrind "it is not installed"
    fi
    if command -v clang-tidy > /dev/null; then
        check clang-tidy build tidy
    else
        skip clang-tidy "it is not installed"
    fi
}

# Everything as root's would lock out whoever called sudo.
give_back_build() {
    if [ -n "${SUDO_UID:-}" ]; then chown -R "$SUDO_UID:${SUDO_GID:-}" "$top/build"; fi
}

sum_up() {
    give_back_build
    time_since 0 0
    heading "All in $took"
    echo "$passed passed, $failed failed, $skipped skipped"
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}

# The package for the servers that tests boot is the one that a bare machine of their release has built.
bare_machines() {
    rm -rf "$top/build/bare"
    tier tests-bare dev bare
    local package
    package=$(find "$top/build/bare/trixie" -name 'rgc_*.deb' 2> /dev/null)
    if [ -n "$package" ]; then
        export RGC_DEB=$package
    else
        echo "   the servers get the package that was built here: no bare machine has built one"
    fi
    # How each command ended there.
    (cd "$top/build/bare" 2> /dev/null && tail -n 4 ./*.log)
}

cd "$top" || exit 2
mkdir -p "$logs"
rm -f "$logs"/*.log "$logs"/*.xml
export PYTHONDONTWRITEBYTECODE=1
[ -n "$is_long" ] && export RGC_TEST_LONG=1

# Without these nothing that follows means anything.
if ! check packages "$top/tests/lib/packages.sh" || ! check build-dev build dev || ! check build-asan build asan; then
    sum_up
    exit 1
fi
tier tests-dev dev 'architecture|cost|sim'
tier tests-asan asan 'unit|integration'
if [ -n "$ends_early" ]; then
    sum_up
    exit
fi
tier tests-fault asan fault
if [ -n "$is_long" ]; then long_phases; else check build-clang build clang; fi
if check package build_package; then
    # From here on it is the rgc that users get.
    export RGC_BINARY=$top/build/release/src/rgc
    bare_machines
    # Together, the longest first: so that no processor waits for the last one of each tier.
    tier tests-release dev 'engine|e2e|server|bench'
fi
sum_up
