# SPDX-License-Identifier: Apache-2.0
"""TLS: records, what stands before it in the stream, DTLS, names that are odd, ECH, certificates."""
import struct

import dns
import quic
import savefile
import tls
import wire
from registry import TRACKER, case, family
from wire import CLIENT, RESOLVER, SERVER, Tcp, pieces, talk, udp, upload

HANDSHAKE = tls.client_hello(TRACKER)
HELLO = tls.records(HANDSHAKE)
NAME_AT = HANDSHAKE.index(TRACKER.encode())
THREE = [NAME_AT - 40, 45]  # the first record ends before the name, the second inside it


@family(
    [
        (
            "three_records",
            "The hello in three records, all in one segment; the second ends inside the name.",
            THREE,
            [],
        ),
        (
            "three_records_three_segments",
            "The hello in three records, each in a segment.",
            THREE,
            [NAME_AT - 35, NAME_AT + 15],
        ),
        (
            "three_records_odd_segments",
            "The hello in three records, cut into segments elsewhere.",
            THREE,
            [3, 60, 113, 170],
        ),
        ("records_of_one_byte", "Every record holds one byte of the hello.", [1] * (len(HANDSHAKE) - 1), []),
        ("first_record_one_byte", "The first record holds only the type of the message.", [1], []),
        ("first_record_four_bytes", "The first record holds the header of the message, and no more.", [4], []),
        ("record_ends_before_name", "A record ends at the first byte of the name.", [NAME_AT], [NAME_AT + 5]),
    ],
    "tls_sni",
    "tls",
)
def fragmented(sizes, cuts):
    return upload(tls.records(HANDSHAKE, sizes), cuts)


@case(tls_sni=TRACKER)
def tls_one_record_each_segment_shuffled():
    "Five records in five segments, last one first."
    data = tls.records(HANDSHAKE, [50] * 4)
    tcp = Tcp()
    return [*tcp.open(), *tcp.client_pieces(pieces(data, [55, 110, 165, 220])[::-1]), tcp.ack(), *tcp.close()]


@case(tls_sni=TRACKER)
def tls_several_records_in_segment():
    "Hello, ChangeCipherSpec and early data lie in one segment."
    return upload(HELLO + tls.record(b"\1", 20, 0x0303) + tls.record(tls.noise(300), 23, 0x0303))


@case(tls_sni=TRACKER)
def tls_after_hello_retry():
    "The server asks for another hello; both are seen."
    tcp = Tcp()
    second = tls.record(b"\1", 20, 0x0303) + tls.records(tls.client_hello(TRACKER, seed=9), version=0x0303)
    return [*tcp.open(), tcp.client(HELLO), tcp.server(tls.server_flight()[:127]), tcp.client(second), *tcp.close()]


@family(
    [
        (f"port_{port}", f"TLS on port {port}, which belongs to something else.", port)
        for port in (
            21,
            22,
            25,
            53,
            80,
            110,
            123,
            143,
            389,
            445,
            1080,
            1883,
            3128,
            3306,
            3389,
            5060,
            5061,
            5432,
            5900,
            6379,
            8080,
            8443,
            8888,
            9001,
            27017,
            49999,
        )
    ],
    "tls_sni",
    "tls",
)
def on_port(port):
    return upload(HELLO, [200], sport=port)


PROXY_1 = f"PROXY TCP4 192.0.2.7 {SERVER} 51111 443\r\n".encode()
PROXY_2 = (
    b"\r\n\r\n\0\r\nQUIT\n\x21\x11"
    + struct.pack("!H", 12)
    + wire.address("192.0.2.7")
    + wire.address(SERVER)
    + struct.pack("!HH", 51111, 443)
)
PROXY_2_TLV = PROXY_2[:14] + struct.pack("!H", 12 + 10) + PROXY_2[16:] + b"\x05" + struct.pack("!H", 7) + b"trackid"
PROXY_1_SIX = b"PROXY TCP6 2001:db8::7 2001:db8::10 51111 443\r\n"
PROXY_2_SIX = (
    PROXY_2[:13]
    + b"\x21"
    + struct.pack("!H", 36)
    + wire.address("2001:db8::7")
    + wire.address("2001:db8::10")
    + struct.pack("!HH", 51111, 443)
)
PROXY_2_LOCAL = b"\r\n\r\n\0\r\nQUIT\n\x20\x00\0\0"


