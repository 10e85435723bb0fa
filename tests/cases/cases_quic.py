# SPDX-License-Identifier: Apache-2.0
"""QUIC: versions, Initials in pieces, what comes before them, and ids that change."""
import random
import struct

import quic
import savefile
import tls
import wire
from quic import ACK, DCID, PADDING, PING, SCID, crypto, initial
from registry import TRACKER, case, family
from wire import CLIENT, SERVER, ether, pieces, udp

HELLO = quic.hello(TRACKER)
NAME_AT = HELLO.index(TRACKER.encode())
LARGE = quic.hello(TRACKER, post_quantum=True, name_last=True)  # two Initials, as browsers of today send
SERVER_CID = bytes.fromhex("5e4fe49c1d001122")


def up(*datagrams, port=443, sport=50443, client=CLIENT, server=SERVER):
    return [udp(client, sport, server, port, d) for d in datagrams]


def down(*datagrams, port=443, sport=50443):
    return [udp(SERVER, port, CLIENT, sport, d) for d in datagrams]


def server_initial(key_dcid=DCID, version=quic.V1, dcid=SCID, scid=SERVER_CID):
    frames = ACK + crypto(0, tls.server_hello())
    return initial(frames, version, dcid, scid, key_dcid=key_dcid, side="server")


def answer(**more):
    return down(server_initial(**more), quic.opaque(quic.HANDSHAKE, SCID, SERVER_CID, size=900))


def split(data, cuts, first=0):
    """Initials that carry the pieces of `data`, numbered in order."""
    return [initial(crypto(at, part), number=first + i) for i, (at, part) in enumerate(pieces(data, cuts))]


@family(
    [
        ("v1", "QUIC version 1.", quic.V1),
        ("v2", "QUIC version 2 (RFC 9369): other salt, labels and packet types.", quic.V2),
        *[(f"draft_{d}", f"Draft {d} of QUIC.", 0xFF000000 | d) for d in range(23, 35)],
        ("mvfst_1", "Facebook's mvfst, version faceb001.", quic.MVFST),
        ("mvfst_2", "Facebook's mvfst, version faceb002.", quic.MVFST_2),
        ("mvfst_e", "Facebook's mvfst, version faceb00e.", quic.MVFST_EXPERIMENT),
        ("greased", "A version that forces negotiation (0x?a?a?a?a), protected as version 1 is.", quic.GREASED),
        ("greased_29", "A version that forces negotiation, protected as draft 29 is.", quic.GREASED_29),
    ],
    "quic_sni",
    "quic",
)
def version(number):
    return [*up(initial(crypto(0, HELLO), number)), *answer(version=number)]


@family(
    [
        ("t050", "Google's T050: TLS in Google's frames, with a salt of its own.", quic.T050),
        ("t051", "Google's T051: TLS in Google's frames, with a salt of its own.", quic.T051),
    ],
    "quic_sni|gquic_sni",
    "quic",
)
def google_tls(number):
    return up(initial(crypto(0, HELLO, kind=8), number, number_size=1))


@case(gquic_sni=TRACKER)
def gquic_q043():
    "Google's Q043: a hello of tags in the clear, the packet's header not yet the invariant one."
    return up(quic.google_43(TRACKER))


@family(
    [
        ("q044", "Google's Q044: a hello of tags in the clear behind the invariant header.", "Q044"),
        ("q045", "Google's Q045: the same.", "Q045"),
        ("q046", "Google's Q046: the first byte tells how wide the packet's number is.", "Q046"),
        ("q047", "Google's Q047: the same.", "Q047"),
        ("q048", "Google's Q048: the hello of tags is in a CRYPTO frame.", "Q048"),
        ("q049", "Google's Q049: each id has its own length; a token and a length follow.", "Q049"),
    ],
    "gquic_sni",
    "gquic",
)
def google_clear(number):
    return up(quic.google_long(TRACKER, number))


@case(gquic_sni=TRACKER)
def gquic_q050():
    "Google's Q050: a hello of tags in a protected Initial."
    return up(initial(crypto(0, quic.chlo(TRACKER), kind=8), quic.Q050, scid=b"", number=1, size=1350, number_size=1))


@family(
    [(f"port_{p}", f"QUIC on port {p}.", p) for p in (80, 53, 784, 853, 4433, 5060, 8443, 41443)], "quic_sni", "quic"
)
def on_port(port):
    return up(initial(crypto(0, HELLO)), port=port)


