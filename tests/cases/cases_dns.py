# SPDX-License-Identifier: Apache-2.0
"""DNS over UDP and TCP, mDNS and LLMNR: what is asked, what is answered, and what is wrong."""
import struct

import dns
import savefile
from dns import A, AAAA, ANSWER, HTTPS, NXDOMAIN, PTR, SVCB, a, cname, pointer, question
from registry import TRACKER, case, family
from wire import CLIENT, RESOLVER, SERVER, Tcp, ether, pieces, udp

QUESTION = pointer(12)
ASKED = "dns_query|dns_answer"  # an answer without its query: the contract leaves the kind open


def ask(*payloads, port=53, sport=40001, server=RESOLVER):
    return [udp(CLIENT, sport, server, port, p) for p in payloads]


def reply(*payloads, port=53, sport=40001):
    return [udp(RESOLVER, port, CLIENT, sport, p) for p in payloads]


def resolve(name, *answers, kind=A, flags=ANSWER):
    return ask(dns.query((name, kind))) + reply(dns.message(flags, [(name, kind)], answers))


@family(
    [
        ("a", "A question for an address.", dns.query(TRACKER)),
        ("aaaa", "A question for an IPv6 address.", dns.query((TRACKER, AAAA))),
        ("https", "A question for HTTPS.", dns.query((TRACKER, HTTPS))),
        ("any_type", "A question of a type that nobody knows.", dns.query((TRACKER, 65280))),
        (
            "edns",
            "A question with EDNS and a cookie.",
            dns.query(TRACKER, more=[dns.rr("", 41, b"\0\x0a\0\x08cookie42", 0, 1232)]),
        ),
        (
            "edns_padded",
            "A question with EDNS padding to 468 bytes.",
            dns.query(TRACKER, more=[dns.rr("", 41, b"\0\x0c\1\x9a" + bytes(410), 0, 1232)]),
        ),
        ("mixed_case", "A question in mixed case (0x20).", dns.query("aNaLyTiCs.TikToK.CoM")),
        ("trailing_bytes", "Bytes of no meaning stand behind the message.", dns.query(TRACKER) + b"\0\0\xff\xff"),
    ],
    "dns_query",
    "dns",
)
def asked(payload):
    return ask(payload)


@family([(f"port_{p}", f"A question and its answer on port {p}.", p) for p in (5300, 443, 10053)], "dns_query", "dns")
def on_port(port):
    both = ask(dns.query(TRACKER), port=port)
    return both + reply(dns.message(ANSWER, [TRACKER], [a(QUESTION, SERVER)]), port=port)


@case(dns_query=TRACKER)
def dns_answered():
    "A question and its answer, with compression."
    return resolve(TRACKER, a(QUESTION, SERVER), a(QUESTION, "198.51.100.11"))


@case(dns_query=TRACKER)
def dns_nxdomain():
    "The answer is that there is no such name, as a filter says it."
    return resolve(TRACKER, flags=NXDOMAIN)


@case({ASKED: TRACKER})
def dns_answer_only():
    "The answer is seen, its question is not."
    return reply(dns.message(ANSWER, [TRACKER], [a(QUESTION, SERVER)]))


@case({ASKED: TRACKER})
def dns_answer_without_question_section():
    "The answer has no question section; its records say whose address they give."
    return reply(dns.message(ANSWER, [], [a(TRACKER, SERVER)]))


@case({ASKED: TRACKER})
def dns_answer_first():
    "The answer is captured before the question."
    return list(reversed(resolve(TRACKER, a(QUESTION, SERVER))))


@case(dns_query="shop.example", dns_cname=["shop.cdn.example", TRACKER])
def dns_chain():
    "An alias of an alias, in order, with compression."
    answers = cname(QUESTION, "shop.cdn.example"), cname("shop.cdn.example", TRACKER), a(TRACKER, SERVER)
    return resolve("shop.example", *answers)


@case(dns_query="shop.example", dns_cname=["shop.cdn.example", TRACKER])
def dns_chain_out_of_order():
    "The records of the chain come in reverse."
    answers = a(TRACKER, SERVER), cname("shop.cdn.example", TRACKER), cname(QUESTION, "shop.cdn.example")
    return resolve("shop.example", *answers)


