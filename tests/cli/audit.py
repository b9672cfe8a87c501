# SPDX-License-Identifier: MIT
"""rgc audit as a person and a program meet it, and what it must never write."""
import json
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fault"))
from audit_hosts import BLOG_FINDINGS, MB, OTHER_FINDINGS, SECRETS, audit_host  # noqa: E402
from harness import World  # noqa: E402

FLAVOURS = [{"api": "1.41", "version": "20.10.24"}, {"api": "1.44"}, {"api": "1.51"}, {"store": "containerd", "api": "1.51"},
            {"store": "containerd", "api": "1.44"}, {"podman": True, "api": "1.41", "store": "overlay"}]
LISTS = 7  # requests of a look that has nothing new to see
LOOKS = [("audit",), ("audit", "--json"), ("audit", "blog"), ("audit", "r/blog:v4", "--json"), ("status",), ("status", "--json"),
         ("plan", "--json"), ("why", "r/blog:v4", "--json"), ("why", "blog-web-v4"), ("check", "--json"), ("history", "--json")]


def found(document):
    return {app["name"]: sorted(finding["check"] for finding in app["findings"]) for app in document["apps"]}


def files_of(directory):
    for folder, _, names in os.walk(directory):
        for name in names:
            with open(os.path.join(folder, name), "rb") as file:
                yield os.path.join(folder, name), file.read().decode("utf-8", "replace")


