#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# check.sh TRAFFIC BARE: the generator is deterministic, its seed matters, and both readers count what it says it wrote.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
"$1" -f 500 -s 7 -o "$dir/a.pcap" 2> "$dir/said"
"$1" -f 500 -s 7 -o "$dir/b.pcap" 2> /dev/null
"$1" -f 500 -s 8 -o "$dir/c.pcap" 2> /dev/null
cmp "$dir/a.pcap" "$dir/b.pcap"
if cmp -s "$dir/a.pcap" "$dir/c.pcap"; then
	echo "another seed gives the same bytes"
	exit 1
fi
packets=$(sed 's/ packets.*//' "$dir/said")
read_as=$("$2" "$dir/a.pcap" 1 | sed 's/.* s \([0-9]*\) packets.*/\1/' | tr '\n' ' ')
if [ "$read_as" != "$packets $packets " ]; then
	echo "wrote $packets packets, read $read_as"
	exit 1
fi
