# SPDX-License-Identifier: MIT
"""contrib/swarm/stack.yml on a Swarm of one node: deployed as it says, and a service updated under its eyes."""

import re

import built
from images import Image
from namespace import wait_for

SETTING = r"(?m)^( *)# (configs:|  - source: rgc.conf|    target: .*|  rgc.conf:|    file: .*)$"


class Swarm(built.ImageCase):
    def setUp(self):
        super().setUp()
        self.engine.cli("swarm", "init", "--advertise-addr", "127.0.0.1", "--listen-addr", "127.0.0.1",
                        "--task-history-limit", "1")
        self.addCleanup(self.engine.cli, "swarm", "leave", "--force")

    def running(self, service, image):
        """The container in which the service runs this image, or None."""
        found = self.engine.containers.list(label=[f"com.docker.swarm.service.name={service}"], status=["running"])
        return found[0]["Id"] if len(found) == 1 and found[0]["Image"] == image else None

    def wait_until_running(self, service, image):
        tasks = lambda: self.engine.cli("service", "ps", "--no-trunc", service, check=False).stdout.decode()
        return wait_for(lambda: self.running(service, image), lambda: f"{service} runs {image}: {tasks()}")

    def deploy_stack(self, settings):
        """By the words of the file, with the configuration that it shows as comments."""
        stack = (built.SOURCE / "contrib/swarm/stack.yml").read_text()
        text, count = re.subn(SETTING, r"\1\2", built.here(self.engine, stack))
        self.assertEqual(count, 6)
        directory = built.write_settings(self.engine, settings)
        (directory / "stack.yml").write_text(text)
        self.engine.cli("stack", "deploy", "--detach=true", "--resolve-image=never", "-c", directory / "stack.yml",
                        "rgc", env={"RGC_IMAGE": built.NAME, "DOCKER_GROUP": built.socket_group(self.engine)})
        return self.wait_until_running("rgc_agent", built.NAME)

    def test_the_stack_runs_on_every_node_and_a_service_that_is_updated_keeps_its_previous_releases(self):
        agent = self.deploy_stack({"retention": {"keep_previous": 2}})
        wait_for(lambda: self.engine.cli("exec", agent, "rgc", "health", check=False).returncode == 0, "health")
        names = [f"web:v{number}" for number in range(1, 8)]
        ids = self.engine.images.load(*(Image(tags=[name]) for name in names))
        self.engine.cli("service", "create", "--detach", "--no-resolve-image", "--name", "web", names[0])
        self.wait_until_running("web", names[0])
        for name in names[1:]:
            self.engine.cli("service", "update", "--detach", "--no-resolve-image", "--image", name, "web")
            self.wait_until_running("web", name)
        # Swarm removes the containers of old tasks by itself; those that are there still hold their images.
        wait_for(lambda: len(self.engine.containers.list(label=["com.docker.swarm.service.name=web"])) <= 2,
                 "Swarm tidies up")
        self.assertIn("web 2/2", self.engine.cli("exec", agent, "rgc", "collect").stdout.decode())
        self.assertEqual({tag for tag in self.engine.images.tags() if tag.startswith("web:")}, set(names[4:]))
        self.assertIn(built.NAME, self.engine.images.tags())

        self.engine.cli("service", "rollback", "--detach", "web")
        self.wait_until_running("web", names[5])
        self.engine.cli("service", "update", "--detach", "--no-resolve-image", "--image", names[4], "web")
        self.wait_until_running("web", names[4])
        self.assertEqual([self.engine.images.id(name) for name in names[4:]], ids[4:])
