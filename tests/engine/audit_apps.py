# SPDX-License-Identifier: MIT
"""Apps of several releases, as people build and start them, and what `rgc audit` must say of each."""

import dataclasses

import builds
from audit_images import DEBIAN, GOOD, HEALTH, LABEL, MB, RUST, SMALL, START, USER, content
from kamal import SERVED
from namespace import a_while

BOUNDED_LOG = {"LogConfig": {"Type": "json-file", "Config": {"max-size": "10m"}}}


@dataclasses.dataclass
class App:
    """`finds`: of each finding its bytes in the current release, and how many releases have them; None without bytes."""

    name: str
    dockerfile: str
    finds: dict
    up_to: tuple = ()
    contexts: tuple = (SMALL, SMALL, SMALL)  # of each release, the oldest first
    host: dict = dataclasses.field(default_factory=lambda: BOUNDED_LOG)
    health: str = ""

    def reference(self, number):
        return f"registry.test/me/{self.name}:v{number}"

    def deploy(self, engine):
        """Builds each release anew, and starts it as Kamal does; the last one runs on."""
        for number, context in enumerate(self.contexts, 1):
            is_last = number == len(self.contexts)
            options = ("--build-arg", f"VERSION={number}", "--label", f"service={self.name}")
            builds.with_cli(engine, self.reference(number), self.dockerfile, context, options)
            container = engine.containers.run(self.reference(number), name=f"{self.name}-web-v{number}", host=self.host,
                                              labels={"service": self.name, "role": "web", "destination": ""})
            a_while(SERVED)
            if not is_last:
                engine.containers.stop(container)
            if is_last and self.health:
                engine.containers.wait_for_health(container, self.health)


def grown(name, *sizes):
    return tuple({**SMALL, "data": content(f"{name} {number}", size)} for number, size in enumerate(sizes))


COPY_DATA = DEBIAN + "WORKDIR /app\nCOPY data ./\n" + GOOD
COPY_ALL = DEBIAN + "WORKDIR /app\nCOPY . .\n" + GOOD
FETCH = "RUN curl /opt/tool\n"
STAMPED = DEBIAN + "ARG VERSION\n{}" + GOOD
DISTROLESS = "FROM gcr.io/distroless/cc-debian12\n"

APPS = [
    App("shares-all", COPY_DATA, {}, contexts=grown("all", MB, MB, MB)),
    App("grew", COPY_DATA, {"growth": (55 * MB, 1)}, contexts=grown("grew", MB, MB, 56 * MB)),
    App("shares-nothing", COPY_ALL, {"unshared": (52 * MB, 3), "context-copy": (52 * MB, 3)}, up_to=("unshared", "context-copy"),
        contexts=grown("nothing", 52 * MB, 52 * MB, 52 * MB)),
    App("unstable", STAMPED.format(FETCH), {"unstable-layer": (11 * MB, 3)}),
    App("rust", RUST + GOOD, {"toolchain": ("rust:1.75", 1), "built-in-final": (14 * MB, 3), "one-stage": None},
        contexts=grown("rust", 1000, 2000, 3000)),
    App("starts-badly", DISTROLESS + "VOLUME /data\n" + USER + LABEL + "HEALTHCHECK --interval=1s --retries=1 CMD app exit 0\n" + START,
        {"shell-healthcheck": None, "anonymous-volume": None, "unbounded-log": None}, contexts=(SMALL,),
        host={"LogConfig": {"Type": "json-file"}}, health="unhealthy"),
    App("logs-locally", DISTROLESS + USER + LABEL + HEALTH + START, {}, contexts=(SMALL,), host={"LogConfig": {"Type": "local"}}),
]

# The same apps after what rgc audit advised: what each then has in place of what it had, in bytes of one release.
REBUILT = [
    (App("rust", RUST + GOOD, {}, contexts=grown("rust", 1000, 2000, 3000)),
     RUST + DEBIAN + "COPY --from=builder /app/target/release/blog /usr/local/bin/\n" + GOOD, 3 * MB),
    (App("chown", DEBIAN + "WORKDIR /app\nCOPY . .\nRUN chown -R 10001:10001 /app\n" + GOOD, {},
         contexts=grown("chown", 20 * MB, 20 * MB, 20 * MB)),
     DEBIAN + "WORKDIR /app\nCOPY --chown=10001:10001 . .\n" + GOOD, 0),
    (App("unstable", STAMPED.format(FETCH), {}), DEBIAN + FETCH + "ARG VERSION\n" + GOOD, 0),
]
