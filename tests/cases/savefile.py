# SPDX-License-Identifier: Apache-2.0
"""Capture files: pcap in each byte order and resolution, and pcapng block by block."""
import struct

ETHERNET, NULL, PPP, RAW, IEEE802_11, LOOP, SLL, RADIOTAP, PPI = 1, 0, 9, 101, 105, 108, 113, 127, 192
IPV4, IPV6, NFLOG, SLL2 = 228, 229, 239, 276
BEGIN = 1_795_435_200  # 2026-11-23T12:00:00Z
STEP_US = 1000


def times(count, step=STEP_US):
    """Microseconds since the epoch, one for each packet."""
    return [BEGIN * 1_000_000 + i * step for i in range(count)]


def pcap(frames, link=ETHERNET, order="<", nano=False, snaplen=262144):
    out = [struct.pack(order + "IHHiIII", 0xA1B23C4D if nano else 0xA1B2C3D4, 2, 4, 0, 0, snaplen, link)]
    for us, frame in zip(times(len(frames)), frames):
        part = (us % 1_000_000) * (1000 if nano else 1)
        kept = frame[:snaplen]
        out.append(struct.pack(order + "IIII", us // 1_000_000, part, len(kept), len(frame)) + kept)
    return b"".join(out)


def record(frame, after_us):
    """One more packet for a capture as pcap() writes it, so long after its beginning."""
    us = BEGIN * 1_000_000 + after_us
    return struct.pack("<IIII", us // 1_000_000, us % 1_000_000, len(frame), len(frame)) + frame


class Pcapng:
    """Blocks of one file; `order` may change at each section."""

    def __init__(self, order="<"):
        self.out, self.order, self.clock, self.units = [], order, iter(times(1 << 20)), []

    def block(self, kind, body):
        body += b"\0" * (-len(body) % 4)
        size = struct.pack(self.order + "I", len(body) + 12)
        self.out.append(struct.pack(self.order + "I", kind) + size + body + size)

    def option(self, code, value):
        return struct.pack(self.order + "HH", code, len(value)) + value + b"\0" * (-len(value) % 4)

    def section(self, order=None):
        self.order, self.units = order or self.order, []
        self.block(0x0A0D0D0A, struct.pack(self.order + "IHHq", 0x1A2B3C4D, 1, 0, -1))
        return self

    def interface(self, link=ETHERNET, snaplen=0, resolution=None):
        """`resolution`: the digits of a second (6, 9, …), or None to leave the option out."""
        extra = b"" if resolution is None else self.option(9, bytes([resolution])) + self.option(0, b"")
        self.units.append(10 ** (6 if resolution is None else resolution))
        self.block(1, struct.pack(self.order + "HHI", link, 0, snaplen) + extra)
        return self

    def packet(self, frame, interface=0, snaplen=1 << 18):
        ticks = next(self.clock) * self.units[interface] // 1_000_000
        kept = frame[:snaplen]
        head = struct.pack(self.order + "IIIII", interface, ticks >> 32, ticks & 0xFFFFFFFF, len(kept), len(frame))
        self.block(6, head + kept)
        return self

    def simple(self, frame):
        self.block(3, struct.pack(self.order + "I", len(frame)) + frame)
        return self

    def unknown(self):
        self.block(0x00000BAD, struct.pack(self.order + "I", 32473) + b"custom block")
        return self

    def bytes(self):
        return b"".join(self.out)
