#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# fresh.sh DEB: a machine that has nothing (debootstrap, minbase, in a folder): `apt install` of the
# package, then `dancecard -i` in a network namespace of its own, as the user that the package made.
# Needs root and a Debian mirror; takes minutes. FRESH=FOLDER keeps what debootstrap made, for the next time.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
deb=$(realpath "$1")
[ "$(id -u)" -eq 0 ] || { echo "needs root, for chroot"; exit 77; }
command -v debootstrap >/dev/null || { echo "debootstrap is not installed"; exit 77; }
work=$(mktemp -d)
machine=$work/machine
cleanup() {
	for folder in proc dev sys; do
		if mountpoint -q "$machine/$folder"; then umount "$machine/$folder"; fi
	done
	rm -rf "$work"
}
trap cleanup EXIT
# The first Debian archive that apt uses here.
read -r mirror suite < <(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' |
	grep -v security | head -n 1)
if [ ! -d "${FRESH:-/nowhere}/etc" ]; then
	debootstrap --variant=minbase "$suite" "$machine" "$mirror" >"$work/log" 2>&1 || { tail -20 "$work/log"; exit 1; }
	if [ -n "${FRESH:-}" ]; then cp -a "$machine" "$FRESH"; fi
else
	cp -a "$FRESH" "$machine"
fi
for file in /etc/apt/apt.conf /etc/apt/apt.conf.d /etc/apt/sources.list /etc/apt/sources.list.d /etc/resolv.conf \
	/etc/hosts /etc/ssl/certs; do
	if [ -e "$file" ]; then mkdir -p "$machine$(dirname "$file")"; cp -aL "$file" "$machine$(dirname "$file")/" 2>/dev/null || true; fi
done
mount -t proc none "$machine/proc"
cp "$deb" "$machine/root/"
inside() { chroot "$machine" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive "$@"; }
inside apt-get update -qq >"$work/log" 2>&1 || { tail "$work/log"; exit 1; }
inside apt-get install -y --no-install-recommends "/root/$(basename "$deb")" >"$work/log" 2>&1 || { tail -30 "$work/log"; exit 1; }
tail -n 3 "$work/log"
inside getent passwd dancecard
inside dancecard --version | head -n 1
inside dancecard -c /etc/dancecard/dancecard.yaml --check
cp "$here/../../pcaps/pixel-tls.pcap" "$machine/root/"
[ "$(inside dancecard -q -r /root/pixel-tls.pcap | grep -c '"contact"')" -gt 0 ] || { echo "no contact in a capture"; exit 1; }

# Live: the very command of the README, and what the kernel says of it.
unshare --net bash -euc '
	ip link set lo up
	chroot "$0" /usr/bin/dancecard -i lo >"$1/out" 2>"$1/err" &
	sensor=$!
	for _ in $(seq 300); do
		grep -q "^Seccomp:.2" /proc/$sensor/status && break
		sleep 0.1
	done
	grep -E "^(Uid|CapEff|NoNewPrivs|Seccomp):" /proc/$sensor/status
	user=$(chroot "$0" id -u dancecard)
	grep -qE "^Uid:.$user.$user.$user.$user" /proc/$sensor/status
	grep -q "^CapEff:.0000000000000000" /proc/$sensor/status
	ping -q -c 3 -i 0.2 127.0.0.1 >/dev/null || true
	kill -TERM $sensor
	wait $sensor
' "$machine" "$work" || { cat "$work/err"; echo "live: it failed"; exit 1; }
grep packets "$work/err" | head -n 1
tail -n 1 "$work/out" | grep -q '"event_type":"stats"' || { echo "no stats at the end"; exit 1; }
inside apt-get purge -y dancecard >"$work/log" 2>&1 || { tail "$work/log"; exit 1; }
left=$(chroot "$machine" find /etc /usr /lib /var -name '*dancecard*' -not -path '*/apt/*' -not -path '*/dpkg/*' -not -path '*/log/*')
[ -z "$left" ] || { echo "left after purge: $left"; exit 1; }
echo "installed, ran, removed"
