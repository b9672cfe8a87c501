# SPDX-License-Identifier: MIT
"""rgc as a container, by the words of docs/container.md: built, run and asked for passes on a real engine."""

import io
import json
import tarfile

import built
import rgc
from kamal import Kamal

SIZE_LIMIT = 8_000_000


class Container(built.ImageCase):
    def start(self, **options):
        container = built.run(self.engine, **options)
        try:
            self.engine.containers.wait_for_health(container, "healthy")
        except AssertionError:
            self.fail(f"not healthy: {self.engine.cli('logs', container).stdout.decode()}")
        return container

    def inside(self, *argv, exits=0):
        done = self.engine.cli("exec", "rgc", "rgc", *argv, check=False)
        self.assertEqual(done.returncode, exits, done.stdout.decode())
        return done.stdout.decode()

    def document(self, *argv):
        return rgc.Document(json.loads(self.inside(*argv, "--json")))

    # What it is

    def files(self):
        """The files in the image, by path."""
        container = self.engine.containers.create(built.NAME)
        data = self.engine.api.request("GET", f"/containers/{container}/export").body
        self.engine.containers.remove(container)
        of_docker = ("/.dockerenv", "/dev/", "/etc/host", "/etc/resolv.conf", "/etc/mtab")
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            return {f"/{entry.name}": entry for entry in tar
                    if not entry.isdir() and not f"/{entry.name}".startswith(of_docker)}

    def test_the_image_holds_the_program_its_libraries_and_its_user_and_nothing_else(self):
        files = self.files()
        libraries = {path for path in files if ".so" in path}
        self.assertEqual(sorted(set(files) - libraries), ["/etc/group", "/etc/passwd", "/usr/bin/rgc"])
        traced = self.engine.cli("run", "--rm", "--network=none", "--env=LD_TRACE_LOADED_OBJECTS=1",
                                 built.NAME).stdout.decode()
        needed = {line.partition("=> ")[2].partition(" (")[0] for line in traced.splitlines() if "=> /" in line}
        self.assertNotIn("not found", traced)
        self.assertEqual({path for path in libraries if "/ld-linux" not in path}, needed)
        size = sum(entry.size for entry in files.values())
        print(f"# {len(libraries)} libraries, {size / 1e6:.1f} MB of files", flush=True)
        self.assertLess(size, SIZE_LIMIT)

    def test_its_labels_say_what_it_is_and_the_version_of_the_program(self):
        labels = self.engine.images.inspect(built.NAME)["Config"]["Labels"]
        said = self.engine.cli("run", "--rm", "--network=none", built.NAME, "--version").stdout.decode()
        self.assertEqual(labels["org.opencontainers.image.title"], "rgc")
        self.assertEqual(labels["org.opencontainers.image.licenses"], "MIT")
        self.assertEqual(said.split()[:2], ["rgc", labels["org.opencontainers.image.version"]])
        self.assertEqual(labels["org.opencontainers.image.revision"], built.REVISION)

    def test_rgc_audit_finds_nothing_to_change_in_it(self):
        image = self.rgc.document("audit", built.NAME)["image"]
        self.assertEqual(image["findings"], [])
        self.assertEqual(image["could_be_bytes"], image["bytes"])

    # What it does

    def assert_confined(self, container):
        facts = self.engine.containers.inspect(container)
        text = self.engine.namespace.run(["cat", f"/proc/{facts['State']['Pid']}/status"]).stdout.decode()
        status = dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)
        self.assertEqual(status["Uid"].split(), ["65532"] * 4)
        self.assertIn(built.socket_group(self.engine), status["Groups"].split())
        self.assertEqual((int(status["CapPrm"], 16), int(status["CapBnd"], 16), status["NoNewPrivs"]), (0, 0, "1"))
        self.assertTrue(facts["HostConfig"]["ReadonlyRootfs"])

    def test_a_pass_is_asked_for_through_it_and_what_it_knows_outlives_the_container(self):
        blog = Kamal(self.engine)
        container = self.start(settings={"retention": {"keep_previous": 2}})
        self.assert_confined(container)
        for number in range(1, 6):
            blog.redeploy(f"v{number}")
        self.assertIn("rollback 2/2", self.inside("collect", "--deployed", "blog"))
        self.assertEqual({tag for tag in self.engine.images.tags() if "/blog:v" in tag},
                         {blog.reference(f"v{number}") for number in (3, 4, 5)})
        self.assertEqual(self.engine.containers.names(label=["service=blog"]),
                         ["blog-web-v3", "blog-web-v4", "blog-web-v5"])
        status = self.document("status")
        self.assertEqual(status.app("blog")["rollback"]["versions"], ["v4", "v3"])
        self.assertEqual([disk["path"] for disk in status["disk"]], [str(self.engine.data_root)], "it sees the disk")
        for version in ("v3", "v4"):
            blog.rollback(version)
            self.assertEqual(blog.running(), [version])

        self.engine.containers.stop(container)
        self.assertEqual(self.engine.containers.inspect(container)["State"]["ExitCode"], 0, "it stops when told to")
        self.engine.containers.remove(container)
        self.start(settings={"retention": {"keep_previous": 1}, "agent": {"trial": "24h"}})
        self.assertIn("rollback 1/1", self.inside("collect", "--deployed", "blog"))
        self.assertIn(blog.reference("v3"), self.engine.images.tags(), "the ledger knows that v3 ran after v5")
        self.assertNotIn(blog.reference("v5"), self.engine.images.tags(), "no second trial")

    def test_of_its_own_images_the_one_in_use_or_last_used_stays_and_older_ones_go_like_releases(self):
        self.rgc.configure({"retention": {"keep_previous": 1}})
        names = [f"registry.test/me/rgc:0.{number}.0" for number in (1, 2, 3)]
        for name in names:
            self.engine.cli("build", "--network=none", "-t", name, "--label", f"version={name}", "-",
                            env={"DOCKER_BUILDKIT": "1"}, stdin=f"FROM {built.NAME}\n".encode())
            container = self.engine.containers.run(name, restart="unless-stopped")
            self.rgc.run("collect", "--here")
            if name != names[-1]:
                self.engine.containers.remove(container, force=True)
        self.assert_verdicts(self.rgc.plan(), {"keep current": names[2:], "keep rollback": names[1:2]})
        self.assertNotIn(names[0], self.engine.images.tags())
        self.engine.containers.remove(container, force=True)
        self.assertEqual(self.rgc.plan().image(names[2])["verdict"], "keep")

    def test_an_image_of_rgc_that_no_app_owns_is_infrastructure(self):
        name = "registry.test/ops/cleaner:1"  # it is known by its label
        self.engine.cli("build", "--network=none", "-t", name, "--label", "mine=yes", "-", env={"DOCKER_BUILDKIT": "1"},
                        stdin=f"FROM {built.NAME}\n".encode())
        container = self.engine.containers.run(name, remove=True)
        self.rgc.run("collect", "--here")
        self.assert_verdicts(self.rgc.plan(), {"keep infrastructure": [name]})
        self.engine.containers.kill(container)

    # When something is amiss

    def test_without_the_group_of_the_socket_it_is_unhealthy_and_says_why(self):
        once = ("--health-interval=1s", "--health-start-period=0s", "--health-retries=1")
        container = built.run(self.engine, without="--group-add", options=once)
        self.engine.containers.wait_for_health(container, "unhealthy")
        log = self.engine.containers.inspect(container)["State"]["Health"]["Log"][-1]["Output"]
        self.assertRegex(log.replace("\n", " "), "group of that +socket")

    def test_without_the_mounted_data_root_a_pass_removes_nothing_and_says_what_is_missing(self):
        blog = Kamal(self.engine)
        self.start(settings={"retention": {"keep_previous": 0}}, without=f"-v {self.engine.data_root}/network:")
        for number in (1, 2, 3):
            blog.redeploy(f"v{number}")
        self.assertIn("storage", self.inside("collect", exits=1))
        self.assertIn(blog.reference("v1"), self.engine.images.tags())
