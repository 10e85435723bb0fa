# SPDX-License-Identifier: Apache-2.0
"""What comes late, again or without end: patience, second tries, bounds."""
import struct

import dns
import savefile
import tls
import wire
from cases_found import slowly
from registry import TRACKER, case
from wire import ACK, CLIENT, PSH, RESOLVER, RST, SERVER, SYN, Tcp, ether, every, pieces, udp, upload

HELLO = tls.hello(TRACKER)
NAME_AT = HELLO.index(TRACKER.encode())
REQUEST = f"GET /pixel HTTP/1.1\r\nHost: {TRACKER}\r\nAccept: */*\r\n\r\n".encode()


def paused(packets, after, seconds):
    """The packets a millisecond apart, with a pause behind the first `after` of them."""
    out = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, savefile.ETHERNET)]
    for n, frame in enumerate(map(ether, packets)):
        second = savefile.BEGIN + (seconds if n >= after else 0)
        out.append(struct.pack("<IIII", second, n * 1000, len(frame), len(frame)) + frame)
    return b"".join(out)


def while_others_talk(packets, after, seconds):
    """The same, while another host's questions let time pass."""
    rest = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, savefile.ETHERNET)]
    asked = [(s, udp("10.20.0.77", 40001, RESOLVER, 53, dns.query("clock.example"))) for s in range(1, seconds)]
    timed = [(0, p) for p in packets[:after]] + asked + [(seconds, p) for p in packets[after:]]
    for n, (second, packet) in enumerate(timed):
        frame = ether(packet)
        rest.append(struct.pack("<IIII", savefile.BEGIN + second, n, len(frame), len(frame)) + frame)
    return b"".join(rest)


@case(tls_sni=TRACKER, contact=f"{TRACKER} certain")
def late_hello_25s():
    "The client opens a connection before it has anything to say: its hello comes 25 s later, in two segments."
    return while_others_talk(upload(HELLO, [200]), 3, 25)


@case(tls_sni=TRACKER)
def late_hello_5min():
    "The hello comes five minutes after the handshake."
    return while_others_talk(upload(HELLO, [NAME_AT + 9]), 3, 300)


@case(http_host=TRACKER)
def late_request():
    "The request comes 40 s after the handshake, and nothing in between."
    return paused(upload(REQUEST, [20], sport=80), 3, 40)


@case(tls_sni=TRACKER)
def late_hello_client_side_only():
    "Only the client was captured, and its hello comes 30 s after its handshake."
    packets = [p for p in upload(HELLO, [200]) if p[12:16] == wire.address(CLIENT)]
    return while_others_talk(packets, 2, 30)


@case(tls_sni=TRACKER)
def late_hello_after_banner():
    "The server greets at once; the client waits 30 s with STARTTLS."
    tcp = Tcp(sport=25)
    said = [(1, b"220 mx.example ESMTP\r\n"), (0, b"EHLO desk\r\n"), (1, b"250-mx.example\r\n250 STARTTLS\r\n")]
    said += [(0, b"STARTTLS\r\n"), (1, b"220 go ahead\r\n"), (0, HELLO[:200]), (0, HELLO[200:])]
    return while_others_talk([*tcp.open(), *(tcp.packet(side, PSH | ACK, data) for side, data in said)], 4, 30)


@case(tls_sni=TRACKER)
def late_hello_keep_alives():
    "Keep-alives, a byte before the next, go to and fro for a minute before the hello."
    tcp = Tcp()
    out = tcp.open()
    for _ in range(6):
        out += [tcp.packet(0, ACK, b"\0", at=-1), tcp.ack()]
    return slowly([*out, tcp.client(HELLO[:200]), tcp.client(HELLO[200:]), tcp.ack()], 5)


@case(tls_sni=TRACKER, outcome="established", contacts="1")
def retried_after_reset():
    "A SYN is refused by a RST; the same SYN again is answered, and the hello comes in two segments."
    tcp = Tcp()
    syn, syn_ack, ack = tcp.open()
    refusal = tcp.packet(1, RST | ACK, at=-1)
    flight = [tcp.client(HELLO[:200]), tcp.client(HELLO[200:]), tcp.ack(), tcp.server(tls.server_flight())]
    return [syn, refusal, syn, syn_ack, ack, *flight, *tcp.close()]


@case(tls_sni=TRACKER)
def forged_reset_split():
    "A forged reset comes in the handshake; the hello is in three segments."
    tcp = Tcp()
    opening = tcp.open()
    parts = tcp.client_pieces(pieces(HELLO, [100, NAME_AT + 9]))
    return [*opening, tcp.packet(1, RST | ACK, at=0), *parts, tcp.server(tls.server_flight())]


@case(tls_sni=TRACKER)
def repeat_hides_hole():
    "Repeated and overlapping segments make the count of bytes right while a hole is open: the name is in what fills it."
    tcp, cut = Tcp(), NAME_AT + 9
    parts = [(0, HELLO[: NAME_AT - 20]), (0, HELLO[: NAME_AT - 20]), (cut, HELLO[cut:]), (cut + 10, HELLO[cut + 10 :])]
    filler = (NAME_AT - 20, HELLO[NAME_AT - 20 : cut])
    return [*tcp.open(), *tcp.client_pieces(parts), tcp.ack(), *tcp.client_pieces([filler]), tcp.ack(), *tcp.close()]


