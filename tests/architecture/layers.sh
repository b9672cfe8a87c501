#!/bin/sh
# SPDX-License-Identifier: MIT
# layers.sh NM DIRECTORY "LAYER: LOWER …" …
# A layer calls functions of itself and of the layers below it; the libraries outside (curl_, json_, ini_, sd_) only where they
# are named among these. Static libraries would link upwards without a word.
set -eu
nm=$1 directory=$2
shift 2

defined() { "$nm" -P --defined-only --extern-only "$1" | awk 'NF > 2 { print $1 }' | sort -u; }
undefined() { "$nm" -P --undefined-only "$1" | awk 'NF > 1 && $2 == "U" { print $1 }' | sort -u; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for rule; do
    layer=${rule%%:*}
    defined "$directory/librgc_$layer.a" >"$work/$layer.has"
    undefined "$directory/librgc_$layer.a" >"$work/$layer.needs"
    [ -s "$work/$layer.has" ] || {
        echo "nm told nothing of $layer"
        exit 1
    }
done
status=0
for rule; do
    layer=${rule%%:*}
    may=" $layer ${rule#*:} "
    for other in "$work"/*.has; do
        name=$(basename "$other" .has)
        case $may in *" $name "*) continue ;; esac
        for symbol in $(comm -12 "$work/$layer.needs" "$other"); do
            # two layers may each have a function of this name; then it is no call upwards
            grep -qx "$symbol" "$work/$layer.has" && continue
            echo "$layer calls $symbol of $name"
            status=1
        done
    done
    for library in curl json ini sd; do
        case $may in *" $library "*) continue ;; esac
        for symbol in $(grep "^${library}_" "$work/$layer.needs" || true); do
            cat "$work"/*.has | grep -qx "$symbol" && continue
            echo "$layer calls $symbol, which is not its library"
            status=1
        done
    done
done
exit $status
