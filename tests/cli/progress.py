#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""progress.py DANCECARD: on a terminal a bar with bytes, rate and time left, wiped at the end; in a pipe,
with -q, or of a stream whose length nobody knows, none."""
import os
import pty
import re
import subprocess
import sys

from common import PCAPS, run

BAR = re.compile(rb"\[[#-]+\] +\d+ %  \d+ s left  [\d.]+ MB/s  \d+ packets")


def on_terminal(dancecard, *arguments, **how):
    terminal, side = pty.openpty()
    child = subprocess.Popen([dancecard, *arguments], stdout=subprocess.DEVNULL, stderr=side, cwd=PCAPS, **how)
    os.close(side)
    said = b""
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # nobody has the other side any more
            break
        if not piece:
            break
        said += piece
    os.close(terminal)
    return child.wait(), said


def faults(dancecard):
    status, said = on_terminal(dancecard, "-r", ".")
    if status != 0 or not BAR.search(said):
        yield f"no bar on a terminal: {said}"
    bar, _, rest = said.rpartition(b"\r\033[K")
    if not bar or b"MB/s" in rest or b"packets (" not in rest:
        yield f"the bar is not wiped before the summary: {said}"
    if on_terminal(dancecard, "-q", "-r", ".")[1]:
        yield "a bar with -q"
    if b"MB/s" in run(dancecard, "-r", ".").stderr:
        yield "a bar in a pipe"
    with subprocess.Popen(["cat", "refused.pcap"], cwd=PCAPS, stdout=subprocess.PIPE) as cat:
        status, said = on_terminal(dancecard, "-r", "-", stdin=cat.stdout)
    if status != 0 or b"left" in said or not re.search(rb"[\d.]+ MB/s  \d+ packets", said):
        yield f"a stream's length is not known: {said}"


if __name__ == "__main__":
    found = list(faults(os.path.abspath(sys.argv[1])))
    print("\n".join(found) or "bars where they belong")
    sys.exit(1 if found else 0)
