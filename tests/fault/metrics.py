# SPDX-License-Identifier: MIT
"""The metrics that passes of the program leave behind: after every pass, whatever became of it."""
import os
import re
import shutil
import stat
import subprocess
import unittest

from fault_hosts import rich_host
from harness import World

HERE = os.path.dirname(os.path.abspath(__file__))
CHECK = os.path.join(HERE, "..", "lib", "check_metrics.sh")
SAMPLE = re.compile(r"^([a-z_]+(?:\{.*\})?) ([0-9.]+)$")
DOCUMENT = rich_host().document()


class Metrics(unittest.TestCase):
    def world(self, **more):
        world = World(DOCUMENT, {"metrics": {"textfile": "{directory}/rgc.prom"}}, **more)
        world.__enter__()
        self.addCleanup(world.__exit__)
        self.textfile = os.path.join(world.directory, "rgc.prom")
        return world

    def samples(self):
        with open(self.textfile, encoding="utf-8") as file:
            lines = [line for line in file.read().splitlines() if not line.startswith("#")]
        return {name: float(value) for name, value in (SAMPLE.match(line).groups() for line in lines)}

    def test_a_pass_leaves_them_for_everybody_to_read(self):
        world = self.world()
        done = world.collect("--trigger", "hook")
        self.assertEqual(done.code, 0, done)
        found = self.samples()
        self.assertEqual(found['rgc_passes_total{trigger="hook",result="done"}'], 1)
        removed = {one["id"] for one in done.document["outcomes"] if one["kind"] == "image"}
        self.assertGreater(len(removed), 0)
        self.assertEqual(sum(v for k, v in found.items() if k.startswith("rgc_removed_images_total")), len(removed))
        self.assertEqual(found["rgc_freed_bytes_total"], done.document["freed"]["engine_bytes"])
        self.assertEqual(found['rgc_rollback_ready_releases{app="blog",destination="",kind="kamal"}'],
                         next(a for a in done.document["apps"] if a["name"] == "blog")["rollback"]["ready"])
        self.assertEqual(stat.S_IMODE(os.stat(self.textfile).st_mode), 0o644)
        self.assertEqual([n for n in os.listdir(world.directory) if "tmp" in n], [])
        checked = subprocess.run(["sh", CHECK, "cat", self.textfile], capture_output=True, text=True, check=False)
        self.assertIn(checked.returncode, (0, 77), checked.stdout)

    def test_counters_outlive_the_process_and_a_lost_file(self):
        world = self.world()
        self.assertEqual(world.collect().code, 0)
        freed = self.samples()["rgc_freed_bytes_total"]
        os.unlink(self.textfile)
        self.assertEqual(world.collect().code, 0)
        self.assertEqual(self.samples()['rgc_passes_total{trigger="here",result="done"}'], 2)
        self.assertEqual(self.samples()["rgc_freed_bytes_total"], freed)

    def test_a_failed_pass_is_counted(self):
        world = self.world()
        self.assertEqual(world.collect().code, 0)
        success = self.samples()["rgc_last_success_timestamp_seconds"]
        self.assertEqual(world.collect("--host", "unix:///there/is/no/engine", "--trigger", "event").code, 4)
        found = self.samples()
        self.assertEqual(found['rgc_passes_total{trigger="event",result="failed"}'], 1)
        self.assertEqual(found["rgc_last_success_timestamp_seconds"], success)
        self.assertGreater(success, 0)

    def test_a_trial_is_told(self):
        world = self.world()
        self.assertEqual(world.collect("--trial", "24h").code, 0)
        self.assertEqual(self.samples()["rgc_trial"], 1)
        self.assertEqual(self.samples()['rgc_passes_total{trigger="here",result="held"}'], 1)
        self.assertEqual(world.collect().code, 0)
        self.assertEqual(self.samples()["rgc_trial"], 0)

    def test_looking_counts_nothing(self):
        world = self.world()
        for words in (["plan"], ["status"], ["collect", "--dry-run"]):
            self.assertEqual(world.rgc(*words).code, 0)
        self.assertFalse(os.path.exists(self.textfile))

    def test_what_cannot_be_written_fails_no_pass(self):
        world = self.world()
        os.mkdir(self.textfile)
        done = world.collect()
        self.assertEqual(done.code, 0, done)
        self.assertRegex(done.err, r"^rgc: the metrics in \S+/rgc.prom are not complete: .*\n$")
        shutil.rmtree(self.textfile)
        world.configure({"metrics": {"textfile": "{directory}/missing/rgc.prom"}})
        done = world.collect()
        self.assertEqual((done.code, done.err), (0, ""), done)
