#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""same.py DANCECARD: of the same captures every page says the same, whatever it is made of.

What a page shows is its data: words are put back in, so that their numbers make no difference.
"""
import base64
import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import zlib

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
CONFIG = ["-c", "tests/report/config.yaml"]
WORDS_OF_LIST = {"host", "identity", "network", "tracker", "product", "category", "site", "country", "as_org", "server", "file"}
NUMBERS = {"addresses", "visits", "pixel_visits", "since", "confirmed", "removed", "seen", "first", "last"}


def run(*arguments):
    done = subprocess.run([os.path.abspath(sys.argv[1]), *arguments], cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, (arguments, done.returncode, done.stderr)
    return done


def script(text, kind):
    return re.findall(rf"<script {kind}>([^<]*)</script>", text)


def events_in(text):
    blocks = script(text, 'type="text/plain" class="block"')
    lines = "".join(zlib.decompress(base64.b64decode(block)).decode() for block in blocks).splitlines()
    return [json.loads(line) for line in lines]


def table_of(table, words, counts):
    return [{c: v if c in counts or c in NUMBERS else words[v] for c, v in zip(table["columns"], row)} for row in table["rows"]]


def list_of(columns, words, events):
    rows, time = [], 0
    for i, step in enumerate(columns["time"]):
        time += step
        row = {c: words[values[i]] if c in WORDS_OF_LIST else values[i] for c, values in columns.items()}
        event = events[row["event"]]
        rows.append({**row, "time": time, "event": event["event_id"], "evidence": event.get("evidence"), "local": event["local"].get("mac")})
    return rows


def page(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    data = json.loads(script(text, 'type="application/json" id="data"')[0])
    words, counts = data.pop("words"), set(data["totals"])
    data["tables"] = {name: table_of(table, words, counts) for name, table in data["tables"].items()}
    data["list"] = list_of(data["list"], words, events_in(text))
    data["bans"] = [[words[rule], words[reference], *times] for rule, reference, *times in data["bans"]]
    data.pop("sources")
    return data


def differences(one, other, at=""):
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted(one.keys() | other.keys()):
            yield from differences(one.get(key), other.get(key), f"{at}.{key}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for i, pair in enumerate(zip(one, other)):
            yield from differences(*pair, f"{at}[{i}]")
    elif one != other:
        yield f"{at}: {one!r} is {other!r}"


def must_be_same(what, one, other, but=()):
    found = [d for d in differences(one, other) if not any(re.fullmatch(b, d.split(":")[0]) for b in but)]
    assert not found, (what, found[:20])
    print(f"{what}: {len(one['list'])} rows")


def of_events(folder, capture):
    lines, path = os.path.join(folder, "e.jsonl"), os.path.join(folder, "e.html")
    run("-q", *capture, "-o", lines)
    run("report", lines, "-o", path)
    return page(path)


def of_ledger(folder, capture):
    """Read twice: it says the same."""
    ledger, path = os.path.join(folder, "l.db"), os.path.join(folder, "l.html")
    pages = []
    for _ in range(2):
        run("-q", *capture, "-o", os.devnull, "-L", ledger)
        run("report", ledger, "-o", path)
        pages.append(page(path))
    os.remove(ledger)
    must_be_same("read twice", pages[1], pages[0])
    return pages[0]


def of_run(folder, capture):
    """Byte for byte, with any number of workers, and whatever shape the events have for others."""
    path, texts = os.path.join(folder, "r.html"), []
    for options in (["-j", "1"], ["-j", "2"], ["-j", "3"], ["-j", "8"], ["-j", "3", "-F", "ecs"]):
        run("-q", *capture, *options, "-o", os.devnull, "-R", path)
        with open(path, "rb") as file:
            texts.append(file.read())
        assert texts[-1] == texts[0], (options, len(texts[-1]), len(texts[0]))
    return page(path)


def hosts_are_counted_alike(folder):
    """By who they are: summary, events, ledger and page."""
    lines, ledger, path = (os.path.join(folder, name) for name in ("h.jsonl", "h.db", "h.html"))
    said = run("-r", "pcaps", *CONFIG, "-o", lines, "-L", ledger, "-R", path).stderr
    with open(lines, encoding="utf-8") as file:
        events = [json.loads(line) for line in file]
    hosts = {e["local"].get("mac", e["local"].get("client_id", e["local"].get("ip"))) for e in events if "ip" in e.get("local", {}) and e["event_type"] in ("contact", "lookup")}
    addresses = {e["local"]["ip"] for e in events if e["event_type"] in ("contact", "lookup")}
    summed = [e for e in events if e["event_type"] == "host"]
    with sqlite3.connect(ledger) as base:
        kept = base.execute("SELECT count(*) FROM hosts_seen").fetchone()[0]
    counts = {"summary": int(re.search(r"of (\d+) hosts", said)[1]), "ledger": kept,
              "page": len(page(path)["tables"]["hosts"]), "sums": len({e["local"].get("mac", e["local"].get("ip")) for e in summed if "ip" in e["local"]}),
              "network": max(e["summary"].get("hosts", 0) for e in summed)}
    assert set(counts.values()) == {len(hosts)} and len(hosts) < len(addresses), (counts, len(hosts), len(addresses))
    print(f"{len(hosts)} hosts with {len(addresses)} addresses")


def main(folder):
    hosts_are_counted_alike(folder)
    key = os.path.join(folder, "key")
    with open(key, "w", encoding="ascii") as out:
        out.write("ab" * 32)
    captures = {
        "all captures": ["-r", "pcaps", *CONFIG],
        "without a config": ["-r", "pcaps"],
        "with pseudonyms": ["-r", "pcaps", *CONFIG, "--pseudonymise", key],
        "agencies": ["-r", "pcaps/agencies.pcap", "-c", "pcaps/agencies.yaml"],
        # Of a host whose addresses are several workers' each of them tells one: -j makes a difference.
        "agencies, suppressed": ["-r", "pcaps/agencies.pcap", "-c", "pcaps/agencies.yaml", "--suppress", "60"],
    }
    for what, capture in captures.items():
        events, ledger = of_events(folder, capture), of_ledger(folder, capture)
        assert events["totals"]["bytes_in"] > 0 and events["tables"]["places"] != [] and events["visibility"]["flows"] > 0, what
        # Only a config knows when a ban begins. Without one, events and ledger say what fell under it.
        must_be_same(f"a run's page, {what}", of_run(folder, capture), events, [r"\.bans"])
        # A ledger does not count what it was told.
        must_be_same(f"a ledger's page, {what}", ledger, events, [r"\.events"])


with tempfile.TemporaryDirectory() as scratch:
    main(scratch)
