#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# purity.sh OBJECT...: the objects of dissect/ link among themselves and need nothing but
# mem* (the compiler makes calls of them), what sanitizers and the stack protector put in, and, in
# quic_keys.c alone, libcrypto. None has a variable that could change.
set -euo pipefail
[ $# -gt 10 ] || { echo "no objects of dissect/ given"; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

instruments='^(__asan_|__ubsan_|__lsan_|__sanitizer_|__sanitize|__odr_asan|__stack_chk_fail|_GLOBAL_OFFSET_TABLE_|__gcov|__llvm_)'
memory='^(memcpy|memmove|memset|memcmp|memchr)$'
crypto='^(EVP_|SHA256_|CRYPTO_)'

# What one object needs, and another of the folder has not.
needs() { # OBJECT...
	ld -r -o "$work/all.o" "$@"
	nm -u "$work/all.o" | awk '{ print $NF }' | grep -vE "$instruments" | grep -vE "$memory" || true
}

keys=()
others=()
for object in "$@"; do
	case $object in
	*/quic_keys.c.o) keys+=("$object") ;;
	*) others+=("$object") ;;
	esac
done
[ ${#keys[@]} -eq 1 ] || { echo "quic_keys.c.o is not among the objects"; exit 1; }

outside=$(needs "$@" | grep -vE "$crypto" || true)
if [ -n "$outside" ]; then
	echo "dissect/ calls: $outside"
	failures=1
fi
crypto_elsewhere=$(needs "${others[@]}" | grep -E "$crypto" || true)
if [ -n "$crypto_elsewhere" ]; then
	echo "libcrypto is called outside quic_keys.c: $crypto_elsewhere"
	failures=1
fi

# b, d: variables (also common ones); .data.rel.ro is written by the linker alone. Sanitizers keep
# descriptions of their own there.
for object in "$@"; do
	variables=$(nm --format=posix "$object" | awk '$2 ~ /^[bBdDcC]$/ { print $1 }' |
		grep -vE '^(\.LASAN|\.Lubsan|__asan|__odr_asan|\.data|_ZN)' || true)
	constant=$(objdump -t "$object" | awk '$0 ~ /\.data\.rel\.ro/ { print $NF }')
	for name in $variables; do
		grep -qxF -- "$name" <<<"$constant" && continue
		echo "$(basename "$object"): a variable that can change: $name"
		failures=1
	done
done
exit "$failures"
