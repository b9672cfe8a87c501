# SPDX-License-Identifier: MIT
"""Entries with fields, where standard error leads to the journal; lines of text elsewhere. The journal is this test, in a
mount namespace of its own, which needs root."""
import os
import signal
import unittest

import played_journal
from program import AGENT
from under_test import Agent, Call, call, wait_for

def setUpModule():
    played_journal.enter()


class Journal(unittest.TestCase):
    def setUp(self):
        self.journal = played_journal.PlayedJournal()
        self.addCleanup(self.journal.close)

    def agent(self, **settings):
        """Its standard error is said to be the journal."""
        a = Agent(AGENT, **settings)
        st = os.fstat(a.stderr.fileno())
        a.environment["JOURNAL_STREAM"] = f"{st.st_dev}:{st.st_ino}"
        return a

    def entry(self, name, **fields):
        """The last one of its kind with these fields. Entries come later than the answers to who has called."""
        self.assertTrue(wait_for(lambda: self.journal.named(name, **fields)),
                        f"no {name} with {fields} among {self.journal.entries}")
        return self.journal.named(name, **fields)[-1]

    def test_a_pass_and_all_that_belongs_to_it(self):
        with self.agent() as a:
            a.settle_start()
            self.assertIn("RGC_VERSION", self.entry("AGENT_STARTED"))
            a.plan("outcome ref=r/blog:v3 id=sha256:33 reason=superseded; "
                   "outcome kind=container ref=blog-web-v3 id=44 reason=superseded; "
                   "outcome kind=build-cache id=build-cache; outcome kind=builder ref=x0 id=55; "
                   "outcome kind=volume ref=buildx_buildkit_x1_state id=buildx_buildkit_x1_state reason=unused; "
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
            self.assertEqual({entry["MESSAGE"] for entry in self.journal.named("CACHE_PRUNED")},
                             {"Pruned the build cache", "Pruned the cache of builder x0"})
            volume = self.entry("VOLUME_REMOVED")
            self.assertEqual((volume["MESSAGE"], volume["RGC_VOLUME"]),
                             ("Removed volume buildx_buildkit_x1_state (unused)", "buildx_buildkit_x1_state"))
            self.assertEqual(self.entry("REMOVAL_FAILED")["RGC_REASON"], "conflict")
            ended = self.entry("PASS_FINISHED", RGC_TRIGGER="hook")
            self.assertEqual((ended["RGC_PASS"], ended["RGC_FREED_BYTES"]), ("7", "1300000000"))
            self.assertEqual(ended["MESSAGE"], "Pass (hook) removed 2 images, freed 1.3 GB, disk 71% -> 64%")
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
        self.assertEqual(self.journal.entries, [])