@family(
    [
        ("proxy_1", "After a PROXY line (version 1) in a segment of its own.", PROXY_1, [len(PROXY_1)]),
        ("proxy_1_same_segment", "After a PROXY line, in the same segment.", PROXY_1, []),
        ("proxy_1_unknown", "After a PROXY line that names no addresses.", b"PROXY UNKNOWN\r\n", []),
        ("proxy_1_split", "After a PROXY line that is itself split.", PROXY_1, [7, len(PROXY_1) - 1]),
        ("proxy_2", "After a PROXY header (version 2) in a segment of its own.", PROXY_2, [len(PROXY_2)]),
        ("proxy_2_same_segment", "After a PROXY header, version 2, in the same segment.", PROXY_2, []),
        ("proxy_1_ipv6", "After a PROXY line with IPv6 addresses.", PROXY_1_SIX, []),
        ("proxy_2_ipv6", "After a PROXY header, version 2, with IPv6 addresses.", PROXY_2_SIX, []),
        ("proxy_2_then_1", "After a PROXY header of each version, in the same segment.", PROXY_2 + PROXY_1, []),
        ("proxy_2_values", "After a PROXY header, version 2, with a TLV.", PROXY_2_TLV, []),
        ("proxy_2_local", "After a PROXY header, version 2, command LOCAL, with no addresses.", PROXY_2_LOCAL, []),
        ("proxy_2_split", "After a PROXY header, version 2, that is itself split.", PROXY_2, [5, 20]),
    ],
    "tls_sni",
    "tls_after",
)
def behind(prefix, cuts):
    return upload(prefix + HELLO, cuts)


def dialogue(*turns, port, cuts=(150,)):
    """What both sides say, then the hello in segments and the server's flight."""
    tcp = Tcp(sport=port)
    begin = tcp.open()
    said = [tcp.packet(side, wire.PSH | wire.ACK, data) for side, data in turns]
    hello = [tcp.client(data) for _, data in pieces(HELLO, cuts)]
    return [*begin, *said, *hello, tcp.server(tls.server_flight()), *tcp.close()]


CONNECT = f"CONNECT {TRACKER}:443 HTTP/1.1\r\nHost: {TRACKER}:443\r\nProxy-Connection: keep-alive\r\n\r\n".encode()
CONNECT_IP = f"CONNECT {SERVER}:443 HTTP/1.1\r\nHost: {SERVER}:443\r\n\r\n".encode()
OK_200 = b"HTTP/1.1 200 Connection established\r\n\r\n"
SOCKS4 = b"\4\1" + struct.pack("!H", 443) + wire.address(SERVER) + b"user\0"
SOCKS4A = b"\4\1" + struct.pack("!H", 443) + b"\0\0\0\1user\0" + TRACKER.encode() + b"\0"
SOCKS5 = b"\5\1\0\3" + tls.block(1, TRACKER.encode()) + struct.pack("!H", 443)
SOCKS5_IP = b"\5\1\0\1" + wire.address(SERVER) + struct.pack("!H", 443)
SOCKS5_IP6 = b"\5\1\0\4" + wire.address(wire.SERVER6) + struct.pack("!H", 443)
SOCKS5_OK = b"\5\0\0\1\0\0\0\0\0\0"
LDAP_STARTTLS = bytes.fromhex("301d02010177188016") + b"1.3.6.1.4.1.1466.20037"
XMPP = b"<?xml version='1.0'?><stream:stream to='chat.example' xmlns='jabber:client' version='1.0'>"
MYSQL_HELLO = (
    b"\x0a8.0.36\0"
    + bytes.fromhex("080000000102030405060708 00 ffff ff 0200 ffdf 15")
    + bytes(10)
    + b"123456789abc\0mysql_native_password\0"
)
MYSQL_GREETING = len(MYSQL_HELLO).to_bytes(3, "little") + b"\0" + MYSQL_HELLO
MYSQL_SSL = bytes.fromhex("200000010daea20000000001ff") + bytes(23)
RDP_REQUEST = bytes.fromhex("030000130ee000000000000100080003000000")
RDP_CONFIRM = bytes.fromhex("030000130ed000001234000200080002000000")


