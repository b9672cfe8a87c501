# SPDX-License-Identifier: MIT
"""Programs as another user, whom root's own directories keep out: a checkout of root's lies in /root, as a rule."""
import atexit
import functools
import os
import pathlib
import shutil
import tempfile
import unittest

NOBODY = 65534
AS_NOBODY = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
needs_root = unittest.skipUnless(os.geteuid() == 0 and shutil.which("setpriv"), "needs root and setpriv")


def all_can_enter(directory):
    path = pathlib.Path(directory).resolve()
    return all(each.stat().st_mode & 0o001 for each in (path, *path.parents))


if not all_can_enter(tempfile.gettempdir()):  # as where TMPDIR is root's too
    tempfile.tempdir = "/tmp"


@functools.lru_cache(maxsize=None)
def within_reach(program):
    """A copy of it that every user can run."""
    directory = tempfile.mkdtemp(prefix="rgc-within-reach-")
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    os.chmod(directory, 0o755)
    return shutil.copy(program, directory)
