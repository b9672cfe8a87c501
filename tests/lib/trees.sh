#!/bin/sh
# Builds and caches the Debian trees that hold the engines under test, the server that tests boot (trixie),
# the machines that a real Kamal deploys from and to (kamal, of forky), and machines with nothing on them (bare-*).
#
#   tests/lib/trees.sh TREE          builds the tree if it is not there, and prints its path:
#                                  forky, bookworm, trixie, kamal, image, toolchains, bare-bookworm or bare-trixie
#   tests/lib/trees.sh package SUITE PACKAGE    unpacks that one package, and prints where
#   tests/lib/trees.sh source PACKAGE    unpacks its source, of the newest release whose files the mirror has, and prints where
#   tests/lib/trees.sh mirror        prints the address of the mirror that all of it comes from
#   tests/lib/trees.sh clean         removes all trees and packages
#
# They live in ${RGC_TEST_CACHE:-/var/cache/rgc-tests}. A tree is either whole or not there: it is built under
# another name, and renamed at the end. All that is mounted into one lives in a mount namespace of its own.

set -eu

cache=${RGC_TEST_CACHE:-/var/cache/rgc-tests}
lib=$(dirname "$0")

say() { echo "trees.sh: $*" >&2; }

# Groups of packages.list, as debootstrap takes them.
group() { "$lib/packages.sh" --list "$@" | tr -s ' ' '\n' | paste -s -d , -; }

tree_packages() {
    case $1 in
        forky) echo docker.io,docker-cli,docker-buildx,containerd,runc,docker-registry,gcc,libc6-dev ;;
        bookworm) echo docker.io,containerd,runc,docker-registry,gcc,libc6-dev ;;
        # A server without a network: what the package of rgc depends on must be there.
        trixie) echo "systemd,systemd-sysv,dbus,docker.io,docker-cli,iptables,$(group run)" ;;
        kamal) echo "docker.io,docker-cli,docker-buildx,containerd,runc,ruby-kamal,git,openssh-client,openssh-server,$(group run)" ;;
        # What contrib/docker/Dockerfile installs: the base that its image is built on without a network. And Compose.
        image) echo "$(group build),docker-compose" ;;
        # Compilers of several languages, for images that are really built with them.
        toolchains) echo cargo,rustc,golang-go,nodejs,libc6-dev,gcc ;;
        bare-bookworm | bare-trixie) echo apt ;; # it is there anyway
        *) say "no such tree: $1"; return 1 ;;
    esac
}

tree_suite() {
    case $1 in
        kamal) echo forky ;;
        image | toolchains) echo trixie ;;
        *) echo "${1#bare-}" ;;
    esac
}

# The mirror that this host's apt uses for Debian; where it uses none, the one that debootstrap would.
# shellcheck disable=SC2016 # the dollars are apt's
debian_mirror() {
    mirror=$(apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
        sed -n 's|^Debian \(http.*\)|\1|p' | head -n 1)
    [ -n "$mirror" ] || mirror=$(sed -n 's/^DEF_MIRROR="\(.*\)"/\1/p' "$(command -v debootstrap)" | head -n 1)
    echo "$mirror"
}

# An older host does not know the newest suites by name; they are all built like sid.
suite_script() {
    for script in "$1" sid; do
        if [ -e "/usr/share/debootstrap/scripts/$script" ]; then
            echo "/usr/share/debootstrap/scripts/$script"
            return
        fi
    done
}

# An apt of our own, in a directory of its own, that knows one suite and trusts nothing but the keys installed here:
# private_apt DIRECTORY SUITE PACKAGE downloads a package there; with `source` behind that, its source package.
private_apt() {
    private=$1
    keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    mirror=$(debian_mirror)
    [ -e "$keyring" ] && [ -n "$mirror" ] || return 1
    mkdir -p "$private/state/lists/partial" "$private/cache/archives/partial" "$private/etc"
    : > "$private/state/status"
    printf "deb%s [signed-by=$keyring] $mirror $2 main\n" "" ${4:+-src} > "$private/etc/sources.list"
    (
        cd "$private"
        wanted=$3
        how=${4:+source --download-only}
        set -- -o "Dir::State=$private/state" -o "Dir::State::status=$private/state/status" \
            -o "Dir::Cache=$private/cache" -o "Dir::Etc::SourceList=$private/etc/sources.list" \
            -o Dir::Etc::SourceParts=- -o APT::Sandbox::User=root
        # shellcheck disable=SC2086 # two words
        apt-get "$@" update && apt-get "$@" ${how:-download} "$wanted"
    ) >&2
}

# The archive keys of Debian's stable release: so a key that is newer than this host still comes by a signed way.
newer_keyring() {
    private_apt "$1" stable debian-archive-keyring || return 1
    dpkg-deb -x "$1"/debian-archive-keyring_*.deb "$1/keys" || return 1
    find "$1/keys" -name debian-archive-keyring.gpg -o -name debian-archive-keyring.pgp | head -n 1
}

