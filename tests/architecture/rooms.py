#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The rooms of src/, and what each may use.

    rooms.py NM DIRECTORY SOURCE

NM and DIRECTORY: the static libraries librgc_ROOM.a, one a room; their symbols say who calls whom. SOURCE: the tree; its
include lines say who knows whom. Static libraries would link upwards without a word, so this test does not let them:

- a room calls functions of itself and of the rooms named below, and of foreign libraries only those named;
- a room includes the private headers of no other room, and of the public ones only those of rooms that it may use;
- there is no circle between rooms, nor between files, but within a family: files that share one private header.
"""

import pathlib
import re
import subprocess
import sys
from collections import defaultdict

# room: the rooms and the foreign libraries that it may use
MAY_USE = {
    "base": "",
    "json": "base jansson",
    "facts": "base",
    "config": "facts base inih",
    "learn": "facts base",
    "decide": "facts base",
    "audit": "facts base",
    "engine": "facts base json jansson curl",
    "state": "facts wire base json jansson",
    "observe": "engine state facts base json",
    "act": "engine state facts base",
    "report": "facts wire base json jansson",
    "wire": "json base jansson",
    "pass": "config observe learn decide audit act report wire engine state facts base json jansson",
    "agent": "wire json base jansson systemd",
    "cli": "pass audit agent config observe act report wire engine state facts base json jansson",
}
# Only for the types in them: the values of the configuration, which the pass hands on.
MAY_INCLUDE = {"observe": ["config"]}
FOREIGN = {"curl_": "curl", "json_": "jansson", "ini_": "inih", "sd_": "systemd"}
# A family shares the header that is named; what it calls back and forth is its own affair.
FAMILIES = {
    "act/act_parts.h": "act/",
    "agent/agent_parts.h": "agent/",
    "agent/varlink/varlink_connection.h": "agent/varlink/",
}


def symbols(nm, archive):
    """{object: (defined, undefined)}"""
    objects = defaultdict(lambda: (set(), set()))
    for option, index in (("--defined-only", 0), ("--undefined-only", 1)):
        out = subprocess.run([nm, "-A", "-P", "--extern-only", option, archive], stdout=subprocess.PIPE, text=True, check=True).stdout
        for line in out.splitlines():
            found = re.match(r"[^\[]*\[([^\]]*)\.c\.o\]: (\S+) (\S)", line)
            if found and not (index == 1 and found.group(3) not in "Uw"):
                objects[found.group(1)][index].add(found.group(2))
    return objects


def circles(edges):
    """The strongly connected parts that have more than one node."""
    index, low, stack, on_stack, found = {}, {}, [], set(), []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        on_stack.add(node)
        for other in edges.get(node, ()):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in on_stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            part = []
            while not part or part[-1] != node:
                part.append(stack.pop())
                on_stack.discard(part[-1])
            if len(part) > 1:
                found.append(sorted(part))

    for node in sorted(edges):
        if node not in index:
            visit(node)
    return found


def is_family(part, includes):
    for header, folder in FAMILIES.items():
        if all(file.startswith(folder) and header in includes[file] for file in part):
            return True
    return False


def check_calls(nm, directory, source, complain):
    """Who calls whom: between rooms, and between files. Returns {file: files that it calls}."""
    rooms, owner, room_of = {}, {}, {}
    paths = {(path.relative_to(source / "src").parts[0], path.stem): str(path.relative_to(source / "src"))
             for path in (source / "src").glob("*/**/*.c")}
    for room in MAY_USE:
        rooms[room] = symbols(nm, pathlib.Path(directory) / f"librgc_{room}.a")
        if not rooms[room]:
            complain(f"nm told nothing of {room}")
        for name, (defined, _) in rooms[room].items():
            for symbol in defined:
                owner.setdefault(symbol, []).append((room, name))
    calls = defaultdict(set)
    for room, objects in rooms.items():
        may = {room, *MAY_USE[room].split()}
        for name, (defined, undefined) in objects.items():
            for symbol in undefined - defined:
                owners = owner.get(symbol, [])
                home = next((place for place in owners if place[0] == room), owners[0] if owners else None)
                if home:
                    calls[paths[room, name]].add(paths[home])
                    if home[0] not in may:
                        complain(f"{paths[room, name]} calls {symbol} of {home[0]}")
                    continue
                for prefix, library in FOREIGN.items():
                    if symbol.startswith(prefix) and library not in may:
                        complain(f"{paths[room, name]} calls {symbol} of {library}")
    return calls


def homes_of_headers(source):
    """{public header: the room that defines most of what it declares}; headers of values alone are anybody's."""
    declared, homes = {}, {}
    for header in (source / "include" / "rgc").glob("*.h"):
        text = re.sub(r"/\*.*?\*/", " ", header.read_text(), flags=re.DOTALL)
        declared[header.name] = set(re.findall(r"\b([a-z][a-z0-9_]+)\(", text))
    defined = defaultdict(set)
    for path in (source / "src").glob("*/**/*.c"):
        room = path.relative_to(source / "src").parts[0]
        defined[room] |= set(re.findall(r"^[a-zA-Z].*?\b([a-z][a-z0-9_]+)\(", path.read_text(), re.MULTILINE))
    for header, names in declared.items():
        most = max(defined, key=lambda room: (len(names & defined[room]), room))
        if names & defined[most]:
            homes[header] = most
    return homes