class Audit(unittest.TestCase):
    def world(self, document=None, **more):
        world = World(document or audit_host(), **more)
        self.addCleanup(world.__exit__)
        return world.__enter__()

    def ok(self, world, *words):
        result = world.rgc(*words)
        self.assertEqual((result.code, result.err), (0, ""), result)
        return result

    def test_each_app_has_just_its_findings_on_every_engine(self):
        for flavour in FLAVOURS:
            with self.subTest(**flavour):
                world = self.world(audit_host(**flavour))
                self.assertEqual(found(self.ok(world, "audit", "--json").document), {"blog": BLOG_FINDINGS, **OTHER_FINDINGS})
                self.assertEqual(world.engine.state.violations, [])
                self.assertEqual(world.changes(), [])

    def test_the_document_has_the_members_of_the_contract(self):
        world = self.world()
        apps = self.ok(world, "audit", "--json").document["apps"]
        self.assertEqual([app["name"] for app in apps], ["blog", "postgres", "shop"])  # by what they could save
        self.assertEqual(set(apps[0]), {"name", "destination", "releases", "bytes", "could_be_bytes", "findings"})
        for app in apps:
            self.assertLessEqual(app["could_be_bytes"], app["bytes"])
            for finding in app["findings"]:
                self.assertEqual(set(finding), {"check", "level", "image", "versions", "layer", "bytes", "counted", "saves_bytes",
                                                "exact", "text", "remedy"})
                self.assertIn(finding["level"], ("bytes", "risk", "note"))
        built = next(f for f in apps[0]["findings"] if f["check"] == "built-in-final")
        self.assertEqual((built["bytes"], built["counted"], built["saves_bytes"], built["exact"]),
                         (600 * MB, "per-release", 2400 * MB, True))
        self.assertEqual(built["versions"], ["v4", "v3", "v2", "v1"])
        self.assertEqual(built["layer"], world.engine.state.find_image("r/blog:v4")["layers"][5][0])
        one = self.ok(world, "audit", "r/blog:v2", "--json").document
        self.assertEqual(set(one["image"]), {"id", "tags", "bytes", "could_be_bytes", "findings"})
        self.assertEqual(one["image"]["tags"], ["r/blog:v2"])

    def test_the_text_says_bytes_and_the_line_to_change(self):
        world = self.world()
        world.environment["COLUMNS"] = "200"
        text = self.ok(world, "audit").out
        self.assertRegex(text, r"(?m)^blog +4 releases, [\d.]+ GB on this host; could be about [\d.]+ GB$")
        self.assertRegex(text, r"(?m)^  built-in-final +600 MB x 4   is built in the last stage, .*: build in a first stage")
        self.assertRegex(text, r"(?m)^  apt-lists +up to 30 MB x 4   stores the package lists")
        self.assertRegex(text, r"(?m)^  root-user +runs as root: after the last RUN, add a USER")
        self.assertRegex(text, r"(?m)^  toolchain +1\.46 GB x 1   ships the toolchain .*: see built-in-final above$")
        self.assertEqual(text.count("      FROM rust:1.75.0 AS builder\n"), 1, "the two stages are shown more than once")
        self.assertIn("Not checked: known vulnerabilities", text)
        stages = next(one for one in json.loads(self.ok(world, "audit", "--json").out)["apps"][0]["findings"]
                      if one["check"] == "toolchain")["remedy"]
        self.assertIn("\nFROM rust:1.75.0 AS builder\n", stages)
        self.assertNotIn("RUN cargo build --release\n", text)
        self.assertRegex(self.ok(world, "audit", "blog").out, r"(?m)^      v4 +600 MB  [0-9a-f]{12}  RUN cargo build --release$")
        self.assertIn("nothing to change", self.ok(world, "audit", "shop").out)

    def test_an_image_without_a_container_and_a_word_that_is_nothing(self):
        document = audit_host()
        document["containers"] = []
        world = self.world(document)
        self.assertIn("No app has releases here", self.ok(world, "audit").out)
        self.assertIn("toolchain", self.ok(world, "audit", "r/blog:v1").out)
        missing = world.rgc("audit", "nothing")
        self.assertEqual(missing.code, 2)
        self.assertIn("no app, image or container here is named 'nothing'", missing.err)

    def test_what_a_pass_has_learned_is_not_asked_for_again_and_looking_keeps_nothing(self):
        world = self.world()
        for _ in range(2):
            world.engine.requests.clear()
            self.ok(world, "audit")
            self.assertEqual(len(world.engine.requests), LISTS + 7 + 2 * 7)
            self.assertEqual([name for name, _ in files_of(world.state)], [])
        self.assertEqual(world.collect().code, 0)
        before = dict(files_of(world.state))
        for words in (("audit",), ("audit", "blog"), ("audit", "r/blog:v1", "--json")):
            world.engine.requests.clear()
            self.ok(world, *words)
            self.assertEqual(len(world.engine.requests), LISTS, words)
        self.assertEqual(dict(files_of(world.state)), before)

    def test_no_secret_is_printed_stored_or_logged(self):
        world = self.world(config={"metrics": {"textfile": "{directory}/rgc.prom"}})
        said = []
        for words in [*LOOKS, ("collect", "--here", "--json"), *LOOKS, ("collect", "--here")]:
            result = world.rgc(*words)
            self.assertIn(result.code, (0, 1), result)
            said.append((" ".join(words), result.out + result.err))
        stored = [(name, text) for name, text in files_of(world.directory) if not name.endswith((".sock", "rgc.conf"))]
        self.assertTrue(any(name.endswith("facts.jsonl") and '"built"' in text for name, text in stored))
        self.assertTrue(any("API_TOKEN" in text for _, text in said), "the names are said")
        for where, text in said + stored:
            for secret in SECRETS:
                self.assertNotIn(secret, text, where)
            self.assertNotIn("4711", re.sub(r"[0-9a-f]{12,}", "", text), where)

    def test_checks_are_left_out_by_name_for_one_app(self):
        world = self.world(config={"app blog": {"audit_ignore": "root-user, no-labels"}})
        self.assertEqual(found(self.ok(world, "audit", "--json").document)["blog"],
                         [name for name in BLOG_FINDINGS if name not in ("root-user", "no-labels")])

    def test_status_names_who_could_save_more_than_a_tenth_of_the_disk_and_metrics_all(self):
        world = self.world(config={"metrics": {"textfile": "{directory}/rgc.prom"}})
        self.assertEqual(world.collect().code, 0)
        app = next(app for app in self.ok(world, "audit", "--json").document["apps"] if app["name"] == "blog")
        saves = app["bytes"] - app["could_be_bytes"]
        with open(os.path.join(world.directory, "rgc.prom"), encoding="utf-8") as file:
            metrics = file.read()
        self.assertIn(f'rgc_audit_saves_bytes{{app="blog",destination="",kind="kamal"}} {saves}\n', metrics)
        self.assertIn('rgc_audit_saves_bytes{app="shop",destination="",kind="kamal"} 0\n', metrics)
        disk = sum(d["total_bytes"] for d in self.ok(world, "status", "--json").document["disk"])
        self.assertEqual("rgc audit blog" in self.ok(world, "status").out, saves > disk / 10)

    def test_an_engine_that_does_not_tell_costs_what_it_did_not_tell(self):
        for match in (r"GET /images/.*/history", r"GET /images/sha256.*/json"):
            world = self.world(faults=[{"match": match, "do": "status:500"}])
            self.assertEqual(found(self.ok(world, "audit", "--json").document)["blog"], ["root-user"])
            self.assertIn("does not report how it was built", self.ok(world, "audit").out)
        world = self.world(faults=[{"match": r"GET /containers/.*/json", "do": "status:500"}])
        self.assertIn("toolchain", found(self.ok(world, "audit", "--json").document)["blog"])
        world.engine.stop()
        self.assertEqual(world.rgc("audit").code, 4)
