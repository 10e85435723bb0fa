#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""survive.py DANCECARD [FAULT…]: what a machine does to a program that runs for months, one fault at a time.

The docstring of each function says what must happen; it is the row of the table in README.md. Needs root, for file systems
of its own (in a mount namespace, that nobody else sees). Exit status 77: skipped.
"""
import contextlib
import json
import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
PCAPS = os.path.join(ROOT, "pcaps")
INSIDE = "DANCECARD_FAULTS_INSIDE"
ALL = ("-q", "-a", "-r", PCAPS)


class Fault(Exception):
    """Something did not happen that must."""


def must(claim, what):
    if not claim:
        raise Fault(what)


class Sensor:
    """The program under test, and what it says of the sample captures when nobody disturbs it."""

    def __init__(self, program):
        self.program = program
        self.whole = self.run(*ALL).stdout.splitlines()
        must(len(self.whole) > 100, "the undisturbed run says too little")

    def run(self, *arguments, seconds=120, **how):
        how = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **how}
        return subprocess.run([self.program, *arguments], check=False, timeout=seconds, **how)

    def start(self, *arguments, **how):
        how = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **how}
        return subprocess.Popen([self.program, *arguments], **how)

    def ids(self, lines=None):
        return {json.loads(line)["event_id"] for line in (self.whole if lines is None else lines)}


class Disk:
    """A file system of our own: small, or read-only."""

    def __init__(self, options):
        self.options = options

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="dancecard-fault-")
        subprocess.run(["mount", "-t", "tmpfs", "-o", self.options, "none", self.path], check=True)
        return self.path

    def __exit__(self, *what):
        subprocess.run(["umount", "-l", self.path], check=True)
        os.rmdir(self.path)


def whole_lines(path):
    with open(path, encoding="utf-8") as file:
        lines = file.read().split("\n")
    return lines[:-1]


def spoken(done, *words):
    must(done.returncode in (0, 1), f"exit status {done.returncode}: {done.stderr[-300:]}")
    for word in words:
        must(word in done.stderr, f"does not say '{word}' but: {done.stderr[-300:]}")


def fresh(disk, name):
    return os.path.join(disk, name)


FULL = "size=64k"
RDONLY = "ro,size=64k"


def disk_full_events(sensor):
    """The file of events stops at its last whole block, under the name `.partial`; every line in it but a cut last one is an event; other outputs get all; status 1"""
    with Disk(FULL) as disk:
        done = sensor.run(*ALL, "-o", fresh(disk, "e.jsonl"), "-o", "-")
        spoken(done, "No space left on device", "events were not written")
        must(done.returncode == 1, "exit status 0")
        must(done.stdout.splitlines() == sensor.whole, "the other output is not whole")
        kept = whole_lines(fresh(disk, "e.jsonl.partial"))
        must(kept == sensor.whole[:len(kept)] and kept, "the partial file is not the beginning of the events")
        return f"{len(kept)} of {len(sensor.whole)} kept"


def disk_full_evidence(sensor):
    """Events are whole; the evidence file is said to be cut, with the reason; status 1"""
    with Disk(FULL) as disk:
        done = sensor.run(*ALL, "-w", fresh(disk, "e.pcapng"))
        spoken(done, "e.pcapng", "No space left on device")
        must(done.returncode == 1, "exit status 0")
        must(done.stdout.splitlines()[:-1] == sensor.whole[:-1], "the events are not whole")  # the last one counts what is lost


def disk_full_ledger(sensor):
    """Without room for its tables the run does not begin. Later: events are whole, the ledger is said to be full, stays a whole database, and takes everything from a second run that has room; status 1"""
    began = 0
    for kilobytes in range(48, 400, 16):
        with Disk(f"size={kilobytes}k") as disk, tempfile.TemporaryDirectory() as folder:
            ledger, other = fresh(disk, "l.db"), fresh(folder, "l.db")
            done = sensor.run(*ALL, "-L", ledger)
            if done.returncode == 0:
                break
            spoken(done, "ledger", "full")
            if not done.stdout:
                continue
            began += 1
            must(done.stdout.splitlines() == sensor.whole, "the events are not whole")
            subprocess.run(["mount", "-o", "remount,size=8m", disk], check=True)
            healthy(ledger)
            again = sensor.run(*ALL, "-L", ledger)
            must(again.returncode == 0, f"with room: {again.stderr}")
            sensor.run(*ALL, "-L", other)
            must(contacts(ledger) == contacts(other), "the second run did not complete the ledger")
    must(began > 0, "no disk was full after the run began")
    return f"{began} disks filled while it ran"


def disk_full_journal(sensor):
    """A journal without room is said, with what could not be kept; events elsewhere are whole; status 1"""
    with Disk(FULL) as disk:
        target = f"http://127.0.0.1:9/?api=plain&drain=1s&journal={fresh(disk, 'j')}"
        done = sensor.run(*ALL, "-o", target, "-o", "-")
        spoken(done, "No space left on device")
        must(done.returncode == 1, "exit status 0")
        must(done.stdout.splitlines() == sensor.whole, "the events are not whole")


def read_only(sensor):
    """Each output on a read-only file system is refused with its name and the reason; status 1"""
    with Disk(RDONLY) as disk:
        for option, name in (("-o", "e.jsonl"), ("-w", "e.pcapng"), ("-L", "l.db")):
            done = sensor.run(*ALL, option, fresh(disk, name))
            must(done.returncode == 1, f"{option}: exit status {done.returncode}")
            must(name in done.stderr and "ead-only" in done.stderr or "readonly" in done.stderr, f"{option}: {done.stderr}")
        done = sensor.run(*ALL, "-o", f"http://127.0.0.1:9/?api=plain&drain=1s&journal={fresh(disk, 'j')}")
        must(done.returncode == 1 and "ead-only" in done.stderr, f"journal: {done.stderr}")


def healthy(ledger):
    with sqlite3.connect(ledger) as base:
        must(base.execute("pragma integrity_check").fetchone() == ("ok",), "the ledger is damaged")


def contacts(ledger):
    with sqlite3.connect(ledger) as base:
        return sorted(base.execute("select * from contacts").fetchall())


def killed(sensor):
    """`kill -9` at random moments, 20 times: the file of events holds whole lines but for a last one; the ledger is a whole database; a run that is left alone completes both"""
    chance = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        events, ledger = fresh(folder, "e.jsonl"), fresh(folder, "l.db")
        hit = 0
        for _ in range(20):
            child = sensor.start(*ALL, "-o", events, "-L", ledger, stderr=subprocess.DEVNULL)
            time.sleep(chance.uniform(0, 0.4))
            hit += child.poll() is None
            child.kill()
            child.communicate()
            for path in (events, events + ".partial"):
                if os.path.exists(path):
                    for line in whole_lines(path):
                        must(line in sensor.whole, f"no event: {line[:100]}")
            if os.path.exists(ledger):
                healthy(ledger)
        done = sensor.run(*ALL, "-o", events, "-L", ledger)
        must(done.returncode == 0, done.stderr)
        must(whole_lines(events) == sensor.whole, "the last run's file is not whole")
        other = fresh(folder, "other.db")
        sensor.run(*ALL, "-L", other)
        must(contacts(ledger) == contacts(other), "the ledger is not what an undisturbed run makes")
        return f"{hit} of 20 were still running"


LOST_SECONDS = 5  # at most; a transaction a second, on a machine that is busy


def repeated(path):
    """The packets of a capture again and again, each time later, so that no two contacts are one."""
    with open(path, "rb") as file:
        data = bytearray(file.read())
    places, at = [], 24
    while at + 16 <= len(data):
        places.append(at)
        at += 16 + int.from_bytes(data[at + 8:at + 12], "little")
    yield bytes(data[:24])
    while True:
        yield bytes(data[24:])
        for at in places:
            data[at:at + 4] = (int.from_bytes(data[at:at + 4], "little") + 600).to_bytes(4, "little")


def tell_until(child, end):
    """Feeds packets until `end`, kills, and answers what was told, and when: [(time, event_id)], time of the kill."""
    told = []

    def read():
        for line in child.stdout:
            told.append((time.monotonic(), line))

    def feed():
        try:
            for packets in repeated(os.path.join(PCAPS, "pixel-tls.pcap")):
                child.stdin.write(packets)
                child.stdin.flush()
                time.sleep(0.05)
        except BrokenPipeError:
            pass  # it was killed

    threads = [threading.Thread(target=read), threading.Thread(target=feed)]
    for thread in threads:
        thread.start()
    while not told or time.monotonic() < told[0][0] + end:
        must(child.poll() is None, "it ended by itself")
        time.sleep(0.05)
    child.kill()
    over = time.monotonic()
    for thread in threads:
        thread.join()
    child.wait()
    events = [(when, json.loads(line)) for when, line in told if line.endswith(b"\n")]
    return [(when, e["event_id"]) for when, e in events if e["event_type"] == "contact"], over


def killed_ledger(sensor):
    """`kill -9` while packets come, 5 times: of the contacts that were told none is missing in the ledger but some of the last 5 seconds (it writes once a second; what was lost is measured), and it is a whole database"""
    chance, worst, count = random.Random(2), 0, 0
    with tempfile.TemporaryDirectory() as folder:
        for number in range(5):
            ledger = fresh(folder, f"{number}.db")
            child = sensor.start("-q", "-r", "-", "-L", ledger, stderr=subprocess.DEVNULL)
            told, over = tell_until(child, LOST_SECONDS + chance.uniform(1, 3))
            healthy(ledger)
            with sqlite3.connect(ledger) as base:
                kept = {row[0].hex() for row in base.execute("select event_id from contacts")}
            early = [when for when, name in told if when < over - LOST_SECONDS]
            must(early, "nothing was told early enough to be kept for sure")
            lost = [over - when for when, name in told if name not in kept]
            worst, count = max([worst, *lost]), count + len(told)
            must(worst <= LOST_SECONDS, f"a contact that was told {worst:.1f} s before the kill is lost")
    return f"of {count} contacts that were told, those of the last {worst:.1f} s at most were lost"


def catches(child, number):
    """Whether it has come so far: before its first lines the system's way with a signal holds."""
    with open(f"/proc/{child.pid}/status", encoding="ascii") as file:
        row = next(line for line in file if line.startswith("SigCgt"))
    return int(row.split()[1], 16) >> (number - 1) & 1


