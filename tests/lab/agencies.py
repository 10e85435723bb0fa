#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Two agencies, and what the sensor says of each of their hosts.

    agencies.py check DANCECARD [FOLDER]   is every event of agencies.pcap right?
    agencies.py table DANCECARD            the table of sensor/config/README.md, anew

FOLDER (pcaps/ without it) has agencies.pcap and agencies.truth.tsv, what the clients themselves
reported, as tests/lab/record makes them. The config is pcaps/agencies.yaml.
"""
import collections
import csv
import json
import os
import subprocess
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
PCAPS = os.path.join(ROOT, "pcaps")
README = os.path.join(ROOT, "sensor", "config", "README.md")
PIXEL, PIXEL_6 = "analytics.tiktok.com", "analytics-ipv6.tiktokw.us"
API, LOG, MEDIA = "api16-normal-useast5.tiktokv.us", "log16-normal-useast5.tiktokv.us", "p16-sign-va.tiktokcdn.com"
VIDEO = "v16-webapp-prime.us.tiktok.com"
APP = {API, LOG, MEDIA}
DESK_MAC = "02:00:00:00:01:01"
REVENUE, HEALTH = "Department of Revenue", "Department of Health"

# What each host is, and what must be said of it. `ip`: the address that its sum is told under.
Host = collections.namedtuple("Host", "ip what network trackers outcome verdict ban role", defaults=[None])
HOSTS = [
    Host("10.20.0.161", "a browser", REVENUE, {PIXEL}, "blocked", "banned", "effective"),
    Host("10.20.0.162", "a phone's app", REVENUE, APP, "blocked", "banned", "effective"),
    Host("10.20.0.103", "a browser; was 10.20.0.101 before", HEALTH, {PIXEL, PIXEL_6}, "established", "banned", "none"),
    Host("10.20.0.111", "a phone's app", HEALTH, APP, "established", "banned", "none"),
    Host("10.20.0.104", "asks the agency's resolver", HEALTH, {PIXEL}, "established", "banned", "none"),
    Host("10.20.0.105", "asks the agency's proxy", HEALTH, {PIXEL, API}, "established", "banned", "none"),
    Host("10.20.0.106", "is exempt", HEALTH, {VIDEO}, "established", "allowed", None),
    Host("10.20.0.120", "the proxy", HEALTH, {PIXEL, API}, "established", "banned", "none", "proxy"),
    Host("10.20.0.121", "the resolver", HEALTH, set(), None, "banned", None, "resolver"),
]
NETWORKS = {REVENUE: "effective", HEALTH: "none"}
SITES = {"tax.utah.example": "UT", "health.maryland.example": "MD"}
faults = []


def must(what, got, wanted):
    if got != wanted:
        faults.append(f"{what}: {got!r}, not {wanted!r}")


def run(dancecard, folder, *options):
    argv = [dancecard, "-q", "-c", os.path.join(PCAPS, "agencies.yaml"), "-r", os.path.join(folder, "agencies.pcap"), *options]
    done = subprocess.run(argv, check=True, stdout=subprocess.PIPE)
    return done.stdout, [json.loads(line) for line in done.stdout.splitlines()]


def of(events, kind, ip=None):
    return [e for e in events if e["event_type"] == kind and (ip is None or e["local"].get("ip") == ip)]


def addresses(host):
    return [host.ip, "10.20.0.101"] if host.ip == "10.20.0.103" else [host.ip]


def asked(folder):
    """{client: {host}}, of what crossed the wire."""
    found = collections.defaultdict(set)
    with open(os.path.join(folder, "agencies.truth.tsv"), encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            if row["cached"] != "yes":
                found[row["client"]].add(row["host"])
    return found


def check_host(events, host):
    """Contacts: which, what came of them, under which rule. Lookups: the same rule."""
    contacts = [c for ip in addresses(host) for c in of(events, "contact", ip)]
    lookups = [c for ip in addresses(host) for c in of(events, "lookup", ip)]
    must(f"{host.ip} trackers", {c["tracker"]["name"] for c in contacts}, host.trackers)
    for c in contacts + lookups:
        about = f"{host.ip} {c['event_type']} {c['tracker']['name']}"
        must(f"{about} network", c["local"].get("network"), host.network)
        must(f"{about} verdict", c["policy"]["verdict"], host.verdict)
        must(f"{about} rule", c["policy"]["rule"], "utah-ban" if host.network == REVENUE else "maryland-ban")
        must(f"{about} role", c["local"].get("role"), host.role)
        must(f"{about} severity", c["severity"], "info" if host.verdict == "allowed" else "high")
    for c in contacts:
        must(f"{host.ip} {c['tracker']['name']} outcome", c["outcome"], host.outcome)
        must(f"{host.ip} {c['tracker']['name']} confidence", c["confidence"], "certain")
    if host.network == REVENUE:
        must(f"{host.ip} lookups stopped", {c["outcome"] for c in lookups}, {"blocked", "pending"})
    sums = of(events, "host", host.ip)
    must(f"{host.ip} sums", len(sums), 1)
    must(f"{host.ip} ban", sums[0]["summary"].get("ban"), host.ban)
    must(f"{host.ip} contacts in its sum", sums[0]["summary"]["contacts"], len(contacts))
    must(f"{host.ip} role in its sum", sums[0]["local"].get("role"), host.role)


def check_moved(events, is_fresh):
    """One host with two addresses: one MAC, one name, one sum."""
    both = [c for ip in ("10.20.0.101", "10.20.0.103") for c in of(events, "contact", ip)]
    must("the desk's MAC", {c["local"]["mac"] for c in both}, {DESK_MAC})
    must("the desk's name", {(c["local"]["name"], c["local"]["name_source"]) for c in both}, {("front-desk-3", "dhcp")})
    must("the desk's sums", [h["local"]["ip"] for h in of(events, "host") if h["local"].get("mac") == DESK_MAC], ["10.20.0.103"])
    activity = {(f["local"]["ip"], f["flow"].get("activity")) for f in of(events, "flow") if f["tracker"]["name"] == PIXEL}
    must("loaded first, from the cache then", {a for a in activity if a[0] in ("10.20.0.101", "10.20.0.103")},
         {("10.20.0.101", "loaded"), ("10.20.0.103", "beacon")})
    # A busy browser sends its first beacon together with the request for the last script: it cannot be told then.
    # And where the server answers between a beacon's head and its body, one looks like two.
    beacons = {f["flow"].get("beacons") for f in of(events, "flow", "10.20.0.103")}
    must("beacons with the script from the cache", {1 if is_fresh and b == 2 else b for b in beacons}, {1})
    must("who only looked at the script's beginning", {a[1] for a in activity if a[0] == "10.20.0.104"}, {None})


def check_behalf(events):
    """Whoever asks a proxy is named where the proxy says it: in plain HTTP, not inside a tunnel."""
    of_proxy = {c["tracker"]["name"]: c["local"].get("on_behalf_of") for c in of(events, "contact", "10.20.0.120")}
    must("for whom the proxy asks", of_proxy, {PIXEL: "10.20.0.105", API: None})
    must("what is asked of the proxy", {c["local"].get("direction") for c in of(events, "contact", "10.20.0.105")}, {"internal"})


def check_sites(events):
    sites = {e["site"]["name"]: e["site"] for e in of(events, "site")}
    must("sites with the pixel", set(sites), set(SITES))
    for name, jurisdiction in SITES.items():
        must(f"{name} is of", sites.get(name, {}).get("jurisdiction"), jurisdiction)


def check(dancecard, folder):
    line, events = run(dancecard, folder)
    truth = asked(folder)
    for host in HOSTS:
        check_host(events, host)
        wanted = set().union(*(truth[ip] for ip in addresses(host)))
        if host.ip not in ("10.20.0.120", "10.20.0.121"):  # they ask nothing of their own
            must(f"{host.ip}: what it says that it asked", host.trackers, {n for n in wanted if not n.endswith(".example")})
    must("hosts with a sum", {h["local"]["ip"] for h in of(events, "host") if "ip" in h["local"]}, {h.ip for h in HOSTS})
    bans = {h["local"]["network"]: h["summary"].get("ban") for h in of(events, "host") if "ip" not in h["local"]}
    must("bans", bans, NETWORKS)
    check_moved(events, folder != PCAPS)
    check_behalf(events)
    check_sites(events)
    for workers in ("1", "3", "8"):
        must(f"-j {workers} says the same", run(dancecard, folder, "-j", workers)[0] == line, True)
    if folder == PCAPS:
        with open(README, encoding="utf-8") as file:
            must("the table in sensor/config/README.md is the sensor's", "\n".join(table(events)) in file.read(), True)
    print("\n".join(faults) or f"{len(events)} events, all right")
    return 1 if faults else 0


def counts(summary):
    words = ("established", "reset", "unanswered", "blocked")
    return ", ".join(f"{summary[w]} {w}" for w in words if summary.get(w))


def table(events):
    """What is said, from the events alone; only the second column is ours."""
    sums = {h["local"].get("ip", h["local"]["network"]): h for h in of(events, "host")}
    yield "| host | is | `local.network` | `name`, `role` | contacts and lookups | `policy.verdict` | `summary.ban` |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    rows = [(h.ip, h.what) for h in HOSTS] + [(n, "the sum of the network") for n in NETWORKS]
    for key, what in rows:
        local, s = sums[key]["local"], sums[key]["summary"]
        verdicts = ", ".join(w for w in ("banned", "allowed", "watched") if s.get(w))
        known = ", ".join(f"`{local[k]}`" for k in ("name", "role") if k in local) or "–"
        tried = f"{s['contacts']} and {s['lookups']}" + (f": {counts(s)}" if counts(s) else "")
        yield f"| {local.get('ip', '–')} | {what} | {local['network']} | {known} | {tried} | {verdicts} | {s.get('ban', '–')} |"


def main(arguments):
    match arguments:
        case ["check", dancecard, *folder]:
            return check(dancecard, folder[0] if folder else PCAPS)
        case ["table", dancecard]:
            print("\n".join(table(run(dancecard, PCAPS)[1])))
            return 0
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
