#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""killed.py DANCECARD: a live sensor that is killed (SIGKILL) has written its evidence by then.

In a network namespace of its own, packets of pixel-tls.pcap are sent to it; once every contact that
it told is named in the evidence file, it is killed, and the file gives those contacts again. Exit
status 77: skipped.
"""
import os
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
import live  # noqa: E402
from common import content, ids, run  # noqa: E402
from same import packets  # noqa: E402

PATIENCE = 120  # seconds


def until(condition):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)
    return False


def listens():
    with open("/proc/net/packet", encoding="ascii") as sockets:
        return len(sockets.readlines()) > 1


def read(path):
    with open(path, "rb") as file:
        return file.read()


def main(dancecard, folder):
    live.plug()
    evidence, told = os.path.join(folder, "e.pcapng"), os.path.join(folder, "told")
    with open(told, "wb") as out:
        sensor = subprocess.Popen([dancecard, "-q", "-i", "tap0", "-w", evidence], stdin=subprocess.DEVNULL, stdout=out)
    try:
        heard = until(listens)
        live.send(packets(content(live.NAME)))
        wanted = len(live.contacts(run(dancecard, "-q", "-r", live.NAME).stdout))
        is_told = until(lambda: len(live.contacts(read(told))) >= wanted)
        whole = read(told)[:read(told).rfind(b"\n") + 1]
        names = [f"event_id {i}".encode() for i in ids(whole, "contact")]
        is_kept = until(lambda: all(n in read(evidence) for n in names))
    finally:
        sensor.kill()
        sensor.wait()
    again = run(dancecard, "-q", "-r", evidence)
    got = ids(again.stdout, "contact")
    if heard and is_told and is_kept and again.returncode == 0 and set(ids(whole, "contact")) <= set(got):
        print(f"killed; {wanted} contacts are in the evidence file")
        return 0
    print(f"heard {heard}, told {is_told}, kept {is_kept}, again {again.returncode} {again.stderr.decode()}: "
          f"{sorted(set(ids(whole, 'contact')) - set(got))} are gone")
    return 1


if __name__ == "__main__":
    program = os.path.abspath(sys.argv[1])
    if live.INSIDE not in os.environ:
        sys.exit(live.enclosed([os.path.abspath(__file__), program]))
    with tempfile.TemporaryDirectory() as place:
        sys.exit(main(program, place))
