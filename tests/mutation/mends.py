#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Takes a mend out of rgc, and asks the oracle of tests/sim whether it notices: each once lost somebody's image, or kept all.

    mends.py SOURCE BUILD [--only NAME] [--search SEED:HOSTS]

SOURCE is the tree, BUILD a build of it. Of each mend the file is compiled without it, linked with the simulator in front of
the libraries, and shown the host on which the oracle found it. The host must break the promise without the mend, and hold
it with the mend. A change of the simulator changes its hosts: then --search looks for another one, whose seed belongs here.
"""
import argparse
import dataclasses
import json
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

LINK = "tests/CMakeFiles/sim_hosts.dir/link.txt"


@dataclasses.dataclass
class Mend:
    """`changes`: texts of `file` that occur once, and what stands there without the mend."""
    name: str
    file: str
    changes: list
    promise: str
    seed: int
    without: str = ""  # traits of the hosts that would only make it rarer
    steps: int = 80  # of their stories


RARE = "clock-steps,wrong-boots,lost-ledgers,old-ledgers"  # behind these nothing is claimed to go in the end
LIVELY = "what nobody needs goes"

MENDS = [
    # Of an image that was pulled by its digest no tag tells that it is protected.
    Mend("pinned", "src/facts/protection.c", [
        ("    if (!pinned)\n", "    if (pinned || !pinned)\n"),
        ("&record->repositories, &record->references}", "&record->repositories}"),
    ], "protected", 70000256),
    # Each name of an app that changes its name with each deploy is an app of its own.
    Mend("past", "src/decide/past.c", [("past->successor = apps[j]->successor ? apps[j]->successor : apps[j];", "past->successor = NULL;")],
         LIVELY, 70000012, RARE),
    # A window of unused images ends what somebody committed from a container.
    Mend("only-copy", "src/decide/unmanaged.c", [
        ("return (record->may_be_only_copy && !is_in_registry) || record->may_be_own_work ||", "return (0 && is_in_registry) ||"),
    ], "image of nobody's release", 70000001),
    # Only an event, or a release that has run, shows that something was committed.
    Mend("steps", "src/learn/learn_origins.c", [("    find_continuing(ledger, snapshot);\n", "")],
         "image of nobody's release", 20266498),
    # What lived again while events were missing counts by its first life.
    Mend("unseen-life", "src/facts/ledger.c", [("if (may_have_changed_unseen(ledger, snapshot, container, now))", "if (0)")],
         "rollback", 53000637),
    # A release of which one container failed has failed, whatever another one did before the host restarted.
    Mend("other-life", "src/learn/lives.c", [
        ("    if (may_have_lived_before(container))\n        return (Life){.may_have_served = true};", "    if (may_have_lived_before(container))\n        return (Life){0};"),
    ], "rollback", 20263428),
    # A tag of somebody's own counts for nothing once anything runs from that repository.
    Mend("own-tag", "src/decide/foreign_tags.c", [("return other->kind != APP_REPOSITORY ||", "return true || other->kind != APP_REPOSITORY ||")],
         "tag of somebody's own", 52002243),
    # An app of which nobody knows when it last ran is not idle.
    Mend("unknown-idle", "src/decide/rank.c", [("(app->last_run == 0 || may_be_unused >= IDLE_AFTER);", "(app->last_run > 0 && may_be_unused >= IDLE_AFTER);")],
         "never more goes", 70002956),
    # A line that NULs have hidden was not missed.
    Mend("hidden-line", "src/observe/sightings.c", [("if (has_claim && n_damaged == 0)", "if (has_claim && n_damaged != ~(size_t)0)")],
         "never more goes", 70002716),
    # A gap moves all times behind it.
    Mend("gap", "src/learn/learn_clock.c", [("    gaps_note(&ledger->gaps, ledger->learned, now);\n", """\
    Move gap = {.now = now, .by = now - ledger->learned, .before = now - ledger->learned};
    if (gap.by >= 30 * USEC_PER_DAY)
        ledger_each_time(ledger, move_time, &gap);
""")], "rollback", 70000350),
    # A pass that comes a month after the last one holds.
    Mend("monthly", "src/learn/learn_clock.c", [
        ("#define CLOCK_GAP (400 * USEC_PER_DAY)", "#define CLOCK_GAP (30 * USEC_PER_DAY)"),
    ], LIVELY, 70000170, RARE),
    # Without a restart policy nothing makes an app of a repository.
    Mend("followed", "src/learn/learn_services.c", [
        ("has_followed = follows(ledger, snapshot, container, repository, now);", "has_followed = false;"),
    ], LIVELY, 2720, RARE, steps=5),
]


def taken_out(mend, source):
    text = (source / mend.file).read_text(encoding="utf-8")
    for old, new in mend.changes:
        if text.count(old) != 1:
            raise SystemExit(f"{mend.name}: {mend.file} has this {text.count(old)} times, not once:\n{old}")
        text = text.replace(old, new)
    return text


def run(words, directory, allowed=(0,)):
    done = subprocess.run(words, cwd=directory, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode not in allowed:
        raise SystemExit(f"{shlex.join(map(str, words))}\n{done.stdout[-4000:]}")
    return done.stdout


def build_without(mend, source, build, directory):
    """The simulator without the mend."""
    entry = next(entry for entry in json.loads((build / "compile_commands.json").read_text())
                 if entry["file"] == str(source / mend.file))
    text, compiled = directory / f"{mend.name}.c", directory / f"{mend.name}.o"
    text.write_text(taken_out(mend, source), encoding="utf-8")
    words = [word for word in shlex.split(entry["command"]) if word != "-Werror"]
    words[words.index("-o") + 1], words[words.index("-c") + 1] = str(compiled), str(text)
    run([words[0], "-w", "-O2", "-I", str((source / mend.file).parent), *words[1:]], entry["directory"])
    words = shlex.split((build / LINK).read_text())
    output = words.index("-o")
    words[output + 1] = str(directory / mend.name)
    run([*words[:output], str(compiled), *words[output:]], build / "tests")
    return directory / mend.name


def seeds_of(simulator, first, hosts, mend):
    """The seeds of the hosts on which the promise is broken."""
    words = [simulator, "--brief", "--seed", str(first), "--hosts", str(hosts), "--without", mend.without,
             "--steps", str(mend.steps)]
    told = run(words, ".", allowed=(0, 1))
    return [int(found[1]) for found in re.finditer(rf"^BROKEN: {re.escape(mend.promise)}, on host (\d+)$", told, re.MULTILINE)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=pathlib.Path)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--search", metavar="SEED:HOSTS")
    options = parser.parse_args()
    source, build, n_failed = options.source.resolve(), options.build.resolve(), 0
    if not (build / LINK).exists():
        print("skipped: only a build by Makefiles tells how the simulator is linked")
        return 77
    with tempfile.TemporaryDirectory() as directory:
        for mend in [mend for mend in MENDS if re.search(options.only, mend.name)]:
            first, hosts = map(int, options.search.split(":")) if options.search else (mend.seed, 1)
            broken = seeds_of(build_without(mend, source, build, pathlib.Path(directory)), first, hosts, mend)
            found = [seed for seed in broken if not seeds_of(build / "tests/sim_hosts", seed, 1, mend)]
            n_failed += not found
            print(f"{mend.name}: {mend.promise}: " + (
                f"broken without the mend and held with it on {len(found)} of {hosts}, {', '.join(map(str, found[:5]))}"
                if found
                else "no host notices that it is taken out; look for another one with --search"), flush=True)
    return 1 if n_failed else 0


if __name__ == "__main__":
    sys.exit(main())
