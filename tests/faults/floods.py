#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""floods.py DANCECARD FLOOD [MILLIONS] [KIND…] [-j N,…] [--memory MB]: a flood around a page with the pixel.

For each kind of flood (tests/bench/flood.c) and number of workers: the contacts in it are still found and none is refused,
memory (the resident set, all of it) stays under its ceiling (`--memory` and what does not depend on what is on the wire),
no flow with a contact gives way while others could, and the counters add up. The rate is printed beside that over the
bench's kind of traffic (bench_traffic beside FLOOD), measured before and after; it is no part of the verdict, for machines
are busy.
"""
import argparse
import heapq
import json
import os
import struct
import subprocess
import sys
import tempfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
PIXEL = os.path.join(ROOT, "pcaps", "pixel-tls.pcap")
KINDS = ("syn", "scan", "answered", "hosts", "contacts", "sites", "hellos", "dns", "fragments", "initials")
OVERHEAD, EACH = 22 << 20, 10 << 20  # program, libraries, feed, nDPI, output; contexts and lane of a worker: README.md


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


def read_events(lines):
    """What the verdict needs of any number of events: names of contacts and lookups, flows that gave way, the last stats."""
    found = {"names": set(), "pushed_out": 0, "stats": None}
    for line in lines:
        event = json.loads(line)
        kind = event["event_type"]
        if kind in ("contact", "lookup"):
            found["names"].add((kind, event["tracker"]["name"]))
        elif kind == "flow":
            found["pushed_out"] += event["flow"]["reason"] == "evicted"
        elif kind == "stats":
            found["stats"] = event["stats"]
    return found


def run(program, capture, workers, memory):
    """What it told, and what it cost: processor seconds, bytes."""
    with tempfile.TemporaryFile() as out, open(capture, "rb") as packets:
        cat = subprocess.Popen(["cat"], stdin=packets, stdout=subprocess.PIPE)
        child = subprocess.Popen([program, "-q", "-j", str(workers), "--memory", str(memory), "-r", "-"], stdin=cat.stdout, stdout=out)
        cat.stdout.close()
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = status
        cat.wait()
        if status != 0:
            sys.exit(f"{capture}: status {status}")
        out.seek(0)
        return read_events(out), used.ru_utime + used.ru_stime, used.ru_maxrss * 1024


def gap(stats):
    """Packets that came in and of which no counter says what became."""
    capture, decoder = stats["capture"], stats["decoder"]
    kinds = sum(decoder[kind] for kind in ("tcp", "udp", "icmp", "other", "not_ip", "malformed", "duplicates", "fragments_held"))
    return capture["packets"] - kinds


def cost(program, capture, workers, memory):
    """Nanoseconds a packet of ordinary traffic."""
    found, cpu, _ = run(program, capture, workers, memory)
    return cpu * 1e9 / found["stats"]["capture"]["packets"]


def usual(flood, folder):
    """A capture of the bench's kind of traffic; None: its maker was not built."""
    maker, path = os.path.join(os.path.dirname(flood), "bench_traffic"), os.path.join(folder, "usual.pcap")
    if not os.path.exists(maker):
        return None
    subprocess.run([maker, "-o", path, "-f", "20000"], check=True, stderr=subprocess.DEVNULL)
    return path


def faults_of(found, wanted, kind):
    """What must not be, in words."""
    stats, lost, faults = found["stats"], wanted - found["names"], []
    if lost:
        faults.append(f"LOST {sorted(lost)}")
    if stats["contacts"]["refused"]:
        faults.append(f"{stats['contacts']['refused']} contacts refused")
    if found["pushed_out"] and kind != "contacts":
        faults.append(f"{found['pushed_out']} flows with a contact gave way")
    if gap(stats):
        faults.append(f"{gap(stats)} packets not accounted for")
    return faults


def flood_with(program, flood, count, kinds, workers, ceiling):
    """One table, for so many workers: how much is wrong."""
    with open(program, "rb") as file:
        sanitized = b"__asan_init" in file.read()  # whose allocator keeps what is freed
    bad, overhead = 0, OVERHEAD + EACH * workers
    folder = tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR", "/var/tmp"))
    alone, merged = (os.path.join(folder.name, name) for name in ("flood.pcap", "merged.pcap"))
    plain, plain_cpu, _ = run(program, PIXEL, workers, ceiling)
    ordinary = None if sanitized or count < 500000 else usual(flood, folder.name)
    before = cost(program, ordinary, workers, ceiling) if ordinary else 0
    begin = next(packets_of(PIXEL))[0] // 1000000
    wanted = {name for name in plain["names"] if name[0] == "contact"}
    print(f"{count} of each around {os.path.basename(PIXEL)}, -j {workers}, --memory {ceiling >> 20}M and {overhead >> 20} MB")
    print(f"  {'flood':10}{'packets':>10}{'ns/packet':>11}{'ordinary':>10}{'times':>7}{'MB/s':>7}{'memory':>9}{'evicted':>9}")
    for kind in kinds:
        with open(alone, "wb") as out:
            subprocess.run([flood, kind, str(count), str(begin)], stdout=out, check=True)
        with open(merged, "wb") as out:
            merge(alone, PIXEL, out)
        found, cpu, memory = run(program, merged, workers, ceiling)
        after = cost(program, ordinary, workers, ceiling) if ordinary else 0
        stats, faults = found["stats"], faults_of(found, wanted, kind)
        if memory > ceiling + overhead and not sanitized:
            faults.append("over its ceiling")
        bad += len(faults)
        each, usually = (cpu - plain_cpu) * 1e9 / stats["capture"]["packets"], (before + after) / 2
        before = after
        print(f"  {kind:10}{stats['capture']['packets']:10}{each:11.0f}{usually:10.0f}{each / usually if usually else 0:7.1f}"
              f"{os.path.getsize(merged) / 1e6 / cpu:7.0f}{memory / 1048576:6.0f} MB{stats['flow']['evicted']:9}"
              f"  {', '.join(faults) or 'all found'}", flush=True)
    return bad


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("flood")
    parser.add_argument("millions", nargs="?", type=float, default=1)
    parser.add_argument("kinds", nargs="*", default=KINDS)
    parser.add_argument("-j", dest="workers", default="1,2")
    parser.add_argument("--memory", type=int, default=128)
    o = parser.parse_intermixed_args()
    if not os.path.exists(o.program):
        print(f"skipped: there is no {o.program}")
        return 77
    count = int(o.millions * 1e6)
    return 1 if sum(flood_with(o.program, o.flood, count, o.kinds, int(n), o.memory << 20) for n in o.workers.split(",")) else 0


if __name__ == "__main__":
    sys.exit(main())
