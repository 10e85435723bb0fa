# SPDX-License-Identifier: Apache-2.0
"""The table of cases. A case is a function that gives packets, with what must and must not be read from them.

    @case(tls_sni=TRACKER)
    def tcp_reversed():
        "The segments of the hello come last one first."
        …
        return [packet, …]     IP packets, written as Ethernet; or bytes: a whole capture file

What is wanted: kind=name, or kind=[name, …]. A kind or a name with "|" in it is a choice: any of them will do.
Beside names, facts of events: see score.py, facts_of. `never` is a list of (kind, name) that must not be given; "*" for a name is every name, for a kind every kind.
"""
import collections

import savefile
import wire

TRACKER = "analytics.tiktok.com"
Case = collections.namedtuple("Case", "name make why wants never")
CASES = []


def case(kinds=None, never=(), **named):
    named.update(kinds or {})
    wants = [(kind, name) for kind, names in named.items() for name in ([names] if isinstance(names, str) else names)]

    def register(make):
        CASES.append(Case(make.__name__, make, make.__doc__, wants, list(never)))
        return make

    return register


def family(rows, kind, prefix):
    """One case for each row (suffix, why, *arguments) of a table, made by the decorated function."""

    def register(make):
        for suffix, why, *arguments in rows:
            CASES.append(Case(f"{prefix}_{suffix}", lambda a=arguments: make(*a), why, [(kind, TRACKER)], []))
        return make

    return register


def capture(made):
    """The bytes of the capture, and how its name ends."""
    if isinstance(made, (list, tuple)):
        made = savefile.pcap([wire.ether(packet) for packet in made])
    return made, ".pcapng" if made[:4] == b"\x0a\x0d\x0d\x0a" else ".pcap"
