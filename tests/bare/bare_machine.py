# SPDX-License-Identifier: MIT
"""A machine with nothing on it but Debian's minbase and a clone of the checkout, in namespaces of its own. It starts from a
cached tree that stays as it is; nothing of it outlives this program, however that ends."""
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parents[1]
sys.path.append(str(HERE.parent / "engine"))
import cgroups  # noqa: E402
import roots  # noqa: E402
import workspace  # noqa: E402
from mirror import Mirror  # noqa: E402
from namespace import PATH, die_with_parent, wait_for  # noqa: E402

CLONE = "/root/rgc"
# There is none on a bare machine, where one is root; on the machines that the README is written for there is.
SUDO = '#!/bin/sh\nexec "$@"\n'


def _cloned():
    """What a clone of the checkout has: the files that git knows, as they are now. Without git, all but what is ignored."""
    if shutil.which("git", path=PATH) and (SOURCE / ".git").exists():
        # The checkout may be another user's.
        words = ["git", "-c", f"safe.directory={SOURCE}", "-C", str(SOURCE), "ls-files", "-z"]
        listed = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True).stdout.split("\0")
    else:
        listed = [str(path.relative_to(SOURCE)) for path in SOURCE.rglob("*") if "__pycache__" not in path.parts]
    return [path for path in listed if path and (SOURCE / path).is_file() and not path.startswith(("build/", ".git/"))]


class BareMachine:
    """What run() does on it is there for the next run(); processes are not."""

    def __init__(self, suite):
        self.suite = suite
        self.base = roots.tree(f"bare-{suite}")
        if not shutil.which("systemd-nspawn", path=PATH):
            raise workspace.Unavailable("no systemd-nspawn (package systemd-container)")
        if os.environ.get("RGC_TEST_BARE"):
            raise workspace.Unavailable("this is a bare machine of these tests")
        self.state = workspace.directory()
        self.root = self.state / "root"
        self.cgroup = cgroups.new_name()
        self.process = None

    def start(self):
        mirror = Mirror().start(self.suite)
        workspace.at_end(self.close)
        # A copy: upon a layer the engine could put no layers of its own.
        subprocess.run(["cp", "--archive", "--reflink=auto", str(self.base), str(self.root)], check=True)
        self._set_up_apt(mirror.address)
        for path in _cloned():
            self._clone_file(path)
        self.write("/usr/local/bin/sudo", SUDO, 0o755)
        return self

    def _set_up_apt(self, address):
        (self.root / ".rgc-packages").unlink()  # see trees.sh
        self.write("/etc/apt/sources.list", f"deb {address} {self.suite} main\n")
        # A host whose clock or mirror is of another day has told its apt.
        dump = subprocess.run(["apt-config", "dump"], stdout=subprocess.PIPE, text=True, check=True).stdout
        lines = [line for line in dump.splitlines() if line.startswith("Acquire::Check-")]
        self.write("/etc/apt/apt.conf.d/90host", "".join(f"{line}\n" for line in lines))

    def _clone_file(self, path):
        mode = 0o755 if (SOURCE / path).stat().st_mode & 0o100 else 0o644
        self.write(f"{CLONE}/{path}", (SOURCE / path).read_bytes(), mode)

    def path(self, inside):
        return self.root / str(inside).lstrip("/")

    def write(self, inside, content, mode=0o644):
        path = self.path(inside)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        path.chmod(mode)

    def run(self, script, log, cache="-"):
        """Runs a shell script in the clone to its end, with its output in the file `log`, and somebody there who answers all
        questions with yes; returns its exit status. `cache`: what it has as the cache of trees."""
        argv = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation", "private",
                "sh", str(HERE / "enter.sh"), str(self.root), self.cgroup, str(cache), "sh", "-ec", script]
        with open(log, "wb") as out, subprocess.Popen(["yes"], stdout=subprocess.PIPE, preexec_fn=die_with_parent) as person:
            self.process = subprocess.Popen(argv, stdin=person.stdout, stdout=out, stderr=subprocess.STDOUT,
                                            preexec_fn=die_with_parent)
            person.stdout.close()  # so that it ends when nobody listens any more
            try:
                return self.process.wait()
            finally:
                self._end()

    def _end(self):
        """Every process there has ended, and every mount."""
        self.process.kill()
        self.process.wait()
        self.process = None
        wait_for(lambda: not cgroups.members(self.cgroup), "end of the machine")
        cgroups.remove(self.cgroup)

    def close(self):
        workspace.forget(self.close)
        if self.process:
            self._end()
        workspace.remove_tree(self.state)
