# SPDX-License-Identifier: MIT
"""What a plan promises is what the file system gains: hosts of releases on a file system of their own.

Layers of one to ten megabytes, shared at random, loaded or built, with build cache and without. Where a plan is exact,
what came is within 2% of it; elsewhere it is not less than what was promised at least, nor more than at most.
With RGC_TEST_LONG=1 twenty hosts, else three.
"""

import os
import random
import subprocess

import builds
from images import Image, app_program, tar_of
from kamal import Kamal
from rgc import LONG, RgcCase
from scenarios_disk import DiskRgc
from small_disk import DiskEngine

MB = 1_000_000
HOSTS = 20 if LONG else 3
TOLERANCE = 0.02
# The engine's databases and directories grow and shrink in steps, whatever is removed.
NOISE = 300_000
ALL = {"retention": {"min_age": "0s", "min_uptime": "50ms", "quiet": "0s", "keep_previous": "99"},
       "disk": {"high": "off", "low": "off"}, "metrics": {"textfile": "off"}}
ONE = {**ALL, "retention": {**ALL["retention"], "keep_previous": "1"}}
DOCKERFILE = """\
FROM {base}
{copies}
ENTRYPOINT ["/app"]
CMD ["serve"]
"""


def content(numbers, largest=10):
    """Bytes of which some can be compressed, as those of a release."""
    size = numbers.randint(1, largest) * MB + numbers.randint(0, MB)
    return numbers.randbytes(size) + bytes(size // numbers.choice([2, 4, 1000]))


class Release(Image):
    """An image of just these layers."""

    def layers(self):
        return self.given


class Host:
    """Some releases of one app, of which all but two are to go. What it is like hangs on its number alone."""

    def __init__(self, engine, number):
        self.numbers = random.Random(number)
        self.engine = engine
        self.app = Kamal(engine)
        self.is_built = self.numbers.random() < 0.5
        self.cache = self.numbers.choice(["kept", "evicted", "none"]) if self.is_built else "none"
        self.keeps_containers = self.numbers.random() < 0.2
        self.bases = [content(self.numbers) for _ in range(2)]
        self.shared = [content(self.numbers) for _ in range(3)]

    def __str__(self):
        return (f"{'built' if self.is_built else 'loaded'}, cache {self.cache}, "
                f"containers {'kept' if self.keeps_containers else 'gone'}")

    def parts(self):
        """Of one release, from the ground up."""
        some = self.numbers.sample(self.shared, self.numbers.randint(0, 2))
        return [self.numbers.choice(self.bases), *some, content(self.numbers, 6), content(self.numbers, 6)]

    def load(self, reference, parts):
        image = Release(tags=[reference], labels={"service": self.app.service})
        image.given = [tar_of({"app": app_program()}), *(tar_of({f"part{n}": part}) for n, part in enumerate(parts))]
        self.engine.images.load(image)

    def build(self, reference, parts):
        base = f"base:{self.bases.index(parts[0])}"
        if not self.engine.images.id(base):
            image = Release(tags=[base])
            image.given = [tar_of({"app": app_program()}), tar_of({"base": parts[0]})]
            self.engine.images.load(image)
        files = {f"part{n}": part for n, part in enumerate(parts[1:])}
        copies = "\n".join(f"COPY {name} /{name}" for name in files)
        builds.buildkit(self.engine, [reference], files=files, labels={"service": self.app.service},
                        dockerfile=DOCKERFILE.format(base=base, copies=copies))

    def deploy(self, version):
        reference = self.app.reference(version)
        (self.build if self.is_built else self.load)(reference, self.parts())
        self.app.boot(version)
        self.app.tag_latest(version)

    def forget_cache(self):
        if self.is_built and self.cache == "none":
            self.engine.api.post("/build/prune", all=1)

    def remove_stopped(self):
        """As Kamal does it, and Compose."""
        for container in [] if self.keeps_containers else self.engine.containers.list(status=["exited"]):
            self.engine.containers.remove(container["Id"])


class Estimates(RgcCase):
    engine_class = DiskEngine

    def setUp(self):
        super().setUp()
        self.rgc = DiskRgc(self.engine, ALL)

    def bytes_used(self):
        subprocess.run(["sync", "--file-system", self.engine.seen], check=True)
        fs = os.statvfs(self.engine.seen)
        return (fs.f_blocks - fs.f_bfree) * fs.f_frsize

    def prepare(self, number):
        host = Host(self.engine, number)
        self.rgc.configure(ALL)
        for version in range(host.numbers.randint(4, 6)):
            host.deploy(f"v{version}")
        self.rgc.document("collect", "--here")  # remembers what has run
        host.remove_stopped()
        host.forget_cache()
        self.rgc.configure({**ONE, "build_cache": {"max_unused": "0s" if host.cache == "evicted" else "72h"}})
        return host

    def look(self, number):
        """A host, its plan's estimate, and what its pass gave."""
        host = self.prepare(number)
        estimate = self.rgc.plan()["estimate"]
        before = self.bytes_used()
        done = self.rgc.document("collect", "--here")
        gained = before - self.bytes_used()
        self.assertEqual({one["outcome"] for one in done["outcomes"]}, {"removed"})
        self.assertEqual(done["estimate"], estimate, "plan and pass promise alike")
        after = self.rgc.plan()["estimate"]
        return host, estimate, gained, after

    def assert_came_true(self, estimate, gained):
        least, most = estimate["bytes"], estimate["most_bytes"]
        self.assertLessEqual(least, gained * (1 + TOLERANCE) + NOISE, "more was promised than came")
        if most is not None:
            self.assertGreaterEqual(most * (1 + TOLERANCE) + NOISE, gained, "more came than was said to be possible")
        if estimate["exact"]:
            self.assertLessEqual(abs(gained - least), least * TOLERANCE + NOISE, "exact it was not")

    def test_what_is_promised_comes(self):
        for number in range(HOSTS):
            with self.subTest(number):
                self.engine.wipe()
                host, estimate, gained, after = self.look(number)
                most = estimate["most_bytes"]
                print(f"{self.flavour} {number:2} {host}: {'exact ' if estimate['exact'] else ''}{estimate['bytes'] / MB:.2f}"
                      f" to {'?' if most is None else f'{most / MB:.2f}'} MB, came {gained / MB:.2f} MB"
                      f" ({100 * (gained - estimate['bytes']) / max(1, estimate['bytes']):+.2f} %)", flush=True)
                self.assert_came_true(estimate, gained)
                self.assertEqual(after["bytes"], 0, "nothing is promised any more")
