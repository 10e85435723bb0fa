#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# analyze.sh FOLDER: gcc -fanalyzer over every source of the program. What it says and is not in
# analyze.known, with the reason why it is wrong there, is a fault.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
mkdir -p "$1"
out=$(realpath "$1")
CC=gcc cmake -S "$root" -B "$out" -G Ninja -DCMAKE_BUILD_TYPE=Release >"$out/cmake.log" 2>&1 || { cat "$out/cmake.log"; exit 1; }
cmake --build "$out" --target feeds >"$out/build.log" 2>&1 || { tail "$out/build.log"; exit 1; } # its made sources
# -O0: paths as they are written. Each source alone, its words in a file of its own.
/usr/bin/python3 -B - "$out" "$root" <<'PYTHON'
import concurrent.futures, json, os, re, shlex, subprocess, sys
out, root = sys.argv[1:]
jobs = [j for j in json.load(open(os.path.join(out, "compile_commands.json"))) if j["file"].startswith(root + "/") and "/build/" not in j["file"][len(root):]]
def analyze(job):
    words = [w for w in shlex.split(job["command"]) if not re.match(r"-O|-D_FORTIFY|-U_FORTIFY|-o$|ccache$", w) and not w.endswith(".o")]
    run = subprocess.run([*words, "-O0", "-fanalyzer", "-fdiagnostics-plain-output", "-fno-diagnostics-show-caret", "-o", "/dev/null"],
                         cwd=job["directory"], stderr=subprocess.PIPE, text=True, check=False)
    return [l.replace(root + "/", "").lstrip("./") for l in run.stderr.splitlines() if "[-Wanalyzer" in l or ": error:" in l or "(-Wanalyzer" in l]
with concurrent.futures.ThreadPoolExecutor(int(os.environ.get("ANALYZE_JOBS", os.cpu_count()))) as pool:
    lines = sorted({l for found in pool.map(analyze, jobs) for l in found})
known = {}
for line in open(os.path.join(root, "tests/rights/analyze.known")):
    if line.strip() and not line.startswith("#"):
        file, what, why = line.rstrip("\n").split("|", 2)
        known[file.strip(), what.strip()] = why
used, faults, explained = set(), 0, 0
for line in lines:
    where = re.match(r"(?:\.\./)*([^:]+):", line)
    kind = re.search(r"-Wanalyzer-[a-z-]+", line)
    key = (where[1] if where else "", kind[0] if kind else "")
    if key in known:
        used.add(key)
        explained += 1
    else:
        faults += 1
        print(line)
for key in sorted(set(known) - used):
    print("no longer said:", *key)
    faults += 1
print(f"{len(jobs)} sources, {len(lines)} said, {explained} explained, {faults} faults")
sys.exit(faults > 0)
PYTHON
