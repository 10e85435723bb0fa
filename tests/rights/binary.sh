#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# binary.sh PROGRAM: what it was built with, as the file itself says. Exit status 77: skipped.
set -euo pipefail
program=$1
[ -x "$program" ] || { echo "$program is not built"; exit 77; }
faults=0
has() { # WHAT PATTERN TEXT
	if grep -qE "$2" <<<"$3"; then
		echo "$1: yes"
	else
		echo "$1: NO"
		faults=$((faults + 1))
	fi
}
head=$(readelf -hW "$program")
segments=$(readelf -lW "$program")
dynamic=$(readelf -dW "$program")
symbols=$(readelf --dyn-syms -W "$program")
has "position independent" 'Type: +DYN' "$head"
has "position independent executable" 'FLAGS_1.*PIE' "$dynamic"
has "relocations read-only" GNU_RELRO "$segments"
has "bound at the start" 'BIND_NOW|FLAGS_1.*NOW' "$dynamic"
has "stack not executable" 'GNU_STACK +[^ ]+ +[^ ]+ +[^ ]+ +[^ ]+ +[^ ]+ +RW ' "$segments"
has "stack protector" __stack_chk_fail "$symbols"
has "fortified functions" '__(memcpy|snprintf|vsnprintf|fprintf|read|strcpy|sprintf|memset|printf)_chk' "$symbols"
if [ "$(uname -m)" = x86_64 ]; then
	# The C library's own first object decides for the whole: Debian 12's has no such note.
	if readelf -nW "$(cc -print-file-name=Scrt1.o)" | grep -q SHSTK; then
		has "control flow (IBT, SHSTK)" 'IBT, SHSTK' "$(readelf -nW "$program")"
	else
		object=$(find "$(dirname "$program")/sensor" -name 'main.c.o' | head -n 1)
		has "control flow (our objects; the C library of this system is without)" 'IBT, SHSTK' "$(readelf -nW "$object")"
	fi
	has "entry points marked" endbr64 "$(objdump -d --no-show-raw-insn "$program" | grep -m 5 endbr64 || true)"
fi
if grep -qE 'RPATH|RUNPATH' <<<"$dynamic"; then
	echo "it has a run path"
	faults=$((faults + 1))
fi
exit $((faults > 0))
