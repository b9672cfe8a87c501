# SPDX-License-Identifier: MIT
"""What went can be found again by name: removed.jsonl, `rgc history PASS` and `rgc why` on what is gone."""
import json
import os
import signal
import stat
import unittest

from fault_hosts import Host, rich_host
from harness import World, inventory

BIDI = "\u202e"


def gone(before, after, kind):
    return set(before[kind]) - set(after[kind])


class Removed(unittest.TestCase):
    def lines(self, world):
        return [json.loads(line) for line in world.read("removed.jsonl").splitlines()]

    def removed_by(self, world, number):
        result = world.rgc("history", str(number), "--json")
        self.assertEqual(result.code, 0, result)
        self.assertEqual(result.document["schema"], "rgc/pass/1")
        return result.document["removed"]

    def assert_tells_all(self, world, before, number):
        """`history PASS` has exactly what is not here any more."""
        after, removed = inventory(world.engine.state), self.removed_by(world, number)
        for kind in ("image", "container"):
            self.assertEqual({one["id"] for one in removed if one["kind"] == kind}, gone(before, after, kind + "s"))
        return removed

    def test_a_pass_can_be_asked_for_all_that_it_removed_by_name_and_reason(self):
        with World(rich_host().document()) as world:
            before = inventory(world.engine.state)
            done = world.collect()
            self.assertEqual(done.code, 0, done)
            removed = self.assert_tells_all(world, before, 1)
            reasons = {one["id"]: one["reason"] for one in done.document["images"] if one["verdict"] == "remove"}
            tags = {one["id"]: one["tags"] for one in done.document["images"]}
            for one in removed:
                self.assertTrue(one["confirmed"], one)
                self.assertEqual(one["pass"], 1)
                if one["kind"] == "image":
                    self.assertEqual(one["reason"], reasons[one["id"]])
                    self.assertEqual(one["names"] or tags[one["id"]], one["names"])
            self.assertEqual(stat.S_IMODE(os.stat(os.path.join(world.state, "removed.jsonl")).st_mode), 0o640)
            text = world.rgc("history", "1").out
            for one in removed:
                for name in one["names"][:1]:
                    self.assertIn(name[:20], text)
            self.assertEqual({line["state"] for line in self.lines(world)}, {"removed"})

    def test_collect_lists_each_thing_that_it_removed(self):
        host = Host()
        host.kamal_app("blog", 40, containers=40)
        with World(host.document()) as world:
            world.environment = {"COLUMNS": "200"}
            before = inventory(world.engine.state)
            out = world.rgc("collect", "--here").out
            for identity in gone(before, inventory(world.engine.state), "images"):
                self.assertIn(before["images"][identity][0], out)

    def test_why_tells_of_what_is_gone_by_tag_short_tag_id_and_container(self):
        host = Host()
        host.kamal_app("blog", 8)
        with World(host.document()) as world:
            before = inventory(world.engine.state)
            world.collect()
            removed = self.assert_tells_all(world, before, 1)
            for one in removed:
                for word in (*one["names"], one["id"], one["id"].removeprefix("sha256:")[:12]):
                    result = world.rgc("why", word)
                    self.assertEqual(result.code, 0, result)
                    self.assertIn("by pass 1: superseded", result.out)
                    document = world.rgc("why", word, "--json").document
                    self.assertEqual((document["schema"], document["kind"]), ("rgc/why/1", "removed"))
                    self.assertIn(one["id"], [found["id"] for found in document["removed"]])
            self.assertEqual(world.rgc("why", "never-was-here:1").code, 2)

    def test_a_pass_that_removed_nothing_and_one_that_never_was(self):
        with World(rich_host().document()) as world:
            for _ in range(3):
                self.assertEqual(world.collect().code, 0)
            for number in (2, 3):
                self.assertEqual(self.removed_by(world, number), [])
            self.assertIn("removed nothing", world.rgc("history", "2").out)
            for word in ("4", "0", "-1", "x", "99999999999999999999"):
                self.assertEqual(world.rgc("history", *(["--", word] if word[0] == "-" else [word])).code, 2, word)

    def test_killed_at_each_removal_it_hides_nothing(self):
        """The engine has removed it, the pass has not heard: the next pass finds that it is gone, and says by whom."""
        host = Host()
        host.kamal_app("blog", 7, containers=7)
        for nth in range(1, 7):
            with self.subTest(nth=nth), World(host.document()) as world:
                before, seen = inventory(world.engine.state), []

                def kill(_, world=world, seen=seen, nth=nth):
                    seen.append(1)
                    if len(seen) == nth:
                        world.signal_client(signal.SIGKILL)

                world.configure({"engine": {"parallel": 1}})
                world.add_fault(match="^DELETE ", after=kill, times=99)
                world.start("collect", "--here")
                world.finish("collect", "--here")
                world.settle()
                between = inventory(world.engine.state)
                for identity in gone(before, between, "images"):
                    self.assertEqual(world.rgc("why", identity).code, 0, "it is told at once")
                world.refreshed()
                self.assertEqual(world.collect().code, 0)
                told = {one["id"]: one for number in (1, 2) for one in self.removed_by(world, number)}
                after = inventory(world.engine.state)
                for kind in ("images", "containers"):
                    self.assertLessEqual(gone(before, after, kind), set(told))
                    for identity in gone(before, between, kind):
                        self.assertEqual(told[identity]["pass"], 1)
                self.assertEqual(set(told), gone(before, after, "images") | gone(before, after, "containers"))
                self.assertNotIn("going", {line["state"] for line in self.lines(world)})

    def test_what_the_engine_refused_is_not_said_to_be_gone(self):
        with World(rich_host().document(), faults=[{"match": "^DELETE /images", "do": "status:409", "times": 99}]) as world:
            before = inventory(world.engine.state)
            world.collect()
            self.assert_tells_all(world, before, 1)

    def test_a_damaged_line_costs_that_line(self):
        for damage in (b"\0" * 100, b"{}\n", b"not json\n", b'{"pass":[]}\n\x1b[2J\n', b'{"state":"removed","pass":-4}\n',
                       b'{"state":"gone","pass":1,"kind":"image","id":"sha256:11"}\n'):
            with self.subTest(damage), World(rich_host().document()) as world:
                world.collect()
                path = os.path.join(world.state, "removed.jsonl")
                before = self.removed_by(world, 1)
                with open(path, "rb") as file:
                    lines = file.read().splitlines(keepends=True)
                with open(path, "wb") as file:
                    file.write(lines[0] + damage + b"".join(lines[2:]))
                left = self.removed_by(world, 1)
                self.assertEqual([one["id"] for one in left], [one["id"] for one in before[:1] + before[2:]])
                self.assertEqual(world.collect().code, 0)

    def test_a_file_that_may_not_be_written_stops_the_pass_before_it_removes_anything(self):
        with World(rich_host().document()) as world:
            os.makedirs(os.path.join(world.state, "removed.jsonl"))
            os.chmod(world.state, 0o750)
            result = world.collect()
            self.assertEqual(result.code, 1, result)
            self.assertIn("removed.jsonl", result.err)
            self.assertEqual(world.changes(), [])

    def test_numbers_go_on_where_the_ledger_was_lost(self):
        with World(rich_host().document()) as world:
            world.collect()
            world.collect()
            os.unlink(os.path.join(world.state, "ledger.json"))
            world.collect()
            self.assertEqual(world.rgc("history", "--json").document["passes"][0]["pass"], 3)

    def test_no_name_of_others_reaches_the_terminal_with_control_or_bidirectional_characters(self):
        host = Host()
        host.kamal_app("blog", 8)
        with World(host.document()) as world:
            world.collect()
            path = os.path.join(world.state, "removed.jsonl")
            lines = self.lines(world)
            lines[0]["names"] = [f"blog:\x1b[2J{BIDI}v9\n"]
            lines[0]["app"] = lines[0]["reason"] = lines[0]["version"] = f"\x1b[2J{BIDI}"
            with open(path, "w", encoding="utf-8") as file:
                file.write("".join(json.dumps(line) + "\n" for line in lines))
            for words in (["history", "1"], ["history", "1", "--json"], ["why", lines[0]["id"]], ["why", lines[0]["id"], "--json"]):
                result = world.rgc(*words)
                self.assertEqual(result.code, 0, result)
                for bad in ("\x1b", BIDI, "\\u001b", "\\u202e"):
                    self.assertNotIn(bad, result.out)