def feeding(sensor, config, meanwhile):
    """A run that gets its packets by a pipe, slowly, while `meanwhile` is done to it."""
    with open(os.path.join(PCAPS, "pixel-tls.pcap"), "rb") as file:
        packets = file.read()
    plain = sensor.run("-q", "-r", os.path.join(PCAPS, "pixel-tls.pcap")).stdout
    child = sensor.start("-q", "-c", config, "-r", "-")
    step = len(packets) // 40
    while not catches(child, signal.SIGHUP):
        time.sleep(0.01)
    for at in range(0, len(packets), step):
        child.stdin.write(packets[at:at + step])
        child.stdin.flush()
        meanwhile(child)
        time.sleep(0.01)
    out, said = child.communicate(timeout=120)
    must(child.returncode == 0, f"exit status {child.returncode}: {said[-300:]}")
    names = lambda text: [e["tracker"]["name"] for e in map(json.loads, text.splitlines()) if e["event_type"] == "contact"]
    must(names(out) == names(plain), f"{len(names(out))} contacts, undisturbed {len(names(plain))}")
    return said.decode()


def hangup_under_load(sensor):
    """SIGHUP 40 times while packets come, the config good and bad in turn: no contact is lost, each bad one is said, with its line, and the good one stays"""
    with tempfile.TemporaryDirectory() as folder:
        config, turn = fresh(folder, "c.yaml"), [0]

        def write(text):
            with open(config + ".new", "w", encoding="utf-8") as file:
                file.write(text)
            os.rename(config + ".new", config)

        def meanwhile(child):
            turn[0] += 1
            write("home: 10.0.0.0/8\n" if turn[0] % 2 else "home: nonsense\n")
            child.send_signal(signal.SIGHUP)

        write("{}\n")
        said = feeding(sensor, config, meanwhile)
        must("c.yaml:1:" in said, f"the bad one is not said: {said[-300:]}")
        return f"{turn[0]} signals"


