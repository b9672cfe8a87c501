#!/bin/sh
# SPDX-License-Identifier: MIT
# Process 1 of the namespaces in which one command runs on a bare machine. With it all others there end, and with the last
# all mounts.
#
#   enter.sh ROOT CGROUP CACHE COMMAND ...    ROOT: the machine's, which changes; CGROUP: such as /rgc-tests/123-1, what the
#                                             machine may have as its own; CACHE: a directory that it sees as the cache of
#                                             trees, or -

set -eu
root=$1
cgroup=$2
cache=$3
shift 3

# shellcheck source=tests/lib/enter_cgroup.sh
. "$(dirname "$0")/../lib/enter_cgroup.sh"
enter_cgroup "$cgroup"

# What systemd-nspawn keeps there of one machine is of no use to the next.
mkdir -p /run/systemd/nspawn
mount -t tmpfs tmpfs /run/systemd/nspawn

# Version 1 of cgroups comes read-only into a container. The rest of the kernel that the machine shares with this host is to
# stay as it is, whatever the packages set; but the network is its own.
# shellcheck disable=SC2016 # for the shell inside
writable='for top in /sys/fs/cgroup /sys/fs/cgroup/*/; do mount -o remount,rw,bind "$top"; done 2> /dev/null; exec "$@"'
if [ "$cache" = - ]; then bind=; else bind=--bind=$cache:/var/cache/rgc-tests; fi
# As process 2: a process 1 takes in what programs leave behind, as it would on a whole machine. Its network is the one
# that this script is in.
exec 3<&0 # the shell gives a job in the background no standard input
SYSTEMD_NSPAWN_API_VFS_WRITABLE=network systemd-nspawn --quiet --directory="$root" --machine=bare --as-pid2 \
    --register=no --keep-unit --console=pipe --capability=all --resolv-conf=off --timezone=off --link-journal=no \
    --system-call-filter="@keyring bpf" --chdir=/root/rgc --setenv=HOME=/root --setenv=RGC_TEST_BARE=1 \
    ${bind:+"$bind"} sh -c "$writable" sh "$@" <&3 3<&- &
wait $! # reaps the orphans of the namespace meanwhile
