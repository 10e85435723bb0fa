#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Pseudonyms, from outside.

    pseudonyms.py oracle UNIT_PSEUDONYM   the same addresses through traceanon (libtrace-tools): the
                                          same pseudonyms; 77 where it is not installed
    pseudonyms.py search DANCECARD        nothing of the originals is in any output, and the same key
                                          gives the same bytes
"""
import json
import os
import random
import shutil
import socket
import struct
import subprocess
import sys
import tempfile

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
# Of the sample trace of Crypto-PAn 1.0, as in unit_pseudonym.c.
KEY = bytes([21, 34, 23, 141, 51, 164, 207, 128, 19, 10, 91, 22, 73, 144, 125, 16,
             216, 152, 143, 131, 121, 121, 101, 39, 98, 87, 76, 45, 42, 132, 34, 2])


def ipv4(source, destination):
    head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 28, 1, 0, 64, 17, 0,
                       socket.inet_aton(source), socket.inet_aton(destination))
    return head + struct.pack(">HHHH", 1, 2, 8, 0)


def write_pcap(path, packets):
    with open(path, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101))
        for number, packet in enumerate(packets):
            out.write(struct.pack("<IIII", number + 1, 0, len(packet), len(packet)) + packet)


def read_pcap(path):
    with open(path, "rb") as file:
        data = file.read()
    at = 24
    while at < len(data):
        size = struct.unpack("<I", data[at + 8:at + 12])[0]
        yield data[at + 16:at + 16 + size]
        at += 16 + size


def oracle(program, folder):
    if shutil.which("traceanon") is None:
        print("skipped: no traceanon; apt-get install libtrace-tools")
        return 77
    draw = random.Random(2002)
    addresses = [socket.inet_ntoa(draw.randbytes(4)) for _ in range(400)]
    key, plain, masked = (os.path.join(folder, name) for name in ("key", "plain", "masked"))
    with open(key, "wb") as out:
        out.write(KEY)
    write_pcap(plain, [ipv4(a, b) for a, b in zip(addresses[::2], addresses[1::2])])
    subprocess.run(["traceanon", "-s", "-d", "-f", key, "pcapfile:" + plain, "pcapfile:" + masked],
                   check=True)
    theirs = [socket.inet_ntoa(p[at:at + 4]) for p in read_pcap(masked) for at in (12, 16)]
    ours = subprocess.run([program] + addresses, check=True, capture_output=True,
                          text=True).stdout.split()
    if len(ours) != 400 or ours != theirs:
        print("not the same:", [row for row in zip(addresses, ours, theirs) if row[1] != row[2]][:5])
        return 1
    print("400 addresses: the same pseudonyms as traceanon's")
    return 0


def run(program, *options):
    done = subprocess.run([program, "-r", "pcaps/", "-c", "sensor/config/example.yaml", *options],
                          cwd=ROOT, check=True, capture_output=True)
    return done.stdout, done.stderr


def originals(output):
    """Addresses, MACs and names of our hosts in events without pseudonyms."""
    found = set()
    for line in output.splitlines():
        local = json.loads(line).get("local", {})
        found |= {local[key] for key in ("ip", "mac", "name") if key in local}
    return found


def is_packed(word, content):
    """As bytes: IPv6 addresses and MACs; four bytes of an IPv4 address may stand anywhere by chance."""
    if word.count(":") == 5:
        return bytes.fromhex(word.replace(":", "")) in content
    return ":" in word and socket.inet_pton(socket.AF_INET6, word) in content


def request(folder):
    """A client of ours calls the tracker in the clear, and says in it whose it is."""
    sys.path.insert(0, os.path.join(ROOT, "tests", "cases"))
    import savefile  # pylint: disable=import-outside-toplevel
    import wire  # pylint: disable=import-outside-toplevel

    heads = [
        b"GET http://analytics.tiktok.com/x?from=10.20.0.77 HTTP/1.1\r\nHost: analytics.tiktok.com\r\n"
        b"X-Forwarded-For: 10.20.0.77\r\nReferer: http://10.20.0.78/page\r\n\r\n",
        b"GET http://10.20.0.79/ HTTP/1.1\r\nHost: 10.20.0.79\r\n\r\n",
    ]
    path = os.path.join(folder, "request.pcap")
    with open(path, "wb") as out:
        out.write(savefile.pcap([wire.ether(p) for p in wire.upload(b"".join(heads), [len(heads[0])], sport=80)]))
    return path, [b"10.20.0.77", b"10.20.0.78", b"10.20.0.79", b"10.20.0.101"]


def clear(program, folder, key):
    """What of the request is left, in any shape."""
    path, wanted = request(folder)
    before = subprocess.run([program, "-q", "-r", path], check=True, capture_output=True).stdout
    left = {word for word in wanted if word not in before}
    for shape in ("native", "ecs", "ocsf"):
        done = subprocess.run([program, "-F", shape, "--pseudonymise", key, "-r", path], check=True, capture_output=True)
        left |= {(shape, word) for word in wanted if word in done.stdout + done.stderr}
    return left


def search(program, folder):
    program = os.path.abspath(program)
    key = os.path.join(folder, "key")
    with open(key, "w", encoding="ascii") as out:
        out.write(KEY.hex() + "\n")
    wanted = originals(run(program)[0])
    events, said = run(program, "--pseudonymise", key)
    again, _ = run(program, "--pseudonymise", key)
    flags = {"-L": os.path.join(folder, "ledger.db")}
    if "--report" in subprocess.run([program, "--help"], check=True, capture_output=True, text=True).stdout:
        flags["-R"] = os.path.join(folder, "page.html")
    run(program, "--pseudonymise", key, *(word for flag in flags.items() for word in flag))
    left = {word for word in wanted
            if f'"{word}"'.encode() in events or word.encode() + b" " in said}
    for name, path in flags.items():
        with open(path, "rb") as file:
            content = file.read()
        left |= {(name, word) for word in wanted if word.encode() in content}
        left |= {(name, word) for word in wanted if is_packed(word, content)}
        if not content:
            left.add((name, "is empty"))
    both = run(program)[0].count(b"\n"), events.count(b"\n")
    left |= clear(program, folder, key)
    if len(wanted) < 8 or left or events != again or both[0] != both[1]:
        print(f"looked for {len(wanted)}, found {left}; same: {events == again}; lines {both}")
        return 1
    print(f"{len(wanted)} originals, none of them in {both[1]} events, the summary, {' '.join(flags)}")
    return 0


def main():
    with tempfile.TemporaryDirectory() as folder:
        return {"oracle": oracle, "search": search}[sys.argv[1]](sys.argv[2], folder)


sys.exit(main())