@case(quic_sni=TRACKER)
def quic_ipv6():
    "QUIC over IPv6."
    return up(*split(LARGE, [1000]), client=wire.CLIENT6, server=wire.SERVER6)


@family([(f"split_{n}", f"The hello over {n} Initials.", n) for n in (2, 3, 4, 5)], "quic_sni", "quic")
def spread(count):
    data = quic.hello(TRACKER, pad_to=count * 1000, name_last=True)
    return [*up(*split(data, range(1000, count * 1000, 1000))), *answer()]


@family(
    [
        ("reordered", "The hello over two Initials, the second first.", (1, 0)),
        ("repeated", "The hello over two Initials, each sent twice.", (0, 0, 1, 1)),
        ("reordered_repeated", "The second Initial comes twice before the first.", (1, 1, 0)),
    ],
    "quic_sni",
    "quic",
)
def ordered(order):
    parts = split(LARGE, [1000])
    return [*up(*[parts[i] for i in order]), *answer()]


@case(quic_sni=TRACKER)
def quic_cut_in_name():
    "The name itself is divided between two Initials, the second first."
    cut = LARGE.index(TRACKER.encode()) + 9
    return up(*split(LARGE, [cut])[::-1])


@case(quic_sni=TRACKER)
def quic_retransmitted_otherwise():
    "The second Initial is lost; its bytes come again in two others, cut elsewhere, with new numbers."
    first, _ = split(LARGE, [1000])
    again = [initial(crypto(900, LARGE[900:1200]), number=2), initial(crypto(1200, LARGE[1200:]), number=3)]
    return up(first, *again)


def scrambled(data, seed, size=40):
    """Chrome's chaos protection: CRYPTO frames of all sizes in a random order, PING and PADDING between."""
    rng, frames, at = random.Random(seed), [], 0
    while at < len(data):
        step = rng.randint(1, size)
        frames.append(crypto(at, data[at : at + step]))
        at += step
    frames += [PING] * 6 + [PADDING * rng.randint(1, 30) for _ in range(6)]
    rng.shuffle(frames)
    return b"".join(frames)


@case(quic_sni=TRACKER)
def quic_chaos():
    "Chaos protection: CRYPTO frames in a random order with PING and PADDING between them."
    return [*up(initial(scrambled(HELLO, 7))), *answer()]


@case(quic_sni=TRACKER)
def quic_chaos_two_initials():
    "Chaos protection over two Initials: bytes of both halves of the hello are in each."
    rng, parts = random.Random(11), [(at, LARGE[at : at + 90]) for at in range(0, len(LARGE), 90)]
    rng.shuffle(parts)
    half = len(parts) // 2
    frames = [PING.join(crypto(*p) for p in group) for group in (parts[:half], parts[half:])]
    return [*up(initial(frames[0]), initial(frames[1], number=1)), *answer()]


@case(quic_sni=TRACKER)
def quic_chaos_many_frames():
    "More than 64 CRYPTO frames in one Initial."
    return up(initial(scrambled(HELLO, 13, size=5), size=1350))


@case(quic_sni=TRACKER)
def quic_overlap():
    "CRYPTO frames overlap, with the same bytes."
    parts = [(at, HELLO[at : at + 100]) for at in range(0, len(HELLO), 60)]
    return up(initial(b"".join(crypto(*p) for p in parts)))


@case(quic_sni=TRACKER)
def quic_repeat_hides_hole():
    "A repeated frame makes the count of bytes right while a hole is open: the name comes with what fills it."
    size = len(LARGE)
    frames = crypto(0, LARGE[:600]) + crypto(0, LARGE[: size - 1100])
    return up(
        initial(frames), initial(crypto(1000, LARGE[1000:]), number=1), initial(crypto(500, LARGE[500:1100]), number=2)
    )


@case(quic_sni=TRACKER)
def quic_ack_first():
    "An ACK frame stands before the CRYPTO frame."
    return up(initial(ACK + crypto(0, HELLO)))


@case(quic_sni=TRACKER)
def quic_ack_ecn_first():
    "An ACK frame with two ranges and ECN counts stands before the CRYPTO frame."
    ack = b"\3" + b"".join(quic.varint(v) for v in (900, 40000, 1, 2, 3, 4, 70, 80, 90))
    return up(initial(ack + PING + crypto(0, HELLO)))


@case(quic_sni=TRACKER)
def quic_padding_first():
    "PADDING stands before the CRYPTO frame."
    return up(initial(PADDING * 500 + crypto(0, HELLO)))


