# SPDX-License-Identifier: Apache-2.0
"""IP packets and what may lie around them. A packet is `bytes` from its IP header on; a frame has a link layer."""
import ipaddress
import struct

CLIENT, SERVER, RESOLVER = "10.20.0.101", "198.51.100.10", "10.20.0.53"
CLIENT6, SERVER6 = "2001:db8:20::101", "2001:db8:ff::10"
ICMP, IPIP, TCP, UDP, IP6, GRE, ICMP6 = 1, 4, 6, 17, 41, 47, 58
FIN, SYN, RST, PSH, ACK, URG = 1, 2, 4, 8, 16, 32


def address(text):
    return ipaddress.ip_address(text).packed


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ip4(src, dst, protocol, payload, ident=1, fragment=0x4000, options=b"", length=None):
    size = 20 + len(options)
    head = (
        struct.pack(
            "!BBHHHBBH4s4s",
            0x40 | size // 4,
            0,
            length or size + len(payload),
            ident,
            fragment,
            64,
            protocol,
            0,
            address(src),
            address(dst),
        )
        + options
    )
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def ip6(src, dst, protocol, payload):
    return struct.pack("!IHBB", 0x60000000, len(payload), protocol, 64) + address(src) + address(dst) + payload


def ip(src, dst, protocol, payload):
    return (ip6 if ":" in src else ip4)(src, dst, protocol, payload)


def transport_checksum(src, dst, protocol, segment):
    return checksum(address(src) + address(dst) + struct.pack("!II", len(segment), protocol) + segment)


def udp_datagram(src, sport, dst, dport, payload):
    head = struct.pack("!HHH", sport, dport, 8 + len(payload))
    total = transport_checksum(src, dst, UDP, head + b"\0\0" + payload) or 0xFFFF
    return head + struct.pack("!H", total) + payload


def udp(src, sport, dst, dport, payload):
    return ip(src, dst, UDP, udp_datagram(src, sport, dst, dport, payload))


def tcp_segment(src, sport, dst, dport, seq, ack, flags, payload=b"", options=b"", urgent=0):
    options += b"\1" * (-len(options) % 4)
    head = struct.pack(
        "!HHIIHH", sport, dport, seq & 0xFFFFFFFF, ack & 0xFFFFFFFF, (5 + len(options) // 4) << 12 | flags, 64000
    )
    tail = struct.pack("!H", urgent) + options + payload
    return head + struct.pack("!H", transport_checksum(src, dst, TCP, head + b"\0\0" + tail)) + tail


def mac(packet, offset):
    """A MAC for each address: of 10.20.0.101, 02:00:0a:14:00:65."""
    return b"\2\0" + packet[offset : offset + 4]


def ether(packet, kind=None, src=None, dst=None):
    six = packet[0] >> 4 == 6
    kind = kind or (0x86DD if six else 0x0800)
    return (
        (dst or mac(packet, 36 if six else 16))
        + (src or mac(packet, 20 if six else 12))
        + struct.pack("!H", kind)
        + packet
    )


def vlan(frame, ident, tpid=0x8100):
    return frame[:12] + struct.pack("!HH", tpid, ident) + frame[12:]


def fragments4(packet, sizes, ident=77):
    """The IPv4 packet in pieces: `sizes` are those of all but the last, each a multiple of 8."""
    src, dst = (str(ipaddress.ip_address(packet[i : i + 4])) for i in (12, 16))
    body, out, at = packet[20:], [], 0
    for size in [*sizes, len(body) - sum(sizes)]:
        more = 0x2000 if at + size < len(body) else 0
        out.append(ip4(src, dst, packet[9], body[at : at + size], ident, more | at // 8))
        at += size
    return out


def fragments6(packet, sizes, ident=77):
    src, dst = (str(ipaddress.ip_address(packet[i : i + 16])) for i in (8, 24))
    body, out, at = packet[40:], [], 0
    for size in [*sizes, len(body) - sum(sizes)]:
        more = int(at + size < len(body))
        out.append(ip6(src, dst, 44, struct.pack("!BBHI", packet[6], 0, at | more, ident) + body[at : at + size]))
        at += size
    return out


def pieces(data, cuts):
    """[(offset, bytes)…] of `data`, cut at these offsets."""
    edges = [0, *(c for c in cuts if c < len(data)), len(data)]
    return [(a, data[a:b]) for a, b in zip(edges, edges[1:])]


def every(data, size):
    return pieces(data, range(size, len(data), size))


class Tcp:
    """Both ends of a connection. Each call gives one packet; offsets count from the first byte of a direction."""

    def __init__(self, client=CLIENT, server=SERVER, cport=49152, sport=443, isn=1000, server_isn=700000):
        self.ends = (client, cport), (server, sport)
        self.isn, self.sent = [isn, server_isn], [0, 0]

    def packet(self, side, flags, payload=b"", at=None, options=b"", urgent=0):
        offset = self.sent[side] if at is None else at
        (src, sport), (dst, dport) = self.ends[side], self.ends[1 - side]
        seq = self.isn[side] + (0 if flags & SYN else 1 + offset)
        ack = self.isn[1 - side] + 1 + self.sent[1 - side] if flags & ACK else 0
        self.sent[side] = max(self.sent[side], offset + len(payload))
        return ip(src, dst, TCP, tcp_segment(src, sport, dst, dport, seq, ack, flags, payload, options, urgent))

    def open(self):
        mss = b"\2\4\5\xb4"
        return [self.packet(0, SYN, options=mss), self.packet(1, SYN | ACK, options=mss), self.packet(0, ACK)]

    def client(self, data, at=None, flags=PSH | ACK, **more):
        return self.packet(0, flags, data, at, **more)

    def server(self, data, at=None, flags=PSH | ACK):
        return self.packet(1, flags, data, at)

    def client_pieces(self, parts):
        return [self.client(data, at) for at, data in parts]

    def ack(self, side=1):
        return self.packet(side, ACK)

    def close(self):
        out = [self.packet(0, FIN | ACK)]
        self.sent[0] += 1
        out.append(self.packet(1, FIN | ACK))
        self.sent[1] += 1
        return [*out, self.packet(0, ACK)]


def upload(data, cuts=(), **ends):
    """A whole connection on which the client says `data`, in order, and the server acknowledges it."""
    tcp = Tcp(**ends)
    return [*tcp.open(), *tcp.client_pieces(pieces(data, cuts)), tcp.ack(), *tcp.close()]


def talk(*turns, **ends):
    """A whole connection from turns: "> bytes" as (0, bytes), the server's as (1, bytes)."""
    tcp = Tcp(**ends)
    return [*tcp.open(), *(tcp.packet(side, PSH | ACK, data) for side, data in turns), *tcp.close()]
