# SPDX-License-Identifier: MIT
"""What rgc status and rgc check say of the agent, which this test plays."""
import os
import socket
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "fault")]
from fault_hosts import rich_host  # noqa: E402
from harness import World  # noqa: E402
from collect import Agent  # noqa: E402

SAID = {"version": "9.8.7", "state": "idle", "ticket": 3, "next_at": "2031-02-03T04:05:06Z", "next_why": "interval",
        "trial_until": None, "watching": True, "config_error": None, "last": None}


class AgentView(unittest.TestCase):
    def setUp(self):
        self.world = World(rich_host().document())
        self.world.__enter__()
        self.addCleanup(self.world.__exit__, None, None, None)
        self.path = os.path.join(self.world.directory, "agent.sock")
        self.world.configure({"agent": {"socket": self.path}})

    def play(self, *script):
        agent = Agent(self.path, *script)
        self.addCleanup(agent.close)
        return agent

    def answer(self, **more):
        return self.play({"parameters": {**SAID, **more}})

    def again(self):
        os.unlink(self.path)

    def check(self):
        result = self.world.rgc("check", "--json")
        return {entry["name"]: entry for entry in result.document["checks"]}["agent"]

    def test_status_tells_when_the_agent_makes_its_next_pass(self):
        agent = self.answer()
        self.assertIn("2031-02-0", self.world.rgc("status").out.split("Next pass")[1])
        self.assertEqual(agent.request["method"], "io.rgc.Agent.Status")
        self.again()
        self.answer()
        document = self.world.rgc("status", "--json").document
        self.assertEqual(document["next"], {"at": "2031-02-03T04:05:06Z", "why": "interval"})
        self.assertEqual(document["agent"], {"state": "idle", "watching": True, "config_error": None})

    def test_status_tells_that_a_pass_runs(self):
        self.answer(state="running", next_at=None, next_why=None)
        self.assertIn("Next pass: one is running", self.world.rgc("status").out)

    def test_status_tells_why_the_agents_last_pass_failed(self):
        self.answer(last={"error": "/var/lib/rgc: others may write there"})
        self.assertIn("The agent's last pass failed: /var/lib/rgc: others may write there", self.world.rgc("status").out)

    def test_status_works_without_an_agent_and_says_so(self):
        result = self.world.rgc("status")
        self.assertEqual(result.code, 0, result)
        self.assertIn("Next pass: none, as no agent runs here", result.out)
        self.assertIsNone(self.world.rgc("status", "--json").document["agent"])

    def test_status_works_with_an_agent_that_hangs_or_talks_nonsense(self):
        for script in ([Agent.HANG], [b"HTTP/1.1 400\r\n\0"], [{"parameters": {"state": 7}}], [{"error": "no"}], []):
            with self.subTest(script=script):
                self.play(*script)
                result = self.world.rgc("status")
                self.assertEqual(result.code, 0, result)
                self.assertIn("unknown: ", result.out.split("Next pass")[1])
                self.again()

    def test_check_tells_of_the_agent(self):
        self.answer()
        entry = self.check()
        self.assertTrue(entry["ok"])
        self.assertTrue(entry["detail"].startswith("rgc 9.8.7, idle, next pass "), entry)
        self.again()
        self.answer(watching=False)
        entry = self.check()
        self.assertFalse(entry["ok"])
        self.assertIn("not connected to the engine's events", entry["detail"])
        self.again()
        self.answer(config_error="rgc.conf:3: bad\033[31m")
        entry = self.check()
        self.assertFalse(entry["ok"])
        self.assertIn("rgc.conf:3: bad?[31m", entry["detail"])

    def test_check_finds_a_socket_at_which_nobody_listens(self):
        with socket.socket(socket.AF_UNIX) as stale:
            stale.bind(self.path)
        entry = self.check()
        self.assertFalse(entry["ok"])
        self.assertIn("systemctl status rgc", entry["detail"])

    def test_check_does_without_an_agent(self):
        self.assertEqual(self.check(), {"name": "agent", "ok": True,
                                        "detail": "no agent runs here, so only rgc collect --here makes passes"})

    def test_health_is_an_agent_that_answers_and_reaches_the_engine(self):
        self.answer()
        self.assertEqual(self.world.rgc("health").code, 0)
        self.again()
        self.answer(watching=False)
        result = self.world.rgc("health")
        self.assertEqual(result.code, 4, result)
        self.assertIn("cannot reach the engine", result.err)
        self.assertIn("cannot use its state directory", result.err)
        self.again()
        self.answer(watching=False, last={"error": "/var/lib/rgc: others may write there"})
        self.assertIn("/var/lib/rgc: others may write there", self.world.rgc("health").err)
        self.again()
        self.assertEqual(self.world.rgc("health").code, 3)

    def test_the_environment_names_the_socket_and_an_option_goes_before_it(self):
        self.world.configure({"agent": {"socket": os.path.join(self.world.directory, "nobody")}})
        os.environ["RGC_SOCKET"] = self.path
        self.addCleanup(os.environ.pop, "RGC_SOCKET")
        self.answer()
        self.assertIn("9.8.7", self.check()["detail"])
        self.assertIn(f"socket = {self.path}", self.world.rgc("check").out)
        self.assertIn(f"socket = {self.path}-else", self.world.rgc("check", "--socket", self.path + "-else").out)
