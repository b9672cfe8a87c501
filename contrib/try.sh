#!/bin/sh
# SPDX-License-Identifier: MIT
# Shows rgc at work, without touching this machine's Docker.
#
#   sudo contrib/try.sh
#
# Installs the packages that are missing (Debian 12 and 13, Ubuntu 22.04 and 24.04), builds rgc in build/try, and starts a
# Docker engine with its own data, socket and namespaces. There, it deploys a dozen releases of two apps, and shows what rgc
# status, plan, collect --here and again status say. It takes less than a minute, and about one more if it has to install
# packages (180 MB to download). However it ends, it leaves nothing but the packages and build/try. It starts no service.

set -eu
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
top=$(cd "$(dirname "$0")/.." && pwd)
build=$top/build/try

die() { echo "try.sh: $*" >&2; exit 1; }

heading() {
    if [ -t 1 ]; then printf '\n\033[1m== %s\033[0m\n' "$*"; else printf '\n== %s\n' "$*"; fi
}

provide_packages() {
    "$top/tests/lib/packages.sh" build try
    # An installed engine is used as it is, whichever package it comes from.
    if ! command -v dockerd > /dev/null; then
        "$top/tests/lib/packages.sh" docker
        echo "   Docker is now installed on this machine; its service was not started."
    fi
}

build_rgc() {
    mkdir -p "$build"
    log=$build/build.log
    if ! { cd "$top" && cmake --preset release -B "$build" -DRGC_TESTS=OFF &&
        cmake --build "$build" -j "$(nproc)"; } > "$log" 2>&1; then
        cat "$log" >&2
        die "rgc could not be built"
    fi
    # The user who called sudo can then build and clean up there without it.
    if [ -n "${SUDO_UID:-}" ]; then
        chown "$SUDO_UID:${SUDO_GID:-}" "$top/build"
        chown -R "$SUDO_UID:${SUDO_GID:-}" "$build"
    fi
    echo "   $build/src/rgc: $("$build/src/rgc" --version)"
}

case ${1:-} in
    '') ;;
    *) sed -n '3,10s/^# \{0,1\}//p' "$0"; [ "$1" = --help ] && exit 0 || exit 2 ;;
esac
[ "$(id -u)" -eq 0 ] || die "a Docker engine needs root; run: sudo $0"
command -v apt-get > /dev/null || die "this demonstration runs only on Debian and Ubuntu; README.md says how to build and install rgc"

heading "Packages"
provide_packages
heading "Building rgc"
build_rgc
export PYTHONDONTWRITEBYTECODE=1
exec python3 "$top/tests/engine/demo.py" "$build/src/rgc"
