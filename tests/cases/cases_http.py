# SPDX-License-Identifier: Apache-2.0
"""HTTP/1 request heads and HTTP/2 in the clear."""
import http2
import tls
from http2 import AUTHORITY, field, huffman
from registry import TRACKER, case, family
from wire import Tcp, pieces, talk, upload


def get(host, path="/", more="", end="\r\n", name="Host"):
    lines = [f"GET {path} HTTP/1.1", f"{name}: {host}", "User-Agent: Mozilla/5.0", *more.splitlines(), "", ""]
    return end.join(lines).encode()


HEAD = get(TRACKER, "/api/v2/pixel")
CUT = HEAD.index(TRACKER.encode()) + 7


@family(
    [
        ("host", "A request with its Host.", HEAD, 80, []),
        ("two_segments", "The head is cut inside the Host.", HEAD, 80, [CUT]),
        ("one_byte_each", "Every byte of the head is a segment.", HEAD, 80, range(1, len(HEAD))),
        ("lower_case", "The header's name is in lower case.", get(TRACKER, name="host"), 80, []),
        (
            "odd_case",
            "The header's name is in mixed case, with no blank behind the colon.",
            HEAD.replace(b"Host: ", b"hOsT:"),
            80,
            [],
        ),
        (
            "blanks",
            "Tabs and blanks stand around the value.",
            HEAD.replace(TRACKER.encode(), b" \t" + TRACKER.encode() + b" \t"),
            80,
            [],
        ),
        ("line_feeds", "Lines end in LF only.", get(TRACKER, end="\n"), 80, []),
        ("with_port", "The Host has a port.", get(f"{TRACKER}:8080"), 8080, []),
        (
            "absolute_form",
            "The target is absolute, as a proxy gets it, and there is no Host.",
            f"GET http://{TRACKER}/x HTTP/1.1\r\nAccept: */*\r\n\r\n".encode(),
            3128,
            [],
        ),
        (
            "absolute_form_wins",
            "The target is absolute, and names another host than Host does (RFC 9112, section 3.2.2).",
            f"GET http://{TRACKER}/x HTTP/1.1\r\nHost: proxy.example\r\n\r\n".encode(),
            3128,
            [],
        ),
        (
            "connect",
            "A CONNECT to a name.",
            f"CONNECT {TRACKER}:443 HTTP/1.1\r\nHost: {TRACKER}:443\r\n\r\n".encode(),
            3128,
            [],
        ),
        (
            "post",
            "A POST with a body.",
            HEAD.replace(b"GET", b"POST").replace(b"\r\n\r\n", b"\r\nContent-Length: 4\r\n\r\nbody"),
            80,
            [],
        ),
        ("method", "A method that few use.", HEAD.replace(b"GET", b"PROPFIND"), 80, []),
        ("version_10", "HTTP/1.0 with a Host.", HEAD.replace(b"HTTP/1.1", b"HTTP/1.0"), 80, []),
        (
            "empty_lines_first",
            "Two empty lines stand before the request (RFC 9112, section 2.2).",
            b"\r\n\r\n" + HEAD,
            80,
            [],
        ),
        (
            "long_head",
            "The Host comes behind a cookie of 6 kB, in five segments.",
            b"GET / HTTP/1.1\r\nCookie: " + b"c" * 6000 + b"\r\nHost: " + TRACKER.encode() + b"\r\n\r\n",
            80,
            range(1400, 6000, 1400),
        ),
        ("long_target", "The target has 4 kB.", get(TRACKER, "/" + "q" * 4000), 80, range(1400, 4000, 1400)),
        ("head_never_ends", "The end of the head is never seen; the Host was whole.", HEAD[:-20], 80, []),
        *[(f"port_{p}", f"A request on port {p}.", HEAD, p, []) for p in (22, 53, 443, 5060, 5432, 8000, 40080)],
    ],
    "http_host",
    "http",
)
def said(data, port, cuts):
    return upload(data, cuts, sport=port)


@case(http_host=TRACKER)
def http_reordered():
    "The head over three segments, last one first."
    tcp = Tcp(sport=80)
    return [*tcp.open(), *tcp.client_pieces(pieces(HEAD, [20, CUT])[::-1]), tcp.ack(), *tcp.close()]


@case(http_host=TRACKER)
def http_midstream():
    "A request on a connection whose beginning was not captured."
    return upload(HEAD, sport=80)[3:]


@case(http_host=TRACKER)
def http_behind_proxy_line():
    "A PROXY line, then the request."
    return upload(b"PROXY TCP4 192.0.2.7 198.51.100.10 51111 80\r\n" + HEAD, sport=80)


@case(http_host=["first.example", TRACKER])
def http_pipelined():
    "Three requests in one segment, with two hosts."
    return upload(get("first.example") + get("first.example", "/b") + HEAD, sport=80)


@case(http_host=["first.example", TRACKER])
def http_kept_alive():
    "Requests and answers in turn on one connection; the second request has another host."
    ok = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    return talk((0, get("first.example")), (1, ok), (0, HEAD), (1, ok), sport=80)


@case(http_host=["first.example", TRACKER])
def http_after_post():
    "A request follows a POST with a body, in the same segment."
    post = get("first.example").replace(b"GET", b"POST").replace(b"\r\n\r\n", b"\r\nContent-Length: 9\r\n\r\nnine byte")
    return upload(post + HEAD, sport=80)


