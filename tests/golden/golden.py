#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The events of each capture in pcaps/, beside it as NAME.jsonl.

    golden.py complete NAME…           are these all captures, has each its events, is each outcome shown, is the README's event one?
    golden.py check DANCECARD NAME     are the events those of NAME.jsonl, byte for byte?
    golden.py bless DANCECARD NAME…    writes NAME.jsonl anew, and says what changed; all: every one

The sensor runs in pcaps/, so that file names are short, with a database of addresses made here, and
with NAME.yaml as its config where there is one.
"""
import difflib
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
PCAPS = os.path.join(HERE, "..", "..", "pcaps")


def captures():
    """{name: file}"""
    files = sorted(f for f in os.listdir(PCAPS) if f.endswith((".pcap", ".pcapng")))
    return {os.path.splitext(f)[0]: f for f in files}


def config_of(capture):
    path = os.path.splitext(capture)[0] + ".yaml"
    return ["-c", path] if os.path.exists(os.path.join(PCAPS, path)) else []


def events(dancecard, capture):
    with tempfile.TemporaryDirectory() as folder:
        geo = os.path.join(folder, "golden.mmdb")
        subprocess.run(["perl", os.path.join(HERE, "make_geo.pl"), geo], check=True)
        run = subprocess.run([os.path.abspath(dancecard), "-q", "-g", geo, *config_of(capture), "-r", capture],
                             cwd=PCAPS, stdout=subprocess.PIPE, check=False)
    if run.returncode != 0:
        sys.exit(f"{capture}: exit status {run.returncode}")
    return run.stdout


def flat(value, path=""):
    """One line a value, so that a difference is a line."""
    if isinstance(value, dict) and value:
        for key, child in value.items():
            yield from flat(child, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and value:
        for i, child in enumerate(value):
            yield from flat(child, f"{path}[{i}]")
    else:
        yield f"    {path}: {json.dumps(value, ensure_ascii=False)}"


def for_people(lines):
    for line in lines.decode("utf-8").splitlines():
        event = json.loads(line)
        about = event.get("tracker", {}).get("name", "")
        yield f"{event['event_type']} {event['event_id'][:8]} {about}".rstrip()
        yield from flat(event)


def show(before, after, name):
    """What changed, value by value; where only the form of a line did, the lines."""
    lines = list(difflib.unified_diff(list(for_people(before)), list(for_people(after)),
                                      f"{name}.jsonl", "now", lineterm=""))
    if not lines and before != after:
        lines = difflib.unified_diff(before.decode().splitlines(), after.decode().splitlines(), f"{name}.jsonl", "now", lineterm="")
    print("\n".join(lines))


def golden(name):
    path = os.path.join(PCAPS, f"{name}.jsonl")
    if not os.path.exists(path):
        return path, b""
    with open(path, "rb") as file:
        return path, file.read()


def check(dancecard, name):
    path, wanted = golden(name)
    got = events(dancecard, captures()[name])
    if got == wanted:
        return 0
    show(wanted, got, name)
    print(f"{name}: not the golden events; if these are better: ./dev bless {name}")
    return 1


def bless(dancecard, names):
    there = captures()
    for name in there if names == ["all"] else names:
        if name not in there:
            sys.exit(f"no capture {name} in pcaps/; there are: {' '.join(there)}")
        path, before = golden(name)
        after = events(dancecard, there[name])
        if after == before:
            print(f"{name}: as before")
            continue
        show(before, after, name)
        with open(path, "wb") as file:
            file.write(after)
    return 0


# What can come of a contact and of a lookup: each has a capture that shows it.
SHOWN = {(kind, outcome) for kind, words in (("contact", "established reset unanswered blocked pending"),
                                             ("lookup", "established blocked unanswered pending"))
         for outcome in words.split()}
SHOWN |= {("flow", activity) for activity in ("loaded", "beacon")}


def not_shown(names):
    left = set(SHOWN)
    for name in names:
        for line in golden(name)[1].splitlines():
            event = json.loads(line)
            left -= {(event["event_type"], event.get("outcome")), (event["event_type"], event.get("flow", {}).get("activity"))}
    return sorted(left)


def shown_in_readme():
    """The event that the README explains is a golden one; what stands there as … may be anything."""
    with open(os.path.join(PCAPS, "..", "README.md"), encoding="utf-8") as file:
        text = file.read()
    shown = json.loads(text.split("```json\n")[1].split("```")[0])
    mine = {e["event_id"]: e for e in map(json.loads, golden(shown["pcap_filename"].split(".")[0])[1].splitlines())}.get(shown["event_id"], {})
    one, other = list(flat(mine)), list(flat(shown))
    return [line for line in other if line not in one and "\u2026" not in line] + [
        line for line in one if not any(line.split(":")[0] == o.split(":")[0] for o in other)]


def complete(names):
    blessed = {os.path.splitext(f)[0] for f in os.listdir(PCAPS) if f.endswith(".jsonl")}
    for what, other in (("tests/golden/CMakeLists.txt", set(names)), ("NAME.jsonl", blessed)):
        for name in sorted(other ^ set(captures())):
            print(f"{name}: " + (f"a capture without {what}" if name in captures() else f"{what} without a capture"))
    missing = not_shown(blessed)
    for kind, word in missing:
        print(f"no golden event is a {kind} that is `{word}`")
    readme = shown_in_readme()
    print("\n".join(f"README.md's event is not the golden one: {line.strip()}" for line in readme), end="\n" if readme else "")
    return 0 if set(names) == blessed == set(captures()) and not missing and not readme else 1


def main(arguments):
    match arguments:
        case ["complete", _, *_]:
            return complete(arguments[1:])
        case ["check", dancecard, name]:
            return check(dancecard, name)
        case ["bless", dancecard, _, *_]:
            return bless(dancecard, arguments[2:])
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
