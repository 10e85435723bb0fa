#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""faults.py DANCECARD [ROUNDS] [SEED]: the sensor and the server are killed (-9) at random moments; what is lost, what is there twice?

The sensor reads captures into two shards of ClickHouse, through a journal. Each round begins it again and kills it, or a shard, or both,
at a random moment; the last round runs to its end. Lost: events of an undisturbed run that the store has not. Repeats: rows of the store
beyond one for an event_id.
"""
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

from servers import ROOT, check, clickhouse_pair, reference


def main(program, rounds=4, seed=None):
    seed = int(seed) if seed else random.SystemRandom().randrange(10**6)
    chance = random.Random(seed)
    captures = os.path.join(ROOT, "pcaps")
    expected = reference(program, "-a", "-r", captures)
    begin = time.monotonic()
    killed = {"sensor": 0, "server": 0}
    with clickhouse_pair() as shards, tempfile.TemporaryDirectory(prefix="dancecard-j-") as journal:
        target = f"http://127.0.0.1:{shards[0].http}/?api=clickhouse&journal={journal}&drain=60s&batch=20"
        command = [program, "-q", "-a", "-r", captures, "-o", target]
        for _ in range(int(rounds)):
            sensor = subprocess.Popen(command, stderr=subprocess.DEVNULL)
            whom = chance.choice(["sensor", "server", "both"])
            shard = chance.choice(shards)
            time.sleep(chance.uniform(0, 0.6))
            if whom != "sensor":
                shard.stop(signal.SIGKILL)
                killed["server"] += 1
                time.sleep(chance.uniform(0, 0.4))
            if whom != "server":
                killed["sensor"] += sensor.poll() is None
                sensor.kill()
            if whom != "sensor":
                shard.start()
            if whom == "server":
                check(sensor.wait(200) == 0, "a run whose server came back delivers all")
            sensor.wait()
        last = subprocess.run(command, capture_output=True, text=True, timeout=300)
        check(last.returncode == 0, f"the last run: {last.stderr}")
        found = {r["event_id"]: r["c"] for r in shards[0].rows("SELECT event_id, count() AS c FROM dancecard.events FINAL GROUP BY event_id")}
    lost = set(expected) - set(found)
    repeats = sum(c - 1 for c in found.values())
    strange = set(found) - set(expected)
    print(f"seed {seed}: {rounds} rounds, killed {killed['sensor']} sensors and {killed['server']} servers in {time.monotonic() - begin:.0f} s; "
          f"{len(expected)} events: lost {len(lost)}, repeats in the store {repeats}, unknown {len(strange)}")
    check(not lost and repeats == 0 and not strange, "something is lost, or there twice")


if __name__ == "__main__":
    main(*sys.argv[1:])
