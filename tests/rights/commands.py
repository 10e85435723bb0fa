#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""commands.py DANCECARD: sub-commands read what strangers wrote with no more rights than that takes, as the kernel tells it while each waits
for its input (or for a ledger that somebody else holds); and each still does what it is for, on its files and beside them."""
import os
import sqlite3
import subprocess
import sys
import tempfile
import time

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
FAULTS = []


def check(is_so, what):
    if not is_so:
        FAULTS.append(what)
        print("fault:", what)


def status_of(process):
    try:
        with open(f"/proc/{process}/status", encoding="ascii") as file:
            return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
    except OSError:
        return {}


def is_confined(status):
    return (status.get("Seccomp") == "2" and status.get("NoNewPrivs") == "1" and
            all(int(status[kind], 16) == 0 for kind in ("CapInh", "CapPrm", "CapEff", "CapAmb")))


def looked_at(program, words, folder, give, wanted):
    """Starts it, waits until it is confined, then lets it go on by `give`; its exit status must be `wanted`."""
    child = subprocess.Popen([program, *words], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    end = time.monotonic() + 60
    while not is_confined(status_of(child.pid)) and child.poll() is None and time.monotonic() < end:
        time.sleep(0.002)
    status = status_of(child.pid)
    check(is_confined(status), f"{' '.join(words)}: {[status.get(k) for k in ('Seccomp', 'NoNewPrivs', 'CapPrm')]}")
    give(child)
    said = child.communicate()[0].decode(errors="replace")
    check(child.returncode == wanted, f"{' '.join(words)}: exit status {child.returncode}: {said[-300:]}")
    return said


def done(program, words, folder):
    run = subprocess.run([program, *words], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                         text=True, timeout=120, check=False)
    check(run.returncode == 0, f"{' '.join(words)}: exit status {run.returncode}: {run.stdout[-300:]}")
    return run.stdout


def main(program):
    program = os.path.abspath(program)
    with tempfile.TemporaryDirectory() as folder:
        pixel = os.path.join(ROOT, "pcaps", "pixel-tls.pcap")
        for name in ("one", "two", "three"):
            os.mkdir(os.path.join(folder, name))
        done(program, ["-q", "-a", "-r", pixel, "-L", "one/l.db", "-o", "two/e.jsonl"], folder)
        with open(os.path.join(folder, "three", "f.txt"), "w", encoding="ascii") as file:
            file.write("tracker.example\nanalytics.tiktok.com\n")
        with open(os.path.join(folder, "two", "e.jsonl"), "rb") as file:
            events = file.read()

        def say(text):
            return lambda child: (child.stdin.write(text), child.stdin.flush())

        with open(os.path.join(folder, "three", "many.txt"), "w", encoding="ascii") as file:
            file.writelines(f"name-{i}.example\n" for i in range(300000))

        check("tracker.example" in looked_at(program, ["feed", "lookup", "--feed", "three/f.txt", "-"], folder, say(b"tracker.example\n"), 0),
              "lookup answers")
        check("tiktok" in looked_at(program, ["feed", "retro", "--feed", "three/f.txt", "-"], folder, say(events), 0), "retro finds")
        looked_at(program, ["report", "-", "one/l.db", "-o", "three/page.html"], folder, say(events), 0)
        check(os.path.exists(os.path.join(folder, "three", "page.html")), "the page is written")
        for words in (["feed", "check"], ["feed", "convert", "--to", "hosts"], ["feed", "compare"]):
            looked_at(program, [*words, "three/many.txt"], folder, lambda child: None, 0)

        done(program, ["feed", "retro", "--feed", "three/f.txt", "one/l.db", "two/e.jsonl"], folder)

        # Somebody else has the ledger: they wait for it, confined by then.
        for words in (["sites", "one/l.db"], ["ledger", "forget", "10.20.0.101", "one/l.db"], ["ledger", "prune", "365", "one/l.db"]):
            holder = sqlite3.connect(os.path.join(folder, "one", "l.db"), isolation_level=None)
            holder.execute("pragma locking_mode = exclusive")
            holder.execute("begin exclusive")

            def let_go(child, holder=holder):
                holder.execute("rollback")
                holder.close()

            looked_at(program, words, folder, let_go, 0)
        check("deleted" in done(program, ["ledger", "forget", "10.20.0.102", "one/l.db"], folder), "forget says what it did")
    print(f"{len(FAULTS)} faults")
    return 1 if FAULTS else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
