# SPDX-License-Identifier: Apache-2.0
"""Who the host is: what it says of itself, never what it asks for; and what of its DNS is encrypted."""
import struct

import dns
import quic
import savefile
import tls
import wire
from registry import TRACKER, case
from tls import block
from wire import CLIENT, CLIENT6, RESOLVER, SERVER, SERVER6, ip6, udp, upload

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


def dhcp(options, kind=3, given="0.0.0.0", sport=68, ends=("0.0.0.0", "255.255.255.255")):
    head = bytes([2 if sport == 67 else 1]) + b"\1\6\0" + b"\x11\x22\x33\x44" + bytes(8) + wire.address(given)
    head += bytes(8) + wire.mac(FLOW[0], 12) + bytes(10 + 64 + 128)
    return udp(ends[0], sport, ends[1], 135 - sport, head + b"\x63\x82\x53\x63" + option(53, bytes([kind])) + options + b"\xff")


ASKED = option(50, wire.address(CLIENT))
CLIENT_ID, WANTED = option(61, b"\1" + wire.mac(FLOW[0], 12)), option(55, bytes([1, 3, 6, 15, 119, 252]))


@case(local="front-desk dhcp")
def host_dhcp():
    "A DHCP request holds the host's name (12) and the address that it asks for (50)."
    return [dhcp(ASKED + option(12, b"Front-Desk")), *FLOW]


@case(local="front-desk dhcp")
def host_dhcp_all_options():
    "The same among what a client of today sends: its id (61), what it wants to know (55), padding, and a final NUL."
    return [dhcp(b"\0\0" + CLIENT_ID + ASKED + WANTED + option(60, b"MSFT 5.0") + option(12, b"Front-Desk\0")), *FLOW]


@case(local="front-desk dhcp")
def host_dhcp_renewal():
    "A client renews its lease: its address is in the header (ciaddr), none is asked for."
    message = bytearray(dhcp(option(12, b"front-desk"), ends=(CLIENT, "10.20.0.1")))
    message[28 + 12 : 28 + 16] = wire.address(CLIENT)
    return [bytes(message), *FLOW]


@case(local="front-desk.corp.example dhcp|front-desk dhcp")
def host_dhcp_fqdn():
    "The name is in the FQDN option (81), as text."
    return [dhcp(ASKED + option(81, b"\0\0\0front-desk.corp.example")), *FLOW]


@case(local="front-desk dhcp")
def host_dhcp_fqdn_encoded():
    "The name is in the FQDN option (81), as DNS writes it (RFC 4702, flag E)."
    return [dhcp(ASKED + option(81, b"\4\0\0" + dns.name("front-desk.corp.example"))), *FLOW]


@case(local="front-desk dhcp")
def host_dhcp_ack():
    "Only the server's DHCPACK was captured: it says whom it gave the address."
    return [dhcp(option(12, b"front-desk"), 5, CLIENT, 67, ("10.20.0.1", CLIENT)), *FLOW]


@case(local="front-desk dhcp")
def host_dhcp_overload():
    "The name lies in the field for the boot file (option 52)."
    message = bytearray(dhcp(ASKED + option(52, b"\1")))
    named = option(12, b"front-desk") + b"\xff"
    at = 28 + 28 + 16 + 64
    message[at : at + len(named)] = named
    return [bytes(message), *FLOW]


def remote(identity, given, kind=5):
    """A lease to a client that says no hardware address (a VPN's), by way of a server elsewhere."""
    message = bytearray(dhcp(option(61, identity), kind, given, 67, ("10.20.0.1", given)))
    message[28 + 1 : 28 + 3] = b"\0\0"
    return bytes(message)


MOVED = upload(HELLO, client="10.20.0.99")


@case(local="id ff00000001aabb")
def host_dhcp_client_id():
    "A client without a hardware address is what it calls itself (option 61); there are no MACs in the capture."
    return savefile.pcap([remote(b"\xff\0\0\0\1\xaa\xbb", CLIENT), *FLOW], savefile.RAW)


@case(local="host id ff00000001aabb 2", never=[("local", "host id ff00000001aabb 1")])
def host_dhcp_client_id_moved():
    "The same client gets another address: one host with two contacts."
    leases = [remote(b"\xff\0\0\0\1\xaa\xbb", a) for a in (CLIENT, "10.20.0.99")]
    return savefile.pcap([leases[0], *FLOW, leases[1], *MOVED], savefile.RAW)


@case(local="mac 02:00:00:00:00:05")
def host_dhcp_client_id_is_mac():
    "An id that is a hardware address is that one (RFC 2132, section 9.14)."
    return savefile.pcap([remote(b"\1\2\0\0\0\0\5", CLIENT), *FLOW], savefile.RAW)


GATEWAY = b"\2\0\0\0\0\1"
INSIDE6 = "fd00:20::5"


