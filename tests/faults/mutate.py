# SPDX-License-Identifier: Apache-2.0
"""An endless stream of packets made of captures: one capture after the other, in an order and with mutations that follow from a seed.

Each pass of a capture begins where the one before ended; some of its packets have bytes flipped, are cut, repeated, change places, or
come with another time. The stream is pcapng with one interface for each link type, so that captures of every kind go into one pipe.
"""
import os
import random
import struct

PCAP_MAGICS = {0xa1b2c3d4: 1000, 0xa1b23c4d: 1}
FILE_MAX, PASS_MAX_NS = 16 << 20, 600 * 10**9
SHARES = (("flip", 0.03), ("cut", 0.01), ("repeat", 0.02), ("swap", 0.02), ("shift", 0.01))
JUMP = 0.002  # of the passes: the clock goes back by years


def read_pcap(data):
    for order in "<>":
        scale = PCAP_MAGICS.get(struct.unpack(order + "I", data[:4])[0])
        if scale is not None:
            break
    else:
        return
    link, at = struct.unpack(order + "I", data[20:24])[0] & 0xffff, 24
    while at + 16 <= len(data):
        seconds, fraction, length, wire = struct.unpack(order + "IIII", data[at:at + 16])
        if at + 16 + length > len(data):
            return
        yield link, seconds * 10**9 + fraction * scale, wire, data[at + 16:at + 16 + length]
        at += 16 + length


def unit_of(options, order):
    """Nanoseconds of an interface's time stamps: if_tsresol (9), by default microseconds."""
    at = 0
    while at + 4 <= len(options):
        code, length = struct.unpack(order + "HH", options[at:at + 4])
        if code == 9 and length == 1:
            value = options[at + 4]
            return 10**9 / (2 ** (value & 0x7f) if value & 0x80 else 10 ** value)
        at += 4 + length + -length % 4
    return 1000


def read_pcapng(data):
    order, interfaces, at = "<", [], 0
    while at + 12 <= len(data):
        kind, length = struct.unpack(order + "II", data[at:at + 8])
        if kind == 0x0a0d0d0a:
            order = "<" if data[at + 8:at + 12] == b"\x4d\x3c\x2b\x1a" else ">"
            length, interfaces = struct.unpack(order + "I", data[at + 4:at + 8])[0], []
        if length < 12 or at + length > len(data):
            return
        body = data[at + 8:at + length - 4]
        if kind == 1:
            interfaces.append((struct.unpack(order + "H", body[:2])[0], unit_of(body[8:], order)))
        elif kind == 6 and len(body) >= 20:
            which, high, low, size, wire = struct.unpack(order + "IIIII", body[:20])
            if which < len(interfaces) and 20 + size <= len(body):
                link, unit = interfaces[which]
                yield link, int((high << 32 | low) * unit), wire, body[20:20 + size]
        at += length


def read(path):
    """Link type, time in nanoseconds, length on the wire and bytes of each packet; what is damaged ends there."""
    with open(path, "rb") as file:
        data = file.read()
    if len(data) < 28:
        return []
    return list((read_pcapng if data[:4] == b"\x0a\x0d\x0d\x0a" else read_pcap)(data))


def find(folders):
    for folder in folders:
        for where, below, names in os.walk(folder):
            below.sort()
            for name in sorted(names):
                path = os.path.join(where, name)
                if 0 < os.path.getsize(path) <= FILE_MAX:
                    yield path


def block(kind, body):
    body += bytes(-len(body) % 4)
    length = struct.pack("<I", len(body) + 12)
    return struct.pack("<I", kind) + length + body + length


class Stream:
    def __init__(self, folders, seed):
        self.chance = random.Random(seed)
        self.groups = [[packets for packets in map(read, find([folder])) if packets] for folder in folders]
        self.taken = [0] * len(self.groups)
        self.links = sorted({packet[0] for group in self.groups for packets in group for packet in packets})
        self.interface = {link: number for number, link in enumerate(self.links)}
        self.clock, self.packets, self.passes = 1795435200 * 10**9, 0, 0
        self.mutations = dict.fromkeys([kind for kind, _ in SHARES] + ["jump"], 0)

    def keep_only(self, wanted):
        """Of every capture the packets that are wanted."""
        self.groups = [[kept for packets in group if (kept := [p for p in packets if wanted(p)])] for group in self.groups]

    def head(self):
        resolution = struct.pack("<HHB3xHH", 9, 1, 9, 0, 0)
        return block(0x0a0d0d0a, struct.pack("<IHHq", 0x1a2b3c4d, 1, 0, -1)) + b"".join(
            block(1, struct.pack("<HHI", link, 0, 0) + resolution) for link in self.links)

    def mutate(self, packets):
        for kind, share in SHARES:
            count = int(len(packets) * share + self.chance.random())
            self.mutations[kind] += count
            for _ in range(count):
                at = self.chance.randrange(len(packets))
                link, time, wire, data = packets[at]
                if kind == "flip" and data:
                    data = bytearray(data)
                    for _ in range(self.chance.randrange(1, 9)):
                        data[self.chance.randrange(len(data))] = self.chance.randrange(256)
                    packets[at] = link, time, wire, bytes(data)
                elif kind == "cut":
                    packets[at] = link, time, wire, data[:self.chance.randrange(len(data) + 1)]
                elif kind == "repeat":
                    packets.insert(at, packets[at])
                elif kind == "swap":
                    other = min(len(packets) - 1, at + self.chance.randrange(1, 20))
                    packets[at], packets[other] = packets[other], packets[at]
                elif kind == "shift":
                    packets[at] = link, time + self.chance.randrange(-60 * 10**9, 60 * 10**9), wire, data

    def next_pass(self):
        """The packets of one more capture, each folder in its turn: (link, time, wire length, bytes)."""
        group = self.taken.index(min(self.taken))
        packets = list(self.chance.choice(self.groups[group]))
        self.taken[group] += len(packets)
        begin = packets[0][1]
        if self.chance.random() < JUMP:
            self.mutations["jump"] += 1
            self.clock -= self.chance.randrange(1, 3 * 365 * 86400) * 10**9
        self.mutate(packets)
        shifted = [(link, self.clock + max(-PASS_MAX_NS, min(PASS_MAX_NS, time - begin)), wire, data)
                   for link, time, wire, data in packets]
        self.clock = max(self.clock, shifted[-1][1]) + self.chance.randrange(1, 10**9)
        self.clock = self.clock if self.clock > 10**18 else 1795435200 * 10**9
        self.packets += len(shifted)
        self.passes += 1
        return shifted

    def next_bytes(self):
        out, pack = [], struct.Struct("<IIIIIII").pack
        for link, time, wire, data in self.next_pass():
            padded = data + bytes(-len(data) % 4)
            length = len(padded) + 32
            out.append(pack(6, length, self.interface[link], time >> 32, time & 0xffffffff, len(data), max(wire, len(data)))
                       + padded + struct.pack("<I", length))
        return b"".join(out)
