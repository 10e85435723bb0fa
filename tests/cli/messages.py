#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""messages.py DANCECARD: bad input gets one clear line that says what and where, the right exit
status, and everything that was whole is still done. A row for each."""
import os
import sqlite3
import subprocess
import sys
import tempfile
from dataclasses import dataclass

from common import content, events, make_geo, run

TLS = 2  # contacts in pixel-tls.pcap


@dataclass
class Row:
    command: str          # a line for a shell; $D is the sensor, $T a folder of spoiled files
    status: int
    says: tuple = ()      # each a line's words, in the order of the lines
    contacts: int | None = None  # on standard output; None: no event at all


ROWS = [
    # what was typed
    Row("$D", 2, ("nothing to read: give -r FILE or -i IFACE",)),
    Row("$D --nope", 2, ("unknown option --nope",)),
    Row("$D -Q", 2, ("unknown option -Q",)),
    Row("$D -r", 2, ("option --read needs FILE",)),
    Row("$D -r pixel-tls.pcap --stats", 2, ("option --stats needs SECONDS",)),
    Row("$D --read=", 2, ("option --read wants a name, not ''",)),
    Row("$D -r pixel-tls.pcap --stats soon", 2, ("option --stats wants a number, not 'soon'",)),
    Row("$D -r pixel-tls.pcap --stats -1", 2, ("option --stats wants a number, not '-1'",)),
    Row("$D -r pixel-tls.pcap -j many", 2, ("option --workers wants a number, not 'many'",)),
    Row("$D -r pixel-tls.pcap --memory 0", 2, ("option --memory wants a size such as 512M or 4G, not '0'",)),
    Row("$D -r pixel-tls.pcap --memory 3M", 2, ("--memory is at least 4M",)),
    Row("$D -q -r pixel-tls.pcap --memory 4M -j 8", 0, (), TLS),
    Row("$D -r pixel-tls.pcap --from yesterday", 2, ("option --from wants a time such as", "yesterday")),
    Row("$D -r pixel-tls.pcap --to 2026-13-01", 2, ("option --to wants a time such as",)),
    Row("$D -r pixel-tls.pcap --from 2027-01-01 --to 2026-01-01", 2, ("--from is not before --to",)),
    Row("$D -r pixel-tls.pcap -i lo", 2, ("either read captures (-r) or capture live (-i), not both",)),
    Row("$D -r pixel-tls.pcap -F nope", 2, ("option --format", "nope")),
    Row("$D -q -r pixel-tls.pcap tcp prot 80", 2, ('filter "tcp prot 80"',)),
    Row("$D feed nope", 2, ("feed: no command nope", "Usage: dancecard feed")),
    Row("$D feed check nofile", 1, ("nofile: No such file or directory",)),
    Row("$D report --help | grep -q -e --output && $D sites --help | grep -q -e --since && $D ledger prune --help | grep -q DAYS", 0, ()),
    Row("$D sites nofile --since soon 2>&1 | head -1 >&2; exit ${PIPESTATUS[0]}", 2, ("option --since wants a time such as 2026-11-23, not 'soon'",)),
    Row("""$D sites --csv $T/formula.db | grep -q '^"'"'"'=HYPERLINK(""a"",1)",example,unknown,'""", 0, ()),
    # "nothing was found" is no answer to what holds nothing
    Row(": > $T/none && $D feed retro --feed builtin $T/none 2>&1 | head -1 >&2; exit ${PIPESTATUS[0]}", 1, ("none: holds no events of dancecard",)),
    Row("$D -q -F ecs -r pixel-tls.pcap -o $T/ecs && $D feed retro --feed builtin $T/ecs 2>&1 | grep holds >&2; exit ${PIPESTATUS[0]}", 1, ("ecs: holds no events of dancecard in their native shape",)),
    Row(": > $T/none && $D report $T/none --output=$T/none.html", 1, ("none: holds no events of dancecard in their native shape",)),
    # a config file: its place, one line
    Row("echo 'stats: soon' > $T/c && $D -c $T/c --check", 2, ("/c:1:8: 'stats' wants SECONDS",)),
    Row("echo 'output: [a, foo://x]' > $T/c && $D -c $T/c --check", 2, ("/c:1:10: 'output' names no kind of output",)),
    Row("echo 'format: esc' > $T/c && $D -c $T/c --check", 2, ("/c:1:9: 'format' is one of native, ecs, ocsf",)),
    Row("echo 'filter: tcp portt 80' > $T/c && $D -c $T/c --check", 2, ("/c:1:9: 'filter' is wrong: ",)),
    Row("echo 'filter: host a.example' > $T/c && $D -c $T/c -r pixel-tls.pcap", 2, ("/c:1:9: 'filter' is wrong: a.example is a name",)),
    Row("echo 'workers: 1' > $T/c && $D -c $T/c -r pixel-tls.pcap tcp prot 80", 2, ('filter "tcp prot 80"',)),
    Row("$D --check", 2, ("--check wants the config file",)),
    Row("$D -c nofile.yaml --check", 2, ("nofile.yaml: ", "No such file or directory")),
    # captures
    Row("$D -q -r nofile.pcap", 1, ("nofile.pcap: No such file or directory",)),
    Row("$D -q -r pixel-tls.pcap -r nofile.pcap", 1, ("nofile.pcap: No such file or directory",), TLS),
    Row("$D -q -r pixel-tls.pcap -r README.md", 1, ("README.md: no capture",), TLS),
    Row("$D -q -r $T/others", 1, ("others: no captures in this folder (1 other files)",)),
    Row("$D -q -r $T/nothing", 1, ("nothing: no captures in this folder (0 other files)",)),
    Row("$D -q -r $T/empty", 1, ("empty: empty, no capture",)),
    Row("$D -q -r pixel-tls.pcap -r $T/empty", 1, ("empty: empty, no capture",), TLS),
    Row("$D -q -r $T/secret.pcap", 1, ("secret.pcap: Permission denied",)),
    Row("$D -q -r $T/cut.pcap", 1, ("cut.pcap: packet 110: cut off after 115 of",), 1),  # by its DNS answer
    Row("$D -q -r $T/cut.pcapng", 1, ("cut.pcapng: packet 72: cut off after",), 1),
    Row("$D -q -r $T/cut.pcap -r pixel-tls.pcap", 1, ("cut.pcap: packet 110: cut off",), TLS),
    Row("$D -q -r $T/cut.pcap.gz", 1, ("cut.pcap.gz: packet", "compressed data is cut off"), 0),
    Row("$D -q -r $T/header.pcap", 1, ("header.pcap: cut off after 10 of the 24 bytes of a head",)),
    Row("$D -q -r - < /dev/null", 1, ("standard input: empty, no capture",), 0),
    Row("$D -q -r - <&-", 1, ("standard input: Bad file descriptor",), 0),
    Row("$D -q -r pixel-tls.pcap <&-", 0, (), TLS),
    Row("$D -q -r $T/late.pcapng", 0, (), 0),
    # interfaces
    Row("$D -q -i nosuch0", 1, ("nosuch0: no such interface (dancecard -D lists them)",)),
    Row("$U $D -q -i lo", 1, ("lo: not permitted",)),
    # databases of addresses
    Row("$D -q -r pixel-tls.pcap -g nofile.mmdb", 1, ("nofile.mmdb: No such file or directory",), TLS),
    Row("$D -q -r pixel-tls.pcap -g $T/empty", 1, ("empty: not a MaxMind database",), TLS),
    Row("$D -q -r pixel-tls.pcap -g $T/cut.mmdb", 1, ("cut.mmdb: ", "MaxMind"), TLS),
    Row("$D -q -r pixel-tls.pcap -g $T/random.mmdb", 1, ("random.mmdb: ", "MaxMind"), TLS),
    Row("$D -q -r pixel-tls.pcap -g $T/lying.mmdb", 0, (), TLS),
    Row("$D -q -r pixel-tls.pcap -g $T", 1, (": not a MaxMind database",), TLS),
    # feeds
    Row("$D -q -r pixel-tls.pcap -f $T/feed.txt", 0, ("feed.txt:2: a character that no host name has",), TLS),
    Row("$D -q -r pixel-tls.pcap -f $T/others", 1, ("others: is a directory",), TLS),
    Row("gzip -c $T/feed.txt > $T/f.gz; $D feed check $T/f.gz", 1, ("f.gz: is compressed by gzip: unpack it first",)),
    Row("(printf '\\xff\\xfe'; iconv -t utf-16le $T/feed.txt) > $T/f16; $D feed check $T/f16", 1, ("f16: is in UTF-16: turn it into UTF-8 first",)),
    Row("$D -q -r pixel-tls.pcap -f nofile.txt", 1, ("nofile.txt: No such file or directory",), TLS),
    Row("$D -q -r pixel-tls.pcap -f '$T/feed.txt?tga=x'", 1, ("feed.txt?tga=x: behind the ? stand tag=, category=, format=, match=",), TLS),
    Row("$D -q -r pixel-tls.pcap -f '$T/feed.txt?format=nope'", 1, ("feed.txt: no such format",), TLS),
    Row("echo tiktok.com > $T/l; $D -q -r pixel-tls.pcap --no-builtin-feed -f $T'/l?tag=mine&category=app' | "
        """grep '"category":"app",.*"feed":"mine"'""", 0, (), 1),
    Row("echo tiktok.com > $T/l; $D -q -r pixel-tls.pcap -f $T'/l?tag=mine' -o $T/l", 2, ("--output", "is read by --feed")),
    Row("$D -q -r pixel-tls.pcap --no-builtin-feed", 1, ("there is no feed to match against",)),
    Row("echo analytics.tiktok.com > $T/allow; $D -q -r pixel-tls.pcap --allow $T/allow", 0, (), 1),
    Row("echo 'allow: ['$T/allow, $T/allow']' > $T/c; $D -q -r pixel-tls.pcap -c $T/c", 0, (), 1),
    Row("$D -q -r pixel-tls.pcap --allow nofile.txt", 1, ("nofile.txt: No such file or directory",), TLS),
    Row("echo tiktok.com > $T/allow; $D -q -r pixel-tls.pcap --allow $T/allow -o $T/allow", 2, ("--output", "is read by --allow")),
    # outputs; none of them over what is read, or over each other
    Row("cp pixel-tls.pcap $T/in && $D -q -r $T/in -o $T/in", 2, ("--output", "is read by --read")),
    Row("ln -sf $T/in $T/link && $D -q -r $T/in -w $T/link; cmp $T/in pixel-tls.pcap || exit 9; exit 2", 2, ("--evidence", "is read by --read")),
    Row("$D -q -r pixel-tls.pcap -o $T/new -L $T/../$(basename $T)/new", 2, ("--ledger", "is written by --output")),
    Row("$D -q -r pixel-tls.pcap -R $T/new -w $T/new", 2, ("--report", "is written by --evidence")),
    Row("$D -q -r pixel-tls.pcap -o $T/new -o file://$T/new", 2, ("--output", "is written by --output")),
    Row("$D -q -r pixel-tls.pcap -w $T/new -o $T/new.manifest.json", 2, ("the manifest of --evidence", "is written by --output")),
    Row("cp $T/feed.txt $T/in && $D -q -r pixel-tls.pcap -f $T/in -o $T/in?append=1", 2, ("--output", "is read by --feed")),
    Row("echo 'output: '$T/c > $T/c && $D -q -c $T/c -r pixel-tls.pcap", 2, ("--output", "is read by --config")),
    Row("$D -q -r no-pixel.pcap -o $T/in && $D report $T/in -o $T/in", 2, ("--output", "is read by report")),
    Row("$D -q -r pixel-tls.pcap -o /dev/null -o /dev/null -o $T/in", 0, ()),
    Row("$D -q -r pixel-tls.pcap -o /dev/full", 1, ("/dev/full: No space left on device", "were not written")),
    Row("$D -q -r pixel-tls.pcap -o $T/no/x.jsonl", 1, ("no/x.jsonl: No such file or directory",)),
    Row("$D -q -r pixel-tls.pcap -o $T/others", 1, ("others: Is a directory",)),
    Row("$D -q -r pixel-tls.pcap -o - -o $T/no/x", 1, ("no/x: No such file or directory",), TLS),
    Row("$D -q -r pixel-tls.pcap -o - -o /dev/full", 1, ("/dev/full: No space left", "were not written"), TLS),
    Row("$D -q -r pixel-tls.pcap -o $T/x?rotat=1M", 1, ("x?rotat=1M: options of a file are rotate=SIZE",)),
    Row("$D -q -r pixel-tls.pcap -o nope://x", 1, ("nope://x: no such kind of output",)),
    Row("$D -q -r pixel-tls.pcap >&-", 1, ("standard output: Bad file descriptor", "were not written")),
    Row("set -o pipefail; $D -q -r . | head -1 | grep -c timestamp >/dev/null", 1, ("standard output: Broken pipe", "were not written")),
    Row("$D -r pixel-tls.pcap 2>&-", 0, (), TLS),
    # what was asked for
    Row("$D -q -r pixel-tls.pcap --fail-on-contact", 3, (), TLS),
    Row("$D -q -r no-pixel.pcap --fail-on-contact", 0, (), 0),
    Row("$D -q -r pixel-tls.pcap -r nofile --fail-on-contact", 1, ("nofile: No such file",), TLS),
]


def write(folder, name, data):
    path = os.path.join(folder, name)
    with open(path, "wb") as file:
        file.write(data)
    return path


# A packet of the last nanosecond that 64 bits can count: once, the flow table never came back.
def late():
    whole = content("pixel-http.pcapng")
    length = int.from_bytes(whole[4:8], "little")
    at = length + int.from_bytes(whole[length + 4:length + 8], "little")
    packet = at + int.from_bytes(whole[at + 4:at + 8], "little")
    block = bytearray(whole[at:packet])
    block[12:20] = b"\xff" * 8
    return whole[:packet] + bytes(block)


def spoil(folder):
    for name in ("others", "nothing"):
        os.mkdir(os.path.join(folder, name))
    write(folder, "others/note.txt", b"no capture\n")
    write(folder, "empty", b"")
    tls = content("pixel-tls.pcap")
    at = 24
    for _ in range(109):
        at += 16 + int.from_bytes(tls[at + 8:at + 12], "little")
    write(folder, "cut.pcap", tls[:at + 16 + 115])
    write(folder, "header.pcap", tls[:10])
    os.chmod(write(folder, "secret.pcap", tls), 0)
    packed = subprocess.run(["gzip", "-c"], input=tls, stdout=subprocess.PIPE, check=True).stdout
    write(folder, "cut.pcap.gz", packed[:9000])
    write(folder, "cut.pcapng", content("pixel-http.pcapng")[:24000])
    write(folder, "late.pcapng", late())
    whole = os.path.join(folder, "whole.mmdb")
    make_geo(whole)
    with open(whole, "rb") as file:
        database = file.read()
    write(folder, "cut.mmdb", database[:len(database) * 3 // 4])
    write(folder, "random.mmdb", bytes((i * 167 + 13) * (i ^ 89) & 255 for i in range(5000)))
    write(folder, "lying.mmdb", bytes(b ^ 0x20 if 300 < i < 900 else b for i, b in enumerate(database)))
    ledger = os.path.join(folder, "formula.db")
    run(sys.argv[1], "-q", "-r", "pixel-tls.pcap", "-L", ledger, "-o", "/dev/null")
    with sqlite3.connect(ledger) as base:
        base.execute("""update sites set name = '=HYPERLINK("a",1)', domain = 'example', status = 'unknown'
                        where name = (select min(name) from sites)""")
    base.close()
    write(folder, "feed.txt", b"tracker.example\nnot a domain at all!\nother.example\n")


def faults(row, done):
    said = done.stderr.decode("utf-8", "replace").splitlines()
    if done.returncode != row.status:
        yield f"exit status {done.returncode}, wanted {row.status}"
    words = list(row.says)
    for line in said if "Usage:" not in str(words) else said[:1]:
        if not line.startswith("dancecard: "):
            yield f"a line that does not say who speaks: {line}"
    text = "\n".join(said)
    yield from (f"does not say {word!r}" for word in words if word not in text)
    if len(said) > max(len(words), 1 if words else 0) and "Usage:" not in str(words) and row.command.find("-q") >= 0:
        yield f"{len(said)} lines"
    got = events(done.stdout)
    contacts = sum(e["event_type"] == "contact" for e in got)
    if row.contacts is None and got:
        yield f"{len(got)} events"
    if row.contacts is not None and (contacts != row.contacts or not got):
        yield f"{contacts} contacts of {len(got)} events, wanted {row.contacts}"


def main(dancecard):
    bad = 0
    is_root = os.geteuid() == 0
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        spoil(folder)
        nobody = "setpriv --reuid 65534 --regid 65534 --clear-groups"
        for row in ROWS:
            as_nobody = is_root and ("secret" in row.command or "$U" in row.command)
            command = row.command.replace("$U ", "").replace("$T", folder)
            command = command.replace("$D", f"{nobody} {dancecard}" if as_nobody else dancecard)
            done = run("bash", "-c", command)
            for fault in faults(row, done):
                bad += 1
                print(f"{row.command}\n    {fault}\n    stderr: {done.stderr.decode('utf-8', 'replace').strip()}")
    print(f"{len(ROWS)} rows, {bad} faults")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1])))
