#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The evidence file of each capture in pcaps/: evidence.py DANCECARD

Read back, it gives the same contacts and lookups; its packets are the capture's own, byte for byte
and in order of time, each with the id of its event; the manifest's hashes are right.
"""
import glob
import hashlib
import json
import os
import re
import struct
import subprocess
import sys
import tempfile

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def events(program, *options):
    done = subprocess.run([program, "-q", *options], cwd=ROOT, check=True, stdout=subprocess.PIPE)
    return [json.loads(line) for line in done.stdout.splitlines()]


def ids(found):
    """{id: outcome} of contacts, and of lookups that were answered."""
    return {e["event_id"]: (e["tracker"]["name"], e["outcome"]) for e in found
            if e["event_type"] == "contact" or
            (e["event_type"] == "lookup" and e["outcome"] != "unanswered")}


def packets(path):
    """(time, bytes, comments) of a little-endian pcapng."""
    with open(path, "rb") as file:
        data = file.read()
    at = 0
    while at < len(data):
        kind, size = struct.unpack_from("<II", data, at)
        if kind == 6:
            high, low, length = struct.unpack_from("<III", data, at + 12)
            body = data[at + 28:at + 28 + length]
            rest = data[at + 28 + (length + 3) // 4 * 4:at + size - 4]
            yield high << 32 | low, body, re.findall(rb"event_id ([0-9a-f]{32})", rest)
        assert struct.unpack_from("<I", data, at + size - 4)[0] == size
        at += size


def check(program, capture, folder):
    path = os.path.join(folder, "e.pcapng")
    found = events(program, "-r", capture, "-w", path)
    kept = list(packets(path))
    with open(os.path.join(ROOT, capture), "rb") as file:
        original = file.read()
    wrong = []
    if ids(found) and ids(found) != ids(events(program, "-r", path)):
        wrong.append("read back, it gives other contacts")
    if [p[0] for p in kept] != sorted(p[0] for p in kept):
        wrong.append("packets are not in order of time")
    if any(body not in original for _, body, _ in kept):
        wrong.append("a packet is not the capture's")
    named = {name.decode() for _, _, names in kept for name in names}
    if named != set(ids(found)) or any(not names for _, _, names in kept):
        wrong.append("comments do not name the events")
    with open(path + ".manifest.json", encoding="utf-8") as file:
        manifest = json.load(file)
    with open(path, "rb") as file:
        data = file.read()
    if manifest["evidence"] != {"name": "e.pcapng", "packets": len(kept),
                                "sha256": hashlib.sha256(data).hexdigest()}:
        wrong.append("the manifest is about another file")
    if kept and manifest["inputs"] != [{"file": capture, "bytes": len(original),
                                        "sha256": hashlib.sha256(original).hexdigest()}]:
        wrong.append("the manifest names other inputs")
    print(f"{capture}: {len(ids(found))} events, {len(kept)} packets{''.join(': ' + w for w in wrong)}")
    return len(ids(found)), not wrong


def check_manifest_of_config(program, folder):
    """Config and inventory are named with their hashes."""
    paths = {name: os.path.join(folder, name) for name in ("c.yaml", "sites.csv")}
    texts = {"c.yaml": "inventory: sites.csv\n", "sites.csv": "site,organisation\ndmv.utah.example,Licences\n"}
    for name, path in paths.items():
        with open(path, "w", encoding="ascii") as out:
            out.write(texts[name])
    evidence = os.path.join(folder, "i.pcapng")
    found = events(program, "-c", paths["c.yaml"], "-r", "pcaps/pixel-tls.pcap", "-w", evidence)
    with open(evidence + ".manifest.json", encoding="utf-8") as file:
        manifest = json.load(file)
    wanted = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}
    good = (manifest["config"]["sha256"] == wanted["c.yaml"] and
            manifest.get("inventory") == {"file": paths["sites.csv"], "sha256": wanted["sites.csv"]} and
            "Licences" in {e.get("site", {}).get("organisation") for e in found})
    print("config and inventory:", "as they are" if good else manifest)
    return good


def main():
    program = os.path.abspath(sys.argv[1])
    names = sorted(os.path.relpath(p, ROOT) for p in glob.glob(os.path.join(ROOT, "pcaps", "*.pcap*")))
    with tempfile.TemporaryDirectory() as folder:
        done = [check(program, name, folder) for name in names]
        done.append((0, check_manifest_of_config(program, folder)))
    return 0 if sum(count for count, _ in done) > 20 and all(good for _, good in done) else 1


sys.exit(main())
