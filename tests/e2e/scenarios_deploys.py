# SPDX-License-Identifier: MIT
"""One app: what is left on the server after each deploy, and that a rollback to it works."""

import scenario


class Deploys(scenario.KamalCase):
    def test_every_deploy_ends_with_a_collected_server_and_every_ready_release_can_be_rolled_back_to(self):
        blog = self.deployer.project("blog")
        self.assert_heard(blog.build("setup", "v1"), blog, "v1")
        self.assert_heard(blog.build("deploy", "v2"), blog, "v2")
        for number in range(3, 10):
            said = self.assert_heard(blog.deploy(f"v{number}"), blog, f"v{number}")
            self.assertIn("removed 1 release" if number > 4 else "nothing to remove", said)
        self.assertEqual(self.contents(blog), (["v6", "v7", "v8", "v9"], [f"blog-web-v{n}" for n in range(6, 10)]))
        self.assert_rollbacks(blog, ["v8", "v7", "v6"])
        self.assertEqual(self.roll_back_to_all(blog), ["v8", "v7", "v6"])
        self.assert_rollbacks(blog, ["v7", "v8", "v9"])
        blog.deploy("v10")
        self.assert_serves(blog, "v10")
        self.assert_rollbacks(blog, ["v6", "v7", "v8"])

    def test_crashed_deploys_cost_no_rollback_and_go_once_a_newer_one_serves(self):
        crashing = self.deployer.project("crashing")
        crashing.deploy("v1", verb="setup")
        crashing.deploy("v2")
        crashing.configure(servers=crashing.crashing_servers())
        failed = crashing.deploy("v3", check=False)
        crashing.configure(servers=crashing.servers())
        self.assertEqual(failed.returncode, 1, failed.stdout)
        self.assert_serves(crashing, "v2")
        self.server.rgc.run("collect", "--deployed", "crashing")
        self.assertIn("v3", self.contents(crashing)[0], "its log is wanted")
        self.assert_rollbacks(crashing, ["v1"])
        self.assert_heard(crashing.deploy("v4"), crashing, "v4")
        self.assert_rollbacks(crashing, ["v2", "v1"])
        crashing.deploy("v5")
        self.assert_rollbacks(crashing, ["v4", "v2", "v1"])
        self.assertEqual(self.contents(crashing)[0], ["v1", "v2", "v4", "v5"])
        self.roll_back_to_all(crashing)

    def test_redeploys_of_one_version_leave_one_image_and_the_rollbacks(self):
        again = self.deployer.project("again")
        again.deploy("v1", verb="setup")
        again.deploy("v2")
        for verb in ("redeploy", "deploy", "redeploy"):
            self.assert_heard(again.deploy("v2", verb=verb), again, "v2")
            self.assert_serves(again, "v2")
            self.assert_rollbacks(again, ["v1"])
            self.assertEqual(self.contents(again), (["v1", "v2"], ["again-web-v1", "again-web-v2"]))
        self.roll_back_to_all(again)

    def test_with_two_roles_a_release_is_ready_only_with_the_containers_of_both(self):
        twofold = self.deployer.project("twofold", roles=("web", "worker"), settings={"retain_containers": 8})
        for number in range(1, 4):
            twofold.deploy(f"v{number}", verb="setup" if number == 1 else "deploy")
        self.assert_rollbacks(twofold, ["v2", "v1"])
        self.server.containers.remove("twofold-worker-v2")
        rollback = self.status(twofold)["rollback"]
        self.assertEqual((rollback["versions"], rollback["ready"]), (["v1"], 1))
        self.assertIn("worker", str(rollback["not_ready"]))
        self.assertEqual(self.roll_back_to_all(twofold), ["v1"])
