# SPDX-License-Identifier: MIT
"""Answers that are huge, deep or full of control characters: rgc does not die of them, and no terminal sees them."""
import json
import unittest

from fake_state import image
from fault_hosts import Host, rich_host
from harness import LONG, World, expect_clean, expect_one_sentence, inventory

# Turns text around, is not seen; clears the screen, sets the title, goes back, C1, NUL, DEL, newline and tab.
NASTY = "a\u202egnp\u2066\u061c\u200b\ufeff\u2028\x1b[2J\x1b]0;title\x07\r\x08\u009b31m\0\x7f\n\tb"
LONE_SURROGATE = "\ud800"
WORDS = [["plan"], ["status"], ["collect", "--dry-run"], ["collect", "--here"], ["history"], ["check"], ["plan", "--json"],
         ["status", "--json"], ["history", "--json"], ["why", "r:5000/blog:v8"], ["why", "r:5000/blog:v8", "--json"]]


def nasty_host():
    host = rich_host()
    for entry in host.images:
        entry["labels"].update({NASTY.replace("\0", ""): NASTY, "org.opencontainers.image.title": NASTY,
                                "x": "\x1b[31m" * 1000})
    host.add("nasty", tags=["r:5000/\x1b[2Jblog:v1\x07", "\x1b]0;x\x07:1", "a b:c d"],
             labels={"service": NASTY, "destination": NASTY, "version": NASTY})
    labels = {"service": "blog" + NASTY, "role": NASTY, "destination": NASTY}
    for n in range(3):
        host.box(f"{NASTY}{n}", "nasty", state="exited", labels=labels, image_ref="\x1b[2J:1", restart_policy=NASTY)
    host.box("compose", "left over", labels={"com.docker.compose.project": NASTY, "com.docker.compose.service": NASTY,
                                            "com.docker.compose.config-hash": NASTY},
             image_ref=NASTY)
    host.box("buildx_buildkit_" + NASTY, "tool", state=NASTY, image_ref=NASTY)
    return host


