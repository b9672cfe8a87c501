#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Each thing that rgc asks the engine for has a row in `endpoints` of src/engine/fail.c: where a proxy forbids it, the
message then says what the proxy must let through. And each row belongs to something that is asked for.

    endpoints.py SOURCE
"""
import pathlib
import re
import sys

SOURCE = pathlib.Path(sys.argv[1]).resolve() / "src" / "engine"
ASKS = re.compile(r'\b(?:engine_(?:ask|get|get_stream|fail)|ask_for_\w+)\(\s*[\w>-]+,\s*"([^"]+)"')
# A removal that is refused is an outcome, with the engine's words (remove.c).
NOT_FORBIDDEN = {"a removal"}

rows = set(re.findall(r'\{"([^"]+)", "[A-Z]+ /', (SOURCE / "fail.c").read_text(encoding="utf-8")))
asked = {what: path.relative_to(SOURCE) for path in sorted(SOURCE.rglob("*.c"))
         for what in ASKS.findall(path.read_text(encoding="utf-8"))}
found = [f"src/engine/{path}: \"{what}\" has no row in endpoints" for what, path in asked.items()
         if what not in rows | NOT_FORBIDDEN]
found += [f"src/engine/fail.c: nobody asks for \"{row}\"" for row in sorted(rows - set(asked))]
if len(asked) < 10:
    found.append(f"{len(asked)} requests found: this test looks at the wrong place")
print("\n".join(found) or f"{len(rows)} rows, {len(asked)} things asked for")
sys.exit(bool(found))
