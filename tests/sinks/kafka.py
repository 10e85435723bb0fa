#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""kafka.py DANCECARD KAFKA_MOCK: librdkafka's mock cluster with produce errors, and a broker that goes down and comes back."""
import json
import os
import subprocess
import sys
import tempfile
import time

from servers import ROOT, check, reference


def main(program, mock):
    captures = os.path.join(ROOT, "pcaps")
    expected = reference(program, "-a", "-r", captures)
    broker = subprocess.Popen([mock], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        brokers = broker.stdout.readline().strip()

        def tell(text):
            broker.stdin.write(text + "\n")
            broker.stdin.flush()

        with tempfile.TemporaryDirectory(prefix="dancecard-kafka-") as folder:
            tell("fail 3")
            tell("down")
            sensor = subprocess.Popen([program, "-q", "-a", "-r", captures, "-o", f"kafka://{brokers}/events?journal={folder}&drain=60s&batch=50"], stderr=subprocess.PIPE, text=True)
            time.sleep(2)
            tell("up")
            said = sensor.communicate(timeout=150)[1]
            check(sensor.returncode == 0, f"all delivered: {said}")
            tell(f"read {len(expected)}")
            rows = []
            while (line := broker.stdout.readline()) not in ("", ".\n"):
                rows.append(line.rstrip("\n").split("\t", 2))
        events = [(p, key, json.loads(text)) for p, key, text in rows]
        found = {e["event_id"] for _, _, e in events}
        lost = set(expected) - found
        check(not lost, f"lost {len(lost)} of {len(expected)}")
        check(all(key == e.get("local", {}).get("ip", "") for _, key, e in events), "the key is the host")
        homes = {}
        for partition, key, _ in events:
            if key:
                homes.setdefault(key, set()).add(partition)
        check(all(len(p) == 1 for p in homes.values()), f"a host is in one partition: {homes}")
        print(f"{len(expected)} events, lost {len(lost)}, {len(events) - len(found)} repeats, {len(homes)} hosts in {len({p for p, _, _ in events})} partitions")
    finally:
        broker.stdin.close()
        broker.wait(20)


if __name__ == "__main__":
    main(*sys.argv[1:])
