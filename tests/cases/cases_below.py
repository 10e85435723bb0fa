# SPDX-License-Identifier: Apache-2.0
"""Link types, tags, tunnels, fragments, file formats: the same hello, each time with something else around it."""
import struct

import savefile
import tls
import wire
from registry import TRACKER, case, family
from savefile import pcap
from tls import block
from wire import CLIENT, ether, ip4, ip6, udp, upload, vlan

HELLO = tls.hello(TRACKER)
PACKETS = upload(HELLO, [200])
PACKETS6 = upload(HELLO, [200], client=wire.CLIENT6, server=wire.SERVER6)
OUTER, OUTER_SERVER = "192.0.2.1", "192.0.2.2"
MAC_A, MAC_B, BSSID = (bytes([2, 0, 0, 0, 0, n]) for n in (0xA, 0xB, 0xC))


def ethertype(packet):
    return b"\x86\xdd" if packet[0] >> 4 == 6 else b"\x08\0"


def snap(packet):
    return b"\xaa\xaa\3\0\0\0" + ethertype(packet) + packet


def wifi(packet, control=b"\x08\x01", extra=b""):
    """IEEE 802.11 data to the access point; `extra`: what stands behind the sequence number."""
    return control + b"\0\0" + BSSID + MAC_A + MAC_B + b"\x10\0" + extra + snap(packet)


def wifi_amsdu(packet):
    inner = snap(packet)
    return b"\x88\x01\0\0" + BSSID + MAC_A + BSSID + b"\x10\0\x80\0" + MAC_B + MAC_A + block(2, inner)


def nflog(packet):
    def value(kind, data):
        return struct.pack("<HH", len(data) + 4, kind) + data + b"\0" * (-len(data) % 4)

    return (
        bytes([10 if packet[0] >> 4 == 6 else 2, 0, 0, 7])
        + value(10, b"span: \0")
        + value(1, b"\x08\0\1\0")
        + value(9, packet)
    )


SLL_HEAD = struct.pack("!HHH", 0, 1, 6) + MAC_A + b"\0\0"
PPI_HEAD = struct.pack("<BBHI", 0, 0, 8, 105)


@family(
    [
        ("raw", "Link type RAW.", savefile.RAW, lambda p: p),
        ("ipv4", "Link type IPV4.", savefile.IPV4, lambda p: p),
        ("sll", "Linux cooked capture.", savefile.SLL, lambda p: SLL_HEAD + ethertype(p) + p),
        (
            "sll_vlan",
            "Linux cooked capture with a VLAN tag.",
            savefile.SLL,
            lambda p: SLL_HEAD + b"\x81\0\0\x0c" + ethertype(p) + p,
        ),
        (
            "sll2",
            "Linux cooked capture, version 2.",
            savefile.SLL2,
            lambda p: ethertype(p) + struct.pack("!HIHBB", 0, 3, 1, 0, 6) + MAC_A + b"\0\0" + p,
        ),
        ("null", "BSD loopback, little endian.", savefile.NULL, lambda p: b"\2\0\0\0" + p),
        ("null_ethertype", "BSD loopback, an Ethernet type where the family is.", savefile.NULL, lambda p: b"\x0f\0\x08\0" + p),
        ("null_big_endian", "BSD loopback, big endian.", savefile.NULL, lambda p: b"\0\0\0\2" + p),
        ("loop", "OpenBSD loopback.", savefile.LOOP, lambda p: b"\0\0\0\2" + p),
        ("ppp", "PPP with address and control.", savefile.PPP, lambda p: b"\xff\3\0\x21" + p),
        (
            "ppp_short",
            "PPP with neither address nor control, and a protocol field of one byte.",
            savefile.PPP,
            lambda p: b"\x21" + p,
        ),
        ("wifi", "IEEE 802.11 without a radio header.", savefile.IEEE802_11, wifi),
        ("radiotap", "Radiotap.", savefile.RADIOTAP, lambda p: b"\0\0\x08\0\0\0\0\0" + wifi(p)),
        (
            "radiotap_qos",
            "Radiotap, QoS data.",
            savefile.RADIOTAP,
            lambda p: b"\0\0\x08\0\0\0\0\0" + wifi(p, b"\x88\x01", b"\0\0"),
        ),
        (
            "radiotap_fcs",
            "Radiotap with flags, which say that a checksum follows.",
            savefile.RADIOTAP,
            lambda p: b"\0\0\x09\0\2\0\0\0\x10" + wifi(p) + b"\xde\xad\xbe\xef",
        ),
        (
            "radiotap_amsdu",
            "Radiotap, an aggregate of one (A-MSDU).",
            savefile.RADIOTAP,
            lambda p: b"\0\0\x08\0\0\0\0\0" + wifi_amsdu(p),
        ),
        ("ppi", "PPI around IEEE 802.11.", savefile.PPI, lambda p: PPI_HEAD + wifi(p)),
        ("nflog", "Linux's NFLOG.", savefile.NFLOG, nflog),
    ],
    "tls_sni",
    "link",
)
def linked(link, wrap):
    return pcap([wrap(p) for p in PACKETS], link)


