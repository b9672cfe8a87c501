# SPDX-License-Identifier: MIT
"""What ends on a server: Docker, the agent, a pass, each in the middle of things; and what is there afterwards."""
import os
import signal
import time

import case
from images import Image
from namespace import wait_for
from server import SETTINGS

RELEASES = 40
DELETIONS = {"type": ["image"], "event": ["delete"]}
BULK = {"agent": {**SETTINGS["agent"], "events": "no"}, "engine": {"parallel": "1"}}


class Failures(case.ServerCase):
    settings = {"agent": {**SETTINGS["agent"], "events": "no"}}

    def setUp(self):
        # docker.service may start three times a minute.
        self.server.systemctl("reset-failed", "docker.service", "rgc.service", "rgc.socket")
        self.server.systemctl("start", "docker.service")
        self.server.wait_active("docker.service", "rgc.service", "rgc.socket")
        super().setUp()

    # Docker

    def test_stopping_docker_stops_the_agent_and_nothing_wakes_docker(self):
        self.server.fresh_agent(self.settings)
        started = self.server.show("docker", "InvocationID")
        self.server.systemctl("stop", "docker.service")
        self.assertFalse(self.server.is_active("rgc.service") or self.server.is_active("rgc.socket"))
        for user in ("root", "deploy"):
            done = self.server.rgc("collect", user=user, exits=(3,))
            self.assertIn("to start Docker: systemctl start docker", done.stderr)
        self.assertEqual(self.server.show("docker", "ActiveState"), "inactive")
        self.assertEqual(self.server.show("docker", "InvocationID"), started)

        since = self.journal.position()
        self.server.systemctl("start", "docker.service")
        self.server.wait_active("rgc.service", "rgc.socket")
        self.journal.wait_for("PASS_FINISHED", since, RGC_TRIGGER="start")
        self.server.rgc("collect")

    def test_an_agent_that_somebody_stopped_stays_stopped_whatever_is_asked(self):
        self.server.fresh_agent(self.settings)
        self.server.systemctl("restart", "rgc.service")
        self.server.wait_active("rgc.service", "rgc.socket")
        self.server.systemctl("stop", "rgc.service")
        self.server.rgc("status")
        self.server.rgc("collect", exits=(3,))
        self.assertIn("it is enabled, but does not run", self.server.rgc("check", exits=(1,)).stdout)
        self.assertFalse(self.server.is_active("rgc.service") or self.server.is_active("rgc.socket"))
        self.server.systemctl("start", "rgc.service")
        self.server.wait_active("rgc.service", "rgc.socket")
        self.server.rgc("collect")

    def test_a_crash_of_docker_brings_the_agent_back_with_it(self):
        self.server.fresh_agent(self.settings)
        app = self.deploy(range(1, 7))
        before = self.server.main_pid("docker")
        since = self.journal.position()
        self.server.kill(before)
        self.journal.wait_for("PASS_FINISHED", since, RGC_TRIGGER="start")
        self.server.wait_active("docker.service", "rgc.service", "rgc.socket")
        self.assertNotIn(self.server.main_pid("docker"), (0, before))
        wait_for(lambda: self.tags(app) == ["v3", "v4", "v5", "v6"], lambda: f"four releases, not {self.tags(app)}")
        self.server.rgc("collect")

    # In the middle of a pass

    def many_releases(self, service):
        """An agent that is about to remove most of them, one after the other. Of the service it has not heard before: so
        they are nobody's releases until the first deploy."""
        self.server.fresh_agent(BULK)
        self.server.images.load(*(Image(tags=[f"registry.test/me/{service}:old{number}"], labels={"service": service})
                                  for number in range(RELEASES)))
        self.server.rgc("collect")
        return self.deploy([1, 2], service)

    def kill_in_the_middle_of_a_pass(self, service, find_pid):
        """Of the pass's process find_pid makes the one to kill; that of the pass ends in any case."""
        app = self.many_releases(service)
        since = self.journal.position()
        engine = self.server.outer_pid(self.server.main_pid("docker"))
        events = self.server.api.stream("GET", "/events", {"since": f"{time.time():.9f}", "filters": DELETIONS})
        self.server.rgc("collect", "--no-wait")
        next(events)
        os.kill(engine, signal.SIGSTOP)  # the pass waits for it
        try:
            collect, = self.server.children("collect")
            self.server.kill(find_pid(collect))
        finally:
            os.kill(engine, signal.SIGCONT)
        events.close()
        wait_for(lambda: collect not in self.server.children("collect"), "the pass is gone")
        return app, since

    def assert_completed(self, app, left):
        self.assertGreater(left, 4, "the pass was ended before it was done")
        self.assertLess(left, RELEASES + 2, "and had begun")
        self.assertEqual(len(self.tags(app)), 4)
        self.assert_kept(app)

    def assert_kept(self, app):
        one = next(found for found in self.server.document("status")["apps"] if found["name"] == app.service)
        self.assertEqual(one["rollback"]["ready"], 1, one["rollback"])
        app.rollback("v1")
        self.wait_running(app, "v1")

    def test_an_agent_that_is_killed_in_the_middle_of_a_pass_comes_back_and_completes_it(self):
        app, since = self.kill_in_the_middle_of_a_pass("shop", lambda collect: self.server.main_pid("rgc"))
        left = len(self.tags(app))
        self.journal.wait_for("AGENT_STARTED", since)
        self.journal.wait_for("PASS_FINISHED", since, RGC_TRIGGER="start")
        self.assert_completed(app, left)

    def test_a_pass_that_is_killed_is_told_and_the_next_one_completes_it(self):
        app, since = self.kill_in_the_middle_of_a_pass("wiki", lambda collect: collect)
        self.journal.wait_for("CHILD_MISBEHAVED", since, RGC_CHILD="collect")
        failed = self.journal.wait_for("PASS_FAILED", since)
        self.assertIn("SIGKILL", failed["RGC_REASON"])
        left = len(self.tags(app))
        self.server.wait_status("failed")
        self.server.rgc("collect")
        self.assert_completed(app, left)
        self.assertEqual(self.journal.of("AGENT_STARTED", since), [], "the agent lives on")

    def test_a_watcher_that_is_killed_is_started_again(self):
        since = self.server.fresh_agent(self.settings)
        self.server.kill(self.server.children("watch")[0])
        self.journal.wait_for("CHILD_MISBEHAVED", since, RGC_CHILD="watch")
        self.server.wait_watching()

    # The watchdog

    def test_the_watchdog_restarts_an_agent_that_hangs(self):
        self.assertEqual(self.server.show("rgc", "WatchdogUSec"), "30s")
        self.addCleanup(self.remove_drop_in)
        self.server.write("/run/systemd/system/rgc.service.d/fast.conf", "[Service]\nWatchdogSec=6s\nRestartSec=100ms\n")
        self.server.systemctl("daemon-reload")
        since = self.server.fresh_agent(self.settings)
        before = self.server.main_pid("rgc")
        self.server.kill(before, "STOP")
        self.journal.wait(lambda entry: entry.get("UNIT") == "rgc.service" and "Watchdog timeout" in str(entry.get("MESSAGE")),
                          since)
        self.journal.wait_for("AGENT_STARTED", since)
        self.journal.wait_for("PASS_FINISHED", since, RGC_TRIGGER="start")
        self.assertNotEqual(self.server.main_pid("rgc"), before)
        self.server.rgc("collect")

    def remove_drop_in(self):
        self.server.path("/run/systemd/system/rgc.service.d/fast.conf").unlink()
        self.server.systemctl("daemon-reload")
