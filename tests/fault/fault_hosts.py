# SPDX-License-Identifier: MIT
"""Hosts on which a mistake would show: something of every kind that goes, beside something alike that must stay."""
import time

from fake_hosts import kamal_release
from fake_state import cache_record, container, image

DAY = 86400
FLAVOURS = {
    "overlay2 1.41": {"store": "overlay2", "api": "1.41", "version": "20.10.24"},
    "overlay2 1.51": {"store": "overlay2", "api": "1.51"},
    "containerd 1.51": {"store": "containerd", "api": "1.51"},
    "podman": {"store": "overlay2", "api": "1.41", "version": "4.3.1", "podman": True},
}


def long_ago(now):
    """An event from long before: so the replay reaches back, and what is here has been here."""
    at = int(now - 200 * DAY)
    return {"Type": "network", "Action": "create", "Actor": {"ID": "bridge", "Attributes": {}}, "scope": "local",
            "time": at, "timeNano": at * 10**9}


class Host:
    def __init__(self, now=None):
        self.now = now or time.time()
        self.images, self.containers, self.cache = [], [], []

    def document(self, flavour="overlay2 1.51"):
        return {**FLAVOURS[flavour], "images": self.images, "containers": self.containers, "build_cache": self.cache,
                "events": [long_ago(self.now)]}

    def release(self, app, version, number, state="exited", with_container=True, extra_tags=(), **more):
        entry, box = kamal_release(app, version, number, state, self.now, tags=list(extra_tags), **more)
        self.images.append(entry)
        if with_container:
            self.containers.append(box)
        return entry, box

    def kamal_app(self, app, releases, containers=5, destination=None, several=()):
        """v1 to v`releases`, the newest runs; those in `several` have more than one tag of their own."""
        for number in range(releases):
            version = f"v{releases - number}"
            tags = [f"r:5000/{app}:latest"] if number == 0 and not destination else []
            if version in several:
                tags += [f"mirror:5000/{app}:{version}", f"r:5000/{app}:sha-{version}"]
            self.release(app, version, number, "running" if number == 0 else "exited", number < containers, tags,
                         destination=destination)

    def crashed(self, app, version, ended):
        """A deploy that came after the newest release and crashed at its start, `ended` seconds ago."""
        entry, box = self.release(app, version, 0, age=ended + 5)
        box.update(started=int(self.now - ended - 2), finished=int(self.now - ended), exit_code=1)
        return entry, box

    def add(self, seed, **more):
        entry = image(seed, created=int(self.now - 50 * DAY), **more)
        self.images.append(entry)
        return entry

    def box(self, name, of, **more):
        more.setdefault("created", int(self.now - 20 * DAY))
        entry = container(name, of, **more)
        self.containers.append(entry)
        return entry

    def compose_service(self, project, service, builds):
        """Built on this host, again and again under one tag."""
        labels = {"com.docker.compose.project": project, "com.docker.compose.service": service}
        for n in range(builds):
            seed = f"{project} {service} {n}"
            self.add(seed, tags=[f"{project}-{service}:latest"] if n == 0 else [], labels=labels)
        self.box(f"{project}-{service}-1", f"{project} {service} 0", labels={**labels, "com.docker.compose.config-hash": "0123"},
                 image_ref=f"{project}-{service}:latest")

    def pulled_again(self, repository, pulls):
        """`docker run --restart` of a moving tag; the ones before lost it."""
        for n in range(pulls):
            seed = f"{repository} {n}"
            digest = image(seed + " manifest")["id"]
            self.add(seed, tags=[f"{repository}:latest"] if n == 0 else [], digests=[f"{repository}@{digest}"])
        self.box(repository.replace("/", "-"), f"{repository} 0", image_ref=f"{repository}:latest")

    def build_cache(self, count):
        self.cache += [cache_record(f"cache {i}", size=10_000_000, last_used=int(self.now - (17 * i + 1) * 3600))
                       for i in range(count)]


def rich_host(now=None):
    """Of each kind something that goes and something that stays."""
    host = Host(now)
    host.kamal_app("blog", 8, several=("v2", "v3", "v7"))
    host.crashed("blog", "v9", 3 * DAY)
    host.kamal_app("shop", 6, destination="production", several=("v1",))
    host.kamal_app("shop-eu", 5, destination="staging")
    host.box("keeper", "blog--v1", state="exited", restart_policy="no", image_ref="r:5000/blog:v1")
    host.compose_service("wiki", "web", 3)
    host.pulled_again("example/proxy", 4)
    host.add("left over")
    host.add("tool", tags=["company/tool:1"])
    host.add("job", tags=["company/report:1"])
    host.box("report", "job", state="exited", restart_policy="no", image_ref="company/report:1",
             finished=int(host.now - 3 * DAY), started=int(host.now - 3 * DAY - 60))
    host.build_cache(8)
    return host


def builder_host(now=None):
    """Classic builds: intermediate images, children and parents."""
    host = rich_host(now)
    host.add("grandparent")
    host.add("parent", parent="grandparent")
    host.add("child one", parent="parent")
    host.add("child two", parent="parent", tags=["company/tool:2"])
    return host


def unknown_host(now=None):
    """Here an inspect that fails must not let others go: a crashed release, and releases without containers."""
    host = Host(now)
    host.kamal_app("blog", 8, containers=3)
    host.crashed("blog", "v9", 3 * DAY)
    host.pulled_again("example/proxy", 6)
    host.build_cache(3)
    return host


HOSTS = {"rich": rich_host, "builder": builder_host, "unknown": unknown_host}
