# SPDX-License-Identifier: MIT
"""How often a pass asks the engine, counted exactly.

    requests = 7                                    version, info, images, containers, events, build cache, volumes of builders
             + 1 for each container not seen before (inspect)
             + 2 for each image not seen before (inspect and history: how it was built; at most 1000 in all)
             + 2 for each image, if there are at most 100 (inspect and history, for the estimate) and images go, or a file
               system has been too full for so long that what images free decides how far the pass goes
             + 1 for each removal: a container, a tag, the image
             + 1 for each tag but the last of a leaving image with several (inspect: is it still the plan's?)
             + 2 for each started second of acting (containers, events), and once more after removed containers
             + 1 for each 60 removals (events: the engine remembers only 256, and each removal makes some)
             + 2 for each round of evicting build cache (prune, and what it left)
"""
import json
import os
import re
import subprocess
import tempfile
import time
import unittest

from fake_engine import FakeEngine
from fake_hosts import kamal_host
from fake_state import container, image
from program import RGC
from waiting import HANGS

CONFIG = "[engine]\nstorage = /\nparallel = 8\n[retention]\nmin_age = 0s\nquiet = 0s\n[agent]\ntrial = off\n"
CONSTANT = 7
JITTER = 0.9  # between the clock of rgc and the one of the fake engine's threads, in seconds
JITTERING = 8  # removals that are under way when events are asked for may be seen to begin after that


