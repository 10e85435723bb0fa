#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# order.sh DANCECARD TRAFFIC SOURCE: any number of workers gives the same bytes: on each recorded
# capture, on the hard cases all in one run, and on web-like traffic of many hosts.
set -eu
dancecard=$1
traffic=$2
source=$3
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# same NAME ARGUMENT…: what -j 1 says of it is what the others say.
same() {
	name=$1
	shift
	"$dancecard" -q -a --stats 1 -j 1 "$@" >"$dir/one" 2>/dev/null || true
	for workers in 2 3 8; do
		"$dancecard" -q -a --stats 1 -j "$workers" "$@" >"$dir/many" 2>/dev/null || true
		cmp "$dir/one" "$dir/many" || { echo "$name: -j 1 and -j $workers differ"; exit 1; }
	done
	lines=$(wc -l <"$dir/one")
	[ "$lines" -gt 1 ] || { echo "$name: no events to compare"; exit 1; }
	echo "$name: $lines lines"
}

for capture in "$source"/pcaps/*.pcap "$source"/pcaps/*.pcapng; do
	same "${capture##*/}" -r "$capture"
done
same "pcaps, merged" -r "$source/pcaps"
/usr/bin/python3 -B "$source/tests/cases/generate.py" "$dir/cases" >/dev/null
same "hard cases" -r "$dir/cases"
"$traffic" -f 1500 -H 300 -p 20000 -o "$dir/web.pcap" 2>/dev/null
same "web-like traffic" -r "$dir/web.pcap"
