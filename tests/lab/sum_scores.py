#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Adds up what score_sites.py says of several crawls: sum_scores.py TITLE FILE...

Prints each figure with Wilson's 95 % interval, and how well stated probabilities hold."""
import math
import re
import sys


def wilson(right, of):
    z, share = 1.96, right / of
    middle = share + z * z / (2 * of)
    reach = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return (middle - reach) / (1 + z * z / of), (middle + reach) / (1 + z * z / of)


def main(title, paths):
    sums, names = {}, []
    for path in paths:
        for line in open(path):
            found = re.match(r"\s*(\S.*?)\s+(\d+)/(\d+)", line)
            if found:
                row = sums.setdefault(found[1], [0, 0])
                row[0] += int(found[2])
                row[1] += int(found[3])
            elif "wrongly" in line:
                names.append(line.split()[-1])
    print(f"== {title}: {len(paths)} crawls")
    for name, (right, of) in sorted(sums.items(), key=lambda row: (row[0].startswith("said"), row[0])):
        if of:
            low, high = wilson(right, of)
            print(f"{name:22}{right:5} of {of:<5}{right / of:.3f}  ({max(low, 0):.2f} to {min(high, 1):.2f})")
    for name in names:
        print("wrongly present:", name)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2:])
