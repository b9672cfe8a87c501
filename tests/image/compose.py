# SPDX-License-Identifier: MIT
"""A real Compose: a service that is rebuilt, and one whose `latest` is pulled again. What stays can be run."""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "engine"))

import rgc
import roots
import suite
import workspace
from images import Image, app_program
from namespace import Namespace

DOCKERFILE = "FROM scratch\nCOPY app release /\nENTRYPOINT [\"/app\"]\nCMD [\"serve\"]\n"
ROUNDS = 6


class Compose(rgc.RgcCase):
    registry_wanted = True
    settings = {"retention": {"keep_previous": 2}}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        try:
            cls.client = Namespace(roots.tree("image"), cls.engine.state)
        except workspace.Unavailable as reason:
            raise suite.unittest.SkipTest(str(reason)) from reason
        cls.addClassCleanup(cls.client.close)

    def setUp(self):
        super().setUp()
        self.project = self.engine.state / f"site-{self.rgc.home.name}"
        self.project.mkdir()

    def compose(self, *argv):
        done = self.client.run(["env", "-C", self.project, "docker-compose", "--project-name", "site", *argv],
                               {"DOCKER_HOST": self.engine.host, "DOCKER_CONFIG": str(self.engine.state / "cli")})
        self.assertEqual(done.returncode, 0, done.stdout.decode())

    def write_service(self, **keys):
        (self.project / "compose.yaml").write_text(json.dumps({"services": {"web": {
            "network_mode": "none", "restart": "unless-stopped", **keys}}}))

    def current(self):
        container, = self.engine.containers.list(label=["com.docker.compose.service=web"])
        self.assertEqual(container["State"], "running")
        return container["ImageID"]

    def assert_last_three_stay(self, images):
        self.assertEqual(len(set(images)), ROUNDS)
        done = self.rgc.plan()
        self.assertEqual([(app["name"], app["kind"]) for app in done["apps"]], [("site/web", "compose")])
        self.finish(expected={"keep current": images[-1:], "keep rollback": images[-3:-1]})
        self.assertEqual({one for one in images if self.engine.images.id(one)}, set(images[-3:]))

    def write_build(self):
        (self.project / "Dockerfile").write_text(DOCKERFILE)
        (self.project / "app").write_bytes(app_program())
        (self.project / "app").chmod(0o755)

    def rebuild(self, number, tag):
        self.write_service(image=f"site/web:{tag}", build={"context": ".", "network": "none"})
        (self.project / "release").write_text(f"release {number}")
        self.compose("up", "--detach", "--build")
        built = self.current()
        rgc.until_old_enough(rgc.SERVED)
        self.rgc.run("collect", "--here")
        return built

    def test_a_service_that_is_rebuilt_under_new_tags_keeps_its_previous_builds_and_goes_back_to_them(self):
        self.write_build()
        images = [self.rebuild(number, f"v{number}") for number in range(ROUNDS)]
        self.assert_last_three_stay(images)
        for number in (ROUNDS - 3, ROUNDS - 2):
            self.write_service(image=f"site/web:v{number}", pull_policy="never")
            self.compose("up", "--detach")
            self.assertEqual(self.current(), images[number])

    def test_a_service_that_is_rebuilt_under_one_tag_leaves_nothing_that_a_tag_names_and_old_builds_go(self):
        self.write_build()
        images = [self.rebuild(number, "main") for number in range(ROUNDS)]
        self.assertEqual(self.engine.images.ids(), {images[-1]})
        self.assertEqual(self.current(), images[-1])

    def test_a_service_whose_latest_is_pulled_again_keeps_its_previous_images(self):
        self.write_service(image=f"{self.registry.address}/me/site:latest")
        images = []
        for number in range(ROUNDS):
            self.registry.publish(Image(content=f"site {number}"), "me/site:latest")
            self.compose("pull")
            self.compose("up", "--detach")
            images.append(self.current())
            self.rgc.run("collect", "--here")
        self.assert_last_three_stay(images)