@case(http_host=TRACKER, stats="questions.gaps_skipped")
def bound_hole_is_given_up():
    "The first segment never comes, and 100 KB follow: what is held is bounded, the hole is given up and counted."
    tcp = Tcp(sport=80)
    size = 98000
    post = b"POST / HTTP/1.1\r\nHost: first.example\r\nContent-Length: %d\r\n\r\n" % size
    data = post + bytes(size)
    parts = every(data, 1400)[1:]
    return [*tcp.open(), *tcp.client_pieces(parts), tcp.client(REQUEST, at=len(data)), tcp.ack(), *tcp.close()]


@case(stats="questions.given_up", never=[("tls_sni", "*")])
def bound_never_said():
    "Half a record header, and nothing more for an hour: the question is given up, and counted."
    tcp = Tcp()
    return while_others_talk([*tcp.open(), tcp.client(HELLO[:4]), tcp.ack()], 5, 60)


@case(http_host=TRACKER, stats="questions.assembly_refused")
def bound_head_without_end():
    "A request's head that never ends: it is held up to the bound of a flow, then given up, and counted; its Host was whole."
    data = REQUEST[:-2] + b"Cookie: " + b"c" * 300000
    tcp = Tcp(sport=80)
    return [*tcp.open(), *tcp.client_pieces(every(data, 1400)), tcp.ack(), *tcp.close()]


@case(http_host=TRACKER)
def cut_by_snaplen_http():
    "The head is cut behind the Host by the snaplen: the name was whole."
    at = REQUEST.index(TRACKER.encode()) + len(TRACKER) + 4
    return savefile.pcap([ether(p) for p in upload(REQUEST, sport=80)], snaplen=54 + at)


def ipip(packet, count):
    for n in range(count):
        packet = wire.ip4(f"192.0.2.{1 + n % 100}", f"203.0.113.{1 + n % 100}", wire.IPIP, packet, fragment=0)
    return packet


@case(stats="decoder.other", never=[("tls_sni", "*")])
def bound_tunnels():
    "IP in IP, sixty times: peeling ends at a bound, and what is left is counted as it stands."
    return [ipip(p, 60) for p in upload(HELLO)]


@case(tls_sni=TRACKER)
def tunnels_four():
    "GRE in IP in IP in a VLAN, in IP in IP again."
    return [ipip(p, 4) for p in upload(HELLO, [200])]


@case(dns_answer=TRACKER, contact=f"{TRACKER} strong")
def address_from_hint():
    "The client calls an address that it knows from an HTTPS record's hint; the hello has no name."
    record = dns.https(dns.pointer(12), hints=[SERVER])
    return [
        udp(CLIENT, 40001, RESOLVER, 53, dns.query((TRACKER, dns.HTTPS))),
        udp(RESOLVER, 53, CLIENT, 40001, dns.message(dns.ANSWER, [(TRACKER, dns.HTTPS)], [record])),
        *upload(tls.hello(None)),
    ]


@case(dns_answer=TRACKER, contact=f"{TRACKER} strong")
def address_from_aaaa():
    "The same by an AAAA record."
    return [
        udp(wire.CLIENT6, 40001, "2001:db8:20::53", 53, dns.query((TRACKER, dns.AAAA))),
        udp("2001:db8:20::53", 53, wire.CLIENT6, 40001, dns.message(dns.ANSWER, [(TRACKER, dns.AAAA)], [dns.a(dns.pointer(12), wire.SERVER6)])),
        *upload(tls.hello(None), client=wire.CLIENT6, server=wire.SERVER6),
    ]


@case(tls_cert=TRACKER, contact=f"{TRACKER} strong", never=[("tls_sni", "*")])
def certificate_hello_missed():
    "The capture begins behind the hello; both sides go on, and the server's certificate (TLS 1.2) names it."
    tcp = Tcp()
    tcp.open()
    hello = tls.hello(TRACKER, versions=())
    tcp.client(hello)
    flight = tls.server_flight_12(TRACKER, [TRACKER])
    said = [tcp.server(part) for _, part in pieces(flight, [300])]
    more = tls.record(tls.noise(70, 5)[:37], 22, 0x0303) + tls.record(b"\1", 20, 0x0303)
    return [*said, tcp.packet(0, ACK), tcp.client(more), tcp.server(tls.record(tls.noise(200, 6), 23, 0x0303)), *tcp.close()]


@case(tls_cert=TRACKER, contact=f"{TRACKER} strong")
def certificate_hello_without_name():
    "The hello has no name; the certificate has (TLS 1.2)."
    return wire.talk((0, tls.hello(None, versions=())), (1, tls.server_flight_12("edge", [TRACKER])))


@case(tls_sni="shop.example", never=[("tls_cert", "*"), ("contact", "*")])
def certificate_is_not_asked():
    "The hello names another host than the certificate: who was asked for counts."
    return wire.talk((0, tls.hello("shop.example", versions=())), (1, tls.server_flight_12("edge", [TRACKER])))
