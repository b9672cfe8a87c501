# SPDX-License-Identifier: MIT
"""One odd thing concerns that thing alone: a row, a size, a label, a builder, an endpoint that a proxy forbids.

Each host is one on which a healthy pass removes something of every kind; beside it, the odd thing must change nothing,
but for what it could hide.
"""
import re
import shutil
import time
import unittest

from fake_builders import builder
from fake_hosts import kamal_host
from fake_state import cache_record, container, container_id, image_id
from fake_views import DROP
from fault_hosts import DAY, FLAVOURS, Host, rich_host
from harness import LONG, World, expect_clean, expect_one_sentence, inventory, lost

HEX = "0123456789abcdef" * 8
HUGE = "y" * (3 << 20)

# Kept, and named: the row cannot be understood.
UNREADABLE_IMAGES = {
    "an ID by sha512": {"Id": "sha512:" + HEX},
    "a size beyond all integers": {"Size": 18446744073709551615},
    "a size that is no number": {"Size": "1 GB"},
    "a fraction of a byte": {"Size": 0.5},
    "a date that is no number": {"Created": "2024-01-01T00:00:00Z"},
    "a tag without a tag": {"RepoTags": ["odd/img"]},
    "an empty tag": {"RepoTags": [""]},
    "no tag among the tags": {"RepoTags": ["odd/img:1", None]},
    "tags that are no list": {"RepoTags": "odd/img:1"},
    "a label that is a number": {"Labels": {"service": 5}},
    "labels that are a list": {"Labels": []},
    "a parent that is none": {"ParentId": "x"},
    "a reference of 3 MB": {"RepoTags": ["odd/" + HUGE + ":1"]},
}
# Nothing is wrong with these.
ODD_IMAGES = {
    "a digest by sha512": {"RepoDigests": ["odd/img@sha512:" + HEX]},
    "two digests in one (moby#43862)": {"RepoDigests": ["odd/img@sha256:" + HEX[:64] + "@sha256:" + HEX[:64]]},
    "a negative size": {"Size": -1},
    "a size of terabytes (sparse files)": {"Size": 5 << 40},
    "no size": {"Size": DROP, "SharedSize": DROP},
    "the year 1": {"Created": -62135596800},
    "null and nothing": {"RepoDigests": None, "Labels": None, "ParentId": DROP, "Created": DROP, "SharedSize": DROP},
    "a registry with an IPv6 address": {"RepoTags": ["[2001:db8::1]:5000/odd:1"]},
    "a thousand tags": {"RepoTags": [f"odd/img:{n}" for n in range(1000)]},
    "a label of 3 MB": {"Labels": {"io.buildpacks.build.metadata": HUGE}},
    "a name of a label of 3 MB": {"Labels": {HUGE: ""}},
    "50,000 labels": {"Labels": {f"a.label.{n}": "x" * 100 for n in range(50_000)}},
    "members nobody knows": {"Manifests": [[[[{"x": HUGE}]]]], "Identity": {"Id": 7}},
}
# They keep their own image, and what may be of their app; nothing else.
UNREADABLE_CONTAINERS = {
    "an ID in capitals": {"Id": HEX[:64].upper()},
    "names that are numbers": {"Names": [7]},
    "a state that is a number": {"State": 7},
    "labels that are a list": {"Labels": []},
    "a date that is no number": {"Created": "yesterday"},
}
ODD_CONTAINERS = {
    "no image at all (Podman 5.8)": {"ImageID": "sha256:", "Image": ""},
    "an empty image ID": {"ImageID": "", "Image": ""},
    "an image that is not in the list": {"ImageID": image_id("gone")},
    "an image by sha512": {"ImageID": "sha512:" + HEX},
    "an unknown state": {"State": "stopping"},
    "no names (Docker 29, dead)": {"Names": None},
    "mounts and labels of null": {"Mounts": None, "Labels": None},
    "a label of 3 MB": {"Labels": {"x": HUGE}},
}
# These may use any image.
HIDING_CONTAINERS = {
    "no image ID": {"ImageID": DROP},
    "an image ID that is short": {"ImageID": "abcdef123456"},
    "an image ID that is a number": {"ImageID": 7},
    "an image ID that was cut": {"ImageID": "sha256:" + HEX[:63]},
    "an ID that is a path": {"Id": "../images/x?force=1"},
}


