#!/usr/bin/env python3
"""Counts what a run of ctest shows, case by case where a test program tells its cases.

    count.py JUNIT.xml      prints "PASSED FAILED SKIPPED"; on stderr what failed, with its output, and why what was skipped

A skipped case is never a passed one; a program that fails without a failed case (a crash, a leak, a time-out) is one
failure more.
"""

import re
import sys
import xml.etree.ElementTree

PYTEST = re.compile(r"^=* ?((?:\d+ [a-z]+, )*\d+ [a-z]+) in [\d.]+s", re.MULTILINE)
CMOCKA = re.compile(r"^\[\s*(PASSED|FAILED|SKIPPED)\s*\] (\d+) test\(s\)", re.MULTILINE)
REASON = re.compile(r"SKIPPED.*")


def told_cases(output):
    """What the program itself counted: (passed, failed, skipped), or None."""
    summaries = PYTEST.findall(output)
    if summaries:
        told = {word.rstrip("s"): int(number) for number, word in re.findall(r"(\d+) ([a-z]+)", summaries[-1])}
        return told.get("passed", 0), told.get("failed", 0) + told.get("error", 0), told.get("skipped", 0)
    groups = CMOCKA.findall(output)
    if groups:
        return tuple(sum(int(number) for word, number in groups if word == wanted)
                     for wanted in ("PASSED", "FAILED", "SKIPPED"))
    return None


def count(case):
    output = case.findtext("system-out") or ""
    told = told_cases(output)
    if case.get("status") == "run":
        return told or (1, 0, 0), output
    if case.find("skipped") is not None and case.find("failure") is None:
        # A test that could not even be started is none that was skipped by its own decision.
        if case.get("status") == "notrun" and "SKIP_" not in (case.find("skipped").get("message") or ""):
            return (0, 1, 0), output or "it was not run: was its program built?"
        return (0, 0, max(1, told[2] if told else 1)), output
    if case.get("status") == "disabled":
        return (0, 0, 1), output or "it is disabled"
    passed, failed, skipped = told or (0, 1, 0)
    return (passed, max(1, failed), skipped), output


def main(path):
    totals = [0, 0, 0]
    for case in xml.etree.ElementTree.parse(path).getroot().iter("testcase"):
        numbers, output = count(case)
        name = case.get("name")
        totals = [total + number for total, number in zip(totals, numbers)]
        if numbers[1]:
            print(f"\n--- FAILED: {name}\n{output.rstrip()}\n---", file=sys.stderr)
        elif numbers[2]:
            reasons = REASON.findall(output) or output.strip().splitlines()[-3:] or ["no reason given"]
            print(f"   skipped, {numbers[2]} in {name}:", *dict.fromkeys(reasons), sep="\n      ", file=sys.stderr)
    print(*totals)


if __name__ == "__main__":
    main(sys.argv[1])
