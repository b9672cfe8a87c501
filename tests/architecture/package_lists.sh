#!/bin/sh
# SPDX-License-Identifier: MIT
# package_lists.sh SOURCE_DIRECTORY: what people are told to install, and what the Dockerfile installs, is what packages.list has.
set -eu
status=0

# The words after `COMMAND` up to the end of its last line, without the options.
words_after() {
    sed -e ':joined' -e '/\\$/{N;s/\\\n//;t joined' -e '}' "$2" | sed -n "s/^.*$1//p" | tr -s ' ' '\n' | grep '^[a-z]' | sort
}

# compare FILE COMMAND GROUP ...
compare() {
    file=$1
    found=$(words_after "$2" "$file")
    shift 2
    wanted=$(sh "$source/tests/lib/packages.sh" --list "$@" | tr -s ' ' '\n' | sort)
    [ "$found" = "$wanted" ] || {
        printf '%s installs:\n%s\nand %s of packages.list:\n%s\n' "$file" "$found" "$*" "$wanted"
        status=1
    }
}

source=$1
compare "$source/README.md" 'sudo apt install' build package
compare "$source/contrib/docker/Dockerfile" 'apt-get install' build
exit $status