def odd_host(flavour="overlay2 1.51", image=None, box=None):
    host = rich_host()
    host.add("odd", tags=["odd/img:1"])["row"] = image or {}
    if box is not None:
        host.box("odd", "odd", state="exited", restart_policy="no", image_ref="odd/img:1", row=box)
    return host.document(flavour)


def in_turn(rows, flavour):
    """Each on one of the engines, or, with RGC_TEST_LONG=1, on all."""
    nth = list(FLAVOURS).index(flavour)
    return [item for number, item in enumerate(rows.items()) if LONG or number % len(FLAVOURS) == nth]


class Case(unittest.TestCase):
    def world(self, *args, **more):
        world = World(*args, **more)
        world.__enter__()
        self.addCleanup(world.__exit__)
        return world

    def collect(self, document, faults=()):
        """(what is gone: images, containers, cache; the report; the world)"""
        world = self.world(document, faults=faults)
        before = inventory(world.engine.state)
        result = world.collect()
        world.settle()
        expect_clean(result)
        self.assertEqual(world.engine.state.violations, [])
        return lost(before, inventory(world.engine.state)), result, world

    def healthy(self, flavour):
        gone, result, _ = self.collect(odd_host(flavour))
        self.assertEqual(result.code, 0, result)
        self.assertTrue(all(gone[:2]), result)
        return gone


