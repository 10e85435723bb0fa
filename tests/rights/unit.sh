#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# unit.sh FOLDER: how much of the system the service could still reach, as systemd-analyze counts it;
# 1.5 or less as it is shipped. Exit status 77: skipped, there is no systemd.
set -euo pipefail
command -v systemd-analyze >/dev/null || { echo "systemd-analyze is not installed"; exit 77; }
exposure() {
	systemd-analyze security --offline=true "$1" 2>/dev/null | sed -n 's/.*level for .*: \([0-9.]*\) .*/\1/p'
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$1/dancecard.service" "$work"
alone=$(exposure "$work/dancecard.service")
grep -v '^#' "$1/servers.conf" | grep -v '^$' >"$work/more"
cat "$work/more" >>"$work/dancecard.service"
servers=$(exposure "$work/dancecard.service")
echo "exposure: $alone as it is shipped, $servers with servers.conf (outputs behind a network)"
[ -n "$alone" ] && [ -n "$servers" ] && awk -v a="$alone" -v s="$servers" 'BEGIN { exit !(a <= 1.5 && s <= 2.0) }'
# What systemd does not understand it passes over, and says so.
said=$(systemd-analyze verify "$1/dancecard.service" 2>&1 | grep -v -e 'not executable' -e "Command 'man" || true)
[ -z "$said" ] || { echo "$said"; exit 1; }
