#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""live_port.py DANCECARD: a port as it is in service, in a network namespace of its own: what the
self-check says of it, several interfaces and workers, drops, silence, signals, slow and closed
readers. Exit status 77: skipped."""
import array
import fcntl
import os
import select
import signal
import socket
import subprocess
import sys
import termios
import time

import live
from common import content, events, run
from same import packets

PATIENCE = 40  # seconds, for a loaded machine
NAME = "pixel-tls.pcap"


def ip(line):
    subprocess.run(["ip", *line.split()], check=True)


class Sensor:
    """The sensor, listening when this returns."""

    def __init__(self, dancecard, *arguments, interfaces=("tap0",), stdout=subprocess.PIPE):
        line = [word for name in interfaces for word in ("-i", name)]
        self.seen = b""
        self.said = b""
        # pylint: disable=consider-using-with
        self.process = subprocess.Popen([dancecard, *line, *arguments], stdin=subprocess.DEVNULL,
                                        stdout=stdout, stderr=subprocess.PIPE)
        wait(lambda: live.listens(self.process.pid, len(interfaces)), "it listens")

    def read(self, done, what):
        """Its events, until `done` says so."""
        end = time.monotonic() + PATIENCE
        while not done(self.events()):
            if time.monotonic() > end:
                raise AssertionError(f"{what}: {[e['event_type'] for e in self.events()]}")
            if select.select([self.process.stdout], [], [], 0.1)[0]:
                piece = os.read(self.process.stdout.fileno(), 1 << 20)
                if not piece:
                    raise AssertionError(f"{what}: it ended")
                self.seen += piece

    def events(self):
        return events(self.seen[:self.seen.rfind(b"\n") + 1])

    def hears(self, words):
        """Until it says that on standard error."""
        end = time.monotonic() + PATIENCE
        while words.encode() not in self.said:
            if time.monotonic() > end:
                raise AssertionError(f"does not say {words!r}: {self.said.decode()}")
            if select.select([self.process.stderr], [], [], 0.1)[0]:
                self.said += os.read(self.process.stderr.fileno(), 65536)

    def end(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        out, said = self.process.communicate(timeout=PATIENCE)
        self.seen += out or b""
        self.said += said
        return self.process.returncode

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def wait(done, what):
    end = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > end:
            raise AssertionError(f"never: {what}")
        time.sleep(0.02)


def send(frames, wire="wire0", pause=0.0):
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as out:
        out.bind((wire, 0))
        for frame in frames:
            out.send(frame)
            if pause:
                time.sleep(pause)


def frames_of(name):
    return [frame for _, frame in packets(content(name))]


def same(got, wanted, what):
    if got != wanted:
        raise AssertionError(f"{what}: {got}, wanted {wanted}")


def contacts(rows):
    return sorted(e["tracker"]["name"] for e in rows if e["event_type"] == "contact")


def port_is_checked(dancecard):
    with Sensor(dancecard, "--self-check") as sensor:
        send(frames_of(NAME))
        time.sleep(1)  # the ring hands over what it has after 100 ms
        status = sensor.end(signal.SIGINT)
        text = sensor.seen.decode()
    for words in ("350 packets", "both, in 7 of 7", "12 questions", "not one is cut"):
        if words not in text:
            raise AssertionError(f"does not say {words!r}: {text}")
    same(status, 0, "exit status")


def ordinary_port_is_told(dancecard):
    text = subprocess.run(["ip", "-o", "link", "show", "dev", "tap0"], stdout=subprocess.PIPE, check=True).stdout.decode()
    mac = bytes.fromhex(text.split("link/ether ")[1].split()[0].replace(":", ""))
    ours = [mac + frame[6:] for frame in frames_of(NAME) if not frame[0] & 1]
    with Sensor(dancecard, "--self-check") as sensor:
        send(ours)
        time.sleep(1)
        status = sensor.end(signal.SIGINT)
        text = sensor.seen.decode()
    if "BAD    mirror" not in text or "an ordinary port" not in text:
        raise AssertionError(text)
    same(status, 1, "exit status")


def silence_is_told(dancecard):
    with Sensor(dancecard, "--self-check") as sensor:
        same(sensor.end(signal.SIGINT), 1, "exit status")
        if "BAD    silence" not in sensor.seen.decode():
            raise AssertionError(sensor.seen.decode())


def offload_is_told(dancecard):
    """As the kernel's own tool says, whichever way it is set; larger packets than the MTU, too."""
    for setting in ("on", "off"):
        if subprocess.run(["ethtool", "-K", "tap0", "gro", setting], stderr=subprocess.DEVNULL,
                          check=False).returncode != 0:
            return "left out: no ethtool, or gro is fixed here"
        with Sensor(dancecard, "--self-check") as sensor:
            send(frames_of(NAME)[:50])
            time.sleep(0.5)
            sensor.end(signal.SIGINT)
            same("(gro on)" in sensor.seen.decode(), setting == "on", f"gro {setting}: {sensor.seen.decode()}")
    return None


