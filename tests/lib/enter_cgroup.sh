# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# . enter_cgroup.sh; enter_cgroup NAME: this process, and what it starts, in a cgroup of their own in every hierarchy.
# NAME: such as /rgc-tests/123-1, see cgroups.py.

# With version 1 a cpuset takes nobody in before it has processors and memory.
enter_cgroup_of() {
    top=$1
    cgroup=$2
    for directory in "$top${cgroup%/*}" "$top$cgroup"; do
        mkdir -p "$directory"
        for file in cpuset.cpus cpuset.mems; do
            if [ -e "$top/$file" ]; then cat "$top/$file" > "$directory/$file"; fi
        done
    done
    echo 0 > "$top$cgroup/cgroup.procs"
}

# One hierarchy, or one for each controller.
enter_cgroup() {
    tops=/sys/fs/cgroup
    [ "$(stat -f -c %T "$tops")" = cgroup2fs ] || tops="$tops/*"
    for hierarchy in $tops; do
        if [ -e "$hierarchy/cgroup.procs" ]; then enter_cgroup_of "$hierarchy" "$1"; fi
    done
}
