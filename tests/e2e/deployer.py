# SPDX-License-Identifier: MIT
"""A real Kamal and the projects that it deploys.

    deployer = Deployer(server, registry).start()
    blog = deployer.project("blog", roles=("web", "worker"))
    blog.kamal("setup", "--version", "v1")
"""

import json
import platform

from images import ARCHITECTURES, Image, app_program
from machine import SOURCE, Machine
from deployed_server import ADDRESS
from waiting import HANGS

HOOKS = SOURCE / "contrib" / "kamal-hooks"

DOCKERFILE = """\
FROM scratch
COPY app /app
COPY release /release
ENTRYPOINT ["/app"]
CMD ["serve"]
"""


class Deployer(Machine):
    """The machine of whoever deploys: Kamal, an engine that builds, and a key for the server."""

    def __init__(self, server, registry):
        super().__init__()
        self.server = server
        self.registry = registry

    def start(self):
        super().start()
        self.sh("mkdir -p /root/.ssh && ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id_ed25519"
                " && git config --global user.email dep@example.com && git config --global user.name dep")
        self.server.authorize(self.path("/root/.ssh/id_ed25519.pub").read_text())
        return self

    def project(self, service, **options):
        return Project(self, service, **options)


class Project:
    """A directory with a config/deploy.yml. Every version's image differs, unless `content` says otherwise."""

    def __init__(self, deployer, service, roles=("web",), destinations=(), user="root", settings=None, hook=True):
        self.deployer = deployer
        self.server = deployer.server
        self.service = service
        self.roles = roles
        self.user = user
        self.directory = f"/root/{service}"
        self.name = f"me/{service}"
        self.settings = settings or {}
        self.has_hook = hook
        self.published = {}  # {version: what its release says, see app.c}
        self._built = 0
        self.configure()
        for destination in destinations:
            self.write(f"config/deploy.{destination}.yml", "{}")
        self.write(".kamal/secrets", "KAMAL_REGISTRY_PASSWORD=p\n")
        self.write(".kamal/secrets-common", "KAMAL_REGISTRY_PASSWORD=p\n")
        self.write("Dockerfile", DOCKERFILE)
        deployer.path(f"{self.directory}/app").write_bytes(app_program())
        deployer.path(f"{self.directory}/app").chmod(0o755)
        deployer.sh("git init -q && git add config && git commit -q -m project", directory=self.directory)  # for Kamal's lock
        if hook:
            self.hook("post-deploy", (HOOKS / "post-deploy").read_text())

    def write(self, path, text, mode=0o644):
        self.deployer.write(f"{self.directory}/{path}", text, mode)

    def hook(self, name, text):
        self.write(f".kamal/hooks/{name}", text, 0o755)

    def servers(self, command=None, **options):
        host = {"hosts": [ADDRESS], "proxy": False, **({"options": options} if options else {})}
        return {role: {**host, "cmd": command} if command else host for role in self.roles}

    def crashing_servers(self):
        """Its containers end at once. Each may run at the moment in which Kamal looks: so none is healthy either."""
        return self.servers("crash", **{"health-cmd": "no shell to run it", "health-interval": "1s", "health-retries": 1})

    def configure(self, **settings):
        """deploy.yml as JSON, which is YAML."""
        self.settings = {**self.settings, **settings}
        self.write("config/deploy.yml", json.dumps({
            "service": self.service, "image": self.name, "servers": self.servers(),
            "registry": {"server": self.deployer.registry.address, "username": "me", "password": ["KAMAL_REGISTRY_PASSWORD"]},
            "builder": {"driver": "docker", "arch": ARCHITECTURES[platform.machine()], "context": "."},
            "ssh": {"user": self.user, "log_level": "fatal"}, "readiness_delay": 0,
            # What crashes is waited for all that time; what does not has it on a slow machine.
            "deploy_timeout": 8 if "crash" in json.dumps(self.settings) else 120,
            "hooks_output": {"post-deploy": "verbose"},
            **self.settings}, indent=1))

    def kamal(self, *argv, check=True, timeout=HANGS, **env):
        return self.deployer.run(["kamal", *argv], self.directory, {"DOCKER_HOST": self.deployer.host, **env}, check, timeout)

    def publish(self, version, content=None, **image):
        """The version's image is in the registry, as if CI had built it."""
        self._built += 1
        self.published[version] = content or f"{self.service} {version} {self._built}"
        made = Image(content=self.published[version], labels={"service": self.service}, **image)
        self.deployer.registry.publish(made, f"{self.name}:{version}")

    def build(self, verb, version, destination=None):
        """kamal deploy or setup of what is in the project's directory, which Kamal builds. No two builds are alike."""
        self._built += 1
        self.published[version] = f"{self.service} {version} built {self._built}"
        self.write("release", self.published[version])
        return self.kamal(verb, "--version", version, *(["-d", destination] if destination else []))

    def run(self, verb, version, *argv, destination=None, check=True, **env):
        """kamal deploy, redeploy or setup of what is in the registry."""
        place = ["-d", destination] if destination else []
        return self.kamal(verb, "--skip-push", "--version", version, *place, *argv, check=check, **env)

    def deploy(self, version, destination=None, check=True, content=None, verb="deploy", env=None, **image):
        self.publish(version, content, **image)
        return self.run(verb, version, destination=destination, check=check, **(env or {}))

    def rollback(self, version, destination=None, check=True):
        place = ["-d", destination] if destination else []
        return self.kamal("rollback", version, *place, check=check)

    def running(self, destination=None):
        """{role: versions that run now}"""
        return {role: self.server.versions(self.service, role, destination) for role in self.roles}
