"""What Kamal 2 does on a server, command by command: enough of it to leave the traces that rgc reads.

    blog = Kamal(engine, "blog", roles=("web", "worker"))
    blog.deploy("v1"); blog.deploy("v2"); blog.rollback("v1")
    blog.failed_deploy("v3", "crash")
"""

import secrets

from images import Image
from namespace import a_while

STOPPED = ["created", "exited", "dead"]
SERVED = 0.1  # seconds, above the min_uptime of the tests: a deploy takes longer than that on a real host


class DeployFailed(Exception):
    """What Kamal reports when a container does not come up."""


class Kamal:
    def __init__(self, engine, service="blog", destination=None, roles=("web",), registry=None, repository=None,
                 retain_containers=5):
        self.engine = engine
        self.images = engine.images
        self.containers = engine.containers
        self.service = service
        self.destination = destination
        self.roles = roles
        self.registry = registry  # without one, images arrive by load
        self.name = repository or f"me/{service}"
        self.repository = f"{registry.address}/{self.name}" if registry else f"registry.test/{self.name}"
        self.retain_containers = retain_containers

    def reference(self, version):
        return f"{self.repository}:{version}"

    @property
    def latest(self):
        return self.reference(f"latest-{self.destination}" if self.destination else "latest")

    def container_name(self, version, role=None):
        return "-".join(filter(None, (self.service, role or self.roles[0], self.destination, version)))

    def _filter(self, role=None, **more):
        labels = [f"service={self.service}", f"destination={self.destination or ''}"]
        return {"label": labels + ([f"role={role}"] if role else []), **more}

    def running(self, role=None):
        """The versions of the role that run now."""
        start = self.container_name("", role) + "-"
        names = self.containers.names(**self._filter(role or self.roles[0], status=["running", "restarting"]))
        return [name.removeprefix(start) for name in names]

    # The steps of a deploy

    def pull(self, version, content=None, size=1000, command=("serve",), labels=None, config=None, runtime=0,
             created="", files=1):
        """The image arrives: no container yet, `latest` unmoved. Other `content` under one version is a rebuild."""
        image = Image(content=content or f"{self.name}:{version}", size=size, runtime=runtime, command=list(command),
                      labels={"service": self.service, **(labels or {})}, config=config or {}, created=created,
                      files=files)
        reference = self.reference(version)
        self.images.remove(reference, force=True, allow=(404,))
        if self.registry:
            self.registry.publish(image, f"{self.name}:{version}")
            return self.images.pull(reference)
        image.tags = [reference]
        return self.images.load(image)[0]

    def boot(self, version, health=None):
        """Starts the version in every role, and stops what ran before; it has served then."""
        for role in self.roles:
            self._boot_role(version, role, health)
        a_while(SERVED)

    def _boot_role(self, version, role, health):
        name = self.container_name(version, role)
        before = [found["Id"] for found in self.containers.list(**self._filter(role, status=["running", "restarting"]))]
        if self.containers.exists(name):
            self.containers.rename(name, f"{name}_replaced_{secrets.token_hex(8)}")
        self.containers.run(
            self.reference(version), name=name, restart="unless-stopped", health=health,
            labels={"service": self.service, "role": role, "destination": self.destination or ""},
            config={"Env": [f"KAMAL_CONTAINER_NAME={name}", f"KAMAL_VERSION={version}"]})
        for old in before:
            self.containers.stop(old)

    def tag_latest(self, version):
        self.images.tag(self.reference(version), self.latest)

    def prune(self):
        """`kamal prune all` of 2.12, which deploy ends with: it looks at the service in all destinations."""
        service = {"label": [f"service={self.service}"]}
        stopped = self.containers.list(**service, status=STOPPED)
        for container in sorted(stopped, key=lambda one: -one["Created"])[self.retain_containers:]:
            self.containers.remove(container["Id"])
        self.engine.api.post("/images/prune", filters={"dangling": ["true"], **service})
        used = {container["Image"] for container in self.containers.list(**service)} | {self.latest}
        for image in self.images.list(filters=service):
            for tag in image["RepoTags"] or []:
                if tag not in used and "<none>" not in tag and "@" not in tag:
                    self.images.remove(tag, allow=(404, 409))

    # The commands

    def deploy(self, version, prune=True, **image):
        """`kamal deploy`. Keywords go to pull()."""
        arrived = self.pull(version, **image)
        self.boot(version)
        self.tag_latest(version)
        if prune:
            self.prune()
        return arrived

    def redeploy(self, version, **image):
        """`kamal redeploy`: never prunes."""
        return self.deploy(version, prune=False, **image)

    def redeploy_same(self, version=None, **image):
        """The running version once more, with other content: the old image loses its tag, its container is renamed."""
        version = version or self.running()[0]
        return self.redeploy(version, **{"content": secrets.token_hex(8), **image})

    def rollback(self, version):
        """`kamal rollback`: refuses, as Kamal does, unless each role still has the version's container."""
        for role in self.roles:
            if not self.containers.exists(self.container_name(version, role)):
                raise DeployFailed(f"The app version '{version}' is not available as a container")
        self.boot(version)
        self.tag_latest(version)

    def failed_deploy(self, version, how="crash", **image):
        """A deploy that does not come up: the old version runs on, the new container and image stay behind.

        "crash": its container ends at once, and stays ended. "unhealthy": it runs, is never healthy, and is stopped."""
        command, health = {"crash": (["crash"], None), "unhealthy": (["serve"], ["/app", "crash"])}[how]
        arrived = self.pull(version, command=command, **image)
        role = self.roles[0]
        name = self.container_name(version, role)
        self.containers.run(
            self.reference(version), name=name, restart="unless-stopped", health=health,
            labels={"service": self.service, "role": role, "destination": self.destination or ""})
        if how == "crash":
            self.containers.wait_for_state(name, "restarting", "exited")
        else:
            self.containers.wait_for_health(name, "unhealthy")
        self.containers.stop(name)
        return arrived

    def exec(self, command=("exit", "0"), version="latest"):
        """`kamal app exec`: a container with the service's label but no role's, that goes when it ends."""
        name = f"{self.container_name('', None)}-exec-{version}-{secrets.token_hex(3)}"
        reference = self.latest if version == "latest" else self.reference(version)
        return self.containers.run(reference, list(command), name=name, remove=True,
                                   labels={"service": self.service})
