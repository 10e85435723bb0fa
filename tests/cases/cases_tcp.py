# SPDX-License-Identifier: Apache-2.0
"""What TCP does to a ClientHello: cut, shuffled, repeated, overlapped, lost, one-sided."""
import random

import savefile
import tls
import wire
from registry import TRACKER, case, family
from wire import ACK, FIN, PSH, SYN, URG, Tcp, ether, every, pieces, upload, vlan

DECOY = "www.innocent.example"
HELLO = tls.hello(TRACKER)
NAME_AT = HELLO.index(TRACKER.encode())


def swap(order):
    """The hello in three segments, sent in this order."""
    tcp = Tcp()
    parts = pieces(HELLO, [NAME_AT - 60, NAME_AT + 9])
    return [*tcp.open(), *tcp.client_pieces([parts[i] for i in order]), tcp.ack(), *tcp.close()]


@family(
    [
        ("whole", "A hello in one segment: the measure of all others.", []),
        ("two_segments", "The hello in two segments, cut inside the name.", [NAME_AT + 9]),
        ("three_segments", "The hello in three segments, cut before and inside the name.", [NAME_AT - 60, NAME_AT + 9]),
        ("many_segments", "The hello in segments of 32 bytes.", range(32, len(HELLO), 32)),
        ("cut_in_record_header", "The first segment ends inside the record's header of 5 bytes.", [3]),
        ("cut_in_handshake_header", "The first segment ends inside the handshake's header of 4 bytes.", [7]),
        ("one_byte_each", "Every byte of the hello is a segment of its own.", range(1, len(HELLO))),
        ("first_bytes_single", "The first six bytes come alone, one in each segment, then the rest.", range(1, 7)),
    ],
    "tls_sni",
    "tcp",
)
def cut(cuts):
    return upload(HELLO, cuts)


@family(
    [
        ("second_first", "Three segments, the second first.", (1, 0, 2)),
        ("reversed", "Three segments, last one first.", (2, 1, 0)),
        ("last_before_middle", "Three segments, the last before the middle one.", (0, 2, 1)),
        ("repeated", "Each segment comes twice, in turn.", (0, 0, 1, 1, 2, 2)),
        ("repeated_later", "All segments come, all but the last again, then the last.", (0, 1, 0, 1, 2)),
        ("repeated_reversed", "Reversed, and each twice.", (2, 2, 1, 1, 0, 0)),
    ],
    "tls_sni",
    "tcp",
)
def ordered(order):
    return swap(order)


@case(tls_sni=TRACKER)
def tcp_shuffled():
    "Segments of 64 bytes in a random order."
    tcp, parts = Tcp(), every(HELLO, 64)
    random.Random(3).shuffle(parts)
    return [*tcp.open(), *tcp.client_pieces(parts), tcp.ack(), *tcp.close()]


@case(tls_sni=TRACKER)
def tcp_one_byte_each_reversed():
    "Every byte is a segment, and the last comes first."
    tcp = Tcp()
    return [*tcp.open(), *tcp.client_pieces(every(HELLO, 1)[::-1]), tcp.ack(), *tcp.close()]


@case(tls_sni=TRACKER)
def tcp_resegmented():
    "The hello is sent in segments of 100 bytes of which every third is lost, then again from there in segments of 300."
    tcp = Tcp()
    first = [p for i, p in enumerate(every(HELLO, 100)) if i % 3 != 1]
    again = [(at + 100, data) for at, data in every(HELLO[100:], 300)]
    return [*tcp.open(), *tcp.client_pieces(first), tcp.ack(), *tcp.client_pieces(again), tcp.ack(), *tcp.close()]


@case(tls_sni=TRACKER)
def tcp_overlap_same():
    "Segments overlap by half, with the same bytes."
    tcp = Tcp()
    parts = [(at, HELLO[at : at + 120]) for at in range(0, len(HELLO), 60)]
    return [*tcp.open(), *tcp.client_pieces(parts), tcp.ack(), *tcp.close()]


@case(tls_sni=TRACKER)
def tcp_overlap_same_out_of_order():
    "Segments overlap by half, with the same bytes, last one first."
    tcp = Tcp()
    parts = [(at, HELLO[at : at + 120]) for at in range(0, len(HELLO), 60)]
    return [*tcp.open(), *tcp.client_pieces(parts[::-1]), tcp.ack(), *tcp.close()]