def hangup_at_start(sensor):
    """SIGHUP while it still reads its feeds (logrotate, at boot): it goes on, and reloads when it is there"""
    with tempfile.TemporaryDirectory() as folder:
        feed, seen = fresh(folder, "feed.txt"), 0
        for names in (300000, 600000, 1200000):
            with open(feed, "w", encoding="utf-8") as file:
                file.writelines(f"host{i}.tracker{i % 977}.example\n" for i in range(names))
            child = sensor.start("-q", "-f", feed, "-r", os.path.join(PCAPS, "pixel-tls.pcap"), stdin=subprocess.DEVNULL)
            while child.poll() is None and not seen:
                with contextlib.suppress(OSError):
                    if feed in [os.readlink(entry.path) for entry in os.scandir(f"/proc/{child.pid}/fd")]:
                        child.send_signal(signal.SIGHUP)
                        seen += 1
            out, said = child.communicate(timeout=100)
            must(child.returncode == 0, f"ended with {child.returncode}: {said[-200:]}")
            must(b'"event_type":"contact"' in out, "no contact")
            if seen:
                return f"while it read {names} names"
        return "was never seen reading"


def feed_replaced(sensor):
    """A feed replaced by a folder, a FIFO, a 4 GB file, a file of NULs, nothing at all, then SIGHUP: said with the reason, the old feed stays, no contact is lost, nothing waits"""
    with tempfile.TemporaryDirectory() as folder:
        feed, config = fresh(folder, "feed.txt"), fresh(folder, "c.yaml")
        with open(config, "w", encoding="utf-8") as file:
            file.write(f"feed: {feed}\n")

        def clear():
            if os.path.isdir(feed):
                os.rmdir(feed)
            elif os.path.lexists(feed):
                os.unlink(feed)

        def good():
            with open(feed, "w", encoding="utf-8") as file:
                file.write("tracker.example\n")

        def huge():
            good()
            os.truncate(feed, 4 << 30)

        def nuls():
            with open(feed, "wb") as file:
                file.write(bytes(100000))

        faults = [lambda: os.mkdir(feed), lambda: os.mkfifo(feed), huge, nuls, lambda: None, good]
        turn = [0]

        def meanwhile(child):
            turn[0] += 1
            if turn[0] % 6 == 0 and faults:
                clear()
                faults.pop(0)()
                child.send_signal(signal.SIGHUP)

        good()
        said = feeding(sensor, config, meanwhile)
        must("feed.txt" in said, f"nothing is said: {said[-300:]}")
        return f"{len(said.splitlines())} lines said"


