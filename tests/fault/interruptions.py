# SPDX-License-Identifier: MIT
"""A pass that ends in the middle: killed, asked to end, or left alone by its engine. The next one carries on.

A sample of the moments; with RGC_TEST_LONG=1 every one.
"""
import os
import signal
import unittest

from fault_hosts import FLAVOURS, rich_host
from harness import (LONG, World, expect, expect_loadable, expect_one_sentence, expect_whole, expect_within, inventory,
                     lost, run_all)
from fake_state import container

HEALTHY = {}


class Healthy:
    def __init__(self, flavour):
        self.document = rich_host().document(flavour)
        with World(self.document) as world:
            self.before = inventory(world.engine.state)
            expect(world.collect().code == 0, "a healthy pass failed")
            self.after = inventory(world.engine.state)
            self.n_requests = len(world.engine.requests)
            self.n_changes = len(world.changes())


def healthy_of(flavour):
    if flavour not in HEALTHY:
        HEALTHY[flavour] = Healthy(flavour)
    return HEALTHY[flavour]


def image_of(document, tag):
    return next(i for i in document["images"] if tag in i["tags"])


def expect_next_pass_completes(world, healthy, *details):
    world.refreshed()
    expect_loadable(world)
    again = world.collect()
    world.settle()
    end = inventory(world.engine.state)
    expect(again.code == 0, "the next pass fails", again, *details)
    expect_whole(healthy.before, end, *details)
    expect(end == healthy.after, "the next pass does not finish the work", lost(end, healthy.after),
           lost(healthy.after, end), again, *details)


def killed(flavour, number, moment, parallel):
    healthy = healthy_of(flavour)
    world = World(healthy.document, {"engine": {"parallel": parallel}})
    world.add_fault(request=number, **{moment: lambda engine: world.signal_client(signal.SIGKILL)})
    with world:
        world.start("collect", "--here")
        result = world.finish("collect", "--here")
        world.settle()
        expect(result.code in (-signal.SIGKILL, 0), "an unexpected end", result)
        expect_within(healthy.before, inventory(world.engine.state), healthy.after, world.changes())
        expect_next_pass_completes(world, healthy, f"killed {moment} request {number}")


def asked_to_end(flavour, number, moment, parallel):
    """SIGTERM when the n-th change is asked for."""
    healthy = healthy_of(flavour)
    world = World(healthy.document, {"engine": {"parallel": parallel}}, delay=0.05)
    begun = []

    def hook(_engine):
        world.signal_client(signal.SIGTERM)
        begun.append(len(world.changes()))  # last: until the signal has come, more may be started
    world.add_fault(match="^(DELETE|POST)", skip=number - 1, **{moment: hook})
    with world:
        result = world.collect()
        world.settle()
        details = (f"asked to end {moment} change {number}", world.changes(), result)
        begun_after = [line for line in world.changes()[begun[0] + parallel:] if not line.endswith("/tag")
                       and "/tag?" not in line]
        expect(not begun_after, "something was started after the signal", begun_after, *details)
        by_signal = 128 + signal.SIGTERM
        expect(result.code == by_signal or len(world.changes()) == healthy.n_changes, "the wrong exit code", *details)
        expect(result.code != by_signal or result.document["interrupted"], "the report does not tell of the signal",
               *details)
        expect_within(healthy.before, inventory(world.engine.state), healthy.after, *details)
        expect_whole(healthy.before, inventory(world.engine.state), *details)
        expect_next_pass_completes(world, healthy, *details)


def left_by_the_engine(flavour, number, moment, parallel):
    """The engine ends at the n-th request: before or after it did what was asked."""
    healthy = healthy_of(flavour)
    world = World(healthy.document, {"engine": {"parallel": parallel}})
    asked = []

    def end(engine):
        asked.append(world.changes())
        if os.path.exists(engine.socket_path):
            os.unlink(engine.socket_path)
    world.add_fault(request=number, do="drop", effect=moment == "after", **{moment: end})
    world.add_fault(match=".", skip=number - 1, do="drop", times=None)
    with world:
        result = world.collect()
        world.settle()
        details = (f"the engine ended {moment} request {number}", world.changes(), result)
        expect(result.code in ((1, 4) if number == 1 else (0, 1, 4)), "the wrong exit code", *details)
        # How many requests a pass makes depends on how long it takes; the build cache is last, and may fail.
        expect(result.code or not asked or any("/build/prune" in line for line in asked[0]),
               "a pass that lost its engine succeeded", *details)
        expect_within(healthy.before, inventory(world.engine.state), healthy.after, *details)
        if not result.out:
            expect_one_sentence(result)
        world.engine.start()
        expect_next_pass_completes(world, healthy, *details)


