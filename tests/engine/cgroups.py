"""The cgroups of an engine's containers: named after this process, removed when emptied."""

import contextlib
import itertools
import os
import pathlib

TOP = pathlib.Path("/sys/fs/cgroup")
PARENT = "rgc-tests"

_numbers = itertools.count(1)


def new_name():
    """A parent for one engine's containers, as dockerd's --cgroup-parent takes it."""
    return f"/{PARENT}/{os.getpid()}-{next(_numbers)}"


def parents():
    """Our directory in every hierarchy that has one."""
    candidates = [TOP / PARENT, *TOP.glob(f"*/{PARENT}")]
    return [path for path in candidates if path.is_dir()]


def _directories(parent):
    try:
        return list(parent.iterdir())
    except FileNotFoundError:  # another test has just removed it
        return []


def members(name):
    """The processes in an engine's cgroups."""
    own = name.rpartition("/")[2]
    found = []
    for parent in parents():
        for procs in parent.glob(f"{own}/**/cgroup.procs"):
            with contextlib.suppress(OSError):  # it has just been removed
                found += procs.read_text().split()
    return found


def remove(name):
    """Removes an engine's cgroups, and those of tests that were killed."""
    own = name.rpartition("/")[2]
    for parent in parents():
        for directory in _directories(parent):
            owner = directory.name.partition("-")[0]
            if directory.name == own or owner.isdigit() and not os.path.exists(f"/proc/{owner}"):
                for path, _, _ in os.walk(directory, topdown=False):
                    with contextlib.suppress(OSError):
                        os.rmdir(path)
        with contextlib.suppress(OSError):
            parent.rmdir()
