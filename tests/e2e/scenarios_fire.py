# SPDX-License-Identifier: MIT
"""Deploys under fire: none fails, and nothing that has been pulled goes before it has run."""

import fire
from fire import DEPLOYS


class Fire(fire.UnderFire):
    def test_no_deploy_redeploy_or_rollback_fails_while_passes_run(self):
        fired = self.deployer.project("fired", settings=fire.RACING)
        fired.deploy("v0", verb="setup")
        with self.fire():
            for number in range(1, DEPLOYS + 1):
                fired.deploy(f"v{number}", content=f"fired v{number}", size=2_000_000)
                self.assert_serves(fired, f"v{number}")
            fired.deploy(f"v{DEPLOYS}", content="another", verb="redeploy")
            self.assert_serves(fired, f"v{DEPLOYS}")
            fired.rollback(f"v{DEPLOYS - 1}")
            self.assert_serves(fired, f"v{DEPLOYS - 1}")
        self.server.rgc.run("collect", "--deployed", "fired")
        self.assertLessEqual(len(self.litter()), 1)
        self.assert_rollbacks(fired, [f"v{DEPLOYS}"])
        self.roll_back_to_all(fired)

    def test_what_is_pulled_waits_out_a_pre_deploy_hook_of_20_seconds(self):
        patient = self.deployer.project("patient")
        patient.deploy("v1", verb="setup")
        patient.publish("v2")
        with self.fire(), self.unreachable_registry_once_pulled(patient):
            patient.run("deploy", "v2")
        self.assert_serves(patient, "v2")
        self.assert_rollbacks(patient, ["v1"])

    def test_what_failed_before_and_is_pulled_again_waits_it_out_too(self):
        second = self.deployer.project("second", hook=False)
        for version in ("v1", "v2"):
            second.deploy(version, verb="setup")
        second.publish("v3")
        second.configure(servers=second.crashing_servers())
        self.assertEqual(second.run("deploy", "v3", check=False).returncode, 1)
        second.configure(servers=second.servers())
        second.deploy("v4")  # a newer one serves: the failed one may go
        # Hands off for less long than the hook takes: what keeps it is that it has come anew.
        self.server.rgc.configure({**self.settings, "retention": {"quiet": "5s"}})
        with self.fire(), self.unreachable_registry_once_pulled(second):
            second.run("deploy", "v3")
        self.assert_serves(second, "v3")
        self.roll_back_to_all(second)
