"""Proves that the harness works: on every flavour, and that it leaves nothing behind."""

import os
import pathlib
import signal
import subprocess
import sys
import textwrap

import builds
import cgroups
import network
import suite
from engines import Engine
from images import Image
from kamal import DeployFailed, Kamal
from namespace import wait_for


class Harness(suite.EngineCase):
    registry_wanted = True

    def test_the_engine_is_the_flavour(self):
        info = self.engine.api.get("/info")
        self.assertEqual(info["Driver"], self.engine.flavour.driver)
        self.assertEqual(info["DockerRootDir"], str(self.engine.data_root))
        self.assertTrue(self.engine.data_root.is_dir(), "the data root has one path on both sides")
        self.assertEqual(self.engine.api.at(None).get("/version")["ApiVersion"], self.engine.flavour.api)

    def test_the_engine_cannot_reach_the_hosts_docker0(self):
        """A dockerd without a bridge removes that of the network it is in."""
        own = os.stat(f"/proc/{self.engine.daemon.pid}/ns/net")
        self.assertNotEqual(own.st_ino, os.fstat(network.hosts()).st_ino)

    def test_images_are_loaded_with_tags_labels_and_dates(self):
        first, second = self.engine.images.load(
            Image(tags=["blog:v1", "blog:latest"], labels={"service": "blog"}, created="2020-02-03T04:05:06Z"),
            Image(tags=["blog:v2"], size=300_000, files=10))
        self.assertEqual(self.engine.images.tags(), {"blog:v1": first, "blog:latest": first, "blog:v2": second})
        listed = {image["Id"]: image for image in self.engine.images.list()}
        self.assertEqual(listed[first]["Labels"], {"service": "blog"})
        self.assertEqual(listed[first]["Created"], 1580702706)
        self.assertGreater(listed[second]["Size"], 300_000)

    def test_containers_run_and_end(self):
        self.engine.images.load(Image(tags=["blog:v1"]))
        containers = self.engine.containers
        running = containers.run("blog:v1", name="blog-web-v1", restart="unless-stopped", labels={"service": "blog"})
        crashed = containers.run_to_end("blog:v1", ["crash"], name="crashed")
        self.assertEqual(containers.inspect(crashed)["State"]["ExitCode"], 1)
        self.assertEqual(containers.names(status=["running"]), ["blog-web-v1"])
        containers.stop(running)
        self.assertEqual(containers.inspect(running)["State"]["ExitCode"], 0, "it ended on SIGTERM")
        containers.rename(running, "old")
        self.assertEqual(containers.names(label=["service=blog"]), ["old"])
        containers.remove(running)
        self.assertEqual(containers.names(), ["crashed"])

    def test_images_are_pulled_and_pushed(self):
        reference = self.registry.publish(Image(labels={"service": "blog"}), "me/blog:v1")
        with self.engine.recorded_events(type=["image"]) as events:
            image = self.engine.images.pull(reference)
        self.assertIn(("pull", reference), [(event["Action"], event["Actor"]["ID"]) for event in events])
        self.engine.images.tag(image, reference + "-copy")
        self.engine.images.push(reference + "-copy")
        for tag in self.engine.images.tags():
            self.engine.images.remove(tag)
        self.assertEqual(self.engine.images.pull(reference + "-copy"), image)

    def test_buildkit_fills_the_build_cache(self):
        image = builds.buildkit(self.engine, ["built:1"], [builds.fill_step("/data", 300_000),
                                                           builds.cache_mount_step(200_000)])
        self.assertEqual(self.engine.images.tags(), {"built:1": image})
        records = builds.cache_records(self.engine)
        self.assertGreater(sum(record["Size"] for record in records), 500_000)
        self.assertIn("exec.cachemount", [record["Type"] for record in records])

    def test_the_classic_builder_leaves_parents(self):
        image = builds.classic(self.engine, ["built:1"], [builds.fill_step("/data", 300_000)], labels={"a": "b"})
        self.assertTrue(self.engine.images.inspect(image)["Parent"])
        self.assertGreater(len(self.engine.images.list(all=1)), len(self.engine.images.list()))
        self.assertEqual(self.engine.images.inspect(image)["Config"]["Labels"], {"a": "b"})

    def test_kamal_deploys_and_rolls_back(self):
        shop = Kamal(self.engine, "shop", roles=("web", "worker"), destination="staging", registry=self.registry)
        first = shop.deploy("v1")
        second = shop.deploy("v2")
        self.assertEqual(shop.running("worker"), ["v2"])
        self.assertEqual(self.engine.images.tags()[shop.latest], second)
        shop.rollback("v1")
        self.assertEqual(shop.running(), ["v1"])
        self.assertEqual(self.engine.images.tags()[shop.latest], first)
        with self.assertRaises(DeployFailed):
            shop.rollback("v0")

    def test_kamal_keeps_containers_of_failed_and_repeated_deploys(self):
        blog = Kamal(self.engine)
        blog.deploy("v1")
        blog.failed_deploy("v2", "crash")
        blog.failed_deploy("v3", "unhealthy")
        self.assertEqual(blog.running(), ["v1"])
        self.assertNotEqual(blog.redeploy_same(), self.engine.images.id("blog:v1"))
        self.assertEqual(len(self.engine.containers.names(name=["_replaced_"])), 1)
        self.assertEqual(blog.running(), ["v1"])

    def test_the_daemon_stops_dies_and_comes_back(self):
        image, = self.engine.images.load(Image(tags=["blog:v1"]))
        self.engine.containers.run("blog:v1", name="web", restart="always")
        self.engine.stop_daemon()
        self.assertFalse(self.engine.daemon.running())
        self.engine.start_daemon()
        self.engine.kill_daemon()
        self.engine.start_daemon()
        self.assertEqual(self.engine.images.tags(), {"blog:v1": image})
        self.engine.containers.wait_for_state("web", "running")


