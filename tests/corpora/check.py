#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Captures that others made: their names, whether they end the sensor, and two published identifiers.

    check.py sample BIN CORPORA         a fixed sample of truth/names.tsv: every name, or why not; and no bad end on more captures
    check.py answers BIN CORPORA        the DNS answers of truth/answers.tsv
    check.py classes BIN CORPORA        the names in the captures of each hard class
    check.py community BIN SPEC         SPEC: a copy of corelight/community-id-spec (pcaps/, baseline/)
    check.py ja4 BIN FOLDER             FOLDER: a copy of FoxIO-LLC/ja4 (pcap/, python/test/testdata/)
    check.py ja4-truth BIN CORPORA      the rows of truth/ja4.tsv

None of these captures is in the project: where the folder is missing the exit status is 77, which CTest calls skipped.
"""
import collections
import concurrent.futures
import hashlib
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
EXCEPTIONS = os.path.join(HERE, "..", "corpora-exceptions.tsv")
KINDS = ("dns_query", "tls_sni", "quic_sni", "gquic_sni", "http_host")
SAMPLE_SHARE, SWEEP_SHARE = 4, 6  # one capture of so many, chosen by the hash of its path
LARGEST = 4_000_000
SKIPPED = 77
# FoxIO's Python says 99 for an ALPN that is no ASCII; technical_details/JA4.md, and so ours, the ends of its hexadecimal form.
JA4_MENDED = {"t13d151699_8daaf6152771_e5627efa2ab1": "t13d1516bd_8daaf6152771_e5627efa2ab1"}


def run(binary, path, *options):
    """The events, and what was wrong with the run: a death, a hang, a line that is no JSON."""
    command = [binary, "-q", "-j", "1", "-a", "-r", path, "-o", "-", *options]
    try:
        done = subprocess.run(command, capture_output=True, timeout=30, check=False)
    except subprocess.TimeoutExpired:
        return [], "no end within 30 s"
    try:
        events = [json.loads(line) for line in done.stdout.split(b"\n") if line.strip()]
    except ValueError as fault:
        return [], f"output: {fault}"
    if done.returncode not in (0, 1):  # 1: the capture is damaged
        last = done.stderr.decode(errors="replace").strip().split("\n")[-1]
        return events, f"exit {done.returncode}: {last}"
    return events, ""


def over(function, items):
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        return list(pool.map(function, items))


def rows(path):
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        return [line.rstrip("\n").split("\t") for line in file if not line.startswith("#")]


def normal(kind, name):
    name = name.strip().rstrip(".").lower()
    head, _, tail = name.rpartition(":")
    return head if kind == "http_host" and head and tail.isdigit() and "]" not in tail else name


def is_garbled(name):
    """tshark replaced or escaped octets: no truth."""
    return name in ("<Root>", "") or any(c in name for c in "\ufffd\\") or "<Unknown" in name or not name.isascii()


def is_chosen(path, share):
    return int.from_bytes(hashlib.sha256(path.encode()).digest()[:4], "big") % share == 0


def truth_of(root):
    """{capture: {(kind, name)…}} without the exceptions."""
    excused = {(r[0], r[1], normal(r[1], r[2])) for r in rows(EXCEPTIONS) if len(r) > 3}
    truth = collections.defaultdict(set)
    for row in rows(os.path.join(root, "truth", "names.tsv")):
        if len(row) > 2 and row[1] in KINDS and not is_garbled(row[2]):
            if (row[0], row[1], normal(row[1], row[2])) not in excused:
                truth[row[0]].add((row[1], normal(row[1], row[2])))
    return truth


def names_of(events):
    return {
        (name["kind"], normal(name["kind"], name["value"]))
        for event in events
        if event.get("event_type") == "flow"
        for name in event.get("names", [])
    }


def is_small(path):
    return os.path.getsize(path) <= LARGEST


def every_capture(folder):
    for base, _, files in sorted(os.walk(folder)):
        yield from (os.path.join(base, file) for file in sorted(files))


def sample(binary, root):
    captures = os.path.join(root, "captures")
    truth = truth_of(root)
    chosen = [c for c in sorted(truth) if is_chosen(c, SAMPLE_SHARE) and is_small(os.path.join(captures, c))]
    found, wanted, bad = collections.Counter(), collections.Counter(), 0
    for capture, (events, fault) in zip(chosen, over(lambda c: run(binary, os.path.join(captures, c)), chosen)):
        names = names_of(events)
        for kind, name in sorted(truth[capture]):
            wanted[kind] += 1
            found[kind] += (kind, name) in names
            if (kind, name) not in names:
                print(f"missed: {capture} {kind} {name[:80]}")
        bad += bool(fault)
        if fault:
            print(f"fault: {capture}: {fault}")
    swept = [p for p in every_capture(captures) if is_chosen(os.path.relpath(p, captures), SWEEP_SHARE) and is_small(p)]
    for path, (_, fault) in zip(swept, over(lambda p: run(binary, p), swept)):
        bad += bool(fault)
        if fault:
            print(f"fault: {os.path.relpath(path, captures)}: {fault}")
    for kind in KINDS:
        print(f"{kind:10} {found[kind]}/{wanted[kind]}")
    print(f"{len(chosen)} captures with names, {len(swept)} more without a bad end, {bad} faults")
    return 1 if bad or found != wanted or not chosen else 0


def community(binary, root):
    """Each baseline row is a packet; an event is a flow, whose id both directions share. The specification's own tool numbers
    ICMP by type and code, one-way types apart; so do we. Rows of protocols that are no flow of ours are counted apart."""
    with open(os.path.join(root, "baseline", "baseline_deflt.json"), encoding="utf-8") as file:
        known = {row["communityid"] for row in json.load(file) if row["communityid"]}
    folder = os.path.join(root, "pcaps")
    ours = set()
    for path in (os.path.join(folder, f) for f in sorted(os.listdir(folder)) if f.endswith(".pcap")):
        events, fault = run(binary, path)
        if fault:
            print(f"fault: {path}: {fault}")
            return 1
        ours |= {e["community_id"] for e in events if "community_id" in e}
    print(f"community id: {len(known & ours)} of {len(known)} published, {len(ours - known)} that are not published")
    for wrong in sorted(known ^ ours):
        print("  missing" if wrong in known else "  surplus", wrong)
    return 1 if known != ours else 0


def hellos_of(events):
    """{(source, port, JA4)…} of every flow with a hello."""
    return {
        (e["src_ip"], str(e["src_port"]), hello["ja4"])
        for e in events
        if e.get("event_type") == "flow"
        for hello in (e.get("tls"), e.get("quic"))
        if hello and "ja4" in hello
    }


def compare_ja4(label, ours, theirs):
    for row in sorted(theirs - ours):
        print(f"  {label}: expected {row}, ours {sorted(o[2] for o in ours if o[:2] == row[:2])}")
    return len(theirs & ours), len(theirs)


def ja4(binary, root):
    folder, good, all_of_them = os.path.join(root, "pcap"), 0, 0
    for file in sorted(os.listdir(folder)):
        expected = os.path.join(root, "python", "test", "testdata", file + ".json")
        if not os.path.exists(expected):
            continue
        with open(expected, encoding="utf-8") as opened:
            theirs = {
                (row["src"], str(row["srcport"]), value)
                for row in json.load(opened)
                for key, value in row.items()
                if key in ("JA4", "JA4.1")  # a second hello of the same flow is not told
            }
        theirs = {(src, port, JA4_MENDED.get(value, value)) for src, port, value in theirs}
        events, fault = run(binary, os.path.join(folder, file))
        if fault:
            print(f"  fault: {file}: {fault}")
        one, many = compare_ja4(file, hellos_of(events), theirs)
        good, all_of_them = good + one, all_of_them + many
    print(f"ja4: {good} of {all_of_them} expected by FoxIO's own tests")
    return 1 if good != all_of_them else 0


def ja4_truth(binary, root):
    truth = collections.defaultdict(set)
    for row in rows(os.path.join(root, "truth", "ja4.tsv")):
        truth[row[0]].add((row[1], row[2], row[6]))
    sums = [
        compare_ja4(capture, hellos_of(run(binary, os.path.join(root, "captures", capture))[0]), wanted)
        for capture, wanted in sorted(truth.items())
    ]
    good, all_of_them = (sum(s[i] for s in sums) for i in (0, 1))
    print(f"ja4: {good} of {all_of_them} in the truth table")
    return 1 if good != all_of_them else 0


def told_of(events):
    """{(question, type, data)…} of the answers that `lookup` events tell; of SVCB and HTTPS the target."""
    for event in events:
        told = event.get("dns", {}) if event.get("event_type") == "lookup" else {}
        for answer in told.get("answers", []):
            kind, data = answer["rrtype"], answer.get("rdata", "")
            if kind in ("SVCB", "HTTPS"):
                kind, data = "SVCB", data.split(" ")[1]
            yield normal("", told["rrname"]), kind, normal("", data)


def answers_in(binary, path, truth):
    """A feed of the questions makes a `lookup` of each, and that tells its answers."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as feed:
        feed.writelines(f"{name}\n" for name in sorted({question for question, _, _ in truth}))
        feed.flush()
        events, fault = run(binary, path, "--no-builtin-feed", "-f", feed.name)
    return set(told_of(events)), fault


