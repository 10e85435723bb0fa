#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes one capture for each hard case, and the tables of what is to be read from them.

    generate.py OUTDIR

OUTDIR/cases.tsv: `case capture kind name why`, a row for each name that must be given;
OUTDIR/never.tsv: the same of names that must not. "|" in a kind or name parts alternatives; "*" is any. The same bytes each time.
Needs Debian's python3-cryptography.
"""
import os
import sys

import cases_below
import cases_dns
import cases_file
import cases_found
import cases_hosts
import cases_http
import cases_ip
import cases_kin
import cases_late
import cases_never
import cases_quic
import cases_tcp
import cases_tls
import cases_told
import registry

# Importing them fills the table.
GROUPS = (
    cases_tcp,
    cases_tls,
    cases_quic,
    cases_dns,
    cases_http,
    cases_below,
    cases_ip,
    cases_file,
    cases_found,
    cases_hosts,
    cases_kin,
    cases_late,
    cases_told,
    cases_never,
)


def write(outdir):
    """Every capture and both tables; gives the cases with the paths of their captures."""
    os.makedirs(outdir, exist_ok=True)
    out = []
    for case in registry.CASES:
        data, suffix = registry.capture(case.make())
        path = os.path.join(outdir, case.name + suffix)
        with open(path, "wb") as file:
            file.write(data)
        out.append((case, path))
    for table, field in (("cases.tsv", "wants"), ("never.tsv", "never")):
        with open(os.path.join(outdir, table), "w", encoding="utf-8") as file:
            for case, path in out:
                for kind, name in getattr(case, field):
                    print(case.name, os.path.basename(path), kind, name, case.why, sep="\t", file=file)
    return out


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    print(f"{len(write(sys.argv[1]))} captures in {sys.argv[1]}")