# One package of a suite, unpacked: for libraries that other releases have in another version.
provide_package() {
    unpacked=$cache/$1-$2
    if [ ! -d "$unpacked" ]; then
        mkdir -p "$cache"
        work=$(mktemp -d "$cache/.fetching-$1-$2.XXXXXX")
        trap 'rm -rf --one-file-system "$work"' EXIT
        trap 'exit 1' HUP INT TERM
        if ! { private_apt "$work/apt" "$1" "$2" && dpkg-deb -x "$work/apt/$2"_*.deb "$work/root"; } > "$work/log" 2>&1; then
            tail -n 5 "$work/log" >&2
            say "could not fetch $2 of $1"
            return 1
        fi
        # Another may have been faster; which of the two it is does not matter.
        mv -T "$work/root" "$unpacked" 2>> "$work/log" || [ -d "$unpacked" ]
    fi
    echo "$unpacked"
}

# A mirror may list a source package before it has all of its files: then an older release's will do.
provide_source() {
    unpacked=$cache/$1-source
    if [ ! -d "$unpacked" ]; then
        mkdir -p "$cache"
        work=$(mktemp -d "$cache/.fetching-$1.XXXXXX")
        trap 'rm -rf --one-file-system "$work"' EXIT
        trap 'exit 1' HUP INT TERM
        for suite in trixie bookworm; do
            if private_apt "$work/$suite" "$suite" "$1" source >> "$work/log" 2>&1 &&
                (mkdir "$work/root" && cd "$work/root" && dpkg-source -x "$work/$suite/$1"_*.dsc "$1") >> "$work/log" 2>&1; then
                mv -T "$work/root" "$unpacked" 2>> "$work/log" || [ -d "$unpacked" ]
                break
            fi
            rm -rf --one-file-system "$work/root"
        done
        [ -d "$unpacked" ] || { tail -n 5 "$work/log" >&2; say "could not fetch the source of $1"; return 1; }
    fi
    echo "$unpacked"
}

build_tree() {
    name=$1
    debian=$(tree_suite "$name")
    target=$2
    shift 2
    unshare --mount --propagation private debootstrap --variant=minbase "$@" \
        --include="$(tree_packages "$name")" "$debian" "$target" "$(debian_mirror)" "$(suite_script "$debian")"
}

# Three tries: with the keys of this host, with newer ones that these vouch for, and, said aloud, without any.
build_tree_with_a_key() {
    suite=$1
    work=$2
    if build_tree "$suite" "$work/tree" --keyring=/usr/share/keyrings/debian-archive-keyring.gpg; then
        return
    fi
    grep -q 'signed by unknown key' "$work/log" || return 1
    say "this host's Debian keys do not verify $suite; fetching newer ones"
    rm -rf --one-file-system "$work/tree"
    keys=$(newer_keyring "$work/apt") || keys=
    if [ -n "$keys" ] && build_tree "$suite" "$work/tree" --keyring="$keys"; then
        return
    fi
    say "WARNING: no key verifies $suite: building the tree WITHOUT verifying signatures (it is for tests only)"
    rm -rf --one-file-system "$work/tree"
    build_tree "$suite" "$work/tree" --no-check-gpg
}

provide_tree() {
    suite=$1
    tree=$cache/$suite
    packages=$(tree_packages "$suite")
    if [ "$(cat "$tree/.rgc-packages" 2>/dev/null)" = "$packages" ]; then
        echo "$tree"
        return
    fi
    [ "$(id -u)" -eq 0 ] || { say "not root: cannot build the tree $suite"; return 1; }
    command -v debootstrap > /dev/null || { say "no debootstrap: cannot build the tree $suite"; return 1; }
    mkdir -p "$cache"
    exec 9> "$cache/.$suite.lock"
    flock 9
    if [ "$(cat "$tree/.rgc-packages" 2>/dev/null)" = "$packages" ]; then # built while this one waited
        echo "$tree"
        return
    fi
    work=$(mktemp -d "$cache/.building-$suite.XXXXXX")
    trap 'rm -rf --one-file-system "$work"' EXIT
    trap 'exit 1' HUP INT TERM
    say "building the tree $suite (a minute, 1 GB, once)"
    if ! build_tree_with_a_key "$suite" "$work" > "$work/log" 2>&1; then
        tail -n 20 "$work/log" >&2
        say "could not build the tree $suite"
        return 1
    fi
    grep -e '^trees.sh: WARNING' -e '^W: Cannot check Release signature' "$work/log" >&2 || true
    find "$work/tree/var/cache/apt/archives" "$work/tree/var/lib/apt/lists" -type f -delete
    echo "$packages" > "$work/tree/.rgc-packages"
    rm -rf --one-file-system "$tree"
    mv "$work/tree" "$tree"
    echo "$tree"
}

case ${1:-} in
    clean)
        for suite in forky bookworm trixie kamal image toolchains bare-bookworm bare-trixie; do rm -rf --one-file-system "${cache:?}/$suite"; done
        for package in "${cache:?}"/*-libinih1 "${cache:?}"/*-source; do rm -rf --one-file-system "$package"; done
        ;;
    mirror) debian_mirror ;;
    package) provide_package "$2" "$3" ;;
    source) provide_source "$2" ;;
    '' | -*) sed -n '2,14s/^# \{0,1\}//p' "$0"; exit 2 ;;
    *) provide_tree "$1" ;;
esac
