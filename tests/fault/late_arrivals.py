# SPDX-License-Identifier: MIT
"""What arrives while a pass acts is not removed, and tags are not taken from what has them by now."""
import time
import unittest
from fault_hosts import rich_host, Host, DAY
from fake_state import container, image
from harness import World
from moving_world import tagged


def run(document, hooks, config=None, **engine):
    world = World(document, config or {"engine": {"parallel": 1}}, **engine)
    for hook in hooks:
        def act(fake, change=hook["change"]):
            with fake.lock:
                change(fake.state)
                fake.state.generation += 1
        world.engine.faults.faults.append({"match": hook["match"], "skip": hook.get("skip", 0), "times": 1, "seen": 0,
                                           hook.get("moment", "before"): act})
    return world


class LateArrivals(unittest.TestCase):
    def test_1_give_back_takes_the_tag_from_what_was_pulled(self):
        """v3's tag is taken; then somebody pulls v3 (rebuilt, new ID). rgc sees it, skips, and gives the tag BACK."""
        new = image("v3 rebuilt", tags=["r:5000/blog:v3"], labels={"service": "blog"})

        def pull(state):
            assert not [i for i in state.images.values() if "r:5000/blog:v3" in i["tags"]]
            state.images[new["id"]] = dict(new)
            state.event("image", "pull", "r:5000/blog:v3", {"name": "r:5000/blog"})
        with run(rich_host().document(), [{"match": "^DELETE /images/r:5000/blog:v3", "moment": "after", "change": pull}],
                 delay=0.6) as world:
            result = world.collect()
            owner = tagged(world.engine.state, "r:5000/blog:v3")
            self.assertEqual(owner["id"], new["id"], "the tag that was just pulled points to the OLD release")

    def test_1b_at_the_start_of_the_next_pass(self):
        """The same of a pass that was killed: list of images, then the pull, then rgc's tag."""
        new = image("v3 rebuilt", tags=["r:5000/blog:v3"], labels={"service": "blog"})
        def pull(state):
            state.images[new["id"]] = dict(new)
            state.event("image", "pull", "r:5000/blog:v3", {"name": "r:5000/blog"})
        with World(rich_host().document(), {"engine": {"parallel": 1}}) as world:
            world.engine.faults.faults.append({"match": "^DELETE /images/r:5000/blog:v3", "times": 1, "seen": 0,
                                               "after": lambda fake: world.signal_client()})
            world.start("collect", "--here", "--json")
            world.process.wait(); world.process.communicate(); world.settle()
            gone = not [i for i in world.engine.state.images.values() if "r:5000/blog:v3" in i["tags"]]
            self.assertTrue(gone)
            def act(fake):
                with fake.lock:
                    pull(fake.state)
                    fake.state.generation += 1
            world.engine.faults.faults[:] = [{"match": "^GET /containers/json", "times": 1, "seen": 0, "before": act}]
            result = world.collect()
            owner = tagged(world.engine.state, "r:5000/blog:v3")
            self.assertEqual(owner["id"], new["id"], "the tag that was just pulled points to the OLD release")

    def test_2_own_deletes_push_the_pull_out_of_the_ring(self):
        """300 images go; at the beginning `docker pull` says one of them is up to date (same ID)."""
        host = Host()
        host.kamal_app("blog", 8)
        for n in range(400):
            host.add(f"left {n}")
        # Oldest first by ID: take the dangling image that will be removed late
        victims = sorted((i for i in host.images if "left" in str(i) or not i["tags"]), key=lambda i: i["id"])
        victim = tagged_entry = [i for i in host.images if "r:5000/blog:v2" in i["tags"]][0]
        def pull(state):
            state.event("image", "pull", "r:5000/blog:v2", {"name": "r:5000/blog"})
            for n in range(300):   # healthchecks, or rgc's own deletes
                state.event("container", "exec_start: true", "c" * 64, {})
        with run(host.document(), [{"match": "^GET /containers/json", "skip": 1, "change": pull}]) as world:
            result = world.collect()
            self.assertIn(victim["id"], world.engine.state.images)

    def test_2b_only_own_deletes(self):
        """As 2, with nothing but rgc's own events: a pull that comes between two looks of a second."""
        host = Host()
        host.kamal_app("blog", 8)
        for n in range(900):
            host.add(f"left {n}")
        victim = [i for i in host.images if "r:5000/blog:v2" in i["tags"]][0]
        order = sorted(i["id"] for i in host.images if not i["tags"] or i is victim)
        done = {"n": 0}
        def pull(state):
            state.event("image", "pull", "r:5000/blog:v2", {"name": "r:5000/blog"})
        # right after the look that begins the images
        with run(host.document(), [{"match": "^DELETE /images/sha256", "skip": 3, "change": pull}],
                 {"engine": {"parallel": 8}}) as world:
            result = world.collect()
            at = [n for n, l in enumerate(world.engine.lines("DELETE")) if victim["id"] in l]
            if order.index(victim["id"]) > 300:
                self.assertIn(victim["id"], world.engine.state.images)

    def test_3_own_list_hides_a_real_pull(self):
        """A killed pass took v3's tags; the next one gives them back; during it v3 is pulled again (same ID)."""
        with World(rich_host().document(), {"engine": {"parallel": 1}}) as world:
            entry = tagged(world.engine.state, "r:5000/blog:v3")
            world.engine.faults.faults.append({"match": "^DELETE /images/r:5000/blog:v3", "times": 1, "seen": 0,
                                               "after": lambda fake: world.signal_client()})
            world.start("collect", "--here", "--json")
            world.process.wait(); world.process.communicate(); world.settle()
            def act(fake):
                with fake.lock:
                    fake.state.event("image", "pull", "r:5000/blog:v3", {"name": "r:5000/blog"})
            world.engine.faults.faults[:] = [{"match": "^GET /containers/json", "skip": 1, "times": 1, "seen": 0, "before": act}]
            result = world.collect()
            self.assertIn(entry["id"], world.engine.state.images)

    def test_4_freed_when_one_of_two_is_refused(self):
        """a and b share a layer of 500 MB with each other only; one goes, the other is refused: nothing shared is freed."""
        host = Host()
        host.kamal_app("blog", 1)
        for seed in ("a", "b"):
            host.add(seed, layers=[("shared", 500_000_000), (seed + " own", 1_000_000)], size=501_000_000)
        ids = sorted(i["id"] for i in host.images if not i["tags"])
        last = ids[1]
        def use(state):
            box = container("debug", last, created=int(time.time()))
            state.containers[box["id"]] = box
        with run(host.document(), [{"match": "^DELETE /images/.*rgc-removing-" + last[7:19], "change": use}]) as world:
            result = world.collect()
            self.assertLess(result.document["freed"]["engine_bytes"], 10_000_000)

    def test_5_tagged_between_the_list_and_now(self):
        """A dangling image gets a tag (a pull, `up to date` by content) after the list of images, before `now`."""
        host = Host()
        host.kamal_app("blog", 2)
        entry = host.add("left over")
        def pull(state):
            state.images[entry["id"]]["tags"] = ["r:5000/newapp:v1"]
            state.event("image", "pull", "r:5000/newapp:v1", {"name": "r:5000/newapp"})
        with run(host.document(), [{"match": "^GET /containers/json", "change": pull}]) as world:
            result = world.collect()
            self.assertIn(entry["id"], world.engine.state.images)

    def test_6_tag_moves_between_list_and_untag(self):
        """An image with one tag is fine; with several, the tag moves within the second in which a list is fresh."""
        new = image("v3 rebuilt", tags=["r:5000/blog:v3"], labels={"service": "blog"})
        def pull(state):
            old = tagged(state, "r:5000/blog:v3")
            old["tags"].remove("r:5000/blog:v3")
            state.images[new["id"]] = dict(new)
            state.event("image", "pull", "r:5000/blog:v3", {"name": "r:5000/blog"})
        # parallel 1; the first DELETE of the batch's tags is of another image or another tag
        with run(rich_host().document(), [{"match": "^DELETE /images/(mirror:5000|r:5000)/", "change": pull}]) as world:
            result = world.collect()
            self.assertIn(new["id"], world.engine.state.images, "the image that was pulled a moment ago was deleted")

    def test_7_a_tag_given_while_an_untagged_image_is_removed_keeps_it(self):
        """An engine removes an untagged image by its ID together with the tag that it has just acknowledged."""
        digest = "r:5000/blog@sha256:" + 64 * "a"
        for moment, digests in (("before", []), ("after", []), ("after", [digest])):
            with self.subTest(moment=moment, digests=digests):
                host = Host()
                host.kamal_app("blog", 1)
                entry = host.add("left over", digests=digests)

                def give(state, entry=entry):
                    state.tag_image(entry["id"], "keep", "this")
                with run(host.document(), [{"match": "^POST /images/.*rgc-removing-", "moment": moment, "change": give}]) as world:
                    result = world.collect()
                    left = world.engine.state.images.get(entry["id"])
                    self.assertIsNotNone(left, "the image went with a tag that the engine had acknowledged")
                    self.assertEqual(left["tags"], ["keep:this"])
                    outcome = [o for o in result.document["outcomes"] if o["id"] == entry["id"]]
                    self.assertEqual([o["outcome"] for o in outcome], ["in-use"])

    def test_7b_a_digest_given_while_an_untagged_image_is_removed_keeps_it(self):
        """A pull by digest gives an image of the containerd store a name that is no tag."""
        digest = "r:5000/blog@sha256:" + 64 * "b"
        host = Host()
        host.kamal_app("blog", 1)
        config = {"engine": {"parallel": 1}, "retention": {"min_age": "0s"}}
        with World(host.document("containerd 1.51"), config) as world:
            world.collect()
            entry = image("left over", created=int(time.time() - 50 * DAY))
            world.engine.state.images[entry["id"]] = entry
            world.engine.state.generation += 1

            def pull(fake):
                with fake.lock:
                    entry["digests"] = [digest]
            world.add_fault(match="^POST /images/.*rgc-removing-", after=pull)
            result = world.collect()
            self.assertIn(entry["id"], world.engine.state.images, "the image went with a digest that was pulled meanwhile")
            self.assertEqual((entry["tags"], entry["digests"]), ([], [digest]))
            self.assertEqual([o["outcome"] for o in result.document["outcomes"] if o["id"] == entry["id"]], ["in-use"])

    def test_8_what_an_interrupted_pass_left_is_nobodys_tag(self):
        """rgc's own tag holds nothing, is no arrival, and is taken off what stays."""
        own = "rgc.invalid/removing:rgc-removing-%s"
        host = Host()
        host.kamal_app("blog", 2)
        alone, named_since = host.add("left over"), host.add("named since", tags=["keep:this"])
        other = host.add("somebody's", tags=[own % (12 * "a")])  # names another image: no tag of rgc's
        for entry in (alone, named_since):
            entry["tags"] = [own % entry["id"][7:19], *entry["tags"]]
        with World(host.document(), {"engine": {"parallel": 1}}) as world:
            plan = {i["id"]: i for i in world.plan().document["images"]}
            self.assertEqual(plan[alone["id"]]["reason"], "dangling")
            self.assertEqual(plan[alone["id"]]["tags"], [])
            world.collect()
            self.assertNotIn(alone["id"], world.engine.state.images)
            self.assertEqual(world.engine.state.images[other["id"]]["tags"], other["tags"])
            self.assertEqual(world.engine.state.images[named_since["id"]]["tags"], ["keep:this"])

    def test_9_an_engine_that_dies_between_untag_and_delete_owes_the_only_tag(self):
        """The next pass gives it back: the image is still here, and nobody else has the tag."""
        with World(rich_host().document(), {"engine": {"parallel": 1}}) as world:
            plan = world.plan().document["images"]
            goes = next(i for i in plan if i["verdict"] == "remove" and len(i["tags"]) == 1)

            def untag(fake):
                with fake.lock:
                    fake.state.images[goes["id"]]["tags"] = []
            world.add_fault(match="^DELETE /images/" + goes["id"], before=untag, do="drop")
            world.collect()
            self.assertEqual(world.engine.state.images[goes["id"]]["tags"], [])
            world.configure({"engine": {"parallel": 1}, "protect": {"image": "*"}})
            world.refreshed()
            world.collect()
            self.assertEqual(world.engine.state.images[goes["id"]]["tags"], goes["tags"])

    def test_9b_an_engine_that_dies_behind_the_last_of_several_tags_owes_that_one_too(self):
        """The pass gives the first tag back at once. Of the last one it does not know, so its intent is kept."""
        with World(rich_host().document(), {"engine": {"parallel": 1}}) as world:
            goes = tagged(world.engine.state, "r:5000/shop:v2")
            goes["tags"].append("r:5000/shop:alias")
            had, image_id = sorted(goes["tags"]), goes["id"]

            def untag(fake):
                with fake.lock:
                    goes["tags"] = []
            world.add_fault(match="^DELETE /images/" + image_id, before=untag, do="drop")
            world.collect()
            self.assertEqual(len(goes["tags"]), 1, "given back at once")
            world.configure({"engine": {"parallel": 1}, "protect": {"image": "*"}})
            world.refreshed()
            world.collect()
            self.assertEqual(sorted(world.engine.state.images[image_id]["tags"]), had)
            world.refreshed()
            world.collect()
            self.assertNotIn('"intent"', world.read("ledger.json"))

    def test_10_a_tag_given_in_the_middle_of_a_removal_by_id_does_not_cost_the_one_it_had(self):
        """An engine takes the only tag off, then sees the new one and refuses: the image stays, so its tag is given back."""
        for answer in ("status:409", "status:500"):
            for others in ([], ["r:5000/shop:alias"]):
                with self.subTest(answer=answer, others=others), World(rich_host().document(), {"engine": {"parallel": 1}}) as world:
                    goes = tagged(world.engine.state, "r:5000/shop:v2")
                    goes["tags"] += others
                    had = list(goes["tags"])

                    def give(fake, goes=goes):
                        with fake.lock:
                            goes["tags"] = ["keep:this"]
                    world.add_fault(match="^DELETE /images/" + goes["id"], before=give, do=answer)
                    outcome = [o["outcome"] for o in world.collect().document["outcomes"] if o["id"] == goes["id"]]
                    self.assertEqual(outcome, ["in-use" if answer == "status:409" else "failed"])
                    self.assertEqual(sorted(goes["tags"]), sorted(["keep:this", *had]))
                    self.assertNotIn('"intent"', world.read("ledger.json"))

    def test_11_a_tag_that_an_engine_takes_off_before_it_fails_is_given_back(self):
        with World(rich_host().document(), {"engine": {"parallel": 1}}) as world:
            goes = tagged(world.engine.state, "r:5000/shop:v2")
            goes["tags"].append("r:5000/shop:alias")
            had = sorted(goes["tags"])
            world.add_fault(match="^DELETE /images/r:5000/shop:(v2|alias)", do="status:500", effect=True, times=1)
            world.collect()
            self.assertEqual(sorted(goes["tags"]), had)

    def test_12_a_tag_that_somebody_takes_off_first_does_not_mean_that_the_image_is_gone(self):
        with World(rich_host().document(), {"engine": {"parallel": 1}}) as world:
            goes = tagged(world.engine.state, "r:5000/blog:v3")
            world.add_fault(match="^DELETE /images/mirror:5000/blog:v3", do="status:404")
            outcome = [o["outcome"] for o in world.collect().document["outcomes"] if o["id"] == goes["id"]]
            self.assertEqual(outcome, ["skipped"])
            self.assertIn(goes["id"], world.engine.state.images)

    def test_13_an_untagged_release_is_kept_when_something_of_its_app_comes(self):
        """Neither a tag nor a digest says whose release it is, only the ledger does."""
        def build(state):
            new = image("built here", created=int(time.time()))
            state.images[new["id"]] = dict(new)
            state.tag_image(new["id"], "r:5000/blog", "v43")

        def tag(state):
            state.tag_image(tagged(state, "company/tool:1")["id"], "r:5000/blog", "v43")

        def start(state):
            box = container("trying it", tagged(state, "company/tool:1")["id"], image_ref="r:5000/blog:v43",
                            created=int(time.time()))
            state.containers[box["id"]] = box
        for change in (build, tag, start):
            with self.subTest(change.__name__):
                host = rich_host()
                old = next(i for i in host.images if i["tags"] == ["r:5000/blog:v4"])
                old["tags"] = []
                with run(host.document(), [{"match": "^GET /containers/json", "skip": 1, "change": change}]) as world:
                    result = world.collect()
                    planned = next(i for i in result.document["images"] if i["id"] == old["id"])
                    self.assertEqual((planned["verdict"], [a["name"] for a in planned["apps"]]), ("remove", ["blog"]))
                    self.assertIn(old["id"], world.engine.state.images)
                    self.assertIn("blog-web-v4", [c["name"] for c in world.engine.state.containers.values()])
                    outcomes = {o["ref"]: o["outcome"] for o in result.document["outcomes"]}
                    self.assertEqual(outcomes["blog-web-v4"], "skipped")
                    self.assertIn("removed", outcomes.values(), "the rest of the pass was done")
