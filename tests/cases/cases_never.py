# SPDX-License-Identifier: Apache-2.0
"""Names that are there and that nobody asked for in this place: a sensor that gives them accuses somebody of nothing."""
import struct

import dns
import quic
import tls
import wire
from registry import TRACKER, case
from wire import CLIENT, RESOLVER, SERVER, ip4, ip6, talk, udp, upload

HELLO = tls.hello(TRACKER)
REQUEST = f"GET /pixel HTTP/1.1\r\nHost: {TRACKER}\r\n\r\n".encode()
OURS = [("*", TRACKER)]


def unreachable(packet, source="192.0.2.254"):
    """ICMP destination unreachable, sent to the packet's sender, quoting all of it."""
    six = packet[0] >> 4 == 6
    head = bytes([1, 4] if six else [3, 3])
    sender = wire.ipaddress.ip_address(packet[8:24] if six else packet[12:16])
    body = head + b"\0\0" + bytes(4) + packet
    if six:
        total = wire.transport_checksum("2001:db8::fe", str(sender), wire.ICMP6, body)
        return ip6("2001:db8::fe", str(sender), wire.ICMP6, head + struct.pack("!H", total) + body[4:])
    return ip4(source, str(sender), wire.ICMP, head + struct.pack("!H", wire.checksum(body)) + body[4:])


@case(never=OURS)
def never_icmp_dns():
    "An ICMP error quotes a DNS question; the question itself was not captured."
    return [unreachable(udp(CLIENT, 40001, RESOLVER, 53, dns.query(TRACKER)))]


@case(never=OURS)
def never_icmp_tls():
    "An ICMP error quotes a segment with a hello."
    return [unreachable(upload(HELLO)[3])]


@case(never=OURS)
def never_icmp_quic():
    "An ICMP error quotes an Initial."
    return [unreachable(udp(CLIENT, 50443, SERVER, 443, quic.initial(quic.crypto(0, quic.hello(TRACKER)))))]


@case(never=OURS)
def never_icmp6_dns():
    "An ICMPv6 error quotes a DNS question."
    return [unreachable(udp(wire.CLIENT6, 40001, "2001:db8::53", 53, dns.query(TRACKER)))]


@case(http_host="upload.example", never=OURS)
def never_http_request_body():
    "The body of a POST looks like a request."
    head = f"POST /log HTTP/1.1\r\nHost: upload.example\r\nContent-Length: {len(REQUEST)}\r\n\r\n".encode()
    return upload(head + REQUEST, [len(head)], sport=80)


@case(http_host="upload.example", never=OURS)
def never_http_request_body_hello():
    "The body of a POST is a ClientHello."
    head = f"POST /log HTTP/1.1\r\nHost: upload.example\r\nContent-Length: {len(HELLO)}\r\n\r\n".encode()
    return upload(head + HELLO, [len(head)], sport=80)


@case(http_host=["upload.example", "after.example"], never=OURS)
def never_http_chunked_body():
    "A chunk of a POST looks like a request; a true one follows."
    head = b"POST /log HTTP/1.1\r\nHost: upload.example\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = f"{len(REQUEST):x}\r\n".encode() + REQUEST + b"\r\n0\r\n\r\n"
    return upload(head + chunk + b"GET / HTTP/1.1\r\nHost: after.example\r\n\r\n", [len(head)], sport=80)


@case(http_host="download.example", never=OURS)
def never_http_response_body():
    "The body of an answer looks like a request, and then like a hello."
    body = REQUEST + HELLO
    answer = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    return talk((0, b"GET /x HTTP/1.1\r\nHost: download.example\r\n\r\n"), (1, answer), (1, body), sport=80)


@case(http_host="page.example", never=[("http_host", TRACKER)])
def never_http_header_lookalike():
    "Headers whose names end in Host, or come behind the head, name no host."
    head = f"GET / HTTP/1.1\r\nX-Host: {TRACKER}\r\nX-Forwarded-Host: {TRACKER}\r\nHost: page.example\r\n\r\nHost: {TRACKER}\r\n\r\n"
    return upload(head.encode(), sport=80)


@case(never=OURS)
def never_hello_in_stream():
    "A blob that looks like a hello, in a segment of its own, in the middle of another protocol."
    return talk(
        (0, b"\x01\x02binary\x00protocol" + tls.noise(400, 81)),
        (1, tls.noise(300, 82)),
        (0, HELLO),
        (1, tls.noise(90, 83)),
        sport=7777,
    )


@case(tls_sni="outer.example", never=OURS)
def never_hello_in_tls():
    "Behind a hello of their own, application data hold what looks like a record with another hello."
    data = tls.record(tls.noise(200, 84), 23, 0x0303) + tls.record(HELLO, 23, 0x0303)
    return talk((0, tls.hello("outer.example")), (1, tls.server_flight()), (0, data), sport=443)


@case(never=OURS)
def never_hello_from_server():
    "A server that speaks first sends what looks like a hello."
    return talk((1, HELLO), (0, b"thank you\r\n"), sport=7777)


@case(dns_query="text.example", never=OURS)
def never_dns_text():
    "A TXT record holds the name."
    ask = udp(CLIENT, 40001, RESOLVER, 53, dns.query(("text.example", dns.TXT)))
    record = dns.rr(dns.pointer(12), dns.TXT, tls.block(1, TRACKER.encode()))
    return [ask, udp(RESOLVER, 53, CLIENT, 40001, dns.message(dns.ANSWER, [("text.example", dns.TXT)], [record]))]


@case(dns_query="shop.example", never=OURS)
def never_dns_bystander():
    "A record in the additional section of an answer: nobody asked for it, and no alias leads there."
    ask = udp(CLIENT, 40001, RESOLVER, 53, dns.query("shop.example"))
    answer = dns.message(
        dns.ANSWER, ["shop.example"], [dns.a(dns.pointer(12), "203.0.113.5")], [dns.a(TRACKER, SERVER)]
    )
    return [ask, udp(RESOLVER, 53, CLIENT, 40001, answer)]


@case(never=OURS)
def never_quic_wrong_key():
    "An Initial whose tag is wrong: its bytes are nobody's word."
    bad = bytearray(quic.initial(quic.crypto(0, quic.hello(TRACKER))))
    bad[-1] ^= 1
    return [udp(CLIENT, 50443, SERVER, 443, bytes(bad))]


@case(never=OURS)
def never_syslog():
    "A syslog line holds a request."
    return [udp(CLIENT, 40514, RESOLVER, 514, b"<134>1 - proxy squid - - - " + REQUEST)]


@case(never=OURS)
def never_quic_server_hello_name():
    "The server's Initial carries a handshake message that looks like a hello."
    frames = quic.ACK + quic.crypto(0, quic.hello(TRACKER))
    return [
        udp(
            SERVER,
            443,
            CLIENT,
            50443,
            quic.initial(frames, dcid=quic.SCID, scid=b"serverid", key_dcid=quic.DCID, side="server"),
        )
    ]
