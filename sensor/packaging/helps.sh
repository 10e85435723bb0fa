#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# helps.sh DANCECARD: what each of its commands says of itself, behind a line "== COMMAND".
set -eu
"$1" --help | sed -nE 's/^dancecard ([a-z]+( [a-z]+)?) .*/\1/p' | while read -r words; do
	echo "== $words"
	# shellcheck disable=SC2086 # two words are two
	"$1" $words --help
done
