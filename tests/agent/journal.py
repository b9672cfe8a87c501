#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Entries with fields, where standard error leads to the journal; lines of text elsewhere. The journal is this test, in a
mount namespace of its own, which needs root.

    journal.py AGENT_MAIN
"""
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from under_test import HERE, Agent, Call, call, wait_for  # noqa: E402

SOCKET = "/run/systemd/journal/socket"
PROGRAM = None


def identifiers():
    with open(os.path.join(HERE, "../../include/rgc/journal_ids.h"), encoding="utf-8") as file:
        return {i: name for name, i in re.findall(r'RGC_MESSAGE_(\w+)\s+"([0-9a-f]+)"', file.read())}


def parse(data):
    """One entry in the journal's native format."""
    fields = {}
    while data:
        line, data = data.split(b"\n", 1)
        name, equals, value = line.partition(b"=")
        if not equals:
            (size,) = struct.unpack("<Q", data[:8])
            value, data = data[8:8 + size], data[9 + size:]
        fields[name.decode()] = value.decode()
    return fields


class Journal(unittest.TestCase):
    def setUp(self):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        if os.path.exists(SOCKET):
            os.unlink(SOCKET)
        self.socket.bind(SOCKET)
        self.entries, self.names = [], identifiers()
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        try:
            while True:
                self.entries.append(parse(self.socket.recv(1 << 20)))
        except OSError:
            pass

    def agent(self, **settings):
        """Its standard error is said to be the journal."""
        a = Agent(PROGRAM, **settings)
        st = os.fstat(a.stderr.fileno())
        a.environment["JOURNAL_STREAM"] = f"{st.st_dev}:{st.st_ino}"
        return a

    def entry(self, name, **fields):
        """The last one of its kind with these fields. Entries come later than the answers to who has called."""
        def find():
            return [e for e in self.entries if self.names.get(e.get("MESSAGE_ID")) == name and fields.items() <= e.items()]
        self.assertTrue(wait_for(find), f"no {name} with {fields} among {self.entries}")
        return find()[-1]

    def test_a_pass_and_all_that_belongs_to_it(self):
        with self.agent() as a:
            a.settle_start()
            self.assertIn("RGC_VERSION", self.entry("AGENT_STARTED"))
            a.plan("outcome ref=r/blog:v3 id=sha256:33 reason=superseded; "
                   "outcome kind=container ref=blog-web-v3 id=44 reason=superseded; "
                   "outcome ref=r/blog:v2 outcome=failed error=conflict; summary disk=/; exit 1")
            Call(a, "Collect", more=True, reason="deployed \u202ev7\tby me", deployed="blog").replies()
            Call(a, "Collect", more=True, reason="deployed v7", deployed="blog").replies()
            trigger = self.entry("TRIGGER_ACCEPTED", RGC_REASON="deployed v7")
            self.assertEqual((trigger["RGC_TRIGGER"], trigger["RGC_DEPLOYED"]), ("hook", "blog"))
            self.assertEqual((trigger["RGC_TRIGGER_UID"], trigger["RGC_TRIGGER_PID"]), ("0", str(os.getpid())))
            image = self.entry("IMAGE_REMOVED")
            self.assertEqual((image["RGC_IMAGE"], image["RGC_REFERENCE"], image["RGC_REASON"], image["RGC_TRIGGER"]),
                             ("sha256:33", "r/blog:v3", "superseded", "hook"))
            self.assertEqual(image["MESSAGE"], "Removed image r/blog:v3 (superseded)")
            self.assertEqual(self.entry("CONTAINER_REMOVED")["RGC_CONTAINER"], "44")
            self.assertEqual(self.entry("REMOVAL_FAILED")["RGC_REASON"], "conflict")
            ended = self.entry("PASS_FINISHED", RGC_TRIGGER="hook")
            self.assertEqual((ended["RGC_PASS"], ended["RGC_FREED_BYTES"]), ("7", "1300000000"))
            self.assertEqual(ended["MESSAGE"], "Pass (hook) removed 2 images, freed 1.3 GB, disk 71 % -> 64 %")
            self.assertEqual(ended["PRIORITY"], "5")
            self.assertEqual(a.log(), "")

    def test_what_goes_wrong(self):
        with self.agent(high="0.001%", disk_check="200ms", disk_high="0s", storage="/") as a:
            a.settle_start()
            self.assertEqual(self.entry("DISK_HIGH")["RGC_DISK"], "/")
            a.plan("kill 9")
            call(a, "Collect")
            self.assertIn("lack of memory", self.entry("PASS_FAILED")["RGC_REASON"])
            self.assertEqual(self.entry("CHILD_MISBEHAVED")["RGC_CHILD"], "collect")
            a.tell({"type": "connected"})
            a.tell("!exit 4")
            self.entry("ENGINE_UNREACHABLE")
            self.assertTrue(wait_for(lambda: len([n for n in a.notes() if "watch" in n]) > 1))
            a.tell({"type": "connected"})
            self.entry("ENGINE_BACK")
            a.process.send_signal(signal.SIGHUP)
            self.entry("CONFIG_LOADED")
            a.write("settings", "settle never\n")
            a.process.send_signal(signal.SIGHUP)
            self.assertEqual(self.entry("CONFIG_REJECTED")["RGC_REASON"], "settle: not a duration")
            self.assertEqual(a.stop(), 0)
            self.entry("AGENT_STOPPED")

    def test_elsewhere_it_is_text(self):
        a = self.agent()
        a.environment["JOURNAL_STREAM"] = "1:1"
        with a:
            a.settle_start()
            self.assertIn("rgc: Pass (start) removed 2 images, freed 1.3 GB", a.log())
        self.assertEqual(self.entries, [])

    def tearDown(self):
        self.socket.close()


def skip(why):
    print("SKIPPED:", why)
    sys.exit(77)


if __name__ == "__main__":
    if "--inside" not in sys.argv:
        if os.geteuid() != 0:
            skip("a mount namespace needs root")
        script = "mkdir -p /run/systemd && mount -t tmpfs rgc /run/systemd && mkdir /run/systemd/journal && exec \"$@\""
        if subprocess.run(["unshare", "-m", "sh", "-c", script, "sh", "true"], check=False).returncode != 0:
            skip("no mount namespace is to be had here")
        os.execvp("unshare", ["unshare", "-m", "sh", "-c", script, "sh", sys.executable, *sys.argv, "--inside"])
    sys.argv.remove("--inside")
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
