#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""pipe.py DANCECARD: what a pipe has said so far is told while it pauses, with any number of workers."""
import json
import os
import select
import struct
import subprocess
import sys
import time

from common import content

CAPTURE = "tag-manager.pcap"
PAUSE_AFTER = 540  # packets, of 554
PATIENCE = 60  # seconds
QUIET = 1


def first_packets(data, count):
    at = 24  # pcap-savefile(5)
    for _ in range(count):
        at += 16 + struct.unpack_from("<I", data, at + 8)[0]
    return data[:at]


def heard_in_pause(dancecard, workers, begin, is_enough):
    """The lines until it is enough, and what comes within a moment of that."""
    with subprocess.Popen([dancecard, "-q", "-a", "-r", "-", "-j", str(workers)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as child:
        child.stdin.write(begin)
        child.stdin.flush()
        said, limit = b"", time.monotonic() + PATIENCE
        while time.monotonic() < limit:
            lines = said.split(b"\n")[:-1]
            ready, _, _ = select.select([child.stdout], [], [], QUIET)
            if ready:
                said += os.read(child.stdout.fileno(), 65536)
            elif is_enough(lines):
                break
        child.kill()
    return said.split(b"\n")[:-1]


def has_contact(lines):
    return any(json.loads(line)["event_type"] == "contact" for line in lines)


def faults(dancecard):
    begin = first_packets(content(CAPTURE), PAUSE_AFTER)
    one = heard_in_pause(dancecard, 1, begin, has_contact)
    if not has_contact(one):
        yield f"no contact while the pipe pauses: {len(one)} lines"
    for workers in (2, 3):
        many = heard_in_pause(dancecard, workers, begin, lambda lines: len(lines) >= len(one))
        if many[:len(one)] != one:
            yield f"-j {workers}: {len(many)} lines while the pipe pauses, -j 1: {len(one)}"


if __name__ == "__main__":
    found = list(faults(os.path.abspath(sys.argv[1])))
    print("\n".join(found) or "told while the pipe pauses")
    sys.exit(1 if found else 0)
