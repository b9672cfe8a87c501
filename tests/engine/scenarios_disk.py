"""A disk that really fills: releases, build cache and somebody's data on a file system of 2 GB.

RGC_AGENT names the agent with short times (tests/agent/agent_main.c); without it that part is skipped.
"""

import os
import signal
import subprocess

import builds
from images import Image
from kamal import Kamal
from namespace import wait_for
from waiting import HANGS
from rgc import Rgc, RgcCase
from small_disk import DiskEngine

AGENT = os.environ.get("RGC_AGENT")
MB = 1_000_000
RELEASE = 20 * MB
HIGH, LOW = 85, 75
SETTINGS = {
    "retention": {"min_age": "0s", "min_uptime": "50ms", "quiet": "0s", "keep_previous": "2"},
    "disk": {"high": f"{HIGH}%", "low": f"{LOW}%", "keep_previous": "1"},
    "agent": {"trial": "0s", "settle": "0s"},
    "metrics": {"textfile": "off"},
}


WITHOUT_PRESSURE = {**SETTINGS, "disk": {"high": "off", "low": "off"}}


def with_keys(settings, section, **keys):
    return {**settings, section: {**settings[section], **keys}}


class DiskRgc(Rgc):
    """Where the file system is mounted, and with its state on it."""

    def __init__(self, engine, settings=None):
        super().__init__(engine, settings)
        self.state.rmdir()
        self.state = engine.disk / f"rgc-{self._number}"
        os.mkdir(f"{engine.seen}/{self.state.name}", 0o750)
        self.socket = self.home / "rgc.sock"

    def command(self, *argv):
        return self.engine.beside(*super().command(*argv))


class Agent:
    """An agent, until the end of the `with`: `rgc agent`, or the one with short times."""

    def __init__(self, rgc, command=None):
        self.command = command or rgc.command("agent", "--socket", str(rgc.socket))
        self.log = rgc.home / "agent.log"
        self.environment = {}
        self.process = None

    @classmethod
    def impatient(cls, rgc, **settings):
        """Its children are rgc, whose words it knows but for the configuration, as its own is another one."""
        child = rgc.home / "child"
        words = rgc.command("$verb", "$@")[len(rgc.engine.beside()):]
        child.write_text('#!/bin/sh\nverb=$1\nshift\nhere=\n'
                         'if [ "$1" = --here ]; then here=$1; shift; fi\nshift 2\n'
                         'if [ "$here" ]; then set -- "$here" "$@"; fi\nexec ' + " ".join(f'"{word}"' for word in words) + "\n")
        child.chmod(0o755)
        own = rgc.home / "agent.conf"
        settings = {"socket": rgc.socket, "settle": "0s", "trial": "0s", "events": "no",
                    "storage": rgc.engine.data_root, **settings}
        own.write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
        agent = cls(rgc, rgc.engine.beside(AGENT, own))
        agent.environment = {"RGC_TEST_CHILD": str(child)}
        return agent

    def __enter__(self):
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env={**os.environ, **self.environment})
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(HANGS)
        finally:
            self.process.kill()
            self.process.wait()

    def said(self):
        return self.log.read_text(errors="replace")

    def wait_for(self, condition, what):
        wait_for(lambda: self.process.poll() is not None or condition(), lambda: f"{what}: {self.said()}", pause=0.1)
        if self.process.poll() is not None:
            raise AssertionError(f"the agent ended: {self.said()}")


