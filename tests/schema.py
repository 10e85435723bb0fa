#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Checks events against the JSON Schema.

    schema.py [--break] FILE…

A FILE is NDJSON, or Markdown, of which the lines that begin with {"timestamp" are read. Every line
must be an event by sensor/event/event.schema.json. With --break every event is also spoiled in each
place, one at a time (a key that nobody knows, a value of another type, an empty value, a required key
taken away), and the schema must refuse each: a schema that takes everything proves nothing.
"""
import copy
import json
import os
import sys

from jsonschema import Draft202012Validator

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
SCHEMA = os.path.join(ROOT, "sensor", "event", "event.schema.json")
FREE = {"stats", "grouped"}  # objects whose keys are not fixed


def unique(pairs):
    keys = [key for key, _ in pairs]
    if len(keys) != len(set(keys)):
        raise ValueError(f"a key twice in {keys}")
    return dict(pairs)


def events(path):
    markdown = path.endswith(".md")
    with open(path, encoding="utf-8", newline="\n") as lines:
        for number, line in enumerate(lines, 1):
            if markdown and not line.startswith('{"timestamp"'):
                continue
            yield f"{path}:{number}", json.loads(line, object_pairs_hook=unique)


def places(value, path=()):
    """Paths of everything in an event, the event itself first."""
    yield path, value
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in items:
        yield from places(child, path + (key,))


def at(event, path):
    for key in path:
        event = event[key]
    return event


def broken(event):
    """(what was done, event) for every way to spoil it."""
    for path, value in places(event):
        where = "/".join(map(str, path)) or "event"
        if isinstance(value, dict) and not FREE & set(map(str, path)):
            spoiled = copy.deepcopy(event)
            at(spoiled, path)["surprise"] = 1
            yield f"{where}: an unknown key", spoiled
        if not path:
            continue
        for what, wrong in (("of another type", [None] if not isinstance(value, list) else 1), ("null", None), ("empty", type(value)() if isinstance(value, (str, list, dict)) else -1)):
            if what == "empty" and isinstance(value, (bool, float)):
                wrong = "no"
            if path[-1] == "lag_ms" and what == "empty":
                continue  # may be negative
            spoiled = copy.deepcopy(event)
            at(spoiled, path[:-1])[path[-1]] = wrong
            yield f"{where}: {what}", spoiled


def without(schema, event):
    """The event without each key that its type requires."""
    required = list(schema["required"])
    for rule in schema["allOf"]:
        if rule["if"].get("properties", {}).get("event_type", {}).get("const") == event["event_type"]:
            required += rule["then"]["required"]
    for key in required:
        spoiled = copy.deepcopy(event)
        del spoiled[key]
        yield f"without {key}", spoiled


def main(arguments):
    spoil = "--break" in arguments
    files = [a for a in arguments if not a.startswith("--")]
    with open(SCHEMA, encoding="utf-8") as text:
        schema = json.load(text)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    good = refused = failures = 0
    for path in files:
        before = good
        for where, event in events(path):
            good += 1
            for error in validator.iter_errors(event):
                failures += 1
                print(f"{where}: {'/'.join(map(str, error.absolute_path))}: {error.message}", file=sys.stderr)
            for what, spoiled in (list(broken(event)) + list(without(schema, event))) if spoil else ():
                refused += 1
                if validator.is_valid(spoiled):
                    failures += 1
                    print(f"{where}: the schema takes it although: {what}", file=sys.stderr)
        if good == before and os.path.getsize(path) > 0:
            failures += 1
            print(f"{path}: no event in it", file=sys.stderr)
    print(f"{good} events, {refused} spoiled ones, {failures} failures")
    return 1 if failures or not good else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
