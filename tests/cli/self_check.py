#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""self_check.py DANCECARD: `--self-check` of captures of which each shows one trouble: the grade of
each finding, what to do, and numbers that are those of `stats`."""
import os
import re
import struct
import sys
import tempfile

from common import PCAPS, content, events, run
from same import pcap

GOOD = {"directions": "good", "DNS": "good", "whole packets": "good", "segments": "good", "copies": "good"}
A_NUMBER = {"packets": "decoder.pkts", "no IP": "decoder.not_ip", "malformed": "decoder.malformed",
            "cut": "decoder.truncated", "copies": "decoder.duplicates"}
CLIENT, SERVER, RESOLVER = "10.1.0.{}", "198.51.100.{}", "10.1.0.250"


def address(text):
    return bytes(int(part) for part in text.split("."))


def frame(protocol, src, dst, body, mac=b"\x02\x00\x00\x00\x00\x01", tag=b""):
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(body), next(frame.numbers), 0, 64, protocol, 0,
                     address(src), address(dst))
    return mac + b"\x02\x00\x00\x00\x00\x02" + tag + b"\x08\x00" + ip + body


def numbers():
    at = 0
    while True:
        at = at % 65535 + 1
        yield at


frame.numbers = numbers()


def tcp(src, sport, dst, dport, flags, payload=b"", **how):
    return frame(6, src, dst, struct.pack(">HHIIBBHHH", sport, dport, 1, 1, 0x50, flags, 8192, 0, 0) + payload, **how)


def udp(src, sport, dst, dport, payload=bytes(40)):
    return frame(17, src, dst, struct.pack(">HHHH", sport, dport, 8 + len(payload), 0) + payload)


def talk(host, up=True, down=True, size=1000, **how):
    """A connection of a host, in either direction or both."""
    us, them, port = CLIENT.format(host), SERVER.format(host), 40000 + host
    if up:
        yield tcp(us, port, them, 443, 2, **how)
    if down:
        yield tcp(them, 443, us, port, 0x12, **how)
    for _ in range(5):
        if up:
            yield tcp(us, port, them, 443, 0x18, b"x" * 300, **how)
        if down:
            yield tcp(them, 443, us, port, 0x18, b"x" * size, **how)


def ask(host, question=True, answer=True):
    if question:
        yield udp(CLIENT.format(host) if host < 250 else RESOLVER, 50000 + host, "9.9.9.9", 53)
    if answer:
        yield udp("9.9.9.9", 53, CLIENT.format(host) if host < 250 else RESOLVER, 50000 + host)


def crowd(**how):
    for host in range(1, 31):
        yield from ask(host)
        yield from talk(host, **how)


def with_dns(rows):
    yield from rows
    for host in range(1, 31):
        yield from ask(host)


def half(up):
    return with_dns(f for host in range(1, 31) for f in talk(host, up=up, down=not up))


def mixed():
    return with_dns(f for host in range(1, 31) for f in talk(host, down=host % 3 > 0))


def broadcast():
    return (frame(17, CLIENT.format(i % 9 + 1), "255.255.255.255", struct.pack(">HHHH", 5000, 5000, 8, 0), mac=b"\xff" * 6)
            for i in range(300))


def behind_resolver():
    yield from (f for host in range(1, 31) for f in talk(host))
    for _ in range(30):
        yield from ask(250)


def dns_of(**how):
    yield from (f for host in range(1, 31) for f in talk(host))
    yield from (f for host in range(1, 31) for f in ask(host, **how))


def encrypted():
    yield from (f for host in range(1, 31) for f in talk(host))
    yield from (tcp(CLIENT.format(h), 51000, "9.9.9.9", 853, 0x18, bytes(80)) for h in range(1, 31))


def no_ip():
    return (b"\xff" * 6 + bytes(6) + b"\x08\x06" + bytes(46) for _ in range(300))


def spoilt():
    for i, row in enumerate(crowd()):
        yield row
        if i % 10 == 0:
            yield row[:20]


def vxlan():
    for inner in crowd():
        yield udp("10.9.0.1", 55555, "10.9.0.2", 4789, b"\x08\x00\x00\x00\x00\x00\x07\x00" + inner)


# name: frames, or a whole capture; grades that differ from GOOD; words that must be said; exit status
CASES = {
    "as it should be": (crowd, {}, ["both, in 30 of 30", "30 questions from 30 addresses"], 0),
    "a recording": (lambda: content("pixel-tls.pcap"), {}, ["both, in 7 of 7"], 0),
    "VLANs": (lambda: crowd(tag=b"\x81\x00\x00\x0c"), {"VLANs": "good"}, ["12 (86 %), untagged (14 %)"], 0),
    "clients only": (lambda: half(True), {"directions": "BAD"}, ["(100 %)", "what the client sends", "rx and tx"], 1),
    "servers only": (lambda: half(False), {"directions": "BAD"}, ["what the server sends", "rx and tx"], 1),
    "asymmetric": (mixed, {"directions": "BAD"}, ["10 (33 %)", "asymmetric"], 1),
    "no DNS": (lambda: dns_of(question=False, answer=False), {"DNS": "BAD"}, ["no question and no answer", "resolver"], 1),
    "questions only": (lambda: dns_of(answer=False), {"DNS": "BAD"}, ["30 questions, 0 answers"], 1),
    "answers only": (lambda: dns_of(question=False), {"DNS": "BAD"}, ["0 questions, 30 answers"], 1),
    "encrypted DNS": (encrypted, {"DNS": "BAD", "directions": "BAD"}, ["30 packets of encrypted DNS"], 1),
    "behind the resolver": (behind_resolver, {"DNS": "BAD"}, ["one address asks 100 %", "30 hosts talk"], 1),
    "merged": (lambda: crowd(size=20000), {"segments": "note"}, ["150 TCP packets", "(largest 20040): merged", "gro off"], 0),
    "jumbo": (lambda: crowd(size=8000), {"segments": "note"}, ["merged, or jumbo frames"], 0),
    "copies": (lambda: (f for row in crowd() for f in (row, row)), {"copies": "BAD"}, ["(50 %) come a second time"], 1),
    "broadcasts": (broadcast, {"mirror": "BAD", "DNS": "BAD", "directions": "note"}, ["only broadcasts", "span session"], 1),
    "no IP": (no_ip, {"IP": "BAD", "mirror": "BAD", "directions": None, "DNS": None, "whole packets": None, "segments": None,
                      "copies": None, "VLANs": None}, ["not one packet of IP among 300"], 1),
    "spoilt": (spoilt, {"headers": "BAD"}, ["contradict themselves"], 1),
    "tunnels": (vxlan, {"tunnels": "note"}, ["come in tunnels"], 0),
    "nothing": (lambda: iter(()), {"silence": "BAD", **dict.fromkeys(list(GOOD) + ["VLANs"])}, ["not one packet"], 1),
}


def capture(rows):
    """50 µs apart: copies are near, connections are not."""
    data = rows()
    return data if isinstance(data, bytes) else pcap((10**18 + i * 50000, f) for i, f in enumerate(data))


def cut(data, length):
    out = [data[:24]]
    at = 24
    while at < len(data):
        seconds, fraction, size, wire = struct.unpack_from("<IIII", data, at)
        out.append(struct.pack("<IIII", seconds, fraction, min(size, length), wire))
        out.append(data[at + 16:at + 16 + min(size, length)])
        at += 16 + size
    return b"".join(out)


def grades(text):
    return {m[2]: m[1] for m in re.finditer(r"^(good|note|BAD) +(\w+( \w+)*)  ", text, re.M)}


def same_numbers(text, dancecard, path):
    """What was counted is what a `stats` event says."""
    stats = events(run(dancecard, "-q", "-r", path).stdout)[-1]["stats"]
    first = text.splitlines()[0]
    for words, counter in A_NUMBER.items():
        said = int(re.search(rf"(\d+) {words}", first)[1])
        known = stats
        for part in counter.split("."):
            known = known[part]
        if said != known:
            yield f"says {said} {words}, stats say {known}"


def check(dancecard, path, wanted, words, status):
    done = run(dancecard, "--self-check", "-r", path)
    text = done.stdout.decode()
    plain = re.sub(r"\s+", " ", text)
    found = grades(text)
    if done.returncode != status:
        yield f"exit status {done.returncode}, wanted {status}: {done.stderr.decode()}"
    for about, grade in {"VLANs": "note", **GOOD, **wanted}.items():
        if found.get(about) != grade:
            yield f"{about}: {found.get(about)}, wanted {grade}"
    yield from (f"{about}: {grade}, not asked for" for about, grade in found.items()
                if about not in {"VLANs", *GOOD, *wanted})
    yield from (f"does not say {one!r}" for one in words if one not in plain)
    yield from (f"a line of {len(line)}" for line in text.splitlines() if len(line) > 100)
    yield from same_numbers(text, dancecard, path)


def main(dancecard):
    bad = 0
    rows = {name: (capture(row[0]), *row[1:]) for name, row in CASES.items()}
    rows["cut"] = (cut(capture(crowd), 120), {"whole packets": "BAD"}, ["are cut", "tcpdump -s 0"], 1)
    with tempfile.TemporaryDirectory() as folder:
        for name, (data, *wanted) in rows.items():
            path = os.path.join(folder, "capture.pcap")
            with open(path, "wb") as file:
                file.write(data)
            faults = list(check(dancecard, path, *wanted))
            bad += len(faults)
            if faults:
                print(f"{name}:\n    " + "\n    ".join(faults))
                print(run(dancecard, "--self-check", "-r", path).stdout.decode())
        filtered = run(dancecard, "--self-check", "-r", os.path.join(PCAPS, "pixel-tls.pcap"), "not port 53")
        if grades(filtered.stdout.decode()).get("DNS") != "BAD":
            bad += 1
            print("with a filter that leaves out DNS:", filtered.stdout.decode())
    print(f"{len(rows) + 1} captures, {bad} faults")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1])))
