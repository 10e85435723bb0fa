# SPDX-License-Identifier: Apache-2.0
"""QUIC packets with valid Initial protection (RFC 9000, 9001, 9369, the drafts, and Google's own before them)."""
import hashlib
import hmac
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

import tls

V1, V2 = 1, 0x6B3343CF
Q043, Q046, Q050, T050, T051 = (int.from_bytes(v, "big") for v in (b"Q043", b"Q046", b"Q050", b"T050", b"T051"))
MVFST, MVFST_2, MVFST_EXPERIMENT = 0xFACEB001, 0xFACEB002, 0xFACEB00E
GREASED, GREASED_29 = 0x1A2A3A4A, 0x0A0A0A0A  # forced negotiation: no salt of its own, so that of v1 or of draft 29
DCID, SCID = bytes.fromhex("8394c8f03e515708"), bytes.fromhex("c0ffee01")

SALT_V1 = bytes.fromhex("38762cf7f55934b34d179ae6a4c80cadccbb7f0a")
SALT_29 = bytes.fromhex("afbfec289993d24c9e9786f19c6111e04390a899")
SALT_22 = bytes.fromhex("7fbcdb0e7c66bbe9193a96cd21519ebd7a02644a")
SALT_23 = bytes.fromhex("c3eef712c72ebb5a11a7d2432bb46365bef9f502")
SALTS = {
    V2: bytes.fromhex("0dede3def700a6db819381be6e269dcbf9bd2ed9"),
    Q050: bytes.fromhex("504574efd066fe2f9d945cfcdbd3a7f0d3b56b45"),
    T050: bytes.fromhex("7ff579e5acd072915580304c43a2367c60488310"),
    T051: bytes.fromhex("7a4edef4e7ccee5fa4506c19124fc8ccda6e033d"),
    MVFST: SALT_22,
    MVFST_2: SALT_23,
    MVFST_EXPERIMENT: SALT_23,
    GREASED_29: SALT_29,
    **{0xFF000000 | d: SALT_23 for d in range(23, 29)},
    **{0xFF000000 | d: SALT_29 for d in range(29, 33)},
}
RETRY_KEY, RETRY_NONCE = bytes.fromhex("be0c690b9f66575a1d766b54e368c84e"), bytes.fromhex("461599d35d632bf2239825bb")
INITIAL, ZERO_RTT, HANDSHAKE, RETRY = range(4)


def expand(secret, label, size):
    info = struct.pack("!H", size) + tls.block(1, b"tls13 " + label) + b"\0"
    return hmac.new(secret, info + b"\1", hashlib.sha256).digest()[:size]


def keys(version, dcid, side):
    """key, iv, header protection key of the Initials of "client" or "server"."""
    secret = hmac.new(SALTS.get(version, SALT_V1), dcid, hashlib.sha256).digest()
    secret = expand(secret, side.encode() + b" in", 32)
    label = b"quicv2 " if version == V2 else b"quic "
    return expand(secret, label + b"key", 16), expand(secret, label + b"iv", 12), expand(secret, label + b"hp", 16)


def varint(value):
    for size, mark in ((1, 0), (2, 1), (4, 2), (8, 3)):
        if value < 1 << (8 * size - 2):
            return (value | mark << (8 * size - 2)).to_bytes(size, "big")
    raise ValueError(value)


def crypto(offset, data, kind=6):
    return bytes([kind]) + varint(offset) + varint(len(data)) + data


PING, PADDING = b"\1", b"\0"
ACK = b"\2" + varint(3) + varint(10) + varint(0) + varint(1)


def kind_bits(version, kind):
    return (kind + 1) % 4 if version == V2 else kind


def long_header(version, kind, dcid, scid, low=0):
    return (
        bytes([0xC0 | kind_bits(version, kind) << 4 | low])
        + struct.pack("!I", version)
        + tls.block(1, dcid)
        + tls.block(1, scid)
    )


def protected(head, number, plain, key_set, number_size=2):
    key, iv, mask_key = key_set
    number_bytes = number.to_bytes(number_size, "big")
    nonce = (int.from_bytes(iv, "big") ^ number).to_bytes(12, "big")
    sealed = AESGCM(key).encrypt(nonce, plain, head + number_bytes)
    sample = sealed[4 - number_size : 20 - number_size]
    mask = Cipher(algorithms.AES(mask_key), modes.ECB()).encryptor().update(sample)
    masked = bytes(a ^ b for a, b in zip(number_bytes, mask[1:]))
    return bytes([head[0] ^ mask[0] & 0x0F]) + head[1:] + masked + sealed