def check_includes(source, complain):
    """Who knows whom. Returns {file: the private headers that it includes}."""
    root = source / "src"
    homes = homes_of_headers(source)
    includes = defaultdict(set)
    for path in sorted([*root.glob("*/**/*.[ch]")]):
        name = str(path.relative_to(root))
        room = name.split("/")[0]
        may = {room, *MAY_USE[room].split(), *MAY_INCLUDE.get(room, [])}
        text = path.read_text()
        for included in re.findall(r'^#include "([^"]+)"', text, re.MULTILINE):
            full = included if (root / included).exists() else str((path.parent / included).relative_to(root))
            includes[name].add(full)
            if (root / full).exists() and full.split("/")[0] != room:
                complain(f"{name} includes {full}, a private header of another room")
        for included in re.findall(r"^#include <rgc/([^>]+)>", text, re.MULTILINE):
            if homes.get(included, room) not in may:
                complain(f"{name} includes <rgc/{included}> of {homes[included]}")
    return includes


def with_what_they_include(includes):
    """A header brings along what it includes."""
    closed = {}
    for name in list(includes):
        reached, more = set(), set(includes[name])
        while more:
            header = more.pop()
            if header not in reached:
                reached.add(header)
                more |= includes.get(header, set())
        closed[name] = reached
    return defaultdict(set, closed)


def main(nm, directory, source):
    complaints = []
    source = pathlib.Path(source)
    rooms = {path.name for path in (source / "src").iterdir() if path.is_dir()}
    if rooms != set(MAY_USE):
        complaints.append(f"src/ has other rooms than this test: {sorted(rooms ^ set(MAY_USE))}")
    calls = check_calls(nm, directory, source, complaints.append)
    includes = check_includes(source, complaints.append)
    between_rooms = {room: [other for other in may.split() if other in MAY_USE] for room, may in MAY_USE.items()}
    for part in circles(between_rooms):
        complaints.append(f"a circle between rooms: {' '.join(part)}")
    closed = with_what_they_include(includes)
    for part in circles(calls):
        if not is_family(part, closed):
            complaints.append(f"a circle between files: {' '.join(part)}")
    for part in circles(includes):
        complaints.append(f"a circle between headers: {' '.join(part)}")
    for complaint in complaints:
        print(complaint)
    print(f"{len(MAY_USE)} rooms, {len(calls)} files that call others, {sum(map(len, calls.values()))} calls between files")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
