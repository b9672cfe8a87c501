"""A mount and a process namespace that end with this program, and take everything inside along."""

import ctypes
import os
import pathlib
import signal
import subprocess
import sys

import network
import workspace

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from waiting import HANGS, a_while, until  # noqa: E402 F401

HERE = pathlib.Path(__file__).resolve().parent
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
PR_SET_PDEATHSIG = 1


def die_with_parent():
    """For subprocess's preexec_fn: the program ends when this one does, however that ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def wait_for(condition, what, pause=0.02):
    """Polls until condition() is true, and returns what it gave. `what`: a text, or a function that gives it."""
    return until(condition, lambda: f"{what() if callable(what) else what}: this did not come", pause)


def child_of(pid):
    """The first child process of pid, or None."""
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                fields = pathlib.Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == pid:
                return int(entry)
    return None


def _described(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[0] + ") " + pathlib.Path(f"/proc/{pid}/wchan").read_text()
    except OSError:
        return f"{pid} (ended)"


class Program:
    """A program running in a namespace: `pid` is its own, as this side sees it."""

    def __init__(self, enter, log):
        self._enter = enter  # nsenter, which lives as long as the program
        self.log = log
        self.pid = wait_for(lambda: child_of(enter.pid) or enter.poll() is not None, "start")
        if self.pid is True:
            raise RuntimeError(f"ended at once: {self.tail()}")

    def running(self):
        return self._enter.poll() is None

    def send(self, number):
        if self.running():
            os.kill(self.pid, number)
            if number == signal.SIGCONT:
                os.kill(self._enter.pid, number)  # it stops itself with what it has started

    def stop(self, number=signal.SIGTERM):
        self.send(number)
        self._enter.wait(HANGS)

    def tail(self, lines=15):
        return "\n".join(pathlib.Path(self.log).read_text(errors="replace").splitlines()[-lines:])


class Namespace:
    def __init__(self, root, state, writable=False, pivoted=False):
        self.state = pathlib.Path(state)
        self.root = self.state / "root" if writable else pathlib.Path(root)
        network.leave_the_hosts()
        self._holder = subprocess.Popen(
            ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private",
             "sh", str(HERE / "namespace.sh"), str(root), str(state), *(["writable"] if writable else []),
             *(["pivoted"] if pivoted else [])],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        ready, _, self._entered = self._holder.stdout.readline().rstrip("\n").partition(" ")
        if ready != "ready":
            raise workspace.Unavailable("no namespace: " + self._holder.communicate()[1].strip())
        self.init = child_of(self._holder.pid)
        self.identity = os.readlink(f"/proc/{self.init}/ns/pid")
        workspace.at_end(self.close)

    def entering(self, argv):
        """The command that runs argv inside, for subprocess."""
        # --root: where this program itself runs in a chroot, a mount namespace alone would lead out of it.
        # chroot also when the root is /: it makes that the working directory.
        return ["nsenter", "--target", str(self.init), "--mount", "--pid", "--root", "--", "chroot", self._entered,
                *(str(word) for word in argv)]

    def _environment(self, extra):
        return {"PATH": PATH, "HOME": str(self.state), "LC_ALL": "C.UTF-8", **(extra or {})}

    def start(self, argv, log, env=None):
        """Starts a program that goes on in the namespace."""
        with open(log, "ab") as out:
            enter = subprocess.Popen(self.entering(argv), stdin=subprocess.DEVNULL,
                                     stdout=out, stderr=subprocess.STDOUT, env=self._environment(env),
                                     start_new_session=True)
        return Program(enter, log)

    def run(self, argv, env=None, stdin=None, timeout=HANGS):
        """Runs a program to its end there, and returns the finished process (text output, stderr in stdout)."""
        return subprocess.run(self.entering(argv), input=stdin, timeout=timeout,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=self._environment(env))

    def members(self):
        """The processes inside, as this side numbers them."""
        found = []
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                try:
                    if os.readlink(f"/proc/{entry}/ns/pid") == self.identity:
                        found.append(int(entry))
                except OSError:
                    continue
        return found

    def close(self):
        """Ends every process inside; the mounts go with the last one."""
        if self._holder.returncode is not None:
            return
        workspace.forget(self.close)
        self._holder.kill()
        self._holder.communicate()
        wait_for(lambda: not self.members(), lambda: f"end of the namespace with {[_described(pid) for pid in self.members()]}")
