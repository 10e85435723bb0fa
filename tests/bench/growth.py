# SPDX-License-Identifier: Apache-2.0
"""How the cost grows: packets, flows, hosts and the feed, one at a time, up to ten times as many."""
import math
import os

FLOWS, HOSTS, FEED = 4000, 200, 10000
STEPS = (1, 2, 5, 10)
# Flows' sizes have a heavy tail that is cut: so many times the usual size for so many times the packets.
SIZES = {1: 1.0, 2: 2.2, 5: 6.0, 10: 13.0}
COLOURS = {"packets": "#1b6ca8", "flows": "#c0392b", "hosts": "#2e8b57", "feed": "#8e6c00"}


def rows():
    """What grows, how many times, the capture's options, the feed's size."""
    base = {"-f": FLOWS, "-H": HOSTS, "-z": 1.0}
    for step in STEPS:
        yield "packets", step, {**base, "-z": SIZES[step]}, FEED
        yield "flows", step, {**base, "-f": FLOWS * step}, FEED
        yield "hosts", step, {**base, "-H": HOSTS * step}, FEED
        yield "feed", step, base, FEED * step


def write_feed(folder, size):
    path = os.path.join(folder, f"feed-{size}.txt")
    with open(path, "w", encoding="ascii") as out:
        out.writelines(f"host{i}.tracker{i % 997}.example\n" for i in range(size))
    return path


def measure(folder, capture, count, command, best):
    """For each row: packets, processor seconds and peak memory."""
    commands, packets = {}, {}
    for what, step, options, size in rows():
        words = [str(word) for pair in options.items() for word in pair]
        path = capture("growth-" + "-".join(words[1::2]) + ".pcap", *words)
        packets[what, step] = count(path)
        commands[what, step] = command(path, 1, "-f", write_feed(folder, size))
    found = best(commands, 3)
    return {key: {**found[key], "packets": packets[key]} for key in commands}


def show(found):
    print(f"growth: one thing at a time, from {FLOWS} flows, {HOSTS} hosts, a feed of {FEED}; "
          "processor time, best of 3")
    for (what, step), row in found.items():
        times = row["cpu"] / found[what, 1]["cpu"]
        print(f"  {what:8} x {step:<3}{row['packets']:10} packets{row['cpu']:8.3f} s{times:7.1f} times"
              f"{row['memory'] / 1e6:8.0f} MB")
    print()


def points(found, what):
    """Times as many, times the cost. Of packets: as many as there were, not as were asked for."""
    first = found[what, 1]
    for step in STEPS:
        row = found[what, step]
        yield (row["packets"] / first["packets"] if what == "packets" else step), row["cpu"] / first["cpu"]


def svg(found):
    """Both axes are logarithmic: what costs in proportion is the dashed line."""
    width, height, left, top, side = 560, 420, 60, 30, 340

    def x_of(times):
        return left + side * math.log10(max(times, 1))

    def y_of(times):
        return top + side * (1 - math.log10(max(times, 1)))

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
           'font-family="sans-serif" font-size="13">',
           '<title>How the cost grows</title>', f'<rect width="{width}" height="{height}" fill="#fff"/>']
    for step in STEPS:
        out += [f'<path d="M{x_of(step):.1f} {top}V{top + side}M{left} {y_of(step):.1f}H{left + side}" stroke="#ddd"/>',
                f'<text x="{x_of(step):.1f}" y="{top + side + 18}" text-anchor="middle">{step}</text>',
                f'<text x="{left - 8}" y="{y_of(step) + 4:.1f}" text-anchor="end">{step}</text>']
    out += [f'<path d="M{left} {top + side}L{left + side} {top}" stroke="#999" stroke-dasharray="4 4"/>',
            f'<text x="{left + side / 2}" y="{height - 8}" text-anchor="middle">times as many</text>',
            f'<text transform="translate(16 {top + side / 2}) rotate(-90)" text-anchor="middle">'
            'times the processor time</text>']
    labels = sorted((y_of(list(points(found, what))[-1][1]), what) for what in COLOURS)
    lowest = 0
    for y, what in labels:
        lowest = max(y, lowest + 16)
        line = " ".join(f"{x_of(x):.1f},{y_of(times):.1f}" for x, times in points(found, what))
        out += [f'<polyline points="{line}" fill="none" stroke="{COLOURS[what]}" stroke-width="2"/>',
                f'<text x="{left + side + 10}" y="{lowest + 4:.1f}" fill="{COLOURS[what]}">{what}, '
                f'{list(points(found, what))[-1][1]:.1f} times</text>']
    return "\n".join(out + ["</svg>"]) + "\n"
