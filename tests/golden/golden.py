#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What rgc says of known hosts, to the byte: each document of each host is what was committed.

    golden.py [--update] [HOST…]

    --update   writes documents/HOST/ anew instead of comparing. Read the difference before you commit it: people and
               programs will notice what you see there.

RGC_BINARY is the program, and RGC_FIXED_HOST the library made from fixed_host.c.
"""
import argparse
import difflib
import os
import shutil
import sys

from recorder import HERE, LATER, LIBRARY, NOW, Recorder, set_clock, things_of, world_of
from golden_hosts import HOSTS  # after recorder, which sets its clock and path
from harness import RGC, expect, run_all

DOCUMENTS = os.path.join(HERE, "documents")
MOST_LINES = 60  # that are shown of a difference


def removals(world):
    return world.engine.lines("^DELETE|/prune")


def look_and_collect(make):
    """All that can be asked before a pass, of the pass, and a day and a half after it."""
    with world_of(make) as (world, host):
        recorder = Recorder(world)
        plan = recorder.both("plan")
        recorder.both("status")
        recorder.both("check")
        recorder.both("audit")
        for name, thing in things_of(plan):
            recorder.run(name, "why", thing, "--json")
        expect(not removals(world), "looking has removed something", removals(world))
        world.engine.requests.clear()
        recorder.run("collect.json", "collect", "--here", *host.options, "--json")
        recorder.keep("requests.txt", "".join(line + "\n" for line in world.changes()))
        recorder.keep("metrics.txt", read(os.path.join(world.directory, "rgc.prom")))
        number = str(recorder.both("history")["passes"][0]["pass"])
        recorder.run("history-pass.txt", "history", number)
        for one in recorder.run("history-pass.json", "history", number, "--json").document["removed"][:1]:
            recorder.run("why-removed.txt", "why", one["id"])
        set_clock(world, NOW + LATER)
        recorder.run("plan-later.json", "plan", "--json")
        recorder.run("status-later.txt", "status")
        return recorder


def collect_for_people(make):
    with world_of(make) as (world, host):
        recorder = Recorder(world)
        recorder.run("collect.txt", "collect", "--here", *host.options)
        return recorder


def record(name):
    """File name → text."""
    files, commands = {}, ""
    for part in (look_and_collect, collect_for_people):
        recorder = part(HOSTS[name])
        files.update(recorder.files)
        commands += recorder.commands
    return {**files, "commands.txt": commands}


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return file.read()


def committed(name):
    directory = os.path.join(DOCUMENTS, name)
    names = sorted(os.listdir(directory)) if os.path.isdir(directory) else []
    return {n: read(os.path.join(directory, n)) for n in names}


def difference(name, old, new):
    """Member by member, as lines of documents are long."""
    pieces = [text.replace(',"', ',\n"').splitlines() for text in (old, new)]
    lines = list(difflib.unified_diff(*pieces, f"committed {name}", f"now {name}", lineterm="", n=1))
    return "\n".join(lines[:MOST_LINES] + [f"… and {len(lines) - MOST_LINES} more lines"] * (len(lines) > MOST_LINES))


def compare(name):
    """They are the same files with the same text."""
    old, new = committed(name), record(name)
    differences = [difference(n, old.get(n, ""), new.get(n, "")) or f"{n}: only one of both has it, and it is empty"
                   for n in sorted(set(old) | set(new)) if old.get(n) != new.get(n)]
    expect(not differences, f"{len(differences)} documents are not what was committed; if that is meant, run "
           "tests/golden/golden.py --update\n" + "\n".join(differences))


def update(name):
    directory = os.path.join(DOCUMENTS, name)
    files = record(name)
    shutil.rmtree(directory, ignore_errors=True)
    os.makedirs(directory)
    for file_name, text in files.items():
        with open(os.path.join(directory, file_name), "w", encoding="utf-8", newline="") as file:
            file.write(text)


def forgotten():
    """Documents of hosts that are no more."""
    return sorted(set(os.listdir(DOCUMENTS) if os.path.isdir(DOCUMENTS) else []) - set(HOSTS))


def test_each_document_is_what_was_committed():
    expect(not forgotten(), "documents that belong to no host", forgotten())
    run_all(compare, [(name,) for name in HOSTS])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("hosts", nargs="*", metavar="HOST", help=", ".join(HOSTS))
    args = parser.parse_args()
    for needed in (RGC, LIBRARY):
        if not os.path.exists(needed):
            sys.exit(f"{needed} is not there: build first")
    for name in forgotten():
        if not args.update:
            sys.exit(f"documents/{name} belongs to no host")
        shutil.rmtree(os.path.join(DOCUMENTS, name))
    run_all(update if args.update else compare, [(name,) for name in args.hosts or HOSTS])


if __name__ == "__main__":
    main()
