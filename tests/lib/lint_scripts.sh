#!/bin/sh
# SPDX-License-Identifier: MIT
# The shell scripts of the tree without a warning. 77 = skipped.
command -v shellcheck > /dev/null || {
    echo "skipped: shellcheck is not installed"
    exit 77
}
cd "$(dirname "$0")/../.." || exit 1
exec shellcheck -x .ci/run contrib/try.sh contrib/kamal-hooks/* contrib/debian/p*[mt] tests/run.sh tests/lib/*.sh tests/engine/*.sh tests/server/*.sh tests/bare/*.sh
