#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""systemd.py DANCECARD UNIT.service SYSUSERS.conf: the service under a real systemd, which is process 1 of namespaces of its own.

The unit is the one that is shipped, with its whole fence; only the paths of the program and its times are others. It becomes ready, runs
as the user that sysusers made, is reloaded, is fed by the look at its threads, is started anew when one of its workers is stopped
(by ptrace, which stops one thread alone) or when it is killed, and ends in peace. Exit status 77: skipped.
"""
import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
import time

PTRACE_SEIZE, PTRACE_INTERRUPT, WALL = 0x4206, 0x4207, 0x40000000
WATCHDOG_S, SERVICE = 9, "dancecard.service"

BOOT = """
set -e
mount -t tmpfs none /run
mkdir -p /run/dancecard-test /run/etc /run/lock
cp -a /etc/. /run/etc/
mount --bind /run/etc /etc
mount -t tmpfs none /var/lib
mount -t tmpfs none /var/log
systemd-sysusers {sysusers} >/dev/null 2>&1
mkdir -p /etc/dancecard
printf 'interface: tap0\\noutput: /var/log/dancecard/events.jsonl\\n' >/etc/dancecard/dancecard.yaml
cp {program} /run/dancecard-test/dancecard
chmod 755 /run/dancecard-test /run/dancecard-test/dancecard
ip link set lo up
ip link add tap0 type veth peer name wire0
ip link set tap0 up
ip link set wire0 up
umount -l /sys/fs/cgroup
mount -t cgroup2 none /sys/fs/cgroup
mount -t proc proc /proc
{driver} >{folder}/told 2>&1 &
exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin SYSTEMD_UNIT_PATH={folder}/units SYSTEMD_LOG_TARGET=null \\
	/lib/systemd/systemd --system --unit=basic.target --show-status=no