class HostileAnswers(unittest.TestCase):
    def world(self, document=None, config=None, faults=(), **engine):
        world = World(document or rich_host().document(), config, faults, **engine)
        world.__enter__()
        self.addCleanup(world.__exit__)
        return world

    def see_all(self, world):
        for words in WORDS:
            with self.subTest(words):
                result = world.rgc(*words)
                self.assertEqual(result.code, 0, result)
                expect_clean(result)
                if "--json" in words and result.out:
                    self.assertIn("schema", result.document)

    def test_control_characters_in_every_name(self):
        for flavour in ("overlay2 1.41", "containerd 1.51", "podman"):
            world = self.world(nasty_host().document(flavour))
            before = inventory(world.engine.state)
            self.see_all(world)
            self.assertEqual(world.engine.state.violations, [])
            self.assertNotEqual(inventory(world.engine.state), before)

    def test_control_characters_in_what_the_engine_is(self):
        document = rich_host().document()
        self.see_all(self.world({**document, "version": "28" + NASTY, "store": "x" + NASTY}))
        lost = self.world({**document, "root": "/" + NASTY}, {"engine": {"storage": "auto"}}).rgc("status")
        self.assertEqual(lost.code, 1)
        expect_one_sentence(lost)

    def test_control_characters_in_refusals(self):
        for match in ("/version", "/images/json", "/containers/json", "DELETE", "/build/prune", "/events"):
            for do in ({"do": "status:500", "message": NASTY * 50}, {"do": "status:409", "message": NASTY},
                       {"do": "body", "code": 500, "body": NASTY.encode()},
                       {"do": "body", "code": 404, "body": b"\xff\xfe\x1b[2J" * 1000}):
                world = self.world(faults=[{"match": match, **do}])
                for words in (["collect", "--here"], ["status"], ["history"]):
                    result = world.rgc(*words)
                    expect_clean(result)
                    self.assertLess(len(result.err), 1000)

    def test_bytes_that_are_no_utf8(self):
        """No engine writes them; nothing is decided on such a list."""
        image_, box = b"sha256:" + b"a" * 64, b"b" * 64
        labelled = b'[{"Id":"%s","RepoTags":[],"Labels":{%s}}]'
        answers = [
            ("/images/json", b'[{"Id":"%s","RepoTags":["r/b\xff\xfe\x1b:1"],"Created":1,"Size":1}]' % image_),
            ("/images/json", labelled % (image_, b'"x":"\\ud800"')),
            ("/images/json", labelled % (image_, b'"\\u0000":"x"')),  # jansson knows no keys with NUL in them
            ("/containers/json", b'[{"Id":"%s","Names":["/\xc3\x28"],"ImageID":"%s","Image":"x"}]' % (box, image_)),
            ("/info", b'{"Driver":"\xff\xff","DockerRootDir":"/"}'),
            ("/version", b'{"Version":"\xf0\x28","ApiVersion":"1.51"}'),
        ]
        for match, body in answers:
            with self.subTest(match):
                world = self.world(faults=[{"match": match, "do": "body", "body": body}])
                result = world.rgc("collect", "--here")
                expect_clean(result)
                if result.code:
                    expect_one_sentence(result)
                    self.assertEqual(world.changes(), [])

    def test_deep_nesting(self):
        for depth in (100, 10_000, 500_000):
            for match in ("/images/json", "/containers/json", "/version", "/info", "/events", "/system/df",
                          "/containers/[0-9a-f]*/json", "DELETE"):
                deep = b"[" * depth + b"]" * depth
                body = b'{"BuildCache":[' + deep + b'], "x":' + deep + b"}"
                if match.endswith("s/json"):
                    body = b'[{"Id":' + deep + b"}]"
                with self.subTest(f"{match} {depth}"):
                    result = self.world(faults=[{"match": match, "do": "body", "body": body}]).rgc("collect", "--here")
                    self.assertIn(result.code, (0, 1), result)
                    expect_clean(result)

    def test_names_of_a_mebibyte(self):
        """Labels may be as long as they like; a reference of that length is none, and what has it is kept."""
        huge = "x" * (1 << 20)
        for change in ({"labels": {"x": huge}}, {"labels": {huge: ""}}, {"tags": ["r:5000/" + huge + ":1"]},
                       {"digests": ["r@" + huge]}):
            host = rich_host()
            host.images[0].update(change)
            world = self.world(host.document())
            result = world.rgc("collect", "--here", "--json")
            self.assertEqual(result.code, 0, result)
            expect_clean(result)
            self.assertEqual([row["name"] for row in result.document["unreadable"]],
                             [] if "labels" in change else [host.images[0]["id"]])
            self.assertIn(host.images[0]["id"], world.engine.state.images)

    def test_long_names_that_just_fit(self):
        host = rich_host()
        host.add("long", tags=["r:5000/" + "x" * 100_000 + ":" + "y" * 100_000], labels={"service": "z" * 100_000})
        host.box("n" * 200_000, "long", state="exited", labels={"service": "z" * 100_000, "role": "w" * 100_000})
        world = self.world(host.document())
        self.see_all(world)
        for environment, width in (({}, 1000), ({"COLUMNS": "80"}, 80)):
            world.environment = environment
            for words in (["plan"], ["status"]):
                self.assertLessEqual(max(map(len, world.rgc(*words).out.splitlines())), width)

    def test_lists_without_an_end(self):
        """Half a gibibyte, then it is no list any more."""
        for match in ("/images/json", "/containers/json") if LONG else ("/images/json",):
            world = self.world(config={"engine": {"timeout": "10m"}}, faults=[{"match": match, "do": "endless"}])
            result = world.rgc("collect", "--here")
            self.assertEqual(result.code, 1, result)
            expect_one_sentence(result)
            self.assertIn("too large to be true", result.err)
            self.assertEqual(world.changes(), [])
            world.engine.stopping.set()

    def test_answers_without_an_end(self):
        for match in ("/version", "/info", "/containers/[0-9a-f]*/json", "DELETE /containers", "DELETE /images",
                      "/build/prune", "/events", "/system/df"):
            with self.subTest(match):
                fault = {"match": match, "do": "endless", "times": 1}
                world = self.world(config={"engine": {"timeout": "2s"}}, faults=[fault])
                result = world.rgc("collect", "--here")
                self.assertIn(result.code, (0, 1, 4), result)
                if match == "/version":
                    self.assertIn(result.code, (1, 4))
                world.engine.stopping.set()

    def test_many_containers(self):
        count = 100_000 if LONG else 3_000
        host = Host()
        host.kamal_app("blog", 8)
        for n in range(count):
            host.box(f"c{n}", "blog--v1", state="exited", restart_policy="no", image_ref="r:5000/blog:v1")
        world = self.world(host.document(), {"engine": {"timeout": "2m", "parallel": 8}})
        result = world.rgc("collect", "--here")
        self.assertEqual(result.code, 0, result)
        self.assertIn(image("blog--v1")["id"], world.engine.state.images)
        self.assertNotIn(image("blog--v2")["id"], world.engine.state.images)
        world.refreshed()
        self.assertEqual(world.rgc("collect", "--here").code, 0)
        self.assertEqual(world.engine.lines("/containers/[0-9a-f]*/json"), [])  # each was looked at once

    def test_numbers_that_do_not_fit(self):
        for number in (1 << 62, (1 << 63) - 1, 1 << 63, 1 << 70, -1, -(1 << 62), 1e300, 0.5):
            host = rich_host()
            host.images[0]["size"], host.images[1]["created"], host.images[2]["created"] = number, number, -1
            host.cache[0]["size"] = host.cache[1]["last_used"] = number
            host.images[3]["layers"][0][1] = number
            host.containers[0]["created"] = number
            host.containers[1].update(restarts=number, exit_code=number, started=number, finished=number)
            document = host.document()
            document["events"].append({**document["events"][0], "time": number, "timeNano": number})
            world = self.world(document, {"retention": {"min_age": "1h"}})
            for words in (["plan"], ["status", "--json"], ["collect", "--here"]):
                result = world.rgc(*words)
                self.assertIn(result.code, (0, 1), result)
                expect_clean(result)
                if result.code == 1 and not result.out:
                    expect_one_sentence(result)

    def test_references_that_are_none(self):
        for reference in (":", "@", "x:", "", "x:\n", "a@b:c", "x@sha256:\x1b", "../../containers/x?force=1"):
            host = rich_host()
            host.images[0]["tags"] = [reference]
            with self.subTest(reference):
                world = self.world(host.document())
                result = world.rgc("collect", "--here")
                expect_clean(result)
                self.assertEqual(world.engine.state.violations, [])
                if result.code:
                    expect_one_sentence(result)
                    self.assertEqual(world.changes(), [])

    def test_ids_that_are_none_and_ids_twice(self):
        row = {"Id": "sha256:" + "a" * 64, "RepoTags": ["x:1"], "RepoDigests": [], "Created": 1, "Size": 1}
        for id_ in ("", "sha256:", "sha256:" + "a" * 63, "../../containers/x?force=1", "sha256:" + "g" * 64,
                    "sha256:" + "A" * 64):
            with self.subTest(id_):
                body = json.dumps([{**row, "Id": id_}]).encode()
                world = self.world(faults=[{"match": "/images/json", "do": "body", "body": body}])
                result = world.rgc("collect", "--here")
                self.assertEqual(result.code, 1, result)
                expect_one_sentence(result)
                self.assertEqual(world.changes(), [])
        row["ParentId"] = row["Id"]
        body = json.dumps([row, row, {**row, "RepoTags": []}]).encode()
        result = self.world(faults=[{"match": "/images/json", "do": "body", "body": body}]).rgc("collect", "--here")
        self.assertIn(result.code, (0, 1), result)
