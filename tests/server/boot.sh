#!/bin/sh
# SPDX-License-Identifier: MIT
# Process 1 of the namespaces that hold one booted server; it waits until its standard input ends, which it does however
# the test ends. With process 1 all others here end, and with the last all mounts.
#
#   boot.sh TREE STATE CGROUP     TREE: as trees.sh builds it, stays as it is; STATE: a directory on a real file system;
#                                 CGROUP: such as /rgc-tests/123-1, what the server may have as its own

set -eu
tree=$1
state=$2
cgroup=$3

# shellcheck source=tests/lib/enter_cgroup.sh
. "$(dirname "$0")/../lib/enter_cgroup.sh"
enter_cgroup "$cgroup"

mkdir -p "$state/upper" "$state/work" "$state/root" "$state/docker" "$state/containerd"
mount -t overlay -o "lowerdir=$tree,upperdir=$state/upper,workdir=$state/work" overlay "$state/root"

# What would reach beyond this server, into the kernel that it shares, or wait for what is not there.
for unit in systemd-sysctl systemd-modules-load systemd-udevd systemd-binfmt systemd-remount-fs systemd-networkd \
    systemd-resolved systemd-timesyncd; do
    ln -sf /dev/null "$state/root/etc/systemd/system/$unit.service"
done
for unit in fstrim apt-daily apt-daily-upgrade e2scrub_all dpkg-db-backup; do
    ln -sf /dev/null "$state/root/etc/systemd/system/$unit.timer"
done
# As on a server whose journal is asked the day after.
mkdir -p "$state/root/var/log/journal"

# Version 1 of cgroups comes read-only into a container; then its first services fail.
cat > "$state/root/sbin/rgc-test-init" << 'END'
#!/bin/sh
for top in /sys/fs/cgroup /sys/fs/cgroup/*/; do mount -o remount,rw,bind "$top"; done 2> /dev/null
exec /sbin/init
END
chmod 755 "$state/root/sbin/rgc-test-init"

exec 3<&0 # the shell gives a job in the background no standard input
echo ready
# The data of the engine lie beside the overlay: an overlay upon it would be one too many.
SYSTEMD_NSPAWN_API_VFS_WRITABLE=1 systemd-nspawn --quiet --directory="$state/root" --machine=server \
    --register=no --keep-unit --console=pipe --capability=all --private-network --resolv-conf=off --timezone=off \
    --link-journal=no --system-call-filter="@keyring bpf" \
    --bind="$state/docker:/var/lib/docker" --bind="$state/containerd:/var/lib/containerd" \
    /sbin/rgc-test-init < /dev/null > "$state/console" 2>&1 3<&- &
cat <&3 > /dev/null &
wait $! # reaps the orphans of the namespace meanwhile