"""


def skip(why):
    print("skipped:", why)
    sys.exit(77)


# ---- inside ----

def systemctl(*words):
    return subprocess.run(["systemctl", *words], capture_output=True, text=True, check=False)


def shown(name):
    return systemctl("show", "-P", name, SERVICE).stdout.strip()


def wait_for(what, done, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if done():
            return
        time.sleep(0.1)
    raise SystemExit(f"fault: {what}: {systemctl('status', SERVICE).stdout}")


def status_of(process):
    with open(f"/proc/{process}/status", encoding="ascii") as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)


def stop_worker(process):
    """One of its threads, by its name; the others go on."""
    libc = ctypes.CDLL(None, use_errno=True)
    for thread in os.listdir(f"/proc/{process}/task"):
        with open(f"/proc/{process}/task/{thread}/comm", encoding="ascii") as file:
            if file.read().strip() == "worker-1":
                for request in (PTRACE_SEIZE, PTRACE_INTERRUPT):
                    if libc.ptrace(ctypes.c_long(request), ctypes.c_long(int(thread)), None, None) != 0:
                        raise SystemExit(f"fault: ptrace: {os.strerror(ctypes.get_errno())}")
                return int(thread)
    raise SystemExit("fault: no thread 'worker-1'")


def drive():
    wait_for("systemd", lambda: systemctl("is-active", "basic.target").stdout.strip() == "active")
    started = systemctl("start", SERVICE)
    if started.returncode != 0:
        raise SystemExit(f"fault: it does not start: {started.stderr} {systemctl('status', SERVICE).stdout}")
    first = shown("MainPID")
    status = status_of(first)
    import pwd
    uid = str(pwd.getpwnam("dancecard").pw_uid)
    for name, wanted in (("Uid", "\t".join([uid] * 4)), ("CapEff", "0" * 16), ("CapPrm", "0" * 16), ("NoNewPrivs", "1"), ("Seccomp", "2")):
        if status[name] != wanted:
            raise SystemExit(f"fault: {name} is {status[name]}, not {wanted}")
    print(f"ready, as user {uid} without a capability")

    fed = shown("WatchdogTimestampMonotonic")
    wait_for("it is not fed", lambda: shown("WatchdogTimestampMonotonic") != fed)
    print("the watchdog is fed, with nothing on the wire")

    reloaded = systemctl("reload", SERVICE)
    if reloaded.returncode != 0 or shown("MainPID") != first:
        raise SystemExit(f"fault: reload: {reloaded.stderr}")
    print("reloaded")

    stopped, begun = stop_worker(first), time.monotonic()

    def is_anew():
        try:
            os.waitpid(stopped, os.WNOHANG | WALL)  # who traces it must see it die
        except ChildProcessError:
            pass
        return shown("NRestarts") == "1" and shown("ActiveState") == "active"

    wait_for("a stopped worker stays", is_anew)
    second = shown("MainPID")
    if second == first:
        raise SystemExit("fault: the process is the same")
    print(f"a worker that was stopped: started anew after {time.monotonic() - begun:.0f} s (WatchdogSec={WATCHDOG_S})")

    systemctl("kill", "-s", "KILL", SERVICE)
    wait_for("not started anew after kill -9", lambda: shown("NRestarts") == "2" and shown("ActiveState") == "active")
    print("killed: started anew")

    systemctl("stop", SERVICE)
    if shown("ActiveState") != "inactive" or shown("Result") != "success" or shown("ExecMainStatus") != "0":
        raise SystemExit(f"fault: it does not end in peace: {systemctl('status', SERVICE).stdout}")
    print("stopped, status 0")
    print("well")


# ---- outside ----

def write(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def cgroups():
    """Where a group of our own can be made; the unified hierarchy alone or beside the old ones."""
    for path in ("/sys/fs/cgroup/unified", "/sys/fs/cgroup"):
        if os.path.exists(os.path.join(path, "cgroup.procs")):
            return path
    return None


def boot(folder, group, program, sysusers):
    driver = f"{sys.executable} -B {os.path.abspath(__file__)} --drive"
    script = os.path.join(folder, "boot.sh")
    write(script, BOOT.format(folder=folder, program=program, sysusers=sysusers, driver=driver))
    inside = ["unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "--ipc", "--uts", "--net", "--cgroup",
              "bash", script]
    told = os.path.join(folder, "told")

    def join():
        write(os.path.join(group, "cgroup.procs"), str(os.getpid()))

    with open(os.path.join(folder, "log"), "wb") as log:
        system = subprocess.Popen(inside, stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=join)
        end, text = time.monotonic() + 240, ""
        while time.monotonic() < end and system.poll() is None and "well\n" not in text and "fault" not in text:
            time.sleep(0.2)
            if os.path.exists(told):
                with open(told, encoding="utf-8") as file:
                    text = file.read()
        system.kill()
        system.wait()
    with open(os.path.join(folder, "log"), encoding="utf-8", errors="replace") as log:
        return text, log.read()


def main(program, unit, sysusers):
    if os.geteuid() != 0 or shutil.which("systemd-sysusers") is None or not os.path.exists("/lib/systemd/systemd"):
        skip("needs root, and systemd")
    if os.path.isdir("/run/systemd/system"):
        skip("this machine's own systemd runs here, and minds its cgroups")
    if cgroups() is None:
        skip("no cgroup2 here")
    group = os.path.join(cgroups(), f"dancecard-test-{os.getpid()}")
    with tempfile.TemporaryDirectory() as folder:
        try:
            os.mkdir(group)
        except OSError as what:
            skip(f"no cgroup may be made: {what}")
        os.chmod(folder, 0o755)
        os.makedirs(os.path.join(folder, "units", SERVICE + ".d"))
        shutil.copy(unit, os.path.join(folder, "units", SERVICE))
        write(os.path.join(folder, "units", SERVICE + ".d", "test.conf"),
              f"[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=\nExecStart=/run/dancecard-test/dancecard -q -j 2 -c /etc/dancecard/dancecard.yaml\n"
              f"WatchdogSec={WATCHDOG_S}\nRestartSec=1\n")
        write(os.path.join(folder, "units", "basic.target"), "[Unit]\nDefaultDependencies=no\n")
        try:
            text, log = boot(folder, group, os.path.abspath(program), os.path.abspath(sysusers))
        finally:
            for where, _, _ in os.walk(group, topdown=False):
                for _ in range(50):
                    try:
                        os.rmdir(where)
                        break
                    except OSError:
                        time.sleep(0.1)
    print(text, end="")
    if text.endswith("well\n"):
        return 0
    if not text:
        skip(f"systemd does not run here: {log[-300:]}")
    return 1


if __name__ == "__main__":
    sys.exit(drive() if sys.argv[1:] == ["--drive"] else main(*sys.argv[1:]))
