#!/bin/sh
# SPDX-License-Identifier: MIT
# validate_interface.sh FILE: does varlinkctl (systemd 257 or later) take this interface file?
if ! varlinkctl help 2>/dev/null | grep -q validate-idl; then
    echo "SKIPPED: $1 is not validated: there is no varlinkctl that can (systemd 257)"
    exit 77
fi
exec varlinkctl validate-idl "$1" >/dev/null
