#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Comments in src and include use the words that users read: rgc removes and keeps. Nothing "goes" or "stays" there.

    comments.py SOURCE

pointers.py checks that the files which comments name exist.
"""
import pathlib
import re
import sys

source = pathlib.Path(sys.argv[1])
# word: what to write instead. English has other uses of "go", which remain: goes on, goes from A to B, comes and goes.
WORDS = {
    r"(?<!and )(?<!`)goes(?! (?:on|out|from|further|by|to|in|into|through|back|wrong)\b)": "is removed",
    r"stays(?! visible)": "is kept, or remains",
    r"lets? go": "removes, or releases",
    r"goes before": "overrides",
    r"(?:holds?|held|holding)(?! (?:the|its|this) (?:disk|lock)\b)": "keeps, has, needs, tests, delays, or whatever it does: "
    "only what is on a disk holds the disk, and a pass its lock",
}
wrong, found = [], 0
for path in sorted(one for place in ("src", "include") for one in (source / place).rglob("*.[ch]")):
    text = path.read_text(encoding="utf-8")
    for comment in re.finditer(r"/\*.*?\*/", text, re.DOTALL):
        found += 1
        for word, instead in WORDS.items():
            for hit in re.finditer(rf"\b(?:{word})\b", comment.group()):
                line = text.count("\n", 0, comment.start() + hit.start()) + 1
                wrong.append(f"{path.relative_to(source)}:{line}: \"{hit.group()}\": write that something {instead}")
for line in wrong:
    print(line)
print(f"{found} comments")
sys.exit(1 if wrong or found < 1000 else 0)
