# SPDX-License-Identifier: Apache-2.0
"""IP: fragments, options, extension headers."""
import struct

import dns
import quic
import tls
import wire
from cases_below import vxlan
from registry import TRACKER, case, family
from wire import CLIENT, SERVER, fragments4, fragments6, ip4, ip6, udp, upload

HELLO = tls.hello(TRACKER)
PACKETS = upload(HELLO, [200])
PACKETS6 = upload(HELLO, [200], client=wire.CLIENT6, server=wire.SERVER6)
INITIAL = udp(CLIENT, 50443, SERVER, 443, quic.initial(quic.crypto(0, quic.hello(TRACKER))))
INITIAL6 = udp(wire.CLIENT6, 50443, wire.SERVER6, 443, quic.initial(quic.crypto(0, quic.hello(TRACKER))))


@family(
    [
        ("in_order", "Three IPv4 fragments in order.", (0, 1, 2)),
        ("reversed", "Three IPv4 fragments, last one first.", (2, 1, 0)),
        ("first_last", "The first of three IPv4 fragments, with the ports, comes last.", (1, 2, 0)),
        ("repeated", "Every IPv4 fragment comes twice.", (0, 0, 1, 1, 2, 2)),
    ],
    "quic_sni",
    "fragments4",
)
def in_fragments(order):
    parts = fragments4(INITIAL, [400, 400])
    return [parts[i] for i in order]


@family(
    [
        ("in_order", "Three IPv6 fragments in order.", (0, 1, 2)),
        ("reversed", "Three IPv6 fragments, last one first.", (2, 1, 0)),
        ("repeated", "Every IPv6 fragment comes twice.", (0, 0, 1, 1, 2, 2)),
    ],
    "quic_sni",
    "fragments6",
)
def in_fragments6(order):
    parts = fragments6(INITIAL6, [400, 400])
    return [parts[i] for i in order]


@case(tls_sni=TRACKER)
def fragments4_tcp():
    "The TCP segment with the hello comes in fragments of 24 bytes: the first holds TCP's header and four bytes."
    packets = upload(HELLO)
    return [*packets[:3], *fragments4(packets[3], [24] * 9), *packets[4:]]


@case(quic_sni=TRACKER)
def fragments4_two_datagrams():
    "The fragments of two datagrams with two ids come in turn."
    data = quic.hello(TRACKER, post_quantum=True, name_last=True)
    both = [
        udp(CLIENT, 50443, SERVER, 443, quic.initial(quic.crypto(at, data[at : at + 1000]), number=n))
        for n, at in enumerate((0, 1000))
    ]
    a, b = fragments4(both[0], [640], 1), fragments4(both[1], [640], 2)
    return [a[0], b[0], b[1], a[1]]


@case(dns_query=TRACKER)
def fragments4_id_reused():
    "One id is used for two datagrams, one after the other."
    both = [udp(CLIENT, 40001, "10.20.0.53", 53, dns.query(n)) for n in ("first.example", TRACKER)]
    return [part for p in both for part in fragments4(p, [16], 9)]


@case(tls_sni=TRACKER)
def fragments_in_tunnel():
    "The tunnel's outer packets are fragments; the hello is inside."
    out = []
    for number, packet in enumerate(PACKETS):
        outer = vxlan(packet)
        out += fragments4(outer, [48], number) if len(outer) > 100 else [outer]
    return out


@case(never=[("quic_sni", "*"), ("dns_query", "*")])
def fragments4_overlap():
    "IPv4 fragments overlap and differ: refused."
    parts = fragments4(INITIAL, [400, 400])
    fake = ip4(CLIENT, SERVER, wire.UDP, b"\xff" * 400, 77, 0x2000 | 300 // 8)
    return [parts[0], fake, parts[1], parts[2]]


@case(never=[("quic_sni", "*")])
def fragments6_overlap():
    "IPv6 fragments overlap: the whole datagram is refused (RFC 5722)."
    parts = fragments6(INITIAL6, [400, 400])
    body = INITIAL6[40:]
    over = ip6(wire.CLIENT6, wire.SERVER6, 44, struct.pack("!BBHI", wire.UDP, 0, 320 | 1, 77) + body[320:480])
    return [parts[0], over, parts[1], parts[2]]


OPTIONS = b"\1\4\0\0\0\0"  # PadN


def extended(packet, *kinds):
    """IPv6 with extension headers: 0 hop by hop, 60 destination options, 43 routing, 51 authentication, 44 atomic fragment."""
    bodies = {
        0: b"\0" + OPTIONS,
        60: b"\0" + OPTIONS,
        44: b"\0\0\0\0\0\0\x63",
        51: b"\4" + bytes(22),
        43: b"\2\0\0\0\0\0\0" + packet[24:40],
    }
    payload, following = packet[40:], packet[6]
    for kind in reversed(kinds):
        head = bytes([following]) + bodies[kind]
        payload, following = head + payload, kind
    return packet[:4] + struct.pack("!HB", len(payload), following) + packet[7:40] + payload


@family(
    [
        ("hop_by_hop", "IPv6 with hop-by-hop options.", (0,)),
        ("destination", "IPv6 with destination options.", (60,)),
        ("routing", "IPv6 with a routing header.", (43,)),
        ("authentication", "IPv6 with an authentication header.", (51,)),
        ("atomic_fragment", "IPv6 with a fragment header that is all there is (RFC 6946).", (44,)),
        ("four", "IPv6 with four extension headers.", (0, 60, 43, 60)),
    ],
    "tls_sni",
    "ipv6",
)
def with_headers(kinds):
    return [extended(p, *kinds) for p in PACKETS6]


@case(tls_sni=TRACKER)
def ipv4_options():
    "IPv4 with 40 bytes of options."
    return [
        ip4(
            *(CLIENT, SERVER) if p[12:16] == wire.address(CLIENT) else (SERVER, CLIENT),
            wire.TCP,
            p[20:],
            options=b"\1" * 40,
        )
        for p in PACKETS
    ]


@case(tls_sni=TRACKER)
def ipv4_authentication():
    "IPv4 with an authentication header."
    return [
        ip4(
            *(CLIENT, SERVER) if p[12:16] == wire.address(CLIENT) else (SERVER, CLIENT),
            51,
            b"\6\4" + bytes(22) + p[20:],
        )
        for p in PACKETS
    ]
