#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Whatever a decoder of the engine's answers asks for by name is named in members.c, else it would never see it.

    members.py SOURCE
"""
import pathlib
import re
import sys

engine = pathlib.Path(sys.argv[1], "src", "engine")
table = engine / "decode" / "members.c"
known = set(re.findall(r'^    "([^"]+)",$', table.read_text(), re.M))
asked = {}
for path in engine.rglob("*.c"):
    if path == table:
        continue
    for call in re.findall(r'\b((?:json_get_|json_object_get|get_)\w*\((?:[^()"]|\([^()]*\))*"[^"]+")', path.read_text()):
        asked.setdefault(call.split('"')[1], path.relative_to(engine))
missing = {name: path for name, path in asked.items() if name not in known}
for name, path in sorted(missing.items()):
    print(f'{path} asks for "{name}", which src/engine/decode/members.c does not let through')
for name in sorted(known - set(asked) - {"Options", "BuildCache"}):
    print(f'nobody asks for "{name}", which src/engine/decode/members.c lets through')
    missing[name] = table
if len(asked) < 40:
    print(f"only {len(asked)} names were found: the way in which decoders ask has changed, and this test with it")
sys.exit(1 if missing or len(asked) < 40 else 0)
