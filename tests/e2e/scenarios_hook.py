# SPDX-License-Identifier: MIT
"""Whatever is wrong with rgc, its agent or the engine: the deploy is done, and Kamal ends with 0."""

import subprocess

import scenario
from deployer import HOOKS
from namespace import wait_for
from waiting import HANGS

CALLS_IT = """\
#!/bin/sh
set -e
touch reached
while [ ! -e go ]; do sleep 0.1; done
sh .kamal/hooks/rgc
echo "my own hook goes on"
"""

# A second of the hook's is 20: what ends first is the time that rgc collect follows the pass for, which is shorter.
SLOWLY = """
sleep() {
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    command sleep 1
    kill -0 "$job" 2> /dev/null || return 0
  done
}
"""

PACKAGE = """\
set -e
mkdir -p /tmp/rgc/DEBIAN
printf 'Package: rgc\\nVersion: 9.9\\nArchitecture: %s\\nMaintainer: t <t@example.com>\\nDescription: test\\n' \
    "$(dpkg --print-architecture)" > /tmp/rgc/DEBIAN/control
dpkg-deb --build /tmp/rgc "$1/rgc_9.9_$(dpkg --print-architecture).deb"
"""


class Hook(scenario.KamalCase):
    def test_without_rgc_on_the_server_a_deploy_works_and_one_line_says_so(self):
        without = self.deployer.project("without")
        self.server.remove_rgc()
        self.addCleanup(self.server.install_rgc)
        done = without.deploy("v1", verb="setup")
        self.assertIn(scenario.HERE + "rgc is not installed here\n", done.stdout)
        self.assert_serves(without, "v1")

    def test_with_its_agent_stopped_a_deploy_works_and_the_line_says_what_to_do(self):
        stopped = self.deployer.project("stopped")
        stopped.deploy("v1", verb="setup")
        self.server.stop_agent()
        self.addCleanup(self.server.start_agent)
        done = stopped.deploy("v2")
        self.assertRegex(done.stdout, scenario.HERE + "rgc: the agent is not running: .*systemctl start rgc")
        self.assert_serves(stopped, "v2")

    def test_with_a_hung_engine_the_hook_ends_in_time_and_an_own_hook_that_calls_it_goes_on(self):
        hung = self.deployer.project("hung")
        hung.deploy("v1", verb="setup")
        hung.hook("rgc", (HOOKS / "post-deploy").read_text().replace("\n", SLOWLY, 1))
        hung.hook("post-deploy", CALLS_IT)
        hung.publish("v2")
        deploy = subprocess.Popen(
            self.deployer.command(["kamal", "deploy", "--skip-push", "--version", "v2"], hung.directory,
                                  {"DOCKER_HOST": self.deployer.host, "RGC_TIMEOUT": "16"}),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        wait_for(self.deployer.path(f"{hung.directory}/reached").exists, "the hook is called")
        self.server.hang()
        self.addCleanup(self.server.resume)
        hung.write("go", "")
        output = deploy.communicate(timeout=HANGS)[0]
        self.assertEqual(deploy.returncode, 0, output)
        self.assertIn(scenario.HERE + "the pass is still running", output)
        self.assertIn("my own hook goes on", output)
        self.server.resume()
        self.assert_serves(hung, "v2")
        self.assertIn("nothing to remove: ", self.server.rgc.run("collect").stdout, "the agent has not stuck")
        self.assert_rollbacks(hung, ["v1"])

    def test_an_rgc_that_hangs_is_cut_off(self):
        hangs = self.deployer.project("hangs")
        hangs.deploy("v1", verb="setup")
        self.server.remove_rgc()
        self.addCleanup(self.server.install_rgc)
        self.server.write("/usr/bin/rgc", "#!/bin/sh\nexec sleep 3600\n", 0o755)
        done = hangs.deploy("v2", env={"RGC_TIMEOUT": "3"})
        self.assertIn(scenario.HERE + "no answer within 3 s\n", done.stdout)
        self.assert_serves(hangs, "v2")

    def test_a_setup_installs_the_package_on_a_new_server(self):
        new = self.deployer.project("new", hook=False, settings={"hooks_output": {"docker-setup": "verbose"}})
        new.hook("docker-setup", (HOOKS / "docker-setup").read_text())
        self.deployer.run(["sh", "-c", PACKAGE, "sh", f"{new.directory}/.kamal/hooks"])
        self.assertIn(scenario.HERE + "installed rgc 9.9\n", new.deploy("v1", verb="setup").stdout)
        self.assertEqual(self.server.sh("dpkg-query -W -f '${Version}' rgc"), "9.9")
        self.assertIn(scenario.HERE + "has rgc 9.9 already\n", new.deploy("v2", verb="setup").stdout)