def behind(packets):
    """All frames bear the router's MAC."""
    return [wire.ether(p, src=GATEWAY, dst=GATEWAY) for p in packets]


def advertisement(limit=255):
    head = b"\x86\0\0\0\x40\0\x07\x08" + bytes(8)
    total = wire.transport_checksum("fe80::1", "ff02::1", wire.ICMP6, head)
    packet = bytearray(ip6("fe80::1", "ff02::1", wire.ICMP6, head[:2] + struct.pack("!H", total) + head[4:]))
    packet[7] = limit
    return bytes(packet)


def with_limit(packet, limit):
    return packet[:7] + bytes([limit]) + packet[8:]


ROUTERS = [("local", "mac 02:00:00:00:00:01")]


@case(local="mac 02:00:00:00:00:01")
def host_six_mac():
    "A host's MAC with IPv6, and an advertisement that came through a router, which is none."
    return savefile.pcap(behind([advertisement(64), *upload(HELLO, client=INSIDE6, server=SERVER6)]))


@case(tls_sni=TRACKER, never=ROUTERS)
def host_six_behind_advertised():
    "The MAC is that of a router that advertises itself (RFC 4861): it is not the host's."
    return savefile.pcap(behind([advertisement(), *upload(HELLO, client=INSIDE6, server=SERVER6)]))


@case(tls_sni=TRACKER, never=ROUTERS)
def host_six_behind_prefixes():
    "The MAC stands for nine prefixes."
    spoken = [udp(f"fd00:20:0:{n}::5", 40000, SERVER6, 9, b"x") for n in range(1, 10)]
    return savefile.pcap(behind([*spoken, *upload(HELLO, client=INSIDE6, server=SERVER6)]))


@case(tls_sni=TRACKER, never=ROUTERS)
def host_six_behind_hops():
    "The packets of three addresses have passed a router."
    spoken = [with_limit(udp(f"fd00:20::{n}", 40000, SERVER6, 9, b"x"), 63) for n in (7, 8, 9)]
    return savefile.pcap(behind([*spoken, *upload(HELLO, client=INSIDE6, server=SERVER6)]))


@case(local="mac 02:00:00:00:00:05", never=ROUTERS)
def host_six_behind_eui64():
    "Two addresses are made of other MACs (RFC 4291, appendix A): a router's, and each host's is in its address."
    spoken = [udp(f"fd00:20::ff:fe00:{n}", 40000, SERVER6, 9, b"x") for n in (5, 6)]
    return savefile.pcap(behind([*spoken, *upload(HELLO, client="fd00:20::ff:fe00:5", server=SERVER6)]))


@case(local="mac 02:00:00:00:00:01")
def host_six_privacy():
    "Forty addresses in the prefixes of one link are one host."
    spoken = [udp(f"fd00:20:0:{n % 3}::{n:x}:1", 40000, SERVER6, 9, b"x") for n in range(1, 41)]
    return savefile.pcap(behind([*spoken, *upload(HELLO, client=INSIDE6, server=SERVER6)]))


def option6(code, value):
    return struct.pack("!H", code) + block(2, value)


@case(local="front-desk dhcpv6")
def host_dhcpv6():
    "A DHCPv6 request holds the host's name (RFC 4704) and its address."
    duid = struct.pack("!HH", 3, 1) + b"\2\0\0\0\0\5"
    lease = option6(5, wire.address(CLIENT6) + struct.pack("!II", 300, 600))
    body = option6(1, duid) + option6(3, bytes(12) + lease) + option6(39, b"\0" + dns.name("front-desk"))
    return [udp("fe80::5", 546, "ff02::1:2", 547, b"\3\1\2\3" + body), *FLOW6]


@case(local="front-desk dhcpv6")
def host_dhcpv6_relayed():
    "The same by way of a relay (RFC 8415, section 19)."
    duid = struct.pack("!HH", 3, 1) + b"\2\0\0\0\0\5"
    lease = option6(5, wire.address(CLIENT6) + struct.pack("!II", 300, 600))
    body = b"\3\1\2\3" + option6(1, duid) + option6(3, bytes(12) + lease) + option6(39, b"\0" + dns.name("front-desk"))
    relay = b"\x0c\0" + wire.address("2001:db8:20::1") + wire.address("fe80::5") + option6(9, body)
    return [udp("2001:db8:20::1", 547, "2001:db8::547", 547, relay), *FLOW6]


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


@case(local="front-desk netbios")
def host_netbios_datagram():
    "A host announces itself in a datagram (RFC 1002, section 4.4)."
    body = netbios("FRONT-DESK", 0) + netbios("WORKGROUP", 0x1D) + b"\xffSMB" + bytes(60)
    head = b"\x11\2" + struct.pack("!H", 7) + wire.address(CLIENT) + struct.pack("!HHH", 138, len(body), 0)
    return [udp(CLIENT, 138, "10.20.0.255", 138, head + body), *FLOW]


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
