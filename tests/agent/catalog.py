#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every journal identifier is unique, used, and explained in the catalog; and the catalog explains nothing else.

    catalog.py HEADER CATALOG SOURCES
"""
import os
import re
import sys

FIELDS = re.compile(r"@([A-Z_]+)@")


def sources(directory):
    for root, _, names in os.walk(directory):
        for name in names:
            if name.endswith((".c", ".h")):
                with open(os.path.join(root, name), encoding="utf-8") as file:
                    yield file.read()


def main(header, catalog, directory):
    with open(header, encoding="utf-8") as file:
        found = re.findall(r'^#define (RGC_MESSAGE_\w+)\s+"([0-9a-f]{32})"', file.read(), re.MULTILINE)
    with open(catalog, encoding="utf-8") as file:
        text = file.read()
    entries = re.findall(r"^-- ([0-9a-f]{32})\n((?:[A-Z][\w-]*: .+\n)+)\n((?:.+\n|\n(?!-- ))+)", text, re.MULTILINE)
    code = "\n".join(sources(directory))
    problems = []
    identifiers = [identifier for _, identifier in found]
    explained = [identifier for identifier, _, _ in entries]
    if not found or len(set(identifiers)) != len(identifiers):
        problems.append("identifiers are missing or not unique")
    if len(set(explained)) != len(explained) or len(entries) != text.count("\n-- "):
        problems.append("an entry of the catalog is there twice, or cannot be read")
    for name, identifier in found:
        if identifier not in explained:
            problems.append(f"{name} is not in the catalog")
        if not re.search(rf"\b{name}\b", code):
            problems.append(f"{name} is not used")
    for identifier, head, body in entries:
        if identifier not in identifiers:
            problems.append(f"the catalog explains {identifier}, which is nobody's")
        if not head.startswith("Subject: ") or "Defined-By: rgc\n" not in head:
            problems.append(f"{identifier} lacks Subject or Defined-By")
        for field in FIELDS.findall(body):
            if f'"{field}"' not in code:
                problems.append(f"the catalog names {field}, which no entry has")
    for problem in problems:
        print(problem)
    print(f"{len(found)} identifiers, {len(entries)} entries")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
