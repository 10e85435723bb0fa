# SPDX-License-Identifier: Apache-2.0
"""TLS and DTLS handshakes: hellos, records, certificates. Everything random comes from a fixed seed."""
import datetime
import functools
import random
import struct

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

GREASE = 0x4A4A
HELLO, SERVER_HELLO, CERTIFICATE, SERVER_DONE = 1, 2, 11, 14


def noise(count, seed=1):
    return random.Random(seed).randbytes(count)


def block(width, data):
    return len(data).to_bytes(width, "big") + data


def extension(kind, body=b""):
    return struct.pack("!H", kind) + block(2, body)


def server_name(name):
    name = name if isinstance(name, bytes) else name.encode()
    return extension(0, block(2, b"\0" + block(2, name)))


def alpn(*names):
    return extension(16, block(2, b"".join(block(1, n.encode()) for n in names)))


def ech_outer(config_id=7, payload=208):
    """RFC 9849: type outer, HKDF-SHA256, AES-128-GCM, configuration, encapsulated key, payload."""
    return extension(
        0xFE0D, struct.pack("!BHHB", 0, 1, 1, config_id) + block(2, noise(32, 8)) + block(2, noise(payload, 9))
    )


def key_share(post_quantum):
    shares = struct.pack("!H", GREASE) + block(2, b"\0")
    if post_quantum:
        shares += struct.pack("!H", 0x11EC) + block(2, noise(1216, 3))  # X25519MLKEM768
    return extension(51, block(2, shares + struct.pack("!H", 29) + block(2, noise(32, 4))))


def client_hello(
    name,
    protocols=("h2", "http/1.1"),
    pad_to=0,
    post_quantum=False,
    more=b"",
    seed=1,
    version=0x0303,
    cookie=None,
    versions=(0x0304, 0x0303),
    session=32,
    name_last=False,
):
    """A handshake message as a browser of today says it. `name` None: without the extension; `cookie`: DTLS."""
    named = server_name(name) if name is not None else b""
    ciphers = struct.pack("!8H", GREASE, 0x1301, 0x1302, 0x1303, 0xC02B, 0xC02F, 0xC02C, 0xC030)
    extensions = extension(GREASE) + (b"" if name_last else named)
    extensions += extension(23) + extension(0xFF01, b"\0") + extension(10, block(2, struct.pack("!3H", 0x11EC, 29, 23)))
    extensions += extension(11, b"\1\0") + extension(35) + (alpn(*protocols) if protocols else b"")
    extensions += extension(13, block(2, struct.pack("!4H", 0x0403, 0x0804, 0x0401, 0x0503)))
    if 0x0304 in versions or 0xFEFC in versions:
        extensions += key_share(post_quantum) + extension(45, b"\1\1")
        extensions += extension(43, block(1, struct.pack(f"!{len(versions)}H", *versions)))
    extensions += more
    head = struct.pack("!H", version) + noise(32, seed) + block(1, noise(session, seed + 1))
    head += (block(1, cookie) if cookie is not None else b"") + block(2, ciphers) + b"\1\0"
    named = named if name_last else b""
    left = pad_to - len(head) - len(extensions) - len(named) - 6
    while left >= 4:  # RFC 7685; a body holds 65,535 bytes
        extensions += extension(21, bytes(min(left - 4, 60000)))
        left = pad_to - len(head) - len(extensions) - len(named) - 6
    return bytes([HELLO]) + block(3, head + block(2, extensions + named))


def record(data, kind=22, version=0x0301):
    return struct.pack("!BH", kind, version) + block(2, data)


def records(handshake, sizes=(), version=0x0301):
    """The message in records of these sizes, the rest in one more (each at most 16,384 bytes)."""
    out, at = b"", 0
    for size in sizes:
        out += record(handshake[at : at + size], version=version)
        at += size
    while at < len(handshake):
        out += record(handshake[at : at + 16384], version=version)
        at += 16384
    return out


def hello(name, **more):
    """A ClientHello in records, as a TCP stream begins with it."""
    return records(client_hello(name, **more))


def server_hello(version=0x0304, cipher=0x1301):
    chosen = extension(43, struct.pack("!H", version)) + extension(51, struct.pack("!H", 29) + block(2, noise(32, 6)))
    body = b"\3\3" + noise(32, 5) + block(1, noise(32, 2)) + struct.pack("!HB", cipher, 0)
    return bytes([SERVER_HELLO]) + block(3, body + block(2, chosen if version == 0x0304 else extension(0xFF01, b"\0")))


def server_flight():
    """TLS 1.3: ServerHello, then what is encrypted."""
    return records(server_hello(), version=0x0303) + record(b"\1", 20, 0x0303) + record(noise(900, 7), 23, 0x0303)


@functools.lru_cache
def certificate(common_name, names):
    key = Ed25519PrivateKey.from_private_bytes(b"dancecard's hard cases: test key")
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    day = datetime.datetime(2026, 1, 1)
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), 4711, day, day + datetime.timedelta(400))
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(n) for n in names]), False)
    return builder.sign(key, None).public_bytes(Encoding.DER)


def server_flight_12(common_name, names=()):
    """TLS 1.2: ServerHello, Certificate, ServerHelloDone, in one record."""
    chain = block(3, block(3, certificate(common_name, tuple(names))))
    body = server_hello(0x0303, 0xC02B) + bytes([CERTIFICATE]) + block(3, chain) + bytes([SERVER_DONE]) + block(3, b"")
    return records(body, version=0x0303)


def ssl2_hello():
    """RFC 5246, appendix E.2: an SSL 2 hello that offers TLS 1.0. It has no room for a name."""
    specs = b"".join(bytes(3 - len(s)) + s for s in (b"\x00\x2f", b"\x00\x35", b"\x00\x0a"))
    body = struct.pack("!BHHHH", 1, 0x0301, len(specs), 0, 16) + specs + noise(16)
    return struct.pack("!H", 0x8000 | len(body)) + body


def dtls_records(handshake, sizes=(), version=0xFEFD, message=0, first=0):
    """Datagrams of one handshake message in fragments of these sizes (RFC 6347, section 4.2.3)."""
    kind, body, out, at = handshake[:1], handshake[4:], [], 0
    for number, size in enumerate([*sizes, len(body) - sum(sizes)]):
        piece = (
            kind
            + block(3, body)[:3]
            + struct.pack("!H", message)
            + at.to_bytes(3, "big")
            + block(3, body[at : at + size])
        )
        out.append(struct.pack("!BHHIH", 22, version, 0, 0, first + number) + block(2, piece))
        at += size
    return out
