# SPDX-License-Identifier: MIT
"""The units, as systemd reads them: without a complaint, and with next to no exposure."""
import os
import re
import shutil
import unittest

import installed
from installed import run

EXPOSURE_MAX = 1.0
UNITS = "usr/lib/systemd/system"
DOCKER = "[Unit]\nDescription=Stands in\n[Service]\nExecStart=/bin/true\n"

tree = analyze = None


def setUpModule():
    global tree, analyze
    analyze = installed.need("systemd-analyze")
    if "--offline" not in run(analyze, "--help"):
        raise unittest.SkipTest("this systemd-analyze cannot look at files")
    tree = installed.Tree()
    (tree / UNITS / "docker.service").write_text(DOCKER, encoding="utf-8")
    # The program is not at home here: what stands in for it must only be there.
    for unit in (tree / UNITS).glob("rgc.*"):
        if unit.is_file():
            unit.write_text(unit.read_text(encoding="utf-8").replace("/usr/bin/rgc", "/bin/true"), encoding="utf-8")


def tearDownModule():
    tree.close()


def verify(*units):
    """systemd's complaints, with its own units around ours."""
    environment = {**os.environ, "SYSTEMD_UNIT_PATH": f"{tree / UNITS}:"}
    return run(analyze, "verify", "--man=no", *(tree / UNITS / unit for unit in units), env=environment)


def settings(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith(("#", "["))]


class Units(unittest.TestCase):
    def test_systemd_has_no_complaint(self):
        self.assertEqual(verify("rgc.service", "rgc.socket"), "")

    def test_a_mistake_would_be_complained_about(self):
        broken = tree / UNITS / "broken.service"
        shutil.copy(tree / UNITS / "rgc.service", broken)
        self.addCleanup(broken.unlink)
        broken.write_text(broken.read_text(encoding="utf-8").replace("WatchdogSec=", "WatchdogSeconds="), encoding="utf-8")
        self.assertIn("WatchdogSeconds", verify("broken.service"))

    def test_the_sandbox_leaves_an_exposure_of_1_at_most(self):
        out = run(analyze, "security", "--offline=true", "--no-pager", tree / UNITS / "rgc.service")
        exposure = float(re.search(r"Overall exposure level for rgc.service: ([0-9.]+)", out).group(1))
        print(f"exposure {exposure}")
        self.assertLessEqual(exposure, EXPOSURE_MAX)

    def test_the_units_come_and_go_with_docker_and_never_start_it(self):
        service = settings(tree / UNITS / "rgc.service.d/engine.conf")
        self.assertEqual(service, ["Requisite=docker.service", "PartOf=docker.service", "After=docker.service"])
        self.assertEqual(settings(tree / UNITS / "rgc.socket.d/engine.conf"), ["PartOf=docker.service"])
        for unit in ("rgc.service", "rgc.socket"):
            lines = settings(tree / UNITS / unit)
            self.assertIn("WantedBy=docker.service", lines)
            pulled = [line for line in lines if re.match(r"(Wants|Requires|BindsTo|Upholds)=.*docker", line)]
            self.assertEqual(pulled, [])

    def test_the_service_waits_as_long_as_the_agent_does(self):
        lines = settings(tree / UNITS / "rgc.service")
        for expected in ("Type=notify", "KillMode=mixed", "TimeoutStopSec=10s", "RestartPreventExitStatus=2",
                         'ExecReload=/bin/sh -c "kill -HUP ${MAINPID}"', "OOMPolicy=continue", "MemoryMax=256M"):
            self.assertIn(expected, lines)

    def test_a_reload_tells_the_agent_and_then_fails_if_the_file_is_invalid(self):
        reload = [line for line in settings(tree / UNITS / "rgc.service") if line.startswith("ExecReload=")]
        self.assertEqual(len(reload), 2)
        self.assertEqual(reload[0], 'ExecReload=/bin/sh -c "kill -HUP ${MAINPID}"')
        self.assertRegex(reload[1], "^ExecReload=/[^ ]* check --config-only$")

    def test_the_files_are_made_for_user_rgc_and_group_docker(self):
        self.assertEqual(settings(tree / "usr/lib/tmpfiles.d/rgc.conf"),
                         ["d /var/lib/rgc 0750 rgc docker -", "d /run/rgc 0755 rgc docker -"])
        users = [line.split()[:3] for line in settings(tree / "usr/lib/sysusers.d/rgc.conf")]
        self.assertEqual(users, [["u", "rgc", "-"], ["m", "rgc", "docker"]])
