# SPDX-License-Identifier: MIT
"""How a test meets the server: one is booted for each class, and where none boots its tests are skipped aloud."""
import unittest

from server import Server

import workspace
from kamal import Kamal
from namespace import wait_for


class ServerCase(unittest.TestCase):
    maxDiff = None
    settings = None

    @classmethod
    def setUpClass(cls):
        try:
            cls.server = Server()
            cls.addClassCleanup(cls.server.close)
            cls.server.start()
        except workspace.Unavailable as reason:
            raise unittest.SkipTest(str(reason)) from reason
        cls.journal = cls.server.journal
        cls.prepare()

    @classmethod
    def prepare(cls):
        """rgc as a user would have it, but with short times."""
        cls.server.configure(cls.settings)
        cls.server.install("/root/rgc.deb", "--force-confold")
        cls.server.wait_active("rgc.service", "rgc.socket")

    def setUp(self):
        if getattr(self, "used", False):
            self.server.wipe()
        type(self).used = True

    def deploy(self, versions, service="blog", **options):
        """Kamal's deploys, one after the other."""
        app = Kamal(self.server, service, **options)
        for number in versions:
            app.redeploy(f"v{number}")
        return app

    def tags(self, app):
        """The versions of the app that are still there."""
        return sorted(tag.rpartition(":")[2] for tag in self.server.images.tags()
                      if tag.startswith(app.repository + ":") and not tag.endswith(":latest"))

    def assert_rollbacks(self, app, wanted=3):
        """Every release that counts as kept can be rolled back to, as Kamal does it; the current one is back in the end."""
        status = self.server.document("status")
        one = next(found for found in status["apps"] if found["name"] == app.service)
        self.assertEqual((one["rollback"]["ready"], one["rollback"]["wanted"]), (wanted, wanted), one["rollback"])
        current = app.running()[0]
        for version in [*one["rollback"]["versions"], current]:
            app.rollback(version)
            self.wait_running(app, version)

    @staticmethod
    def wait_running(app, version):
        """The engine may answer a stop a moment before its list says so."""
        wait_for(lambda: app.running() == [version], lambda: f"{version} runs alone, not {app.running()}")