class LastTag(unittest.TestCase):
    """An image of which the last tag's removal is refused gets its other tags back."""

    def refused(self, flavour, fault, code, outcome):
        healthy = healthy_of(flavour)
        entry = image_of(healthy.document, "r:5000/blog:v2")
        with World(healthy.document, faults=[{"match": f"^DELETE /images/{entry['id']}", **fault}]) as world:
            result = world.collect()
            self.assertEqual(result.code, code, result)
            self.assertEqual(sorted(world.engine.state.images[entry["id"]]["tags"]), sorted(entry["tags"]))
            outcomes = [o["outcome"] for o in result.document["outcomes"] if o["id"] == entry["id"]]
            self.assertEqual(outcomes, [outcome])
            expect_whole(healthy.before, inventory(world.engine.state))
            expect_next_pass_completes(world, healthy, result)

    def test_refused(self):
        for flavour in FLAVOURS:
            with self.subTest(flavour):
                self.refused(flavour, {"do": "status:409"}, 0, "in-use")
                self.refused(flavour, {"do": "status:500"}, 1, "failed")
                self.refused(flavour, {"do": "garbage"}, 1, "unknown")

    def test_tags_that_cannot_be_given_back_at_once_are_given_back_by_the_next_pass(self):
        healthy = healthy_of("overlay2 1.51")
        entry = image_of(healthy.document, "r:5000/blog:v2")
        faults = [{"match": f"^DELETE /images/{entry['id']}", "do": "status:409"},
                  {"match": "^POST /images", "do": "status:500"}]
        with World(healthy.document, faults=faults) as world:
            result = world.collect()
            self.assertEqual(result.code, 1, result)
            self.assertEqual(len(world.engine.state.images[entry["id"]]["tags"]), 1)
            # Meanwhile it is in use: it must not stay without its tags.
            box = container("debug", entry["id"], state="running")
            world.engine.state.containers[box["id"]] = box
            world.engine.state.generation += 1
            again = world.refreshed([faults[1]]).collect()  # that fails again, and nothing is lost
            self.assertEqual(again.code, 1, again)
            expect_one_sentence(again)
            self.assertIn("giving back the tag", again.err)
            again = world.refreshed().rgc("collect", "--here")
            self.assertEqual(again.code, 0, again)
            self.assertIn("gave back the tag", again.out)
            self.assertEqual(sorted(world.engine.state.images[entry["id"]]["tags"]), sorted(entry["tags"]))

    def test_killed_after_the_first_tag_and_then_in_use(self):
        for flavour in FLAVOURS:
            with self.subTest(flavour):
                healthy = healthy_of(flavour)
                entry = image_of(healthy.document, "r:5000/blog:v2")
                world = World(healthy.document, {"engine": {"parallel": 1}})
                world.add_fault(match="^DELETE /images/(r|mirror):5000/blog:",
                                after=lambda engine, w=world: w.signal_client(signal.SIGKILL))
                with world:
                    world.start("collect", "--here")
                    self.assertEqual(world.finish("collect", "--here").code, -signal.SIGKILL)
                    world.settle()
                    torn = [i for i in world.engine.state.images.values()
                            if sorted(i["tags"]) != healthy.before["images"][i["id"]]]
                    self.assertEqual(len(torn), 1)
                    entry = torn[0]
                    box = container("debug", entry["id"], state="running", image_ref=entry["tags"][0])
                    world.engine.state.containers[box["id"]] = box
                    world.engine.state.generation += 1
                    # The plan shows it as if the tag were there, and gives nothing.
                    plan = world.refreshed().plan().document
                    self.assertEqual(world.changes(), [])
                    shown = next(i for i in plan["images"] if i["id"] == entry["id"])
                    self.assertEqual(sorted(shown["tags"]), healthy.before["images"][entry["id"]])
                    result = world.rgc("collect", "--here")
                    self.assertEqual(result.code, 0, result)
                    self.assertIn("gave back the tag", result.out)
                    expect_whole(healthy.before, inventory(world.engine.state), result)
                    self.assertIn(entry["id"], world.engine.state.images)
                    self.assertEqual(world.collect().code, 0)
                    expect_whole(healthy.before, inventory(world.engine.state), result)

    def test_a_tag_that_has_a_new_owner_is_not_taken_back(self):
        healthy = healthy_of("overlay2 1.51")
        world = World(healthy.document, {"engine": {"parallel": 1}})
        world.add_fault(match="^DELETE /images/(r|mirror):5000/blog:",
                        after=lambda engine: world.signal_client(signal.SIGKILL))
        with world:
            world.start("collect", "--here")
            world.finish("collect", "--here")
            world.settle()
            state = world.engine.state
            torn = next(i for i in state.images.values() if sorted(i["tags"]) != healthy.before["images"][i["id"]])
            tag = (set(healthy.before["images"][torn["id"]]) - set(torn["tags"])).pop()
            owner = image_of({"images": state.images.values()}, "r:5000/blog:v8")
            state.tag_image(owner["id"], *tag.rsplit(":", 1))
            self.assertEqual(world.refreshed().collect().code, 0)
            self.assertIn(tag, state.images[owner["id"]]["tags"])


