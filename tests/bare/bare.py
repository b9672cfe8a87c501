#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the README tells a stranger to type, typed on a machine with nothing on it but Debian and a clone.

    bare.py SUITE OUTPUT Try|Install|Units|Everything      SUITE: bookworm or trixie

Into the directory OUTPUT go what was said there (Try.log …) and the package that was built (Install: SUITE/rgc_*.deb).
"""
import os
import pathlib
import re
import shutil
import sys
import time
import unittest

from bare_machine import CLONE, SOURCE, BareMachine

import suite as suites
import workspace

README = SOURCE / "README.md"

suite = output = None


def commands(start):
    """The block of shell commands in the README that begins so."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    found = [block for block in blocks if block.startswith(start)]
    assert len(found) == 1, (start, found)
    return found[0]


def ends(text):
    """How it began and how it ended."""
    lines = text.rstrip().splitlines()
    return "\n".join(lines if len(lines) <= 16 else [*lines[:3], "…", *lines[-12:]])


class BareCase(unittest.TestCase):
    """Each on a machine of its own: what one has installed is not there for the next."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        try:
            cls.machine = BareMachine(suite).start()
        except workspace.Unavailable as reason:
            raise unittest.SkipTest(str(reason)) from reason
        cls.addClassCleanup(cls.machine.close)

    def type(self, script, name=None, exits=0, **options):
        """Runs the script there, and returns what it said."""
        log = output / f"{name or type(self).__name__}-{suite}.log"
        started = time.monotonic()
        status = self.machine.run(script, log, **options)
        said = log.read_text(encoding="utf-8", errors="replace")
        print(f"== {suite}: {script.strip()}\n{ends(said)}\n== exit {status}, {time.monotonic() - started:.0f} s", flush=True)
        self.assertEqual(status, exits, said[-20000:])
        return said


class Try(BareCase):
    def test_try_sh_starts_every_release_that_counts_as_kept(self):
        said = self.type(commands("sudo contrib/try.sh"))
        self.assertIn("\nrollback: basecamp/kamal-proxy 0/0, blog 3/3, shop/app 3/3\n", said)
        proven = said.partition("Every release that rgc counts as kept can be rolled back to")[2]
        for app in ("blog", "shop"):
            started = re.findall(rf"^   {app}\S* is running", proven, re.MULTILINE)
            self.assertGreaterEqual(len(started), 3, proven)
        self.assertTrue(said.endswith("\n   Each of them came up.\n"), ends(said))
        # What it leaves is its packages and its build.
        self.assertFalse(self.machine.path("/usr/sbin/policy-rc.d").exists())
        self.assertEqual(list(self.machine.path("/var/tmp").iterdir()), [])
        self.assertEqual([path.name for path in self.machine.path(f"{CLONE}/build").iterdir()], ["try"])


class Install(BareCase):
    def test_the_commands_of_the_readme_install_a_working_rgc(self):
        self.type(commands("sudo apt update"))
        self.assertRegex(self.type("rgc --version", "Version"), r"^rgc \d+\.\d+\.\d+\n$")
        checked = self.type("rgc check", "Check", exits=4)
        self.assertRegex(checked, r"(?m)^FAILED engine: .*is Docker installed and running\?")
        found = list(self.machine.path(f"{CLONE}/build/release").glob("rgc_*.deb"))
        self.assertEqual(len(found), 1, found)
        shutil.copy(found[0], packages())


class Units(BareCase):
    def test_run_sh_passes_up_to_the_end_of_its_unit_tests(self):
        self.pass_all("sudo tests/run.sh --units")

    def pass_all(self, command):
        self.assertIn("`sudo tests/run.sh`", README.read_text(encoding="utf-8"))
        # The trees of this host are its trees: they hold what the tests are done with, and nothing of what they are done on.
        cache = pathlib.Path(os.environ.get("RGC_TEST_CACHE", "/var/cache/rgc-tests"))
        said = self.type(command, cache=cache)
        self.assertRegex(said.splitlines()[-1], r"^[1-9]\d* passed, 0 failed, \d+ skipped$")


class Everything(Units):
    def test_run_sh_passes_up_to_the_end_of_its_unit_tests(self):
        self.pass_all("sudo tests/run.sh")


def packages():
    """An empty directory for the package of this suite."""
    directory = output / suite
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    return directory


def main():
    global suite, output
    workspace.end_cleanly_on_signals()
    suite, output = sys.argv[1], pathlib.Path(sys.argv[2])
    output.mkdir(parents=True, exist_ok=True)
    tests = unittest.defaultTestLoader.loadTestsFromName(sys.argv[3], sys.modules[__name__])
    result = unittest.TextTestRunner(verbosity=2).run(tests)
    for _, reason in result.skipped:
        print(f"SKIPPED: {reason}")
    if not result.wasSuccessful():
        sys.exit(1)
    if result.skipped:
        sys.exit(suites.ALL_SKIPPED)


if __name__ == "__main__":
    main()
