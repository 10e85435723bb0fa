#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""clickhouse.py DANCECARD: three sensors with repeats into two shards of a real ClickHouse, one of them killed on the way."""
import os
import signal
import subprocess
import sys
import tempfile
import time

from servers import ROOT, check, clickhouse_pair, reference, run


def main(program):
    captures = os.path.join(ROOT, "pcaps")
    expected = reference(program, "-a", "-r", captures)
    with clickhouse_pair() as shards, tempfile.TemporaryDirectory(prefix="dancecard-j-") as journal:
        def target(shard):
            return f"http://127.0.0.1:{shards[shard].http}/?api=clickhouse&journal={journal}&drain=60s&batch=50"

        sensors = [subprocess.Popen([program, "-q", "-a", "-r", captures, "-o", target(i % 2)]) for i in range(3)]
        time.sleep(0.3)
        shards[1].stop(signal.SIGKILL)
        time.sleep(1.5)
        shards[1].start()
        codes = [s.wait(200) for s in sensors]
        check(codes == [0, 0, 0], f"every sensor delivered all: {codes}")
        again = run(program, "-q", "-a", "-r", captures, "-o", target(0))
        check(again.returncode == 0, again.stderr)
        rows = shards[0].rows("SELECT event_id, count() AS c FROM dancecard.events FINAL GROUP BY event_id")
        total = shards[0].rows("SELECT count() AS c FROM dancecard.events")[0]["c"]
        found = {r["event_id"]: r["c"] for r in rows}
        lost, strange = set(expected) - set(found), set(found) - set(expected)
        repeats = sum(c - 1 for c in found.values())
        print(f"{len(expected)} events, four runs: {total} rows, lost {len(lost)}, repeats in the store {repeats}, strange {len(strange)}")
        check(not lost and not strange and repeats == 0, "the census")
        halves = [s.rows("SELECT count() AS c FROM dancecard.events_local FINAL")[0]["c"] for s in shards]
        check(min(halves) > len(expected) / 4 and sum(halves) == len(expected), f"both shards have their half: {halves}")

        contacts = [e for e in expected.values() if e["event_type"] == "contact"]
        hosts = {r["local_ip"]: r for r in shards[1].rows("SELECT local_ip, sum(contacts) AS contacts, max(name) AS name FROM dancecard.hosts GROUP BY local_ip")}
        for ip in {e["local"]["ip"] for e in contacts}:
            want = [e for e in contacts if e["local"]["ip"] == ip]
            check(hosts[ip]["contacts"] == len(want), f"contacts of {ip}")
        check(len(hosts) == len({e["local"]["ip"] for e in contacts}), "hosts")
        flows = [e for e in expected.values() if e["event_type"] == "flow" and "tracker" in e]
        sent = shards[0].rows("SELECT sum(bytes_toserver) AS b, sum(flows) AS f FROM dancecard.bytes_by_country")[0]
        check(sent["b"] == sum(e["flow"]["bytes_toserver"] for e in flows) and sent["f"] == len(flows), "bytes by country")
        for view in ("sites", "jurisdictions", "networks"):
            shards[0].rows(f"SELECT * FROM dancecard.{view}")
        check(shards[0].rows("SELECT sum(contacts) AS c FROM dancecard.networks")[0]["c"] == len(contacts), "networks")
        print(f"{len(hosts)} hosts, {len(contacts)} contacts, {sent['b']} bytes sent")


if __name__ == "__main__":
    main(sys.argv[1])
