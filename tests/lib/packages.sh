#!/bin/sh
# Installs what building and testing rgc needs, as far as it is missing.
#
#   tests/lib/packages.sh [build|test|engine|PACKAGE ...]     default: all of it
#   . tests/lib/packages.sh; install_packages $RGC_BUILD_PACKAGES
#
# Says nothing when nothing is missing. Debian 12 and 13, Ubuntu 22.04 and 24.04.

RGC_BUILD_PACKAGES="gcc clang cmake make pkg-config dpkg-dev file libc6-dev libcurl4-openssl-dev libjansson-dev libsystemd-dev libinih-dev"
RGC_TEST_PACKAGES="libcmocka-dev python3 mandoc shellcheck valgrind lintian zsh fish busybox"
RGC_ENGINE_PACKAGES="debootstrap debian-archive-keyring gpgv util-linux iproute2 wget xz-utils zstd systemd-container"

# Only Debian 12's own Docker is of use, as engine 20.10: everywhere else each engine comes in a tree of its own.
# A Docker that is there stays, whoever packaged it.
if grep -q '^VERSION_CODENAME=bookworm' /etc/os-release 2>/dev/null && [ ! -e /usr/bin/dockerd ]; then
    RGC_ENGINE_PACKAGES="$RGC_ENGINE_PACKAGES docker.io"
fi

# Its `timeout` is the one in BuildKit's images. Never in the place of another busybox.
if [ ! -e /bin/busybox ]; then
    RGC_ENGINE_PACKAGES="$RGC_ENGINE_PACKAGES busybox-static"
fi

missing_packages() {
    for package; do
        case $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) in
            installed) ;;
            *) printf '%s ' "$package" ;;
        esac
    done
}

# Installs with a policy that lets no service start: a Docker of this machine is none of the tests' business.
# shellcheck disable=SC2086 # the arguments of apt-get are lists of words
install_packages() {
    missing=$(missing_packages "$@")
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        echo "packages.sh: not root, cannot install: $missing" >&2
        return 1
    fi
    (
        policy=/usr/sbin/policy-rc.d
        log=$(mktemp)
        trap 'rm -f "$log"' EXIT
        if [ ! -e "$policy" ]; then
            trap 'rm -f "$policy" "$log"' EXIT
            trap 'exit 1' HUP INT TERM
            printf '#!/bin/sh\nexit 101\n' > "$policy"
            chmod 755 "$policy"
        fi
        export DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l NEEDRESTART_SUSPEND=1
        echo "packages.sh: installing $missing" >&2
        { apt-get update && apt-get install -y --no-remove --no-install-recommends $missing; } > "$log" 2>&1 || {
            cat "$log" >&2
            exit 1
        }
    )
}

# shellcheck disable=SC2086 # lists of words
packages_main() {
    [ $# -gt 0 ] || set -- build test engine
    wanted=
    for name; do
        case $name in
            build) wanted="$wanted $RGC_BUILD_PACKAGES" ;;
            test) wanted="$wanted $RGC_TEST_PACKAGES" ;;
            engine) wanted="$wanted $RGC_ENGINE_PACKAGES" ;;
            *) wanted="$wanted $name" ;;
        esac
    done
    install_packages $wanted
}

case ${0##*/} in
    packages.sh) packages_main "$@" ;;
esac