@family(
    [
        ("ipv6", "Link type IPV6.", savefile.IPV6, lambda p: p),
        ("raw_6", "Link type RAW, IPv6.", savefile.RAW, lambda p: p),
        ("null_24", "BSD loopback, IPv6 as NetBSD numbers it.", savefile.NULL, lambda p: b"\x18\0\0\0" + p),
        ("null_28", "BSD loopback, IPv6 as FreeBSD numbers it.", savefile.NULL, lambda p: b"\x1c\0\0\0" + p),
        ("null_30", "BSD loopback, IPv6 as macOS numbers it.", savefile.NULL, lambda p: b"\x1e\0\0\0" + p),
        ("nflog_6", "Linux's NFLOG, IPv6.", savefile.NFLOG, nflog),
    ],
    "tls_sni",
    "link",
)
def linked6(link, wrap):
    return pcap([wrap(p) for p in PACKETS6], link)


def llc(packet):
    """IEEE 802.3 with LLC and SNAP: a length where Ethernet II has a type."""
    return MAC_B + MAC_A + block(2, snap(packet))


def mpls(packet, *labels):
    words = [label << 12 | (i == len(labels) - 1) << 8 | 64 for i, label in enumerate(labels)]
    return MAC_B + MAC_A + b"\x88\x47" + struct.pack(f"!{len(words)}I", *words) + packet


def pppoe(packet):
    ppp = (b"\0\x57" if packet[0] >> 4 == 6 else b"\0\x21") + packet
    return MAC_B + MAC_A + b"\x88\x64\x11\0\x12\x34" + block(2, ppp)


@family(
    [
        ("vlan", "One VLAN tag.", lambda p: vlan(ether(p), 12)),
        ("vlan_priority", "A VLAN tag with priority and id 0.", lambda p: vlan(ether(p), 0x6000)),
        ("qinq_88a8", "Two tags, the outer one 88a8.", lambda p: vlan(vlan(ether(p), 12), 100, 0x88A8)),
        ("qinq_8100", "Two tags, both 8100.", lambda p: vlan(vlan(ether(p), 12), 100)),
        ("qinq_9100", "Two tags, the outer one 9100.", lambda p: vlan(vlan(ether(p), 12), 100, 0x9100)),
        ("vlan_three", "Three tags.", lambda p: vlan(vlan(vlan(ether(p), 12), 100), 1000, 0x88A8)),
        ("llc_snap", "IEEE 802.3 with LLC and SNAP.", llc),
        ("mpls", "One MPLS label.", lambda p: mpls(p, 16001)),
        ("mpls_three", "Three MPLS labels.", lambda p: mpls(p, 16001, 24, 3000)),
        ("mpls_ethernet", "Ethernet in MPLS with a control word.", lambda p: mpls(bytes(4) + ether(p), 16001, 77)),
        ("mpls_vlan", "A VLAN tag, then MPLS.", lambda p: vlan(mpls(p, 16001), 5)),
        ("pppoe", "PPPoE.", pppoe),
        ("pppoe_vlan", "PPPoE in a VLAN, as access networks have it.", lambda p: vlan(pppoe(p), 7)),
    ],
    "tls_sni",
    "tag",
)
def tagged(wrap):
    return pcap([wrap(p) for p in PACKETS])


def gre(packet, flags=0, extra=b"", kind=None):
    return ip4(OUTER, OUTER_SERVER, wire.GRE, struct.pack("!H", flags) + (kind or ethertype(packet)) + extra + packet)


def in_udp(port, payload, sport=49999):
    return udp(OUTER, sport, OUTER_SERVER, port, payload)


def erspan_2(packet):
    return gre(struct.pack("!HHI", 1 << 12 | 12, 1, 5) + ether(packet), 0x1000, struct.pack("!I", 9), b"\x88\xbe")


def erspan_3(packet, platform=b""):
    head = struct.pack("!HHIHH", 2 << 12 | 12, 1, 123456, 0, 0x0008 | bool(platform)) + platform
    return gre(head + ether(packet), 0x1000, struct.pack("!I", 9), b"\x22\xeb")


def vxlan(packet, port=4789):
    return in_udp(port, b"\x08\0\0\0\0\x12\x34\0" + ether(packet))


