#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""scarce.py DANCECARD SCARCE.so [STEP]: each allocation of the program fails in turn, alone and with all that follow.

What must happen: no signal, no hang; either every event is there (in whatever order), or the loss is said (a message and status 1), or it is
counted in the `stats` event. STEP leaves some out: every STEPth is tried.
"""
import json
import os
import subprocess
import sys
import tempfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
PIXEL = os.path.join(ROOT, "pcaps", "pixel-tls.pcap")


def run(program, library, folder, **environment):
    for name in ("l.db", "l.db-wal", "l.db-shm", "e.pcapng"):
        if os.path.exists(os.path.join(folder, name)):
            os.unlink(os.path.join(folder, name))
    command = [program, "-q", "-a", "-j", "2", "-r", PIXEL, "-c", os.path.join(ROOT, "sensor", "config", "example.yaml"),
               "-L", os.path.join(folder, "l.db"), "-w", os.path.join(folder, "e.pcapng")]
    return subprocess.run(command, env={**os.environ, "LD_PRELOAD": library, **environment}, cwd=folder,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)


def counts(text):
    """The events but their number of those lost, and the counters of `stats`."""
    rows = [json.loads(line) for line in text.splitlines()]
    return ({row["event_id"] for row in rows if row["event_type"] != "stats"},
            [row["stats"] for row in rows if row["event_type"] == "stats"])


def main(program, library, step="1"):
    program, library = os.path.abspath(program), os.path.abspath(library)
    tally, bad = {"whole": 0, "said": 0, "counted": 0}, 0
    with tempfile.TemporaryDirectory() as folder:
        count = os.path.join(folder, "count")
        plain = run(program, library, folder, SCARCE_COUNT=count)
        if plain.returncode != 0:
            print(f"the undisturbed run: {plain.stderr}")
            return 1
        whole = counts(plain.stdout)
        with open(count, encoding="ascii") as file:
            total = int(file.read().split()[0])

        def where():
            """The function whose allocation failed in the last run."""
            with open(count, encoding="ascii") as file:
                at = file.read().split()[1]
            names = subprocess.run(["addr2line", "-f", "-s", "-e", program, at], capture_output=True, text=True, check=False)
            return names.stdout.split("\n")[0] or at

        for at in range(1, total + 1, int(step)):
            for more in ({}, {"SCARCE_FROM_THERE": "1"}):
                what = f"allocation {at} of {total}" + (" and all after it" if more else "")
                try:
                    done = run(program, library, folder, SCARCE_AT=str(at), SCARCE_COUNT=count, **more)
                except subprocess.TimeoutExpired:
                    bad += 1
                    print(f"{what}: hangs")
                    continue
                if done.returncode not in (0, 1, 2):
                    bad += 1
                    print(f"{what}, in {where()}: status {done.returncode}: {done.stderr[-200:]}")
                    continue
                got = counts(done.stdout)
                if done.returncode > 0 and done.stderr:
                    tally["said"] += 1
                elif got[0] == whole[0]:
                    tally["whole"] += 1
                elif got[1] != whole[1]:
                    tally["counted"] += 1
                else:
                    bad += 1
                    print(f"{what}, in {where()}: {len(whole[0] - got[0])} events lost in silence, status {done.returncode}")
    print(f"{total} allocations, every {step}.: {tally['whole']} runs whole, {tally['said']} said what is missing, "
          f"{tally['counted']} counted it, {bad} wrong")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
