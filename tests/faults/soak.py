#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""soak.py DANCECARD [--minutes 30] [--seed N] [--bench BENCH_TRAFFIC] [--live] [--plot FILE.svg] [FOLDER…]: one process, for a long time.

Captures with mutations (mutate.py) go into one running sensor: by a pipe, or (--live) over a pair of virtual Ethernet devices in a
network namespace of its own. Its memory is sampled; the counters of every `stats` event must add up and never go back; at the end
the packets that went in by the pipe are those that it counted. Memory is flat if a line through the samples of the last two
thirds grows by no more than 3 % in that time. Exit status 0: all that holds. 77: skipped.
"""
import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
import mutate  # noqa: E402
from live import INSIDE, enclosed, listens, plug  # noqa: E402

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
GROWTH_MAX, ETHERNET, FRAME_MAX = 0.03, 1, 1514
GAUGES = {"flow.active", "memory.questions"}
BECAME = ("tcp", "udp", "icmp", "other", "not_ip", "malformed", "duplicates", "fragments_held")


def memory_of(process):
    """Resident bytes: all, and those that are no file's."""
    with open(f"/proc/{process}/status", encoding="ascii") as file:
        rows = dict(line.split(":", 1) for line in file)
    return [int(rows[name].split()[0]) * 1024 for name in ("VmRSS", "RssAnon")]


def flat(counters, path=""):
    for name, value in counters.items():
        if isinstance(value, dict):
            yield from flat(value, f"{path}{name}.")
        elif isinstance(value, int):
            yield path + name, value


class Judge:
    """Reads the events; keeps what is wrong with the counters."""

    def __init__(self, stream):
        self.stream, self.faults, self.last, self.stats, self.kinds = stream, [], {}, 0, {}
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        for line in self.stream:
            event = json.loads(line)
            kind = event["event_type"]
            self.kinds[kind] = self.kinds.get(kind, 0) + 1
            if kind == "stats":
                self.look(event["stats"])

    def must(self, claim, what):
        if not claim:
            self.faults.append(f"stats event {self.stats}: {what}")

    def look(self, stats):
        self.stats += 1
        decoder = stats["decoder"]
        self.must(stats["capture"]["packets"] == decoder["pkts"], f"{stats['capture']['packets']} captured, {decoder['pkts']} decoded")
        became = sum(decoder[kind] for kind in BECAME)
        self.must(decoder["pkts"] == became, f"{decoder['pkts']} packets in, {became} accounted for")
        now = dict(flat({name: part for name, part in stats.items() if name != "visibility"}))
        for name, value in now.items():
            self.must(name in GAUGES or value >= self.last.get(name, 0), f"{name} goes back from {self.last.get(name)} to {value}")
        self.last = now


def slope(points):
    """Least squares: bytes for a second."""
    count = len(points)
    mean_x, mean_y = (sum(p[i] for p in points) / count for i in (0, 1))
    below = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / below if below else 0.0


def svg(rows, title, path):
    """Resident memory over time, and the packets so far."""
    width, height, left, bottom = 900, 340, 64, 48
    end = max(rows[-1][0], 1)
    top = max(row[1] for row in rows) / 1e6 * 1.15
    most = max(row[3] for row in rows) or 1
    across = lambda t: left + t / end * (width - left - 70)
    up = lambda share: height - bottom - share * (height - bottom - 40)
    step = max(1, len(rows) // 600)
    line = lambda column, scale: " ".join(f"{across(row[0]):.1f},{up(row[column] / scale):.1f}" for row in rows[::step])
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">',
           f'<rect width="{width}" height="{height}" fill="#fff"/><text x="{left}" y="22" font-size="14">{title}</text>']
    for i in range(6):
        y, x = up(i / 5), across(end * i / 5)
        out.append(f'<path d="M{left} {y:.1f}H{width - 70}" stroke="#ddd"/><text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{top * i / 5:.0f}</text>'
                   f'<text x="{width - 64}" y="{y + 4:.1f}" fill="#888">{most * i / 5 / 1e6:.1f}</text>'
                   f'<text x="{x:.1f}" y="{height - bottom + 18}" text-anchor="middle">{end / 60 * i / 5:.1f}</text>')
    out += [f'<polyline points="{line(3, most)}" fill="none" stroke="#bbb" stroke-width="1.5"/>',
            f'<polyline points="{line(2, top * 1e6)}" fill="none" stroke="#7aa6d8" stroke-width="1.5"/>',
            f'<polyline points="{line(1, top * 1e6)}" fill="none" stroke="#1f4e8c" stroke-width="2"/>',
            f'<text x="{left}" y="{height - 8}">minutes</text>',
            f'<text x="{left + 90}" y="{height - 8}" fill="#1f4e8c">resident memory, MB</text>',
            f'<text x="{left + 240}" y="{height - 8}" fill="#7aa6d8">of it the process\'s own</text>',
            f'<text x="{left + 410}" y="{height - 8}" fill="#888">packets so far, millions (right)</text></svg>']
    with open(path, "w", encoding="ascii") as file:
        file.write("\n".join(out) + "\n")


class Pipe:
    arguments = ("-r", "-", "--stats", "600")

    def begin(self, child, stream):
        self.to = child.stdin
        self.to.write(stream.head())

    def send(self, stream):
        self.to.write(stream.next_bytes())

    def end(self, child):
        self.to.close()


