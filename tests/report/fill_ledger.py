# SPDX-License-Identifier: Apache-2.0
"""fill_ledger.py LEDGER COUNT: puts made-up contacts, hosts and sites into a ledger of the sensor's."""
import random
import sqlite3
import sys

TRACKERS = [
    ("TikTok", "tracking_pixel", "analytics.tiktok.com"),
    ("TikTok", "app_api", "api16-normal-useast5.tiktokv.us"),
    ("Pangle", "ad_network", "api16-access-ttp.tiktokpangle.us"),
]
START = 1772323200 * 10**9
HOSTILE = "<script>window.pwned=1</script>\u202e"


def add(db, table, row):
    names = ", ".join(row)
    db.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(row))})", list(row.values()))


def whose(ip):
    return {"host": ip, "identity": ip}


def contact(i, rng):
    product, category, tracker = rng.choice(TRACKERS)
    return {
        "event_id": i.to_bytes(8, "big") + rng.randbytes(8),
        "time_ns": START + i * 60 * 10**9,
        **whose(f"10.20.{rng.randrange(8)}.{rng.randrange(250)}"),
        "entity": "ByteDance",
        "product": product,
        "category": category,
        "tracker": tracker,
        "confidence": rng.choice(["certain", "strong", "weak"]),
        "outcome": rng.choice(["established", "established", "reset"]),
        "server": f"203.0.113.{rng.randrange(250)}",
        "port": 443,
        "flow_id": i + 1,
        "site": f"site{rng.randrange(100)}.example" if category == "tracking_pixel" else None,
        "site_confidence": 0.9,
        "file": f"day-{i // 1000}.pcap",
        "packet": i + 1,
    }


def site(i):
    since = START + i * 86400 * 10**9
    return {
        "name": f"site{i}.example", "entity": "ByteDance", "domain": f"site{i}.example",
        "status": "removed" if i % 5 == 0 else "present", "visits": 100, "pixel_visits": 60,
        "first_ns": since, "last_ns": since + 10**15, "since_ns": since, "confirmed_ns": since + 10**14,
        "removed_ns": since + 5 * 10**14 if i % 5 == 0 else None, "rate_low": 0.5, "rate_high": 0.7, "confidence": 0.99,
    }


def main():
    path, count = sys.argv[1], int(sys.argv[2])
    rng = random.Random(1)
    with sqlite3.connect(path) as db:
        hosts = set()
        for i in range(count):
            row = contact(i, rng)
            hosts.add(row["host"])
            add(db, "contacts", row)
        add(db, "contacts", {**contact(count, rng), **whose("10.20.0.251"), "tracker": HOSTILE, "site": HOSTILE, "file": HOSTILE})
        for ip in sorted(hosts | {"10.20.0.251"}):
            name = HOSTILE if ip == "10.20.0.251" else "desk"
            add(db, "hosts", {"identity": ip, "ip": ip, "name": name, "mac": None, "first_ns": START, "last_ns": START, "contacts": 1})
        for i in range(100):
            add(db, "sites", site(i))


main()
