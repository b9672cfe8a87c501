# SPDX-License-Identifier: MIT
"""Every test is in one tier, every tier is run by tests/run.sh, and tests/README.md says what it is for."""
import json
import pathlib
import re
import subprocess
import unittest

from program import BUILD

TESTS = pathlib.Path(__file__).resolve().parent.parent
# Says of a test in a tier that only --long has it.
LONG = "long"


def labels():
    """{test: its labels}"""
    shown = subprocess.run(["ctest", "--test-dir", BUILD, "--show-only=json-v1"], capture_output=True, text=True,
                           check=True).stdout
    return {test["name"]: [label for prop in test["properties"] if prop["name"] == "LABELS" for label in prop["value"]]
            for test in json.loads(shown)["tests"]}


def tiers_of_run_sh():
    text = (TESTS / "run.sh").read_text(encoding="utf-8")
    return {label for found in re.findall(r"\btier \S+ \S+ '?([a-z0-9|]+)'?", text) for label in found.split("|")}


class Tiers(unittest.TestCase):
    def test_each_test_is_in_one_tier_that_run_sh_runs(self):
        known = tiers_of_run_sh()
        self.assertIn("unit", known)
        wrong = {name: found for name, found in labels().items()
                 if len(set(found) - {LONG}) != 1 or not set(found) - {LONG} <= known}
        self.assertEqual(wrong, {})

    def test_each_benchmark_is_run(self):
        programs = [path.stem[len("bench_"):] for path in (TESTS / "bench").glob("bench_*.py")]
        self.assertIn("plan", programs)
        self.assertEqual(sorted(f"bench.{name}" for name in programs),
                         sorted(name for name, found in labels().items() if "bench" in found))

    def test_the_readme_has_each_tier_and_no_other(self):
        text = (TESTS / "README.md").read_text(encoding="utf-8")
        told = re.findall(r"^\| `([a-z0-9]+)` ", text, re.MULTILINE)
        self.assertEqual(sorted(told), sorted(tiers_of_run_sh()))