def initial(
    frames,
    version=V1,
    dcid=DCID,
    scid=SCID,
    number=0,
    token=b"",
    key_dcid=None,
    side="client",
    size=1200,
    number_size=2,
):
    """An Initial of `size` bytes (0: as long as its frames). `key_dcid`: the id that the keys come from."""
    head = long_header(version, INITIAL, dcid, scid, number_size - 1) + varint(len(token)) + token
    plain = frames + PADDING * max(4, size - len(head) - len(frames) - number_size - 18)
    head += struct.pack("!H", 0x4000 | number_size + len(plain) + 16)
    return protected(head, number, plain, keys(version, dcid if key_dcid is None else key_dcid, side), number_size)


def opaque(kind, dcid=DCID, scid=SCID, version=V1, size=400, seed=21):
    """A 0-RTT or Handshake packet: its content is nobody's to read."""
    head = long_header(version, kind, dcid, scid, 1)
    return head + struct.pack("!H", 0x4000 | size) + tls.noise(size, seed)


def short(dcid, size=200, seed=22):
    return b"\x43" + dcid + tls.noise(size, seed)


def retry(new_scid, token, original=DCID, client=SCID, version=V1):
    packet = long_header(version, RETRY, client, new_scid) + token
    return packet + AESGCM(RETRY_KEY).encrypt(RETRY_NONCE, b"", tls.block(1, original) + packet)


def version_negotiation(versions, client=SCID, server=DCID):
    return (
        b"\xa5\0\0\0\0" + tls.block(1, client) + tls.block(1, server) + b"".join(struct.pack("!I", v) for v in versions)
    )


def parameters(scid=SCID):
    pairs = (
        (1, varint(30000)),
        (3, varint(1472)),
        (4, varint(1 << 20)),
        (5, varint(1 << 18)),
        (8, varint(100)),
        (15, scid),
    )
    return tls.extension(57, b"".join(varint(k) + varint(len(v)) + v for k, v in pairs))


def hello(name, pad_to=0, **more):
    """A ClientHello as CRYPTO frames carry it."""
    return tls.client_hello(name, ("h3",), pad_to, versions=(0x0304,), session=0, more=parameters(), **more)


def chlo(name, pad=800):
    """Google's own hello: a table of tags, each with where its value ends."""
    values = [
        (b"PAD\0", b"-" * pad),
        (b"SNI\0", name.encode()),
        (b"VER\0", b"Q046"),
        (b"CCS\0", tls.noise(16, 31)),
        (b"UAID", b"Chrome/75.0 Linux x86_64"),
        (b"PDMD", b"X509"),
    ]
    ends, total = b"", 0
    for tag, value in values:
        total += len(value)
        ends += tag + struct.pack("<I", total)
    return b"CHLO" + struct.pack("<HH", len(values), 0) + ends + b"".join(v for _, v in values)


def stream_1(data):
    """The STREAM frame of stream 1 from offset 0, with its length, as Q043 and Q046 write it."""
    return b"\xa0\1" + struct.pack("!H", len(data)) + data


def google_43(name, size=1350):
    """Public header: version and 8-byte id; number of 1 byte; hash of the message; frames in the clear."""
    body = stream_1(chlo(name))
    return b"\x09" + DCID + b"Q043" + b"\1" + tls.noise(12, 32) + body + bytes(max(0, size - 26 - len(body)))


def google_long(name, version, size=1350):
    """The invariant header, whose rules changed with each version; hash and frames in the clear as in Q043."""
    number = int(version[1:])
    body = stream_1(chlo(name)) if number < 48 else crypto(0, chlo(name), kind=8)
    ids = b"\x50" + DCID if number < 49 else tls.block(1, DCID) + tls.block(1, b"")
    head = bytes([0xFF if number < 46 else 0xC3]) + version.encode() + ids
    rest = struct.pack("!I", 1) + tls.noise(12, 33) + body
    rest += bytes(max(0, size - len(head) - len(rest)))
    return head + (b"\0" + struct.pack("!H", 0x4000 | len(rest)) if number >= 49 else b"") + rest
