#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs what building and testing rgc needs, as far as it is missing. Says nothing when nothing is missing.
#
#   tests/lib/packages.sh [GROUP ...]            default: all that tests/run.sh needs
#   tests/lib/packages.sh --list GROUP ...       prints the words of the groups, as they stand in packages.list

set -eu
list=$(dirname "$0")/packages.list

# shellcheck disable=SC2086 # lists of words
words_of() {
    for group; do
        lines=$(sed -n "s/^$group: *//p" "$list")
        [ -n "$lines" ] || { echo "packages.sh: no such group: $group" >&2; exit 2; }
        printf '%s ' $lines
    done
}

is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2> /dev/null)" = installed ]; }

# Those of the words that nothing installed satisfies.
missing_of() {
    for word; do
        found=
        for package in $(echo "${word%\?}" | tr '|' ' '); do
            if is_installed "$package"; then found=1; fi
        done
        [ -n "$found" ] || printf '%s ' "$word"
    done
}

# What is to be installed for these words. The lists of apt are new by now.
packages_for() {
    for word; do
        package=${word%\?}
        package=${package%%|*}
        case $word in
            *\?) apt-cache show "$package" 2> /dev/null | grep -q '^Package:' || continue ;;
        esac
        printf '%s ' "$package"
    done
}

# Lets no service start: a Docker of this machine is none of the tests' business.
forbid_services() {
    policy=/usr/sbin/policy-rc.d
    [ ! -e "$policy" ] || return 0
    trap 'rm -f "$policy" "$log"' EXIT
    printf '#!/bin/sh\nexit 101\n' > "$policy"
    chmod 755 "$policy"
}

# shellcheck disable=SC2046 # a list of words
install_words() {
    apt-get update && apt-get install -y --no-remove --no-install-recommends $(packages_for "$@")
}

case ${1:-} in
    --list) shift; words_of "$@"; exit ;;
    -*) sed -n '3,6s/^# \{0,1\}//p' "$0"; exit 2 ;;
    '')
        set -- build package test engine
        if grep -q '^VERSION_CODENAME=bookworm' /etc/os-release && [ ! -e /usr/bin/dockerd ]; then
            set -- "$@" engine-bookworm
        fi
        ;;
esac
words=$(words_of "$@")
# shellcheck disable=SC2086 # lists of words
missing=$(missing_of $words)
# Were only the others missing, they would be looked for in vain each time.
case " $missing" in *[!\?]' '*) ;; *) exit 0 ;; esac
if [ "$(id -u)" -ne 0 ]; then
    echo "packages.sh: not root, cannot install: $missing" >&2
    exit 1
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
trap 'exit 1' HUP INT TERM
forbid_services
export DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l NEEDRESTART_SUSPEND=1
echo "packages.sh: installing $missing" >&2
# shellcheck disable=SC2086 # a list of words
if ! install_words $missing > "$log" 2>&1; then
    cat "$log" >&2
    exit 1
fi