def conflict(first, second):
    """The bytes of the name come twice and differ, before the byte that completes the hello."""
    tcp, end = Tcp(), NAME_AT + len(TRACKER)
    name = [(NAME_AT, n.ljust(len(TRACKER), "x").encode()) for n in (first, second)]
    parts = [(end, HELLO[end:]), *name, (0, HELLO[:NAME_AT])]
    return [*tcp.open(), *tcp.client_pieces(parts), tcp.ack(), *tcp.close()]


LURE = DECOY[: len(TRACKER)].ljust(len(TRACKER), "x")
EITHER = f"{TRACKER}|{LURE}"


@case(tls_sni=EITHER)
def tcp_overlap_conflict_first():
    "The name's bytes come twice, the true ones first: hosts that keep what they have see the tracker."
    return conflict(TRACKER, DECOY)


@case(tls_sni=EITHER)
def tcp_overlap_conflict_last():
    "The name's bytes come twice, the true ones last: hosts that take the newer see the tracker."
    return conflict(DECOY, TRACKER)


@case(tls_sni=TRACKER)
def tcp_overlap_conflict_delivered():
    "Bytes in order are delivered at once: what conflicts with them later comes too late for every host."
    tcp = Tcp()
    late = bytearray(HELLO)
    late[NAME_AT : NAME_AT + len(TRACKER)] = LURE.encode()
    return [*tcp.open(), tcp.client(HELLO), tcp.ack(), tcp.client(bytes(late), at=0), tcp.ack(), *tcp.close()]


@case(tls_sni=TRACKER)
def tcp_no_handshake():
    "The capture begins in the middle: no SYN was seen."
    return upload(HELLO, [200])[3:]


@case(tls_sni=TRACKER)
def tcp_no_handshake_reordered():
    "No SYN was seen, and the second segment comes first."
    tcp = Tcp()
    return [*tcp.client_pieces(pieces(HELLO, [200])[::-1]), tcp.ack(), tcp.server(tls.server_flight())]


@case(tls_sni=TRACKER)
def tcp_client_side_only():
    "Only what the client sends is seen."
    tcp = Tcp()
    out = [*tcp.open(), *tcp.client_pieces(pieces(HELLO, [200])), *tcp.close()]
    return [p for p in out if p[12:16] == wire.address(wire.CLIENT)]


@case(tls_sni=TRACKER)
def tcp_client_side_only_no_handshake():
    "Only two segments of the client, and no SYN."
    return Tcp().client_pieces(pieces(HELLO, [200]))


@case(tls_sni=TRACKER)
def tcp_server_first():
    "The server's direction is captured first: SYN-ACK and its flight stand before the hello."
    tcp = Tcp()
    client = [*tcp.open()[::2], *tcp.client_pieces(pieces(HELLO, [200]))]
    tcp = Tcp()
    server = [tcp.open()[1]]
    tcp.sent[0] = len(HELLO)
    return [*server, tcp.ack(), tcp.server(tls.server_flight()), *client]


@case(tls_sni=TRACKER)
def tcp_vlan_one_way():
    "The client's frames carry a VLAN tag, the server's none."
    frames = []
    for packet in upload(HELLO, [200]):
        frame = ether(packet)
        frames.append(vlan(frame, 12) if packet[12:16] == wire.address(wire.CLIENT) else frame)
    return savefile.pcap(frames)


@case(tls_sni=TRACKER)
def tcp_vlan_two_ids():
    "Each direction has a VLAN id of its own."
    return savefile.pcap(
        [vlan(ether(p), 12 if p[12:16] == wire.address(wire.CLIENT) else 13) for p in upload(HELLO, [200])]
    )


@family(
    [
        ("hello_9k", "A hello of 9 KB, its name last.", 9000),
        ("hello_20k", "A hello of 20 KB over two records, its name last.", 20000),
        ("hello_64k", "A hello of 64 KB over four records, its name last: the most that its lengths allow.", 65400),
    ],
    "tls_sni",
    "tcp",
)
def large(size):
    data = tls.hello(TRACKER, pad_to=size, name_last=True)
    return upload(data, range(1400, len(data), 1400))


@case(tls_sni=TRACKER)
def tcp_hello_20k_shuffled():
    "A hello of 20 KB, its name last, its segments in a random order."
    data = tls.hello(TRACKER, pad_to=20000, name_last=True)
    tcp, parts = Tcp(), every(data, 1400)
    random.Random(5).shuffle(parts)
    return [*tcp.open(), *tcp.client_pieces(parts), tcp.ack(), *tcp.close()]


@case(tls_sni=TRACKER)
def tcp_sequence_wrap():
    "The sequence number passes 2^32 inside the name."
    return upload(HELLO, [100, NAME_AT + 4], isn=(-(NAME_AT + 4) - 1) & 0xFFFFFFFF)


