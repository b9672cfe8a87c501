# SPDX-License-Identifier: MIT
"""Every command fits a narrow terminal, and ends: rgc audit once printed blanks without an end at 40 columns."""
import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fault"))
from fault_hosts import rich_host  # noqa: E402
from harness import World  # noqa: E402

COMMANDS = [("check",), ("audit",), ("status",), ("status", "--all"), ("plan",), ("why", "blog"), ("collect", "--here"),
            ("history",), ("history", "1"), ("help",), ("--help",), ("help", "collect"), ("help", "audit")]
MUCH = 100_000  # bytes, more than any of these has to say


class Widths(unittest.TestCase):
    def shown(self, world, columns, words):
        environment = {**os.environ, "COLUMNS": str(columns), "LC_ALL": "C.UTF-8",
                       "RGC_SOCKET": os.path.join(world.directory, "no.sock")}
        with subprocess.Popen(world.command(*words), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment) as rgc:
            text = rgc.stdout.read(MUCH).decode()
            rgc.kill()
        self.assertLess(len(text), MUCH, words)
        return text

    def test_no_line_is_wider_than_the_terminal(self):
        for columns in (40, 60, 80):
            with World(rich_host().document()) as world:
                for words in COMMANDS:
                    text = self.shown(world, columns, words)
                    self.assertTrue(text, words)
                    self.assertEqual([line for line in text.splitlines() if len(line) > columns], [], (words, columns))
