#!/bin/sh
# Process 1 of the namespaces that hold one engine: mounts what the engine needs and waits until its standard input
# ends, which it does however the test ends. With process 1 all others here end, and with the last all mounts.
#
#   namespace.sh ROOT STATE       ROOT: / or a Debian tree; STATE: directory that both sides see under one path

set -eu
root=${1%/}
state=$2

if [ -n "$root" ]; then
    mount --bind "$root" "$root"
    mount --rbind /sys "$root/sys"
    mount --rbind /dev "$root/dev"
    parent=$root${state%/*}
    mkdir -p "$parent"
    mount -t tmpfs tmpfs "$parent" # the mount point below must not stay in the cached tree
    mkdir "$root$state"
    mount --bind "$state" "$root$state"
fi
mount -t proc proc "$root/proc"
# What engines write outside their own directories must reach neither the host nor the cached tree.
for dir in /run /etc/docker /opt; do
    mkdir -p "$root$dir"
    mount -t tmpfs tmpfs "$root$dir"
done

exec 3<&0 # the shell gives a job in the background no standard input
echo ready
cat <&3 > /dev/null &
wait $! # reaps the orphans of the namespace meanwhile
