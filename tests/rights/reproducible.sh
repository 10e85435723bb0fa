#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# reproducible.sh SOURCE [whole]: two builds of copies in different folders give the same bytes.
# Without "whole" only the objects of a layer and man pages, which takes seconds; ./dev package --twice
# does the program and the package.
set -euo pipefail
source=$(realpath "$1")
git -C "$source" rev-parse --git-dir >/dev/null 2>&1 || { echo "no git here"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export SOURCE_DATE_EPOCH=1795392000 CCACHE_DISABLE=1
one() { # FOLDER
	mkdir -p "$1/source"
	git -C "$source" ls-files -z | (cd "$source" && xargs -0 tar c --ignore-failed-read 2>/dev/null) | tar x -C "$1/source"
	(cd "$1/source" && cmake -S . -B build/here -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_COMPILER_LAUNCHER= >"$work/log" 2>&1) ||
		{ cat "$work/log"; exit 1; }
	local targets=(dissect packaging)
	[ "${2:-}" = whole ] && targets=(all)
	cmake --build "$1/source/build/here" -j 2 --target "${targets[@]}" >"$work/log" 2>&1 || { tail -30 "$work/log"; exit 1; }
	if [ "${2:-}" = whole ]; then
		(cd "$1/source/build/here" && umask 022 && cpack >"$work/log" 2>&1) || { cat "$work/log"; exit 1; }
	fi
}
sums() { # FOLDER
	(cd "$1/source/build/here" && find . \( -name '*.o' -o -name '*.gz' -o -name 'dancecard' -o -name '*.deb' -o -name '*.mmdb' \
		-o -name 'dancecard.1' \) -type f -not -path './_CPack*' | sort | xargs sha256sum)
}
one "$work/first" "${2:-}"
one "$work/another/folder with a longer name" "${2:-}"
sums "$work/first" >"$work/a"
sums "$work/another/folder with a longer name" >"$work/b"
diff "$work/a" "$work/b" || { echo "they differ"; exit 1; }
grep -E ' \./(dancecard|dancecard_.*deb)$' "$work/a" || true
echo "$(wc -l <"$work/a") files, the same bytes"
