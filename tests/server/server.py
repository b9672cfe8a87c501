# SPDX-License-Identifier: MIT
"""A server with Docker, users, and rgc from its package; what an administrator does there, and what is to be seen."""
import json
import os
import pathlib
import re

from server_journal import Journal
from booted_machine import Failed, Machine

import schemas
import workspace
from api import Api
from containers import Containers
from images import Images
from namespace import wait_for

SOURCE = pathlib.Path(__file__).resolve().parents[2]
DOCKER_API = "1.45"

# Short times: what takes hours on a host takes moments here. The disk of the machine is not the server's business.
SETTINGS = {
    "retention": {"min_age": "0s", "min_uptime": "50ms", "quiet": "0s"},
    "disk": {"high": "off", "low": "off"},
    "agent": {"settle": "200ms", "trial": "0s"},
}

# deploy may talk to Docker, guest may not.
USERS = [["useradd", "--create-home", "--groups", "docker", "deploy"], ["useradd", "--create-home", "guest"]]


def package():
    """The .deb under test: RGC_DEB, or the newest one of the release build."""
    named = os.environ.get("RGC_DEB")
    found = [named] if named else sorted((SOURCE / "build" / "release").glob("rgc_*.deb"), key=os.path.getmtime)
    if not found or not os.path.exists(found[-1]):
        raise workspace.Unavailable("no package: cmake --build --preset release --target package (or set RGC_DEB)")
    return found[-1]


class Server(Machine):
    """Boots with Docker running. With install() it is as after `apt install ./rgc_*.deb`."""

    def __init__(self):
        self.package = package()
        super().__init__()
        self.journal = None
        self.api = self.images = self.containers = None

    def start(self):
        super().start()
        self.journal = Journal(self)
        for command in USERS:
            self.run(command)
        self.copy_in(self.package, "/root/rgc.deb")
        if self.try_run(["systemctl", "start", "docker"]).returncode != 0 and not self.is_active("docker"):
            self._give_up("Docker does not start: " + self.run(["journalctl", "-u", "docker", "-n", "5", "-o", "cat"]))
        self.api = Api(self.path("/run/docker.sock"), DOCKER_API)
        self.images = Images(self.api)
        self.containers = Containers(self.api)
        return self

    def close(self):
        super().close()
        if self.journal:
            self.journal.close()
            self.journal = None

    # Units

    def systemctl(self, *words):
        return self.run(["systemctl", *words])

    def show(self, unit, name):
        return self.run(["systemctl", "show", "--property", name, "--value", unit]).strip()

    def is_active(self, unit):
        return self.show(unit, "ActiveState") == "active"

    def main_pid(self, unit):
        return int(self.show(unit, "MainPID"))

    def wait_active(self, *units):
        for unit in units:
            wait_for(lambda one=unit: self.is_active(one), lambda one=unit: f"{one} active: {self._why_not(one)}",
                     pause=0.1)

    def _why_not(self, unit):
        return self.try_run(["systemctl", "--no-pager", "--full", "status", unit]).stdout

    def status_text(self):
        return self.show("rgc", "StatusText")

    def wait_status(self, pattern):
        return wait_for(lambda: re.search(pattern, self.status_text()),
                        lambda: f"STATUS like {pattern!r}, not {self.status_text()!r}", pause=0.05)

    def children(self, verb):
        """Process IDs, as the server numbers them, of `rgc VERB` below the service."""
        found = []
        for path in self.path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = path.read_bytes().split(b"\0")
            except OSError:
                continue
            if words[:2] == [b"rgc", verb.encode()]:
                found.append(int(path.parent.name))
        return found

    def kill(self, pid, number=9):
        self.run(["sh", "-c", f"kill -{number} {pid}"])

    # rgc

    def configure(self, settings=None):
        """{section: {key: value}} on top of SETTINGS."""
        sections = {**SETTINGS, **(settings or {})}
        for section, keys in SETTINGS.items():
            sections[section] = {**keys, **(settings or {}).get(section, {})}
        lines = []
        for section, keys in sections.items():
            lines += [f"[{section}]", *(f"{key} = {value}" for key, value in keys.items())]
        self.write("/etc/rgc/rgc.conf", "\n".join(lines) + "\n", 0o644)

    def install(self, path="/root/rgc.deb", *options):
        return self.run(["env", "DEBIAN_FRONTEND=noninteractive", "dpkg", *options, "--install", path])

    def rgc(self, *words, user="root", exits=(0,)):
        done = self.try_run(["rgc", *words], user)
        if done.returncode not in exits:
            raise Failed(f"rgc {' '.join(words)} exited with {done.returncode}: {done.stdout}{done.stderr}")
        return done

    def document(self, verb, *words, user="root", exits=(0,)):
        return schemas.validated(self.rgc(verb, "--json", *words, user=user, exits=exits).stdout)

    def fresh_agent(self, settings=None):
        """An agent that has just done its first pass: no event has caused one yet, so the next one does at once."""
        self.configure(settings)
        self.systemctl("reset-failed", "rgc.service", "rgc.socket", "docker.service")
        since = self.journal.position()
        self.systemctl("restart", "rgc.service")
        # Not that of an agent whose first pass the restart has interrupted.
        self.journal.wait_for("PASS_FINISHED", since, RGC_TRIGGER="start", _PID=str(self.main_pid("rgc")))
        self.wait_watching()
        return self.journal.position()

    def wait_watching(self):
        """Events are followed."""
        wait_for(lambda: self.agent_status()["watching"], "watching", pause=0.1)

    def agent_status(self):
        answer = self.run(["varlinkctl", "call", "--json=short", "/run/rgc.sock", "io.rgc.Agent.Status", "{}"])
        return json.loads(answer)

    # What stands for the disk that a server has: everything of Docker's goes

    def wipe(self):
        for container in self.containers.list():
            self.containers.remove(container["Id"], force=True)
        for image in self.images.list(all=1):
            self.images.remove(image["Id"], force=True, allow=(404, 409))