class Rows(Case):
    def test_an_odd_image_changes_nothing_for_the_others(self):
        for flavour in FLAVOURS:
            healthy = self.healthy(flavour)
            for what, row in in_turn({**UNREADABLE_IMAGES, **ODD_IMAGES}, flavour):
                with self.subTest(f"{what}, {flavour}"):
                    gone, result, _ = self.collect(odd_host(flavour, image=row))
                    self.assertEqual(result.code, 0, result)
                    self.assertNotIn(image_id("odd"), gone[0])
                    self.assertEqual(gone, healthy, result)
                    self.assertEqual(bool(result.document["unreadable"]), what in UNREADABLE_IMAGES, result)

    def test_an_unreadable_image_is_kept_and_named_everywhere(self):
        world = self.world(odd_host(image={"Size": "1 GB"}))
        plan = world.plan().document
        entry = next(i for i in plan["images"] if i["id"] == image_id("odd"))
        self.assertEqual((entry["verdict"], entry["reason"]), ("keep", "unreadable"))
        self.assertEqual(plan["unreadable"], [{"kind": "image", "name": image_id("odd"),
                                               "why": '"Size" is not a whole number'}])
        for words in (["plan"], ["status"], ["why", "odd/img:1"], ["check"]):
            out = " ".join(world.rgc(*words).out.split())
            self.assertIn('"Size" is not a whole number', out, words)

    def test_an_image_without_any_id_is_named(self):
        document = odd_host(image={"Id": None})
        gone, result, _ = self.collect(document)
        self.assertEqual(result.code, 0, result)
        self.assertEqual(gone, self.healthy("overlay2 1.51"))
        self.assertEqual([(r["kind"], r["name"]) for r in result.document["unreadable"]], [("image", None)])

    def test_an_odd_container_changes_nothing_for_the_others(self):
        """The first half of history 43 among them; the second is the next test."""
        for flavour in FLAVOURS:
            healthy = self.healthy(flavour)
            for what, row in in_turn({**UNREADABLE_CONTAINERS, **ODD_CONTAINERS}, flavour):
                with self.subTest(f"{what}, {flavour}"):
                    gone, result, _ = self.collect(odd_host(flavour, box=row))
                    self.assertEqual(result.code, 0, result)
                    self.assertEqual(gone, healthy, result)
                    self.assertEqual(bool(result.document["unreadable"]), what in UNREADABLE_CONTAINERS, result)

    def test_with_a_container_that_may_use_anything_only_build_cache_goes(self):
        for flavour in FLAVOURS:
            healthy = self.healthy(flavour)
            for what, row in in_turn(HIDING_CONTAINERS, flavour):
                with self.subTest(f"{what}, {flavour}"):
                    document = odd_host(flavour, box=row)
                    gone, result, world = self.collect(document)
                    self.assertEqual(result.code, 0, result)
                    self.assertEqual(gone, (set(), set(), healthy[2]), result)
                    self.assertEqual([r["kind"] for r in result.document["unreadable"]], ["container"])
                    plan = world.rgc("plan").out
                    self.assertIn("Neither images nor containers are removed", " ".join(plan.split()))
                    self.assertEqual(world.rgc("check").code, 1)
                    name = result.document["unreadable"][0]["name"]
                    self.assertIn("rgc cannot read", world.rgc("why", name).err)

    def test_a_container_that_comes_during_the_pass_may_use_anything(self):
        """The lists of the plan are healthy; the one before the first removal is not."""
        def come(engine):
            box = {**container("new", "odd", "running"), "row": {"ImageID": "?"}}
            with engine.lock:
                engine.state.containers[box["id"]] = box
                engine.state.generation += 1

        world = self.world(odd_host(), faults=[{"match": "GET /containers/json", "skip": 1, "times": 1, "before": come}])
        before = inventory(world.engine.state)
        result = world.collect()
        gone = lost(before, inventory(world.engine.state))
        self.assertEqual(gone[:2], (set(), set()), result)
        self.assertIn("cannot be read", result.out)

    def test_an_image_mount_of_an_odd_container_holds_all(self):
        gone, result, _ = self.collect(odd_host(box={"Mounts": [7]}))
        self.assertEqual(gone[0], set(), result)

    def test_the_same_image_twice_is_one(self):
        document = odd_host()
        document["images"].append({**document["images"][0], "id": image_id("twin"),
                                   "row": {"Id": document["images"][0]["id"], "RepoTags": ["odd/twin:1"]}})
        gone, result, _ = self.collect(document)
        self.assertEqual(result.code, 0, result)
        self.assertEqual(gone[0], self.healthy("overlay2 1.51")[0])

    def test_an_odd_record_of_build_cache_changes_nothing_for_the_others(self):
        for row in ({"Size": -1}, {"Size": 5 << 40}, {"ID": None}, {"LastUsedAt": "0001-01-01T00:00:00Z"},
                    {"LastUsedAt": "yesterday"}, {"Description": HUGE}):
            with self.subTest(list(row)):
                host = rich_host()
                host.cache.append({**cache_record("odd", in_use=True), "row": row})
                healthy = self.healthy("overlay2 1.51")[2]
                gone, result, _ = self.collect(host.document())
                self.assertEqual(result.code, 0, result)
                self.assertEqual(gone[2], healthy)

    def test_an_odd_event_is_a_gap_and_no_end(self):
        now = time.time()
        for odd in ({"Type": 7}, {"Type": "image", "Action": "pull", "Actor": []}, {"Action": "tag"},
                    {"Type": "container", "Action": "die", "Actor": {"ID": HEX[:64], "Attributes": {"service": 7}}}):
            with self.subTest(str(odd)):
                document = odd_host()
                document["events"].append({**odd, "timeNano": int(now - 3 * DAY) * 10**9})
                gone, result, _ = self.collect(document)
                self.assertEqual(result.code, 0, result)
                self.assertEqual([r["kind"] for r in result.document["unreadable"]], ["event"])
                self.assertLessEqual(gone[0], self.healthy("overlay2 1.51")[0])

    def test_labels_of_3_mb_come_run_and_go(self):
        """History 48: the image, its containers and their events."""
        labels = {"io.buildpacks.build.metadata": HUGE}
        host = rich_host()
        host.add("java", tags=["r/java:1"], labels=labels)
        host.box("java", "java", labels=labels, image_ref="r/java:1")
        document = host.document()
        for action in ("create", "start", "die"):
            document["events"].append(
                {"Type": "container", "Action": action, "scope": "local", "time": int(host.now - 60),
                 "Actor": {"ID": container_id("java"), "Attributes": {"image": "r/java:1", "name": "java", **labels}},
                 "timeNano": int(host.now - 60) * 10**9})
        world = self.world(document)
        for _ in range(2):
            result = world.collect()
            self.assertEqual((result.code, result.document["unreadable"]), (0, []), result)
            self.assertIn(image_id("java"), world.engine.state.images)
        with world.engine.lock:
            del world.engine.state.containers[container_id("java")], world.engine.state.images[image_id("java")]
            world.engine.state.generation += 1
        self.assertEqual(world.collect().code, 0)

    def test_dead_containers_without_a_name(self):
        document = kamal_host(12, apps=1, containers_per_app=12)
        boxes = document["containers"][6:9]
        for box in boxes:
            box.update(state="dead", row={"Names": None})
        faults = [{"match": "DELETE /containers/" + box["id"], "do": "status:500", "message": "device or resource busy"}
                  for box in boxes]
        gone, result, world = self.collect(document, faults)
        self.assertTrue(gone[0], result)
        self.assertFalse({box["image"] for box in boxes} & gone[0], result)
        for entry in world.plan().document["containers"]:
            self.assertTrue(entry["name"])