@case(dns_query="shop.example", dns_cname=["shop.cdn.example", TRACKER])
def dns_chain_cut_short():
    "The chain ends in an alias; no address follows."
    return resolve("shop.example", cname(QUESTION, "shop.cdn.example"), cname("shop.cdn.example", TRACKER))


@case(dns_query="shop.example", dns_cname=TRACKER)
def dns_chain_cut_by_snaplen():
    "The answer is cut behind the alias by the snaplen: the alias was whole."
    frames = [
        ether(p)
        for p in resolve(
            "shop.example", cname(QUESTION, TRACKER), *[a(TRACKER, f"198.51.100.{i}") for i in range(1, 9)]
        )
    ]
    return savefile.pcap(frames, snaplen=14 + 28 + 12 + 18 + 12 + len(dns.name(TRACKER)) + 20)


@case(dns_query="shop.example", dns_cname=TRACKER)
def dns_chain_into_a_name():
    "The alias's name ends in a pointer into another record's data."
    target = b"\x09analytics\x06tiktok\x03com\0"
    first = cname(QUESTION, target)
    at = 12 + len(question("shop.example")) + 12
    return resolve("shop.example", first, rr_at(at))


def rr_at(offset):
    return dns.rr(pointer(offset), A, bytes([198, 51, 100, 10]))


@case(dns_query="shop.example", dns_https=TRACKER)
def dns_https_target():
    "An HTTPS record sends the client on to another name (alias mode)."
    return resolve("shop.example", dns.https(QUESTION, 0, TRACKER), kind=HTTPS)


@case(dns_query="shop.example", dns_https=TRACKER)
def dns_https_service():
    "An HTTPS record with a target, protocols, hints of both families and ECH."
    record = dns.https(QUESTION, 1, TRACKER, hints=[SERVER, "2001:db8::1"], ech=dns.ech_config("public.cdn.example"))
    return resolve("shop.example", record, kind=HTTPS)


@case(dns_query="_dns.resolver.example", dns_https=TRACKER)
def dns_svcb():
    "An SVCB record with a target."
    return resolve("_dns.resolver.example", dns.https(QUESTION, 1, TRACKER, kind=SVCB), kind=SVCB)


@case(dns_query="10.100.51.198.in-addr.arpa", never=[("*", "edge.example")])
def dns_ptr():
    "A reverse look-up: the name in its answer is no name that the client asked for."
    return resolve("10.100.51.198.in-addr.arpa", dns.rr(QUESTION, PTR, dns.name("edge.example")), kind=PTR)


@case(dns_query=[TRACKER, "second.example"])
def dns_two_questions():
    "One message with two questions."
    return ask(dns.query(TRACKER, "second.example"))


@case(dns_query=["first.example", "second.example", TRACKER])
def dns_several_on_a_flow():
    "Several questions, one after the other, from the same port."
    return ask(*[dns.query(name, ident=i) for i, name in enumerate(("first.example", "second.example", TRACKER))])


@case(dns_query=[TRACKER, *[f"host-{i}.example" for i in range(100)]])
def dns_hundred_on_a_flow():
    "A resolver's hundred questions on one flow, ours last: what is too much for one event comes in another."
    names = [*[f"host-{i}.example" for i in range(100)], TRACKER]
    return ask(*[dns.query(name, ident=i) for i, name in enumerate(names)])


def over_tcp(cuts, *messages, order=1, sport=53):
    tcp, data = Tcp(sport=sport), dns.over_tcp(*messages)
    return [*tcp.open(), *tcp.client_pieces(pieces(data, cuts)[::order]), tcp.ack(), *tcp.close()]


ONE = dns.query(TRACKER)


@family(
    [
        ("whole", "A question over TCP.", []),
        ("split", "A question over TCP in three segments.", [20, 30]),
        ("split_length", "The first segment holds one byte, the first of the length.", [1]),
        ("length_alone", "The first segment holds the length, and no more.", [2]),
        ("one_byte_each", "Every byte is a segment.", range(1, len(ONE) + 2)),
    ],
    "dns_query",
    "dns_tcp",
)
def tcp_asked(cuts):
    return over_tcp(cuts, ONE)


