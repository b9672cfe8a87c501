# SPDX-License-Identifier: MIT
"""The secrets of images in what a running agent writes. The journal is this test, in a mount namespace,
which needs root. Everything that the agent and its passes leave is searched for what audit_hosts.py has planted."""
import os
import re
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fault"))
import played_journal  # noqa: E402
from audit_hosts import SECRETS, audit_host  # noqa: E402
from harness import World  # noqa: E402
from waiting import until  # noqa: E402

CONFIG = {"retention": {"keep_previous": 1},
          "metrics": {"textfile": "{directory}/rgc.prom"}}


def setUpModule():
    played_journal.enter()


class AgentsWords(unittest.TestCase):
    def setUp(self):
        self.journal = played_journal.PlayedJournal()
        self.addCleanup(self.journal.close)

    def named(self, name):
        return self.journal.named(name)

    def agent(self, world, to_journal):
        """Its process, and the file with what it says on standard error."""
        log = open(os.path.join(world.directory, "agent.log"), "wb")
        self.addCleanup(log.close)
        place = os.fstat(log.fileno())
        journal = {"JOURNAL_STREAM": f"{place.st_dev}:{place.st_ino}"} if to_journal else {}
        self.environment = {**os.environ, "LC_ALL": "C.UTF-8", "RGC_SOCKET": os.path.join(world.directory, "rgc.sock")}
        agent = subprocess.Popen(world.command("agent"), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                 env={**self.environment, **journal})
        self.addCleanup(agent.wait)
        self.addCleanup(agent.kill)
        until(lambda: os.path.exists(self.environment["RGC_SOCKET"]) or agent.poll() is not None)
        return agent

    def say(self, world, *words):
        done = subprocess.run(world.command(*words), env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, check=False)
        self.assertIn(done.returncode, (0, 1), done.stdout)
        return done.stdout

    def written(self, world):
        """(where, text) of each file that rgc has made."""
        for folder, _, names in os.walk(world.directory):
            for name in names:
                if not name.endswith((".sock", "rgc.conf")):
                    with open(os.path.join(folder, name), "rb") as file:
                        yield name, file.read().decode("utf-8", "replace")

    def assert_no_secret(self, texts):
        for where, text in texts:
            for secret in SECRETS:
                self.assertNotIn(secret, text, where)
            self.assertNotIn("471", re.sub(r"[0-9a-f]{12,}|[0-9]{6,}", "", text), where)

    def run_agent(self, to_journal):
        with World(audit_host(), config=CONFIG) as world:
            agent = self.agent(world, to_journal)
            said = [(" ".join(words), self.say(world, *words))
                    for words in (("collect",), ("status",), ("audit",), ("audit", "blog", "--json"), ("history", "--json"))]
            agent.terminate()
            agent.wait()
            files = list(self.written(world))
            self.assertIn("removed", said[0][1])
            self.assertTrue(any(name == "facts.jsonl" and "API_TOKEN" in text for name, text in files), "names are kept")
            self.assert_no_secret(said + files)
            return dict(files)

    def test_the_journal_of_an_agent_has_no_secret(self):
        self.run_agent(to_journal=True)
        until(lambda: self.named("PASS_FINISHED"))
        self.assertTrue(self.named("IMAGE_REMOVED"), self.journal.entries)
        self.assert_no_secret((name, value) for entry in self.journal.entries for name, value in entry.items() if name != "SYSLOG_PID")

    def test_the_log_of_an_agent_without_a_journal_has_no_secret(self):
        self.assertIn("blog", self.run_agent(to_journal=False)["agent.log"])