@case(http_host=["first.example", TRACKER])
def http_after_chunks():
    "A request follows a POST in chunks."
    post = (
        get("first.example")
        .replace(b"GET", b"POST")
        .replace(b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n")
    )
    return upload(post + HEAD, sport=80)


@case(
    http_host=TRACKER,
    kinds={"http_referer": "https://dmv.utah.example/renew?step=2|https://dmv.utah.example/renew|dmv.utah.example"},
)
def http_referer():
    "The Referer names the page that called the pixel."
    return upload(get(TRACKER, "/i18n/pixel/events.js", "Referer: https://dmv.utah.example/renew?step=2"), sport=80)


def h2c(*frames, cuts=(), port=80):
    return upload(http2.begin() + b"".join(frames), cuts, sport=port)


PLAIN = http2.request(1, field(AUTHORITY, TRACKER))


@family(
    [
        ("literal", "HTTP/2 with prior knowledge, the authority as a literal.", [PLAIN], []),
        ("huffman", "The authority is Huffman-coded.", [http2.request(1, field(AUTHORITY, TRACKER, huffman))], []),
        (
            "not_indexed",
            "The authority is a literal that is not kept.",
            [http2.request(1, field(AUTHORITY, TRACKER, huffman, 0))],
            [],
        ),
        ("split", "Preface and request are cut into segments of 11 bytes.", [PLAIN], range(11, 80, 11)),
        ("host", "The request has a host field and no authority.", [http2.request(1, field(38, TRACKER))], []),
        (
            "literal_name",
            "The name of the field is a literal too.",
            [http2.request(1, b"\0" + http2.plain(":authority") + http2.plain(TRACKER))],
            [],
        ),
        (
            "continuation",
            "The header block goes on in CONTINUATION frames, cut inside the name.",
            [
                http2.frame(1, 1, 1, b"\x82\x86\x84\x41\x14analy"),
                http2.frame(9, 0, 1, b"tics.tik"),
                http2.frame(9, 4, 1, b"tok.com"),
            ],
            [],
        ),
        (
            "padded_priority",
            "The HEADERS frame is padded and has a priority.",
            [http2.frame(1, 0x2D, 1, b"\5" + b"\0\0\0\0\x10" + b"\x82\x86\x84" + field(AUTHORITY, TRACKER) + bytes(5))],
            [],
        ),
        (
            "after_table_size",
            "The block begins with two changes of the table's size.",
            [http2.frame(1, 5, 1, b"\x20\x3f\xe1\x1f\x82\x86\x84" + field(AUTHORITY, TRACKER))],
            [],
        ),
        ("odd_port", "HTTP/2 with prior knowledge on port 50051.", [PLAIN], [], 50051),
    ],
    "h2c_authority",
    "h2c",
)
def clear(frames, cuts, port=80):
    return h2c(*frames, cuts=cuts, port=port)


@case(h2c_authority=["first.example", TRACKER])
def h2c_two_requests():
    "Two requests with an authority each, and a third that takes the second's from the dynamic table."
    third = http2.request(5, b"\xbe")
    return h2c(http2.request(1, field(AUTHORITY, "first.example")), http2.request(3, field(AUTHORITY, TRACKER)), third)


@case(http_host="first.example", h2c_authority=TRACKER)
def h2c_upgrade():
    "HTTP/1 upgrades to h2c; the next request names another authority."
    ask = get(
        "first.example", more="Connection: Upgrade, HTTP2-Settings\nUpgrade: h2c\nHTTP2-Settings: AAMAAABkAAQAAP__"
    )
    switch = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n" + http2.frame(4, 0, 0)
    return talk((0, ask), (1, switch), (0, http2.begin() + http2.request(3, field(AUTHORITY, TRACKER))), sport=80)


TUNNEL = f"CONNECT {TRACKER}:443 HTTP/1.1\r\nHost: {TRACKER}:443\r\n\r\n".encode()
NOTHING = b"Content-Length: 0\r\n\r\n"
MADE, REFUSED = b"HTTP/1.1 200 Connection established\r\n\r\n", b"HTTP/1.1 403 Forbidden\r\n" + NOTHING
WHO_ARE_YOU = b"HTTP/1.1 407 Proxy Authentication Required\r\n" + NOTHING


def tunnel(*turns):
    return talk((0, TUNNEL), *turns, server="10.20.0.80", sport=3128)


def tunnel_case(name, want, why, *turns):
    def make():
        return tunnel(*turns)

    make.__name__, make.__doc__ = f"proxy_{name}", why
    never = [("outcome", word) for word in ("blocked", "established", "pending", "unanswered", "reset") if word != want]
    case(contact=f"{TRACKER} certain", outcome=want, contacts="1", never=never)(make)


tunnel_case("makes_tunnel", "established", "A proxy makes the tunnel.", (1, MADE), (0, tls.hello(TRACKER)))
tunnel_case("refuses_tunnel", "blocked", "A proxy refuses the tunnel: it spoke, and the contact was stopped.", (1, REFUSED))
tunnel_case(
    "asks_who", "established", "A proxy asks for credentials first.", (1, WHO_ARE_YOU), (0, TUNNEL), (1, MADE), (0, tls.hello(TRACKER))
)
tunnel_case("asks_who_in_vain", "blocked", "A proxy asks for credentials, and gets none.", (1, WHO_ARE_YOU))
tunnel_case("asks_who_and_refuses", "blocked", "And then refuses.", (1, WHO_ARE_YOU), (0, TUNNEL), (1, REFUSED))
