# SPDX-License-Identifier: MIT
"""Prints the run that docs/kamal.md shows: deploys, a crash, a rollback, and what `kamal disk` says after them."""

import re

import scenario

SHOWN = ("Acquiring", "Releasing", "Running the post-deploy", "Running the docker-setup", "Finished all", "ERROR (", "App Host")


class Transcript(scenario.KamalCase):
    settings = {"retention": {"min_uptime": "1s"}}

    def show(self, project, *argv, shown=SHOWN, hide=(), check=True):
        words = [word for word in argv if word not in hide]
        print(f"$ kamal {' '.join(words)}")
        for line in project.kamal(*argv, check=check).stdout.splitlines():
            if shown is None or any(word in line for word in shown) or "rgc: " in line:
                print(re.sub(r"^ DEBUG \[.*?\] *|\x1b\[\d*m", "", line.expandtabs(1)).rstrip())
        print(flush=True)

    def deploy(self, blog, version, verb="deploy", check=True, **image):
        blog.publish(version, size=30_000_000, **image)
        self.show(blog, verb, "--skip-push", "--version", version, hide=("--skip-push",), check=check)

    def test_the_run_in_the_documentation(self):
        print()
        blog = self.deployer.project("blog", settings={"aliases": {"disk": "server exec rgc status"}})
        self.deploy(blog, "v1", verb="setup")
        for number in range(2, 6):
            self.deploy(blog, f"v{number}")
        blog.configure(servers=blog.crashing_servers())
        self.deploy(blog, "v6", check=False)
        blog.configure(servers=blog.servers())
        self.deploy(blog, "v7")
        self.show(blog, "rollback", "v5")
        self.show(blog, "disk", shown=None)
