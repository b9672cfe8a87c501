"""Temporary directories on a real file system, and a clean-up that runs however the program ends."""

import atexit
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

PREFIX = "rgc-tests-"


class Unavailable(Exception):
    """This machine cannot do what a test needs: the test is skipped, and says this."""


_closers = []


def at_end(closer):
    """Calls closer() when the program ends: normally, by an exception, or by a signal. Last in, first out."""
    _closers.append(closer)


def forget(closer):
    if closer in _closers:
        _closers.remove(closer)


@atexit.register
def _close_all():
    while _closers:
        closer = _closers.pop()
        try:
            closer()
        except Exception as error:  # the others still have to run
            print(f"clean-up: {closer}: {error}", file=sys.stderr)


def _end_by_signal(number, _frame):
    for other in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(other, signal.SIG_IGN)
    sys.exit(128 + number)


def end_cleanly_on_signals(*more):
    for number in (signal.SIGTERM, signal.SIGHUP, *more):
        signal.signal(number, _end_by_signal)


def _file_system(path):
    return subprocess.run(["stat", "-f", "-c", "%T", str(path)], capture_output=True, text=True).stdout.strip()


def _parent():
    """A directory whose file system an overlay can lie upon."""
    cache = os.environ.get("RGC_TEST_CACHE", "/var/cache/rgc-tests")
    candidates = [os.environ.get("RGC_TEST_TMP"), "/var/tmp", "/tmp", cache]
    for candidate in filter(None, candidates):
        if os.path.isdir(candidate) and _file_system(candidate) not in ("overlayfs", "tmpfs", "nfs", "UNKNOWN", ""):
            return candidate
    raise Unavailable("no directory on a real file system (set RGC_TEST_TMP)")


def _start_time(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return None


def remove_tree(path):
    subprocess.run(["rm", "-rf", "--one-file-system", str(path)], check=False)
    if os.path.exists(path):
        shutil.rmtree(path, ignore_errors=True)


def _sweep(parent):
    """Removes what a test that was killed has left behind."""
    for old in pathlib.Path(parent).glob(PREFIX + "*"):
        try:
            pid, started = (old / "owner").read_text().split()
        except (OSError, ValueError):
            continue
        if _start_time(pid) != started:
            remove_tree(old)


def directory():
    """A new directory of root's, removed at the end."""
    parent = _parent()
    _sweep(parent)
    path = pathlib.Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    (path / "owner").write_text(f"{os.getpid()} {_start_time(os.getpid())}")
    at_end(lambda: remove_tree(path))
    return path
