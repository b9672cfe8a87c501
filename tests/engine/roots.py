"""Where programs of a given Debian release run: this host, or a tree that tests/lib/trees.sh builds."""

import functools
import os
import pathlib
import re
import shutil
import subprocess

import network
from namespace import PATH
from workspace import Unavailable

TREES = pathlib.Path(__file__).resolve().parent.parent / "lib" / "trees.sh"


@functools.lru_cache(maxsize=None)
def tree(*words):
    """What trees.sh prints for these words: the path of a tree, or of the source of a package."""
    if os.geteuid() != 0:
        raise Unavailable("engines need root")
    run = subprocess.run(network.in_the_hosts([str(TREES), *words]), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if run.returncode != 0:
        raise Unavailable(f"no tree {' '.join(words)}: " + " / ".join(run.stderr.strip().splitlines()[-2:]))
    return pathlib.Path(run.stdout.strip())


@functools.lru_cache(maxsize=None)
def _host_engine():
    program = shutil.which("dockerd", path=PATH)
    if not program:
        return ""
    out = subprocess.run([program, "--version"], capture_output=True, text=True).stdout
    found = re.search(r"version (\d+\.\d+)", out)
    return found.group(1) if found else ""


def with_engine(version):
    """The root that holds this engine; "" is the one that is installed here."""
    if os.geteuid() != 0:
        raise Unavailable("engines need root")
    if not version:
        return pathlib.Path("/")
    if version == "20.10":
        return pathlib.Path("/") if _host_engine() == "20.10" else tree("bookworm")
    return tree("forky")


def with_registry():
    """The root that holds docker-registry: any will do."""
    return tree("forky")
