# SPDX-License-Identifier: Apache-2.0
"""DNS messages (RFC 1035), with compression written by hand: pointer(12) is the first question's name."""
import struct

from tls import block
from wire import address

A, NS, CNAME, PTR, TXT, AAAA, SRV, OPT, SVCB, HTTPS = 1, 2, 5, 12, 16, 28, 33, 41, 64, 65
QUERY, ANSWER, NXDOMAIN, TRUNCATED = 0x0100, 0x8180, 0x8183, 0x8380


def name(text):
    """Labels are split at dots; give a list of byte strings where a label holds one."""
    labels = text if isinstance(text, list) else [label.encode() for label in text.split(".") if label]
    return b"".join(block(1, label) for label in labels) + b"\0"


def pointer(offset):
    return struct.pack("!H", 0xC000 | offset)


def question(owner, kind=A, qclass=1):
    return (owner if isinstance(owner, bytes) else name(owner)) + struct.pack("!HH", kind, qclass)


def rr(owner, kind, data, ttl=60, rclass=1):
    owner = owner if isinstance(owner, bytes) else name(owner)
    return owner + struct.pack("!HHI", kind, rclass, ttl) + block(2, data)


def a(owner, ip, ttl=60):
    return rr(owner, AAAA if ":" in ip else A, address(ip), ttl)


def cname(owner, target, ttl=60):
    return rr(owner, CNAME, target if isinstance(target, bytes) else name(target), ttl)


def https(owner, priority=1, target=".", alpn=("h3", "h2"), hints=(), ech=b"", kind=HTTPS):
    """RFC 9460: keys in ascending order; 1 alpn, 4 ipv4hint, 5 ech, 6 ipv6hint."""
    values = [
        (1, b"".join(block(1, p.encode()) for p in alpn)),
        (4, b"".join(address(h) for h in hints if ":" not in h)),
        (5, ech),
        (6, b"".join(address(h) for h in hints if ":" in h)),
    ]
    data = struct.pack("!H", priority) + name(target)
    data += b"".join(struct.pack("!H", key) + block(2, value) for key, value in values if value and priority)
    return rr(owner, kind, data)


def ech_config(public_name, config_id=7):
    """RFC 9849: an ECHConfigList with one configuration."""
    key = bytes(range(32))
    body = struct.pack("!BH", config_id, 0x20) + block(2, key) + block(2, struct.pack("!HH", 1, 1))
    body += b"\0" + block(1, public_name.encode()) + block(2, b"")
    return block(2, struct.pack("!H", 0xFE0D) + block(2, body))


EDNS = b"\0" + struct.pack("!HHIH", OPT, 1232, 0, 0)


def message(flags, questions=(), answers=(), more=(), ident=0x1234):
    """`more` is the additional section. A name or (name, type) stands for a question."""
    whole = [q if isinstance(q, bytes) else question(*([q] if isinstance(q, str) else q)) for q in questions]
    head = struct.pack("!HHHHHH", ident, flags, len(whole), len(answers), 0, len(more))
    return head + b"".join([*whole, *answers, *more])


def query(*questions, **more):
    return message(QUERY, questions, **more)


def over_tcp(*messages):
    return b"".join(block(2, m) for m in messages)
