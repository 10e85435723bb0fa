# SPDX-License-Identifier: Apache-2.0
"""One host, several addresses: DNS is asked over one family, the page and the tracker are called over another."""
import dns
import savefile
import tls
import wire
from registry import TRACKER, case
from wire import CLIENT, CLIENT6, RESOLVER, SERVER, SERVER6, udp, upload

CARD, ROUTER = b"\2\0\0\0\1\1", b"\2\0\0\0\0\1"
PAGE, PAGE_SERVER = "dmv.utah.example", "198.51.100.80"
LINK_LOCAL, RESOLVER6 = "fe80::101", "fe80::1"


def is_from_client(packet):
    six = packet[0] >> 4 == 6
    source = packet[8:24] if six else packet[12:16]
    return source in [wire.address(a) for a in (CLIENT, CLIENT6, LINK_LOCAL, "10.20.0.102")]


def capture(packets, hops=64):
    """Frames of one card, and of the router before it; `hops`: what the client's IPv6 packets have left."""
    frames = []
    for packet in packets:
        if packet[0] >> 4 == 6 and is_from_client(packet):
            packet = packet[:7] + bytes([hops]) + packet[8:]
        ends = (CARD, ROUTER) if is_from_client(packet) else (ROUTER, CARD)
        frames.append(wire.ether(packet, src=ends[0], dst=ends[1]))
    return savefile.pcap(frames)


def asked(name, address, client=CLIENT, resolver=RESOLVER):
    question = (name, dns.AAAA if ":" in address else dns.A)
    return [
        udp(client, 40001, resolver, 53, dns.query(question)),
        udp(resolver, 53, client, 40001, dns.message(dns.ANSWER, [question], [dns.a(dns.pointer(12), address)])),
    ]


def unnamed(client=CLIENT6):
    return upload(tls.hello(None), client=client, server=SERVER6)


def visit(client, server):
    return upload(tls.hello(PAGE), client=client, server=server, cport=49160)


def call(client, server):
    return upload(tls.hello(TRACKER), client=client, server=server, cport=49161)


@case(contact=f"{TRACKER} strong", dns_answer=TRACKER)
def kin_asked_over_four():
    "DNS is asked over IPv4; the flow without a name goes over IPv6."
    return capture(asked(TRACKER, SERVER6) + unnamed())


@case(contact=f"{TRACKER} strong", dns_answer=TRACKER)
def kin_asked_over_link_local():
    "DNS is asked of the router's link-local address; the flow comes from the global one."
    return capture(asked(TRACKER, SERVER6, LINK_LOCAL, RESOLVER6) + unnamed())


@case(contact=f"{TRACKER} strong", dns_answer=TRACKER)
def kin_six_first():
    "The same the other way round: the host is met with IPv6, and its flow goes over IPv4."
    quiet = upload(tls.hello(None), server=SERVER)
    return capture(asked(TRACKER, SERVER, CLIENT6, "2001:db8::53") + quiet)


@case(site=PAGE)
def kin_page_over_four():
    "The page has IPv4 only, the tracker is called over IPv6."
    return capture(visit(CLIENT, PAGE_SERVER) + call(CLIENT6, SERVER6))


@case(site=PAGE)
def kin_page_over_six():
    "The page has IPv6, the tracker IPv4 only."
    return capture(visit(CLIENT6, SERVER6) + call(CLIENT, SERVER))


@case(contact=f"{TRACKER} certain", never=[("site", "*"), ("contact", f"{TRACKER} strong")])
def kin_behind_router():
    "What a router passes on has its MAC, and is not one host's."
    return capture(visit(CLIENT, PAGE_SERVER) + asked(TRACKER, SERVER6) + unnamed() + call(CLIENT6, SERVER6), hops=63)


@case(contact=f"{TRACKER} certain", never=[("site", "*")])
def kin_two_fours():
    "A MAC with two IPv4 addresses is no host's whose IPv6 address could be told."
    other = asked("other.example", PAGE_SERVER, client="10.20.0.102")
    return capture(visit(CLIENT, PAGE_SERVER) + other + call(CLIENT6, SERVER6))


@case(local="mac 02:00:00:00:01:01", contact=f"{TRACKER} certain")
def kin_global_address():
    "A client with a global address, on this link: the MAC is its own, though no config says that the prefix is ours."
    return capture(call(CLIENT6, SERVER6))


@case(contact=f"{TRACKER} certain", never=[("local", "mac 02:00:00:00:01:01")])
def kin_global_address_behind_router():
    "The same behind a router: the MAC is the router's."
    return capture(call(CLIENT6, SERVER6), hops=63)
