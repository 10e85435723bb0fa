#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What tshark and ndpiReader find in the hard cases: a check of the captures, and the measure beside the sensor's own score.

    peers.py [--dir DIR] [--missed]

A name counts for tshark when one of its name fields holds it, in its out-of-order pass, its plain pass or one that is told which
protocol lies on the server's port; for ndpiReader (-t: tunnels) when it stands in its list of flows. Kinds are not compared.
"""
import argparse
import subprocess
import sys
import tempfile

import generate
from score import normal

FIELDS = (
    "tls.handshake.extensions_server_name dtls.handshake.extensions_server_name dns.qry.name dns.resp.name dns.cname http.host "
    "http.request.uri http.referer http2.headers.authority http2.header.value gquic.tag.sni x509ce.dNSName x509sat.uTF8String "
    "dns.svcb.svcparam.value"
).split()
AS = {
    "tls": "tcp tls",
    "quic": "udp quic",
    "dtls": "udp dtls",
    "http": "tcp http",
    "h2c": "tcp http2",
    "dns": "udp dns",
}
TUNNEL_PORTS = ["-d", "udp.port==8472,vxlan"]


def output(*command):
    return subprocess.run(command, capture_output=True, timeout=120, check=False).stdout.decode(errors="replace")


def known_fields():
    return [f for f in FIELDS if f in KNOWN]


KNOWN = {line.split("\t")[2] for line in output("tshark", "-G", "fields").split("\n") if line.startswith("F\t")}


def server_ports(path):
    rows = (
        output("tshark", "-r", path, "-T", "fields", "-e", "tcp.dstport", "-e", "udp.dstport")
        .replace("\t", "\n")
        .replace(",", "\n")
    )
    return {p for p in rows.split() if p.isdigit() and (int(p) < 49152 or int(p) in (49999, 50051))}


def tshark(path, case):
    fields = [x for f in known_fields() for x in ("-e", f)]
    base = ["tshark", "-r", path, "-T", "fields", "-E", "separator=/t", *fields, *TUNNEL_PORTS]
    ooo = ["-o", "tcp.reassemble_out_of_order:TRUE"]
    text = output(*base, *ooo) + output(*base)
    transport, protocol = AS.get(case.name.split("_")[0], "tcp tls").split()
    told = [x for p in server_ports(path) for x in ("-d", f"{transport}.port=={p},{protocol}")]
    return words(text), words(text + (output(*base, *ooo, *told) if told else ""))


def words(text):
    return {
        ("*", normal("http_host", part))
        for row in text.split("\n")
        for cell in row.split("\t")
        for part in cell.split(",")
        if part
    }


def ndpi(path):
    text = output("ndpiReader", "-t", "-v", "2", "-i", path)
    inside = text.replace("][", "\n").replace("[", "\n").replace("]", "\n").split("\n")
    return {("*", normal("http_host", line.split(": ", 1)[-1])) for line in inside}


def holds(want, found):
    kinds, names = want
    texts = [name for _, name in found]
    return any(
        name == text or kinds.startswith("http") and normal("http_host", name) in text
        for name in (normal("http_host", n) for n in names.split("|"))
        for text in texts
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dir")
    parser.add_argument("--missed", action="store_true", help="only cases that one of them misses")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hard-cases-") as scratch:
        sums = dict.fromkeys(("wanted", "tshark", "tshark told", "ndpiReader"), 0)
        for case, path in generate.write(options.dir or scratch):
            plain, told = tshark(path, case)
            found = {"tshark": plain, "tshark told": told, "ndpiReader": ndpi(path)}
            counts = {tool: sum(holds(w, names) for w in case.wants) for tool, names in found.items()}
            sums["wanted"] += len(case.wants)
            for tool, count in counts.items():
                sums[tool] += count
            if case.wants and (not options.missed or min(counts.values()) < len(case.wants)):
                print(
                    f"{case.name:40} {len(case.wants):3} " + " ".join(f"{tool} {n:3}" for tool, n in counts.items()),
                    flush=True,
                )
        print(" ".join(f"{tool} {n}" for tool, n in sums.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
