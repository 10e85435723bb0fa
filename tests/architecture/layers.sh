#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# layers.sh ROOT: who includes whom. Folder is layer: sensor ─► dissect, sensor ─► feeds, and
# nothing back; and inside sensor what capture, event and sink know of the others.
set -euo pipefail
cd "$1"

# folder | what an #include "…" in it may begin with
rows='
dissect|dissect/
feeds|feeds/
sensor|sensor/ dissect/ feeds/
sensor/capture|sensor/capture/ sensor/log.h sensor/keyed_hash.h dissect/
sensor/event|sensor/event/ sensor/digest.h dissect/
sensor/sink|sensor/sink/ sensor/log.h sensor/digest.h
'

failures=0
sources=0
while IFS='|' read -r folder allowed; do
	[ -n "$folder" ] || continue
	pattern=$(printf '%s' "$allowed" | sed 's/\./\\./g; s/ /|/g')
	while IFS= read -r line; do
		echo "$line  (in $folder/ only: $allowed)"
		failures=$((failures + 1))
	done < <(grep -rnE --include='*.[ch]' '^[[:space:]]*#[[:space:]]*include[[:space:]]+"' "$folder" |
		grep -vE "include[[:space:]]+\"($pattern)" || true)
	sources=$((sources + $(find "$folder" -name '*.[ch]' | wc -l)))
done <<<"$rows"
[ "$sources" -gt 50 ] || { echo "only $sources sources found: the test looks in the wrong place"; exit 1; }

# No folder is reached in another way than from the root.
if grep -rnE --include='*.[ch]' '^[[:space:]]*#[[:space:]]*include[[:space:]]+"(\.|[^"/]*")' dissect feeds sensor; then
	echo "includes are written from the root"
	failures=$((failures + 1))
fi
[ "$failures" -eq 0 ]
