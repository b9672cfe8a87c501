# SPDX-License-Identifier: MIT
"""A whole Debian server, booted in namespaces of its own from a cached tree that stays as it is. It has no network, and
nothing of it outlives this program, however that ends."""
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "engine"))
import cgroups  # noqa: E402
import roots  # noqa: E402
import workspace  # noqa: E402
from namespace import PATH, die_with_parent, wait_for  # noqa: E402
from waiting import HANGS  # noqa: E402


def _status(pid):
    """/proc/PID/status as a dictionary; empty when there is no such process any more."""
    try:
        lines = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return {}
    return dict(line.split(":", 1) for line in lines if ":" in line)


def _is_below(pid, ancestor):
    while pid > 1:
        if pid == ancestor:
            return True
        pid = int(_status(pid).get("PPid", "0"))
    return False


class Failed(Exception):
    """A command on the server that should have worked did not."""


class Machine:
    """`init` is its process 1, as this side sees it."""

    def __init__(self):
        self.tree = roots.tree("trixie")
        if not shutil.which("systemd-nspawn", path=PATH):
            raise workspace.Unavailable("no systemd-nspawn (package systemd-container)")
        self.state = workspace.directory()
        self.cgroup = cgroups.new_name()
        self.holder = None
        self.init = None

    def start(self):
        workspace.at_end(self.close)
        self.holder = subprocess.Popen(
            ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation", "private",
             "sh", str(HERE / "boot.sh"), str(self.tree), str(self.state), self.cgroup],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            preexec_fn=die_with_parent)
        if self.holder.stdout.readline() != "ready\n":
            self._give_up(self.holder.communicate()[1])
        try:
            self.init = wait_for(self._find_init, "process 1 of the server")
            wait_for(self._is_up, "boot")
        except (AssertionError, Failed) as error:
            self._give_up(f"{error}: {self.console()}")
        return self

    def _give_up(self, why):
        self.close()
        raise workspace.Unavailable("no server boots here: " + " / ".join(why.strip().splitlines()[-5:]))

    def _find_init(self):
        """Process 1 of a namespace below ours."""
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                numbers = _status(entry).get("NSpid", "").split()
                if len(numbers) > 2 and numbers[-1] == "1" and _is_below(int(entry), self.holder.pid):
                    return int(entry)
        return None

    def _is_up(self):
        state = self.try_run(["systemctl", "is-system-running"]).stdout.strip()
        return state in ("running", "degraded")

    def console(self):
        try:
            return (self.state / "console").read_text(errors="replace")[-2000:]
        except OSError:
            return ""

    def path(self, inside):
        """A path of the server, as this side reaches it: files and sockets."""
        return pathlib.Path(f"/proc/{self.init}/root") / str(inside).lstrip("/")

    def outer_pid(self, pid):
        """The number by which this side knows the server's process."""
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                numbers = _status(entry).get("NSpid", "").split()
                if numbers[-1:] == [str(pid)] and len(numbers) > 2 and _is_below(int(entry), self.init):
                    return int(entry)
        raise Failed(f"no process {pid}")

    def command(self, argv, user="root"):
        switch = [] if user == "root" else ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups"]
        return ["nsenter", "--target", str(self.init), "--all", "--", *switch, *(str(word) for word in argv)]

    def environment(self):
        return {"PATH": "/usr/local/sbin:/usr/local/bin:" + PATH, "HOME": "/root", "LC_ALL": "C.UTF-8", "TERM": "dumb"}

    def try_run(self, argv, user="root", stdin=None):
        """Runs a program to its end on the server, and returns the finished process."""
        return subprocess.run(self.command(argv, user), input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, timeout=HANGS, check=False, env=self.environment(),
                              **({} if stdin is not None else {"stdin": subprocess.DEVNULL}))

    def run(self, argv, user="root", stdin=None):
        """The same, where it must work; returns its standard output."""
        done = self.try_run(argv, user, stdin)
        if done.returncode != 0:
            raise Failed(f"{' '.join(map(str, argv))} exited with {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout

    def popen(self, argv, user="root", **more):
        return subprocess.Popen(self.command(argv, user), stdin=subprocess.DEVNULL, env=self.environment(), **more)

    def write(self, inside, text, mode=None):
        path = self.path(inside)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        if mode is not None:
            path.chmod(mode)

    def copy_in(self, source, inside):
        shutil.copyfile(source, self.path(inside))

    def close(self):
        """Pulls the plug."""
        workspace.forget(self.close)
        if self.holder is not None:
            self.holder.kill()
            self.holder.communicate()
            self.holder = None
            # What it ran goes with its namespace; its directories are free when the last process is gone.
            wait_for(lambda: not cgroups.members(self.cgroup), "end of the server")
        cgroups.remove(self.cgroup)
        workspace.remove_tree(self.state)
