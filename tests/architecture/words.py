#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""One word for one thing: a word that once had several meanings does not come back, and a file's name says which file it is.

    words.py SOURCE

- WORDS are identifiers that the tree no longer uses, each with the words that took its place.
- No two types of src and include have one name, but those of which SAME says why.
- No two files have one base name, but a header and its source, and a unit test with the source that it tests: the test of
  src/ROOM/NAME.c is tests/unit/ROOM/NAME.c. Names that a tool looks for, such as CMakeLists.txt, are there more than once.
"""
import collections
import pathlib
import re
import sys

source = pathlib.Path(sys.argv[1])
PLACES = ("src", "include", "tests", "contrib", "docs", "cmake")
NOT_OURS = ("tests/recordings/", "tests/golden/documents/", "tests/fuzz/corpus/")

# identifier (a pattern): what to say instead. What users see, in quotes, is as it is.
WORDS = {
    r"Seen|SeenFile|OnSeen|seen_(?:file|files|line)_?\w*|seen_(?:fold|drop|clear|to_line)": "Sighting, sightings_…, for a line of "
    "seen.jsonl",
    r"SeenApp|SEEN_MAX": "KnownApp, APPS_KNOWN",
    r"engine_seen|pass_start|pressure_start|pressure_check|status_send|status_document": "agent_…, as agent_parts.h declares it",
    r"Watched|watched|is_watched|watched_since": "WatchClaim for what watch.json says, followed_since for events",
    r"is_watching|\w*unwatching\w*": "is_following",
    r"DiskWatch|disk_watch\w*": "DiskMonitor, disk_needs_pass",
    r"watch_signals|watched_paths": "add_signals, measured_paths",
    r"Hold|HOLD_(?:NONE|CLOCK|TRIAL)|hold_(?:decide|to_string|text|judgement)|plan_apply_hold|RESULT_HELD": "Suspension, "
    "SUSPENSION_…, for a pass that removes nothing",
    r"(?:is|may_be|with)_held|layers_mark_held|held(?:_bytes|_length|_capacity)?": "is_cached of a layer, pending of a stream, used of a disk",
    r"hold_(?:image|mounted|siblings|all|parents|while_changing)|hold_(?:by|for|what)_\w+|plan_held_images": "keep_…, needed_by, "
    "for an image that is in use",
    r"version_holder|tag_holder|release_has_good_holder": "version_image, for the image that has the tag",
    r"learn_apps|learn_use_of": "sum_up_apps: only src/learn learns",
    r"place_candidates|(?<=->)place": "rank_candidates: a rank is a position among releases, a place that of a container in an app",
    r"give_back_deployed": "requeue: a pass gives back tags, the schedule requeues triggers",
    r"LONG": "what is long: LONG_NAME, READ_AGAIN_AFTER",
    r"STEPS_MAX": "whose steps: IMAGE_STEPS_MAX, CLOCK_STEPS_MAX, TRIES_MAX",
    r"FIELD_(?:NUMBER|FLAG)|FieldKind": "MEMBER_…, MemberKind: FIELD_… are those of records in the state directory",
    r"is_past_window": "is_window_over for a time, is_past for an app that is the past of another",
    r"would_go|owners_make|compare_owners?": "would_remove; an Owner is an app that owns a container",
    r"(?<=[.>])unseen": "unavailable: what a pass does without",
}
# Names that tools look for, and those of files that a package installs.
FIXED = {"CMakeLists.txt", "README.md", ".clang-tidy", "engine.conf", "__init__.py"}

# A struct, a union or an enum, where its members follow.
TYPE = re.compile(r"\b(?:struct|union|enum)\s+([A-Z]\w*)\s*\{")
SAME = {"Release": "a release of an app, which a decision ranks and an audit judges"}

# A comment, or a string, in which a word is not an identifier.
QUOTED = re.compile(r'"(?:\\.|[^"\\\n])*"|/\*.*?\*/|//[^\n]*', re.DOTALL)

wrong, types = [], collections.defaultdict(list)
files = [path for place in PLACES for path in sorted((source / place).rglob("*"))
         if path.is_file() and "__pycache__" not in path.parts and not str(path.relative_to(source)).startswith(NOT_OURS)]
for path in files:
    if path.suffix not in (".c", ".h", ".def"):
        continue
    text = QUOTED.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), path.read_text(encoding="utf-8"))
    for word, instead in WORDS.items():
        for hit in re.finditer(rf"\b(?:{word})\b", text):
            line = text.count("\n", 0, hit.start()) + 1
            wrong.append(f"{path.relative_to(source)}:{line}: {hit.group()}: say {instead}")
    if path.relative_to(source).parts[0] in ("src", "include"):
        for hit in TYPE.finditer(text):
            types[hit.group(1)].append(str(path.relative_to(source)))


def is_allowed(pair):
    """The second of two files of one name may be there."""
    first, second = sorted(str(path.relative_to(source)) for path in pair)
    room = re.match(r"src/(\w+)/", first)
    return bool(room) and second == f"tests/unit/{room.group(1)}/{pair[0].name}"


for name, paths in sorted(types.items()):
    if len(paths) > 1 and name not in SAME:
        wrong.append(f"{name} is more than one type: {', '.join(paths)}")
named = collections.defaultdict(list)
for path in files:
    if path.name not in FIXED:
        named[path.name].append(path)
for name, paths in sorted(named.items()):
    if len(paths) > 2 or (len(paths) == 2 and not is_allowed(paths)):
        wrong.append(f"{name} is there more than once: {', '.join(str(path.relative_to(source)) for path in paths)}")
for line in wrong:
    print(line)
print(f"{len(files)} files, {len(WORDS)} groups of words")
sys.exit(1 if wrong or len(files) < 500 else 0)
