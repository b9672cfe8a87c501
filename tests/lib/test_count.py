"""What tests/run.sh says at its end: count.py must not take a skip, a crash or a missing program for a success."""

import pathlib
import subprocess
import sys
import tempfile
import unittest
from xml.sax.saxutils import escape

COUNT = pathlib.Path(__file__).resolve().parent / "count.py"


def case(output, status="run", inside=""):
    return f'<testcase name="t" status="{status}">{inside}<system-out>{escape(output)}</system-out></testcase>'


def count(*cases):
    with tempfile.NamedTemporaryFile("w", suffix=".xml") as file:
        file.write(f"<testsuite>{''.join(cases)}</testsuite>")
        file.flush()
        run = subprocess.run([sys.executable, str(COUNT), file.name], capture_output=True, text=True, check=True)
    return run.stdout.strip(), run.stderr


class Count(unittest.TestCase):
    def test_the_cases_that_a_program_tells_are_counted(self):
        self.assertEqual(count(case("[  PASSED  ] 4 test(s).\n[  SKIPPED ] 1 test(s), listed below:\n"))[0], "4 0 1")
        self.assertEqual(count(case("==== 3 passed, 2 skipped, 4 deselected in 1.00s ====\n"))[0], "3 0 2")
        self.assertEqual(count(case("==== 1 failed, 5 passed, 2 errors in 100.00s (0:01:40) ====\n", "fail", "<failure/>"))[0], "5 3 0")

    def test_a_program_that_tells_nothing_is_one_case(self):
        self.assertEqual(count(case("fine"))[0], "1 0 0")

    def test_a_failure_is_shown_with_its_output(self):
        numbers, text = count(case("[  PASSED  ] 3 test(s).\n[  FAILED  ] 2 test(s), listed below:\n", "fail", "<failure/>"))
        self.assertEqual(numbers, "3 2 0")
        self.assertIn("2 test(s), listed below", text)

    def test_a_leak_or_a_time_out_after_all_cases_passed_is_a_failure(self):
        self.assertEqual(count(case("[  PASSED  ] 3 test(s).\nleaked", "fail", "<failure/>"))[0], "3 1 0")

    def test_a_skip_is_no_success_and_its_reason_is_shown(self):
        skipped = case("no mandoc here", "notrun", '<skipped message="SKIP_RETURN_CODE=77"/>')
        numbers, text = count(skipped)
        self.assertEqual(numbers, "0 0 1")
        self.assertIn("no mandoc here", text)
        self.assertIn("because", count(case("SKIPPED [1] x.py:3: because\n==== 1 passed, 1 skipped in 0.10s ====\n"))[1])

    def test_a_program_that_is_not_there_is_a_failure(self):
        self.assertEqual(count(case("", "notrun", '<skipped message="Unable to find executable"/>'))[0], "0 1 0")