def clock_jumps(sensor):
    """Packet time jumps back and forth by years: every name is still found, nothing hangs or grows"""
    path = os.path.join(PCAPS, "pixel-tls.pcap")
    with open(path, "rb") as file:
        data = bytearray(file.read())
    at, number = 24, 0
    while at + 16 <= len(data):
        length = int.from_bytes(data[at + 8:at + 12], "little")
        seconds = int.from_bytes(data[at:at + 4], "little")
        number += 1
        if number % 50 < 10:
            seconds += (-1 if number % 100 < 50 else 1) * 3 * 365 * 86400
        data[at:at + 4] = (seconds % (1 << 32)).to_bytes(4, "little")
        at += 16 + length
    done = sensor.run("-q", "-a", "-r", "-", input=bytes(data), stdin=None, text=False)
    must(done.returncode == 0, f"exit status {done.returncode}")
    names = lambda text: {e["tracker"]["name"] for e in map(json.loads, text.splitlines()) if e["event_type"] == "contact"}
    plain = names(sensor.run("-q", "-a", "-r", path).stdout)
    found = names(done.stdout)
    must(plain <= found, f"names lost: {plain - found}")


def is_sanitized(program):
    with open(program, "rb") as file:
        return b"__asan_init" in file.read()


def memory_short(sensor):
    """An address space of 24 to 400 MB: either the run is whole, or one message says that memory is short and the status is 1; never a signal"""
    if is_sanitized(sensor.program):
        return "not with AddressSanitizer, which reserves terabytes"
    told = 0
    for megabytes in list(range(24, 200, 8)) + [240, 280, 320, 360, 400]:
        limit = megabytes << 20
        done = sensor.run(*ALL, "-j", "1", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))
        must(done.returncode in (0, 1, 127), f"{megabytes} MB: exit status {done.returncode}: {done.stderr[-200:]}")
        if done.returncode == 0:
            must(done.stdout.splitlines() == sensor.whole, f"{megabytes} MB: status 0, but the events are not whole")
        elif done.returncode == 1:
            told += 1
            must("memory" in done.stderr, f"{megabytes} MB: {done.stderr[-200:]}")
    return f"{told} limits were too small, and said so"