def geneve(packet, options=b""):
    return in_udp(6081, bytes([len(options) // 4, 0]) + b"\x65\x58\0\x12\x34\0" + options + ether(packet))


def gtp(packet, extension=b""):
    body = extension + packet
    return in_udp(2152, bytes([0x34 if extension else 0x30, 0xFF]) + struct.pack("!HI", len(body), 0xABCD) + body, 2152)


GTP_SESSION = b"\0\0\0\x85" + b"\1\x10\1\0"  # sequence, N-PDU, next; PDU session container
TEREDO = "2001:0:5ef5:79fd:0:59d:a0d6:3fb8"


def teredo(packet, head=b""):
    return udp(CLIENT, 50002, OUTER_SERVER, 3544, head + packet)


def tzsp(packet, tags=b"\1"):
    return in_udp(37008, b"\1\0\0\1" + tags + ether(packet))


@family(
    [
        ("gre", "GRE.", gre),
        ("gre_key", "GRE with a key.", lambda p: gre(p, 0x2000, b"\0\0\0\x2a")),
        (
            "gre_all",
            "GRE with checksum, key and sequence number.",
            lambda p: gre(p, 0xB000, bytes(4) + b"\0\0\0\x2a\0\0\0\1"),
        ),
        (
            "gre_ethernet",
            "Ethernet in GRE with a key (NVGRE).",
            lambda p: gre(ether(p), 0x2000, b"\0\x12\x34\0", b"\x65\x58"),
        ),
        ("erspan_1", "ERSPAN, type I.", lambda p: gre(ether(p), 0, b"", b"\x88\xbe")),
        ("erspan_2", "ERSPAN, type II.", erspan_2),
        ("erspan_3", "ERSPAN, type III.", erspan_3),
        (
            "erspan_3_platform",
            "ERSPAN, type III, with the platform's own header.",
            lambda p: erspan_3(p, bytes([0x14, *range(7)])),
        ),
        ("vxlan", "VXLAN.", vxlan),
        ("vxlan_8472", "VXLAN on the port that Linux uses by default.", lambda p: vxlan(p, 8472)),
        (
            "vxlan_vlan",
            "VXLAN, tags outside and inside.",
            lambda p: in_udp(4789, b"\x08\0\0\0\0\x12\x34\0" + vlan(ether(p), 9)),
        ),
        ("geneve", "GENEVE.", geneve),
        ("geneve_options", "GENEVE with options.", lambda p: geneve(p, b"\1\2\x80\2" + bytes(8))),
        ("geneve_ip", "GENEVE around IP, with no Ethernet.", lambda p: in_udp(6081, b"\0\0\x08\0\0\x12\x34\0" + p)),
        ("gtp", "GTP-U.", gtp),
        ("gtp_5g", "GTP-U with the extension header of 5G.", lambda p: gtp(p, GTP_SESSION)),
        ("ipip", "IP in IP.", lambda p: ip4(OUTER, OUTER_SERVER, wire.IPIP, p)),
        ("4in6", "IPv4 in IPv6.", lambda p: ip6("2001:db8::1", "2001:db8::2", wire.IPIP, p)),
        ("tzsp", "TZSP.", tzsp),
        ("tzsp_tags", "TZSP with padding and tags.", lambda p: tzsp(p, b"\0\x0a\1\xc8\x12\1\6\1")),
        ("vxlan_in_gre", "VXLAN in GRE.", lambda p: gre(vxlan(p))),
        ("gtp_in_vxlan", "GTP-U in VXLAN.", lambda p: vxlan(gtp(p))),
        (
            "ipip_three",
            "IP in IP in IP in IP.",
            lambda p: ip4(
                OUTER, OUTER_SERVER, 4, ip4("203.0.113.1", "203.0.113.2", 4, ip4("192.0.2.7", "192.0.2.8", 4, p))
            ),
        ),
    ],
    "tls_sni",
    "tunnel",
)
def tunnelled(wrap):
    return [wrap(p) for p in PACKETS]


@case(tls_sni=TRACKER)
def tunnel_mpls_in_gre_in_vlan():
    "MPLS in GRE in a VLAN."
    return pcap(
        [vlan(ether(gre(struct.pack("!I", 16001 << 12 | 1 << 8 | 64) + p, kind=b"\x88\x47")), 12) for p in PACKETS]
    )


@family(
    [
        ("6in4", "IPv6 in IPv4.", lambda p: ip4(OUTER, OUTER_SERVER, wire.IP6, p)),
        ("gre_6", "IPv6 in GRE.", gre),
        ("vxlan_6", "IPv6 in VXLAN.", vxlan),
        ("gtp_6", "IPv6 in GTP-U.", gtp),
    ],
    "tls_sni",
    "tunnel",
)
def tunnelled6(wrap):
    return [wrap(p) for p in PACKETS6]


@family(
    [
        ("teredo", "Teredo.", b""),
        ("teredo_origin", "Teredo with an origin indication.", b"\0\0\x63\xbf\x3f\x57\xfe\xf5"),
        (
            "teredo_authentication",
            "Teredo with authentication and origin.",
            b"\0\1\0\0" + bytes(9) + b"\0\0\x63\xbf\x3f\x57\xfe\xf5",
        ),
    ],
    "tls_sni",
    "tunnel",
)
def through_teredo(head):
    return [teredo(p, head) for p in upload(HELLO, [200], client=TEREDO, server=wire.SERVER6)]
