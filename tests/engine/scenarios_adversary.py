# SPDX-License-Identifier: MIT
"""The engine as an adversary: it is killed between any two steps of a removal, and images get tags while they are removed."""

import contextlib
import os
import random
import signal
import threading
import time

import rgc
from images import Image
from waiting import HANGS, a_while

KILLS = 200 if rgc.LONG else 4
STEPS = {"type": ["image"], "event": ["untag", "delete"]}
IMAGES = 12
UNTAGGED = 3
STEPS_OF_A_PASS = IMAGES + 2 * UNTAGGED  # at least

GIVEN = 4000 if rgc.LONG else 200  # tags that the engine has acknowledged
RACING = 60                        # untagged images in each round
LOST_AT_MOST = 0.005


def is_own(tag):
    """A tag of rgc's own is nobody's: an image that has no other has no name."""
    return ":rgc-removing-" in tag


class Killed(rgc.RgcCase):
    removes = {"retention": {"unmanaged_max_unused": "0s"}, "protect": {"image": ["keep/*"]}}
    keeps = {"retention": {"dangling": "keep"}, "protect": {"image": ["*"]}}

    def names(self):
        return {one: [tag for tag in tags if not is_own(tag)] for one, tags in self._images().items()}

    def fill(self, number, rng):
        """Images with one tag, with several and with none; returns the IDs of those that a pass keeps."""
        tags = [[f"r{number}/i{image}:v{tag}" for tag in range(rng.choice([1, 1, 2, 3]))] for image in range(IMAGES)]
        untagged = [[f"u{number}:v{image}"] for image in range(UNTAGGED)]
        protected = [[f"keep/r{number}:{image}"] for image in range(2)]
        ids = self.engine.images.load(*(Image(tags=names) for names in [*protected, *tags, *untagged]))
        for names in untagged:
            self.engine.images.tag(ids[0], names[0])
        self.engine.containers.create(ids[2])
        return set(ids[:3])

    def look_at_nothing(self):
        """A killed engine has forgotten its events. A pass right after one lets the next pass know that it missed none: what
        comes without a tag while rgc does not watch is kept for a week."""
        one, = self.engine.images.load(Image(tags=["before:1"]))
        self.engine.images.remove(one)
        self.rgc.configure(self.keeps)
        self.rgc.document("collect", "--here")

    def kill(self, also_containerd):
        self.engine.kill_daemon()
        for pid in self.engine.namespace.members() if also_containerd else []:
            with contextlib.suppress(OSError), open(f"/proc/{pid}/comm") as name:
                if name.read() == "containerd\n":
                    os.kill(pid, signal.SIGKILL)

    def pass_under_fire(self, step, also_containerd):
        """The engine is killed right after that many steps have been told. Was that before the pass was done?"""
        since = f"{time.time():.9f}"

        def shoot():
            with contextlib.closing(self.engine.api.stream("GET", "/events", {"since": since, "filters": STEPS})) as told:
                for _ in range(step):
                    next(told)
            self.kill(also_containerd)

        gun = threading.Thread(target=shoot)
        gun.start()
        program = self.rgc.start("collect", "--here")
        out, err = program.communicate(timeout=HANGS)
        gun.join()
        self.assertIn(program.returncode, (0, 1, 4), out + err)
        self.engine.start_daemon()
        return program.returncode != 0

    def shoot_at_a_pass(self, number):
        rng = random.Random(number)
        step, also_containerd = rng.randrange(1, STEPS_OF_A_PASS), number % 2 == 1
        told = f"round {number}: killed after step {step}, {'with' if also_containerd else 'without'} containerd"
        self.engine.wipe()
        self.look_at_nothing()
        self.rgc.configure(self.removes)
        kept = self.fill(number, rng)
        before = self.names()
        self.assertEqual(self.rgc.plan().ids("images", "remove"), before.keys() - kept, told)
        was_cut = self.pass_under_fire(step, also_containerd)
        left = self.names()
        self.rgc.configure(self.keeps)
        self.rgc.document("collect", "--here")
        after = self.names()
        self.assertEqual(after, {one: before[one] for one in left}, f"{told}: what is left has all its names")
        self.assertLessEqual(kept, after.keys(), f"{told}: what the plan keeps is here")
        self.rgc.configure(self.removes)
        self.rgc.document("collect", "--here")
        self.assertEqual(self.names(), {one: before[one] for one in kept}, f"{told}: the next pass carries on")
        return was_cut

    def test_an_engine_killed_between_any_two_steps_leaves_each_image_whole_or_gone(self):
        number = cut = 0
        while cut < KILLS:
            cut += self.shoot_at_a_pass(number)
            number += 1


