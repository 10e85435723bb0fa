#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""live.py DANCECARD: what a running sensor may still do, as the kernel tells it. In a network
namespace of its own: started as root with -Z, and with CAP_NET_RAW alone; an interface that is
taken away and made anew, and one that was down at first, are captured all the same; SIGHUP reads
the config again. The program must have been built without sanitizers. Exit status 77: skipped."""
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
from live import INSIDE, NAME, contacts, enclosed, skip  # noqa: E402
from common import content  # noqa: E402
from same import packets  # noqa: E402

FAULTS = []
NOBODY = pwd.getpwnam("nobody")
PCAPS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "pcaps")


def check(is_so, what):
    if not is_so:
        FAULTS.append(what)
        print("fault:", what)


def ip(line):
    subprocess.run(["ip", *line.split()], check=True)


def plug(name, up=True):
    ip(f"link add {name} type veth peer name {name}w")
    ip(f"link set {name}w up")
    if up:
        ip(f"link set {name} up")


def wait_for(what, done, seconds=30):
    end = time.monotonic() + seconds
    while not done() and time.monotonic() < end:
        time.sleep(0.05)
    check(done(), what)


def send(name):
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as wire:
        wire.bind((name, 0))
        for _, frame in packets(content(NAME)):
            wire.send(frame)
            time.sleep(0.002)


def read(path):
    with open(path, "rb") as file:
        return file.read()


class Sensor:
    """`command`: what stands before the program, such as setpriv and its options."""

    def __init__(self, folder, program, arguments, command=()):
        self.out, self.err = os.path.join(folder, "out"), os.path.join(folder, "err")
        with open(self.out, "wb") as out, open(self.err, "wb") as err:
            self.process = subprocess.Popen([*command, program, "-q", *arguments], cwd=folder,
                                            stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        wait_for("it works: " + " ".join(arguments), self.is_locked)

    def status(self):
        try:
            text = read(f"/proc/{self.process.pid}/status").decode()
        except OSError:
            return {}
        return dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)

    def is_locked(self):
        return self.status().get("Seccomp") == "2"

    def said(self):
        return read(self.err).decode()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = "none: it had to be killed"
        check(code == 0, f"exit status {code}: {self.said()}")

    def check_rights(self, uid):
        # Every thread, not only the first.
        for task in os.listdir(f"/proc/{self.process.pid}/task"):
            text = read(f"/proc/{self.process.pid}/task/{task}/status").decode()
            status = dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)
            check(set(status["Uid"].split()) == {str(uid)}, f"user {status['Uid']}")
            for kind in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
                check(int(status[kind], 16) == 0, f"{kind} {status[kind]}")
            check(status["NoNewPrivs"] == "1", "no_new_privs")
            check(status["Seccomp"] == "2", "seccomp")
            if uid != 0:
                check("0" not in status["Groups"].split(), f"groups {status['Groups']}")


def as_nobody(folder, program):
    plug("tap0")
    plug("tap1", up=False)
    config = os.path.join(folder, "config.yaml")
    with open(config, "w", encoding="ascii") as file:
        file.write("home: [10.20.0.0/16]\n")
    sensor = Sensor(folder, program, ["-i", "tap0", "-i", "tap1", "-c", config, "-Z", "nobody", "-j", "2",
                                      "-o", "-", "-o", "events.jsonl?append=1", "-L", "ledger.db", "-w", "evidence.pcapng"])
    sensor.check_rights(NOBODY.pw_uid)
    check(os.stat(os.path.join(folder, "events.jsonl")).st_uid == NOBODY.pw_uid, "outputs are the user's")
    send("tap0w")
    wait_for("contacts", lambda: len(contacts(read(sensor.out))) >= 2)
    ip("link del tap0")
    wait_for("that it has gone is said", lambda: "tap0: the interface has gone" in sensor.said())
    plug("tap0")
    ip("link set tap1 up")
    sensor.process.send_signal(signal.SIGHUP)
    time.sleep(2.5)  # -q says nothing of what is well
    count = lambda: len(re.findall(rb'"in_iface":"tap1"', read(sensor.out)))
    send("tap1w")
    wait_for("packets of an interface that was down at first", lambda: count() > 0)
    sensor.check_rights(NOBODY.pw_uid)
    sensor.stop()
    said = sensor.said()
    check("cannot" not in said and "mistakes" not in said and "stopped" not in said, said)
    check(os.path.getsize(os.path.join(folder, "events.jsonl")) > 0, "events in the file")


def replaced(folder, program):
    """Only the interface that was made anew brings packets: they come over the old socket."""
    plug("tap2")
    sensor = Sensor(folder, program, ["-i", "tap2", "-Z", "nobody"])
    ip("link del tap2")
    wait_for("that it has gone is said", lambda: "tap2: the interface has gone" in sensor.said())
    plug("tap2")
    end = time.monotonic() + 30
    while len(contacts(read(sensor.out))) < 2 and time.monotonic() < end:
        send("tap2w")
    check(len(contacts(read(sensor.out))) >= 2, "packets of an interface that was made anew")
    sensor.check_rights(NOBODY.pw_uid)
    sensor.stop()


def renamed(folder, program):
    """Who bears the name is captured: it is said that nobody does, and packets come again when somebody does."""
    plug("tap6")
    sensor = Sensor(folder, program, ["-i", "tap6", "-Z", "nobody"])
    ip("link set tap6 down")
    ip("link set tap6 name other6")
    ip("link set other6 up")
    wait_for("that it has gone is said", lambda: "tap6: the interface has gone" in sensor.said())
    ip("link set other6 down")
    ip("link set other6 name tap6")
    ip("link set tap6 up")
    end = time.monotonic() + 30
    while len(contacts(read(sensor.out))) < 2 and time.monotonic() < end:
        send("tap6w")
    check(len(contacts(read(sensor.out))) >= 2, "packets of an interface that got its name back")
    sensor.check_rights(NOBODY.pw_uid)
    sensor.stop()


def with_net_raw(folder, program):
    plug("tap3")
    sensor = Sensor(folder, program, ["-i", "tap3"],
                    ["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups",
                     "--inh-caps", "-all,+net_raw", "--ambient-caps", "-all,+net_raw", "--bounding-set", "-all,+net_raw"])
    sensor.check_rights(NOBODY.pw_uid)
    send("tap3w")
    wait_for("contacts", lambda: len(contacts(read(sensor.out))) >= 2)
    sensor.stop()


def as_root(folder, program):
    plug("tap4")
    sensor = Sensor(folder, program, ["-i", "tap4", "-Z", "root"])
    sensor.check_rights(0)
    sensor.stop()


def jail_in(folder):
    jail = os.path.join(folder, "jail")
    os.makedirs(os.path.join(jail, "out"))
    os.chmod(os.path.join(jail, "out"), 0o777)
    return jail


def in_a_jail_live(folder, program):
    """-C: what is written lies inside, and what SIGHUP reads is what is called so inside."""
    plug("tap5")
    jail = jail_in(folder)
    for where, text in ((folder, "home: 10.0.0.0/8\n"), (jail, "home: nonsense\n")):
        with open(os.path.join(where, "config.yaml"), "w", encoding="ascii") as file:
            file.write(text)
    sensor = Sensor(folder, program, ["-i", "tap5", "-C", jail, "-Z", "nobody", "-c", "config.yaml", "-j", "2", "-o", "-",
                                      "-o", "/out/events.jsonl?append=1", "-L", "/out/ledger.db", "-w", "/out/evidence.pcapng"])
    sensor.check_rights(NOBODY.pw_uid)
    check(os.readlink(f"/proc/{sensor.process.pid}/root") == jail, "its root is the jail")
    send("tap5w")
    wait_for("contacts", lambda: len(contacts(read(sensor.out))) >= 2)
    sensor.process.send_signal(signal.SIGHUP)
    wait_for("the config inside is read again", lambda: "config.yaml:1:" in sensor.said())
    sensor.stop()
    for name in ("events.jsonl", "ledger.db", "evidence.pcapng", "evidence.pcapng.manifest.json"):
        path = os.path.join(jail, "out", name)
        check(os.path.exists(path) and os.path.getsize(path) > 0 and os.stat(path).st_uid == NOBODY.pw_uid, f"{name} lies inside")


def in_a_jail_offline(folder, program):
    """-C without an interface: captures are found inside, or come by standard input; what lies outside is not there."""
    jail = jail_in(folder)
    pixel = os.path.join(PCAPS, NAME)
    shutil.copy(pixel, os.path.join(jail, "c.pcap"))
    os.chmod(os.path.join(jail, "c.pcap"), 0o644)

    def run(*words, **how):
        return subprocess.run([*words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=folder, check=False,
                              timeout=120, **{"stdin": subprocess.DEVNULL, **how})

    plain = run(program, "-q", "-r", pixel).stdout
    for options in (["-Z", "nobody"], []):
        done = run(program, "-q", "-C", jail, *options, "-r", "/c.pcap", "-o", "-", "-o", "/out/e.jsonl", "-L", "/out/l.db", "-R", "/out/p.html")
        check(done.returncode == 0 and contacts(done.stdout) == contacts(plain), f"{options}: {done.returncode} {done.stderr}")
        for name in ("e.jsonl", "l.db", "p.html"):
            check(os.path.getsize(os.path.join(jail, "out", name)) > 0, f"{name} lies inside")
            os.unlink(os.path.join(jail, "out", name))
        with open(pixel, "rb") as capture:
            done = run(program, "-q", "-C", jail, *options, "-r", "-", stdin=capture)
        check(done.returncode == 0 and contacts(done.stdout) == contacts(plain), f"{options}, by a pipe: {done.stderr}")
    done = run(program, "-q", "-C", jail, "-r", pixel)
    check(done.returncode == 1 and b"No such file" in done.stderr, f"outside: {done.returncode} {done.stderr}")
    done = run(program, "-q", "-C", "/nowhere", "-r", pixel)
    check(done.returncode == 1 and b"option --chroot /nowhere" in done.stderr, f"no such folder: {done.stderr}")
    done = run("setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups", program, "-q", "-C", jail, "-r", "/c.pcap")
    check(done.returncode == 1 and b"option --chroot" in done.stderr, f"not root: {done.stderr}")


def no_user(folder, program):
    run = subprocess.run([program, "-i", "lo", "-Z", "nosuchuser"], stderr=subprocess.PIPE, cwd=folder, check=False)
    check(run.returncode == 2 and b"there is no user 'nosuchuser'" in run.stderr, run.stderr)


def main(program):
    if shutil.which("setpriv") is None:
        skip("no setpriv")
    try:
        plug("probe0")
    except subprocess.CalledProcessError:
        skip("no virtual Ethernet devices here")
    ip("link set lo up")
    for part in (as_nobody, replaced, renamed, with_net_raw, as_root, in_a_jail_live, in_a_jail_offline, no_user):
        with tempfile.TemporaryDirectory() as folder:
            copy = os.path.join(folder, "dancecard")
            shutil.copy(program, copy)
            work = os.path.join(folder, "work")
            os.mkdir(work)
            os.chmod(folder, 0o755)
            os.chmod(work, 0o777)
            part(work, copy)
    print(f"{len(FAULTS)} faults")
    return 1 if FAULTS else 0


if __name__ == "__main__":
    binary = os.path.abspath(sys.argv[1])
    sys.exit(main(binary) if INSIDE in os.environ else enclosed([os.path.abspath(__file__), binary]))