@case(quic_sni=TRACKER)
def quic_coalesced():
    "Two Initials and a 0-RTT packet lie in one datagram."
    cut = NAME_AT + 9
    first = initial(crypto(0, HELLO[:cut]), size=0)
    second = initial(crypto(cut, HELLO[cut:]), number=1, size=0)
    return up(first + second + quic.opaque(quic.ZERO_RTT, size=600))


@case(quic_sni=TRACKER)
def quic_coalesced_behind_other():
    "The Initial is the second packet of its datagram, behind a 0-RTT packet."
    return up(quic.opaque(quic.ZERO_RTT, size=300) + initial(crypto(0, HELLO), size=800))


@case(quic_sni=TRACKER)
def quic_zero_rtt_first():
    "A datagram of 0-RTT comes before the Initial."
    return [*up(quic.opaque(quic.ZERO_RTT, size=1100), initial(crypto(0, HELLO))), *answer()]


@case(quic_sni=TRACKER)
def quic_zero_rtt_between():
    "Datagrams of 0-RTT stand between the two Initials."
    first, second = split(LARGE, [1000])
    early = [quic.opaque(quic.ZERO_RTT, size=1100, seed=s) for s in (61, 62, 63)]
    return up(first, *early, second)


def retried(parts_before, parts_after):
    token, new = tls.noise(40, 71), bytes.fromhex("aa00bb11cc22dd33")
    before = [initial(crypto(at, part), number=i) for i, (at, part) in enumerate(parts_before)]
    after = [initial(crypto(at, part), dcid=new, token=token, number=4 + i) for i, (at, part) in enumerate(parts_after)]
    return [*up(*before), *down(quic.retry(new, token)), *up(*after), *answer(key_dcid=new)]


@case(quic_sni=TRACKER)
def quic_retry():
    "A Retry changes id and keys; the whole hello comes again."
    return retried([(0, HELLO)], [(0, HELLO)])


@case(quic_sni=TRACKER)
def quic_retry_split():
    "Of a hello over two Initials the first is seen before the Retry, both after it, in reverse."
    parts = pieces(LARGE, [1000])
    return retried(parts[:1], parts[::-1])


@case(quic_sni=TRACKER)
def quic_retry_after_only():
    "The capture begins with the Retry."
    return retried([], pieces(LARGE, [1000]))


@case(quic_sni=TRACKER)
def quic_version_negotiation():
    "The server refuses the version; the client begins anew with another, in the same flow."
    refused = initial(crypto(0, quic.hello(TRACKER, name_last=True)[:300]), 0xFF00001D)
    anew = initial(crypto(0, HELLO), dcid=bytes.fromhex("0102030405060708"))
    return [*up(refused), *down(quic.version_negotiation([quic.GREASED, quic.V1])), *up(anew)]


@case(quic_sni=TRACKER)
def quic_version_negotiation_unknown():
    "The first version is one that nobody knows; after the negotiation comes version 1."
    refused = initial(crypto(0, quic.hello("secret.example")), 0x12345678)
    return [*up(refused), *down(quic.version_negotiation([quic.V1])), *up(initial(crypto(0, HELLO)))]


@case(quic_sni=TRACKER)
def quic_compatible_version():
    "The client begins with version 1 and goes on with version 2 (RFC 9368), its hello split between."
    first = initial(crypto(0, LARGE[:1000]))
    reply = initial(ACK + crypto(0, tls.server_hello()), quic.V2, SCID, SERVER_CID, key_dcid=DCID, side="server")
    second = initial(crypto(1000, LARGE[1000:]), number=1)
    return [*up(first), *up(second), *down(reply)]


@case(quic_sni=TRACKER)
def quic_server_first():
    "The server's Initial is captured before the client's."
    return [*answer(), *up(initial(crypto(0, HELLO)))]


@case(quic_sni=TRACKER)
def quic_server_first_split():
    "The server's Initial is captured first, and the client's two come in reverse."
    return [*answer(), *up(*split(LARGE, [1000])[::-1])]


@case(quic_sni=TRACKER)
def quic_server_chosen_id():
    "The second Initial goes to the id that the server chose; its keys are still those of the first."
    first = initial(crypto(0, LARGE[:1000]))
    second = initial(ACK + crypto(1000, LARGE[1000:]), dcid=SERVER_CID, key_dcid=DCID, number=1)
    return [*up(first), *down(server_initial()), *up(second)]


@case(quic_sni=TRACKER)
def quic_server_chosen_id_unseen():
    "The second Initial goes to the server's id, and the server's packets were not captured."
    first = initial(crypto(0, LARGE[:1000]))
    return up(first, initial(crypto(1000, LARGE[1000:]), dcid=SERVER_CID, key_dcid=DCID, number=1))


