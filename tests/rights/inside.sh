#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# inside.sh PROGRAM: tries what must not be possible, as who we are and, where that is root, as nobody.
set -euo pipefail
program=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$program" "$work/inside" # the build folder may be shut to others
chmod 755 "$work"
for who in self nobody; do
	mkdir -p "$work/$who/in"
	echo secret >"$work/$who/secret"
	echo named >"$work/$who/named"
	chmod -R a+rwX "$work/$who"
	if [ "$who" = self ]; then
		"$work/inside" "$work/$who/in"
	elif [ "$(id -u)" -eq 0 ]; then
		setpriv --reuid nobody --regid nogroup --clear-groups "$work/inside" "$work/$who/in"
	fi
done
