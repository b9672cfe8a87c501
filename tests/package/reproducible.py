# SPDX-License-Identifier: MIT
"""Whoever builds the package of a version, wherever and whenever, gets the same bytes."""
import hashlib
import os
import pathlib
import shutil
import tempfile
import unittest

import installed
from installed import run
from program import PROJECT

PARTS = ("CMakeLists.txt", "CMakePresets.json", "README.md", "CHANGELOG.md", "SECURITY.md", "LICENSE", "cmake", "include", "src", "docs",
         "contrib")
YEAR = 365 * 86400


def setUpModule():
    for program in ("dpkg-deb", "dpkg-shlibdeps", "dpkg-parsechangelog"):
        installed.need(program)


class Reproducible(unittest.TestCase):
    maxDiff = None

    def build(self, directory, age, umask, **environment):
        """The package of a copy of the tree in this directory, whose files are `age` seconds older."""
        for part in PARTS:
            copy = shutil.copytree if (PROJECT / part).is_dir() else shutil.copy2
            copy(PROJECT / part, directory / part)
        for path in directory.rglob("*"):
            seconds = path.stat().st_mtime - age
            os.utime(path, (seconds, seconds))
        kept = {name: value for name, value in os.environ.items() if name not in ("SOURCE_DATE_EPOCH", "DESTDIR", "MAKEFLAGS")}
        options = {"cwd": directory, "env": {**kept, **environment}, "umask": umask}
        run("cmake", "--preset", "release", "-DRGC_TESTS=OFF", **options)
        run("cmake", "--build", "--preset", "release", "-j", str(os.cpu_count()), "--target", "package", **options)
        package, = (directory / "build/release").glob("rgc_*.deb")
        return package

    def listing(self, package):
        """What is in it, with the checksum of each file."""
        root = self.place()
        run("dpkg-deb", "--raw-extract", package, root)
        files = [path for path in sorted(root.rglob("*")) if path.is_file()]
        lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(root)}" for path in files]
        return run("dpkg-deb", "--contents", package).splitlines() + lines

    def place(self, *options):
        """A directory for a build, on a file system where one is."""
        directory = tempfile.TemporaryDirectory(prefix="rgc-reproducible.", dir=next(filter(os.path.isdir, options), None))
        self.addCleanup(directory.cleanup)
        return pathlib.Path(directory.name)

    def test_two_builds_in_two_places_at_two_times_are_equal(self):
        first = self.build(self.place("/var/tmp"), 0, 0o022, TZ="UTC", LC_ALL="C")
        deeper = self.place("/dev/shm", "/tmp") / "a place with another name"
        deeper.mkdir()
        second = self.build(deeper, YEAR, 0o077, TZ="Asia/Tokyo", LC_ALL="C.UTF-8")
        sums = {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in (first, second)}
        for path, checksum in sums.items():
            print(f"# {checksum}  {path}", flush=True)
        self.assertEqual(self.listing(first), self.listing(second))
        self.assertEqual(*sums.values())
