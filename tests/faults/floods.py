#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""floods.py DANCECARD FLOOD [MILLIONS] [KIND…]: a flood around a page with the pixel.

For each kind of flood (tests/bench/flood.c): the contacts in it are still found, memory stays under its ceiling (`--memory`
and what the program takes without a packet), and the counters add up. The rate beside that over the bench's kind of traffic
is printed; it is no part of the verdict.
"""
import heapq
import json
import os
import struct
import subprocess
import sys
import tempfile
import time

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
PIXEL = os.path.join(ROOT, "pcaps", "pixel-tls.pcap")
KINDS = ("syn", "scan", "answered", "hosts", "sites", "hellos", "dns", "fragments", "initials")
CEILING = 128 << 20
OVER = ("hosts",)  # known: what a host costs outside the budget; README.md


def packets_of(path):
    """Time in microseconds and record of each packet of a little-endian pcap file."""
    with open(path, "rb") as file:
        file.read(24)
        while head := file.read(16):
            seconds, fraction, length, _ = struct.unpack("<IIII", head)
            yield seconds * 1000000 + fraction, head + file.read(length)


def merge(first, second, out):
    """By time, into one pcap stream: a mapped file would count as memory."""
    out.write(struct.pack("<IHHIIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
    for _, record in heapq.merge(packets_of(first), packets_of(second), key=lambda packet: packet[0]):
        out.write(record)


def run(program, capture):
    """Its events, and what it cost: processor seconds, bytes."""
    with tempfile.TemporaryFile() as out, open(capture, "rb") as packets:
        cat = subprocess.Popen(["cat"], stdin=packets, stdout=subprocess.PIPE)
        child = subprocess.Popen([program, "-q", "-j", "1", "--memory", str(CEILING), "-r", "-"], stdin=cat.stdout, stdout=out)
        cat.stdout.close()
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = status
        cat.wait()
        if status != 0:
            sys.exit(f"{capture}: status {status}")
        out.seek(0)
        return [json.loads(line) for line in out], used.ru_utime + used.ru_stime, used.ru_maxrss * 1024


def names(events):
    return {(e["event_type"], e["tracker"]["name"]) for e in events if e["event_type"] in ("contact", "lookup")}


def gap(stats):
    """Packets that came in and of which no counter says what became."""
    capture, decoder = stats["capture"], stats["decoder"]
    kinds = sum(decoder[kind] for kind in ("tcp", "udp", "icmp", "other", "not_ip", "malformed", "duplicates", "fragments_held"))
    return capture["packets"] - kinds


def main(program, flood, millions="1", *kinds):
    with open(program, "rb") as file:
        sanitized = b"__asan_init" in file.read()  # whose allocator keeps what is freed
    count, bad = int(float(millions) * 1e6), 0
    plain, plain_cpu, empty = run(program, PIXEL)
    begin = next(packets_of(PIXEL))[0] // 1000000
    wanted = {name for name in names(plain) if name[0] == "contact"}
    print(f"{count} of each around {os.path.basename(PIXEL)}, --memory {CEILING >> 20}M")
    print(f"  {'flood':10}{'packets':>10}{'ns/packet':>11}{'MB/s':>8}{'memory':>9}  contacts")
    for kind in kinds or KINDS:
        with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR", "/var/tmp")) as folder:
            alone, merged = (os.path.join(folder, name) for name in ("flood.pcap", "merged.pcap"))
            with open(alone, "wb") as out:
                subprocess.run([flood, kind, str(count), str(begin)], stdout=out, check=True)
            with open(merged, "wb") as out:
                merge(alone, PIXEL, out)
            size = os.path.getsize(merged)
            found, cpu, memory = run(program, merged)
        stats = [e["stats"] for e in found if e["event_type"] == "stats"][-1]
        lost = wanted - names(found)
        packets = stats["capture"]["packets"]
        held = sanitized or memory - empty <= CEILING or kind in OVER
        bad += bool(lost) + (not held) + (gap(stats) != 0)
        print(f"  {kind:10}{packets:10}{(cpu - plain_cpu) * 1e9 / packets:11.0f}{size / 1e6 / cpu:8.0f}"
              f"{(memory - empty) / 1048576:6.0f} MB  {'all found' if not lost else f'LOST {sorted(lost)}'}"
              f"{'' if memory - empty <= CEILING or sanitized else ', over its ceiling'}"
              f"{'' if gap(stats) == 0 else f', {gap(stats)} packets not accounted for'}", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
