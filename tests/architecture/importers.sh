#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# importers.sh ROOT: one library, few importers. A library's header is included in the files of its
# row and nowhere else, so that replacing a library is replacing a file. A header of no row must be
# the C library's or the system's.
set -euo pipefail
cd "$1"

# header (a pattern) | files
rows='
pcap.h|sensor/capture/filter.c sensor/capture/live.c
ndpi_api.h|sensor/flow/classify.c
maxminddb.h|sensor/verdict/geo.c
cjson/cJSON.h|sensor/event/json.c sensor/event/json_print.c feeds/json.c
cJSON.h|feeds/json.c
zlib.h|sensor/report/packed.c sensor/capture/inflate.c sensor/sink/remote.c sensor/sink/journal.c sensor/sink/packer.c
zstd.h|sensor/capture/inflate.c sensor/sink/packer.c
lzma.h|sensor/capture/inflate.c
libpsl.h|feeds/public_suffix.c
idn2.h|feeds/idn.c
openssl/.*|dissect/quic_keys.c sensor/digest.c sensor/pseudonym.c sensor/sink/channel.c
librdkafka/rdkafka.h|sensor/sink/kafka.c
curl/curl.h|sensor/sink/http.c
microhttpd.h|sensor/metrics.c
libfyaml.h|sensor/config/yaml.c
cap-ng.h|sensor/rights/capabilities.c
seccomp.h|sensor/rights/calls.c
sqlite3.h|sensor/ledger/.*
'
# C17, and POSIX or Linux.
standard='assert|ctype|errno|inttypes|limits|locale|math|setjmp|signal|std[a-z0-9]*|string|time|wchar'
system='arpa/.*|dirent|fcntl|getopt|grp|ifaddrs|net/.*|netdb|netinet/.*|poll|pthread|pwd|sched|semaphore|strings|sys/.*|syslog|termios|unistd|linux/.*'

failures=0
count=0
while IFS=: read -r file line; do
	header=${line#*<}
	header=${header%%>*}
	count=$((count + 1))
	[[ $header =~ ^($standard|$system)\.h$ ]] && continue
	allowed=
	while IFS='|' read -r pattern files; do
		[ -n "$pattern" ] && [[ $header =~ ^($pattern)$ ]] && allowed=$files
	done <<<"$rows"
	[[ -n $allowed && $file =~ ^(${allowed// /|})$ ]] && continue
	echo "$file includes <$header>, which ${allowed:+only }${allowed:-no row of tests/architecture/importers.sh} may"
	failures=$((failures + 1))
done < <(grep -roE --include='*.[ch]' '^[[:space:]]*#[[:space:]]*include[[:space:]]+<[^>]+>' dissect feeds sensor)
[ "$count" -gt 100 ] || { echo "only $count includes found: the test looks in the wrong place"; exit 1; }
[ "$failures" -eq 0 ]
