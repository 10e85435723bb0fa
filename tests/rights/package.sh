#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# package.sh BUILD: makes the .deb of a build without sanitizers; what is in it, lintian, man pages and
# completions. Exit status 77: skipped.
set -euo pipefail
[ -f "$1/build.ninja" ] && [ -x "$1/dancecard" ] || { echo "$1 is not built"; exit 77; }
command -v dpkg-deb dpkg-shlibdeps >/dev/null || { echo "dpkg-dev is not installed"; exit 77; }
build=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
umask 022
(cd "$work" && cpack --config "$build/CPackConfig.cmake" -B "$work" >"$work/log" 2>&1) || { cat "$work/log"; exit 1; }
deb=$(echo "$work"/dancecard_*.deb)
dpkg-deb -c "$deb" >"$work/list"
faults=0
fault() { echo "$*"; faults=$((faults + 1)); }
for path in usr/bin/dancecard lib/systemd/system/dancecard.service usr/lib/sysusers.d/dancecard.conf \
	usr/lib/tmpfiles.d/dancecard.conf etc/logrotate.d/dancecard etc/dancecard/dancecard.yaml \
	usr/share/man/man1/dancecard.1.gz usr/share/man/man5/dancecard.yaml.5.gz \
	usr/share/bash-completion/completions/dancecard usr/share/zsh/vendor-completions/_dancecard \
	usr/share/fish/vendor_completions.d/dancecard.fish usr/share/doc/dancecard/copyright \
	usr/share/dancecard/geo/dancecard-country.mmdb; do
	grep -q " \./$path$" "$work/list" || fault "missing: $path"
done
if grep -vE '^.{10} root/root ' "$work/list"; then fault "not root's"; fi
dpkg-deb -x "$deb" "$work/root"
# Every option is in the man page and in each completion.
options=$("$build/dancecard" --help | grep -oE '^  (-.,|   ) --[a-z-]+' | grep -oE '[a-z-]*$' | sed 's/^--//')
[ "$(wc -l <<<"$options")" -gt 20 ] || fault "options of --help: $options"
page=$(zcat "$work/root/usr/share/man/man1/dancecard.1.gz" | sed 's/\\-/-/g')
for option in $options; do
	grep -qF -- "--$option" <<<"$page" || fault "man: --$option"
	grep -qwF -- "--$option" "$work/root/usr/share/bash-completion/completions/dancecard" || fault "bash: --$option"
	grep -qF -- "--$option[" "$work/root/usr/share/zsh/vendor-completions/_dancecard" || fault "zsh: --$option"
	grep -qF -- "-l $option " "$work/root/usr/share/fish/vendor_completions.d/dancecard.fish" || fault "fish: --$option"
done
# So is every command, with its options.
while read -r words; do
	grep -qF "dancecard $words" <<<"$page" || fault "man: $words"
	for file in bash-completion/completions/dancecard zsh/vendor-completions/_dancecard fish/vendor_completions.d/dancecard.fish; do
		grep -qwF -- "${words##* }" "$work/root/usr/share/$file" || fault "$file: $words"
	done
	# shellcheck disable=SC2086 # two words are two
	for option in $("$work/root/usr/bin/dancecard" $words --help | grep -oE '^ +(-[a-z], )?--[a-z-]+' | grep -oE -- '--[a-z-]+'); do
		grep -qF -- "$option" <<<"$page" || fault "man: $words $option"
		grep -qwF -- "$option" "$work/root/usr/share/bash-completion/completions/dancecard" || fault "bash: $words $option"
	done
done < <("$work/root/usr/bin/dancecard" --help | grep -oE '^dancecard [a-z]+( [a-z]+)?' | cut -d' ' -f2-)
bash -n "$work/root/usr/share/bash-completion/completions/dancecard" || fault "bash completion"
for page in man1/dancecard.1 man5/dancecard.yaml.5; do
	if command -v groff >/dev/null; then
		said=$(zcat "$work/root/usr/share/man/$page.gz" | groff -man -Tutf8 -ww -z 2>&1 || true)
		[ -z "$said" ] || fault "$page: $said"
	fi
done
"$work/root/usr/bin/dancecard" -c "$work/root/etc/dancecard/dancecard.yaml" --check || fault "the config that is shipped"
if command -v lintian >/dev/null; then
	said=$(lintian --allow-root --fail-on error,warning --profile debian "$deb" 2>&1) || fault "lintian:
$said"
else
	echo "lintian is not installed: not asked"
fi
echo "$(wc -l <"$work/list") entries, $(wc -w <<<"$options") options, $faults faults"
exit $((faults > 0))