def a_glance_at_the_start(dancecard):
    """Enough packets are enough: it does not wait for 30 seconds."""
    rows = [f for f in frames_of(NAME) if b"\x00\x35" not in f[34:38]]
    with Sensor(dancecard, "-o", "/dev/null") as sensor:
        while b"self-check" not in sensor.said:
            send(rows * 20)
            if select.select([sensor.process.stderr], [], [], 0.01)[0]:
                sensor.said += os.read(sensor.process.stderr.fileno(), 65536)
        sensor.hears("self-check: DNS: no question and no answer")
        sensor.end()


def two_interfaces(dancecard):
    """The outputs of a TAP: one direction each, told together by any worker."""
    rows = frames_of(NAME)
    inside = {frame[6:12] for frame in rows if frame[12:14] == b"\x08\x00" and frame[26] == 10}
    wanted = contacts(events(run(dancecard, "-q", "-r", NAME).stdout))
    with Sensor(dancecard, "-j", "3", "-a", interfaces=("tap0", "tap1")) as sensor:
        for frame in rows:
            send([frame], "wire0" if frame[6:12] in inside else "wire1")
            time.sleep(0.002)
        sensor.read(lambda got: len(contacts(got)) >= len(wanted), "contacts")
        same(sensor.end(), 0, "exit status")
        same(contacts(sensor.events()), wanted, "contacts")
        stats = sensor.events()[-1]["stats"]
        same(stats["decoder"]["pkts"], len(rows), "packets")
        same({e["in_iface"] for e in sensor.events() if "in_iface" in e} <= {"tap0", "tap1"}, True, "interfaces")


def drops_are_counted(dancecard):
    """While it is held, its ring fills: the kernel's drops, not the interface's and not ours."""
    rows = frames_of(NAME)
    with Sensor(dancecard, "--ring", "1M", "-j", "2") as sensor:
        send(rows)
        sensor.process.send_signal(signal.SIGSTOP)
        send(rows * 60)
        sensor.process.send_signal(signal.SIGCONT)
        same(sensor.end(), 0, "exit status")
        stats = sensor.events()[-1]["stats"]
        lost = stats["capture"]["kernel_drops"]
        same(lost > 0, True, "kernel drops")
        same(stats["decoder"]["pkts"] + lost, 61 * len(rows), "packets and drops")
        same(stats["capture"]["interface_drops"], 0, "interface drops")
        same(stats["capture"]["own_drops"], 0, "own drops")
        same(stats["visibility"]["drops"]["count"], lost, "visibility")
        if f"drops: {lost} packets by the kernel".encode() not in sensor.said:
            raise AssertionError(sensor.said.decode())