@case(dns_query=TRACKER)
def dns_tcp_reversed():
    "A question over TCP in three segments, last one first."
    return over_tcp([20, 30], ONE, order=-1)


@case(dns_query=TRACKER)
def dns_tcp_odd_port():
    "A question over TCP on port 5300."
    return over_tcp([], ONE, sport=5300)


@case(dns_query=["first.example", "second.example", TRACKER])
def dns_tcp_several_in_segment():
    "Three messages in one segment."
    return over_tcp([], dns.query("first.example"), dns.query("second.example", ident=2), dns.query(TRACKER, ident=3))


@case(dns_query=["first.example", "second.example", TRACKER])
def dns_tcp_several_cut():
    "Three messages in four segments, none of which ends where a message does."
    return over_tcp(
        [10, 40, 70], dns.query("first.example"), dns.query("second.example", ident=2), dns.query(TRACKER, ident=3)
    )


@case(dns_query="shop.example", dns_cname=TRACKER)
def dns_tcp_answer():
    "The answer over TCP, of 3 kB in three segments, has the alias."
    answers = [cname(QUESTION, TRACKER), *[a(TRACKER, f"198.51.100.{i}") for i in range(90)]]
    data = dns.over_tcp(dns.message(ANSWER, ["shop.example"], answers))
    tcp = Tcp(sport=53)
    begin = [*tcp.open(), tcp.client(dns.over_tcp(dns.query("shop.example")))]
    return [*begin, *(tcp.server(part) for _, part in pieces(data, [1400, 2800])), *tcp.close()]


@case(dns_query=[TRACKER])
def dns_truncated_then_tcp():
    "The answer over UDP is truncated; the client asks again over TCP."
    return resolve(TRACKER, flags=dns.TRUNCATED) + over_tcp([], ONE)


def raw_message(body, counts=(1, 0, 0, 0), flags=dns.QUERY):
    return struct.pack("!HHHHHH", 0x1234, flags, *counts) + body


@case(never=[("*", "*")])
def dns_loop():
    "The name is a pointer to itself."
    return ask(raw_message(pointer(12) + b"\0\1\0\1"))


@case(never=[("*", "*")])
def dns_loop_of_two():
    "Two pointers point at each other."
    return ask(raw_message(b"\x03www" + pointer(18) + pointer(12) + b"\0\1\0\1"))


@case(never=[("*", "*")])
def dns_forward_pointer():
    "The name's pointer goes forwards, behind the message."
    return ask(raw_message(b"\x03www" + pointer(200) + b"\0\1\0\1"))


@case({ASKED: TRACKER})
def dns_loop_in_answer():
    "The question is whole; the alias in the answer is a loop."
    at = 12 + len(question(TRACKER)) + 12
    return reply(dns.message(ANSWER, [TRACKER], [cname(QUESTION, pointer(at))]))


@case(dns_query=["de\\046ep.\\000\\255.example|de\\.ep.\\000\\255.example"])
def dns_escapes():
    "A label holds a dot, another a zero byte and 255: written as master files write them."
    return ask(dns.query(question(dns.name([b"de.ep", b"\0\xff", b"example"]))))


@case(dns_query="a" * 63 + "." + "b" * 63 + "." + "c" * 63 + "." + "d" * 53 + ".example")
def dns_longest_name():
    "A name of 255 octets on the wire, the most there can be."
    return ask(dns.query("a" * 63 + "." + "b" * 63 + "." + "c" * 63 + "." + "d" * 53 + ".example"))


@case(never=[("*", "*")])
def dns_name_too_long():
    "A name of 300 octets, built with a pointer: no name."
    labels = b"".join(b"\x3f" + bytes([97 + i]) * 63 for i in range(4))
    return ask(raw_message(labels + b"\x3f" + b"e" * 63 + b"\0\0\1\0\1"))


@case(dns_query="_sip._tcp.example")
def dns_service():
    "A question for a service record, with underscores."
    return ask(dns.query(("_sip._tcp.example", dns.SRV)))


