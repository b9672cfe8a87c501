# SPDX-License-Identifier: MIT
"""contrib/kamal-accessory/deploy.yml as a real Kamal takes it: checked, booted on a server, asked for a pass."""

import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))

import built
import scenario
from deployer import Deployer
from namespace import Namespace, wait_for
from registry import Registry
import suite
import workspace



class Server(scenario.Server):
    """Nothing of rgc is installed here. Programs can be started in its containers."""

    def new_namespace(self):
        return Namespace(self.root, self.state, writable=True, pivoted=True)

    def path(self, path):
        return pathlib.Path(f"/proc/{self.namespace.init}/root{path}")

    def install_rgc(self):
        pass

    def start_agent(self):
        pass


class KamalAccessory(suite.EngineCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        try:
            cls.registry = Registry().start()
            cls.addClassCleanup(cls.registry.close)
            cls.engine = Server(cls.flavour)
            cls.addClassCleanup(cls.engine.close)
            cls.engine.start()
            cls.deployer = Deployer(cls.engine, cls.registry)
            cls.addClassCleanup(cls.deployer.close)
            cls.deployer.start()
            built.load_into(cls.engine)
        except workspace.Unavailable as reason:
            raise suite.unittest.SkipTest(f"{cls.flavour}: {reason}") from reason

    def publish(self):
        """As the file says: built, and pushed to a registry."""
        name = f"{self.registry.address}/me/{built.NAME}"
        self.engine.images.tag(built.NAME, name)
        self.engine.images.push(name)
        self.engine.images.remove(name)
        self.engine.images.remove(built.NAME)
        return name

    def write(self, blog, settings):
        """The file of contrib, with this server's address, registry, socket and paths, and the configuration that it
        shows as comments."""
        text = built.here(self.engine, (built.SOURCE / "contrib/kamal-accessory/deploy.yml").read_text())
        address = self.registry.address
        text = text.replace("192.0.2.1", scenario.ADDRESS).replace("registry.example.com/", f"{address}/")
        text = text.replace("group-add: 999", f"group-add: {built.socket_group(self.engine)}")
        text = re.sub(r"(?m)^( *)# (files:|  - config/rgc.conf:.*)$", r"\1\2", text)
        text = text.replace("registry:\n", f"registry:\n  server: {address}\n") + "\nssh:\n  log_level: error\n"
        blog.write("config/rgc.yml", text)
        blog.write("config/rgc.conf", (built.write_settings(self.engine, settings) / "rgc.conf").read_text())

    def kamal(self, blog, *argv):
        return blog.kamal(*argv, "-c", "config/rgc.yml", "--version", "v1").stdout

    def rgc(self, blog, words):
        return self.kamal(blog, "accessory", "exec", "rgc", "--reuse", words)

    def test_the_file_is_valid_and_boots_an_agent_that_collects_what_kamal_deploys(self):
        self.publish()
        blog = self.deployer.project("blog", hook=False)
        self.write(blog, {"retention": {"keep_previous": 1}})
        self.assertIn("rgc", self.kamal(blog, "config"))
        for number in (1, 2, 3, 4):
            blog.deploy(f"v{number}", verb="setup" if number == 1 else "deploy")
        self.kamal(blog, "accessory", "boot", "rgc")
        self.assertEqual(self.engine.containers.inspect("rgc")["HostConfig"]["ReadonlyRootfs"], True)
        wait_for(lambda: self.engine.cli("exec", "rgc", "rgc", "health", check=False).returncode == 0,
                 lambda: self.engine.cli("logs", "rgc").stdout.decode())
        self.assertIn("blog 1/1", self.rgc(blog, "rgc collect"))
        self.assertEqual({tag.rpartition(":")[2] for tag in self.engine.images.tags() if "/blog:v" in tag},
                         {"v3", "v4"})
        self.assertIn("blog", self.rgc(blog, "rgc status"))
        blog.rollback("v3")
        self.assertEqual(blog.running(), {"web": ["v3"]})
        # Kamal's own commands get along with it.
        self.kamal(blog, "accessory", "reboot", "rgc")
        self.assertEqual(self.engine.containers.state("rgc"), "running")
