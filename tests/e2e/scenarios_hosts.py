# SPDX-License-Identifier: MIT
"""What shares a server: destinations, services, accessories and the proxy. None costs another anything."""

import scenario
import rgc
from images import Image


ONE = {"keep_previous": "1"}


class Hosts(scenario.KamalCase):
    settings = {"app shop": {**ONE, "quiet": "3s"}, "app twins": {"quiet": "1s"}, "app one": ONE, "app two": ONE, "db": {"match": "*/me/db", **ONE}, "proxy": {"match": "*/me/proxy", **ONE}}

    def test_one_destinations_deploys_cost_the_other_nothing(self):
        # A previous release of 2 roles in 2 destinations, and what a deploy replaces: Kamal prunes before rgc does. The
        # hook of one destination does not touch what another's deploy may be about to prune: it has been `quiet` by then.
        shop = self.deployer.project("shop", roles=("web", "worker"), destinations=("production", "staging"),
                                     settings={"retain_containers": 6})
        for letter, destination in (("p", "production"), ("s", "staging")):
            for number in range(1, 4):
                done = shop.deploy(f"{letter}{number}", destination, verb="setup" if number == 1 else "deploy")
                self.assert_heard(done, shop)
        self.assertEqual(self.contents(shop)[0], ["p2", "p3", "s2", "s3"])
        self.assert_rollbacks(shop, ["p2"], "production")
        self.assert_rollbacks(shop, ["s2"], "staging")
        self.assertIn("Kamal must leave 6 stopped containers", " ".join(self.server.rgc.run("check").stdout.split()))
        self.assertEqual(self.roll_back_to_all(shop, "production"), ["p2"])
        self.assert_serves(shop, "s3", "staging")
        self.assertEqual(self.roll_back_to_all(shop, "staging"), ["s2"])
        self.assert_serves(shop, "p2", "production")

    def test_two_destinations_that_build_the_same_versions_can_each_be_rolled_back_to_all(self):
        # Each build takes the version's tag from the other's image: it is not the same to the byte.
        twins = self.deployer.project("twins", destinations=("staging", "production"), settings={"retain_containers": 8})
        for number in range(1, 6):
            for destination in ("staging", "production"):
                self.assert_heard(twins.build("setup" if number == 1 else "deploy", f"v{number}", destination), twins)
        # What a hook's pass finds changed since it looked, on a busy machine, it leaves for the next one.
        rgc.until_old_enough(1.1)
        self.server.rgc.run("collect")
        self.assertEqual(self.contents(twins)[0], ["v2", "v3", "v4", "v5"], self.server.rgc.run("plan").stdout)
        for destination in ("staging", "production"):
            self.assert_rollbacks(twins, ["v4", "v3", "v2"], destination)
        for destination in ("staging", "production"):
            self.assertEqual(self.roll_back_to_all(twins, destination), ["v4", "v3", "v2"])
        for destination in ("staging", "production"):
            self.assert_serves(twins, "v2", destination)
            self.assert_rollbacks(twins, ["v3", "v4", "v5"], destination)

    def test_what_kamals_own_prune_takes_from_another_destination_is_told(self):
        lean = self.deployer.project("lean", destinations=("production", "staging"), settings={"retain_containers": 3})
        for number in range(1, 3):
            lean.deploy(f"p{number}", "production", verb="setup" if number == 1 else "deploy")
        for number in range(1, 5):
            lean.deploy(f"s{number}", "staging", verb="setup" if number == 1 else "deploy")
        check = " ".join(self.server.rgc.run("check", exits=(1,)).stdout.split())
        self.assertIn("lean/production can be rolled back to only 0 of 1", check)
        self.assertIn("set retain_containers: 7 there", check)
        self.assert_serves(lean, "p2", "production")
        self.assertEqual(self.status(lean, "production")["rollback"]["ready"], 0, "Kamal's prune has taken it")
        for destination in ("production", "staging"):
            self.roll_back_to_all(lean, destination)

    def test_two_services_are_collected_each_by_itself_by_a_user_who_is_not_root(self):
        one = self.deployer.project("one", user="deploy", settings={"aliases": {"disk": "server exec rgc status"}})
        two = self.deployer.project("two", user="deploy")
        for number in range(1, 4):
            for project in (one, two):
                done = project.deploy(f"v{number}", verb="setup" if number == 1 else "deploy")
                self.assert_heard(done, project, f"v{number}")
        for project in (one, two):
            self.assertEqual(self.contents(project)[0], ["v2", "v3"])
        self.assertEqual(self.roll_back_to_all(one), ["v2"])
        self.assert_serves(two, "v3")
        disk = one.kamal("disk").stdout
        self.assertRegex(disk, r"Apps: 2; every kept release can be rolled back to")

    def boot(self, project, what, version, *kamal, **image):
        """Starts the version of what runs beside the apps, in place of the one that runs."""
        self.registry.publish(Image(content=f"{what} {version}", **image), f"me/{what}:{version}")
        project.kamal(*kamal, "--version", "v1")
        self.server.rgc.run("collect")

    def versions_left(self, what):
        return sorted(tag.rpartition(":")[2] for tag in self.server.images.tags() if f"/me/{what}:" in tag)

    def test_old_images_of_an_accessory_and_of_the_proxy_go_like_previous_releases(self):
        # No deploy is told of these: they wait until nothing has been started for so long.
        self.server.rgc.configure({**self.settings, "retention": {"quiet": "500ms", "min_age": "0s"}})
        self.addCleanup(self.server.rgc.configure, self.settings)
        title = {"org.opencontainers.image.title": "kamal-proxy"}
        for number in range(1, 5):
            accessory = {"image": f"{self.registry.address}/me/db:16.{number}", "host": scenario.ADDRESS}
            proxy = {"registry": self.registry.address, "repository": "me/proxy", "version": f"v0.9.{number + 1}", "publish": False}
            around = self.deployer.project("around", settings={
                "accessories": {"db": accessory}, "proxy": {"run": proxy}, "servers": {"web": [scenario.ADDRESS]}})
            again = number > 1
            self.boot(around, "db", f"16.{number}", "accessory", "reboot" if again else "boot", "db")
            self.boot(around, "proxy", f"v0.9.{number + 1}", "proxy", *(["reboot", "-y"] if again else ["boot"]),
                      labels=title, config={"Entrypoint": ["/app", "serve"]})
        rgc.until_old_enough(0.6)
        self.server.rgc.run("collect")
        self.assertEqual(self.versions_left("db"), ["16.3", "16.4"])
        self.assertEqual(self.versions_left("proxy"), ["v0.9.4", "v0.9.5"])
        self.assertEqual([name for name in self.server.containers.names(status=["running"]) if name in ("around-db", "kamal-proxy")],
                         ["around-db", "kamal-proxy"])
