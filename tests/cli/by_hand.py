# SPDX-License-Identifier: MIT
"""What the journal is told of passes that root or cron has made by hand. The journal is this test, and the state directory
is rgc's own, in a mount namespace, which needs root."""
import os
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fault"))
import builders  # noqa: E402
import played_journal  # noqa: E402
from fault_hosts import Host, rich_host  # noqa: E402
from harness import World  # noqa: E402
from waiting import until  # noqa: E402

BAD = "\x1b[2J\u202e"


def setUpModule():
    played_journal.enter("/var/lib")
    with open("/proc/mounts", encoding="utf-8") as mounts:
        assert any(line.startswith("rgc /var/lib tmpfs ") for line in mounts), "this is the machine's own state directory"


class ByHand(unittest.TestCase):
    def setUp(self):
        self.journal = played_journal.PlayedJournal()
        self.addCleanup(self.journal.close)
        shutil.rmtree("/var/lib/rgc", ignore_errors=True)  # on the file system that the namespace has there

    def named(self, name):
        return self.journal.named(name)

    def world(self, **engine):
        host = Host()
        host.kamal_app("blog", 8)
        world = World(host.document(), **engine)
        world.state = "/var/lib/rgc"
        return world

    def collect(self, world, *words):
        """As typed: without --state."""
        command = [word for word in world.command("collect", "--here", *words) if word not in ("--state", world.state)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def test_each_removal_and_the_pass_itself_are_told_as_those_of_the_agent(self):
        with self.world() as world:
            done = self.collect(world)
            self.assertEqual(done.returncode, 0, done.stderr)
            until(lambda: self.named("PASS_FINISHED"))
            images = self.named("IMAGE_REMOVED")
            self.assertEqual({entry["RGC_REFERENCE"] for entry in images}, {f"r:5000/blog:v{n}" for n in (1, 2, 3, 4)})
            self.assertEqual({entry["RGC_REASON"] for entry in images}, {"superseded"})
            self.assertTrue(self.named("CONTAINER_REMOVED"))
            ended, = self.named("PASS_FINISHED")
            self.assertEqual((ended["RGC_PASS"], ended["RGC_TRIGGER"], ended["RGC_REMOVED_IMAGES"]), ("1", "here", "4"))
            for entry in self.journal.entries:
                self.assertEqual((entry["SYSLOG_IDENTIFIER"], entry["OBJECT_SYSTEMD_UNIT"]), ("rgc", "rgc.service"))
            self.assertEqual(done.stderr, "")

    def test_pruned_caches_are_told_too(self):
        for document, message in ((rich_host().document("overlay2 1.51"), "Pruned the build cache (unused)"),
                                  (builders.document(), "Pruned the cache of builder x0 (unused)")):
            with World(document) as world:
                world.state = "/var/lib/rgc"
                self.assertEqual(self.collect(world).returncode, 0)
                until(lambda message=message: message in [entry["MESSAGE"] for entry in self.named("CACHE_PRUNED")])

    def test_a_removal_that_failed_is_told_without_control_characters(self):
        fault = {"match": "^DELETE /images", "do": "status:500", "message": "no " + BAD, "times": 99}
        with self.world(faults=[fault]) as world:
            self.assertEqual(self.collect(world).returncode, 1)
            until(lambda: self.named("PASS_FAILED"))
            self.assertTrue(self.named("REMOVAL_FAILED"))
            self.assertEqual([entry for entry in self.journal.entries for value in entry.values() if set(BAD[:1] + BAD[-1]) & set(value)], [])

    def test_with_a_state_directory_of_its_own_a_pass_is_nobodys_affair(self):
        with self.world() as world:
            world.state = os.path.join(world.directory, "state")
            self.assertEqual(world.collect().code, 0)
            world.state = "/var/lib/rgc"
            self.collect(world)
            until(lambda: self.named("PASS_FINISHED"))
            self.assertEqual(self.named("IMAGE_REMOVED"), [])
