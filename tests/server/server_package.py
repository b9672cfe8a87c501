# SPDX-License-Identifier: MIT
"""The package on a whole server: installing it is all it takes, and removing it leaves what belongs to the administrator."""
import json
import re

import case

CONFIG = "/etc/rgc/rgc.conf"
STATE = "/var/lib/rgc"
OWN_VALUE = "\n[retention]\nkeep_previous = 4\n"


class Package(case.ServerCase):
    @classmethod
    def prepare(cls):
        pass

    def setUp(self):
        super().setUp()
        self.server.run(["dpkg", "--purge", "rgc"])

    def installed(self):
        self.server.install()
        self.server.wait_active("rgc.service", "rgc.socket")

    def mode(self, path):
        return self.server.run(["stat", "--format=%U:%G %a", path]).strip()

    def exists(self, path):
        return self.server.try_run(["test", "-e", path]).returncode == 0

    def next_version(self):
        """The package as its next release would be: other number, other defaults."""
        self.server.run(["sh", "-ec", "rm -rf /root/next; dpkg-deb --raw-extract /root/rgc.deb /root/next;"
                                      "sed -i 's/^Version: .*/Version: 99.0/' /root/next/DEBIAN/control;"
                                      f"echo '# a new default' >> /root/next{CONFIG};"
                                      "dpkg-deb --build /root/next /root/next.deb"])
        return "/root/next.deb"

    def test_installing_it_is_all_it_takes(self):
        since = self.journal.position()
        self.installed()
        self.journal.wait_for("PASS_FINISHED", since, RGC_TRIGGER="start")
        self.assertEqual(self.mode("/run/rgc.sock"), "root:docker 660")
        self.assertEqual(self.mode("/var/lib/rgc"), "rgc:docker 750")
        self.assertEqual(self.mode("/var/lib/rgc/ledger.json"), "rgc:docker 640")
        pid = self.server.main_pid("rgc")
        self.assertEqual(self.server.run(["stat", "--format=%U", f"/proc/{pid}"]).strip(), "rgc")
        self.assertIn("docker", self.server.run(["id", "-nG", "rgc"]).split())
        self.assertEqual(self.server.run(["systemctl", "is-enabled", "rgc.service"]).strip(), "enabled")
        checks = self.server.document("check")
        checks = checks["checks"] if isinstance(checks, dict) else checks
        self.assertEqual([one for one in checks if not one["ok"]], [])

    def test_its_sandbox_leaves_little_exposed(self):
        self.installed()
        last = self.server.run(["systemd-analyze", "security", "--no-pager", "rgc.service"]).strip().splitlines()[-1]
        exposure = float(re.search(r"Overall exposure level for rgc\.service: ([\d.]+)", last).group(1))
        self.assertLessEqual(exposure, 1.0, last)

    def test_it_is_there_again_after_a_reboot_of_docker(self):
        self.installed()
        self.server.systemctl("reset-failed", "docker.service")
        self.server.systemctl("restart", "docker")
        self.server.wait_active("rgc.service", "rgc.socket")

    def test_a_first_start_only_reports_until_a_collect_by_hand(self):
        since = self.journal.position()
        self.server.write(CONFIG, "[retention]\nmin_age = 0s\nmin_uptime = 50ms\nquiet = 0s\n[agent]\nsettle = 1s\n", 0o644)
        app = self.deploy(range(1, 7))
        self.server.install("/root/rgc.deb", "--force-confold")
        self.journal.wait_for("PASS_FINISHED", since, RGC_TRIGGER="start")
        self.server.wait_status(r"^On trial, nothing is removed yet\. Last pass .* would remove 2 images")
        line = self.server.rgc("collect", "--deployed", "blog").stdout
        self.assertRegex(line, "^blog v6: nothing removed: on trial until .*would remove 2 images")
        self.assertIsNotNone(self.server.agent_status()["trial_until"])
        self.assertEqual(len(self.tags(app)), 6)
        self.assertIn("trial", self.server.rgc("status", user="deploy").stdout)

        self.server.rgc("collect", "--here", "--end-trial")
        self.assertEqual(self.tags(app), ["v3", "v4", "v5", "v6"])
        self.assertEqual(self.mode("/var/lib/rgc/ledger.json"), "rgc:docker 640")
        app.redeploy("v7")
        self.assertRegex(self.server.rgc("collect", "--deployed", "blog").stdout, "^blog v7: removed 1 release")
        self.assertIsNone(self.server.agent_status()["trial_until"])
        self.assert_rollbacks(app)

    def test_an_upgrade_keeps_a_changed_configuration_and_starts_the_new_agent(self):
        self.installed()
        changed = self.server.run(["cat", CONFIG]) + OWN_VALUE
        self.server.write(CONFIG, changed, 0o644)
        before = self.server.main_pid("rgc")
        since = self.journal.position()
        self.server.install(self.next_version(), "--force-confdef", "--force-confold")
        self.journal.wait_for("AGENT_STARTED", since)
        self.server.wait_active("rgc.service", "rgc.socket")
        self.assertNotEqual(self.server.main_pid("rgc"), before)
        self.assertEqual(self.server.run(["cat", CONFIG]), changed)
        self.assertEqual(self.server.agent_status()["state"], "waiting")  # for the pass that each start causes

    def test_an_upgrade_takes_the_new_defaults_where_nothing_was_changed(self):
        self.installed()
        self.server.install(self.next_version())
        self.assertIn("# a new default", self.server.run(["cat", CONFIG]))

    def passes(self):
        return self.server.document("history")["passes"]

    def counted(self):
        """All passes that the totals have counted."""
        totals = json.loads(self.server.run(["cat", f"{STATE}/totals.json"]))
        return sum(sum(results.values()) for results in totals["passes"].values())

    def test_an_upgrade_from_a_ledger_of_schema_1_keeps_the_history_and_starts_a_new_trial(self):
        since = self.journal.position()
        self.installed()
        self.journal.wait_for("PASS_FINISHED", since, RGC_TRIGGER="start")
        self.server.write(CONFIG, OWN_VALUE, 0o644)
        app = self.deploy(range(1, 8))
        self.server.rgc("collect", "--here", "--end-trial")
        passes, counted = self.passes(), self.counted()
        self.server.systemctl("stop", "rgc.service", "rgc.socket")
        # As the package before wrote it: this one's agent would write it anew.
        ledger = self.server.run(["cat", f"{STATE}/ledger.json"])
        self.server.run(["sed", "-i", '1s/"schema": *2/"schema":1/', f"{STATE}/ledger.json"])
        self.assertNotEqual(self.server.run(["cat", f"{STATE}/ledger.json"]), ledger)
        tags = self.tags(app)

        since = self.journal.position()
        self.server.install(self.next_version(), "--force-confdef", "--force-confold")
        self.server.systemctl("start", "rgc.socket", "rgc.service")
        self.journal.wait_for("PASS_FINISHED", since, RGC_TRIGGER="start")
        self.assertEqual(self.server.run(["cat", CONFIG]), OWN_VALUE)
        self.assertEqual(self.passes()[-len(passes):], passes, "the history goes on")
        self.assertGreater(self.counted(), counted, "so do the totals")
        self.assertEqual(json.loads(self.server.run(["head", "-n", "1", f"{STATE}/ledger.json"]))["schema"], 2)
        aside = self.server.run(["sh", "-c", f"head -qn 1 {STATE}/ledger.json.unreadable-*"])
        self.assertEqual(json.loads(aside)["schema"], 1)
        self.assertIsNotNone(self.server.agent_status()["trial_until"])
        self.assertEqual(self.tags(app), tags)

    def test_removing_it_keeps_configuration_and_state(self):
        since = self.journal.position()
        self.installed()
        self.journal.wait_for("PASS_FINISHED", since, RGC_TRIGGER="start")
        self.server.write(CONFIG, OWN_VALUE, 0o644)
        self.server.run(["dpkg", "--remove", "rgc"])
        self.assertFalse(self.server.is_active("rgc.service") or self.server.is_active("rgc.socket"))
        self.assertFalse(self.exists("/run/rgc.sock") or self.exists("/usr/bin/rgc"))
        self.assertTrue(self.exists(CONFIG) and self.exists("/var/lib/rgc/ledger.json"))
        self.assertTrue(self.server.is_active("docker"))
        self.server.install("/root/rgc.deb", "--force-confold")
        self.server.wait_active("rgc.service", "rgc.socket")
        self.assertEqual(self.server.run(["cat", CONFIG]), OWN_VALUE)

    def test_purging_it_leaves_nothing(self):
        self.installed()
        self.server.run(["dpkg", "--purge", "rgc"])
        places = ["/etc", "/run", "/usr/bin", "/usr/lib/systemd", "/usr/share"]
        left = self.server.run(["find", *places, "-xdev", "-name", "*rgc*"])
        self.assertEqual(left.split(), [])
        self.assertFalse(self.exists("/var/lib/rgc"))
        failed = self.server.run(["systemctl", "list-units", "--failed", "--plain", "--no-legend", "rgc*"])
        self.assertEqual(failed.strip(), "")
        self.assertTrue(self.server.is_active("docker"))
