#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""rsyslog.py DANCECARD: a real rsyslogd takes events by UDP, TCP and TLS; a wrong certificate is refused; one that was killed gets the rest."""
import json
import os
import socket
import signal
import subprocess
import sys
import tempfile
import time

from servers import ROOT, Server, check, free_port, need, reference, run, where


def certificate(folder, name, address):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", f"/CN={name}",
                    "-addext", f"subjectAltName={address}", "-keyout", f"{folder}/{name}.key", "-out", f"{folder}/{name}.pem"],
                   check=True, capture_output=True)


class Rsyslog(Server):
    def __init__(self, folder, name):
        super().__init__(folder)
        self.tls, self.tcp, self.udp = free_port(), free_port(), free_port()
        self.out = f"{folder}/out"
        self.conf = f"{folder}/rsyslog.conf"
        with open(self.conf, "w") as out:
            out.write(f"""
global(workDirectory="{folder}" maxMessageSize="64k" DefaultNetstreamDriver="ossl" DefaultNetstreamDriverCAFile="{folder}/{name}.pem"
  DefaultNetstreamDriverCertFile="{folder}/{name}.pem" DefaultNetstreamDriverKeyFile="{folder}/{name}.key")
module(load="imtcp" StreamDriver.Name="ossl" StreamDriver.Mode="1" StreamDriver.AuthMode="anon")
module(load="imptcp")
module(load="imudp")
template(name="all" type="string" string="%pri% %timestamp:::date-rfc3339% %hostname% %app-name% %msgid% %msg%\\n")
ruleset(name="r") {{ action(type="omfile" file="{self.out}" template="all" asyncWriting="off" flushOnTXEnd="on") }}
input(type="imtcp" port="{self.tls}" address="127.0.0.1" ruleset="r")
input(type="imptcp" port="{self.tcp}" address="127.0.0.1" SupportOctetCountedFraming="on" ruleset="r")
input(type="imudp" port="{self.udp}" address="127.0.0.1" ruleset="r")
""")

    def start(self):
        self.launch([where("rsyslogd"), "-n", "-f", self.conf, "-i", f"{self.folder}/pid"], self.tcp)

    def take(self, count, seconds=20):
        """(head fields, event) of each line, waiting until there are so many."""
        end = time.monotonic() + seconds
        lines = []
        while time.monotonic() < end:
            if os.path.exists(self.out):
                with open(self.out, encoding="utf-8") as text:
                    lines = text.read().splitlines()
                if len(lines) >= count:
                    break
            time.sleep(0.1)
        rows = [line.split(" ", 5) for line in lines]
        return [(row[:5], json.loads(row[5])) for row in rows]

    def clear(self):
        open(self.out, "w").close()


def has_localhost():
    """A bare system has no /etc/hosts; the certificate is for the address alone."""
    try:
        return bool(socket.getaddrinfo("localhost", None, socket.AF_INET))
    except socket.gaierror:
        return False


def main(program):
    need("rsyslogd", "openssl")
    capture = os.path.join(ROOT, "pcaps", "pixel-tls.pcap")
    expected = reference(program, "-r", capture)
    with tempfile.TemporaryDirectory(prefix="dancecard-syslog-") as folder:
        os.chmod(folder, 0o755)
        certificate(folder, "right", "IP:127.0.0.1")
        certificate(folder, "other", "DNS:elsewhere.example")
        server = Rsyslog(folder, "right")
        server.start()
        try:
            for scheme, port, more in (("syslog", server.udp, ""), ("syslog+tcp", server.tcp, ""), ("syslog+tls", server.tls, f"&ca={folder}/right.pem")):
                done = run(program, "-q", "-r", capture, "-o", f"{scheme}://127.0.0.1:{port}?journal={folder}/j&drain=10s{more}")
                check(done.returncode == 0, f"{scheme}: {done.stderr}")
                rows = server.take(len(expected))
                check({e["event_id"] for _, e in rows} == set(expected) and len(rows) == len(expected), f"{scheme}: {len(rows)} of {len(expected)} events")
                check(all(e == expected[e["event_id"]] for _, e in rows), f"{scheme}: events are as they were")
                head = next(h for h, e in rows if e["event_type"] == "contact")
                event = next(e for _, e in rows if e["event_type"] == "contact")
                check(head[3:] == ["dancecard", "contact"] and head[1][:26] == event["timestamp"][:26] and int(head[0]) // 8 == 16, f"{scheme}: head {head}")
                print(f"{scheme}: {len(rows)} events, {head}")
                server.clear()
            refused = run(program, "-q", "-r", capture, "-o", f"syslog+tls://127.0.0.1:{server.tls}?journal={folder}/j2&drain=1s")
            check(refused.returncode == 1 and "self-signed" in refused.stderr.replace("self signed", "self-signed"), f"an unknown CA is refused: {refused.stderr}")
            if has_localhost():
                wrong = run(program, "-q", "-r", capture, "-o", f"syslog+tls://localhost:{server.tls}?journal={folder}/j3&drain=1s&ca={folder}/right.pem")
                check(wrong.returncode == 1 and "mismatch" in wrong.stderr, f"a wrong name is refused: {wrong.stderr}")
            else:
                print("this machine does not know localhost: a wrong name was not tried")
            check(server.take(1, 0.5) == [], "nothing arrived unverified")

            # Down at the begin: all of it stays in the journal, and goes with the next run.
            server.stop(signal.SIGKILL)
            target = f"syslog+tcp://127.0.0.1:{server.tcp}?journal={folder}/j4&drain=1s"
            down = run(program, "-q", "-r", capture, "-o", target)
            check(down.returncode == 1 and f"{len(expected)} events stay in" in down.stderr, f"a server that is down: {down.stderr}")
            server.start()
            up = run(program, "-q", "-r", capture, "-o", target)
            check(up.returncode == 0, up.stderr)
            rows = server.take(2 * len(expected))
            check(len(rows) == 2 * len(expected) and {e["event_id"] for _, e in rows} == set(expected), "what stayed went with the next run")
            print("verified TLS; what stayed in the journal arrived")
        finally:
            server.stop()


if __name__ == "__main__":
    main(sys.argv[1])
