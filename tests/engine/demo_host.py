"""A year of deploys in half a minute: what contrib/try.sh shows rgc at work on."""

import time

import builds
from images import Image
from kamal import Kamal

MB = 1_000_000
RUNTIME = 45 * MB  # what all releases of an app share
SERVED = 1.2       # seconds; above min_uptime in demo.py


class Compose:
    """What `docker compose up` does with a service of one container: the old container goes, its image stays."""

    def __init__(self, engine, project, service):
        self.engine = engine
        self.project = project
        self.service = service
        self.name = f"{project}-{service}-1"
        self.labels = {"com.docker.compose.project": project, "com.docker.compose.service": service,
                       "com.docker.compose.oneoff": "False", "com.docker.compose.config-hash": "0123",
                       "com.docker.compose.container-number": "1"}

    def reference(self, version):
        return f"registry.test/me/{self.project}:{version}"

    def up(self, version, **image):
        containers = self.engine.containers
        if not self.engine.images.id(self.reference(version)):
            self.engine.images.load(Image(tags=[self.reference(version)], **image))
        if containers.exists(self.name):
            containers.stop(self.name)
            containers.remove(self.name)
        containers.run(self.reference(version), name=self.name, labels=self.labels, restart="unless-stopped")


def proxy(engine):
    """What Kamal keeps before the apps."""
    reference = "basecamp/kamal-proxy:v0.9.0"
    engine.images.load(Image(tags=[reference], size=8 * MB))
    engine.containers.run(reference, name="kamal-proxy", restart="unless-stopped")


def deploys(engine, say):
    """Eight releases of blog by Kamal and five of shop by Compose, with what goes wrong on the way. Compose leaves no container
    of a release that it has replaced: that it has served only the engine's events tell."""
    blog = Kamal(engine, "blog", roles=("web", "worker"))
    shop = Compose(engine, "shop", "app")
    proxy(engine)
    for number in range(1, 9):
        version = f"v{number}"
        blog.redeploy(version, size=(9 + number) * MB, runtime=RUNTIME)
        if number <= 5:
            shop.up(version, size=(6 + number) * MB, runtime=RUNTIME)
        time.sleep(SERVED)
        if number == 4:
            blog.failed_deploy("v4-broken", "crash", size=13 * MB, runtime=RUNTIME)
        if number == 6:
            blog.redeploy_same("v6", size=15 * MB, runtime=RUNTIME)
            time.sleep(SERVED)
    say("blog  by Kamal, roles web and worker: v1 to v8; v4-broken crashed; v6 was deployed twice")
    say("shop  by Compose: v1 to v5")
    blog.rollback("v7")
    time.sleep(SERVED)
    say("      blog v8 had a bug: rolled back to v7, which runs now")
    blog.failed_deploy("v9", "unhealthy", size=18 * MB, runtime=RUNTIME)
    say("      blog v9 never became healthy, and v7 keeps running")
    return blog, shop


def leftovers(engine, say):
    """What gathers besides the releases."""
    engine.images.load(Image(tags=["registry.test/tools/debug:1.0"], size=25 * MB))
    say("the image of a tool that was pulled once, and that no container has used")
    try:
        for number in (1, 2, 3):
            builds.buildkit(engine, ["shop-admin:dev"], [builds.fill_step("/data", (10 + number) * MB),
                                                         builds.cache_mount_step(20 * MB)])
        say("an image built here three times under one tag, which leaves untagged images and build cache")
    except RuntimeError as error:
        for number in (1, 2, 3):
            builds.classic(engine, ["shop-admin:dev"], [builds.fill_step("/data", (10 + number) * MB)])
        say("an image built here three times under one tag, which leaves untagged images")
        say(f"NO BUILD CACHE in this demonstration, because the builder did not work: {str(error).splitlines()[-1]}")
