# SPDX-License-Identifier: MIT
"""The state directory damaged, full, foreign or in use: never more is removed than with it."""
import copy
import fcntl
import json
import os
import shutil
import signal
import stat
import subprocess
import threading
import time
import unittest

from fault_hosts import rich_host
from fake_state import State
from harness import World, expect_loadable, expect_one_sentence, expect_within, inventory
from other_user import needs_root
from waiting import until

DOCUMENT = rich_host().document()
BEFORE = inventory(State(copy.deepcopy(DOCUMENT)))
IS_ROOT = os.geteuid() == 0


def can_mount():
    command = ["unshare", "-m", "mount", "-t", "tmpfs", "-o", "size=64k", "none", "/mnt"]
    if not IS_ROOT or not shutil.which("unshare"):
        return False
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


needs_mount = unittest.skipUnless(can_mount(), "needs root and the right to mount")


class StateDirectory(unittest.TestCase):
    def world(self, config=None, document=None, **engine):
        world = World(document or DOCUMENT, config, **engine)
        world.__enter__()
        self.addCleanup(world.__exit__)
        return world

    def assert_refused(self, world, result, code, *texts):
        self.assertEqual(result.code, code, result)
        expect_one_sentence(result)
        for text in texts:
            self.assertIn(text, result.err)
        self.assertEqual(world.changes(), [])

    def for_nobody(self, world):
        """The same commands as a user without rights; the engine lets everybody in."""
        os.chmod(world.engine.socket_path, 0o666)
        os.chmod(os.path.dirname(world.engine.socket_path), 0o755)
        os.chmod(world.directory, 0o777)
        world.become_nobody()
        return world

    # --- who may write there

    def test_a_directory_that_everybody_can_write_is_refused(self):
        world = self.world()
        os.mkdir(world.state)
        os.chmod(world.state, 0o757)
        self.assert_refused(world, world.rgc("collect", "--here"), 1, "every user can write it", "chmod o-w")
        plan = world.rgc("plan")
        self.assertEqual(plan.code, 0, plan)
        self.assertIn("every user can write it", " ".join(plan.out.split()))

    def test_a_symbolic_link_is_not_followed(self):
        world = self.world()
        os.mkdir(world.state + ".real")
        os.symlink(world.state + ".real", world.state)
        self.assert_refused(world, world.rgc("collect", "--here"), 1, "symbolic link")
        os.unlink(world.state)
        world.write("state", "a file")
        self.assert_refused(world, world.rgc("collect", "--here"), 1, "not a directory")

    def test_a_directory_above_that_is_missing(self):
        world = self.world()
        world.state = os.path.join(world.directory, "not", "there")
        self.assert_refused(world, world.rgc("collect", "--here"), 1, "its parent directory does not exist")

    @needs_root
    def test_a_directory_of_another_user_is_refused(self):
        world = self.world()
        os.mkdir(world.state, 0o755)
        os.chown(world.state, 4242, 4242)
        self.assert_refused(world, world.rgc("collect", "--here"), 1, "belongs to user ID 4242")

    @needs_root
    def test_without_permission_nothing_is_removed_and_plan_still_works(self):
        world = self.world()
        self.assertEqual(world.collect().code, 0)
        for mode in (0o750, 0o755, 0o000):
            os.chmod(world.state, mode)
            self.for_nobody(world).refreshed()
            self.assert_refused(world, world.rgc("collect", "--here"), 1, "no permission", "sudo")
            plan = world.rgc("plan")
            self.assertEqual(plan.code, 0, plan)

    @needs_root
    def test_a_ledger_that_may_not_be_read_is_an_error_and_no_empty_one(self):
        world = self.for_nobody(self.world())
        self.assertEqual(world.rgc("collect", "--here").code, 0)
        ledger = os.path.join(world.state, "ledger.json")
        size = os.path.getsize(ledger)
        os.chown(ledger, 0, 0)
        os.chmod(ledger, 0)
        world.refreshed()
        self.assert_refused(world, world.rgc("collect", "--here"), 1, "ledger.json", "Permission denied")
        self.assertEqual((os.path.getsize(ledger), stat.S_IMODE(os.stat(ledger).st_mode)), (size, 0))
        plan = world.rgc("plan")
        self.assertEqual(plan.code, 0, plan)
        self.assertIn("Permission denied", " ".join(plan.out.split()))

    # --- what stands in it

    def test_a_damaged_ledger_is_set_aside_and_nothing_more_goes(self):
        healthy = self.world()
        self.assertEqual(healthy.collect().code, 0)
        after = inventory(healthy.engine.state)
        whole = healthy.read("ledger.json").encode()
        header = json.loads(whole.splitlines()[0])
        newer = json.dumps({**header, "schema": 99}).encode() + b"\n" + whole.split(b"\n", 1)[1]
        damages = {"garbage": bytes(range(256)) * 20, "empty": b"", "cut off": whole[:len(whole) // 2],
                   "last line lost": whole[:whole.rstrip().rfind(b"\n") + 1], "newer": newer,
                   "twice": whole + whole, "no object": b"[]\n", "deep": b"[" * 200_000, "zeros": b"\0" * 4096,
                   "one bit": whole.replace(b'"image"', b'"imagf"', 1),
                    "wrong type": whole.replace(b'"began":', b'"began":"x', 1)}
        for name, damage in damages.items():
            with self.subTest(name):
                world = self.world()
                os.mkdir(world.state, 0o750)
                with open(os.path.join(world.state, "ledger.json"), "wb") as file:
                    file.write(damage)
                plan = world.plan()
                self.assertEqual(plan.code, 0, plan)
                if name != "one bit":
                    self.assertIn("unreadable", plan.document["ledger"]["note"])
                self.assertEqual(os.listdir(world.state), ["ledger.json"])  # plan does not touch it
                result = world.collect()
                self.assertEqual(result.code, 0, result)
                expect_within(BEFORE, inventory(world.engine.state), after, name, result)
                if name != "one bit":
                    aside = [n for n in os.listdir(world.state) if n.startswith("ledger.json.unreadable-")]
                    self.assertEqual(len(aside), 1)
                    with open(os.path.join(world.state, aside[0]), "rb") as file:
                        self.assertEqual(file.read(), damage)
                    os.unlink(os.path.join(world.state, aside[0]))
                expect_loadable(world)

    def test_a_lost_ledger_makes_young_again(self):
        """With the default grace, what has arrived and not run waits, whether the ledger is lost or not."""
        host = rich_host()
        entry = host.add("fresh", tags=["r:5000/blog:v10"], labels={"service": "blog"})
        entry["created"] = int(time.time()) - 300
        grace = {"retention": {"min_age": "1h", "quiet": "0s"}}
        for loss in (None, "gone", "garbage"):
            with self.subTest(loss):
                world = self.world(grace, host.document())
                for _ in range(2):
                    self.assertEqual(world.collect().code, 0)
                    self.assertIn(entry["id"], world.engine.state.images)
                    if loss == "gone":
                        os.unlink(os.path.join(world.state, "ledger.json"))
                    elif loss:
                        with open(os.path.join(world.state, "ledger.json"), "w", encoding="ascii") as file:
                            file.write(loss)

    def test_what_was_collected_and_comes_back_waits_as_young(self):
        """Also when no event tells of it: the engine keeps only the last 256."""
        world = self.world({"retention": {"min_age": "1h", "quiet": "0s"}})
        state = world.engine.state
        tag = "r:5000/blog:v4"
        entry = next(i for i in state.images.values() if tag in i["tags"])
        for _ in range(3):
            self.assertEqual(world.collect().code, 0)
            self.assertNotIn(entry["id"], state.images)
        state.images[entry["id"]] = {**entry, "tags": [tag]}
        state.generation += 1
        result = world.collect()
        self.assertIn(entry["id"], state.images, result)
        shown = next(i for i in result.document["images"] if i["id"] == entry["id"])
        self.assertEqual((shown["verdict"], shown["reason"]), ("wait", "young"))

    def test_a_damaged_history_hinders_nothing(self):
        for damage in (b"\0" * 100, b"{}\n" * 10, b"not json\n", b"x" * (9 << 20), b'{"pass":[]}\n\x1b[2J\n'):
            world = self.world()
            os.mkdir(world.state, 0o750)
            with open(os.path.join(world.state, "history.jsonl"), "wb") as file:
                file.write(damage)
            world.rgc("history")
            self.assertEqual(world.collect().code, 0)
            for words in (["history"], ["history", "--json"], ["status"], ["status", "--json"]):
                result = world.rgc(*words)
                self.assertEqual(result.code, 0, result)
                self.assertNotIn("\x1b", result.out)

    def test_what_a_kill_left_behind_is_no_hindrance(self):
        world = self.world()
        os.mkdir(world.state, 0o750)
        for name in (".ledger.json.tmp", ".history.jsonl.tmp"):
            with open(os.path.join(world.state, name), "w", encoding="ascii") as file:
                file.write("half")
        self.assertEqual(world.collect().code, 0)
        expect_loadable(world)
        left = [name for name in os.listdir(world.state) if not name.startswith("ballast-")]
        self.assertEqual(sorted(left), ["facts.jsonl", "history.jsonl", "ledger.json", "lock", "removed.jsonl"])

    # --- one pass at a time

    def test_a_second_pass_is_told_who_runs(self):
        world = self.world()
        os.mkdir(world.state, 0o750)
        with open(os.path.join(world.state, "lock"), "w", encoding="ascii") as lock:
            fcntl.lockf(lock, fcntl.LOCK_EX)
            self.assert_refused(world, world.rgc("collect", "--here"), 5, f"pid {os.getpid()}")
            self.assertEqual(world.rgc("plan").code, 0)
        self.assertEqual(world.rgc("collect", "--here").code, 0)

    def test_two_passes_at_the_same_time(self):
        is_over = threading.Event()
        world = self.world()
        world.add_fault(match="/images/json", before=lambda _: is_over.wait())
        self.addCleanup(is_over.set)
        first = world.start("collect", "--here")
        until(lambda: world.engine.lines("/images/json"))
        other = world.rgc("collect", "--here")
        is_over.set()
        self.assertEqual(other.code, 5, other)
        self.assertIn(f"pid {first.pid}", other.err)
        world.process = first
        self.assertEqual(world.finish("collect", "--here").code, 0)

    def test_the_lock_of_a_killed_pass_is_free(self):
        world = self.world(faults=[{"match": "/images/json", "do": "hang", "times": 1}])
        world.start("collect", "--here")
        until(lambda: world.engine.lines("/images/json"))
        world.signal_client(signal.SIGKILL)
        world.finish("collect", "--here")
        self.assertEqual(world.collect().code, 0)

    # --- what the file system does

    def mounted(self, world, setup):
        """`rgc collect --here` with its state directory on a small file system of its own."""
        os.makedirs(world.state, exist_ok=True)
        script = f"mount -t tmpfs -o size=64k,mode=0750 none {world.state} && {setup} && exec \"$@\""
        world.prefix = ["unshare", "-m", "sh", "-c", script, "sh"]
        return world

    @needs_mount
    def test_a_full_disk_does_not_keep_rgc_from_emptying_it(self):
        healthy = self.world()
        self.assertEqual(healthy.collect().code, 0)
        world = self.world()
        full = f"{{ cat /dev/zero > {world.state}/filler 2>/dev/null; true; }}"
        result = self.mounted(world, full).rgc("collect", "--here")
        self.assertIn("No space left", result.out + result.err)
        self.assertEqual(result.code, 1, result)
        expect_one_sentence(result)
        self.assertIn("removed ", result.out)
        expect_within(BEFORE, inventory(world.engine.state), inventory(healthy.engine.state), result)
        self.assertLess(len(world.engine.state.images), len(BEFORE["images"]))

    @needs_mount
    def test_a_full_disk_and_a_kill_leave_no_image_half_untagged(self):
        """What cannot be noted before is not begun: tags of images with several."""
        world = self.world({"engine": {"parallel": 1}})
        world.add_fault(match="^DELETE /images/(r|mirror):5000/", times=None,
                        after=lambda engine: world.signal_client(signal.SIGKILL))
        before = inventory(world.engine.state)
        full = f"{{ cat /dev/zero > {world.state}/filler 2>/dev/null; true; }}"
        self.mounted(world, full).start("collect", "--here")
        world.finish("collect", "--here")
        world.settle()
        after = inventory(world.engine.state)
        torn = [id_ for id_, tags in after["images"].items() if before["images"][id_] != tags]
        self.assertEqual(torn, [])

    @needs_mount
    def test_on_a_read_only_file_system_nothing_is_removed(self):
        world = self.world()
        result = self.mounted(world, f"mount -o remount,ro {world.state}").rgc("collect", "--here")
        self.assert_refused(world, result, 1, "Read-only file system")

    @needs_mount
    def test_out_of_inodes(self):
        world = self.world()
        setup = f"mount -o remount,nr_inodes=2 {world.state}"
        result = self.mounted(world, setup).rgc("collect", "--here")
        self.assertEqual(result.code, 1, result)
        expect_one_sentence(result)
