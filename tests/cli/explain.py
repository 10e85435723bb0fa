#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""explain.py DANCECARD CAPTURE: `sites LEDGER --explain SITE` names the very events that were told."""
import json
import os
import subprocess
import sys
import tempfile


def main(program, capture):
    with tempfile.TemporaryDirectory() as folder:
        ledger = os.path.join(folder, "ledger.db")
        told = subprocess.run([program, "-q", "-L", ledger, "-r", capture], check=True, capture_output=True).stdout
        events = [json.loads(line) for line in told.splitlines()]
        contacts = [e for e in events if e["event_type"] == "contact" and "site" in e]
        site = contacts[0]["site"]["name"]
        done = subprocess.run([program, "sites", ledger, "--explain", site], check=True, capture_output=True, text=True)
    rows = [line.split("\t") for line in done.stdout.splitlines()[1:] if "\t" in line]
    ids = {row[-1] for row in rows}
    wanted = {e["event_id"] for e in contacts if e["site"]["name"] == site}
    if not wanted or not wanted & ids or ids - {e["event_id"] for e in events}:
        print(f"{site}: told {sorted(wanted)}, explained by {sorted(ids)}")
        return 1
    print(f"{site}: {len(ids)} events, all of them told")
    return 0


sys.exit(main(*sys.argv[1:]))
