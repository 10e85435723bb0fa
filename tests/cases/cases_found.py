# SPDX-License-Identifier: Apache-2.0
"""What public captures hold and a sensor of ours once missed: damaged, forged, slow and careless senders."""
import struct

import dns
import quic
import savefile
import tls
import wire
from registry import TRACKER, case, family
from savefile import pcap
from wire import ACK, CLIENT, FIN, PSH, RESOLVER, RST, SERVER, SYN, Tcp, ether, udp, upload

REQUEST = f"GET /pixel HTTP/1.1\r\nHost: {TRACKER}\r\nAccept: */*\r\n\r\n".encode()
HELLO = tls.hello(TRACKER)
QUESTION = udp(CLIENT, 40001, RESOLVER, 53, dns.query(TRACKER))
BACKBONE = b"\2\0\0\0\0\1\2\0\0\0\0\2"
WIFI = b"\x08\1\0\0" + b"\2\0\0\0\0\3" + BACKBONE + b"\0\0" + b"\xaa\xaa\3\0\0\0\x08\0"


def pktap(link, frame):
    """Darwin's header: its length, 1 for a packet, the link type, the interface's name, the rest left out."""
    return struct.pack("<III24sI", 108, 1, link, b"en0", 0).ljust(108, b"\0") + frame


@family(
    [
        ("pktap", "Darwin's packet tap around Ethernet.", 258, pktap(savefile.ETHERNET, ether(QUESTION))),
        ("pktap_raw", "Darwin's packet tap around bare IP.", 258, pktap(savefile.RAW, QUESTION)),
        ("pktap_user2", "The same under the number that it had before.", 149, pktap(savefile.ETHERNET, ether(QUESTION))),
        (
            "ipv4_holds_ipv6",
            "The link type says IPv4, the packet is IPv6.",
            savefile.IPV4,
            udp(wire.CLIENT6, 40001, "2001:db8::53", 53, dns.query(TRACKER)),
        ),
        ("pbb", "IEEE 802.1ah around Ethernet.", 1, BACKBONE + b"\x88\xe7\0\0\x12\x34" + ether(QUESTION)),
        ("trill", "TRILL around Ethernet.", 1, BACKBONE + b"\x22\xf3\0\x3f\0\1\0\2" + ether(QUESTION)),
        (
            "l2tp",
            "PPP in L2TP.",
            savefile.RAW,
            udp("192.0.2.1", 1701, "192.0.2.2", 1701, b"\0\2\0\1\0\1\xff\3\0\x21" + QUESTION),
        ),
        (
            "capwap",
            "IEEE 802.11 in CAPWAP's data.",
            savefile.RAW,
            udp("192.0.2.1", 49999, "192.0.2.2", 5247, b"\0\x10\x43\0\0\0\0\0" + WIFI + QUESTION),
        ),
    ],
    "dns_query",
    "link",
)
def linked(link, frame):
    return pcap([frame], link)


@case(dns_query=TRACKER)
def dns_pointer_forwards():
    "The question's name is a pointer to what stands behind the question: resolvers follow it."
    body = dns.pointer(18) + b"\0\1\0\1" + dns.name(TRACKER)
    return [udp(CLIENT, 40001, RESOLVER, 53, struct.pack("!HHHHHH", 0x1234, 0x0100, 1, 0, 0, 0) + body)]


@case(gquic_sni=TRACKER)
def gquic_second_hello():
    "The first, short hello was not captured; the full one begins at 1024 of the stream."
    hello = quic.chlo(TRACKER)
    frame = b"\xa4\1" + struct.pack("!HH", 1024, len(hello)) + hello
    head = b"\xc3Q046\x50" + quic.DCID + struct.pack("!I", 3) + tls.noise(12, 33)
    return [udp(CLIENT, 50443, SERVER, 443, head + frame + bytes(1350 - len(head) - len(frame)))]


def slowly(frames, seconds):
    """The packets, `seconds` apart."""
    out = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, savefile.ETHERNET)]
    for n, frame in enumerate(map(ether, frames)):
        out.append(struct.pack("<IIII", savefile.BEGIN + n * seconds, 0, len(frame), len(frame)) + frame)
    return b"".join(out)


@case(tls_sni=TRACKER)
def tcp_slow_beginning():
    "Four seconds between packets: the hello's second half comes 12 s after the SYN-ACK."
    return slowly(upload(HELLO, [200]), 4)


@case(http_host=TRACKER)
def http_slow_beginning():
    "The same for a request."
    return slowly(upload(REQUEST, [20], sport=80), 4)


@family(
    [
        ("server", "A forged reset and end from the server come before its SYN-ACK.", 1, [RST | ACK, FIN | ACK]),
        ("client", "A reset in the handshake, which the server does not believe, comes before the hello.", 0, [RST | ACK]),
    ],
    "tls_sni",
    "tcp_forged_reset",
)
def forged_reset(side, flags):
    tcp = Tcp()
    opening = tcp.open()
    forged = [tcp.packet(side, f, at=0) for f in flags]
    at = 1 if side == 1 else 3
    data = [tcp.client(HELLO), tcp.ack(), tcp.server(tls.server_flight())]
    return opening[:at] + forged + opening[at:] + data


@case(http_host=TRACKER)
def tcp_keep_alive_first():
    "The capture begins with a keep-alive's byte, 0; the request after it is a segment of its own."
    tcp = Tcp(sport=80)
    return [tcp.client(b"\0", 0, ACK), tcp.ack(), tcp.client(b"\0", 0, ACK), tcp.client(REQUEST, 1, PSH | ACK), tcp.ack()]


@case(http_host=TRACKER)
def http_no_version():
    "The request line has no version, the head follows all the same."
    return upload(REQUEST.replace(b" HTTP/1.1", b""), sport=80)


@case(http_host=SERVER)
def http_connect_address():
    "A CONNECT to an address has its Host like any request."
    return upload(f"CONNECT {SERVER}:443 HTTP/1.1\r\nHost: {SERVER}:443\r\n\r\n".encode(), sport=3128)


@case(http_host=TRACKER, never=[("http_host", "/")])
def http_connect_path():
    "The target of a CONNECT is a path: the Host is the host."
    return upload(f"CONNECT / HTTP/1.1\r\nHost: {TRACKER}\r\n\r\n".encode(), sport=80)


SOCKS5 = b"\5\1\0\3" + bytes([len(TRACKER)]) + TRACKER.encode() + b"\x01\xbb"


def through_socks(data):
    return wire.talk((0, b"\5\1\0"), (1, b"\5\0"), (0, SOCKS5), (1, b"\5\0\0\1" + bytes(6)), (0, data), sport=1080)


@case(http_host=TRACKER)
def socks_target_only():
    "What goes through the SOCKS proxy has no name of its own: the target tells."
    return through_socks(b"\x01\x02" + tls.noise(200, 91))


@case(tls_sni="inner.example", never=[("http_host", TRACKER)])
def socks_target_and_hello():
    "The hello inside names itself: a SOCKS target is no Host."
    return through_socks(tls.hello("inner.example"))