class Tagging:
    """Two clients that give tags to images, one after another, until the `with` ends. `given`: {tag: image ID}."""

    def __init__(self, engine, name, images):
        self.engine, self.name, self.images = engine, name, images
        self.given, self.errors = {}, []
        self.end = threading.Event()
        self.clients = [threading.Thread(target=self.work, args=(number,)) for number in range(2)]

    def work(self, client):
        choice = random.Random(f"{self.name} {client}")
        number = 0
        while not self.end.is_set():
            image, tag = choice.choice(self.images), f"{client}-{number}"
            number += 1
            # 404: it has gone; 500: it is just going.
            reply = self.engine.api.request("POST", f"/images/{image}/tag", {"repo": self.name, "tag": tag}, allow=(404, 500))
            if reply.status == 201:
                self.given[f"{self.name}:{tag}"] = image
            a_while(0.005)

    def __enter__(self):
        for client in self.clients:
            client.start()
        return self

    def __exit__(self, *_):
        self.end.set()
        for client in self.clients:
            client.join()

    def lost(self):
        here = self.engine.images.tags()
        return [tag for tag, image in self.given.items() if here.get(tag) != image]


class Raced(rgc.RgcCase):
    def untagged(self, name):
        """Images whose tags another one has taken."""
        images = [Image(tags=[f"{name}:{number}"]) for number in range(RACING)]
        ids = self.engine.images.load(*images)
        taker, = self.engine.images.load(Image(tags=["taker:1"]))
        for image in images:
            self.engine.images.tag(taker, image.tags[0])
        return ids

    def rgc_removes(self, _):
        self.rgc.run("collect", "--here", exits=(0, 1))

    def bare_client_removes(self, ids):
        """As scripts do: it looks which images have no tag, and removes these by their IDs."""
        for image in self.engine.images.list(filters={"dangling": ["true"]}):
            if image["Id"] in ids:
                self.engine.images.remove(image["Id"], allow=(404, 409))

    def race(self, name, remove, given, lost):
        self.engine.wipe()
        ids = self.untagged(name)
        with Tagging(self.engine, f"given-{name}", ids) as tagging:
            remove(ids)
        return given + len(tagging.given), lost + len(tagging.lost())

    def test_of_tags_given_meanwhile_rgc_loses_next_to_none_and_no_more_than_a_bare_client(self):
        given = lost = bare_given = bare_lost = number = 0
        # One that is lost early is no share yet.
        while given < GIVEN or (lost > LOST_AT_MOST * given and given < 10 * GIVEN):
            given, lost = self.race(f"rgc{number}", self.rgc_removes, given, lost)
            if bare_given < given:
                bare_given, bare_lost = self.race(f"bare{number}", self.bare_client_removes, bare_given, bare_lost)
            number += 1
        told = f"rgc lost {lost} of {given} tags, a bare client {bare_lost} of {bare_given}"
        print(f"{self.flavour}: {told}", flush=True)
        self.assertGreater(bare_lost, 0, told)
        self.assertLessEqual(lost * bare_given, bare_lost * given, told)
        self.assertLessEqual(lost, LOST_AT_MOST * given, told)