@case(tls_sni=TRACKER)
def tcp_sequence_wrap_reordered():
    "The sequence number passes 2^32, and the part behind that comes first."
    tcp = Tcp(isn=(-200 - 1) & 0xFFFFFFFF)
    return [*tcp.open(), *tcp.client_pieces(pieces(HELLO, [200])[::-1]), tcp.ack(), *tcp.close()]


@case(tls_sni=TRACKER)
def tcp_keep_alive():
    "A keep-alive, one byte of garbage at the sequence number before the next, comes before the hello."
    tcp = Tcp()
    probe = [tcp.packet(0, ACK, b"\0", at=-1), tcp.ack()]
    return [*tcp.open(), *probe, *probe, *tcp.client_pieces(pieces(HELLO, [200])), tcp.ack(), *tcp.close()]


@case(tls_sni=TRACKER)
def tcp_keep_alive_between():
    "A keep-alive with a byte of garbage stands between the two halves of the hello."
    tcp, halves = Tcp(), pieces(HELLO, [NAME_AT + 9])
    out = [*tcp.open(), tcp.client(halves[0][1])]
    return [
        *out,
        tcp.packet(0, ACK, b"\0", at=NAME_AT + 8),
        tcp.ack(),
        tcp.client(halves[1][1]),
        tcp.ack(),
        *tcp.close(),
    ]


@case(tls_sni=TRACKER)
def tcp_zero_window_probe():
    "A probe of one byte, the next one of the stream, is refused and sent again with the rest."
    tcp = Tcp()
    out = [*tcp.open(), tcp.client(HELLO[:200]), tcp.ack()]
    probe = [tcp.client(HELLO[200:201], at=200), tcp.ack()] * 2
    return [*out, *probe, tcp.client(HELLO[200:], at=200), tcp.ack(), *tcp.close()]


@case(tls_sni=TRACKER)
def tcp_fin_with_data():
    "The last segment of the hello carries the FIN."
    tcp = Tcp()
    return [*tcp.open(), tcp.client(HELLO[:200]), tcp.client(HELLO[200:], flags=FIN | PSH | ACK), tcp.ack()]


@case(tls_sni=TRACKER)
def tcp_fin_before_data():
    "The FIN with the last segment comes before the first segment."
    tcp = Tcp()
    return [
        *tcp.open(),
        tcp.client(HELLO[200:], at=200, flags=FIN | PSH | ACK),
        tcp.client(HELLO[:200], at=0),
        tcp.ack(),
    ]


@case(tls_sni=TRACKER)
def tcp_reset_after_hello():
    "The server answers the hello with a RST, as a filter does."
    tcp = Tcp()
    return [*tcp.open(), tcp.client(HELLO), tcp.packet(1, wire.RST | ACK)]


@case(tls_sni=TRACKER)
def tcp_fast_open():
    "The hello begins in the SYN (RFC 7413), the rest follows."
    tcp = Tcp()
    cookie = b"\x22\x0acookie42"
    syn = tcp.packet(0, SYN, HELLO[:150], options=b"\2\4\5\xb4" + cookie)
    rest = [tcp.packet(1, SYN | ACK), tcp.client(HELLO[150:], at=150), tcp.ack(), *tcp.close()]
    return [syn, *rest]


@case(tls_sni=TRACKER)
def tcp_hole_filled_late():
    "The middle segment is lost and comes again after 40 others of the same direction."
    tcp = Tcp()
    data = HELLO + tls.record(tls.noise(20000, 41)[:16000], 23) + tls.record(tls.noise(14000, 42), 23)
    parts = every(data, 700)
    lost = parts.pop(0) if NAME_AT < 700 else parts.pop(1)
    return [*tcp.open(), *tcp.client_pieces(parts), *tcp.client_pieces([lost]), tcp.ack(), *tcp.close()]


@case(tls_sni=TRACKER)
def tcp_hole_never_filled():
    "What follows the name is lost for ever: the name was whole, and counts."
    tcp = Tcp()
    end = NAME_AT + len(TRACKER) + 20
    return [*tcp.open(), tcp.client(HELLO[:end]), tcp.client(HELLO[end + 100 :], at=end + 100), *tcp.close()]


@case(tls_sni=TRACKER)
def tcp_urgent():
    "The segment has URG set and an urgent pointer: the bytes are part of the stream all the same."
    tcp = Tcp()
    return [
        *tcp.open(),
        tcp.client(HELLO[:200], flags=URG | PSH | ACK, urgent=5),
        tcp.client(HELLO[200:]),
        tcp.ack(),
        *tcp.close(),
    ]


