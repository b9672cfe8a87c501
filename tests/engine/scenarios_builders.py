# SPDX-License-Identifier: MIT
"""Builders on real engines: buildctl through the exec API, and what builders leave behind.

BuildKit's image cannot be had without a network; the one here has its words (fake_buildctl.c)."""

import functools
import json
import pathlib
import signal
import subprocess
import tempfile
import time

import rgc
import workspace
from busybox import busybox_and_libraries
from engines import Engine
from images import Image, tar_of
from namespace import wait_for
from waiting import longer_and_longer

IMAGE = "moby/buildkit:buildx-stable-1"
HOUR = 3600


@functools.lru_cache(maxsize=None)
def program():
    source = pathlib.Path(__file__).resolve().parent / "fake_buildctl.c"
    with tempfile.TemporaryDirectory() as directory:
        out = pathlib.Path(directory) / "buildctl"
        try:
            subprocess.run(["gcc", "-static", "-Os", "-s", "-o", out, source], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise workspace.Unavailable(f"cannot compile fake_buildctl.c: {getattr(error, 'stderr', None) or error}")
        return out.read_bytes()


class BuilderImage(Image):
    programs = ("buildctl", "timeout")

    def layers(self):
        return [tar_of({"app": program(), **{f"usr/bin/{name}": program() for name in self.programs}})]


class EngineThatExecs(Engine):
    pivoted = True  # see namespace.sh


class Builders(rgc.RgcCase):
    engine_class = EngineThatExecs

    def setUp(self):
        super().setUp()
        self.engine.images.load(BuilderImage(tags=[IMAGE], command=[]))

    def start_builder(self, name, image=IMAGE, records=None):
        """As buildx makes it, less the privileges. Returns the container's ID."""
        full = f"buildx_buildkit_{name}"
        container = self.engine.containers.run(image, name=full, restart="unless-stopped", host={
            "Mounts": [{"Type": "volume", "Source": f"{full}_state", "Target": "/var/lib/buildkit"}], "Init": False})
        self.fill(name, records or [("old", 3_000_000, time.time() - 100 * HOUR, 0), ("null", 50_000, 0, 0),
                                    ("used", 70_000, time.time() - 100 * HOUR, 1),
                                    ("new", 900_000, time.time() - HOUR, 0)])
        return container

    def state_of(self, name):
        return self.engine.data_root / "volumes" / f"buildx_buildkit_{name}_state" / "_data"

    def fill(self, name, records):
        (self.state_of(name) / "records").write_text(
            "".join(f"{id_} {size} {int(used)} {in_use}\n" for id_, size, used, in_use in records))

    def left_in(self, name):
        return [line.split()[0] for line in (self.state_of(name) / "records").read_text().splitlines()]

    def set_mode(self, name, mode):
        (self.state_of(name) / "mode").write_text(mode)

    def builder(self, document, name):
        return next(one for one in document["builders"] if one["name"] == name)

    def volumes(self):
        return {one["Name"] for one in self.engine.api.get("/volumes")["Volumes"] or []}

    def running_in(self, container):
        """The processes there, as this side numbers them."""
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and container in (entry / "cgroup").read_text() and "State:\tZ" not in (
                        entry / "status").read_text():
                    found.append((int(entry.name), (entry / "cmdline").read_bytes().decode().replace("\0", " ")))
            except OSError:
                continue
        return found

    def wait_for_end(self, container):
        wait_for(lambda: len(self.running_in(container)) == 1, lambda: f"end of {self.running_in(container)}")

    def collect_with(self, settings=None, exits=(0,)):
        if settings:
            self.rgc.configure(settings)
        plan = self.rgc.plan()
        done = self.rgc.document("collect", "--here", exits=exits)
        self.assertEqual({one["name"]: one["verdict"] for one in done["builders"]},
                         {one["name"]: one["verdict"] for one in plan["builders"]})
        return done

    def test_a_running_builder_is_pruned_inside_and_stays(self):
        container = self.start_builder("kamal-remote-ssh---root-1-2-3-40")
        name = "kamal-remote-ssh---root-1-2-3-40"
        status = self.rgc.status()
        self.assertEqual(self.builder(status, name)["cache_bytes"], 4_020_000)
        self.assertEqual(self.builder(status, name)["evict_bytes"], 3_050_000)
        done = self.collect_with()
        self.assertEqual([(one["kind"], one["ref"], one["outcome"]) for one in done["outcomes"]],
                         [("builder", name, "removed")])
        self.assertEqual(done["freed"]["engine_bytes"], 3_050_000)
        self.assertEqual(self.left_in(name), ["used", "new"])
        self.assertEqual(self.engine.containers.state(container), "running")
        self.assertEqual(self.builder(self.rgc.plan(), name)["verdict"], "keep")
        self.wait_for_end(container)

    def test_a_size_cap_holds_inside_too(self):
        self.start_builder("x0")
        self.collect_with({"build_cache": {"max_unused": "1000h", "max_size": "1MB"}})
        self.assertEqual(self.left_in("x0"), ["used", "new"])

    def test_output_in_two_streams_is_told_apart(self):
        self.start_builder("x0")
        self.set_mode("x0", "both")
        self.collect_with()
        self.assertEqual(self.left_in("x0"), ["used", "new"])

    def assert_fails(self, name, says):
        """Status tells what is wrong with it, a pass leaves it alone and does the rest."""
        tag, = {tag for tag in self.engine.images.tags() if tag.startswith("left/")} or {None}
        if not tag:
            self.engine.images.load(Image(tags=["left/over:1"]))
            self.engine.images.load(Image(tags=["left/over:1"], content="another"))
        one = self.builder(self.rgc.status(), name)
        self.assertEqual((one["verdict"], one["cache_bytes"]), ("keep", None))
        self.assertIn(says, one["reason"])
        done = self.collect_with()
        self.assertEqual({(o["kind"], o["outcome"]) for o in done["outcomes"]}, {("image", "removed")})
        self.assertEqual(self.left_in(name), ["old", "null", "used", "new"])

    def test_a_builder_without_buildctl_says_so(self):
        without = type("Without", (BuilderImage,), {"programs": ("timeout",)})
        self.engine.images.load(without(tags=["mirror/moby/buildkit:none"], command=[]))
        self.start_builder("x0", "mirror/moby/buildkit:none")
        self.assert_fails("x0", "can't execute 'buildctl'")

    def test_a_builder_that_could_not_be_ended_runs_nothing(self):
        without = type("Without", (BuilderImage,), {"programs": ("buildctl",)})
        self.engine.images.load(without(tags=["mirror/moby/buildkit:none"], command=[]))
        container = self.start_builder("x0", "mirror/moby/buildkit:none")
        self.assert_fails("x0", "buildctl could not be started in it")
        self.assertEqual(len(self.running_in(container)), 1)

    def test_a_buildctl_that_fails_says_why(self):
        self.start_builder("x0")
        self.set_mode("x0", "exit")
        one = self.builder(self.rgc.status(), "x0")
        self.assertEqual((one["verdict"], one["cache_bytes"]), ("prune", None), "by age, although its size cannot be told")
        self.assertIn("exit 1: error: failed to dial", one["reason"])
        done = self.collect_with(exits=(1,))
        self.assertEqual({(o["kind"], o["outcome"]) for o in done["outcomes"]}, {("builder", "failed")})
        self.assertEqual(self.left_in("x0"), ["old", "null", "used", "new"])

    def hanging(self, name):
        """What status says of the builder, with a limit that only its buildctl passes."""
        for seconds in longer_and_longer(2):
            self.rgc.configure({"engine": {"timeout": f"{seconds}s"}})
            done = self.rgc.run("status", "--json", exits=(0, 1, 4))
            if "did not end within" in done.stdout:
                break
        return self.builder(json.loads(done.stdout), name)

    def assert_ended(self, mode, says):
        container = self.start_builder("x0")
        self.set_mode("x0", mode)
        one = self.hanging("x0") if mode == "hang" else self.builder(self.rgc.status(), "x0")
        self.assertIn(says, one["reason"])
        self.assertEqual((one["verdict"], one["cache_bytes"]), ("keep", None))
        self.wait_for_end(container)
        self.assertEqual(self.engine.containers.state(container), "running")

    def test_a_buildctl_that_hangs_is_really_ended(self):
        self.assert_ended("hang", "did not end within ")

    def test_a_buildctl_that_never_stops_talking_is_really_ended(self):
        self.assert_ended("endless", "more than can be true")

    def test_a_hanging_buildctl_ends_also_when_rgc_is_killed(self):
        self.rgc.configure({"engine": {"timeout": "10s"}})
        container = self.start_builder("x0")
        self.set_mode("x0", "hang")
        process = self.rgc.start("status")
        wait_for(lambda: len(self.running_in(container)) > 1, "start of buildctl")
        process.kill()
        process.communicate()
        self.assertEqual(process.returncode, -signal.SIGKILL)
        self.wait_for_end(container)

    def test_the_timeout_of_busybox_does_the_same(self):
        busybox = busybox_and_libraries("usr/bin/timeout")

        class WithBusybox(BuilderImage):
            def layers(self):
                return [tar_of({"app": program(), "usr/bin/buildctl": program(), **busybox})]
        self.engine.images.load(WithBusybox(tags=["mirror/moby/buildkit:busybox"], command=[]))
        container = self.start_builder("x0", "mirror/moby/buildkit:busybox")
        self.collect_with()
        self.assertEqual(self.left_in("x0"), ["used", "new"])
        self.set_mode("x0", "hang")
        self.assertIn("did not end within ", self.hanging("x0")["reason"])
        self.wait_for_end(container)

    def test_a_stopped_builder_is_never_started(self):
        container = self.start_builder("x0")
        self.engine.containers.stop(container, 0)
        with self.engine.recorded_events(container=[container]) as events:
            one = self.builder(self.rgc.status(), "x0")
            done = self.collect_with()
        self.assertEqual((one["verdict"], one["state"]), ("keep", "exited"))
        self.assertGreaterEqual(one["cache_bytes"], 0, "of its volume")
        self.assertEqual((done["outcomes"], events), ([], []))

    # What is left behind

    def create_volume(self, name, **more):
        self.engine.api.post("/volumes/create", {"Name": name, **more})

    def test_only_orphans_that_are_old_enough_go(self):
        orphans = {"build_cache": {"orphans": "2s"}}
        stays = ["buildx_buildkit_held0_state", "buildx_buildkit_labelled0_state", "buildx_buildkit__state",
                 "buildx_buildkit_left0_state2", "my_buildx_buildkit_left0_state", "buildx_buildkit_left0", "postgres"]
        for name in ["buildx_buildkit_left0_state", *stays]:
            self.create_volume(name, **({"Labels": {"who": "me"}} if "labelled" in name else {}))
        self.engine.images.load(Image(tags=["holder:1"]))
        self.engine.containers.create("holder:1", name="holder", host={
            "Mounts": [{"Type": "volume", "Source": "buildx_buildkit_held0_state", "Target": "/x"}]})
        stopped = self.start_builder("stopped0")
        self.start_builder("running0")
        self.engine.containers.stop(stopped, 0)
        self.collect_with({"build_cache": {"orphans": "1h"}})  # nothing is that old; from here on they are remembered
        self.assertTrue(self.engine.containers.exists("buildx_buildkit_stopped0"))
        rgc.until_old_enough(2.2)
        done = self.collect_with(orphans)
        self.assertEqual(sorted((one["kind"], one["ref"], one["outcome"]) for one in done["outcomes"]),
                         [("container", "buildx_buildkit_stopped0", "removed"),
                          ("volume", "buildx_buildkit_left0_state", "removed")])
        self.assertEqual(self.volumes(), {*stays, "buildx_buildkit_stopped0_state", "buildx_buildkit_running0_state"})
        self.assertTrue(self.engine.containers.exists("buildx_buildkit_running0"))
        rgc.until_old_enough(2.2)
        self.collect_with(orphans)  # now the volume of the stopped one is seen alone
        rgc.until_old_enough(2.2)
        self.collect_with(orphans)
        self.assertEqual(self.volumes(), {*stays, "buildx_buildkit_running0_state"})
        self.assertIn(IMAGE, self.engine.images.tags())

    def test_by_default_everything_stays_and_is_reported_with_its_size(self):
        self.create_volume("buildx_buildkit_left0_state")
        (self.state_of("left0") / "blob").write_bytes(bytes(500_000))
        rgc.until_old_enough(1)
        self.collect_with()
        one = self.builder(self.rgc.status(), "left0")
        self.assertEqual((one["container"], one["state"], one["verdict"]), (None, None, "keep"))
        self.assertGreaterEqual(one["cache_bytes"], 500_000)
        self.assertIn("orphans = keep", one["reason"])
        self.assertIn("buildx_buildkit_left0_state", self.volumes())
