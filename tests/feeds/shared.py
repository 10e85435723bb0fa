#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Real lists, which are other people's and not in the tree.

    shared.py DANCECARD table     what `feed check` takes of each, as feeds/README.md has it
    shared.py DANCECARD test      that table against the page, one feed in six syntaxes, and our networks
                                  against those of shared CDNs

The lists are in shared/feeds beside the project, or where DANCECARD_SHARED_FEEDS says. Without them
the test is skipped (77).
"""
import os
import re
import subprocess
import sys

ROOT = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
PAGE = os.path.join(ROOT, "feeds", "README.md")
CANDIDATES = [os.environ.get("DANCECARD_SHARED_FEEDS", ""),
              os.path.join(ROOT, "..", "shared", "feeds"),
              os.path.join(ROOT, "..", "..", "shared", "feeds")]
AT = "2026-11-23"  # what is valid when: the answer must not depend on the day
HEAD = "| file | format | taken | names | networks | refused |\n| --- | --- | --- | --- | --- | --- |"
SUM = re.compile(r": (\S+), (\d+) lines, (\d+) taken \((\d+) names, (\d+) networks\), (\d+) refused$")
NOT_LISTS = ("LICENSE", "COPYING", "INDEX.md")

SIX = "hagezi+dns-blocklists"
SUFFIX = ["adblock/doh-vpn-proxy-bypass.txt", "dnsmasq/doh-vpn-proxy-bypass.txt",
          "unbound/doh-vpn-proxy-bypass.blacklist.conf", "wildcard/doh-vpn-proxy-bypass.txt"]
EXACT = ["domains/doh-vpn-proxy-bypass.txt", "hosts/doh-vpn-proxy-bypass.txt"]


def lists(folder):
    for where, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(files):
            if name not in NOT_LISTS:
                yield os.path.relpath(os.path.join(where, name), folder)


def check(dancecard, folder, name):
    """The row of a file; an exit status that is neither 0 nor 1 is a crash."""
    done = subprocess.run([dancecard, "feed", "check", "--at", AT, os.path.join(folder, name)],
                          capture_output=True, text=True, errors="replace", timeout=120, check=False)
    if done.returncode not in (0, 1):
        sys.exit(f"{name}: status {done.returncode}\n{done.stderr[-2000:]}")
    found = SUM.search(done.stdout.splitlines()[0]) if done.stdout else None
    kind, _, taken, names, networks, refused = found.groups() if found else ("–", "", "", "", "", "")
    if done.returncode == 1:
        reason = done.stderr.splitlines()[-1].rsplit(": ", 1)[-1]
        return f"| {name} | {kind} | error: {reason} | | | {refused} |"
    return f"| {name} | {kind} | {taken} | {names} | {networks} | {refused} |"


def table(dancecard, folder):
    return [check(dancecard, folder, name) for name in lists(folder)]


def matched(dancecard, options, path, names):
    done = subprocess.run([dancecard, "feed", "lookup", "--no-builtin-feed", *options, "--feed", path, "-"],
                          input="\n".join(names), capture_output=True, text=True, timeout=120, check=True)
    answers = [line.split("\t") for line in done.stdout.splitlines()]
    assert len(answers) == len(names)
    return {answer[0] for answer in answers if answer[1] != "-"}


def six_syntaxes(dancecard, folder):
    """Asked for what the hosts list has, all six say yes; below, those that mean suffixes say the same."""
    with open(os.path.join(folder, SIX, EXACT[1]), encoding="utf-8") as hosts:
        listed = [line.split()[1] for line in hosts if line.startswith("0.0.0.0 ")]
    asked = listed + ["x." + name for name in listed] + ["x" + name for name in listed]
    path = lambda name: os.path.join(folder, SIX, name)
    by_suffix = [matched(dancecard, [], path(name), asked) for name in SUFFIX]
    by_name = [matched(dancecard, ["--exact"], path(name), asked) for name in EXACT]
    assert all(set(listed) <= found for found in by_suffix + by_name), "a listed name is not matched"
    assert all(found == by_suffix[0] for found in by_suffix), "suffix syntaxes differ"
    assert all(found == by_name[0] for found in by_name), "exact syntaxes differ"
    print(f"{len(asked)} questions, {len(by_suffix[0])} yes by suffix, {len(by_name[0])} by name")


def compared(dancecard, path):
    """How many of the list's rules we match, how many of ours it matches. Prefixes overlap where one
    holds the other's first address, so two noughts mean that no network of ours touches one of theirs."""
    done = subprocess.run([dancecard, "feed", "compare", path], capture_output=True, text=True, timeout=120, check=True)
    theirs, ours, unmatched = re.search(r"we match (\d+) of .* of our (\d+) it does not match (\d+)", done.stdout).groups()
    return int(theirs), int(ours) - int(unmatched)


def networks(dancecard, folder):
    """No network of ours is a shared CDN's or a big cloud's; what ByteDance's clouds announce is of category cloud."""
    for name in ("akamai", "fastly", "cloudflare", "amazon-aws", "google-gcp"):
        path = os.path.join(folder, "MISP+misp-warninglists/lists", name, "list.json")
        assert compared(dancecard, path) == (0, 0), f"{name}: {compared(dancecard, path)}"
    for asn, category in ((137718, "cloud"), (150436, "cloud"), (138699, "infrastructure"), (396986, "infrastructure")):
        with open(os.path.join(folder, f"ipverse+asn-ip/as/{asn}/aggregated.json"), encoding="utf-8") as file:
            prefixes = re.findall(r'"([0-9a-f.:]+)/\d+"', file.read())
        done = subprocess.run([dancecard, "feed", "lookup", *prefixes], capture_output=True, text=True, timeout=60, check=True)
        said = {line.split("\t")[2] for line in done.stdout.splitlines()} - {"-"}
        assert said == {category}, f"AS{asn}: {said}"
    print("networks: none of a shared CDN, clouds apart")


def main(dancecard, what):
    folder = next((path for path in CANDIDATES if path and os.path.isdir(path)), None)
    if folder is None:
        print("there are no shared feeds here")
        return 77
    rows = table(dancecard, folder)
    if what == "table":
        print(HEAD, *rows, sep="\n")
        return 0
    six_syntaxes(dancecard, folder)
    networks(dancecard, folder)
    with open(PAGE, encoding="utf-8") as page:
        said = page.read().splitlines()
    wrong = [row for row in rows if row not in said]
    print(f"{len(rows)} files, {len(wrong)} rows that feeds/README.md has not", *wrong, sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
