#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""metrics.py DANCECARD: a real scrape of --metrics: OpenMetrics text, /healthz, and every metric that the Grafana dashboard asks for."""
import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request

from servers import ROOT, SKIP, check, free_port, wait_port

SAMPLE = re.compile(r'(?P<name>[a-z_][a-z0-9_]*)(?:\{(?P<key>[a-z_]+)="(?P<label>(?:[^"\\]|\\["\\n])*)"\})? (?P<value>\d+)')


def parse(page):
    """{name: {label: value}} of an OpenMetrics 1.0 page; every line must be as the standard says."""
    lines = page.split("\n")
    check(lines[-2:] == ["# EOF", ""], "the page ends with # EOF")
    found, family, kind, families = {}, None, None, set()
    for line in lines[:-2]:
        if line.startswith("# TYPE "):
            family, kind = line.split(" ")[2:]
            check(family not in families and kind in ("counter", "gauge"), f"a family once, of a known kind: {line}")
            families.add(family)
            continue
        sample = SAMPLE.fullmatch(line)
        check(sample is not None, f"a sample: {line!r}")
        check(sample["name"] == family + ("_total" if kind == "counter" else ""), f"a sample of its family: {line!r}")
        labels = found.setdefault(sample["name"], {})
        check(sample["label"] not in labels, f"once: {line!r}")
        labels[sample["label"]] = int(sample["value"])
    return found


def get(port, path):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as reply:
            return reply.status, reply.headers["Content-Type"], reply.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers["Content-Type"], error.read().decode()


def pieces(data):
    """The file's head, then packet by packet."""
    yield data[:24]
    at = 24
    while at < len(data):
        end = at + 16 + int.from_bytes(data[at + 8:at + 12], "little")
        yield data[at:end]
        at = end


def main(program):
    port, nobody = free_port(), free_port()
    with open(os.path.join(ROOT, "pcaps", "pixel-tls.pcap"), "rb") as capture:
        data = capture.read()
    sensor = subprocess.Popen([program, "-q", "-r", "-", "-o", "/dev/null", "-o", f"syslog+tcp://127.0.0.1:{nobody}?drain=0s&journal={os.environ.get('TMPDIR', '/tmp')}/dancecard-metrics-{port}",
                               "--metrics", str(port)], stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        try:
            wait_port(port, sensor)
        except RuntimeError:
            said = sensor.stderr.read().decode()
            if "not built in" in said:
                print(said)
                sys.exit(SKIP)
            raise
        found = {}
        for piece in pieces(data):  # numbers are told once a second, when packets come
            sensor.stdin.write(piece)
            sensor.stdin.flush()
            status, kind, page = get(port, "/metrics")
            check(status == 200 and kind.startswith("application/openmetrics-text; version=1.0.0"), f"{status} {kind}")
            found = parse(page)
            if found.get("dancecard_decoder_pkts_total", {}).get(None, 0) > 0:
                break
            time.sleep(0.05)
        check(get(port, "/healthz")[0] == 200 and get(port, "/elsewhere")[0] == 404, "/healthz")
        check(found["dancecard_decoder_pkts_total"][None] > 0, "packets")
        check(f"syslog+tcp://127.0.0.1:{nobody}" in next(iter(found["dancecard_sink_waiting"])), "the sink's lag")
        with open(os.path.join(ROOT, "sensor", "grafana-dashboard.json"), encoding="utf-8") as text:
            panels = json.load(text)["panels"]
        asked = {name for p in panels for t in p["targets"] for name in re.findall(r"dancecard_[a-z0-9_]+", t["expr"])}
        # Those appear with the first contact, or on live interfaces only.
        late = {"dancecard_contacts_by_category_total", "dancecard_capture_kernel_drops_total", "dancecard_capture_interface_drops_total", "dancecard_memory_questions"}
        check(asked - late <= set(found), f"the dashboard asks for what is not there: {asked - late - set(found)}")
        with open(os.path.join(ROOT, "sensor", "stats.c"), encoding="utf-8") as source:
            names = {"dancecard_" + n.replace(".", "_") for n in re.findall(r'add\(l, "([a-z._]+)"', source.read())}
        check(all(n.removesuffix("_total") in names for n in late - {"dancecard_contacts_by_category_total"}), "late ones exist")
        if shutil.which("promtool"):
            done = subprocess.run(["promtool", "check", "metrics"], input=page, capture_output=True, text=True)
            check("error" not in done.stderr.lower() or done.returncode in (0, 3), f"promtool: {done.stderr}")
            print("promtool:", done.returncode)
        print(f"{sum(map(len, found.values()))} samples in {len(found)} families; the dashboard asks for {len(asked)}")
    finally:
        sensor.stdin.close()
        sensor.wait(60)
        shutil.rmtree(f"{os.environ.get('TMPDIR', '/tmp')}/dancecard-metrics-{port}", ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1])
