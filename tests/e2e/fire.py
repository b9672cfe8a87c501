# SPDX-License-Identifier: MIT
"""Passes that are asked for in a tight loop the whole time, each with something to remove, while a test deploys."""

import contextlib
import threading

import scenario
from images import Image
from namespace import wait_for

# Kamal's own prune, at the end of each deploy, then has containers and images to remove that rgc would remove too.
RACING = {"retain_containers": 2}
DEPLOYS = 30 if scenario.LONG else 5
# For 20 seconds, and until the test has done what it does meanwhile.
LONG_HOOK = "#!/bin/sh\ntouch reached\nsleep 20\nwhile [ ! -e go ]; do sleep 0.1; done\n"


class UnderFire(scenario.KamalCase):
    settings = {"litter": {"match": "litter*", "unmanaged_max_unused": "0s", "min_age": "0s", "quiet": "0s"},
                "app fired": {"keep_previous": 1}}

    def setUp(self):
        super().setUp()
        self.server.rgc.configure(self.settings)
        self.passes = 0

    @contextlib.contextmanager
    def fire(self):
        """Pass after pass, until the end of the `with`. What they say is of no interest, as long as none fails."""
        def step(number):
            self.server.images.load(Image(tags=[f"litter:{number}"], size=100_000))
            self.server.rgc.run("collect", "--reason", "fire")
            self.passes += 1

        with self.goes_on(step):
            yield
            wait_for(lambda: self.passes > 5, "passes")

    def litter(self):
        return [tag for tag in self.server.images.tags() if tag.startswith("litter:")]

    @contextlib.contextmanager
    def unreachable_registry_once_pulled(self, project):
        """From the pre-deploy hook on, nothing can be pulled a second time. The images that were there then must stay."""
        project.hook("pre-deploy", LONG_HOOK)
        flag = self.deployer.path(f"{project.directory}/reached")
        for name in ("reached", "go"):
            self.deployer.path(f"{project.directory}/{name}").unlink(missing_ok=True)

        def suspend():
            wait_for(flag.exists, "the pre-deploy hook")
            self.registry.suspend()
            project.write("go", "")

        thread = threading.Thread(target=suspend)
        thread.start()
        try:
            yield
        finally:
            thread.join()
            self.registry.resume()
            project.hook("pre-deploy", "#!/bin/sh\n")