class Sizes(Case):
    SPARSE = 1_230_000_000_000_000

    def sparse(self, count):
        document = kamal_host(count, apps=1)
        for entry in document["images"]:
            entry["size"] = self.SPARSE
            entry["layers"] = [[entry["layers"][0][0], 10**8], [entry["layers"][1][0], self.SPARSE - 10**8]]
        return document

    def used(self, world):
        usage = shutil.disk_usage(world.directory)
        return usage.used

    def test_an_estimate_is_no_more_than_the_disk_holds(self):
        world = self.world(self.sparse(12))
        plan = world.plan().document
        self.assertTrue([i for i in plan["images"] if i["verdict"] == "remove"])
        self.assertLessEqual(plan["estimate"]["bytes"], self.used(world) + (1 << 30))
        self.assertFalse(plan["estimate"]["exact"])
        for entry in plan["images"]:
            self.assertLessEqual(entry["frees_bytes"], self.used(world) + (1 << 30))
        result = world.collect()
        self.assertEqual(result.code, 0, result)
        self.assertLessEqual(result.document["freed"]["estimated_bytes"], self.used(world) + (1 << 30))

    def test_no_previous_release_goes_for_a_size_that_is_none(self):
        """Full, but of other things: what the releases are said to take would do, were it true."""
        world = self.world(self.sparse(4), config={"disk": {"high": "1%", "low": "0.5%"}})
        with open(world.write("none", ""), encoding="utf-8"):
            pass
        for _ in range(2):
            result = world.collect()
            self.assertEqual(result.code, 0, result)
            ledger = world.read("ledger.json")
            with open(f"{world.state}/ledger.json", "w", encoding="utf-8") as file:
                file.write(re.sub(r'("high_since": ?)\d+', rf"\g<1>{int((time.time() - 3600) * 1e6)}", ledger))
        self.assertEqual({o["ref"] for o in result.document["outcomes"] if o["kind"] == "image"}, set(), result)


PAGE = {"do": "html"}
PLAIN = {"do": "body", "body": b"Forbidden\n"}
JSON = {"do": "body", "body": b'{"message":"no"}'}
STATUSES = (400, 401, 403, 404, 405, 409, 429, 500, 501, 502, 503, 504)
NEEDED = ("/version", "/info", "/images/json", "GET /containers/json", "/events")
OPTIONAL = ("/system/df", "/volumes", "GET /containers/[0-9a-f]+/json", "GET /images/.+/json", "GET /images/.+/history",
            "POST /containers/.*/exec", "POST /exec/", "GET /exec/")
CHANGES = ("DELETE /images", "DELETE /containers", "POST /build/prune", "POST /images")


def bodies(status):
    """The statuses of proxies and of failures with all; of the others each with one, or, with RGC_TEST_LONG=1, with all."""
    every = (PAGE, PLAIN, JSON)
    return every if LONG or status in (403, 500, 503) else every[status % 3:status % 3 + 1]


