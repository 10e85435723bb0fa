# SPDX-License-Identifier: Apache-2.0
"""What the tests of the command line share: the captures, running the sensor, reading its events."""
import json
import os
import subprocess

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
PCAPS = os.path.join(ROOT, "pcaps")


def captures():
    return sorted(f for f in os.listdir(PCAPS) if f.endswith((".pcap", ".pcapng")))


def content(name):
    with open(os.path.join(PCAPS, name), "rb") as file:
        return file.read()


def run(dancecard, *arguments, **how):
    how = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE,
           "cwd": PCAPS, "timeout": 60, **how}
    return subprocess.run([dancecard, *arguments], check=False, **how)


def events(out):
    return [json.loads(line) for line in out.splitlines()]


def ids(out, *types):
    """Of the events of these types (all but stats, where none is given)."""
    return sorted(e["event_id"] for e in events(out)
                  if (e["event_type"] in types if types else e["event_type"] != "stats"))


def make_geo(path):
    subprocess.run(["perl", os.path.join(ROOT, "tests", "golden", "make_geo.pl"), path], check=True)
