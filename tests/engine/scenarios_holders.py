# SPDX-License-Identifier: MIT
"""What fills a disk, on real engines: each line of `rgc status --deep` against what the engine or du says of it.

The host has volumes, a big log, a container that has written into its layer, build cache, many images and containers, on
a file system of its own, so that the lines must add up to what that file system says is used."""

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import termios

import builds
from engines import FLAVOURS
from images import Image
from kamal import Kamal
from namespace import wait_for
from rgc import RgcCase, Rgc
from small_disk import DiskEngine

MB = 1_000_000
RELEASE, RUNTIME = 12 * MB, 9 * MB
N_TOOLS, N_CONTAINERS = 66, 30
SETTINGS = {"disk": {"high": "off", "low": "off"}, "metrics": {"textfile": "off"}}
OTHER_STORE = {"overlay2": "28.5-containerd", "containerd": "28.5-overlay2"}
SPARE = "ab" * 32  # what an engine calls a layer or a volume
OLD = 1_600_000_000


class DiskRgc(Rgc):
    """Where the file system is mounted; its state is elsewhere."""

    def command(self, *argv):
        return self.engine.beside(*super().command(*argv))

    def screen(self, *argv, columns, lines):
        """What `rgc status` shows on a terminal of this size."""
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        process = subprocess.Popen(self.command("status", *argv), stdout=slave, stderr=slave, stdin=slave,
                                   env={**os.environ, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "NO_COLOR": "1"})
        os.close(slave)
        output = b""
        while chunk := self.read_some(master):
            output += chunk
        os.close(master)
        if process.wait():
            raise AssertionError(output.decode())
        return output.decode().replace("\r\n", "\n")

    @staticmethod
    def read_some(master):
        try:
            return os.read(master, 65536)
        except OSError:  # the other end is closed
            return b""


