#!/bin/sh
# SPDX-License-Identifier: MIT
# A man page without a warning. 77 = skipped.
command -v mandoc >/dev/null || {
    echo "skipped: mandoc is not installed"
    exit 77
}
exec mandoc -T lint -W warning "$1"
