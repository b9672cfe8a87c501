# SPDX-License-Identifier: MIT
"""The post-deploy hook in a shell, with a Kamal and an rgc of this test, and a clock that the test turns."""

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from waiting import until  # noqa: E402

HOOK = pathlib.Path(__file__).resolve().parent.parent.parent / "contrib" / "kamal-hooks" / "post-deploy"
TOOLS = ["awk", "bash", "cat", "cut", "dash", "env", "false", "grep", "kill", "ls", "mktemp", "ps", "rm", "sed", "sh", "sleep",
         "sort", "tail", "touch", "tr", "true"]
LINE = "blog v9: removed 1 release, 1.3 GB freed, disk 71% -> 64% (36.2 GB free), rollback 3/3"

# What `kamal server exec` does: the command on every host, and its output under the host's name.
KAMAL = """#!/bin/sh
for word; do echo "$word"; done > "$HOME/argv"
for host in $(echo "$KAMAL_HOSTS" | tr , ' '); do
    echo "  INFO [5f2e3a9b] Running it on $host"
    echo "App Host: $host"
    HOST=$host sh -c "$word"
    echo
done
"""

# The hook counts its time in seconds of sleep, and looks after each what has become of Kamal. Here one passes as soon as all
# has ended that the hook waits for, which is noted; until then only where the test lets it: up to the limit when there is a
# file `limit`, and of what Kamal has to end in when there is a file `grace`. A function, as some busybox take their own
# applets before any program; so the ps of a test is one too.
CLOCK = """
sleep() {
  phase=${grace:+grace}
  command sleep 0.02
  until [ -e "$HOME/${phase:=limit}" ]; do
    runs=
    for one in ${tree:-$job}; do
      { read -r _ _ state _ < "/proc/$one/stat" && [ "$state" != Z ] && runs=yes; } 2> /dev/null
    done
    [ -n "$runs" ] || { echo "$phase" >> "$HOME/waited"; return; }
    command sleep 0.02
  done
}
ps() { "$HOME/bin/ps" "$@"; }
"""


def in_every_shell(case):
    """It depends on the shell. What does not is the same in each, and is tried in one."""
    case.is_for_every_shell = True
    return case


def descendants():
    """{process: its name} of all processes below this one: orphans too, which fall to it."""
    parents, names = {}, {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            head, _, rest = pathlib.Path(f"/proc/{entry}/stat").read_text().rpartition(")")
        except OSError:
            continue
        state, parent = rest.split()[:2]
        if state not in "ZX":
            parents[int(entry)], names[int(entry)] = int(parent), head
    found = {}
    for pid in parents:
        above = parents[pid]
        while above in parents and above != os.getpid():
            above = parents[above]
        if above == os.getpid():
            found[pid] = names[pid]
    return found


def end_descendants():
    for pid in descendants():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


class Shell:
    """What the cases use; a subclass names the shell."""

    shell = None

    @classmethod
    def setUpClass(cls):
        if not shutil.which(cls.shell[0]):
            reason = f"{cls.shell[0]} is not installed"
            print(f"SKIPPED: {cls.__name__}: {reason}", file=sys.stderr, flush=True)
            raise unittest.SkipTest(reason)

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="rgc-hook-")
        self.addCleanup(directory.cleanup)
        self.addCleanup(end_descendants)
        self.home = pathlib.Path(directory.name)
        self.project = self.home / "project"
        (self.project / "bin").mkdir(parents=True)
        self.bin = self.home / "bin"
        self.bin.mkdir()
        self.provide_tools()
        first, rest = HOOK.read_text().split("\n", 1)
        self.hook = self.program("post-deploy", first + CLOCK + rest, self.home)
        self.program("kamal", KAMAL)
        self.program("rgc", f'#!/bin/sh\nfor word; do echo "$word"; done > "$HOME/rgc.$HOST"\necho "{LINE}"\n')

    def provide_tools(self):
        for tool in TOOLS:
            path = shutil.which(tool)
            if path:
                (self.bin / tool).symlink_to(path)

    def program(self, name, text, directory=None):
        path = (directory or self.bin) / name
        path.unlink(missing_ok=True)  # it may be a link to this machine's own, which must not be written to
        path.write_text(text)
        path.chmod(0o755)
        return path

    def environment(self, **more):
        given = {"PATH": str(self.bin), "HOME": str(self.home), "TMPDIR": str(self.home), "KAMAL_SERVICE": "blog",
                 "KAMAL_VERSION": "v9", "KAMAL_HOSTS": "10.0.0.1,10.0.0.2", "KAMAL_COMMAND": "deploy",
                 "KAMAL_PERFORMER": "dep@example.com", **more}
        return {name: value for name, value in given.items() if value is not None}

    def start(self, script=None, **environment):
        """As Kamal does it: standard input is a pipe that stays open."""
        return subprocess.Popen([*self.shell, script or self.hook], cwd=self.project, env=self.environment(**environment),
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def end_of(self, hook):
        """Its output; it must have ended well, and left nothing: no process, no file."""
        until(lambda: hook.poll() is not None, "the hook hangs")  # communicate() would close its standard input
        self.assert_nothing_left()
        output = hook.stdout.read()
        hook.stdin.close()
        hook.stdout.close()
        self.assertEqual(hook.returncode, 0, output)
        return output

    def assert_nothing_left(self):
        """Who is killed does not end before it gets a processor again, which can take a while."""
        until(lambda: not descendants(), lambda: f"left behind: {descendants()}")
        self.assertEqual(sorted(self.home.glob("tmp*")), [])

    def wait_for_file(self, name):
        until((self.home / name).exists, f"no file {name}")
        (self.home / name).unlink()

    def run_hook(self, script=None, **environment):
        return self.end_of(self.start(script, **environment))

    def waited(self, phase):
        """How often the hook has waited while nothing ran any more."""
        noted = self.home / "waited"
        return noted.read_text().split().count(phase) if noted.exists() else 0

    def kamal_says(self, text, status=0):
        (self.home / "says").write_text(text)
        self.program("kamal", f"#!/bin/sh\ncat $HOME/says\nexit {status}\n")

    def argv(self):
        return (self.home / "argv").read_text().splitlines()
