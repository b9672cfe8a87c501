# SPDX-License-Identifier: MIT
"""The mutator finds the predicates and fails for what it should."""
import unittest

from mutator import mutate, read_allowed, verdicts

SOURCE = """\
bool declared(int n);

static bool is_even(int n)
{
    return n % 2 == 0;
}

bool is_between(int n, int low,
                int high)
{
    return low <= n && n <= high;
}

static bool *all_of(int n)
{
    return calls_bool(n);
}
"""


class Mutator(unittest.TestCase):
    def setUp(self):
        self.text, self.mutants = mutate(SOURCE, "src/decide/sample.c", 2)

    def test_each_definition_that_returns_bool_is_a_predicate(self):
        self.assertEqual([(mutant.key, mutant.number) for mutant in self.mutants],
                         [("sample.c:is_even false", 2), ("sample.c:is_even true", 3),
                          ("sample.c:is_between false", 4), ("sample.c:is_between true", 5)])
        for number in (3, 5):
            self.assertIn(f"\n{{ if ((rgc_mutant | 1) == {number}) return rgc_mutant & 1;\n", self.text)

    def test_lines_keep_their_numbers(self):
        self.assertEqual(self.text.split("#line 1\n")[1].count("\n"), SOURCE.count("\n"))

    def test_a_survivor_fails_unless_it_is_allowed(self):
        killers = {"sample.c:is_even true": None, "sample.c:is_even false": "test_a"}
        self.assertEqual(verdicts(self.mutants, killers, {}), (["sample.c:is_even true: no test notices it"], []))
        self.assertEqual(verdicts(self.mutants, killers, {"sample.c:is_even true": "it is"}), ([], []))

    def test_an_allowed_name_that_is_gone_fails_and_one_that_is_noticed_is_told(self):
        killers = {"sample.c:is_even false": "test_a"}
        allowed = read_allowed("# why\nsample.c:is_odd true: gone\nsample.c:is_even false: noticed\n")
        failures, notes = verdicts(self.mutants, killers, allowed)
        self.assertEqual(len(failures), 1)
        self.assertIn("sample.c:is_odd true", failures[0])
        self.assertIn("test_a notices it now", notes[0])

    def test_an_allowed_name_needs_a_reason(self):
        with self.assertRaises(SystemExit):
            read_allowed("sample.c:is_even false:\n")
