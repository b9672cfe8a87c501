#!/bin/sh
# SPDX-License-Identifier: MIT
# never_sent.sh SOURCE_DIRECTORY: requests that rgc must not make stand nowhere in it.
set -eu
status=0
for never in '[?&]force' 'images/prune' 'containers/prune' 'volumes/prune' '[?&]v='; do
    # in string literals; comments may name them
    if grep -rnE --include='*.[ch]' "\"[^\"]*$never" "$1"; then
        echo "never to be sent: $never"
        status=1
    fi
done
grep -rqE --include='*.[ch]' '"[^"]*/images/' "$1" || {
    echo "no request for images in $1: this test looks at the wrong place"
    status=1
}
exit $status
