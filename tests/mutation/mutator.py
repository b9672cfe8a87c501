#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Forces each predicate of the decision true, and false, and asks the unit tests whether they notice.

    mutator.py SOURCE BUILD [--smoke] [--only REGEX] [--jobs N]

A predicate is a function that returns bool, in one of the ROOMS. SOURCE is the tree, BUILD a build of it with its tests.
All mutants are compiled at once: each predicate begins with a question whether this process is to force it, and
RGC_MUTANT in the environment answers. The unit tests that link a room of the decision are linked anew with these objects
in front of the libraries, and run one by one, the quickest first, until one fails.

A mutant that passes them all is a survivor and fails the run, unless survivors.list next to this file names it with a
reason. A name in that list that is no longer in the source fails the run too. An allowed mutant that a test notices now
is told, so that somebody takes it out of the list.

--smoke looks at one predicate of each file. Whether a mutant hangs is measured in seconds of the processor, so that a
busy machine decides nothing.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

ROOMS = ("src/decide", "src/learn", "src/facts/ownership.c", "src/facts/claims.c")
LIBRARIES = ("librgc_decide.a", "librgc_learn.a")
LINKS = "tests/CMakeFiles/test_*.dir/link.txt"  # the line that links each test
ALLOWED = pathlib.Path(__file__).resolve().parent / "survivors.list"
# The head of a definition, up to the brace that opens its body; what returns a pointer is no predicate.
PREDICATE = re.compile(r"^((?:static |inline )*bool (\w+)\([^;{}]*\)\n\{)", re.MULTILINE)
SWITCH = """\
#include <stdlib.h>

int rgc_mutant;

__attribute__((constructor)) static void read_mutant(void)
{
    const char *number = getenv("RGC_MUTANT");
    rgc_mutant = number ? atoi(number) : 0;
}
"""


class Mutant:
    """One predicate, forced to one value. Its number is what the switch in the code compares with."""

    def __init__(self, file, function, forced, number):
        self.file, self.function, self.forced, self.number = file, function, forced, number
        self.key = f"{file.split('/')[-1]}:{function} {str(forced).lower()}"


def mutate(text, file, first):
    """The text with a switch in each predicate, on the line of its brace, and its mutants. `first` is their first number."""
    mutants = []

    def insert(found):
        number = first + len(mutants)
        mutants.extend(Mutant(file, found.group(2), forced, number + forced) for forced in (False, True))
        return f"{found.group(1)} if ((rgc_mutant | 1) == {number + 1}) return rgc_mutant & 1;"

    return "extern int rgc_mutant;\n#line 1\n" + PREDICATE.sub(insert, text), mutants


def read_allowed(text):
    """{key: reason} of lines such as `slots.c:is_young true: the reason`."""
    allowed = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        found = re.fullmatch(r"(\w+\.c:\w+ (?:true|false)): (\S.*)", line)
        if not found:
            raise SystemExit(f"{ALLOWED.name}:{number}: not `FILE.c:FUNCTION true|false: REASON`")
        allowed[found.group(1)] = found.group(2)
    return allowed


def verdicts(mutants, killers, allowed):
    """What fails the run, and what is only told. killers: {key: the test that noticed it, or None}."""
    failures = [f"{key}: in {ALLOWED.name}, but not in the source" for key in allowed if key not in {m.key for m in mutants}]
    failures += [f"{key}: no test notices it" for key, killer in killers.items() if not killer and key not in allowed]
    notes = [f"{key}: {killer} notices it now; take it out of {ALLOWED.name}" for key, killer in killers.items()
             if killer and key in allowed]
    return failures, notes