def answers(binary, root):
    truth, captures = collections.defaultdict(set), os.path.join(root, "captures")
    for row in rows(os.path.join(root, "truth", "answers.tsv")):
        if len(row) > 3 and not is_garbled(row[1]) and (row[3] == "<Root>" or not is_garbled(row[3])):
            truth[row[0]].add((normal("", row[1]), row[2], normal("", row[3]).replace("<root>", "")))
    excused = {(r[0], r[2]) for r in rows(EXCEPTIONS) if len(r) > 3 and r[1] == "dns_answers"}
    found, wanted = collections.Counter(), collections.Counter()
    chosen = sorted(truth)
    for capture, (told, fault) in zip(chosen, over(lambda c: answers_in(binary, os.path.join(captures, c), truth[c]), chosen)):
        if fault:
            print(f"  fault: {capture}: {fault}")
        for row in sorted(truth[capture]):
            if row not in told and {(capture, row[0]), (capture, "*")} & excused:
                continue
            wanted[row[1]] += 1
            found[row[1]] += row in told
            if row not in told:
                print("  missed:", capture, *row)
    for kind in sorted(wanted):
        print(f"answers {kind:6} {found[kind]}/{wanted[kind]} = {found[kind] / wanted[kind]:.4f}")
    return 1 if any(found[kind] < 0.995 * wanted[kind] for kind in wanted) or not wanted else 0


