# SPDX-License-Identifier: Apache-2.0
"""JA3 and JA4 (TLS client, BSD) of a ClientHello, counted from its bytes by their published descriptions."""
import hashlib
import struct

VERSIONS = {0x0304: "13", 0x0303: "12", 0x0302: "11", 0x0301: "10"}


def is_grease(value):
    return value & 0x0F0F == 0x0A0A and value >> 8 == value & 0xFF


def numbers(data):
    return [n for n in struct.unpack(f"!{len(data) // 2}H", data) if not is_grease(n)]


def parts(hello):
    """Version, ciphers, [(extension, body)], without GREASE."""
    version, at = struct.unpack_from("!H", hello, 4)[0], 4 + 2 + 32
    at += 1 + hello[at]
    size = struct.unpack_from("!H", hello, at)[0]
    ciphers = numbers(hello[at + 2 : at + 2 + size])
    at += 2 + size
    at += 1 + hello[at] + 2
    extensions = []
    while at < len(hello):
        kind, size = struct.unpack_from("!HH", hello, at)
        if not is_grease(kind):
            extensions.append((kind, hello[at + 4 : at + 4 + size]))
        at += 4 + size
    return version, ciphers, extensions


def ja3(hello):
    version, ciphers, extensions = parts(hello)
    bodies = dict(extensions)
    lists = ciphers, [kind for kind, _ in extensions], numbers(bodies.get(10, b"\0\0")[2:]), list(bodies.get(11, b"\0")[1:])
    text = ",".join([str(version), *("-".join(map(str, one)) for one in lists)])
    return hashlib.md5(text.encode()).hexdigest()


def ja4(hello, transport="t"):
    version, ciphers, extensions = parts(hello)
    bodies = dict(extensions)
    offered = numbers(bodies[43][1:]) if 43 in bodies else [version]
    protocol = bodies[16][3 : 3 + bodies[16][2]].decode() if 16 in bodies else "00"
    head = (
        f"{transport}{VERSIONS[max(offered)]}{'d' if 0 in bodies else 'i'}{len(ciphers):02}{len(extensions):02}"
        f"{protocol[0]}{protocol[-1]}"
    )
    kinds = sorted(f"{kind:04x}" for kind in bodies if kind not in (0, 16))
    schemes = [f"{n:04x}" for n in numbers(bodies.get(13, b"\0\0")[2:])]
    texts = ",".join(sorted(f"{c:04x}" for c in ciphers)), "_".join([",".join(kinds), *([",".join(schemes)] if schemes else [])])
    return "_".join([head, *(hashlib.sha256(t.encode()).hexdigest()[:12] for t in texts)])