class Signals(unittest.TestCase):
    def ended_while(self, match, sign=signal.SIGTERM):
        """Its own limit is beyond that of the test: what ends is ended by the signal."""
        healthy = healthy_of("overlay2 1.51")
        world = World(healthy.document, {"engine": {"timeout": "1h"}})
        world.add_fault(match=match, do="hang", times=None, before=lambda engine: world.signal_client(sign))
        with world:
            world.start("collect", "--here", "--json")
            result = world.finish("collect", "--here", "--json")
            world.engine.stopping.set()  # what hangs lets go
            world.settle()
            world.engine.stopping.clear()
            self.assertEqual(result.code, 128 + sign, result)
            expect_within(healthy.before, inventory(world.engine.state), healthy.after, result)
            expect_whole(healthy.before, inventory(world.engine.state), result)
            expect_next_pass_completes(world, healthy, result)
            return result

    def test_while_the_engine_hangs_at_a_question(self):
        for match in ("/version", "/info", "/images/json", "/containers/json", "/events", "/containers/.*/json",
                      "/system/df", "/images/sha256.*/json", "/images/.*/history"):
            with self.subTest(match):
                expect_one_sentence(self.ended_while("^GET " + match))

    def test_while_the_engine_hangs_at_a_removal(self):
        result = self.ended_while("^DELETE /images/sha256")
        self.assertTrue(result.document["interrupted"])
        self.assertIn("unknown", [o["outcome"] for o in result.document["outcomes"]])

    def test_while_the_engine_hangs_at_a_container(self):
        self.ended_while("^DELETE /containers")

    def test_while_the_engine_hangs_at_the_build_cache(self):
        self.ended_while("^POST /build/prune")

    def test_the_other_signals_that_end_a_program(self):
        for sign in (signal.SIGINT, signal.SIGHUP):
            self.ended_while("^GET /images/json", sign=sign)


def moments():
    for flavour in FLAVOURS:
        healthy = healthy_of(flavour)
        for number in range(1, healthy.n_requests + 1):
            yield killed, flavour, number, "before"
            yield killed, flavour, number, "after"
            yield left_by_the_engine, flavour, number, "before"
            yield left_by_the_engine, flavour, number, "after"
        for number in range(1, healthy.n_changes + 1):
            yield asked_to_end, flavour, number, "before"
            yield asked_to_end, flavour, number, "after"


def run(function, flavour, number, moment, parallel):
    globals()[function](flavour, number, moment, parallel)


def test_a_pass_that_ends_at_any_moment_leaves_a_host_on_which_the_next_one_carries_on():
    jobs = {}
    for index, (function, flavour, number, moment) in enumerate(moments()):
        # The acting part is short and matters most; of the observing part a few moments.
        is_acting = function is asked_to_end or number > healthy_of(flavour).n_requests - 32
        if LONG or index % (7 if is_acting else 61) == 0:
            job = (function.__name__, flavour, number, moment, 1 + 7 * (index // 2 % 2))
            jobs.setdefault(function.__name__, []).append(job)
    for name in sorted(jobs):
        run_all(run, jobs[name])