def _mounts():
    return pathlib.Path("/proc/self/mounts").read_text()


def _processes(word):
    """The processes that have the word in their arguments."""
    found = []
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            arguments = pathlib.Path(f"/proc/{entry}/cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if word in arguments:
            found.append(arguments.replace("\0", " "))
    return found


class Teardown(suite.EngineCase):
    def assert_nothing_is_left(self, state):
        wait_for(lambda: not _processes(state), f"end of {_processes(state)}")
        self.assertNotIn(state, _mounts())

    def test_closing_leaves_no_process_no_mount_and_no_file(self):
        engine = Engine(self.flavour).start()
        engine.images.load(Image(tags=["blog:v1"]))
        engine.containers.run("blog:v1", restart="always")
        self.assertTrue(_processes(str(engine.state)))
        namespace, cgroup = engine.namespace, engine.cgroup
        engine.close()
        self.assertEqual(namespace.members(), [])
        self.assert_nothing_is_left(str(engine.state))
        self.assertFalse(engine.state.exists())
        self.assertFalse([parent for parent in cgroups.parents() if (parent / cgroup.rpartition("/")[2]).exists()])

    def end_by(self, number):
        program = textwrap.dedent(f"""\
            import time, workspace
            from engines import Engine
            from images import Image
            workspace.end_cleanly_on_signals()
            engine = Engine("{self.flavour}").start()
            engine.images.load(Image(tags=["blog:v1"]))
            engine.containers.run("blog:v1", restart="always")
            print(engine.state, flush=True)
            time.sleep(100)
            """)
        child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True,
                                 cwd=pathlib.Path(__file__).resolve().parent)
        state = child.stdout.readline().strip()
        self.assertTrue(_processes(state))
        child.send_signal(number)
        child.wait()
        child.stdout.close()
        self.ended = child.pid
        self.assert_nothing_is_left(state)
        return pathlib.Path(state)

    def test_a_test_that_is_terminated_leaves_nothing(self):
        self.assertFalse(self.end_by(signal.SIGTERM).exists())

    def test_a_test_that_is_killed_leaves_only_files_and_the_next_removes_them(self):
        state = self.end_by(signal.SIGKILL)
        Engine(self.flavour).close()
        self.assertFalse(state.exists())
        self.assertEqual([path for parent in cgroups.parents() for path in parent.glob(f"{self.ended}-*")], [])