class Disk(RgcCase):
    engine_class = DiskEngine
    settings = SETTINGS

    def setUp(self):
        super().setUp()
        self.rgc = DiskRgc(self.engine, self.settings)
        self.blog = Kamal(self.engine)

    # What is on it

    def releases(self, *numbers, **image):
        for number in numbers:
            self.blog.redeploy(f"v{number}", **{"size": RELEASE, **image})

    def build_cache(self, megabytes):
        builds.buildkit(self.engine, [], [builds.fill_step("/made", megabytes * MB)],
                        options=("--output", "type=cacheonly"))

    def other_images(self):
        self.engine.images.load(Image(tags=["tool:1"]), Image(tags=["pinned:1"], labels={"rgc.keep": "true"}))

    def tags(self, *numbers):
        return {self.blog.reference(f"v{number}") for number in numbers}

    def take_ballast(self):
        """A pass while there is plenty, as on any host."""
        self.rgc.document("collect", "--here")
        self.assertIn("ballast-0", os.listdir(f"{self.engine.seen}/{self.rgc.state.name}"))

    def assert_full(self):
        with self.assertRaises(OSError):
            with open(f"{self.engine.seen}/one-more", "wb", 0) as file:
                file.write(b"x")
        self.assertGreater(max(self.engine.used_percent(), self.engine.used_inodes_percent()), 99.9)

    def impatient_agent(self):
        if not AGENT:
            self.skipTest("RGC_AGENT does not name an agent with short times")
        return Agent.impatient(self.rgc, high=f"{HIGH}%", disk_check="100ms", disk_high="2s")

    # What must be true

    def assert_promises(self, kept, gone):
        """What is kept is here and can be rolled back to, what nobody may take is here, and what had to go is gone."""
        here = set(self.engine.images.tags())
        self.assertEqual(self.tags(*gone) & here, set())
        self.assertEqual(self.tags(*kept) - here, set())
        self.assertEqual({"tool:1", "pinned:1", self.blog.latest} - here, set())
        self.assertEqual(self.blog.running(), [f"v{kept[0]}"])
        rollback = self.rgc.status().app("blog")["rollback"]
        self.assertEqual((rollback["versions"], rollback["ready"]), ([f"v{n}" for n in kept[1:]], len(kept) - 1))
        for number in kept[1:]:
            self.blog.rollback(f"v{number}")
            self.assertEqual(self.blog.running(), [f"v{number}"])

    def assert_all_removed(self, done):
        self.assertEqual([one for one in done["outcomes"] if one["outcome"] != "removed"], [])
        self.assertIsNone(done["error"])

    # The tests

    def test_long_enough_above_high_the_agent_starts_a_pass_that_gets_below_low(self):
        self.rgc.configure(with_keys(SETTINGS, "retention", keep_previous=3))
        self.other_images()
        self.releases(1, 2, 3, 4)
        self.build_cache(200)
        self.engine.fill_to(HIGH + 0.5)
        with self.impatient_agent() as agent:
            agent.wait_for(lambda: self.engine.used_percent() < LOW, "below low")
            agent.wait_for(lambda: len(self.rgc.passes()) >= 2, "two passes")
        disk, start = self.rgc.passes()[-2:]
        self.assertEqual((start["trigger"], start["removed"]["images"], start["removed"]["build_cache_records"]),
                         ("start", 0, 0))
        self.assertEqual((disk["trigger"], disk["error"], disk["removed"]["images"]), ("disk", None, 0))
        self.assertGreater(disk["removed"]["build_cache_records"], 0)
        self.assert_promises(kept=(4, 3, 2, 1), gone=())

    def test_if_cache_is_not_enough_previous_releases_go_as_far_as_needed(self):
        self.rgc.configure(with_keys(SETTINGS, "retention", keep_previous=3))
        self.other_images()
        self.releases(1, 2, 3, 4)
        self.build_cache(20)
        self.engine.fill_to(HIGH + 1.3)  # cache, 1.1%, and one release
        before = self.engine.used_percent()
        done = self.rgc.document("collect", "--here", "--pressing")
        self.assert_all_removed(done)
        self.assertLess(self.engine.used_percent(), HIGH)
        self.assertEqual(builds.cache_records(self.engine), [])
        needed = [before, done["disk"], done["build_cache"]]
        self.assertEqual(len(done.ids("images", "remove")), 1, needed)
        self.assert_verdicts(done, {"remove pressure": [*self.tags(1), "blog-web-v1"], "keep rollback": self.tags(2, 3)})
        self.assertGreater(before - self.engine.used_percent(), 1.3)
        self.assert_promises(kept=(4, 3, 2), gone=(1,))

    def test_what_would_not_help_stays_and_it_says_what_holds_the_disk(self):
        self.other_images()
        self.releases(1, 2, 3)
        self.engine.fill_to(94)
        done = self.rgc.document("collect", "--here", "--pressing")
        self.assertEqual(done["outcomes"], [])
        self.assertTrue(done["pressure"]["acting"])
        self.assertIn("something else uses the space", done["pressure"]["explanation"])
        holders = {one["kind"]: one["bytes"] for one in self.rgc.status()["holders"]}
        self.assertGreater(holders["rest"], 1_400 * MB, holders)
        self.assert_promises(kept=(3, 2, 1), gone=())

    def test_with_not_one_byte_free_the_agent_gets_below_low_at_once(self):
        self.other_images()
        self.releases(1, 2, 3, 4)
        self.build_cache(650)
        self.engine.fill_up()
        self.assert_full()
        with Agent(self.rgc) as agent:
            agent.wait_for(lambda: self.engine.used_percent() < LOW and self.rgc.passes(), "below low")
        self.assert_promises(kept=(4, 3, 2), gone=(1,))

    def test_with_not_one_byte_free_images_go_that_no_container_goes_before(self):
        """Which an overlay2 engine cannot do by itself."""
        self.rgc.configure(WITHOUT_PRESSURE)
        self.other_images()
        self.releases(1)
        self.engine.images.tag(self.blog.reference("v1"), self.blog.reference("also-v1"))
        self.releases(2, 3)
        self.take_ballast()
        self.releases(4)
        self.engine.containers.remove("blog-web-v1")
        self.engine.fill_up()
        self.assert_full()
        done = self.rgc.document("collect", "--here")
        self.assert_all_removed(done)
        self.assertEqual({one["kind"] for one in done["outcomes"]}, {"image"})
        self.assertIsNone(done["ledger"]["note"])
        self.assert_promises(kept=(4, 3, 2), gone=(1,))

    def test_with_not_one_byte_free_and_no_ballast_what_has_containers_goes(self):
        self.rgc.configure(WITHOUT_PRESSURE)
        self.other_images()
        self.releases(1, 2, 3, 4)
        self.engine.fill_up()
        self.assert_full()
        self.assert_all_removed(self.rgc.document("collect", "--here"))
        self.assert_promises(kept=(4, 3, 2), gone=(1,))

    def test_without_one_inode_it_gets_below_high(self):
        """Pass by pass, as nobody tells how many inodes an image has."""
        self.rgc.configure(with_keys(SETTINGS, "retention", keep_previous=3))
        self.other_images()
        self.releases(1, 2, 3, 4, files=650)
        self.take_ballast()
        self.releases(5, files=650)
        self.engine.fill_inodes()
        self.assert_full()
        with self.impatient_agent() as agent:
            agent.wait_for(lambda: self.engine.used_inodes_percent() < HIGH, "below high")
        self.assert_promises(kept=(5, 4), gone=(1, 2, 3))
