#!/bin/sh
# SPDX-License-Identifier: MIT
# The clean-up script that people paste into cron, in its usual shape. Only to compare with: it removes what is still
# wanted, if that was built two days ago and no container runs it.
docker image prune -f
docker images | awk '$5 ~ /^(days|weeks|months|years)$/ { print $3 }' | xargs docker rmi -f
docker builder prune -f --filter until=72h
