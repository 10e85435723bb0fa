# SPDX-License-Identifier: Apache-2.0
"""What is told beside a name: versions, ALPN, JA3, JA4, key shares, the browser; how often; what a record holds."""
import base64

import dns
import http2
import quic
import tls
import wire
from fingerprint import ja3, ja4
from http2 import AUTHORITY, field
from registry import TRACKER, case
from wire import CLIENT, RESOLVER, SERVER, Tcp, udp, upload

REQUEST = f"GET /pixel HTTP/1.1\r\nHost: {TRACKER}\r\nUser-Agent: Mozilla/5.0 (X11; Linux)\r\n\r\n".encode()

CONFIG = dns.ech_config("public.cdn.example")


@case(tls_sni=TRACKER, hello=["version TLS 1.3", "alpn h2,http/1.1", f"ja3 {ja3(tls.client_hello(TRACKER))}", f"ja4 {ja4(tls.client_hello(TRACKER))}"])
def hello_facts():
    "A hello of TLS 1.3: its version, its protocols, JA3 and JA4, counted here by another program."
    return upload(tls.hello(TRACKER), [200])


@case(hello=["version TLS 1.2", f"ja4 {ja4(tls.client_hello(TRACKER, versions=()))}"])
def hello_facts_12():
    "The same of TLS 1.2."
    return upload(tls.hello(TRACKER, versions=()))


@case(hello=f"ja4 {ja4(quic.hello(TRACKER), 'q')}", quic_sni=TRACKER)
def hello_facts_quic():
    "JA4 of a hello in QUIC."
    return [udp(CLIENT, 50443, SERVER, 443, quic.initial(quic.crypto(0, quic.hello(TRACKER))))]


@case(hello="post_quantum True", tls_sni=TRACKER)
def hello_post_quantum():
    "A key share of X25519MLKEM768 is said to be one."
    return upload(tls.hello(TRACKER, post_quantum=True), [1400])


@case(tls_sni=TRACKER, never=[("hello", "post_quantum True")])
def hello_no_post_quantum():
    "A hello with none is not said to have one."
    return upload(tls.hello(TRACKER))


@case(http=["agent Mozilla/5.0 (X11; Linux)", "method GET", "url /pixel"])
def http_facts():
    "A request's method, target and browser."
    return upload(REQUEST, sport=80)


def h2c(frames, cuts):
    return upload(http2.begin() + b"".join(frames), cuts, sport=80)


def requests(*names):
    return [http2.request(1 + 2 * i, field(AUTHORITY, name)) for i, name in enumerate(names)]


@case(count=[f"h2c_authority {TRACKER} 2", "h2c_authority first.example 1"])
def count_h2c():
    "Three requests of HTTP/2 over many segments: each is counted once, however often the window is read."
    return h2c(requests(TRACKER, "first.example", TRACKER), range(11, 200, 11))


@case(h2c_authority=[f"host-{i}.example" for i in range(40)] + [TRACKER])
def h2c_many_requests():
    "Forty-one requests of one connection, each for another host."
    return h2c(requests(*[f"host-{i}.example" for i in range(40)], TRACKER), range(1400, 9000, 1400))


@case(count=f"http_host {TRACKER} 3")
def count_http():
    "Three requests of HTTP/1, one of them cut."
    return upload(REQUEST * 3, [len(REQUEST) + 20], sport=80)


@case(count=f"tls_sni {TRACKER} 1")
def count_hello_repeated():
    "A hello that is sent three times is one."
    hello = tls.hello(TRACKER)
    tcp = Tcp()
    return [*tcp.open(), tcp.client(hello), tcp.client(hello, 0), tcp.ack(), tcp.client(hello, 0), *tcp.close()]


@case(contacts="1")
def count_reset_and_retried():
    "A SYN is refused by a RST and sent again, three times: one attempt, one contact."
    tcp = Tcp()
    syn = tcp.packet(0, wire.SYN)
    refusal = tcp.packet(1, wire.RST | wire.ACK, at=-1)
    asked = udp(CLIENT, 40001, RESOLVER, 53, dns.query(TRACKER))
    told = udp(RESOLVER, 53, CLIENT, 40001, dns.message(dns.ANSWER, [TRACKER], [dns.a(dns.pointer(12), SERVER)]))
    return [asked, told, *[syn, refusal] * 3]


@case(contacts="2")
def count_reset_and_anew():
    "After a RST the five-tuple begins anew with another number: two attempts."
    out = [
        udp(CLIENT, 40001, RESOLVER, 53, dns.query(TRACKER)),
        udp(RESOLVER, 53, CLIENT, 40001, dns.message(dns.ANSWER, [TRACKER], [dns.a(dns.pointer(12), SERVER)])),
    ]
    for isn in (1000, 90_000_000):
        tcp = Tcp(isn=isn)
        out += [tcp.packet(0, wire.SYN), tcp.packet(1, wire.RST | wire.ACK, at=-1)]
    return out


def https_answer(record, kind=dns.HTTPS):
    return [
        udp(CLIENT, 40001, RESOLVER, 53, dns.query((TRACKER, kind))),
        udp(RESOLVER, 53, CLIENT, 40001, dns.message(dns.ANSWER, [(TRACKER, kind)], [record])),
    ]


@case(rdata=f"HTTPS 1 . alpn=h3,h2 ipv4hint={SERVER},198.51.100.11 ech={base64.b64encode(CONFIG).decode()} ipv6hint=2001:db8::1")
def rdata_https():
    "An HTTPS record with protocols, hints of both families and ECH, as a master file has it (RFC 9460)."
    hints = [SERVER, "198.51.100.11", "2001:db8::1"]
    return https_answer(dns.https(dns.pointer(12), hints=hints, ech=CONFIG))


@case(rdata="HTTPS 0 edge.cdn.example")
def rdata_https_alias():
    "An HTTPS record in alias mode."
    return https_answer(dns.https(dns.pointer(12), 0, "edge.cdn.example"))


@case(rdata="SVCB 3 edge.cdn.example alpn=h2")
def rdata_svcb():
    "An SVCB record."
    return https_answer(dns.https(dns.pointer(12), 3, "edge.cdn.example", ("h2",), kind=dns.SVCB), dns.SVCB)


@case(rdata=[f"A {SERVER}", "AAAA 2001:db8:ff::10", "CNAME edge.cdn.example"])
def rdata_addresses():
    "An alias and addresses of both families."
    answers = dns.cname(dns.pointer(12), "edge.cdn.example"), dns.a("edge.cdn.example", SERVER)
    more = dns.a("edge.cdn.example", wire.SERVER6)
    return [
        udp(CLIENT, 40001, RESOLVER, 53, dns.query(TRACKER)),
        udp(RESOLVER, 53, CLIENT, 40001, dns.message(dns.ANSWER, [TRACKER], [*answers, more])),
    ]
