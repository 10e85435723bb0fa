#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""How many of the hard cases' names does the sensor find, and does it give one that it must not?

    score.py BIN [--dir DIR] [--only TEXT]

Generates the captures (into DIR, or a folder that is removed), runs `BIN -q -j 1 -a -r CAPTURE -o -` on each and reads the
`names` of its `flow` events, and a few facts beside them (see `facts_of`). Prints a line for each case and `found N of M` names. Exit status 1: a name is missed, a forbidden
one is given, or the program died, hung or wrote what is no JSON.
"""
import argparse
import collections
import concurrent.futures
import fnmatch
import json
import os
import re
import subprocess
import sys
import tempfile

import generate
import registry

LIMIT_SECONDS = 30
FACTS = {"site", "lookup", "ech", "hello", "http", "count", "contact", "contacts", "outcome", "local", "rdata", "stats"}
Outcome = collections.namedtuple("Outcome", "case missed forbidden fault")


def normal(kind, name):
    """As names are compared: lower case, no final dot, a Host without its port. Facts are compared as they are."""
    if kind in FACTS:
        return name
    name = name.strip().rstrip(".").lower()
    head, _, tail = name.rpartition(":")
    return head if kind in ("http_host", "h2c_authority") and head and tail.isdigit() else name


def hello_facts(hello):
    if "ech" in hello:
        yield "ech", hello["ech"]
    told = {"alpn": ",".join(hello.get("client_alpns", [])), "ja3": hello.get("ja3", {}).get("hash")}
    for key, value in {**hello, **told}.items():
        if key in ("version", "alpn", "ja3", "ja4", "post_quantum") and value:
            yield "hello", f"{key} {value}"


def flow_facts(event):
    yield from hello_facts(event.get("tls") or event.get("quic") or {})
    for key, word in (("http_user_agent", "agent"), ("http_method", "method"), ("url", "url")):
        if key in event.get("http", {}):
            yield "http", f"{word} {event['http'][key]}"
    for entry in event.get("names", []):
        yield "count", f"{entry['kind']} {entry['value'].lower()} {entry['count']}"


def facts_of(event):
    """What else a case may want: (ech, state), (hello, "ja4 ..."), (http, "agent ..."), (count, "kind name count"),
    (contact, "name confidence"), (outcome, word), (site, name) of contacts, (lookup, outcome), (local, "name source"), (local, "mac ..."), (local, "id ..."), (rdata, "type data"), (doh|dot|doq, count),
    (stats, "group.counter") of what is not 0."""
    if event.get("event_type") == "flow":
        yield from flow_facts(event)
    for answer in event.get("dns", {}).get("answers", []):
        yield "rdata", f"{answer['rrtype']} {answer.get('rdata')}"
    for group, counters in event.get("stats", {}).items():
        if not isinstance(counters, dict):
            continue
        for key, value in counters.items():
            if value and isinstance(value, int):
                yield "stats", f"{group}.{key}"
    if event.get("event_type") == "contact":
        yield "outcome", event["outcome"]
    if event.get("event_type") == "contact":
        yield "contact", f"{event['tracker']['name']} {event['confidence']}"
        if "site" in event:
            yield "site", event["site"]["name"]
    if event.get("event_type") == "lookup":
        yield "lookup", event["outcome"]
    if "name" in event.get("local", {}):
        yield "local", f"{event['local']['name']} {event['local']['name_source']}"
    for key, word in (("mac", "mac"), ("client_id", "id")):
        if key in event.get("local", {}) and event.get("event_type") == "contact":
            yield "local", f"{word} {event['local'][key]}"
    if "client_id" in event.get("local", {}) and event.get("event_type") == "host":
        yield "local", f"host id {event['local']['client_id']} {event['summary']['contacts']}"
    for kind in ("doh", "dot", "doq"):
        count = event.get("stats", {}).get("visibility", {}).get(kind, {}).get("count", 0)
        if count:
            yield kind, str(count)


def names_of(lines):
    """The (kind, name) pairs of all flow events, and the facts of all events. Raises ValueError where a line is no such event."""
    found, contacts = set(), 0
    for line in lines.split(b"\n"):
        event = json.loads(line) if line.strip() else {}
        contacts += event.get("event_type") == "contact"
        found.update(facts_of(event))
        if event.get("event_type") == "flow":
            for entry in event.get("names", []):
                found.add((entry["kind"], normal(entry["kind"], entry["value"])))
    return found | {("contacts", str(contacts))}


def run(binary, path):
    """What the sensor finds in a capture, and what was wrong with the run, if anything."""
    command = [binary, "-q", "-j", "1", "-a", "-r", path, "-o", "-"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=LIMIT_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return set(), f"no end within {LIMIT_SECONDS} s"
    try:
        found = names_of(done.stdout)
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        return set(), f"output: {fault!r}"
    last = done.stderr.decode(errors="replace").strip().split("\n")[-1]
    return found, f"exit {done.returncode}: {last}" if done.returncode not in (0, 1) else ""  # 1: an input was damaged


def fits(wanted, found):
    """Is one of the pairs what was wanted? "|" parts alternatives, "*" is any."""
    kinds, names = wanted
    names = names.split("|")
    return any(
        (kind not in FACTS if kinds == "*" else kind in kinds.split("|")) and (names == ["*"] or name in [normal(kind, n) for n in names])
        for kind, name in found
    )


def judge(binary, case, path):
    found, fault = run(binary, path)
    return Outcome(
        case, [w for w in case.wants if not fits(w, found)], [n for n in case.never if fits(n, found)], fault
    )


def report(outcome):
    verdict = (
        "missed" if outcome.missed else "FORBIDDEN" if outcome.forbidden else "FAULT" if outcome.fault else "found"
    )
    detail = [f"{kind}={name[:60]}" for kind, name in outcome.missed + outcome.forbidden] + [outcome.fault] * bool(
        outcome.fault
    )
    why = f"  ({outcome.case.why})" if verdict != "found" else ""
    print(f"{outcome.case.name:40} {verdict:9} {' '.join(detail)}{why}")


def unshown():
    """Patterns of README.md's tables that fit no case."""
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "README.md"), encoding="utf-8") as text:
        rows = [line.split("|")[2] for line in text if line.startswith("|")]
    names = [case.name for case in registry.CASES]
    return [p for row in rows for p in re.findall("`([^`]+)`", row) if not fnmatch.filter(names, p)]


def score(binary, directory, only):
    chosen = [(case, path) for case, path in generate.write(directory) if only in case.name]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        rows = list(pool.map(lambda one: judge(binary, *one), chosen))
    for row in rows:
        report(row)
    wanted, missed = (sum(len(x) for x in xs) for xs in ([r.case.wants for r in rows], [r.missed for r in rows]))
    forbidden, faults = sum(len(r.forbidden) for r in rows), sum(bool(r.fault) for r in rows)
    print(f"found {wanted - missed} of {wanted} names in {len(rows)} cases, {forbidden} forbidden, {faults} faults")
    for pattern in unshown():
        print(f"README.md: no case is called {pattern}")
    return 1 if unshown() or missed or forbidden or faults or not rows else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--dir", help="keep the captures here")
    parser.add_argument("--only", default="", help="only cases whose name holds this")
    options = parser.parse_args()
    binary = os.path.abspath(options.binary)
    if not os.access(binary, os.X_OK):
        parser.error(f"{options.binary} is no program")
    if options.dir:
        return score(binary, options.dir, options.only)
    with tempfile.TemporaryDirectory(prefix="hard-cases-") as directory:
        return score(binary, directory, options.only)


if __name__ == "__main__":
    sys.exit(main())
