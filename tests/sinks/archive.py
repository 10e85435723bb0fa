#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""archive.py DANCECARD [PARTS]: a capture cut into 20 files, read by 20 processes in random order into one ClickHouse, against one run over all.

Contacts whose name is in the flow itself must be the same, by event_id. What a cut can change is counted and explained: a contact known
only from a DNS answer that is in the file before (it gets another name, or weaker evidence, or is missing).
"""
import glob
import json
import os
import random
import struct
import subprocess
import sys
import tempfile

from servers import ROOT, check, clickhouse_pair, reference

IN_FLOW = {"tls_sni", "quic_sni", "gquic_sni", "dtls_sni", "http_host", "h2c_authority", "http_referer"}


def packets(path):
    """(header, [record]) of a pcap file, little endian."""
    with open(path, "rb") as capture:
        data = capture.read()
    at, records = 24, []
    while at + 16 <= len(data):
        size = struct.unpack_from("<I", data, at + 8)[0]
        records.append(data[at:at + 16 + size])
        at += 16 + size
    return data[:24], records


def long_capture(folder):
    """Every little-endian pcap file of pcaps/ with the same link type, one behind the other in order of time."""
    header, every = None, []
    for path in sorted(glob.glob(os.path.join(ROOT, "pcaps", "*.pcap"))):
        head, records = packets(path)
        if head[:4] not in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") or (header and (head[:4], head[20:]) != (header[:4], header[20:])):
            continue
        header = header or head
        every += records
    every.sort(key=lambda r: struct.unpack_from("<II", r))
    return header, every


def write(path, header, records):
    with open(path, "wb") as out:
        out.write(header + b"".join(records))


def contacts(events):
    return {e["event_id"]: e for e in events if e["event_type"] == "contact"}


def main(program, parts=20):
    with tempfile.TemporaryDirectory(prefix="dancecard-archive-") as folder, clickhouse_pair() as shards:
        header, records = long_capture(folder)
        whole = f"{folder}/whole.pcap"
        write(whole, header, records)
        parts = int(parts)
        step = -(-len(records) // parts)
        files = [f"{folder}/part-{i:02}.pcap" for i in range(parts)]
        for i, path in enumerate(files):
            write(path, header, records[i * step:(i + 1) * step])
        expected = contacts(reference(program, "-r", whole).values())
        order = list(files)
        random.shuffle(order)
        runs = [subprocess.Popen([program, "-q", "-r", path, "-o", f"http://127.0.0.1:{shards[i % 2].http}/?api=clickhouse&journal={folder}/j&drain=60s"])
                for i, path in enumerate(order)]
        check(all(r.wait(200) == 0 for r in runs), "every process delivered all")
        rows = shards[0].rows("SELECT any(event) AS event FROM dancecard.events WHERE event_type = 'contact' GROUP BY event_id")
        found = contacts(json.loads(r["event"]) for r in rows)

        def is_in_flow(event):
            return any(e["kind"] in IN_FLOW for e in event["evidence"])

        named = {i for i, e in expected.items() if is_in_flow(e)}
        missing, strange = set(expected) - set(found), set(found) - set(expected)
        explained = {i for i in missing if i not in named}
        print(f"{len(records)} packets in {parts} files: {len(expected)} contacts in one run, {len(found)} in the store; "
              f"named in their flow {len(named)}, of them missing {len(missing & named)}; "
              f"missing otherwise {len(explained)}; only in the store {len(strange)}")
        for ident in sorted(missing | strange):
            event = expected.get(ident) or found[ident]
            print("  ", "missing" if ident in missing else "only there", event["tracker"].get("name"), event["confidence"], event["app_proto"] if "app_proto" in event else "-",
                  event["src_ip"], event.get("src_port"), [e["kind"] for e in event["evidence"]])
        cut = {(e["src_ip"], e.get("src_port"), e["dest_ip"]) for e in (expected[i] for i in missing & named)}
        begun = {(e["src_ip"], e.get("src_port"), e["dest_ip"]) for e in (found[i] for i in strange)}
        check(not missing & named or cut <= begun, "a contact named in its flow is missing, and no cut went through that flow")
        check(len(missing & named) <= parts - 1, "no more than one hello can lie on a cut")


if __name__ == "__main__":
    main(*sys.argv[1:])