def classes(binary, root):
    """How many of the names in the captures of each hard class (hardcases.tsv) are found; those that hold no name only must not end it."""
    members, truth = collections.defaultdict(set), truth_of(root)
    for row in rows(os.path.join(root, "hardcases.tsv")):
        members[row[0]].add(row[3])
    chosen = sorted({c for cs in members.values() for c in cs if c in truth})
    names, bad = {}, 0
    for capture, (events, fault) in zip(chosen, over(lambda c: run(binary, os.path.join(root, "captures", c)), chosen)):
        names[capture] = names_of(events)
        bad += bool(fault)
        if fault:
            print(f"  fault: {capture}: {fault}")
    missed = 0
    for name, captures in sorted(members.items()):
        wanted = sum(len(truth[c]) for c in captures if c in names)
        found = sum(len(truth[c] & names[c]) for c in captures if c in names)
        missed += wanted - found
        if wanted:
            print(f"class {name:44} {found}/{wanted} names in {sum(c in names for c in captures)} captures")
    return 1 if missed or bad or not chosen else 0


WHAT = {"classes": classes, "answers": answers, "sample": sample, "community": community, "ja4": ja4, "ja4-truth": ja4_truth}


def main():
    if len(sys.argv) != 4 or sys.argv[1] not in WHAT:
        sys.exit(__doc__)
    what, binary, folder = sys.argv[1:]
    if not os.path.isdir(folder):
        print(f"skipped: there is no {folder}")
        return SKIPPED
    return WHAT[what](os.path.abspath(binary), folder)


if __name__ == "__main__":
    sys.exit(main())