@case(dns_query=TRACKER)
def dns_cut_by_snaplen():
    "The packet is cut in the EDNS record by the snaplen: the question was whole."
    payload = dns.query(TRACKER, more=[dns.rr("", 41, bytes(300), 0, 1232)])
    return savefile.pcap([ether(p) for p in ask(payload)], snaplen=14 + 28 + 12 + len(question(TRACKER)) + 5)


@case(mdns_query="printer-3.local")
def mdns():
    "A multicast question for a host, with the bit that wants a unicast answer."
    return [udp(CLIENT, 5353, "224.0.0.251", 5353, dns.message(0, [question("printer-3.local", A, 0x8001)]))]


@case(mdns_query=["_ipp._tcp.local", "_airplay._tcp.local"])
def mdns_two():
    "A multicast message with two questions over IPv6, the second compressed, and a known answer."
    second = b"\x08_airplay" + pointer(12 + 5) + struct.pack("!HH", PTR, 1)
    known = dns.rr(pointer(12), PTR, b"\x05press" + pointer(12))
    return [udp("fe80::1", 5353, "ff02::fb", 5353, dns.message(0, [question("_ipp._tcp.local", PTR), second], [known]))]


@case(mdns_query="desk.local")
def mdns_one_shot():
    "A multicast question from a high port, as simple clients ask."
    return [udp(CLIENT, 45000, "224.0.0.251", 5353, dns.message(0, ["desk.local"]))]


@case(llmnr_query="fileserver")
def llmnr():
    "A link-local question (RFC 4795)."
    return [udp(CLIENT, 50123, "224.0.0.252", 5355, dns.message(0, ["fileserver"]))]


@case(llmnr_query="fileserver")
def llmnr_ipv6():
    "A link-local question over IPv6."
    return [udp("fe80::1", 50123, "ff02::1:3", 5355, dns.message(0, [("fileserver", AAAA)]))]


EDGE = f"{TRACKER}.edgekey.net"


def outcome(name, want, why, make):
    """What came of a question: any other word is as wrong as none."""
    make.__name__, make.__doc__ = f"dns_outcome_{name}", why
    others = [("lookup", word) for word in ("blocked", "established", "pending", "unanswered") if word != want]
    case(lookup=want, never=others)(make)


outcome("address", "established", "An address.", lambda: resolve(TRACKER, a(QUESTION, SERVER)))
outcome("sinkhole", "blocked", "A sinkhole.", lambda: resolve(TRACKER, a(QUESTION, "0.0.0.0")))
outcome("none", "blocked", "No address.", lambda: resolve(TRACKER))
outcome("no_name", "blocked", "No such name.", lambda: resolve(TRACKER, flags=NXDOMAIN))
outcome(
    "alias_to_sinkhole",
    "blocked",
    "A blocker's alias, and the sinkhole that it leads to.",
    lambda: resolve(TRACKER, cname(QUESTION, "blocked.rpz.example"), a("blocked.rpz.example", "127.0.0.1")),
)
outcome("alias", "pending", "An alias that leads nowhere yet.", lambda: resolve(TRACKER, cname(QUESTION, EDGE)))
outcome(
    "alias_to_address",
    "established",
    "An alias and its address.",
    lambda: resolve(TRACKER, cname(QUESTION, EDGE), a(EDGE, SERVER)),
)
outcome("no_aaaa", "pending", "No IPv6 address: most names have none.", lambda: resolve(TRACKER, kind=AAAA))
outcome("failed", "pending", "The server failed.", lambda: resolve(TRACKER, flags=0x8182))
outcome(
    "truncated", "pending", "Too long for a datagram: the client asks again over TCP.", lambda: resolve(TRACKER, flags=dns.TRUNCATED)
)
outcome(
    "cut_by_snaplen",
    "pending",
    "The capture cut the answer off behind the question.",
    lambda: savefile.pcap(
        [ether(p) for p in resolve(TRACKER, cname(QUESTION, EDGE), a(EDGE, SERVER))], snaplen=96
    ),
)
