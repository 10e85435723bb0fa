#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""same.py DANCECARD: the same packets give the same events, however they come: read twice, from
standard input, a FIFO, compressed, in the other format, in pieces in a folder. Captures that are cut
off, at many places, give what was whole, and a message."""
import os
import struct
import subprocess
import sys
import tempfile
import threading

from common import captures, content, events, ids, run

WAYS = ["pixel-tls.pcap", "pixel-http.pcapng", "vlan-ipv6.pcap"]
CUTS = 24


def packets(data):
    """(time in ns, frame) of a little-endian pcap or pcapng of Ethernet."""
    if data[:4] == b"\x0a\x0d\x0d\x0a":
        at = 0
        while at < len(data):
            kind, length = struct.unpack_from("<II", data, at)
            if kind == 6:
                high, low, size = struct.unpack_from("<III", data, at + 12)
                yield high << 32 | low, data[at + 28:at + 28 + size]  # if_tsresol 9: the lab's
            at += length
        return
    at = 24
    while at < len(data):
        seconds, fraction, size, _ = struct.unpack_from("<IIII", data, at)
        yield seconds * 10**9 + fraction * 1000, data[at + 16:at + 16 + size]
        at += 16 + size


def pcap(rows):
    out = [struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262144, 1)]
    for time, frame in rows:
        out += [struct.pack("<IIII", time // 10**9, time % 10**9, len(frame), len(frame)), frame]
    return b"".join(out)


def pcapng(rows):
    def block(kind, body):
        length = len(body) + 12
        return struct.pack("<II", kind, length) + body + struct.pack("<I", length)

    out = [block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)),
           block(1, struct.pack("<HHI", 1, 0, 262144) + struct.pack("<HHBxxxHH", 9, 1, 9, 0, 0))]
    for time, frame in rows:
        padding = bytes(-len(frame) % 4)
        out.append(block(6, struct.pack("<IIIII", 0, time >> 32, time & 0xFFFFFFFF, len(frame), len(frame)) + frame + padding))
    return b"".join(out)


def piped(command, data):
    return subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout


def read_fifo(dancecard, folder, data):
    path = os.path.join(folder, "fifo")
    os.mkfifo(path)

    def feed():
        with open(path, "wb") as pipe:
            pipe.write(data)

    writer = threading.Thread(target=feed)
    writer.start()
    done = run(dancecard, "-q", "-r", path)
    writer.join()
    return done


def read_stdin(dancecard, _, data):
    with tempfile.TemporaryFile() as pipe:
        pipe.write(data)
        pipe.seek(0)
        cat = subprocess.Popen(["cat"], stdin=pipe, stdout=subprocess.PIPE)
        done = run(dancecard, "-q", "-r", "-", stdin=cat.stdout)
        cat.stdout.close()
        cat.wait()
    return done


def as_file(name, change):
    def read(dancecard, folder, data):
        path = os.path.join(folder, name)
        with open(path, "wb") as file:
            file.write(change(data))
        return run(dancecard, "-q", "-r", path)
    return read


def as_folder(dancecard, folder, data):
    rows = list(packets(data))
    pieces = os.path.join(folder, "pieces")
    os.mkdir(pieces)
    third = len(rows) // 3
    # named against the order of time, and in different formats
    for name, part, form in (("c.pcap", rows[:third], pcap), ("b.pcapng", rows[third:2 * third], pcapng), ("a.pcap", rows[2 * third:], pcap)):
        with open(os.path.join(pieces, name), "wb") as file:
            file.write(form(part))
    return run(dancecard, "-q", "-r", pieces)


READERS = {
    "standard input": read_stdin,
    "a FIFO": read_fifo,
    "gzip": as_file("x.pcap.gz", lambda data: piped(["gzip", "-c"], data)),
    "zstd": as_file("x.pcap.zst", lambda data: piped(["zstd", "-qc"], data)),
    "xz": as_file("x.pcap.xz", lambda data: piped(["xz", "-c"], data)),
    "gzip without a name": as_file("x", lambda data: piped(["gzip", "-c"], data)),
    "pcap with nanoseconds": as_file("x.pcap", lambda data: pcap(packets(data))),
    "pcapng": as_file("x.pcapng", lambda data: pcapng(packets(data))),
    "a folder of pieces": as_folder,
}


def twice(dancecard):
    for name in captures():
        for flags in ((), ("-a",), ("--stats", "1")):
            first, second = (run(dancecard, "-q", *flags, "-r", name) for _ in range(2))
            if first.returncode != 0 or first.stdout != second.stdout or not first.stdout:
                yield f"{name} {' '.join(flags)}: two runs differ"


def other_ways(dancecard):
    for name in WAYS:
        wanted = ids(run(dancecard, "-q", "-r", name).stdout)
        for way, read in READERS.items():
            with tempfile.TemporaryDirectory() as folder:
                done = read(dancecard, folder, content(name))
            if done.returncode != 0 or done.stderr or ids(done.stdout) != wanted:
                yield f"{name} as {way}: {len(ids(done.stdout))} events of {len(wanted)}; {done.stderr.decode()}"


def cut_off(dancecard):
    for name in ("pixel-tls.pcap", "pixel-http.pcapng"):
        data = content(name)
        every = set(ids(run(dancecard, "-q", "-r", name).stdout, "contact"))
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, name)
            for i in range(CUTS):
                at = 1 + i * i * (len(data) - 2) // (CUTS - 1) ** 2  # many of them at the head
                with open(path, "wb") as file:
                    file.write(data[:at])
                done = run(dancecard, "-q", "-r", path)
                said = done.stderr.decode().splitlines()
                if done.returncode not in (0, 1) or len(said) != done.returncode:
                    yield f"{name} cut at {at}: exit status {done.returncode}, {said}"
                if said and name not in said[0]:
                    yield f"{name} cut at {at}: which file? {said[0]}"
                # what a cut flow ended with may say less, and is never about another flow
                if not set(ids(done.stdout, "contact")) <= every:
                    yield f"{name} cut at {at}: contacts that the whole has not"
                counted = [e["stats"]["capture"]["packets"] for e in events(done.stdout) if e["event_type"] == "stats"]
                whole = whole_packets(data[:at])
                if counted and counted[0] != whole:
                    yield f"{name} cut at {at}: {counted[0]} packets, {whole} are whole"


def whole_packets(data):
    is_ng = data[:4] == b"\x0a\x0d\x0d\x0a"
    at, count = (0, 0) if is_ng else (24, 0)
    while at + (12 if is_ng else 16) <= len(data):
        length = struct.unpack_from("<I", data, at + 4)[0] if is_ng else 16 + struct.unpack_from("<I", data, at + 8)[0]
        at += length
        count += at <= len(data) and (not is_ng or struct.unpack_from("<I", data, at - length)[0] == 6)
    return count


def main(dancecard):
    faults = [*twice(dancecard), *other_ways(dancecard), *cut_off(dancecard)]
    print("\n".join(faults) or "the same")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1])))
