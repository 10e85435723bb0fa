#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Checks ECS and OCSF events against the field lists beside this file.

    check.py ecs|ocsf [--break] FILE…

Every line must have only fields that are on the list, each of its type, and those that are required. With
--break each event is also spoiled in each place, one at a time, and the list must refuse each: a check that
takes everything proves nothing. `dancecard` (ECS) and `unmapped` (OCSF) are ours and are not looked into.
"""
import copy
import ipaddress
import json
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
OURS = {"ecs": "dancecard", "ocsf": "unmapped"}


def is_address(value):
    try:
        return isinstance(value, str) and bool(ipaddress.ip_address(value))
    except ValueError:
        return False


def is_text(value):
    return isinstance(value, str) and value != ""


def is_count(value):
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


TYPES = {
    "keyword": is_text, "wildcard": is_text, "string": is_text, "ip": is_address,
    "long": is_count, "integer": is_count, "boolean": lambda v: isinstance(v, bool), "free": lambda v: isinstance(v, dict) and v,
    "date": lambda v: isinstance(v, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", v),
    "timestamp": lambda v: is_count(v) and 10**12 < v < 10**13,  # milliseconds of this age
    "mac": lambda v: isinstance(v, str) and re.fullmatch(r"(?:[0-9A-F]{2}-){5}[0-9A-F]{2}|(?:[0-9a-f]{2}:){5}[0-9a-f]{2}", v),
}


def rows(name):
    with open(os.path.join(HERE, name + ".tsv"), encoding="utf-8") as lines:
        for line in lines:
            if not line.startswith("#"):
                yield line.rstrip("\n").split("\t")


def wrong(value, kind, allowed):
    """What is wrong with a plain value; None: nothing."""
    if not TYPES[kind](value):
        return f"{value!r} is no {kind}"
    if allowed != "*" and str(value) not in allowed.split("|"):
        return f"{value!r} is none of {allowed}"
    return None


class Ecs:
    def __init__(self):
        self.fields = {row[0]: row[1:] for row in rows("ecs")}
        self.objects = {name.rsplit(".", i)[0] for name in self.fields for i in range(1, name.count(".") + 1)}

    def errors(self, event):
        found = list(self.walk(event, ""))
        return found + [f"{name} is missing" for name, row in self.fields.items() if "required" in row and not self.has(event, name)]

    @staticmethod
    def has(event, name):
        for key in name.split("."):
            if not isinstance(event, dict) or key not in event:
                return False
            event = event[key]
        return True

    def walk(self, value, name):
        for key, child in value.items():
            path = f"{name}.{key}" if name else key
            if path == OURS["ecs"]:
                continue
            if path in self.fields:
                yield from self.leaf(path, child)
            elif path == "dns.answers" and isinstance(child, list) and child:
                for row in child:
                    yield from self.walk(row, path) if isinstance(row, dict) and row else [f"{path}: no object"]
            elif path not in self.objects or path == "dns.answers" or not isinstance(child, dict) or not child:
                yield f"{path} is no field of ECS"
            else:
                yield from self.walk(child, path)

    def leaf(self, path, value):
        kind, allowed = self.fields[path][:2]
        is_list = kind.endswith("[]")
        if is_list and (not isinstance(value, list) or not value):
            yield f"{path} is no array"
            return
        for one in value if is_list else [value]:
            problem = wrong(one, kind.removesuffix("[]"), allowed)
            if problem:
                yield f"{path}: {problem}"


class Ocsf:
    CLASSES = {0: "base", 4001: "network_activity", 4003: "dns_activity"}

    def __init__(self):
        self.objects = {}
        for row in rows("ocsf"):
            self.objects.setdefault(row[0], {})[row[1]] = row[2:]

    def errors(self, event):
        name = self.CLASSES.get(event.get("class_uid")) if is_count(event.get("class_uid")) else None
        if name is None:
            return ["class_uid is none that we know"]
        found = list(self.walk(event, name, name))
        if not found:
            if event["type_uid"] != event["class_uid"] * 100 + event["activity_id"]:
                found.append("type_uid is not class_uid * 100 + activity_id")
            if ("osint" in event["metadata"].get("profiles", [])) != ("osint" in event):
                found.append("profile osint and attribute osint go together")
        return found

    def walk(self, value, name, path):
        if not isinstance(value, dict) or not value:
            yield f"{path} is no object"
            return
        known = self.objects[name]
        yield from (f"{path}.{key} is missing" for key, row in known.items() if "required" in row and key not in value)
        for key, child in value.items():
            if key not in known:
                yield f"{path}.{key} is no attribute of {name}"
            else:
                yield from self.attribute(child, known[key], f"{path}.{key}")

    def attribute(self, value, row, path):
        kind = row[0].removesuffix("[]")
        if row[0].endswith("[]") and (not isinstance(value, list) or not value):
            yield f"{path} is no array"
            return
        for one in value if row[0].endswith("[]") else [value]:
            if kind in self.objects:
                yield from self.walk(one, kind, path)
            elif problem := wrong(one, kind, row[1]):
                yield f"{path}: {problem}"


def places(value, ours, path=()):
    yield path, value
    if path == (ours,):
        return
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in items:
        yield from places(child, ours, path + (key,))


def at(event, path):
    for key in path:
        event = event[key]
    return event


def broken(event, ours):
    for path, value in places(event, ours):
        where = "/".join(map(str, path)) or "event"
        if isinstance(value, dict) and path != (ours,):
            spoiled = copy.deepcopy(event)
            at(spoiled, path)["surprise"] = 1
            yield f"{where}: an unknown key", spoiled
        if not path or path == (ours,):
            continue
        for what, bad in (("null", None), ("a float", 1.5), ("empty", type(value)() if isinstance(value, (str, list, dict)) else -1)):
            if isinstance(value, bool) and what == "empty":
                continue
            spoiled = copy.deepcopy(event)
            at(spoiled, path[:-1])[path[-1]] = bad
            yield f"{where}: {what}", spoiled


def main(shape, arguments):
    checker = {"ecs": Ecs, "ocsf": Ocsf}[shape]()
    good = refused = failures = 0
    for path in (a for a in arguments if not a.startswith("--")):
        with open(path, encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                event = json.loads(line)
                good += 1
                for error in checker.errors(event):
                    failures += 1
                    print(f"{path}:{number}: {error}", file=sys.stderr)
                for what, spoiled in broken(event, OURS[shape]) if "--break" in arguments else ():
                    refused += 1
                    if not checker.errors(spoiled):
                        failures += 1
                        print(f"{path}:{number}: taken although: {what}", file=sys.stderr)
    print(f"{shape}: {good} events, {refused} spoiled ones, {failures} failures")
    return 1 if failures or not good else 0


if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1] not in OURS:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2:]))
