#!/bin/sh
# SPDX-License-Identifier: MIT
# Stands for cargo, apt-get, npm and their like in the images that tests build. It writes where the real program would
# write, and as many bytes as this file says, so that a test knows the size of each layer. `toolchain_of` in audit_bases.py
# installs it under the names of those programs.
set -eu

KB=1000
name=${0##*/}
all=" $* "

# bytes PATH KILOBYTES: they cannot be compressed, and differ in each build, as those of a real one do
bytes() {
    mkdir -p "${1%/*}/"
    head -c "$(($2 * KB))" /dev/urandom > "$1"
}

# once PATH KILOBYTES: what is there already is not built again
once() {
    [ -e "$1" ] || bytes "$1" "$2"
}

has() {
    case "$all" in *" $1 "*) ;; *) return 1 ;; esac
}

verb=
for word in "$@"; do
    case "$word" in -*) ;; *) verb=$word && break ;; esac
done

# Calls `install_one PACKAGE` for each word behind the verb that is no option.
packages() {
    behind=
    for word in "$@"; do
        case "$word" in
            -*) ;;
            "$verb") behind=1 ;;
            *) [ -z "$behind" ] || install_one "$word" ;;
        esac
    done
}

install_one() {
    case "$1" in
        gcc | build-essential | build-base | autoconf) bytes "/usr/share/packages/$1" 12000 ;;
        *) bytes "/usr/share/packages/$1" 900 ;;
    esac
}

remove_one() {
    rm -f "/usr/share/packages/$1"
}

case "$name $verb" in
    "apt-get update") bytes /var/lib/apt/lists/all 3000 ;;
    "apt-get install")
        packages "$@"
        has --no-install-recommends || bytes /usr/share/packages/recommended 2000
        ;;
    "apk add")
        packages "$@"
        has --no-cache || bytes /var/cache/apk/all 2000
        ;;
    "apt-get purge" | "apk del")
        for word in "$@"; do remove_one "$word"; done
        ;;
    "cargo build" | "cargo chef")
        if has prepare; then
            echo "{}" > recipe.json
        else
            once target/release/deps/all 11000
            has cook || bytes target/release/blog 3000
        fi
        ;;
    "cargo install") bytes /usr/local/cargo/bin/cargo-chef 4000 ;;
    "go build")
        once /root/.cache/go-build/all 10000
        bytes /blog 4000
        ;;
    "mvn package")
        once /root/.m2/all 10000
        bytes target/app.jar 5000
        ;;
    "npm ci")
        if has --omit=dev; then bytes node_modules/all 4000; else bytes node_modules/all 6000; fi
        bytes /root/.npm/all 3000
        ;;
    "npm cache") rm -rf /root/.npm ;;
    "npm run") bytes dist/all 11000 ;;
    "pip install")
        bytes /usr/local/lib/python3/site-packages/all 4000
        has --no-cache-dir || [ -n "${PIP_NO_CACHE_DIR:-}" ] || bytes /root/.cache/pip/all 3000
        ;;
    "bundle install") bytes /usr/local/bundle/all 5000 ;;
    "bundle exec") bytes public/assets/all 2000 ;;
    "make "*) bytes ./blog 2000 ;;
    "useradd "*) echo "$verb:x:10001:10001::/:/bin/sh" >> /etc/passwd && echo "$verb:x:10001:" >> /etc/group ;;
    "curl "*) bytes "$verb" 11000 ;;
esac