def slow_reader(sensor):
    """A reader of the output that stops for a while gets every event"""
    child = sensor.start(*ALL)
    time.sleep(1)
    out = b""
    while piece := os.read(child.stdout.fileno(), 4096):
        out += piece
        time.sleep(0.002)
    must(child.wait(60) == 0, "exit status")
    must(out.decode().splitlines() == sensor.whole, "the events are not whole")
    child.stdin.close()
    child.stderr.close()


def closed_reader(sensor):
    """A reader that goes away (`| head`): the run ends soon with a message and status 1, other outputs are whole"""
    with tempfile.TemporaryDirectory() as folder:
        events = fresh(folder, "e.jsonl")
        child = sensor.start(*ALL, "-o", "-", "-o", events)
        child.stdout.close()
        said = child.stderr.read().decode()
        must(child.wait(60) == 1, f"exit status {child.returncode}")
        must("Broken pipe" in said, said)
        must(whole_lines(events) == sensor.whole, "the other output is not whole")
        child.stdin.close()
        child.stderr.close()


FAULTS = [disk_full_events, disk_full_evidence, disk_full_ledger, disk_full_journal, read_only, killed, killed_ledger, hangup_under_load, hangup_at_start,
          feed_replaced, clock_jumps, memory_short, slow_reader, closed_reader]


def main(program, *wanted):
    if os.geteuid() != 0 or subprocess.run(["unshare", "--mount", "true"], stderr=subprocess.DEVNULL, check=False).returncode:
        print("skipped: needs root, and mount namespaces")
        return 77
    if INSIDE not in os.environ:
        return subprocess.run(["unshare", "--mount", "--propagation", "private", sys.executable, "-B", os.path.abspath(__file__),
                               os.path.abspath(program), *wanted], env={**os.environ, INSIDE: "1"}, check=False).returncode
    sensor, bad = Sensor(program), 0
    for fault in FAULTS:
        if wanted and fault.__name__ not in wanted:
            continue
        begin = time.monotonic()
        try:
            word = fault(sensor) or ""
            print(f"survived  {fault.__name__:20} {time.monotonic() - begin:5.1f} s  {word}", flush=True)
        except (Fault, subprocess.TimeoutExpired, OSError, sqlite3.Error) as what:
            bad += 1
            print(f"FAILED    {fault.__name__:20} {what}", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
