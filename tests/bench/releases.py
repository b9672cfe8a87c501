# SPDX-License-Identifier: MIT
"""A real engine full of releases, and the same state again for every contestant."""
import datetime
import subprocess
import time

import bench  # noqa: F401  (finds the modules below)
import workspace
from engines import Engine
from images import Image
from kamal import Kamal
from namespace import wait_for

DAY = 86400


class Releases:
    """`n_apps` Kamal apps with `per_app` releases each, `kept` of which have a container (the newest runs).

    Releases that rgc keeps are hours old, the others days, so that a script that goes by age removes the same ones."""

    def __init__(self, flavour, n_apps, per_app, kept, files=1, size=1000):
        self.engine = Engine(flavour)
        self.n_apps, self.per_app, self.kept = n_apps, per_app, kept
        self.files, self.size = files, size
        self.leaving = []       # image IDs
        self.staying = set()
        self._saved = None

    def __enter__(self):
        self.engine.start()
        began = time.monotonic()
        self._load()
        self.loaded_in = time.monotonic() - began
        self.engine.stop_daemon()
        self._saved = workspace.directory() / "data"
        subprocess.run(["cp", "-a", "--reflink=auto", self.engine.data_root, self._saved], check=True)
        self.engine.start_daemon()
        return self

    def __exit__(self, *_):
        self.engine.close()
        workspace.remove_tree(self._saved.parent)

    def _age(self, number):
        return (number + 1) * 600 if number < self.kept else 3 * DAY + number * 3600

    def _load(self):
        apps = [Kamal(self.engine, f"app{i}") for i in range(self.n_apps)]
        now = datetime.datetime.now(datetime.timezone.utc)
        images, staying = [], []
        for number in reversed(range(self.per_app)):
            for app in apps:
                created = (now - datetime.timedelta(seconds=self._age(number))).strftime("%Y-%m-%dT%H:%M:%SZ")
                images.append(Image(tags=[app.reference(f"v{self.per_app - number}")], labels={"service": app.service},
                                    created=created, files=self.files, size=self.size))
                staying.append(number < self.kept)
        for i in range(0, len(images), 100):  # a tar for each hundred, so that it is not all in memory
            ids = self.engine.images.load(*images[i:i + 100])
            for image_id, stays in zip(ids, staying[i:i + 100]):
                (self.staying.add if stays else self.leaving.append)(image_id)
        for app in apps:
            for number in reversed(range(self.kept)):
                app.boot(f"v{self.per_app - number}")

    def restore(self):
        """The state as it was loaded."""
        if self.engine.daemon.running():
            self.engine.stop_daemon()
        workspace.remove_tree(self.engine.data_root)
        subprocess.run(["cp", "-a", "--reflink=auto", self._saved, self.engine.data_root], check=True)
        subprocess.run(["sync", "-f", self.engine.data_root], check=True)
        self.engine.start_daemon()
        wait_for(lambda: len(self.engine.containers.names(status=["running"])) == self.n_apps, "the containers to run")

    def check(self):
        """Were just the right images removed?"""
        left = self.engine.images.ids()
        if left != self.staying:
            raise RuntimeError(f"{len(left)} images left, {len(left & self.staying)} of {len(self.staying)} of those "
                               "that stay")
