#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# headers.sh ROOT COMPILER FLAG...: every header compiles alone, whatever was included before it.
set -euo pipefail
cd "$1"
compiler=$2
shift 2

mapfile -t headers < <(find dissect feeds sensor tests -name '*.h' -not -path '*/node_modules/*' | sort)
[ ${#headers[@]} -gt 50 ] || { echo "only ${#headers[@]} headers found: the test looks in the wrong place"; exit 1; }

# Twice, because a guard that does not hold is seen only then.
compile() { # HEADER
	printf '#include "%s"\n#include "%s"\nextern int a_unit_is_not_empty;\n' "$1" "$1" |
		"$compiler" -std=c17 "${@:2}" -Werror -I . -x c -fsyntax-only - || echo "$1: does not compile alone"
}
export -f compile
export compiler
complaints=$(printf '%s\n' "${headers[@]}" | xargs -P 2 -I {} bash -c 'compile "$@"' _ {} "$@" 2>&1)
[ -z "$complaints" ] || { printf '%s\n' "$complaints"; exit 1; }
