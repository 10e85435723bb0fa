# SPDX-License-Identifier: Apache-2.0
"""HTTP/2 frames and just enough HPACK (RFC 7541) to write requests."""
from tls import block

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, SETTINGS, CONTINUATION = 0, 1, 4, 9
END_STREAM, END_HEADERS = 1, 4
GET, PATH, HTTP = b"\x82", b"\x84", b"\x86"  # fields of the static table
AUTHORITY = 1

# RFC 7541, appendix B, for what names are made of: (bits, first code, characters in order)
HUFFMAN = {}
for bits, code, characters in (
    (5, 0, "012aceiost"),
    (6, 0x14, " %-./3456789=A_bdfghlmnpru"),
    (7, 0x5C, ":"),
    (7, 0x74, "jkqvwxyz"),
):
    for offset, character in enumerate(characters):
        HUFFMAN[character] = (bits, code + offset)


def huffman(text):
    value = size = 0
    for character in text:
        bits, code = HUFFMAN[character]
        value, size = value << bits | code, size + bits
    rest = -size % 8
    coded = (value << rest | (1 << rest) - 1).to_bytes((size + rest) // 8, "big")
    return bytes([0x80 | len(coded)]) + coded


def plain(text):
    return block(1, text.encode())


def field(index, value, string=plain, keep=0x40):
    """A field whose name is in a table; `keep` 0x40 puts it into the dynamic table, 0 does not."""
    return bytes([keep | index]) + string(value)


def frame(kind, flags, stream, payload=b""):
    return block(3, payload)[:3] + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def begin(settings=b""):
    return PREFACE + frame(SETTINGS, 0, 0, settings)


def request(stream, *fields, flags=END_STREAM | END_HEADERS):
    return frame(HEADERS, flags, stream, b"".join([GET, HTTP, PATH, *fields]))
