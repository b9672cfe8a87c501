# SPDX-License-Identifier: MIT
"""The service on a whole server: deploys are noticed, users ask for passes, and journal and Varlink say what happened."""
import datetime
import json
import time

import case
from server import SETTINGS
from waiting import longer_and_longer


def seconds_of(text):
    at = datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.timezone.utc)
    return at.timestamp()


def seconds_until(text):
    return seconds_of(text) - time.time()


class Service(case.ServerCase):
    def uid(self, user):
        return self.server.run(["id", "-u", user]).strip()

    def quiet_agent(self):
        """No event causes a pass: only what the test asks for."""
        return self.server.fresh_agent({"agent": {**SETTINGS["agent"], "events": "no"}})

    def collect_by_varlink(self, reason):
        answer = self.server.run(["varlinkctl", "call", "--more", "--json=short", "/run/rgc.sock", "io.rgc.Agent.Collect",
                                  json.dumps({"reason": reason})])
        return [json.loads(line.strip("\x1e")) for line in answer.splitlines() if line.strip("\x1e \n")]

    # Events

    def deploys_before_a_pass(self):
        """Six deploys, between which there is no pause as long as an event's pass waits for."""
        for settle in longer_and_longer(15):
            self.server.wipe()
            since = self.server.fresh_agent({"agent": {"settle": f"{settle}s"}})
            app = self.deploy(range(1, 7))
            if self.server.agent_status()["state"] != "running" and not self.journal.of("PASS_FINISHED", since):
                break
        return app, since

    def test_deploys_without_a_hook_are_collected(self):
        app, since = self.deploys_before_a_pass()
        entry = self.journal.wait_for("PASS_FINISHED", since, RGC_TRIGGER="event")
        self.assertEqual(entry["RGC_REMOVED_IMAGES"], "2")
        self.assertEqual(self.tags(app), ["v3", "v4", "v5", "v6"])
        self.assertEqual(self.server.containers.names(), [f"blog-web-v{number}" for number in (3, 4, 5, 6)])
        self.assert_rollbacks(app)

    def test_what_a_pass_removes_causes_no_further_pass(self):
        _, since = self.deploys_before_a_pass()
        self.journal.wait_for("PASS_FINISHED", since, RGC_TRIGGER="event")
        after = self.server.agent_status()
        self.assertEqual((after["state"], after["next_why"]), ("idle", "interval"))

    # Who asks

    def test_root_asks_for_a_pass_and_is_told_what_went(self):
        since = self.quiet_agent()
        app = self.deploy(range(1, 7))
        line = self.server.rgc("collect", "--deployed", "blog").stdout
        self.assertRegex(line, r"^blog v6: removed 2 releases, .* freed.*, rollback 3/3\n$")
        self.assertEqual(self.tags(app), ["v3", "v4", "v5", "v6"])
        self.journal.wait_for("TRIGGER_ACCEPTED", since, RGC_TRIGGER_UID="0", RGC_DEPLOYED="blog", RGC_TRIGGER="hook")
        self.journal.wait_for("PASS_FINISHED", since, RGC_TRIGGER="hook", RGC_REMOVED_IMAGES="2")

    def test_a_member_of_group_docker_asks_for_a_pass_and_reads_status_and_history(self):
        since = self.quiet_agent()
        app = self.deploy(range(1, 7))
        summary = self.server.document("collect", "--reason", "by deploy", user="deploy")
        self.assertEqual((summary["exit"], summary["removed"]["images"]), (0, 2))
        self.assertEqual(self.tags(app), ["v3", "v4", "v5", "v6"])
        self.journal.wait_for("TRIGGER_ACCEPTED", since, RGC_TRIGGER_UID=self.uid("deploy"), RGC_REASON="by deploy")
        status = self.server.document("status", user="deploy")
        self.assertEqual((status["ledger"]["found"], status["ledger"]["note"]), (True, None))
        self.assertEqual(status["last"]["pass"], summary["pass"])
        self.assertEqual(self.server.document("history", user="deploy")["passes"][0]["pass"], summary["pass"])

    def test_others_are_refused_and_told_why(self):
        since = self.quiet_agent()
        done = self.server.rgc("collect", user="guest", exits=(3,))
        self.assertIn("only root and members of group docker may talk to the agent", done.stderr)
        self.assertEqual(done.stdout, "")
        self.server.rgc("collect", "--reason", "the one after")
        self.journal.wait_for("TRIGGER_ACCEPTED", since, RGC_REASON="the one after")
        self.assertEqual(len(self.journal.of("TRIGGER_ACCEPTED", since)), 1)
        self.server.rgc("status", user="guest", exits=(4,))
        self.assertNotEqual(self.server.try_run(["ls", "/var/lib/rgc"], "guest").returncode, 0)

    # Reload

    def test_a_reload_with_a_good_file_takes_its_values(self):
        since = self.quiet_agent()
        self.assertGreater(seconds_until(self.server.agent_status()["next_at"]), 11 * 3600)
        self.server.configure({"agent": {"interval": "3h", "events": "no"}})
        self.server.systemctl("reload", "rgc")
        self.journal.wait_for("CONFIG_LOADED", since)
        status = self.server.agent_status()
        self.assertEqual((status["next_why"], status["config_error"]), ("interval", None))
        self.assertLessEqual(seconds_until(status["next_at"]), 3 * 3600)
        self.server.wait_active("rgc.service")

    def test_a_reload_with_a_bad_file_keeps_the_values_and_says_so_until_it_is_repaired(self):
        since = self.quiet_agent()
        before = self.server.agent_status()
        self.server.write("/etc/rgc/rgc.conf", "[agent]\nevents = no\ninterval = soon\n", 0o644)
        self.assertNotEqual(self.server.try_run(["systemctl", "reload", "rgc"]).returncode, 0)
        entry = self.journal.wait_for("CONFIG_REJECTED", since)
        self.assertIn("rgc.conf:3:", entry["RGC_REASON"])
        self.assertRegex(self.server.wait_status("Invalid configuration").string, r"using the previous one: .*rgc\.conf:3: .*soon")
        self.server.wait_active("rgc.service")
        after = self.server.agent_status()
        self.assertIn("rgc.conf:3:", after["config_error"])
        self.assertAlmostEqual(seconds_of(after["next_at"]), seconds_of(before["next_at"]), delta=5)
        self.assertIn("rgc.conf:3:", self.server.rgc("collect", exits=(2,)).stderr)
        summary = self.collect_by_varlink("with a bad file")[-1]["summary"]
        self.assertEqual(summary["exit"], 2)
        self.assertIn("the configuration is invalid", summary["error"])

        since = self.journal.position()
        self.server.configure({"agent": {**SETTINGS["agent"], "events": "no"}})
        self.server.systemctl("reload", "rgc")
        self.journal.wait_for("PASS_FINISHED", since, RGC_TRIGGER="collect")
        self.assertNotIn("Invalid", self.server.status_text())

    # What is told

    def test_status_says_the_last_and_the_next_pass_in_words(self):
        self.quiet_agent()
        self.deploy(range(1, 7))
        self.server.rgc("collect")
        self.server.wait_status(r"^Idle\. Last pass \d\d:\d\d removed 2 images and 2 containers, freed .*; "
                                r"next by \d\d:\d\d$")

    def test_the_journal_has_what_went_as_fields_and_the_catalog_explains_it(self):
        since = self.quiet_agent()
        app = self.deploy(range(1, 6))
        identity = self.server.images.id(app.reference("v1"))
        self.server.rgc("collect")
        entry = self.journal.wait_for("IMAGE_REMOVED", since)
        self.assertEqual((entry["RGC_IMAGE"], entry["RGC_REFERENCE"], entry["RGC_REASON"], entry["RGC_TRIGGER"]),
                         (identity, app.reference("v1"), "superseded", "collect"))
        self.assertEqual((entry["SYSLOG_IDENTIFIER"], entry["_SYSTEMD_UNIT"]), ("rgc", "rgc.service"))
        self.assertEqual(self.journal.of("CONTAINER_REMOVED", since)[0]["RGC_REFERENCE"], "blog-web-v1")
        done = self.journal.wait_for("PASS_FINISHED", since)
        number = str(self.server.document("history")["passes"][0]["pass"])
        self.assertEqual((done["RGC_PASS"], done["RGC_REMOVED_IMAGES"], done["RGC_TRIGGER"]), (number, "1", "collect"))
        self.assertRegex(done["RGC_FREED_BYTES"], r"^-?\d+$")
        explained = self.server.run(["journalctl", "--unit", "rgc", "--catalog", "--no-pager", "--boot"])
        self.assertIn("Subject: An image was removed", explained)
        text = " ".join(explained.replace("░░", "").split())
        self.assertIn(f"Removed {app.reference('v1')} ({identity}). Reason: superseded.", text)

    def test_the_journal_has_a_volume_that_a_pass_removes_too(self):
        since = self.server.fresh_agent({"agent": {**SETTINGS["agent"], "events": "no"}, "build_cache": {"orphans": "1ms"}})
        name = "buildx_buildkit_left0_state"
        self.server.run(["docker", "volume", "create", name])
        for _ in range(2):  # the first pass sees that no container uses it
            self.server.rgc("collect")
        entry = self.journal.wait_for("VOLUME_REMOVED", since, RGC_VOLUME=name)
        self.assertEqual((entry["MESSAGE"], entry["RGC_REASON"], entry["_SYSTEMD_UNIT"]),
                         (f"Removed volume {name} (unused)", "unused", "rgc.service"))
        self.assertNotIn(name, self.server.run(["docker", "volume", "ls", "--quiet"]).split())
        self.assertIn(f"Removed the volume {name}, in which", " ".join(self.server.run(
            ["journalctl", "--unit", "rgc", "--catalog", "--no-pager", "--boot"]).replace("░░", "").split()))

    def test_varlinkctl_can_introspect_and_call(self):
        self.quiet_agent()
        self.deploy(range(1, 6))
        described = self.server.run(["varlinkctl", "introspect", "/run/rgc.sock", "io.rgc.Agent"])
        self.assertIn("method Collect(", described)
        self.assertIn("error Stopping", described)
        replies = self.collect_by_varlink("by varlinkctl")
        self.assertIn("image", [reply["progress"].get("kind") for reply in replies[1:-1] if "progress" in reply])
        self.assertEqual((replies[-1]["summary"]["reason"], replies[-1]["summary"]["exit"]), ("by varlinkctl", 0))

    def test_the_metrics_are_there_for_everybody(self):
        self.quiet_agent()
        self.deploy(range(1, 6))
        self.server.rgc("collect")
        text = self.server.run(["cat", "/run/rgc/rgc.prom"], user="guest")
        self.assertIn('app="blog"', text)
        self.assertRegex(text, r"(?m)^rgc_removed_containers_total [1-9]")
