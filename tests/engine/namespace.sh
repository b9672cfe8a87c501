#!/bin/sh
# Process 1 of the namespaces that hold one engine: mounts what the engine needs and waits until its standard input
# ends, which it does however the test ends. With process 1 all others here end, and with the last all mounts.
#
#   namespace.sh ROOT STATE [writable] [pivoted]
#
# ROOT: / or a Debian tree; STATE: a directory that both sides see under one path. A writable one is a layer upon the
# tree, in STATE/root, and goes with STATE. Pivoted: the tree is the root of the mount namespace, and no mere chroot; else
# what an engine starts in a running container (exec) would find itself outside of the container.

set -eu
root=${1%/}
state=$2

shift 2
if [ "${1:-}" = writable ]; then
    mkdir "$state/upper" "$state/work" "$state/root"
    mount -t overlay overlay -o "lowerdir=$root,upperdir=$state/upper,workdir=$state/work" "$state/root"
    root=$state/root
fi
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

entered=$root/
case " $* " in *" pivoted "*)
    if [ -n "$root" ]; then
        cd "$root"
        pivot_root . .
        umount -l .
        entered=/
    fi
    ;;
esac

exec 3<&0 # the shell gives a job in the background no standard input
echo "ready $entered"
cat <&3 > /dev/null &
wait $! # reaps the orphans of the namespace meanwhile
