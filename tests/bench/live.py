#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""live.py DANCECARD CAPTURE: at which rate does each begin to lose packets? In a network namespace,
tcpreplay sends the capture over a pair of virtual Ethernet devices, at rising rates; at the other
end listens, one after the other, tcpdump -w /dev/null, the sensor, and Suricata where it is
installed. Then: contacts that we lose at the rate at which Suricata loses packets."""
import collections
import json
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

INSIDE = "DANCECARD_BENCH_INSIDE"
RATES = (10000, 25000, 50000, 75000, 100000, 150000, 200000, 300000)
SECONDS = 5
RING = 64       # MiB, for all
PATIENCE = 120  # seconds until one listens, or ends
LOSS = 1e-5     # of the packets: less is none

Result = collections.namedtuple("Result", "seen lost")


def enclosed(arguments):
    if os.geteuid() != 0:
        sys.exit("the live bench needs root, to make a network namespace")
    return subprocess.run(["unshare", "--net", sys.executable, "-B", *arguments],
                          env={**os.environ, INSIDE: "1"}, check=False).returncode


def plug():
    for line in ("link add tap0 type veth peer name wire0", "link set tap0 mtu 9000 up promisc on",
                 "link set wire0 mtu 9000 up"):
        subprocess.run(["ip", *line.split()], check=True)
    for name in ("tap0", "wire0"):  # no packet but the bench's
        with open(f"/proc/sys/net/ipv6/conf/{name}/disable_ipv6", "w", encoding="ascii") as file:
            file.write("1")


def rings_of(process):
    with open(f"/proc/{process}/maps", encoding="ascii", errors="replace") as rows:
        return sum("socket:[" in row for row in rows)


def listen(command, **how):
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, **how)
    end = time.monotonic() + PATIENCE
    while rings_of(child.pid) == 0:
        if child.poll() is not None or time.monotonic() > end:
            sys.exit(f"{command[0]} does not listen")
        time.sleep(0.05)
    time.sleep(1)  # what comes after the ring: threads, handlers
    return child


def send(capture, rate):
    """Packets that were sent, and the rate that came of it."""
    done = subprocess.run(["tcpreplay", "-i", "wire0", "--pps", str(rate), "--limit", str(rate * SECONDS), capture],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    text = done.stdout.decode("utf-8", "replace")
    sent = re.search(r"Successful packets:\s+(\d+)", text)
    rated = re.search(r"([\d.]+) pps", text)
    if not sent or not rated:
        sys.exit(f"tcpreplay: {text}")
    return int(sent[1]), float(rated[1])


def end(child):
    time.sleep(1)  # what is still in the ring
    child.send_signal(signal.SIGINT)
    return child.communicate(timeout=PATIENCE)


def with_tcpdump(_, folder, go):
    child = listen(["tcpdump", "-i", "tap0", "-w", "/dev/null", "-B", str(RING * 1024)], stderr=subprocess.PIPE)
    sent = go()
    said = end(child)[1].decode()
    return sent, Result(int(re.search(r"(\d+) packets? captured", said)[1]),
                        int(re.search(r"(\d+) packets? dropped by kernel", said)[1])), None


def contacts_of(path):
    found = collections.Counter()
    stats = None
    with open(path, encoding="utf-8") as rows:
        for row in rows:
            event = json.loads(row)
            if event["event_type"] == "contact":
                found[event["local"]["ip"], event["tracker"]["name"]] += 1
            stats = event.get("stats", stats)
    return found, stats


def with_dancecard(dancecard, folder, go, workers=2):
    path = os.path.join(folder, "events.jsonl")
    child = listen([dancecard, "-q", "-i", "tap0", "-j", str(workers), "--ring", f"{RING}M", "--suppress", "0", "-o", path])
    sent = go()
    end(child)
    found, stats = contacts_of(path)
    return sent, Result(stats["decoder"]["pkts"], stats["capture"]["kernel_drops"]), found


def with_suricata(_, folder, go):
    shutil.rmtree(os.path.join(folder, "suricata"), ignore_errors=True)
    logs = os.path.join(folder, "suricata")
    os.mkdir(logs)
    child = listen(["suricata", "-c", "/etc/suricata/suricata.yaml", "--af-packet=tap0", "-S", "/dev/null", "-l", logs, "-k", "none",
                    "--set", f"af-packet.0.ring-size={RING * 1024 * 1024 // 2048 // 2}", "--set", "af-packet.0.interface=tap0",
                    "--set", "stats.enabled=yes"],
                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    wait_for(os.path.join(logs, "suricata.log"), "started")
    sent = go()
    said = end(child)[0].decode("utf-8", "replace")
    with open(os.path.join(logs, "suricata.log"), encoding="utf-8", errors="replace") as log:
        said += log.read()
    found = re.search(r"tap0: packets: (\d+), drops: (\d+)", said)
    if not found:
        sys.exit(f"suricata: {said[-2000:]}")
    return sent, Result(int(found[1]) - int(found[2]), int(found[2])), None


def wait_for(path, word):
    limit = time.monotonic() + PATIENCE
    while time.monotonic() < limit:
        if os.path.exists(path):
            with open(path, encoding="utf-8", errors="replace") as log:
                if word in log.read():
                    return
        time.sleep(0.1)
    sys.exit(f"{path}: never {word!r}")


def retimed(capture, count, rate, path):
    """The first `count` packets at the times at which they were sent: what was minutes apart is now seconds."""
    with open(capture, "rb") as rows, open(path, "wb") as out:
        head = rows.read(24)  # pcap-savefile(5)
        out.write(head)
        digits = {0xa1b2c3d4: 10**6, 0xa1b23c4d: 10**9}[struct.unpack("<I", head[:4])[0]]
        begin = None
        for i in range(count):
            row = rows.read(16)
            if len(row) < 16:
                break
            second, _, captured, wire = struct.unpack("<IIII", row)
            begin = second if begin is None else begin
            passed = i / rate
            out.write(struct.pack("<IIII", begin + int(passed), int(passed % 1 * digits), captured, wire))
            out.write(rows.read(captured))


def wanted_contacts(dancecard, capture, count, rate, folder):
    """What the same packets give when they are read from a file."""
    path = os.path.join(folder, "part.pcap")
    retimed(capture, count, rate, path)
    out = os.path.join(folder, "wanted.jsonl")
    subprocess.run([dancecard, "-q", "-j", "2", "-r", path, "--suppress", "0", "-o", out], check=True)
    os.remove(path)
    return contacts_of(out)[0]


def table(dancecard, capture, folder):
    who = {"tcpdump": with_tcpdump, "dancecard": with_dancecard}
    if shutil.which("suricata"):
        who["suricata"] = with_suricata
    print(f"  {'asked':>8}" + "".join(f"{name + ': rate':>18}{'lost':>9}" for name in who), flush=True)
    begins, found, rates, sent_at = {}, {}, {}, {}
    for rate in RATES:
        line = f"  {rate:8}"
        for name, run in who.items():
            (sent, real), result, names = run(dancecard, folder, lambda: send(capture, rate))
            part = result.lost / max(1, result.seen + result.lost)
            line += f"{real:18.0f}{part * 100:8.2f} %"
            if names is not None:
                found[rate] = names
                sent_at[rate] = real
            if part > LOSS:
                begins.setdefault(name, rate)
                rates.setdefault(name, real)
        print(line, flush=True)
        if all(name in begins for name in who):
            break
    for name in who:
        print(f"  {name} begins to lose packets at " + (f"{begins[name]} a second ({rates[name]:.0f} sent)" if name in begins
                                                         else f"no rate up to {rate} a second asked for"))
    return begins, found, sent_at


def main(dancecard, capture):
    plug()
    print(f"live: {SECONDS} s of {os.path.basename(capture)} at each rate, a ring of {RING} MiB each; sender and "
          f"listener share {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        begins, found, sent_at = table(dancecard, capture, folder)
        rate = begins.get("suricata", max(found))
        wanted = wanted_contacts(dancecard, capture, rate * SECONDS, sent_at[rate], folder)
        lost = sum((wanted - found[rate]).values())
        print(f"  contacts at {rate} a second{', where suricata loses packets' if 'suricata' in begins else ''}: "
              f"{sum(found[rate].values())} seen of {sum(wanted.values())}, {lost} lost\n")


if __name__ == "__main__":
    arguments = [os.path.abspath(name) for name in sys.argv[1:3]]
    if INSIDE in os.environ:
        main(*arguments)
    else:
        sys.exit(enclosed([os.path.abspath(__file__), *arguments]))