@case(tls_sni=TRACKER)
def tcp_first_byte_late():
    "The first byte of the stream is lost and comes after all others."
    tcp = Tcp()
    return [*tcp.open(), tcp.client(HELLO[1:], at=1), tcp.client(HELLO[:1], at=0), tcp.ack(), *tcp.close()]


@case(tls_sni=[TRACKER, "first.example"])
def tcp_tuple_reused():
    "Two connections follow each other on one five-tuple, each with a SYN and a name of its own."
    return upload(tls.hello("first.example"), [200]) + upload(HELLO, [200], isn=90_000_000, server_isn=3_000_000)


@case(tls_sni=[TRACKER, "first.example"])
def tcp_tuple_reused_after_reset():
    "The first connection ends by a RST, and the next takes its five-tuple."
    first = Tcp()
    out = [*first.open(), first.client(tls.hello("first.example")), first.packet(1, wire.RST | ACK)]
    return out + upload(HELLO, [200], isn=90_000_000, server_isn=3_000_000)


@case(tls_sni=[TRACKER, "first.example"])
def tcp_tuple_reused_without_end():
    "The end of the first connection was not captured; a SYN with a new number begins the next."
    first = Tcp()
    out = [*first.open(), first.client(tls.hello("first.example")), first.server(tls.server_flight())]
    return out + upload(HELLO, [200], isn=90_000_000, server_isn=3_000_000)


@case(tls_sni=TRACKER)
def tcp_syn_repeated():
    "The SYN and the SYN-ACK are sent three times."
    tcp = Tcp()
    syn, syn_ack, ack = tcp.open()
    return [syn, syn, syn, syn_ack, syn_ack, ack, tcp.client(HELLO), syn_ack, ack, tcp.ack(), *tcp.close()]


@case(tls_sni=TRACKER)
def tcp_bad_checksum():
    "Every TCP checksum is wrong, as offloading leaves them."
    return [p[:36] + b"\xde\xad" + p[38:] for p in upload(HELLO, [200])]


@case(tls_sni=TRACKER)
def tcp_length_zero():
    "IP's total length is 0, as segmentation offload leaves it in big segments."
    out = []
    for p in upload(HELLO, [200]):
        head = p[:2] + b"\0\0" + p[4:10] + b"\0\0" + p[12:20]
        out.append(head[:10] + wire.checksum(head).to_bytes(2, "big") + head[12:] + p[20:])
    return out


@case(tls_sni=TRACKER)
def tcp_short_padded():
    "Short frames are padded to 60 bytes with zeros that are no part of the stream."
    return savefile.pcap([ether(p).ljust(60, b"\0") for p in upload(HELLO, [2, 5, 9, 200])])


@case(tls_sni=TRACKER)
def tcp_old_data_before_the_first_byte():
    "A segment begins before the stream does and runs into it: only its own part counts."
    tcp = Tcp()
    return [
        *tcp.open(),
        tcp.client(b"old" + HELLO[:200], at=-3),
        tcp.client(HELLO[200:], at=200),
        tcp.ack(),
        *tcp.close(),
    ]


@case(tls_sni=TRACKER)
def tcp_decoy_out_of_window():
    "A segment with another name lies a gigabyte before the window: no host takes it."
    tcp = Tcp()
    fake = tls.hello(LURE)
    return [*tcp.open(), tcp.client(fake, at=3_000_000_000 - (1 << 32)), tcp.client(HELLO, at=0), tcp.ack()]


@case(tls_sni=TRACKER)
def tcp_ipv6():
    "The hello in three segments over IPv6, reversed."
    tcp = Tcp(wire.CLIENT6, wire.SERVER6)
    return [*tcp.open(), *tcp.client_pieces(pieces(HELLO, [100, 200])[::-1]), tcp.ack(), *tcp.close()]


def overtaken(*order):
    """Handshake (0 to 2), the hello in two segments (3, 4) and what the server says, in another order."""
    tcp = Tcp()
    packets = [*tcp.open(), *tcp.client_pieces(pieces(tls.hello(TRACKER, pad_to=1800), [1200])), tcp.ack()]
    return [packets[i] for i in order] + [tcp.server(tls.server_flight()), *tcp.close()]


@case(tls_sni=TRACKER, contacts="1")
def tcp_syn_overtaken():
    "The SYN comes behind the data that it began, as queues of a network card mix them: one flow, one contact."
    return overtaken(3, 4, 0, 1, 2, 5)


@case(tls_sni=TRACKER, contacts="1")
def tcp_syn_overtaken_by_the_end():
    "Behind the hello's second half, and before its first."
    return overtaken(4, 0, 1, 2, 3, 5)
