#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""live.py DANCECARD: a live capture. In a network namespace of its own, packets of pixel-tls.pcap
are sent over a pair of virtual Ethernet devices; the sensor at the other end tells the contacts at
once, and SIGTERM ends it with a summary and exit status 0. Exit status 77: skipped."""
import os
import select
import signal
import socket
import subprocess
import sys
import time

from common import content, events, ids, run
from same import packets

INSIDE = "DANCECARD_LIVE_INSIDE"
NAME = "pixel-tls.pcap"


def skip(why):
    print(why)
    sys.exit(77)


def enclosed(arguments):
    """Ourselves again, in a namespace from which no packet can leave."""
    if os.geteuid() != 0:
        skip("needs root, to make a network namespace")
    if subprocess.run(["unshare", "--net", "true"], stderr=subprocess.DEVNULL, check=False).returncode != 0:
        skip("may not make network namespaces here")
    return subprocess.run(["unshare", "--net", sys.executable, "-B", *arguments],
                          env={**os.environ, INSIDE: "1"}, check=False).returncode


def plug():
    for line in ("link add tap0 type veth peer name wire0", "link set tap0 up", "link set wire0 up"):
        if subprocess.run(["ip", *line.split()], check=False).returncode != 0:
            skip("no virtual Ethernet devices here")


def listens(process, interfaces=1):
    """Its rings are mapped, and it has a handler for SIGTERM: from here on nothing is lost."""
    with open(f"/proc/{process}/maps", encoding="ascii") as rows:
        rings = sum("socket:[" in row for row in rows)
    with open(f"/proc/{process}/status", encoding="ascii") as rows:
        caught = next(int(row.split()[1], 16) for row in rows if row.startswith("SigCgt"))
    return rings >= interfaces and caught >> (signal.SIGTERM - 1) & 1


def send(frames):
    """With the pauses of the recording where they are short, and no long one."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as wire:
        wire.bind(("wire0", 0))
        before = None
        for when, frame in frames:
            if before is not None:
                time.sleep(min(max(0, when - before) / 1e9, 0.01))
            before = when
            wire.send(frame)


def lines_until(stream, done, seconds):
    """What a program has written by the time that `done` says so."""
    text, end = b"", time.monotonic() + seconds
    while not done(text) and time.monotonic() < end:
        if select.select([stream], [], [], 0.1)[0]:
            piece = os.read(stream.fileno(), 65536)
            if not piece:
                break
            text += piece
    return text


def contacts(text):
    whole = text[:text.rfind(b"\n") + 1]
    return sorted(e["tracker"]["name"] for e in events(whole) if e["event_type"] == "contact")


def main(dancecard):
    plug()
    wanted = contacts(run(dancecard, "-q", "-r", NAME).stdout)
    sensor = subprocess.Popen([dancecard, "-i", "tap0"], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    faults = []
    try:
        for _ in range(400):
            if listens(sensor.pid):
                break
            time.sleep(0.1)
        send(packets(content(NAME)))
        seen = lines_until(sensor.stdout, lambda text: len(contacts(text)) >= len(wanted), 20)
        if contacts(seen) != wanted:
            faults.append(f"before the end: {contacts(seen)}, wanted {wanted}")
        sensor.send_signal(signal.SIGTERM)
        rest, said = sensor.communicate(timeout=20)
    finally:
        sensor.kill()
    got = events(seen + rest)
    if sensor.returncode != 0:
        faults.append(f"exit status {sensor.returncode} after SIGTERM")
    if got[-1]["event_type"] != "stats":
        faults.append("no stats at the end")
    if {e.get("in_iface") for e in got if "src_ip" in e} != {"tap0"}:
        faults.append("events that do not name the interface")
    if b"analytics.tiktok.com" not in said:
        faults.append(f"no summary: {said.decode()}")
    if len(ids(seen + rest)) != len(set(ids(seen + rest))):
        faults.append("an event twice")
    if faults:
        print(said.decode(), got[-1])
    print("\n".join(faults) or f"{len(got)} events, {len(wanted)} contacts before the end")
    return 1 if faults else 0


if __name__ == "__main__":
    program = os.path.abspath(sys.argv[1])
    sys.exit(main(program) if INSIDE in os.environ else enclosed([os.path.abspath(__file__), program]))