class Requests(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        self.config = os.path.join(self.directory.name, "rgc.conf")
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(CONFIG)

    def rgc(self, engine, verb, *options):
        """The requests that it caused, and what it says of itself."""
        before = len(engine.requests)
        done = subprocess.run([RGC, "--config", self.config, "--state", self.directory.name + "/state", "--host",
                               engine.host, verb, "--json", *options], capture_output=True, text=True, timeout=HANGS, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(engine.state.violations, [])
        return engine.requests[before:], json.loads(done.stdout)

    def count(self, requests, pattern):
        return sum(1 for request in requests if re.search(pattern, request["line"]))

    def assert_rechecks(self, requests, n_containers_removed):
        """A list at most a second before every removal, events at most 61 removals before, and no more of either than that
        takes. Returns how many of both together."""
        lists = [r for r in requests if r["line"].startswith("GET /containers/json")][1:]
        removals = [r for r in requests if r["line"].startswith("DELETE ")]
        for removal in removals:
            newest = max((r["began"] for r in lists if r["began"] <= removal["began"]), default=0)
            self.assertLess(removal["began"] - newest, 1 + JITTER, removal["line"])
        if lists:
            seconds = lists[-1]["began"] - lists[0]["began"]
            self.assertLessEqual(len(lists), 1 + (n_containers_removed > 0) + int(seconds) + 2)  # the first may be seen late
        looks = sorted(r["began"] for r in requests if r["line"].startswith("GET /events"))
        for begin, end in zip(looks, [*looks[1:], float("inf")]):
            between = sum(begin <= removal["began"] < end for removal in removals)
            self.assertLessEqual(between, 61 + JITTERING)
        self.assertLessEqual(len(looks) - 1, len(lists) + len(removals) // 60)
        return len(lists) + len(looks) - 1

    def assert_formula(self, host, n_removed, unseen=None, delay=0.0, n_tags=1, cache_rounds=0, layers=False,
                       unknown=None):
        """`n_tags`: of each leaving image; `n_removed`: images."""
        with FakeEngine(host, delay=delay) as engine:
            n_images = len(engine.state.images)
            unseen = len(engine.state.containers) if unseen is None else unseen
            unknown = n_images if unknown is None else unknown
            requests, report = self.rgc(engine, "collect", "--here")
            images = [r for r in engine.state.removed if r["kind"] == "image"]
            boxes = [r for r in engine.state.removed if r["kind"] == "container"]
            self.assertEqual(len({r["id"] for r in images}), n_removed)
            rechecks = self.assert_rechecks(requests, len(boxes))
            expected = (CONSTANT + unseen + 2 * unknown + (2 * n_images if layers else 0) + len(boxes) + n_removed * n_tags +
                        n_removed * (n_tags - 1) + rechecks + 2 * cache_rounds)
            lines = "\n".join(r["line"] for r in requests)
            self.assertEqual(len(requests), expected, lines)
            self.assertEqual(report["requests"], expected, "what rgc says of itself")
            self.assertEqual(self.count(requests, r"^GET /images/json"), 1, "the list of images is asked for once")
            self.assertEqual(self.count(requests, r"^DELETE "), len(boxes) + n_removed * n_tags)

            again, report = self.rgc(engine, "collect", "--here")
            self.assertEqual(len(again), CONSTANT, "a pass with nothing new to see and nothing to do")
            self.assertEqual(report["requests"], CONSTANT)
            return engine.state.document()

    def test_a_pass_asks_for_each_removal_once_whatever_the_size_of_the_host(self):
        for n_images, apps in ((120, 6), (400, 20), (1000, 20)):
            with self.subTest(images=n_images):
                self.setUp()
                host = kamal_host(n_images, apps=apps, containers_per_app=4, build_cache=0)
                self.assert_formula(host, n_removed=n_images - 4 * apps)

    def test_a_slow_pass_lists_containers_once_a_second(self):
        host = kamal_host(200, apps=4, containers_per_app=4, build_cache=0)
        self.assert_formula(host, n_removed=184, delay=0.2)  # 184 removals, 8 at a time: 4.6 s

    def test_superseded_containers_cost_one_request_each(self):
        self.assert_formula(kamal_host(120, apps=6, containers_per_app=10, build_cache=0), n_removed=96)

    def test_images_with_several_tags_are_looked_at_once_more(self):
        host = kamal_host(120, apps=6, containers_per_app=4, build_cache=0)
        for entry in host["images"]:
            entry["tags"] += [entry["tags"][0] + "-copy", entry["tags"][0] + "-again"]
        for entry in host["images"][:6]:
            entry["tags"].sort(key=lambda tag: tag.endswith("latest"))
        self.assert_formula(host, n_removed=96, n_tags=3)

    def test_old_build_cache_costs_one_round(self):
        self.assert_formula(kamal_host(120, apps=6, containers_per_app=4, build_cache=20), n_removed=96, cache_rounds=1)

    def test_small_hosts_are_asked_for_layers(self):
        self.assert_formula(kamal_host(60, apps=3, containers_per_app=4, build_cache=0), n_removed=48, layers=True)

    def test_a_pass_that_has_to_make_room_asks_for_layers_before_it_decides(self):
        with open(self.config, "a", encoding="utf-8") as file:
            file.write("[disk]\nhigh = 1%\nlow = 1%\nkeep_previous = 3\n")
        with FakeEngine(kamal_host(8, apps=2, containers_per_app=4, build_cache=0)) as engine:
            for unseen in (8 + 2 * 8, 0):
                requests, report = self.rgc(engine, "collect", "--here", "--pressing")
                self.assertEqual(len(requests), CONSTANT + unseen + 2 * 8)
                self.assertEqual(report["requests"], len(requests))
            requests, _ = self.rgc(engine, "plan")
            self.assertEqual(len(requests), CONSTANT + 2 * 8, "the ledger knows since when it is too full")

    def test_a_container_is_inspected_once(self):
        host = kamal_host(120, apps=6, containers_per_app=4, build_cache=0)
        after = self.assert_formula(host, n_removed=96)
        now = int(time.time())
        for number in range(3):
            entry = image(f"job {number}", tags=[f"job{number}:1"], created=now - 86400)
            after["images"].append(entry)
            after["containers"].append(container(f"job-{number}", entry["id"], state="exited", created=now - 7200))
        self.assert_formula(after, n_removed=0, unseen=3, unknown=3)

    def test_plan_and_status_ask_for_the_lists_and_for_what_is_not_known_yet(self):
        host = kamal_host(1000, apps=20, containers_per_app=4, build_cache=20)
        with FakeEngine(host) as engine:
            for verb, volumes in (("plan", 0), ("status", 2)):  # all of them, and those that no container uses
                requests, _ = self.rgc(engine, verb)
                self.assertEqual(len(requests), CONSTANT + 80 + 1000 + volumes, verb)

    def test_the_containerd_store_is_asked_since_when_images_are_here(self):
        host = kamal_host(120, apps=6, containers_per_app=4, build_cache=0)
        host.update(store="containerd", api="1.51")
        with FakeEngine(host) as engine:
            used = len({box["image"] for box in host["containers"]})
            requests, _ = self.rgc(engine, "plan")
            self.assertEqual(len(requests), CONSTANT + 24 + 120 + 120 - used)
            self.assertEqual(self.count(requests, r"^GET /images/[^/]+/json"), 120 - used)
