# SPDX-License-Identifier: Apache-2.0
"""Protocol labels flow by flow beside ndpiReader's, over the public captures. `run labels` calls it;
labels.md says what the differences are."""
import collections
import concurrent.futures
import csv
import ipaddress
import json
import os
import subprocess
import tempfile

# Where both are right, or nDPI is not: (ours, theirs, why), as beginnings of labels.
EXPLAINED = (
    ("TLS", ("SOCKS", "HTTP_Proxy", "HTTP_Connect", "POP3", "SMTP", "IMAP", "FTP_CONTROL", "XMPP", "Jabber", "PostgreSQL",
             "MySQL", "MsSQL", "LDAP", "RDP", "IRC", "Cassandra"), "we look into proxies and STARTTLS"),
    ("HTTP", ("SOCKS", "HTTP_Proxy", "HTTP_Connect"), "we look into proxies and STARTTLS"),
    ("HTTP", ("Nats",), "nDPI takes UPnP's SUBSCRIBE for NATS"),
    ("HTTP", ("HTTP.OCSP",), "nDPI reads the answer's content type, we the name"),
    ("DTLS", ("STUN",), "a flow that begins with STUN; we name what follows"),
    ("DNS", ("MDNS", "LLMNR"), "nDPI goes by the lower port"),
)
LARGEST = 8 << 20  # bytes of a capture
PATIENCE = 120     # seconds for one
NUMBERS = {"TCP": "6", "UDP": "17", "ICMP": "1", "IPv6-ICMP": "58", "SCTP": "132"}


def captures(folder):
    for place, _, names in sorted(os.walk(folder)):
        for name in sorted(names):
            path = os.path.join(place, name)
            if os.path.getsize(path) <= LARGEST:
                yield path


def end(address, port):
    try:
        return str(ipaddress.ip_address(address)), int(port)
    except ValueError:
        return address, int(port)


def key(protocol, *ends):
    """Of both directions; ICMP has no ports there."""
    if protocol in ("1", "58"):
        ends = [(address, 0) for address, _ in ends]
    return protocol, *sorted(ends)


def theirs(path, folder):
    out = os.path.join(folder, "ndpi.csv")
    done = subprocess.run(["ndpiReader", "-q", "-C", out, "-i", path], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, timeout=PATIENCE, check=False)
    labels = collections.defaultdict(list)
    if done.returncode != 0 or not os.path.exists(out):
        return None
    with open(out, encoding="utf-8", errors="replace", newline="") as rows:
        for row in csv.reader(rows):
            if len(row) > 10 and row[6].isdigit() and row[8].isdigit():  # no head, no name with a comma
                labels[key(row[1], end(row[5], row[6]), end(row[7], row[8]))].append(row[10])
    return labels


def ours(path, dancecard):
    done = subprocess.run([dancecard, "-q", "-a", "-j", "1", "--suppress", "0", "-r", path], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=PATIENCE, check=False)
    labels = collections.defaultdict(list)
    for line in done.stdout.splitlines():
        event = json.loads(line)
        if event["event_type"] != "flow" or "dest_ip" not in event:
            continue
        protocol = NUMBERS.get(event["proto"], event["proto"])
        ends = (end(event[side + "_ip"], event.get(side + "_port", 0)) for side in ("src", "dest"))
        labels[key(protocol, *ends)].append(event.get("ndpi", {}).get("protocol", "Unknown"))
    return labels


def compare(path, dancecard):
    """(ours, theirs, flow) of each flow that both know, by its first part where it is cut in several."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            other, mine = theirs(path, folder), ours(path, dancecard)
        except subprocess.TimeoutExpired:
            return []
    if other is None:
        return []
    rows = []
    for flow, labels in other.items():
        if flow in mine:
            best = next((label for label in mine[flow] if label in labels), mine[flow][0])
            rows.append((best, best if best in labels else labels[0], flow))
    return rows


def protocol_of(label):
    return label.split(".")[0]


def explained(mine, other):
    for ours_is, theirs_is, why in EXPLAINED:
        if protocol_of(mine) == ours_is and (other.startswith(theirs_is) or any(word in other for word in theirs_is)):
            return why
    return None


def labels(dancecard, folder, every=1):
    found = [path for i, path in enumerate(captures(folder)) if i % every == 0]
    same = alike = total = read = 0
    reasons = collections.Counter()
    differ = collections.Counter()
    examples = {}
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for path, rows in zip(found, pool.map(lambda p: compare(p, dancecard), found)):
            read += bool(rows)
            for mine, other, flow in rows:
                total += 1
                same += mine == other
                alike += protocol_of(mine) == protocol_of(other)
                if mine != other and explained(mine, other):
                    reasons[explained(mine, other)] += 1
                elif mine != other:
                    differ[mine, other] += 1
                    examples.setdefault((mine, other), (os.path.relpath(path, folder), flow))
    if total == 0:
        print("labels: no flow that both know")
        return None
    print(f"labels: {total} flows of {read} captures that ndpiReader knows too")
    print(f"  the same label: {same / total:.4f} (goal 0.99); the same protocol: {alike / total:.4f}; "
          f"the same label or explained: {(same + sum(reasons.values())) / total:.4f}")
    for why, count in reasons.most_common():
        print(f"  {count:7} {why}")
    for (mine, other), count in differ.most_common(25):
        path, flow = examples[mine, other]
        print(f"  {count:7} ours {mine:24} theirs {other:24} {path} {flow[1][1]}-{flow[2][1]}")
    print()
    return same / total