class Workshop:
    """The mutated objects, and the unit tests that are linked with them."""

    def __init__(self, source, build, directory):
        self.source, self.build, self.directory = source, build, pathlib.Path(directory)
        self.objects, self.mutants, self.cost = [], [], {}

    def write(self):
        """The mutated sources. Returns the commands that compile them."""
        commands = {entry["file"]: entry for entry in json.loads((self.build / "compile_commands.json").read_text())}
        paths = [path for room in ROOMS for path in ([self.source / room] if room.endswith(".c")
                                                      else sorted((self.source / room).glob("**/*.c")))]
        (self.directory / "switch.c").write_text(SWITCH)
        compiles, compiler = [], None
        for path in paths:
            text, mutants = mutate(path.read_text(), str(path.relative_to(self.source)), len(self.mutants) + 2)
            self.mutants += mutants
            entry = commands[str(path)]
            words = [word for word in shlex.split(entry["command"]) if word != "-Werror"]
            compiler = words[0]
            mutated = self.directory / f"{path.parent.name}_{path.name}"
            mutated.write_text(text)
            words[words.index("-o") + 1] = str(mutated.with_suffix(".o"))
            words[words.index("-c") + 1] = str(mutated)
            compiles.append((words[:1] + ["-w", "-I", str(path.parent)] + words[1:], entry["directory"]))
            self.objects.append(mutated.with_suffix(".o"))
        self.objects.append(self.directory / "switch.o")
        return compiles + [([compiler, "-fPIC", "-c", "switch.c", "-o", "switch.o"], self.directory)]

    def tests(self):
        """The unit tests that link a room of the decision themselves, by name, with the lines that link them."""
        found = {}
        # What a test that has gone or has another name now left in the build directory is none of its targets.
        targets = (self.build / "CMakeFiles/TargetDirectories.txt").read_text().splitlines()
        for link in sorted(link for link in self.build.glob(LINKS) if str(link.parent) in targets):
            words = shlex.split(link.read_text())
            if any(word.endswith(LIBRARIES) for word in words):
                found[words[words.index("-o") + 1]] = words
        return found

    def link(self, name, words):
        words = list(words)
        output = words.index("-o")
        words[output + 1] = str(self.directory / name)
        run(words[:output] + [str(path) for path in self.objects] + words[output:], self.build / "tests")

    def test(self, name, mutant=0):
        """Whether the test passes, and its seconds of the processor. One that hangs fails at twenty times of what it needs."""
        limited = f'ulimit -c 0; ulimit -t {int(10 + 20 * self.cost.get(name, 60))}; exec "$0"'
        environment = {key: value for key, value in os.environ.items() if not key.startswith("RGC_")}
        # pylint: disable-next=consider-using-with
        process = subprocess.Popen(["sh", "-c", limited, self.directory / name], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.build / "tests",
                                   env=dict(environment, RGC_MUTANT=str(mutant)))
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = status
        return status == 0, usage.ru_utime + usage.ru_stime


def run(words, directory):
    done = subprocess.run(words, cwd=directory, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{shlex.join(map(str, words))}\n{done.stdout[-4000:]}")


def chosen(mutants, allowed, options):
    """Those of one predicate a file with --smoke; those that --only names; else all."""
    mutants = [mutant for mutant in mutants if re.search(options.only, f"{mutant.file} {mutant.key}")]
    if not options.smoke:
        return mutants
    picked = {}
    for mutant in mutants:
        if not any(f"{mutant.key.split()[0]} {forced}" in allowed for forced in ("true", "false")):
            picked.setdefault(mutant.file, mutant.function)
    return [mutant for mutant in mutants if picked.get(mutant.file) == mutant.function]


def find_killer(shop, mutant, last):
    """The first test that notices; what noticed the last one of the same file is asked first."""
    order = sorted(shop.cost, key=lambda name: (name != last.get(mutant.file), shop.cost[name]))
    for name in order:
        passes, _ = shop.test(name, mutant.number)
        if not passes:
            last[mutant.file] = name
            return name
    return None


def prepare(shop, pool):
    """Compiles, links, and runs each test without a mutant, which it must pass."""
    list(pool.map(lambda compile_: run(*compile_), shop.write()))
    tests = shop.tests()
    list(pool.map(lambda item: shop.link(*item), tests.items()))
    for name, (passes, seconds) in zip(tests, pool.map(shop.test, tests)):
        if not passes:
            raise SystemExit(f"{name} fails without any mutant")
        shop.cost[name] = seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=pathlib.Path)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    allowed, killers, last = read_allowed(ALLOWED.read_text()), {}, {}
    if not next(options.build.glob(LINKS), None):
        print("skipped: only a build by Makefiles tells how its tests are linked")
        return 77
    with tempfile.TemporaryDirectory() as directory, concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        shop = Workshop(options.source.resolve(), options.build.resolve(), directory)
        prepare(shop, pool)
        mutants = chosen(shop.mutants, allowed, options)
        for mutant, killer in zip(mutants, pool.map(lambda mutant: find_killer(shop, mutant, last), mutants)):
            killers[mutant.key] = killer
            print(f"{mutant.key}: {killer or 'SURVIVES'}", flush=True)
        failures, notes = verdicts(shop.mutants, killers, allowed)
    for line in notes + failures:
        print(line)
    survivors = sum(1 for killer in killers.values() if not killer)
    print(f"{len(shop.mutants)} mutants, {len(killers)} tried with {len(shop.cost)} tests, {survivors} survive, {len(failures)} failures")
    return 1 if failures or not killers else 0


if __name__ == "__main__":
    sys.exit(main())