@family(
    [
        ("http_connect", "After an HTTP CONNECT.", 3128, (0, CONNECT), (1, OK_200)),
        ("http_connect_address", "After an HTTP CONNECT to an address.", 8080, (0, CONNECT_IP), (1, OK_200)),
        ("socks4", "After SOCKS 4.", 1080, (0, SOCKS4), (1, b"\0\x5a" + bytes(6))),
        ("socks4a", "After SOCKS 4a, which names the host.", 1080, (0, SOCKS4A), (1, b"\0\x5a" + bytes(6))),
        (
            "socks5",
            "After SOCKS 5 without authentication.",
            1080,
            (0, b"\5\1\0"),
            (1, b"\5\0"),
            (0, SOCKS5),
            (1, SOCKS5_OK),
        ),
        (
            "socks5_address",
            "After SOCKS 5 to an address.",
            1080,
            (0, b"\5\1\0"),
            (1, b"\5\0"),
            (0, SOCKS5_IP),
            (1, SOCKS5_OK),
        ),
        (
            "socks5_address6",
            "After SOCKS 5 to an IPv6 address.",
            1080,
            (0, b"\5\1\0"),
            (1, b"\5\0"),
            (0, SOCKS5_IP6),
            (1, SOCKS5_OK),
        ),
        (
            "socks5_auth",
            "After SOCKS 5 with user and password.",
            9050,
            (0, b"\5\2\0\2"),
            (1, b"\5\2"),
            (0, b"\1\4user\6secret"),
            (1, b"\1\0"),
            (0, SOCKS5),
            (1, SOCKS5_OK),
        ),
        (
            "starttls_smtp",
            "After STARTTLS of SMTP.",
            25,
            (1, b"220 mx.example ESMTP\r\n"),
            (0, b"EHLO desk.example\r\n"),
            (1, b"250-mx.example\r\n250 STARTTLS\r\n"),
            (0, b"STARTTLS\r\n"),
            (1, b"220 go ahead\r\n"),
        ),
        (
            "starttls_smtp_587",
            "After STARTTLS of SMTP on port 587, in lower case.",
            587,
            (1, b"220 mx.example ESMTP\r\n"),
            (0, b"ehlo [10.20.0.101]\r\n"),
            (1, b"250-mx.example\r\n250 STARTTLS\r\n"),
            (0, b"starttls\r\n"),
            (1, b"220 go ahead\r\n"),
        ),
        (
            "starttls_imap",
            "After STARTTLS of IMAP.",
            143,
            (1, b"* OK ready\r\n"),
            (0, b"a1 CAPABILITY\r\n"),
            (1, b"* CAPABILITY STARTTLS\r\na1 OK\r\n"),
            (0, b"a2 STARTTLS\r\n"),
            (1, b"a2 OK begin\r\n"),
        ),
        (
            "starttls_pop3",
            "After STLS of POP3.",
            110,
            (1, b"+OK ready\r\n"),
            (0, b"CAPA\r\n"),
            (1, b"+OK\r\nSTLS\r\n.\r\n"),
            (0, b"STLS\r\n"),
            (1, b"+OK begin\r\n"),
        ),
        ("starttls_ftp", "After AUTH TLS of FTP.", 21, (1, b"220 ready\r\n"), (0, b"AUTH TLS\r\n"), (1, b"234 go\r\n")),
        (
            "starttls_xmpp",
            "After starttls of XMPP.",
            5222,
            (0, XMPP),
            (1, XMPP + b"<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>"),
            (0, b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"),
            (1, b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"),
        ),
        (
            "starttls_ldap",
            "After the StartTLS operation of LDAP.",
            389,
            (0, LDAP_STARTTLS),
            (1, bytes.fromhex("300c02010178070a010004000400")),
        ),
        (
            "starttls_postgres",
            "After the SSLRequest of PostgreSQL.",
            5432,
            (0, bytes.fromhex("0000000804d2162f")),
            (1, b"S"),
        ),
        ("starttls_mysql", "After the SSL request of MySQL.", 3306, (1, MYSQL_GREETING), (0, MYSQL_SSL)),
        ("starttls_rdp", "After the negotiation of RDP.", 3389, (0, RDP_REQUEST), (1, RDP_CONFIRM)),
        (
            "proxy_1_then_connect",
            "After a PROXY line and an HTTP CONNECT.",
            3128,
            (0, PROXY_1),
            (0, CONNECT_IP),
            (1, OK_200),
        ),
    ],
    "tls_sni",
    "tls_after",
)
def after(port, *turns):
    return dialogue(*turns, port=port)


@case(tls_sni=TRACKER, http_host=TRACKER)
def tls_after_connect_same_segment():
    "CONNECT and hello lie in one segment of the client, who did not wait."
    return upload(CONNECT + HELLO, sport=3128)


@case(tls_sni=TRACKER)
def tls_after_socks5_one_side():
    "SOCKS 5 and the hello, of which only the client's side was captured."
    tcp = Tcp(sport=1080)
    out = [*tcp.open(), tcp.client(b"\5\1\0"), tcp.client(SOCKS5), tcp.client(HELLO[:150]), tcp.client(HELLO[150:])]
    return [p for p in out if p[12:16] == wire.address(CLIENT)]


def datagrams(*payloads, sport=50001, dport=443):
    return [udp(CLIENT, sport, SERVER, dport, p) for p in payloads]


DTLS = tls.client_hello(TRACKER, version=0xFEFD, cookie=b"", versions=(), protocols=())
DTLS_13 = tls.client_hello(TRACKER, version=0xFEFD, cookie=b"", versions=(0xFEFC, 0xFEFD), protocols=())


@family(
    [
        ("12", "A hello of DTLS 1.2.", tls.dtls_records(DTLS)),
        (
            "10",
            "A hello of DTLS 1.0.",
            tls.dtls_records(tls.client_hello(TRACKER, version=0xFEFF, cookie=b"", versions=()), version=0xFEFF),
        ),
        ("12_fragments", "A hello of DTLS 1.2 in three fragments.", tls.dtls_records(DTLS, [60, 30])),
        (
            "12_fragments_reversed",
            "A hello of DTLS 1.2 in three fragments, last one first.",
            tls.dtls_records(DTLS, [60, 30])[::-1],
        ),
        ("12_fragments_one_datagram", "Three fragments in one datagram.", [b"".join(tls.dtls_records(DTLS, [60, 30]))]),
        (
            "12_cookie",
            "The hello with the server's cookie; the one without was not captured.",
            tls.dtls_records(
                tls.client_hello(TRACKER, version=0xFEFD, cookie=tls.noise(20, 51), versions=()), message=1, first=1
            ),
        ),
        ("13", "A hello of DTLS 1.3.", tls.dtls_records(DTLS_13)),
        ("13_fragments", "A hello of DTLS 1.3 in two fragments.", tls.dtls_records(DTLS_13, [130])),
    ],
    "dtls_sni",
    "dtls",
)
def dtls(payloads):
    return datagrams(*payloads)


@case(dtls_sni=TRACKER)
def dtls_odd_port():
    "DTLS 1.2 on a port of no meaning."
    return datagrams(*tls.dtls_records(DTLS), dport=40123)


LONG_NAME = ".".join(["a" * 63, "b" * 63, "c" * 63, "d" * 54, "example"])  # 255 octets as a string


@case(tls_sni="Analytics.TikTok.COM")
def name_upper_case():
    "The name has capital letters."
    return upload(tls.hello("Analytics.TikTok.COM"))


@case(tls_sni=TRACKER)
def name_trailing_dot():
    "The name ends in a dot, which RFC 6066 forbids and some clients send."
    return upload(tls.hello(TRACKER + "."))


@case(tls_sni="_odd_.under_score.example")
def name_underscore():
    "The name has underscores."
    return upload(tls.hello("_odd_.under_score.example"))


@case(tls_sni="xn--bcher-kva.example")
def name_idn():
    "The name is an A-label."
    return upload(tls.hello("xn--bcher-kva.example"))


@case(tls_sni="b\\195\\188cher.example|bücher.example")
def name_raw_utf8():
    "The name is raw UTF-8, which no host should send: not lost, as text or escaped."
    return upload(tls.hello("bücher.example".encode()))


@case(tls_sni=LONG_NAME)
def name_255_octets():
    "The name has 255 octets, the most that a name can have."
    return upload(tls.hello(LONG_NAME))


@case(tls_sni="localhost")
def name_single_label():
    "The name has one label."
    return upload(tls.hello("localhost"))


@case(tls_sni=TRACKER)
def name_second_entry():
    "The list of names begins with an entry of an unknown type."
    body = tls.block(2, b"\x07" + tls.block(2, b"opaque") + b"\0" + tls.block(2, TRACKER.encode()))
    return upload(tls.hello(None, more=tls.extension(0, body)))


@case(tls_sni=TRACKER)
def tls_post_quantum():
    "A key share of 1.2 kB makes a hello of two segments, and the name comes in the second."
    data = tls.hello(TRACKER, post_quantum=True, name_last=True)
    return upload(data, [1400])


@case(tls_sni=TRACKER)
def tls_post_quantum_reordered():
    "A key share of 1.2 kB makes a hello of two segments, and the second comes first."
    data = tls.hello(TRACKER, post_quantum=True)
    tcp = Tcp()
    return [*tcp.open(), *tcp.client_pieces(pieces(data, [1400])[::-1]), tcp.ack(), *tcp.close()]


@case(tls_sni=TRACKER)
def tls_12_only():
    "A hello of TLS 1.2, with no key share."
    return upload(tls.hello(TRACKER, versions=()))


@case(tls_sni=TRACKER)
def tls_10_record_version():
    "The record says SSL 3.0, as old clients' first one does."
    return upload(tls.records(HANDSHAKE, version=0x0300))


@case(tls_sni=TRACKER, ech="unknown", contact=f"{TRACKER} certain")
def tls_ech_grease():
    "Every browser of today sends the ECH extension; with no ECH record in DNS the name is the true one."
    return upload(tls.hello(TRACKER, more=tls.ech_outer()), [300])


def lookup(name, *answers, kind=dns.A, sport=40001):
    return [
        udp(CLIENT, sport, RESOLVER, 53, dns.query((name, kind))),
        udp(RESOLVER, 53, CLIENT, sport, dns.message(dns.ANSWER, [(name, kind)], answers)),
    ]


OUTER = "public.cdn.example"
SEALED = tls.hello(OUTER, more=tls.ech_outer())


def configured(name, config_id=7, server=SERVER, sport=40001):
    """The client asks for the name's HTTPS record, which has an ECH configuration, and for its address."""
    record = dns.https(dns.pointer(12), ech=dns.ech_config(OUTER, config_id))
    return lookup(name, record, kind=dns.HTTPS, sport=sport) + lookup(name, dns.a(dns.pointer(12), server), sport=sport + 1)


@case(tls_sni=OUTER, dns_https=TRACKER, ech="real", contact=f"{TRACKER} strong")
def tls_ech_real():
    "The client's DNS gave an ECH configuration with the hello's outer name: the inner one is what it had asked for."
    return configured(TRACKER) + upload(SEALED, [300])


@case(ech="real", contact=f"{TRACKER} strong", never=[("contact", "other.example strong")])
def tls_ech_real_shared():
    "Two sites share the configuration; the address that is called was given for the first of them."
    other = configured("other.example", server="198.51.100.99", sport=40011)
    return configured(TRACKER) + other + upload(SEALED)


@case(ech="real", contact=f"{TRACKER} weak")
def tls_ech_real_shared_guess():
    "Two sites share the configuration and no address tells which is meant: the last one, as a guess."
    other = configured("other.example", server="198.51.100.98", sport=40011)
    return other + configured(TRACKER, server="198.51.100.99") + upload(SEALED)


@case(quic_sni=OUTER, ech="real", contact=f"{TRACKER} strong")
def quic_ech_real():
    "The same in QUIC."
    hello = tls.client_hello(OUTER, ("h3",), 0, versions=(0x0304,), session=0, more=quic.parameters() + tls.ech_outer())
    return configured(TRACKER) + [udp(CLIENT, 50443, SERVER, 443, quic.initial(quic.crypto(0, hello)))]


@case(tls_sni=TRACKER, ech="grease", contact=f"{TRACKER} certain", never=[("ech", "unknown")])
def tls_ech_grease_other_id():
    "DNS gave the name a configuration, but the hello's extension has another id: GREASE."
    return configured(TRACKER, config_id=9) + upload(tls.hello(TRACKER, more=tls.ech_outer()))


@case(tls_sni=TRACKER, ech="grease")
def tls_ech_grease_no_record():
    "The client asked for the name's HTTPS record, and there is none: GREASE."
    return lookup(TRACKER, kind=dns.HTTPS) + upload(tls.hello(TRACKER, more=tls.ech_outer()))


@case(contact=f"{TRACKER} strong", never=[("site", "*")])
def tls_ech_real_is_no_page():
    "The outer name of the call itself is not the page that made it."
    return configured(TRACKER) + upload(SEALED, cport=49153)


@case(site="dmv.utah.example", never=[("site", OUTER)])
def tls_ech_real_page():
    "A page under real ECH: it is the name that the client had asked for, not the one that stands before it."
    page = configured("dmv.utah.example", server="198.51.100.80", sport=40021)
    return page + upload(SEALED, server="198.51.100.80", cport=49160) + upload(tls.hello(TRACKER), cport=49161)


@case(contact=f"{TRACKER} certain", never=[("site", "*")])
def tls_ech_front_of_all():
    "Without DNS it cannot be told whose the page is that Cloudflare's name stands before."
    hidden = tls.hello("cloudflare-ech.com", more=tls.ech_outer())
    return upload(hidden, server="198.51.100.80", cport=49160) + upload(tls.hello(TRACKER), cport=49161)


@case(site="dmv.utah.example")
def site_on_a_silent_wire():
    "After the call nothing is heard for a minute: the page that was open then is the page."
    page = upload(tls.hello("dmv.utah.example"), server="198.51.100.80", cport=49160)
    frames = [wire.ether(p) for p in page + upload(tls.hello(TRACKER), cport=49161)]
    end = wire.ether(udp(CLIENT, 40001, RESOLVER, 53, dns.query("www.example")))
    return savefile.pcap(frames) + savefile.record(end, len(frames) * savefile.STEP_US + 60_000_000)


@case(contact=f"{TRACKER} certain", never=[("site", "*")])
def tls_resolver_is_no_page():
    "A browser asks its resolver over HTTPS just before it calls the tracker: that is no page."
    resolver = upload(tls.hello("dns.google"), server="198.51.100.88", cport=49160)
    return resolver + upload(tls.hello(TRACKER), cport=49161)


@case(tls_sni=OUTER, ech="unknown", never=[("contact", "*")])
def tls_ech_of_another_client():
    "Another client was given the configuration: of this one's hello that says nothing."
    return configured(TRACKER) + upload(SEALED, client="10.20.0.102")


@case(dns_answer=TRACKER)
def tls_no_name_after_dns():
    "The hello has no name; the client's own DNS answer tells whom it calls."
    return lookup(TRACKER, dns.a(dns.pointer(12), SERVER)) + upload(tls.hello(None))


@case(dns_cname=["edge.cdn.example"], dns_answer="pixel.shop.example")
def tls_no_name_after_alias():
    "The hello has no name; the address came through an alias."
    answers = dns.cname(dns.pointer(12), "edge.cdn.example"), dns.a("edge.cdn.example", SERVER)
    return lookup("pixel.shop.example", *answers) + upload(tls.hello(None))


@case(tls_cert=TRACKER)
def certificate_only():
    "Only the server's side was captured: the TLS 1.2 certificate names it."
    return [
        p for p in talk((0, HELLO), (1, tls.server_flight_12(TRACKER, [TRACKER]))) if p[12:16] == wire.address(SERVER)
    ]


MANY = ["*.tiktok.com", "tiktok.com", "*.tiktokv.com", "*.tiktokcdn.com", "www.example.org"]


def certified(before=()):
    """A hello without a name, and a TLS 1.2 certificate with many."""
    unnamed = tls.hello(None, versions=())
    return [*before, *talk((0, unnamed), (1, tls.server_flight_12(MANY[0], MANY)))]


@case(contacts="1", contact="*.tiktok.com strong")
def certificate_many_names():
    "A certificate with many names of the tracker's is one contact."
    return certified()


@case(contacts="1", contact=f"{TRACKER} strong", dns_answer=TRACKER)
def certificate_after_dns():
    "The client's own DNS says which of them it is."
    return certified(lookup(TRACKER, dns.a(dns.pointer(12), SERVER)))


@case(tls_cert=["*.tiktok.com", "*.musical.example"])
def certificate_names():
    "The certificate names several hosts, by wildcards, over three segments; the hello was missed."
    tcp = Tcp()
    data = tls.server_flight_12("tiktok", ["*.tiktok.com", "*.musical.example"])
    return [*tcp.open()[1:], *(tcp.server(part) for _, part in pieces(data, [100, 300])), *tcp.close()]


@case(tls_cert=TRACKER)
def certificate_common_name():
    "The certificate has only a common name, and came with its segments swapped."
    tcp = Tcp()
    data = tls.server_flight_12(TRACKER)
    syn_ack = tcp.open()[1]
    tcp.sent[0] = 300
    return [syn_ack, *(tcp.server(part, at) for at, part in pieces(data, [200])[::-1])]


@case(never=[("tls_sni", "*")])
def ssl2_hello():
    "An SSL 2 hello offers TLS and has no name."
    return upload(tls.ssl2_hello())


@case(never=[("tls_sni", "*")])
def tls_no_name():
    "A hello without the name extension."
    return upload(tls.hello(None))
