# SPDX-License-Identifier: MIT
"""A pass as the agent starts it: its trial, its lines on the descriptor that the agent hands over, and its summary."""
import json
import os
import threading
import time
import unittest

from fault_hosts import Host, rich_host
from harness import World, inventory
from waiting import a_while, until


def busy_host():
    host = Host()
    host.kamal_app("blog", 8)
    return host


class AgentsPass(unittest.TestCase):
    def collect(self, world, *words, reader=None, environment=None):
        """The pass's exit code and its lines, read as they come, or by `reader`."""
        read_end, write_end = os.pipe()
        world.environment = {"RGC_PROGRESS_FD": str(write_end), **(environment or {})}
        try:
            world.start("collect", "--here", *words, pass_fds=[write_end])
        finally:
            os.close(write_end)
        with os.fdopen(read_end, "rb") as stream:
            text = (reader or (lambda s: s.read()))(stream)
            result = world.finish("collect", "--here", *words)
        lines = [json.loads(line) for line in text.splitlines()]
        return result, lines

    def test_its_steps_outcomes_and_summary_come_as_lines(self):
        with World(busy_host().document()) as world:
            before = inventory(world.engine.state)
            result, lines = self.collect(world, "--trigger", "hook", "--reason", "deployed v8", "--deployed", "blog")
            after = inventory(world.engine.state)
        self.assertEqual(result.code, 0, result)
        self.assertEqual(lines[0]["type"], "step")
        summary = lines[-1]
        self.assertEqual((summary["type"], summary["schema"], summary["exit"]), ("summary", "rgc/summary/1", 0))
        self.assertEqual((summary["trigger"], summary["reason"]), ("hook", "deployed v8"))
        self.assertIsNone(summary["trial_until"])
        self.assertEqual(sum(line["type"] == "summary" for line in lines), 1)
        outcomes = [line for line in lines if line["type"] == "outcome"]
        gone = set(before["images"]) - set(after["images"])
        self.assertTrue(gone)
        self.assertEqual({line["id"] for line in outcomes if line["kind"] == "image"}, gone)
        self.assertEqual([line["done"] for line in outcomes], list(range(1, len(outcomes) + 1)))
        for line in outcomes:
            self.assertEqual((line["outcome"], line["error"], line["total"]), ("removed", None, len(outcomes)))
            if line["kind"] in ("image", "container"):
                self.assertEqual(line["reason"], "superseded")

    def test_what_went_is_told_at_once_while_others_are_still_being_removed(self):
        """The agent ends a pass that says nothing for long, and a full disk has removals for an hour."""
        for kind in ("containers", "images"):
            told, others_are_told = [], threading.Event()

            def read(stream, kind=kind, told=told, others_are_told=others_are_told):
                for line in map(json.loads, stream):
                    if line["type"] == "outcome" and line["kind"] + "s" == kind:
                        told.append(line)
                    if len(told) == 3:
                        others_are_told.set()
                return b""

            host = Host()
            host.kamal_app("blog", 8, containers=8)
            with World(host.document()) as world:
                world.add_fault(match=f"^DELETE /{kind}/", before=lambda _, told=others_are_told: told.wait())
                self.collect(world, reader=read)
            self.assertEqual(len(told), 4)

    def test_each_request_for_build_cache_has_its_own_step_as_it_may_take_ten_minutes(self):
        config = {"build_cache": {"max_size": "5MB"}, "disk": {"high": "off", "low": "off"}}  # the limit holds on any disk
        with World(rich_host().document(), config=config) as world:
            _, lines = self.collect(world)
            prunes = world.engine.lines("^POST /build/prune")
            looks = world.engine.lines("^GET /system/df")
        steps = [line["text"] for line in lines if line["type"] == "step"]
        self.assertGreaterEqual(len(prunes), 2)
        self.assertEqual(sum(step.startswith("pruning the build cache") for step in steps), len(prunes), steps)
        self.assertEqual(sum(step.endswith(" the build cache") and "pruning" not in step for step in steps),
                         len(looks), steps)

    def test_a_pass_that_fails_ends_with_a_summary_that_says_why_and_its_exit_code(self):
        faults = [{"match": "^GET /containers/json", "do": "status:500"}]
        with World(busy_host().document(), faults=faults) as world:
            result, lines = self.collect(world)
        self.assertEqual(result.code, 1, result)
        self.assertEqual(lines[-1]["exit"], 1)
        self.assertIn("containers", lines[-1]["error"])

    def test_a_reader_that_never_reads_neither_holds_it_up_nor_loses_the_summary(self):
        """More outcomes than a pipe holds."""
        host = Host()
        host.kamal_app("blog", 420, containers=420)

        def read_when_it_waits(stream):
            until(lambda: len(world.engine.state.images) <= 4)
            return stream.read()

        with World(host.document()) as world:
            _, lines = self.collect(world, reader=read_when_it_waits)
            self.assertEqual(lines[-1]["type"], "summary")
            self.assertEqual(lines[-1]["removed"]["images"], 416)

    def test_a_reader_that_goes_away_does_not_end_it(self):
        with World(busy_host().document()) as world:
            before = len(world.engine.state.images)
            result, _ = self.collect(world, reader=lambda stream: stream.close() or b"")
            self.assertEqual(result.code, 0, result)
            self.assertLess(len(world.engine.state.images), before)

    def test_a_descriptor_that_is_none_is_ignored(self):
        for value in ("", "x", "-1", "1", "2", "999", "99999999999999999999"):
            with World(rich_host().document()) as world:
                world.environment = {"RGC_PROGRESS_FD": value}
                result = world.collect()
                self.assertEqual(result.code, 0, result)
                self.assertEqual(result.document["schema"], "rgc/collect/1")

    def test_the_first_passes_of_an_agent_only_say_what_they_would_remove(self):
        with World(busy_host().document()) as world:
            before = inventory(world.engine.state)
            for _ in range(2):
                result, lines = self.collect(world, "--trigger", "start", "--trial", "24h")
                self.assertEqual(result.code, 0, result)
                summary = lines[-1]
                self.assertEqual(summary["hold"], "trial")
                self.assertEqual(summary["counts"]["remove"], {"superseded": 4})
                self.assertEqual(summary["removed"], {"images": 0, "containers": 0, "build_cache_records": 0})
                self.assertEqual(summary["next"], {"at": summary["trial_until"], "why": "the trial ends then"})
            self.assertEqual(inventory(world.engine.state), before)
            self.assertEqual(world.changes(), [])
            text = world.rgc("status").out
            self.assertIn("Trial: rgc is new here", text)

    def test_only_a_pass_that_is_told_to_ends_the_trial_and_says_so(self):
        for words in ((), ("--json",)):
            with self.subTest(words), World(busy_host().document(), config={"agent": {"trial": "24h"}}) as world:
                self.collect(world, "--trial", "24h")
                before = inventory(world.engine.state)
                for more in ((), ("--app", "blog")):
                    result, lines = self.collect(world, *more)
                    self.assertEqual((result.code, lines[-1]["hold"], lines[-1]["trial_ended"]), (0, "trial", False))
                    self.assertIn("rgc collect --here --end-trial", result.out)
                self.assertEqual(inventory(world.engine.state), before)
                result, lines = self.collect(world, "--end-trial", *words)
                self.assertEqual(result.code, 0, result)
                self.assertLess(len(world.engine.state.images), len(before["images"]))
                self.assertTrue(lines[-1]["trial_ended"])
                if words:
                    self.assertTrue(result.document["trial_ended"])
                else:
                    self.assertIn("The trial is over", result.out)
                for more in (("--trial", "24h"), ("--end-trial",)):
                    result, lines = self.collect(world, *more)
                    self.assertIsNone(lines[-1]["hold"])
                    self.assertIsNone(lines[-1]["trial_until"])
                    self.assertFalse(lines[-1]["trial_ended"], "it had ended before")
                    self.assertNotIn("trial", result.out)

    def test_a_first_pass_by_hand_begins_the_trial_unless_it_is_told_to_end_it(self):
        with World(busy_host().document(), config={"agent": {"trial": "24h"}}) as world:
            self.assertEqual(world.collect().code, 0)
            self.assertEqual(world.changes(), [])
            self.assertEqual(world.plan().document["hold"], "trial")
        with World(busy_host().document(), config={"agent": {"trial": "24h"}}) as world:
            result = world.collect("--end-trial")
            self.assertTrue(result.document["trial_ended"], result)
            self.assertNotEqual(world.changes(), [])
            self.assertIsNone(world.plan().document["hold"])

    def test_a_trial_whose_end_was_not_stored_has_not_ended(self):
        with World(busy_host().document(), config={"agent": {"trial": "24h"}}) as world:
            self.assertEqual(world.collect("--end-trial", "--app", "nope").code, 2)
            self.assertFalse(os.path.exists(os.path.join(world.state, "ledger.json")))
            self.assertEqual(world.collect().document["hold"], "trial")

    def test_an_end_before_the_pass_says_why(self):
        with World(busy_host().document()) as world:
            os.mkdir(world.state)
            os.chmod(world.state, 0o777)
            result, lines = self.collect(world)
            self.assertEqual(result.code, 1, result)
            self.assertEqual([line["type"] for line in lines], ["failure"])
            self.assertIn(world.state, lines[0]["text"])
            self.assertIn(lines[0]["text"], result.err)

    def test_an_app_that_is_not_here_ends_no_trial_and_leaves_no_trace(self):
        with World(busy_host().document()) as world:
            result, _ = self.collect(world, "--app", "nope")
            self.assertEqual(result.code, 2, result)
            self.assertIn("there is no app named 'nope' on this host", result.err)
            self.assertEqual([name for name in os.listdir(world.state) if name.startswith(("ledger", "history"))], [])
            _, lines = self.collect(world, "--trial", "24h")
            self.assertEqual(lines[-1]["hold"], "trial")
            before = world.rgc("history").out
            self.assertEqual(self.collect(world, "--app", "nope")[0].code, 2)
            self.assertEqual(world.rgc("history").out, before)
            self.assertEqual(world.changes(), [])
            _, lines = self.collect(world, "--trial", "24h")
            self.assertEqual(lines[-1]["hold"], "trial")

    def test_a_trial_ends_by_itself(self):
        with World(busy_host().document()) as world:
            self.collect(world, "--trial", "1s")
            a_while(1.1)  # there is no event for the end of a second
            _, lines = self.collect(world, "--trial", "1s")
            self.assertIsNone(lines[-1]["hold"])
            self.assertEqual(lines[-1]["removed"]["images"], 4)

    def test_there_is_no_trial_where_there_is_a_ledger(self):
        with World(busy_host().document()) as world:
            self.assertEqual(world.collect().code, 0)
            _, lines = self.collect(world, "--trial", "24h")
            self.assertIsNone(lines[-1]["hold"])

    def test_a_trial_cannot_be_longer_than_the_agent_says_now(self):
        with World(busy_host().document()) as world:
            self.collect(world, "--trial", "1000h")
            _, lines = self.collect(world, "--trial", "1h")
            end = time.mktime(time.strptime(lines[-1]["trial_until"], "%Y-%m-%dT%H:%M:%SZ")) - time.timezone
            self.assertLess(end - time.time(), 3601)
