#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A ledger that was kept with -a says to `feed retro` what the flows of the same run say.

    retro_ledger.py DANCECARD PCAPS
"""
import json
import os
import sqlite3
import subprocess
import sys
import tempfile

DANCECARD, PCAPS = os.path.abspath(sys.argv[1]), sys.argv[2]


def run(*arguments, status=0):
    done = subprocess.run([DANCECARD, *arguments], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == status, (arguments, done.returncode, done.stderr)
    return done


def retro(path, feed):
    return [json.loads(line) for line in run("feed", "retro", "--feed", feed, path).stdout.splitlines()]


def found(events):
    return {(e["event_type"], e["tracker"].get("name"), e["local"]["ip"], e["dest_ip"]) for e in events}


def ask(path, sql):
    base = sqlite3.connect(path)
    rows = base.execute(sql).fetchall()
    base.commit()
    base.close()
    return rows


def main(folder):
    ledger, events, flows, feed, plain = (os.path.join(folder, name) for name in
                                          ("l.db", "e.jsonl", "flows.jsonl", "new.txt", "plain.db"))
    with open(feed, "w", encoding="ascii") as out:
        out.write("tiktok.com\n203.0.113.0/24\n")
    run("-q", "-a", "-L", ledger, "-r", PCAPS, "-o", events)
    with open(events, encoding="utf-8") as lines, open(flows, "w", encoding="utf-8") as out:
        out.writelines(line for line in lines if json.loads(line)["event_type"] == "flow")

    by_ledger, by_flows = retro(ledger, feed), retro(flows, feed)
    assert by_flows and found(by_ledger) == found(by_flows), found(by_ledger) ^ found(by_flows)
    ids = {e["event_id"] for e in by_flows}
    assert all(e["event_id"] in ids for e in by_ledger), "an id that the flow itself has not"

    # what the operator says is nobody's is reported by none of its names: not by its CDN's alias either
    with open(plain + ".txt", "w", encoding="ascii") as out:
        out.write("tiktok.com\n")
    spared = run("feed", "retro", "--feed", "builtin", "--allow", plain + ".txt", events).stdout.splitlines()
    names = {json.loads(line)["tracker"].get("name", "") for line in spared}
    assert names and not any(name.endswith("tiktok.com") for name in names), names

    rows = ask(ledger, "SELECT * FROM flows")
    with open(flows, encoding="utf-8") as lines:
        assert 0 < len(rows) < sum(1 for _ in lines), "equal flows are one row"
    run("-q", "-a", "-L", ledger, "-r", PCAPS, "-o", os.devnull)
    assert ask(ledger, "SELECT * FROM flows") == rows, "read again, it is another"

    host = by_ledger[0]["local"]["ip"]
    run("ledger", "forget", host, ledger)
    assert ask(ledger, f"SELECT count(*) FROM flows WHERE host = '{host}'") == [(0,)]

    run("-q", "-L", plain, "-r", PCAPS, "-o", os.devnull)
    assert ask(plain, "SELECT count(*) FROM flows") == [(0,)], "without -a nobody's flows are kept"
    assert "kept with -a" in run("feed", "retro", "--feed", feed, plain, status=1).stderr

    # what later versions added goes, and it is one of the first
    for view in ("sites_gone", "sites_not_known", "sensor_runs", "hosts_seen", "trackers_by_host", "contacts_by_day",
                 "placements_by_site", "places", "bans"):
        ask(plain, f"DROP VIEW {view}")
    for table in ("flows", "learned", "learned_calls", "runs", "lookups", "contact_flows", "networks", "site_owners",
                  "visibility", "hosts"):
        ask(plain, f"DROP TABLE {table}")
    ask(plain, "DROP INDEX contacts_identity")
    first = {"contacts": 16, "placements": 12, "site_periods": 14, "sites": 14}
    for table, count in first.items():
        for column in [row[1] for row in ask(plain, f"PRAGMA table_info({table})")][count:]:
            ask(plain, f"ALTER TABLE {table} DROP COLUMN {column}")
    ask(plain, "CREATE TABLE hosts (ip TEXT PRIMARY KEY, name TEXT, mac TEXT, first_ns INTEGER NOT NULL,"
               " last_ns INTEGER NOT NULL, contacts INTEGER NOT NULL DEFAULT 0)")
    ask(plain, "PRAGMA user_version = 1")
    run("sites", plain)
    assert ask(plain, "PRAGMA user_version") == [(4,)] and ask(plain, "SELECT count(*) FROM flows") == [(0,)]
    print(f"{len(by_ledger)} reports from {len(rows)} rows")


with tempfile.TemporaryDirectory() as scratch:
    main(scratch)
