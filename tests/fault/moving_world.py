# SPDX-License-Identifier: MIT
"""The host changes between the plan and the removal: whatever came into use, or arrived, stays."""
import re
import time
import unittest

from fault_hosts import rich_host
from fake_state import container, image
from harness import World, expect_whole, inventory

FLAVOURS = ("overlay2 1.41", "containerd 1.51", "podman")
ACTING = "^GET /containers/json"  # the second list of containers: the plan is made, nothing is removed yet


def tagged(state, tag):
    return next(i for i in state.images.values() if tag in i["tags"])


def named(state, name):
    return next(c for c in state.containers.values() if c["name"] == name)


def on_each_engine(test):
    def run(self):
        for flavour in FLAVOURS:
            with self.subTest(flavour):
                test(self, flavour)
    return run


class MovingWorld(unittest.TestCase):
    def pass_with(self, flavour, change, match=ACTING, skip=1, moment="before", **engine):
        """A pass during which `change(state)` happens; returns (world, result, inventory before)."""
        world = World(rich_host().document(flavour), {"engine": {"parallel": 1}}, **engine)
        before = inventory(world.engine.state)

        def hook(fake):
            with fake.lock:
                change(fake.state)
                fake.state.generation += 1
        world.add_fault(match=match, skip=skip, **{moment: hook})
        world.__enter__()
        self.addCleanup(world.__exit__)
        result = world.collect()
        self.assertEqual(world.engine.state.violations, [])
        return world, result, before

    def outcomes(self, result, of):
        return {o["outcome"] for o in result.document["outcomes"] if of in (o["id"], o["ref"])}

    def assert_app_was_left(self, world, result, before, app, other):
        """Nothing of `app` went, and the rest of the pass was done."""
        gone = set(before["images"]) - set(world.engine.state.images)
        planned = {i["id"]: {a["name"] for a in i["apps"]} for i in result.document["images"]
                   if i["verdict"] == "remove"}
        self.assertTrue(any(app in apps for apps in planned.values()), "the plan has nothing of it")
        self.assertFalse([i for i in gone if app in planned.get(i, ())], result)
        self.assertTrue([i for i in gone if other in planned.get(i, ())], result)
        boxes = [c for c in result.document["containers"] if c["app"] == app]
        self.assertFalse([c["name"] for c in boxes if c["id"] not in world.engine.state.containers])
        expect_whole(before, inventory(world.engine.state), result)

    @on_each_engine
    def test_a_container_starts_on_an_image_that_was_to_go(self, flavour):
        def start(state):
            box = container("debug", tagged(state, "r:5000/blog:v3")["id"], image_ref="r:5000/blog:v3",
                            created=int(time.time()))
            state.containers[box["id"]] = box
        world, result, before = self.pass_with(flavour, start)
        self.assertEqual(result.code, 0, result)
        self.assertEqual(self.outcomes(result, tagged(world.engine.state, "r:5000/blog:v3")["id"]), {"in-use"})
        self.assert_app_was_left(world, result, before, "blog", "shop")

    @on_each_engine
    def test_a_deploy_begins(self, flavour):
        def deploy(state):
            state.images[image("v10")["id"]] = image("v10", tags=["r:5000/blog:v10"], labels={"service": "blog"})
            box = container("blog-web-v10", "v10", state="created", image_ref="r:5000/blog:v10",
                            created=int(time.time()), labels={"service": "blog", "role": "web"})
            state.containers[box["id"]] = box
        world, result, before = self.pass_with(flavour, deploy)
        self.assert_app_was_left(world, result, before | {"images": before["images"] | {
            image("v10")["id"]: ["r:5000/blog:v10"]}}, "blog", "shop")
        self.assertIn("blog-web-v10", [c["name"] for c in world.engine.state.containers.values()])

    @on_each_engine
    def test_a_stopped_container_is_started_again(self, flavour):
        def start(state):
            named(state, "blog-web-v4").update(state="running", started=int(time.time()), finished=0)
        world, result, _ = self.pass_with(flavour, start)
        self.assertEqual(self.outcomes(result, "blog-web-v4"), {"in-use"})
        self.assertEqual(named(world.engine.state, "blog-web-v4")["state"], "running")
        self.assertTrue(tagged(world.engine.state, "r:5000/blog:v4"))

    @on_each_engine
    def test_a_container_cannot_be_read_any_more(self, flavour):
        def change(state):
            named(state, "blog-web-v4")["row"] = {"Labels": []}
        _, result, _ = self.pass_with(flavour, change)
        self.assertEqual([(o["outcome"], o["error"]) for o in result.document["outcomes"] if o["ref"] == "blog-web-v4"],
                         [("skipped", "rgc cannot read it any more, so it keeps it")])

    @on_each_engine
    def test_the_image_is_pulled_again(self, flavour):
        def pull(state):
            state.event("image", "pull", "r:5000/blog:v4", {"name": "r:5000/blog"})
        world, result, before = self.pass_with(flavour, pull)
        self.assertEqual(result.code, 0, result)
        self.assert_app_was_left(world, result, before, "blog", "shop")

    @on_each_engine
    def test_its_tag_moves_to_another_image(self, flavour):
        for tag in ("r:5000/blog:v4", "r:5000/blog:v3"):  # the only one, one of several
            def move(state, tag=tag):
                state.tag_image(tagged(state, "r:5000/blog:v8")["id"], *tag.rsplit(":", 1))
            world, result, _ = self.pass_with(flavour, move)
            self.assertIn(tag, tagged(world.engine.state, "r:5000/blog:v8")["tags"], result)

    @on_each_engine
    def test_its_tag_moves_while_others_are_removed(self, flavour):
        """At the last moment: the tags of an image with several are looked at just before."""
        def move(state):
            state.tag_image(tagged(state, "r:5000/blog:v8")["id"], "mirror:5000/blog", "v3")
        world, result, _ = self.pass_with(flavour, move, match="^GET /images/sha256:[0-9a-f]*/json$",
                                          skip=self.first_look(flavour))
        owner = tagged(world.engine.state, "mirror:5000/blog:v3")
        self.assertIn("r:5000/blog:v8", owner["tags"], result)
        kept = [i for i in world.engine.state.images.values() if "r:5000/blog:v3" in i["tags"]]
        self.assertTrue(kept and "r:5000/blog:sha-v3" in kept[0]["tags"], result)

    def first_look(self, flavour):
        """How many inspects of images come before those of the acting part."""
        with World(rich_host().document(flavour), {"engine": {"parallel": 1}}) as world:
            world.collect()
            lines = world.engine.lines("")
            acting = max(n for n, line in enumerate(lines) if line.endswith("/history"))
            return len([line for line in lines[:acting] if re.match("GET /images/sha256.*/json$", line)])

    @on_each_engine
    def test_it_gets_another_tag(self, flavour):
        def tag(state):
            state.tag_image(tagged(state, "r:5000/blog:v4")["id"], "backup", "v4")
        world, result, before = self.pass_with(flavour, tag)
        self.assertIn("backup:v4", tagged(world.engine.state, "r:5000/blog:v4")["tags"], result)

    @on_each_engine
    def test_a_container_starts_after_the_last_look(self, flavour):
        """Then the engine refuses, and what was taken is given back."""
        with World(rich_host().document(flavour)) as world:
            entry = tagged(world.engine.state, "r:5000/blog:v3")

        def start(state):
            box = container("debug", entry["id"], created=int(time.time()))
            state.containers[box["id"]] = box
        world, result, before = self.pass_with(flavour, start, match=f"^DELETE /images/{entry['id']}", skip=0)
        self.assertEqual(self.outcomes(result, entry["id"]), {"in-use"})
        self.assertEqual(result.code, 0, result)
        expect_whole(before, inventory(world.engine.state), result)
        self.assertIn(entry["id"], world.engine.state.images)

    @on_each_engine
    def test_others_remove_it_first(self, flavour):
        def remove(state):
            state._delete(tagged(state, "r:5000/blog:v4"))  # pylint: disable=protected-access
            del state.containers[named(state, "shop-web-production-v2")["id"]]
        world, result, _ = self.pass_with(flavour, remove)
        self.assertEqual(result.code, 0, result)
        self.assertEqual(self.outcomes(result, "shop-web-production-v2"), {"gone"})
        self.assertEqual(self.outcomes(result, "r:5000/blog:v4"), {"gone"})

    @on_each_engine
    def test_something_comes_while_it_removes(self, flavour):
        """Acting takes seconds here: each removal is allowed by a list of at most a second before."""
        def start(state):
            survivors = [i for i in state.images.values() if any(t.startswith("r:5000/shop") for t in i["tags"])]
            for n, entry in enumerate(survivors):
                box = container(f"debug {n}", entry["id"], created=int(time.time()))
                state.containers[box["id"]] = box
        world, result, before = self.pass_with(flavour, start, skip=3, delay=0.2)
        expect_whole(before, inventory(world.engine.state), result)
        self.assertIn("in-use", {o["outcome"] for o in result.document["outcomes"]})
        self.assertEqual(result.code, 0, result)
        lists = [r["began"] for r in world.engine.requests if r["line"].startswith("GET /containers/json")]
        self.assertGreater(len(lists), 3)
        for request in world.engine.requests:
            if request["line"].startswith("DELETE"):
                age = min(request["began"] - began for began in lists if began <= request["began"])
                self.assertLess(age, 2.5, request["line"])

    def test_the_list_of_containers_fails_while_it_removes(self):
        faults = ({"do": "status:500"}, {"do": "truncate"}, {"do": "body", "body": b"null"})
        for flavour, fault in zip(FLAVOURS, faults):
            with self.subTest(flavour):
                world = World(rich_host().document(flavour), {"engine": {"parallel": 1}}, delay=0.3)
                before = inventory(world.engine.state)
                world.add_fault(match=ACTING, skip=3, times=None, **fault)
                with world:
                    result = world.collect()
                    lines = world.engine.lines("")
                    failed = [n for n, line in enumerate(lines) if line.startswith("GET /containers/json")][3]
                    self.assertFalse([line for line in lines[failed:] if not line.startswith(("GET", "POST /images"))])
                    self.assertEqual(result.code, 1, result)
                    self.assertIn("nothing more was removed", result.document["error"])
                    self.assertTrue(world.engine.state.removed)
                    expect_whole(before, inventory(world.engine.state), result)