class Wire:
    """As fast as the packets are made; times are the wall clock's."""
    arguments = ("-i", "tap0", "-Z", "root", "--stats", "5")

    def begin(self, child, stream):
        stream.keep_only(lambda packet: packet[0] == ETHERNET and 14 <= len(packet[3]) <= FRAME_MAX)
        child.stdin.close()
        end = time.monotonic() + 60
        while not listens(child.pid) and time.monotonic() < end:
            time.sleep(0.05)
        self.wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        self.wire.bind(("wire0", 0))

    def send(self, stream):
        for _, _, _, data in stream.next_pass():
            if len(data) >= 14:
                self.wire.send(data)

    def end(self, child):
        time.sleep(1)
        child.send_signal(signal.SIGTERM)


def soak(options, way, stream, folder):
    """(seconds, resident, of it anonymous, packets) of each sample, the judge, the exit status, what was said."""
    command = [options.program, "-q", "-j", "2", "--memory", options.memory, "-L", os.path.join(folder, "ledger.db"), *way.arguments]
    rows, begin = [], time.monotonic()
    with open(os.path.join(folder, "said"), "w+", encoding="utf-8") as said:
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said)
        judge = Judge(child.stdout)
        way.begin(child, stream)
        try:
            while (now := time.monotonic() - begin) < options.minutes * 60:
                way.send(stream)
                if not rows or now - rows[-1][0] >= 1:
                    rows.append((now, *memory_of(child.pid), stream.packets))
        except BrokenPipeError:
            pass
        way.end(child)
        child.wait(300)
        judge.thread.join()
        said.seek(0)
        return rows, judge, child.returncode, said.read()


def report(options, rows, judge, stream, status, said):
    faults = judge.faults[:10] + ([f"exit status {status}: {said[-500:]}"] if status != 0 or said else [])
    sent, counted = stream.packets, judge.last.get("capture.packets", 0)
    if not options.live and sent != counted:
        faults.append(f"{sent} packets went in, {counted} were counted")
    late = [(row[0], row[1]) for row in rows if row[0] >= rows[-1][0] / 3]
    growth = slope(late) * (late[-1][0] - late[0][0])
    middle = sum(resident for _, resident in late) / len(late)
    is_flat = growth <= GROWTH_MAX * middle
    if not is_flat and not options.short:
        faults.append("memory grows")
    events = ", ".join(f"{count} {kind}" for kind, count in sorted(judge.kinds.items()))
    became = ", ".join(f"{judge.last.get('decoder.' + kind, 0)} {kind}" for kind in BECAME)
    mutations = ", ".join(f"{count} {kind}" for kind, count in stream.mutations.items())
    print(f"{'live' if options.live else 'pipe'}, seed {options.seed}, {rows[-1][0] / 60:.1f} minutes: {counted} packets of {stream.passes} passes over "
          f"{sum(map(len, stream.groups))} captures, {len(stream.links)} link types\n"
          f"  mutations    {mutations}\n"
          f"  events       {events}\n"
          f"  counters     {judge.stats} times looked at, {len(judge.faults)} faults"
          f"{'' if options.live else f'; {sent} packets went in'}\n"
          f"  became       {became}\n"
          f"  flows        {judge.last.get('flow.total', 0)}, {judge.last.get('flow.evicted', 0)} gave way")
    print("  minute    RSS MB   own MB     packets")
    for i in range(11):
        row = rows[min(len(rows) - 1, i * len(rows) // 10)]
        print(f"  {row[0] / 60:6.1f} {row[1] / 1e6:9.1f} {row[2] / 1e6:8.1f} {row[3]:11}")
    print(f"  last two thirds: {middle / 1e6:.1f} MB on average, slope {slope(late) * 3600 / 1e6:+.2f} MB/hour, "
          f"{growth / middle:+.2%} in that time: {'flat' if is_flat else 'NOT FLAT'}")
    for fault in faults:
        print("fault:", fault)
    return 1 if faults else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("folders", nargs="*", default=[])
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=20261123)
    parser.add_argument("--memory", default="64M")
    parser.add_argument("--bench")
    parser.add_argument("--plot")
    parser.add_argument("--live", action="store_true")
    options = parser.parse_intermixed_args()
    options.short = options.minutes < 5  # still warming up: what is held is looked at, no slope
    if options.live and INSIDE not in os.environ:
        return enclosed([os.path.abspath(__file__), *sys.argv[1:]])
    if options.live:
        plug()
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR", "/var/tmp")) as folder:
        folders = options.folders or [os.path.join(ROOT, "pcaps")]
        if options.bench:
            made = os.path.join(folder, "bench")
            os.mkdir(made)
            subprocess.run([options.bench, "-o", os.path.join(made, "web.pcap"), "-f", "500", "-p", "16000"],
                           check=True, stderr=subprocess.DEVNULL)
            folders = [*folders, made]
        stream = mutate.Stream(folders, options.seed)
        rows, judge, status, said = soak(options, Wire() if options.live else Pipe(), stream, folder)
    if options.plot:
        svg(rows, f"{'Live' if options.live else 'By a pipe'}: {stream.packets / 1e6:.0f} million packets, captures with mutations", options.plot)
    return report(options, rows, judge, stream, status, said)


if __name__ == "__main__":
    sys.exit(main())
