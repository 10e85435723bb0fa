#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# leaks.sh DANCECARD: valgrind finds no leak and no error on the demo's run. The program must have
# been built without sanitizers (./dev test builds build/release beside). Exit status 77: skipped.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
program=$(realpath "$1")
command -v valgrind >/dev/null || { echo "valgrind is not installed"; exit 77; }
[ -x "$program" ] || { echo "$program is not built"; exit 77; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$here/../../pcaps"
check() { # WHAT ARGUMENT...
	local what=$1
	shift
	if ! timeout 300 valgrind --quiet --error-exitcode=99 --leak-check=full --show-leak-kinds=all \
		--errors-for-leak-kinds=all --suppressions="$here/valgrind.supp" --log-file="$work/log" \
		"$program" "$@" >"$work/out" 2>"$work/err"; then
		echo "$what:"
		cat "$work/log" "$work/err"
		exit 1
	fi
	[ -s "$work/out" ] || { echo "$what: nothing was found"; exit 1; }
}
check "the demo" -q -r .
check "every flow" -q -a --stats 1 -r pixel-tls.pcap
