# SPDX-License-Identifier: MIT
"""What `cmake --install` puts into place, in a directory that is thrown away."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from program import BUILD


def need(program):
    """The path of a program without which there is no test."""
    found = shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if not found:
        raise unittest.SkipTest(f"{program} is not installed")
    return found


def run(*words, **options):
    """Its output; a program that fails fails the test."""
    done = subprocess.run([str(word) for word in words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False, **options)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(str(word) for word in words)}: exit {done.returncode}\n{done.stdout}")
    return done.stdout


class Tree:
    """The tree as a package would have it: prefix /usr, whatever the build's own is."""

    def __init__(self):
        self.directory = tempfile.TemporaryDirectory(prefix="rgc-installed.")
        self.root = pathlib.Path(self.directory.name)
        self.install(BUILD)

    def install(self, build):
        run("cmake", "--install", build, "--prefix", "/usr", env={**os.environ, "DESTDIR": str(self.root)})

    def close(self):
        self.directory.cleanup()

    def __truediv__(self, path):
        return self.root / path
