#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the journal is told of passes that root or cron has made by hand: by_hand.py RGC. The journal is this test, and the
state directory is rgc's own, in a mount namespace, which needs root."""
import os
import shutil
import socket
import subprocess
import sys
import threading
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", name) for name in ("agent", "fault", "lib")]
from fault_hosts import Host  # noqa: E402
from harness import World  # noqa: E402
from journal import SOCKET, identifiers, parse  # noqa: E402
from waiting import until  # noqa: E402

BAD = "\x1b[2J\u202e"


class ByHand(unittest.TestCase):
    def setUp(self):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        if os.path.exists(SOCKET):
            os.unlink(SOCKET)
        self.socket.bind(SOCKET)
        self.addCleanup(self.socket.close)
        shutil.rmtree("/var/lib/rgc", ignore_errors=True)  # on the file system that the namespace has there
        self.entries = []
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        try:
            while True:
                self.entries.append(parse(self.socket.recv(1 << 20)))
        except OSError:
            pass

    def named(self, name):
        return [entry for entry in self.entries if identifiers().get(entry.get("MESSAGE_ID")) == name]

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
            for entry in self.entries:
                self.assertEqual((entry["SYSLOG_IDENTIFIER"], entry["OBJECT_SYSTEMD_UNIT"]), ("rgc", "rgc.service"))
            self.assertEqual(done.stderr, "")

    def test_a_removal_that_failed_is_told_without_control_characters(self):
        fault = {"match": "^DELETE /images", "do": "status:500", "message": "no " + BAD, "times": 99}
        with self.world(faults=[fault]) as world:
            self.assertEqual(self.collect(world).returncode, 1)
            until(lambda: self.named("PASS_FAILED"))
            self.assertTrue(self.named("REMOVAL_FAILED"))
            self.assertEqual([entry for entry in self.entries for value in entry.values() if set(BAD[:1] + BAD[-1]) & set(value)], [])

    def test_with_a_state_directory_of_its_own_a_pass_is_nobodys_affair(self):
        with self.world() as world:
            world.state = os.path.join(world.directory, "state")
            self.assertEqual(world.collect().code, 0)
            world.state = "/var/lib/rgc"
            self.collect(world)
            until(lambda: self.named("PASS_FINISHED"))
            self.assertEqual(self.named("IMAGE_REMOVED"), [])


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("SKIPPED: a mount namespace needs root")
        sys.exit(77)
    if "--inside" not in sys.argv:
        script = ("mkdir -p /run/systemd && mount -t tmpfs rgc /run/systemd && mkdir /run/systemd/journal && "
                  "mount -t tmpfs rgc /var/lib && exec \"$@\"")
        if subprocess.run(["unshare", "-m", "sh", "-c", script, "sh", "true"], check=False).returncode != 0:
            print("SKIPPED: no mount namespace is to be had here")
            sys.exit(77)
        os.execvp("unshare", ["unshare", "-m", "sh", "-c", script, "sh", sys.executable, *sys.argv, "--inside"])
    sys.argv.remove("--inside")
    with open("/proc/mounts", encoding="utf-8") as mounts:
        assert any(line.startswith("rgc /var/lib tmpfs ") for line in mounts), "not this machine's own state directory"
    os.environ["RGC_BINARY"] = os.path.abspath(sys.argv.pop(1))
    import harness
    harness.RGC = os.environ["RGC_BINARY"]
    unittest.main()
