#!/bin/sh
# SPDX-License-Identifier: MIT
# check_metrics.sh COMMAND ...: does promtool take what COMMAND prints, without a word?
#
# promtool is in Debian's package prometheus, which would also install a server that runs from then on: where it is not
# there, that one program is taken out of the package, into ${RGC_TEST_CACHE:-/var/cache/rgc-tests}.

set -eu
cache=${RGC_TEST_CACHE:-/var/cache/rgc-tests}

download() { apt-get download -o APT::Sandbox::User=root prometheus; }

fetch() {
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    cd "$work"
    download || { apt-get update && download; }
    dpkg-deb --fsys-tarfile prometheus_*.deb | tar -x ./usr/bin/promtool
    mkdir -p "$cache"
    mv usr/bin/promtool "$cache/promtool.new"
    mv "$cache/promtool.new" "$cache/promtool"
}

if command -v promtool > /dev/null; then
    promtool=promtool
elif [ -x "$cache/promtool" ] || (fetch) > /dev/null 2>&1; then
    promtool=$cache/promtool
else
    echo "SKIPPED: there is no promtool, and its package cannot be had"
    exit 77
fi

metrics=$(mktemp)
trap 'rm -f "$metrics"' EXIT
"$@" > "$metrics"
said=$("$promtool" check metrics < "$metrics" 2>&1) || { echo "$said"; cat "$metrics"; exit 1; }
[ -z "$said" ] || { echo "$said"; exit 1; }