@case(quic_sni=TRACKER)
def quic_no_source_id():
    "The client's own id is empty, as Chrome's is."
    return up(initial(crypto(0, HELLO), scid=b""))


@case(quic_sni=TRACKER)
def quic_long_ids():
    "Both ids have 20 bytes."
    return up(initial(crypto(0, HELLO), dcid=bytes(range(20)), scid=bytes(range(20, 40))))


@case(quic_sni=TRACKER)
def quic_no_ids():
    "Both ids are empty: not allowed for a first Initial, and keys follow all the same."
    return up(initial(crypto(0, HELLO), dcid=b"", scid=b""))


@case(quic_sni=TRACKER)
def quic_token():
    "The Initial carries a token of 120 bytes from an earlier connection."
    return up(initial(crypto(0, HELLO), token=tls.noise(120, 73)))


@family([(f"number_{n}", f"The packet number takes {n} bytes.", n) for n in (1, 3, 4)], "quic_sni", "quic")
def numbered(size):
    return up(initial(crypto(0, HELLO), number=200, number_size=size))


@case(quic_sni=TRACKER)
def quic_hello_16k():
    "A hello of 16 KB over 16 Initials, the name last."
    data = quic.hello(TRACKER, pad_to=16000, name_last=True)
    return up(*split(data, range(1050, len(data), 1050)))


@case(quic_sni=TRACKER)
def quic_hello_16k_shuffled():
    "A hello of 16 KB over 16 Initials in a random order."
    parts = split(quic.hello(TRACKER, pad_to=16000, name_last=True), range(1050, 16000, 1050))
    random.Random(17).shuffle(parts)
    return up(*parts)


@case(quic_sni=TRACKER)
def quic_cut_by_snaplen():
    "The second Initial of a datagram is cut by the snaplen; the first was whole and has the name."
    first = initial(crypto(0, HELLO[: NAME_AT + 60]), size=0)
    second = initial(crypto(NAME_AT + 60, HELLO[NAME_AT + 60 :]), number=1, size=800)
    return savefile.pcap([ether(p) for p in up(first + second)], snaplen=14 + 28 + len(first) + 60)


@case(quic_sni=TRACKER)
def quic_rest_never_comes():
    "The name is whole in the first Initial; the second never comes."
    data = quic.hello(TRACKER, post_quantum=True)
    return up(split(data, [1000])[0])


@case(quic_sni=TRACKER)
def quic_client_port_moves():
    "A NAT changes the client's port between the two Initials; the connection id stays."
    first, second = split(LARGE, [1000])
    return up(first) + up(second, sport=50778)


@case(quic_sni=[TRACKER, "second.example"])
def quic_tuple_reused():
    "Two connections follow each other on one five-tuple, each with an id and a name of its own."
    later = initial(crypto(0, quic.hello("second.example")), dcid=bytes.fromhex("fedcba9876543210"))
    return [*up(initial(crypto(0, HELLO))), *answer(), *up(later)]


@case(quic_sni=[TRACKER, "second.example"])
def quic_two_at_once():
    "The Initials of two connections on one five-tuple come in turn."
    other, dcid = quic.hello("second.example", post_quantum=True, name_last=True), bytes.fromhex("fedcba9876543210")
    ours = split(LARGE, [1000])
    theirs = [initial(crypto(at, part), dcid=dcid, number=i) for i, (at, part) in enumerate(pieces(other, [1000]))]
    return up(ours[0], theirs[0], ours[1], theirs[1])


@case(quic_sni=TRACKER)
def quic_bad_packet_first():
    "An Initial that does not decrypt, as a damaged one, comes before the good one."
    bad = bytearray(initial(crypto(0, HELLO)))
    bad[-1] ^= 1
    return up(bytes(bad), initial(crypto(0, HELLO), number=1))


@case(quic_sni=TRACKER)
def quic_fixed_bit_clear():
    "The fixed bit is greased to 0 (RFC 9287)."
    head = bytearray(quic.long_header(quic.V1, quic.INITIAL, DCID, SCID, 1) + b"\0")
    head[0] &= 0xBF
    plain = crypto(0, HELLO) + PADDING * (1100 - len(HELLO))
    head += struct.pack("!H", 0x4000 | 2 + len(plain) + 16)
    return up(quic.protected(bytes(head), 0, plain, quic.keys(quic.V1, DCID, "client")))
