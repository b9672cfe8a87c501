# SPDX-License-Identifier: MIT
"""How an end-to-end test meets Kamal: a server with rgc and a deployer, of this test's own.

    import scenario

    class Deploys(scenario.KamalCase):
        def test_...(self):
            blog = self.deployer.project("blog")
            blog.deploy("v1", verb="setup")

    python3 -m pytest tests/e2e/scenarios_deploys.py [--flavour 28.5-overlay2] [-k NAME]
"""

import machine  # first: it says where the modules of the engine tests are
import suite
import rgc
import workspace
from deployer import Deployer
from registry import Registry
from deployed_server import ADDRESS, Server

HERE = f"rgc: {ADDRESS}: "
LONG = rgc.LONG


class KamalCase(suite.EngineCase):
    """`settings`: of rgc on the server, see server.SETTINGS. Tests use services of different names."""

    settings = None
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        try:
            cls.registry = Registry().start()
            cls.addClassCleanup(cls.registry.close)
            cls.server = Server(cls.flavour, cls.settings)
            cls.addClassCleanup(cls.server.close)
            cls.server.start()
            cls.deployer = Deployer(cls.server, cls.registry)
            cls.addClassCleanup(cls.deployer.close)
            cls.deployer.start()
        except workspace.Unavailable as reason:
            raise suite.unittest.SkipTest(f"{cls.flavour}: {reason}") from reason
        cls.engine = cls.server

    # What is there

    def status(self, project, destination=None):
        """What `rgc status` says of the app."""
        return self.server.rgc.status().app(project.service, destination)

    def contents(self, project):
        """The version tags and the containers of the service on the server, sorted."""
        start = f"{self.registry.address}/{project.name}:"
        tags = [tag.removeprefix(start) for tag in self.server.images.tags() if tag.startswith(start)]
        return (sorted(tag for tag in tags if not tag.startswith("latest")),
                self.server.containers.names(label=[f"service={project.service}"]))

    # What must be so

    def assert_serves(self, project, version, destination=None):
        """Its containers run, no others do, and each answers a request with what its image holds."""
        self.assertEqual(project.running(destination), {role: [version] for role in project.roles})
        answers = {role: self.server.ask(project.service, role, destination) for role in project.roles}
        self.assertEqual(answers, {role: [project.published[version]] for role in project.roles})

    def assert_heard(self, done, project, version=None):
        """The hook's one line for the server; returns what it says."""
        lines = [line.partition(HERE)[2] for line in done.stdout.splitlines() if HERE in line]
        self.assertEqual(len(lines), 1, done.stdout)
        self.assertTrue(lines[0].startswith(f"{project.service} {version}: " if version else project.service), lines[0])
        self.assertRegex(lines[0], r"disk \d+%.*, rollback ")
        return lines[0]

    def assert_rollbacks(self, project, versions, destination=None):
        rollback = self.status(project, destination)["rollback"]
        self.assertEqual((rollback["versions"], rollback["ready"], rollback["wanted"], rollback["not_ready"]),
                         (versions, len(versions), len(versions), []), self.server.rgc.run("plan").stdout)

    def roll_back_to_all(self, project, destination=None):
        """To each release that status calls ready, in turn."""
        ready = self.status(project, destination)["rollback"]["versions"]
        for version in ready:
            done = project.rollback(version, destination)
            if project.has_hook:
                self.assert_heard(done, project)
            self.assert_serves(project, version, destination)
        return ready
