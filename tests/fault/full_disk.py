# SPDX-License-Identifier: MIT
"""What an engine does not tell, or not do, because its disk is full."""
import os
import unittest

from fault_hosts import rich_host
from harness import World

NO_SPACE = b'{"message":"failed to get usage for abc: write /var/lib/docker/buildkit/snapshots.db: no space left on device"}'
DOCUMENT = rich_host().document()
# More than any file system has: this one is beyond it, and no removal would help.
HIGH = {"disk": {"high": "900000000GB", "low": "off", "keep_previous": "0"}}

BY_AGE = 'POST /build/prune?filters={"until":["72h"]}'  # which needs no sizes


class FullDisk(unittest.TestCase):
    def world(self, config=None, faults=()):
        world = World(DOCUMENT, config, faults)
        world.__enter__()
        self.addCleanup(world.__exit__)
        return world

    def test_a_build_cache_that_cannot_be_told_ends_no_pass(self):
        healthy = self.world().collect()
        world = self.world(HIGH, [{"match": "system/df", "do": "body", "body": NO_SPACE, "code": 500, "times": 10}])
        done = world.collect("--pressing")
        self.assertEqual(done.code, 0, done)
        self.assertIsNone(done.document["build_cache"])
        self.assertIn("cannot list its build cache", done.document["pressure"]["explanation"])
        for kind in ("images", "containers"):
            self.assertEqual([(o["id"], o["verdict"], o["reason"]) for o in done.document[kind]],
                             [(o["id"], o["verdict"], o["reason"]) for o in healthy.document[kind]])
        self.assertEqual(world.engine.lines("prune"), [BY_AGE])

    def test_another_failure_to_tell_it_ends_none_either(self):
        world = self.world(HIGH, [{"match": "system/df", "do": "status:500", "times": 10}])
        result = world.collect()
        self.assertEqual((result.code, result.document["build_cache"]), (0, None), result)
        self.assertEqual(world.engine.lines("prune"), [BY_AGE])

    def test_a_pass_leaves_ballast_where_there_is_plenty(self):
        world = self.world()
        self.assertEqual(world.collect().code, 0)
        self.assertEqual(len([name for name in os.listdir(world.state) if name.startswith("ballast-")]), 8)
        self.assertEqual(world.rgc("plan").code, 0)
