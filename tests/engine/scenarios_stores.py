# SPDX-License-Identifier: MIT
"""What a change of the image store leaves behind, and whether the steps of docs/docker-upgrades.md free it.

Each test makes a host with images and a stopped container, changes the store, and does what the guide says to somebody who
cannot change back. du says what is left of the bytes. The commands are taken from the guide, so that it cannot drift."""

import pathlib
import re
import shutil
import subprocess

import suite
from engines import FLAVOURS
from images import Image
from program import PROJECT

MB = 1_000_000
GUIDE = (PROJECT / "docs" / "docker-upgrades.md").read_text(encoding="utf-8")
OTHER_STORE = {"overlay2": "28.5-containerd", "containerd": "28.5-overlay2"}


def command(pattern):
    """The words of the guide's command that begins like this, without sudo."""
    found = re.search(rf"`sudo ({pattern}[^`]*)`", GUIDE)
    assert found, f"the guide has no command {pattern}"
    return found.group(1).split()


class ChangedStore(suite.EngineCase):
    def setUp(self):
        super().setUp()
        if self.engine.flavour.version != "28.5":
            self.skipTest("this release has one image store")
        self.engine.images.load(*[Image(tags=[f"blog:v{number}"], size=5 * MB) for number in range(3)])
        container = self.engine.containers.run("blog:v0", name="blog-v0")
        self.engine.containers.stop(container)
        self.container = container

    def change_store(self):
        self.engine.stop_daemon()
        self.engine.config = dict(FLAVOURS[OTHER_STORE[self.engine.flavour.store]].config)
        self.engine.start_daemon()
        self.assertEqual(self.engine.images.list(), [], "the new store shows images of the old one")
        self.assertEqual(self.engine.containers.list(), [], "the new store shows containers of the old one")

    def bytes_below(self, *paths):
        """What du says that these directories of the engine's hold."""
        there = [str(self.engine.data_root / path) for path in paths if (self.engine.data_root / path).exists()]
        lines = subprocess.run(["du", "--summarize", "--bytes", *there], stdout=subprocess.PIPE, text=True, check=True).stdout
        return sum(int(line.split()[0]) for line in lines.splitlines())

    def test_what_the_guide_says_frees_the_store_that_was_left(self):
        self.addCleanup(self.restart_with, dict(self.engine.config))
        free = self.free_overlay2 if self.engine.flavour.store == "overlay2" else self.free_containerd
        free()

    def restart_with(self, config):
        self.engine.stop_daemon()
        self.engine.config = config
        self.engine.start_daemon()

    def free_overlay2(self):
        left = ("overlay2", "image/overlay2")
        for path in left:
            self.assertIn(f"`{path}`", GUIDE)
        self.change_store()
        self.assertGreater(self.bytes_below(*left), 15 * MB)
        self.engine.stop_daemon()
        for path in left:
            shutil.rmtree(self.engine.data_root / path)
        self.engine.start_daemon()
        self.engine.images.load(Image(tags=["blog:v9"], size=MB))
        self.engine.containers.run("blog:v9", name="blog-v9")

    def free_containerd(self):
        left = [path.relative_to(self.engine.data_root) for path in (self.engine.data_root / "containerd" / "daemon").iterdir()
                if re.match(r"io\.containerd\.(content|snapshotter)\.v1\.", path.name)]
        self.change_store()
        before = self.bytes_below(*left)
        self.assertGreater(before, 15 * MB)
        images = [line.split()[0] for line in self.ctr(*command("ctr -n moby images ls"))[1:]]
        self.assertEqual(len(images), 3, images)
        for image in images:
            self.ctr(*[image if word == "NAME" else word for word in command("ctr -n moby images rm")])
        held = self.bytes_below(*left)
        self.assertGreater(held, 5 * MB, "nothing is left for the container's lease to hold")
        leases = [line.split()[0] for line in self.ctr(*command("ctr -n moby leases ls"))[1:]]
        self.assertIn(self.container, leases)
        self.ctr(*[self.container if word == "ID" else word for word in command("ctr -n moby leases rm")])
        self.assertLess(self.bytes_below(*left), MB)

    def ctr(self, program, *words):
        """The lines that ctr prints; the engine here runs its own containerd."""
        socket = pathlib.Path(self.engine.state) / "exec" / "containerd" / "containerd.sock"
        done = self.engine.namespace.run([program, "-a", socket, *words])
        self.assertEqual(done.returncode, 0, done.stdout.decode(errors="replace"))
        return done.stdout.decode().splitlines()