def time_passes_in_silence(dancecard):
    """A flow without a name and an end is told as its time comes, with no packet after it; stats too."""
    rows = [f for f in frames_of(NAME)]
    with Sensor(dancecard, "--stats", "1") as sensor:
        send(rows[:60])
        before = len([e for e in sensor.events() if e["event_type"] == "stats"])
        sensor.read(lambda got: sum(e["event_type"] == "stats" for e in got) >= before + 4, "stats in silence")
        times = [e["timestamp"] for e in sensor.events() if e["event_type"] == "stats"]
        same(times, sorted(set(times)), "times of stats")
        same(sensor.end(), 0, "exit status")


def second_signal_ends_at_once(dancecard):
    """Nobody reads: the first one cannot finish what it has to write."""
    ends, into = os.pipe()
    with Sensor(dancecard, "-a", "--stats", "1", stdout=into) as sensor:
        os.close(into)
        for _ in range(200):
            send(frames_of("tag-manager.pcap") + frames_of(NAME))
            if full(ends):
                break
        sensor.hears("the output waits")
        sensor.process.send_signal(signal.SIGTERM)
        time.sleep(1.5)
        same(sensor.process.poll(), None, "ended by the first")
        begun = time.monotonic()
        sensor.process.send_signal(signal.SIGINT)
        same(sensor.process.wait(PATIENCE), 1, "exit status")
        same(time.monotonic() - begun < 5, True, "at once")
    os.close(ends)


def full(pipe):
    """Does a pipe hold nearly all that it can?"""
    held = array.array("i", [0])
    fcntl.ioctl(pipe, termios.FIONREAD, held)
    return held[0] > 60000


def slow_reader(dancecard):
    """Who reads late gets everything, and the sensor says that it had to wait, and that it goes on."""
    rows = frames_of(NAME)
    with Sensor(dancecard, "-a", "--stats", "1", "-j", "2") as sensor:
        for _ in range(400):
            send(rows)
            if full(sensor.process.stdout.fileno()):
                break
        sensor.hears("the output waits: who reads the events has taken nothing for")
        sensor.read(lambda got: len(got) > 100, "events")
        sensor.hears("the output goes on, after")
        # The pipe is empty again, or nearly.
        count = len(sensor.events())
        sensor.read(lambda got: sum(e["event_type"] == "stats" for e in got[count:]) >= 2, "stats again")
        same(sensor.end(), 0, "exit status")
        same(sensor.events()[-1]["event_type"], "stats", "the last event")


def closed_reader(dancecard):
    """`| head -1`: it ends, and says why."""
    with Sensor(dancecard, "--stats", "1") as sensor:
        sensor.read(lambda got: len(got) > 0, "the first event")
        sensor.process.stdout.close()
        sensor.process.stdout = None
        same(sensor.process.wait(PATIENCE), 1, "exit status")
        sensor.hears("standard output: Broken pipe")


TESTS = (port_is_checked, ordinary_port_is_told, silence_is_told, offload_is_told, a_glance_at_the_start, two_interfaces,
         drops_are_counted, time_passes_in_silence, second_signal_ends_at_once, slow_reader, closed_reader)


def main(dancecard, chosen):
    live.plug()
    for line in ("link add tap1 type veth peer name wire1", "link set tap1 up", "link set wire1 up"):
        ip(line)
    for name in ("tap0", "tap1", "wire0", "wire1"):  # no packet but the test's
        with open(f"/proc/sys/net/ipv6/conf/{name}/disable_ipv6", "w", encoding="ascii") as file:
            file.write("1")
    bad = 0
    for test in TESTS:
        if chosen and test.__name__ not in chosen:
            continue
        begun = time.monotonic()
        try:
            note = test(dancecard)
        except AssertionError as fault:
            bad += 1
            note = f"FAULT: {fault}"
        print(f"{test.__name__}: {note or 'good'} ({time.monotonic() - begun:.1f} s)", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    program = os.path.abspath(sys.argv[1])
    if live.INSIDE in os.environ:
        sys.exit(main(program, sys.argv[2:]))
    sys.exit(live.enclosed([os.path.abspath(__file__), program, *sys.argv[2:]]))