class Refusals(Case):
    """Every request, every status, in text, JSON and HTML: the status counts, not the body."""

    def document(self):
        host = rich_host()
        host.containers.append(builder("x0", [cache_record("in it", size=5, last_used=int(host.now - 9 * DAY))],
                                       created=int(host.now - 90 * DAY)))
        host.images.append({**host.images[-1], "id": image_id("buildkit"), "tags": ["moby/buildkit:1"]})
        return host.document()

    def test_what_a_pass_needs_ends_it_with_a_sentence(self):
        for match in NEEDED:
            for status in STATUSES:
                said = set()
                for body in bodies(status):
                    with self.subTest(f"{match} {status} {body['do']}"):
                        gone, result, _ = self.collect(self.document(), [{"match": match, **body, "code": status}])
                        self.assertEqual(gone, (set(), set(), set()), result)
                        expect_one_sentence(result)
                        self.assertIn(f"HTTP {status}", result.err)
                        self.assertEqual("allow rgc GET /" in result.err, status in (401, 403), result)
                        said.add((result.code, re.sub(r'".*?"', "", result.err)))
                self.assertEqual(len(said), 1, said)

    def test_what_a_pass_can_do_without_costs_that_alone(self):
        healthy, _, _ = self.collect(self.document())
        for match in OPTIONAL:
            for status in STATUSES:
                ends = set()
                for body in bodies(status):
                    with self.subTest(f"{match} {status} {body['do']}"):
                        gone, result, _ = self.collect(self.document(), [{"match": match, **body, "code": status}])
                        self.assertIn(result.code, (0, 1), result)
                        self.assertTrue(result.out, result)
                        for part, may_go in zip(gone, healthy):
                            self.assertLessEqual(part, may_go, result)
                        ends.add((result.code, tuple(map(len, gone))))
                self.assertEqual(len(ends), 1, ends)

    def test_a_refused_look_is_told_with_what_to_allow(self):
        for match, allow in (("/system/df", "allow rgc GET /system/df"), ("/volumes", "allow rgc GET /volumes")):
            world = self.world(self.document(), faults=[{"match": match, **PAGE, "code": 403}])
            result = world.collect()
            self.assertEqual(result.code, 0, result)
            self.assertIn(allow, " ".join(result.document["unseen"]))
            for words in (["plan"], ["status"], ["check"]):
                self.assertIn(allow, " ".join(world.rgc(*words).out.split()))
        # Forbidden to look is forbidden to prune; a look that failed is not.
        forbidden = self.collect(self.document(), [{"match": "/system/df", **PAGE, "code": 403}])
        failed = self.collect(self.document(), [{"match": "/system/df", **JSON, "code": 500}])
        self.assertEqual(forbidden[0][2], set())
        self.assertTrue(failed[0][2])

    def test_a_refused_change_leaves_all_whole(self):
        healthy, _, _ = self.collect(self.document())
        for match in CHANGES:
            for status in STATUSES:
                for body in bodies(status):
                    with self.subTest(f"{match} {status} {body['do']}"):
                        gone, result, world = self.collect(self.document(), [{"match": match, **body, "code": status}])
                        self.assertIn(result.code, (0, 1), result)
                        for part, may_go in zip(gone, healthy):
                            self.assertLessEqual(part, may_go, result)
                        for o in result.document["outcomes"]:
                            self.assertTrue(o["outcome"] == "removed" or o["error"], o)

    def test_a_list_that_fails_ends_the_pass_and_nothing_else(self):
        for match in ("GET /images/json", "GET /containers/json"):
            world = self.world(self.document(), faults=[{"match": match, "do": "status:500", "times": 1,
                                                         "message": "layer does not exist"}])
            before = inventory(world.engine.state)
            result = world.collect()
            self.assertEqual((result.code, inventory(world.engine.state)), (1, before), result)
            expect_one_sentence(result)
            self.assertIn("layer does not exist", result.err)
            self.assertEqual(world.collect().code, 0)


class Builders(Case):
    MESSAGE = "error: failed to call diskusage: rpc error: code = ResourceExhausted desc = grpc: trying to send message"

    def document(self, **behaviour):
        host = Host()
        host.kamal_app("blog", 6)
        records = [cache_record("old", size=30_000, last_used=int(host.now - 9 * DAY)),
                   cache_record("new", size=5_000, last_used=int(host.now - 3600))]
        host.containers.append(builder("x0", records, created=int(host.now - 90 * DAY)))
        host.containers[-1]["buildctl"].update(behaviour)
        return host.document()

    def sizes(self, world):
        return [r["size"] for c in world.engine.state.containers.values() for r in c.get("buildctl", {}).get("records", [])]

    def test_a_builder_whose_du_fails_is_pruned_by_age_and_that_is_told(self):
        world = self.world(self.document(says="du", do="exit:1", message=self.MESSAGE))
        plan = " ".join(world.rgc("plan").out.split())
        self.assertIn("ResourceExhausted", plan)
        result = world.collect()
        self.assertEqual(result.code, 0, result)
        self.assertEqual(self.sizes(world), [5_000])
        self.assertEqual([(o["ref"], o["outcome"]) for o in result.document["outcomes"] if o["kind"] == "builder"],
                         [("x0", "removed")])
        for words in (["status"], ["check"]):
            self.assertIn("ResourceExhausted", " ".join(world.rgc(*words).out.split()))

    def test_a_builder_without_buildctl_is_left_alone(self):
        world = self.world(self.document(says="du", do="missing"))
        result = world.collect()
        self.assertEqual(result.code, 0, result)
        self.assertEqual(self.sizes(world), [30_000, 5_000])
