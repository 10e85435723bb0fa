# SPDX-License-Identifier: Apache-2.0
"""Who the host is: what it says of itself, never what it asks for; and what of its DNS is encrypted."""
import struct

import dns
import quic
import tls
import wire
from registry import TRACKER, case
from tls import block
from wire import CLIENT, CLIENT6, RESOLVER, SERVER, SERVER6, udp, upload

ANSWER = 0x8400
HELLO = tls.hello(TRACKER)
FLOW, FLOW6 = upload(HELLO), upload(HELLO, client=CLIENT6, server=SERVER6)
NAMED = [("local", "front-desk mdns"), ("local", "front-desk llmnr")]


def announce(owner, address, sender=CLIENT, port=5353, group="224.0.0.251"):
    return udp(sender, port, group, port, dns.message(ANSWER, [], [dns.a(owner, address)], ident=0))


@case(local="front-desk mdns")
def host_mdns_announcement():
    "A host announces its own address under its name."
    return [announce("Front-Desk.local", CLIENT), *FLOW]


@case(local="front-desk mdns")
def host_mdns_ipv6():
    "The same with IPv6."
    return [announce("front-desk.local", CLIENT6, CLIENT6, group="ff02::fb"), *FLOW6]


@case(tls_sni=TRACKER, never=NAMED)
def host_mdns_of_another():
    "A sleep proxy announces the address of somebody else: only a host itself says what it is called."
    return [announce("front-desk.local", CLIENT, "10.20.0.7"), *FLOW, announce("front-desk.local", "10.20.0.7", CLIENT)]


@case(tls_sni=TRACKER, never=NAMED)
def host_mdns_question():
    "What a host asks for is not its name."
    asked = dns.query("front-desk.local", answers=[dns.a(dns.pointer(12), CLIENT)])
    return [udp(CLIENT, 5353, "224.0.0.251", 5353, asked), *FLOW]


@case(tls_sni=TRACKER, never=NAMED)
def host_mdns_not_local():
    "A multicast answer with a name of the internet names no host."
    return [announce("front-desk.example", CLIENT), *FLOW]


@case(local="front-desk llmnr")
def host_llmnr():
    "A host answers in LLMNR for its own name with its own address."
    answer = dns.message(0x8000, [("front-desk", dns.A)], [dns.a(dns.pointer(12), CLIENT)])
    return [udp(CLIENT, 5355, "10.20.0.9", 50123, answer), *FLOW]


def option(code, value):
    return bytes([code]) + block(1, value)


@case(local="front-desk dhcp")
def host_dhcp():
    "A DHCP request holds the host's name and the address that it asks for."
    head = b"\1\1\6\0" + b"\x11\x22\x33\x44" + bytes(20) + wire.mac(FLOW[0], 12) + bytes(10 + 64 + 128)
    options = option(53, b"\3") + option(50, wire.address(CLIENT)) + option(12, b"Front-Desk") + b"\xff"
    return [udp("0.0.0.0", 68, "255.255.255.255", 67, head + b"\x63\x82\x53\x63" + options), *FLOW]


def option6(code, value):
    return struct.pack("!H", code) + block(2, value)


@case(local="front-desk dhcpv6")
def host_dhcpv6():
    "A DHCPv6 request holds the host's name (RFC 4704) and its address."
    duid = struct.pack("!HH", 3, 1) + b"\2\0\0\0\0\5"
    lease = option6(5, wire.address(CLIENT6) + struct.pack("!II", 300, 600))
    body = option6(1, duid) + option6(3, bytes(12) + lease) + option6(39, b"\0" + dns.name("front-desk"))
    return [udp("fe80::5", 546, "ff02::1:2", 547, b"\3\1\2\3" + body), *FLOW6]


def netbios(name, suffix=0):
    """RFC 1001, section 14.1: each half of an octet is a letter."""
    octets = name.ljust(15).encode() + bytes([suffix])
    return block(1, bytes(0x41 + half for octet in octets for half in (octet >> 4, octet & 15))) + b"\0"


@case(local="front-desk netbios")
def host_netbios():
    "A host registers its NetBIOS name."
    entry = netbios("FRONT-DESK") + struct.pack("!HH", 0x20, 1)
    more = dns.pointer(12) + struct.pack("!HHI", 0x20, 1, 300) + block(2, b"\0\0" + wire.address(CLIENT))
    body = struct.pack("!HHHHHH", 7, 0x2910, 1, 0, 0, 1) + entry + more
    return [udp(CLIENT, 137, "10.20.0.255", 137, body), *FLOW]


@case(tls_sni=TRACKER, never=[("local", "front-desk netbios")])
def host_netbios_question():
    "A host asks who has a NetBIOS name: it is not its own."
    body = struct.pack("!HHHHHH", 7, 0x0110, 1, 0, 0, 0) + netbios("FRONT-DESK") + struct.pack("!HH", 0x20, 1)
    return [udp(CLIENT, 137, "10.20.0.255", 137, body), *FLOW]


@case(doh="1", tls_sni="chrome.cloudflare-dns.com")
def doh_known_name():
    "h2 to a public resolver's name."
    return upload(tls.hello("chrome.cloudflare-dns.com"))


@case(doh="1", tls_sni="ab12cd.dns.nextdns.io")
def doh_below_a_name():
    "h2 to a customer's name below a resolver's."
    return upload(tls.hello("ab12cd.dns.nextdns.io"))


@case(doh="1")
def doh_known_address():
    "h2 with no name to a public resolver's address."
    return upload(tls.hello(None), server="9.9.9.9")


@case(tls_sni="notcloudflare-dns.com", never=[("doh", "*")])
def doh_lookalike():
    "A name that only ends like a resolver's."
    return upload(tls.hello("notcloudflare-dns.com"))


@case(tls_sni="dns.google", never=[("doh", "*")])
def doh_no_http():
    "A resolver's name, but no protocol that carries DoH is offered."
    return upload(tls.hello("dns.google", protocols=("http/1.1",)))


@case(doh="1", quic_sni="dns.google")
def doh_quic():
    "h3 to a public resolver."
    return [udp(CLIENT, 50443, SERVER, 443, quic.initial(quic.crypto(0, quic.hello("dns.google"))))]


@case(dot="1", tls_sni="resolver.example")
def dot():
    "TLS on port 853."
    return upload(tls.hello("resolver.example", protocols=("dot",)), sport=853)


@case(doq="1", quic_sni="resolver.example")
def doq():
    "QUIC on port 853."
    return [udp(CLIENT, 50443, RESOLVER, 853, quic.initial(quic.crypto(0, quic.hello("resolver.example"))))]