class Holders(RgcCase):
    engine_class = DiskEngine
    settings = SETTINGS

    def setUp(self):
        super().setUp()
        self.rgc = DiskRgc(self.engine, SETTINGS)

    # Sources

    def output(self, *argv):
        return subprocess.run(self.engine.beside(*argv), stdout=subprocess.PIPE, check=True, text=True).stdout

    def du(self, *paths):
        """Bytes on the file system, of each path by itself."""
        found = [path for path in paths if os.path.lexists(self.seen(path))]
        return sum(int(self.output("du", "-sxB1", self.engine.data_root / path).split()[0]) for path in found)

    def seen(self, path):
        return f"{self.engine.seen}/docker/{path}"

    def df(self, kind):
        return self.engine.api.get("/system/df", **({"type": kind} if self.engine.flavour.api != "1.41" else {}))

    def space_used(self):
        fs = os.statvfs(self.engine.seen)
        return (fs.f_blocks - fs.f_bfree) * fs.f_frsize

    def written(self):
        """What containers have written, as the engine says, or du of the directories where the records are files."""
        if self.engine.flavour.store == "containerd":
            return sum(one.get("SizeRw", 0) for one in self.engine.api.get("/containers/json", all=1, size=1))
        layers = [self.read(f"image/overlay2/layerdb/mounts/{one['Id']}/mount-id") for one in self.engine.containers.list()]
        return self.du(*[f"overlay2/{layer}/diff" for layer in layers])

    def read(self, path):
        with open(self.seen(path), encoding="utf-8") as file:
            return file.read()

    def blobs(self, references):
        """Bytes of the compressed layers, manifests and configurations of these images, each once."""
        if self.engine.flavour.store != "containerd":
            return 0
        directory = "containerd/daemon/io.containerd.content.v1.content/blobs/sha256"
        names = set()

        def add(digest):
            name = digest.removeprefix("sha256:")
            if name in names or not os.path.exists(self.seen(f"{directory}/{name}")):
                return
            names.add(name)
            text = self.read_bytes(f"{directory}/{name}")
            document = json.loads(text) if text[:1] == b"{" else {}
            for one in [document.get("config")] + document.get("layers", []) + document.get("manifests", []):
                if one and "digest" in one:
                    add(one["digest"])

        for reference in references:
            add(self.engine.images.id(reference))
        return self.du(*[f"{directory}/{name}" for name in names])

    def read_bytes(self, path):
        with open(self.seen(path), "rb") as file:
            return file.read()

    def sizes_of_images(self, references):
        """(their own bytes, those that they share) as the engine tells their layers."""
        layers = {}
        for reference in references:
            history = [one for one in self.engine.api.get(f"/images/{reference}/history")]
            layers[reference] = [one["Size"] for one in history]
        return layers

    # Comparing

    def assert_near(self, line, expected, what):
        self.assertIsNotNone(line, f"{what}: no such line")
        self.assertGreater(expected, MB, f"{what} is too small to tell")
        self.assertLess(abs(line["bytes"] - expected) / expected, 0.01, f"{what}: {line['bytes']}, and not {expected}")
        print(f"{self.engine.flavour.name}: {what}: {line['bytes']} rgc, {expected} source")

    def line(self, status, kind, name=None):
        return next((one for one in status["holders"] if one["kind"] == kind and name in (None, one["name"])), None)

    # The host

    def run_many(self, count):
        for number in range(count):
            self.engine.containers.run_to_end(f"tools/tool{number}:1", ["exit"], name=f"once-{number}")

    def fill_volume(self, name, size, image):
        mounts = [{"Type": "volume", "Source": name, "Target": "/data"}]
        self.engine.containers.run_to_end(image, ["fill", "/data/file", str(size)], name=f"fills-{name}",
                                          host={"Mounts": mounts})

    def leave_volumes(self, image):
        """Two named ones in use, and two anonymous ones that their containers have left."""
        for number, size in enumerate((14 * MB, 8 * MB)):
            self.fill_volume(f"data-{number}", size, image)
        for number in range(2):
            name = self.engine.api.post("/volumes/create", {})["Name"]
            self.assertRegex(name, "^[0-9a-f]{64}$")
            self.fill_volume(name, 6 * MB, image)
            self.engine.containers.remove(f"fills-{name}")

    def leave_leftovers(self):
        """What a crash in the middle of a pull or of a load leaves behind."""
        os.makedirs(self.seen("tmp"), exist_ok=True)
        paths = [f"tmp/docker-builder{'1' * 9}"]
        if self.engine.flavour.store == "overlay2":
            paths.append(f"overlay2/{SPARE}")
        for path in paths:
            os.mkdir(self.seen(path))
            with open(self.seen(f"{path}/file"), "wb") as file:
                file.write(os.urandom(5 * MB))
            os.utime(self.seen(path), (OLD, OLD))
        return paths

    def make_host(self):
        engine = self.engine
        shop = Kamal(engine, "shop")
        for version in ("v1", "v2", "v3"):
            shop.deploy(version, size=RELEASE, runtime=RUNTIME)
        engine.images.load(*[Image(tags=[f"tools/tool{number}:1"], size=MB, runtime=RUNTIME)
                             for number in range(N_TOOLS)])
        image = "tools/tool0:1"
        self.leave_volumes(image)
        self.run_many(N_CONTAINERS)
        engine.containers.run_to_end(image, ["say", str(17 * MB)], name="talks")
        engine.containers.run_to_end(image, ["say", str(5 * MB)], name="talks-too",
                                     host={"LogConfig": {"Type": "local", "Config": {}}})
        engine.containers.run_to_end(image, ["fill", "/file", str(19 * MB)], name="writes")
        builds.buildkit(engine, ["built:1"], [builds.fill_step("/a", 11 * MB), builds.fill_step("/b", 4 * MB)])
        engine.images.remove("built:1")
        return shop

    # Tests

    def test_each_line_is_what_its_source_says(self):
        shop = self.make_host()
        leftovers = self.leave_leftovers()
        status = self.rgc.document("status", "--deep")
        used = self.space_used()
        lines = {one["kind"]: one for one in status["holders"]}
        names = [volume["Name"] for volume in self.engine.api.get("/volumes")["Volumes"]]
        anonymous = [name for name in names if len(name) == 64]
        self.assert_near(lines["volumes"], self.du(*[f"volumes/{name}" for name in set(names) - set(anonymous)]), "volumes")
        self.assert_near(lines["anonymous-volumes"], self.du(*[f"volumes/{name}" for name in anonymous]), "anonymous")
        self.assertEqual((lines["volumes"]["count"], lines["anonymous-volumes"]["count"]), (2, 2))
        talks = [self.engine.containers.inspect(name)["Id"] for name in self.engine.containers.names()]
        self.assert_near(lines["container-logs"], self.du(*[f"containers/{one}/{one}-json.log" for one in talks],
                                                          *[f"containers/{one}/local-logs" for one in talks]), "logs")
        self.assert_near(lines["writable-layers"], self.written(), "writable layers")
        self.assert_near(lines["leftovers"], self.du(*leftovers), "leftovers")
        self.assert_near(lines["build-cache"], sum(one["Size"] for one in builds.cache_records(self.engine)
                                                   if not one["Shared"]), "build cache")
        self.check_images(status, shop)
        self.assertEqual(sum(one["bytes"] or 0 for one in status["holders"]), status["holders_total_bytes"])
        self.assertLess(abs(status["holders_total_bytes"] - used) / used, 0.01)
        self.assertEqual(status["holders_gaps"], [])
        self.assertEqual([one["name"] for one in status["holders"] if one["bytes"] is None], [])
        self.show_screens()
        self.check_kept_sizes(lines)

    def check_images(self, status, shop):
        """Layers by the engine, each once; on the containerd store the files that it keeps besides them, too."""
        releases = [shop.reference(version) for version in ("v1", "v2", "v3")]
        tools = [f"tools/tool{number}:1" for number in range(N_TOOLS)]
        own = {reference: self.engine.api.get(f"/images/{reference}/history")[0]["Size"] for reference in releases + tools}
        shared = self.engine.api.get(f"/images/{tools[0]}/history")
        self.assertEqual(len(shared), 3)
        together = sum(one["Size"] for one in shared[1:])
        blobs = {"shop": self.blobs(releases), "tools": self.blobs(tools), "all": self.blobs(releases + tools)}
        common = blobs["shop"] + blobs["tools"] - blobs["all"]
        self.assert_near(self.line(status, "app", "shop"),
                         sum(own[one] for one in releases) + blobs["shop"] - common, "shop")
        self.assert_near(self.line(status, "shared-layers"), together + common, "shared layers")
        others = [one for one in status["holders"] if one["kind"] in ("unmanaged", "other-images", "app")
                  and one["name"] != "shop"]
        self.assert_near({"bytes": sum(one["bytes"] for one in others)},
                         sum(own[one] for one in tools) + blobs["tools"] - common, "the other images")
        self.assertGreater(self.df("image")["LayersSize"], 0)

    def show_screens(self):
        for columns, lines in ((80, 24), (120, 40)):
            text = self.rgc.screen(columns=columns, lines=lines)
            print(f"--- {columns}x{lines}\n{text}---", flush=True)
            self.assertLessEqual(len(text.splitlines()), lines)
            self.assertLessEqual(max(map(len, text.splitlines())), columns)
            self.assertRegex(text, "(?m)^  total used +[0-9.]+ MB +100%$")

    def check_kept_sizes(self, lines):
        """They are in the state directory, for whoever asks next; what has gone since is not counted."""
        status = self.rgc.document("status")
        self.assertEqual({one["kind"]: one["measured_at"] for one in status["holders"] if one["measured_at"]},
                         {kind: one["measured_at"] for kind, one in lines.items() if one["measured_at"]})
        self.engine.containers.remove("fills-data-0")
        self.engine.api.request("DELETE", "/volumes/data-0")
        less = self.line(self.rgc.document("status"), "volumes")
        self.assertLess(less["bytes"], lines["volumes"]["bytes"] - 13 * MB)
        self.assertEqual(less["count"], 1)

    def test_whoever_may_not_read_the_files_has_the_engine_measure(self):
        engine = self.engine
        engine.images.load(Image(tags=["tools/tool0:1"]))
        self.leave_volumes("tools/tool0:1")
        engine.containers.run_to_end("tools/tool0:1", ["fill", "/file", str(9 * MB)], name="writes")
        engine.containers.run_to_end("tools/tool0:1", ["say", str(9 * MB)], name="talks")
        command = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--"]
        for path, mode in ((engine.socket, 0o666), (engine.state, 0o711), (self.rgc.home, 0o755), (self.rgc.config, 0o644)):
            os.chmod(path, mode)
        done = subprocess.run(engine.beside(*command, *Rgc.command(self.rgc, "status", "--json")), stdout=subprocess.PIPE,
                              text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)
        status = json.loads(done.stdout)
        for kind, word in (("container-logs", "sudo rgc status"), ("volumes", "sudo rgc status --deep")):
            self.assertIsNone(self.line(status, kind)["bytes"])
            self.assertIn(word, self.line(status, kind)["note"])
        self.assertIn("container logs", self.line(status, "rest")["note"])
        done = subprocess.run(engine.beside(*command, *Rgc.command(self.rgc, "status", "--deep", "--json")),
                              stdout=subprocess.PIPE, text=True, check=False)
        deep = json.loads(done.stdout)
        usage = {one["Name"]: one["UsageData"]["Size"] for one in self.df("volume")["Volumes"]}
        self.assert_near(self.line(deep, "volumes"), sum(size for name, size in usage.items() if len(name) < 64), "volumes")
        sizes = sum(one.get("SizeRw", 0) for one in engine.api.get("/containers/json", all=1, size=1))
        self.assert_near(self.line(deep, "writable-layers"), sizes, "writable layers")

    def test_images_of_the_other_store_are_shown_as_hidden(self):
        engine = self.engine
        if engine.flavour.version != "28.5":
            self.skipTest("this release has one image store")
        before, other = dict(engine.config), FLAVOURS[OTHER_STORE[engine.flavour.store]]
        engine.images.load(*[Image(tags=[f"tools/tool{number}:1"], size=5 * MB) for number in range(3)])
        self.assertIsNone(self.line(self.rgc.document("status"), "hidden-images"))
        paths = ([f"containerd/daemon/{name}" for name in os.listdir(self.seen("containerd/daemon"))
                  if re.match(r"io.containerd.(content|snapshotter)\.v1\.", name)]
                 if engine.flavour.store == "containerd" else ["overlay2", "image/overlay2"])
        engine.stop_daemon()
        engine.config = dict(other.config)
        engine.start_daemon()
        try:
            self.assertEqual(engine.images.list(), [])
            line = self.line(self.rgc.document("status"), "hidden-images")
            self.assertGreater(line["bytes"], 15 * MB * 0.99)
            self.assertEqual(line["count"], 3 if engine.flavour.store == "overlay2" else 0)
            self.assert_near(self.line(self.rgc.document("status", "--deep"), "hidden-images"), self.du(*paths), "hidden")
        finally:
            engine.stop_daemon()
            engine.config = before
            engine.start_daemon()
