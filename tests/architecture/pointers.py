#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A path of the tree that a document names in backticks or as a link is there, and so is each file that a comment of the
C code names. The tables of rooms in docs/ARCHITECTURE.md and docs/code-map.md have the folders of src/, in one order.

    pointers.py SOURCE
"""
import fnmatch
import itertools
import pathlib
import re
import sys

source = pathlib.Path(sys.argv[1])
PLACES = ("src", "include", "tests", "contrib", "docs", "cmake")
# Like a path: `src/decide/dir/file.c`, with * for any, and a path after a program or before its options. What is written
# in capitals stands for a name.
POINTER = re.compile(rf"(?<![\w/.-])((?:{'|'.join(PLACES)})/[\w./*\[\]-]*)")
# `rules.c` or `scenarios_*.py`: a file of this name anywhere in the tree.
NAME = re.compile(r"[\w*]+\.(?:[ch]|py|sh|def|cmake)")
# In a comment, without backticks; what is quoted is somebody else's.
FILE = re.compile(r"(?<![\w/.-])[\w/]+\.(?:[ch]|py|sh|def|cmake)(?![\w.-])")
documents = [source / "README.md", source / "CONTRIBUTING.md", *sorted(source.glob("docs/*.md")), *sorted(source.glob("tests/**/README.md"))]
missing, found = [], 0
files = {}
for path in (path for place in PLACES for path in (source / place).rglob("*")):
    files.setdefault(path.name, []).append(path)
names = list(files)
for document in documents:
    for number, line in enumerate(document.read_text(encoding="utf-8").splitlines(), 1):
        for code in re.findall(r"`([^`]+)`", line):
            for pointer in POINTER.findall(code):
                found += 1
                if not re.search(r"[A-Z]{3,}(?!\w*\.md)", pointer) and not any(source.glob(pointer.rstrip("/."))):
                    missing.append(f"{document.relative_to(source)}:{number}: there is no {pointer}")
            if NAME.fullmatch(code) and not fnmatch.filter(names, code):
                missing.append(f"{document.relative_to(source)}:{number}: there is no file {code}")
        for link in re.findall(r"\]\(([^):#]+)(?:#[^)]*)?\)", line):
            found += 1
            if not (document.parent / link).exists():
                missing.append(f"{document.relative_to(source)}:{number}: links to {link}, which is not there")
for path in sorted(one for place in ("src", "include", "tests") for one in (source / place).rglob("*.[ch]")):
    text = path.read_text(encoding="utf-8")
    for comment in re.finditer(r"/\*.*?\*/", text, re.DOTALL):
        for name in FILE.findall(re.sub(r"\"[^\"]*\"", "", comment.group())):
            found += 1
            places = [f"/{one.relative_to(source)}" for one in files.get(name.rpartition("/")[2], [])]
            if not any(place.endswith(f"/{name}") for place in places):
                line = text.count("\n", 0, comment.start()) + 1
                missing.append(f"{path.relative_to(source)}:{line}: a comment names {name}, and there is no such file")
rooms = {path.name for path in (source / "src").iterdir() if path.is_dir()}
orders = {}
for name in ("ARCHITECTURE.md", "code-map.md"):
    rows = re.findall(r"^\| (\w+) \|", (source / "docs" / name).read_text(encoding="utf-8"), re.MULTILINE)
    orders[name] = [room for room, _ in itertools.groupby(row for row in rows if row != "room")]
    if set(orders[name]) != rooms or len(orders[name]) != len(rooms):
        missing.append(f"docs/{name}: the table does not have each folder of src/ once: {orders[name]}")
if len({tuple(order) for order in orders.values()}) != 1:
    missing.append(f"docs/ARCHITECTURE.md and docs/code-map.md have the rooms in different orders: {orders}")
for line in missing:
    print(line)
print(f"{found} pointers in {len(documents)} documents")
sys.exit(1 if missing or found < 40 else 0)
