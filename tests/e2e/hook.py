#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The post-deploy hook in the shells it may meet, with a Kamal and an rgc of this test: no engine, no network.

    hook.py [HookInDash.test_...]
"""

import contextlib
import ctypes
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

HOOK = pathlib.Path(__file__).resolve().parent.parent.parent / "contrib" / "kamal-hooks" / "post-deploy"
TOOLS = ["awk", "bash", "cat", "cut", "dash", "env", "false", "grep", "kill", "ls", "mktemp", "ps", "rm", "sed", "sh", "sleep",
         "tail", "touch", "tr", "true"]
LINE = "blog v9: removed 1 release, 1.3 GB freed, disk 71 % -> 64 % (36.2 GB free), rollback 3/3"

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

PR_SET_CHILD_SUBREAPER = 36


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


class Hook:
    """The tests; a subclass names the shell."""

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
        self.program("kamal", KAMAL)
        self.program("rgc", f'#!/bin/sh\nfor word; do echo "$word"; done > "$HOME/rgc.$HOST"\necho "{LINE}"\n')

    def provide_tools(self):
        for tool in TOOLS:
            path = shutil.which(tool)
            if path:
                (self.bin / tool).symlink_to(path)

    def program(self, name, text, directory=None):
        path = (directory or self.bin) / name
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
        return subprocess.Popen([*self.shell, script or HOOK], cwd=self.project, env=self.environment(**environment),
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def end_of(self, hook, seconds=30):
        """Its output; it must have ended well, and left nothing: no process, no file."""
        deadline = time.monotonic() + seconds
        while hook.poll() is None:  # not communicate(), which would close its standard input
            self.assertLess(time.monotonic(), deadline, "the hook hangs")
            time.sleep(0.02)
        left = descendants()
        output = hook.stdout.read()
        hook.stdin.close()
        hook.stdout.close()
        self.assertEqual((hook.returncode, left), (0, {}), output)
        self.assertEqual(sorted(self.home.glob("tmp*")), [])
        return output

    def run_hook(self, script=None, **environment):
        return self.end_of(self.start(script, **environment))

    def argv(self):
        return (self.home / "argv").read_text().splitlines()

    def test_each_server_says_what_went_in_one_line(self):
        self.assertEqual(self.run_hook(), f"rgc: 10.0.0.1: {LINE}\nrgc: 10.0.0.2: {LINE}\n")

    def test_kamal_is_asked_for_the_version_the_destination_and_the_hosts_of_the_deploy(self):
        self.run_hook(KAMAL_DESTINATION="staging")
        self.assertEqual(self.argv()[:-1], ["server", "exec", "--version", "v9", "--destination", "staging",
                                            "--hosts", "10.0.0.1,10.0.0.2"])

    def test_what_kamal_does_not_say_is_left_out(self):
        self.run_hook(KAMAL_VERSION=None)
        self.assertEqual(self.argv()[:-1], ["server", "exec", "--hosts", "10.0.0.1,10.0.0.2"])

    def test_rgc_hears_what_was_deployed_and_why(self):
        self.run_hook(KAMAL_COMMAND="rollback", RGC_TIMEOUT="100")
        self.assertEqual((self.home / "rgc.10.0.0.1").read_text().splitlines(),
                         ["run", "--deployed", "blog", "--reason", "kamal rollback v9 by dep@example.com", "--timeout", "85s"])

    def test_nothing_that_a_variable_holds_becomes_a_command_on_the_server(self):
        nasty = "x\"; touch $HOME/hacked; `touch $HOME/hacked` '\n touch $HOME/hacked #"
        self.run_hook(KAMAL_SERVICE=nasty, KAMAL_PERFORMER=nasty, KAMAL_COMMAND=nasty)
        self.assertFalse((self.home / "hacked").exists())
        self.assertEqual(len(self.argv()), 7, "one line, one argument")

    def test_several_lines_of_a_server_become_one(self):
        self.program("rgc", "#!/bin/sh\necho 'rgc: the agent is not running' >&2\necho 'start it: systemctl start rgc' >&2\nexit 3\n")
        self.assertEqual(self.run_hook(KAMAL_HOSTS="10.0.0.1"),
                         "rgc: 10.0.0.1: rgc: the agent is not running; start it: systemctl start rgc\n")

    def test_a_server_without_rgc_is_one_quiet_line(self):
        (self.bin / "rgc").unlink()
        self.assertEqual(self.run_hook(KAMAL_HOSTS="10.0.0.1"), "rgc: 10.0.0.1: rgc is not installed here\n")

    def test_a_server_that_cannot_be_reached_fails_no_deploy(self):
        self.program("kamal", KAMAL + "echo '  ERROR (Net::SSH::ConnectionTimeout): 10.0.0.2'\necho at line 3\nexit 1\n")
        self.assertEqual(self.run_hook(KAMAL_HOSTS="10.0.0.1"),
                         f"rgc: 10.0.0.1: {LINE}\n"
                         "rgc: not every server was reached:   ERROR (Net::SSH::ConnectionTimeout): 10.0.0.2\n")

    def test_a_kamal_that_hangs_is_cut_off_with_all_that_it_has_started(self):
        self.program("kamal", "#!/bin/sh\nsh -c 'sleep 300; true' &\nsleep 301\ntrue\n")
        started = time.monotonic()
        self.assertEqual(self.run_hook(RGC_TIMEOUT="1"), "rgc: no answer within 1 s; the servers go on by themselves\n")
        self.assertLess(time.monotonic() - started, 10)

    def test_a_kamal_that_heeds_no_signal_is_cut_off(self):
        self.program("kamal", "#!/bin/sh\ntrap '' TERM INT HUP\nwhile :; do sleep 300; done\n")
        self.assertIn("no answer within 1 s", self.run_hook(RGC_TIMEOUT="1"))

    def test_what_was_said_before_the_time_was_up_is_told(self):
        self.program("kamal", KAMAL + "sleep 300\n")
        self.assertIn(f"rgc: 10.0.0.1: {LINE}\n", self.run_hook(RGC_TIMEOUT="2"))

    def test_a_signal_ends_it_with_all_that_it_has_started(self):
        self.program("kamal", "#!/bin/sh\ntouch $HOME/started\nsleep 300\ntrue\n")
        hook = self.start()
        while not (self.home / "started").exists():
            time.sleep(0.02)
        hook.send_signal(signal.SIGTERM)
        self.end_of(hook)

    def test_nobody_reads_the_standard_input_that_kamal_leaves_open(self):
        self.program("kamal", "#!/bin/sh\ncat\n" + KAMAL)
        self.program("rgc", f"#!/bin/sh\ncat\necho '{LINE}'\n")
        self.assertIn(LINE, self.run_hook(RGC_TIMEOUT="20"))

    def test_rgc_skip_does_nothing(self):
        self.assertEqual(self.run_hook(RGC_SKIP="1"), "rgc: skipped\n")
        self.assertFalse((self.home / "argv").exists())

    def test_the_projects_own_kamal_goes_before_the_one_in_the_path(self):
        self.program("kamal", KAMAL + "echo binstub > $HOME/which\n", self.project / "bin")
        self.run_hook()
        self.assertTrue((self.home / "which").exists())

    def test_without_any_other_bundler_is_asked(self):
        (self.bin / "kamal").rename(self.bin / "real")
        self.program("bundle", '#!/bin/sh\n[ "$1 $2" = "exec kamal" ] || exit 9\nshift 2\nexec real "$@"\n')
        self.assertIn(f"10.0.0.2: {LINE}", self.run_hook())

    def test_rgc_kamal_says_how_to_call_it(self):
        (self.bin / "kamal").rename(self.bin / "real")
        self.run_hook(RGC_KAMAL="real -c config/blog.yml")
        self.assertEqual(self.argv()[:4], ["-c", "config/blog.yml", "server", "exec"])

    def test_without_any_kamal_it_says_so(self):
        (self.bin / "kamal").unlink()
        self.assertEqual(self.run_hook(), "rgc: no kamal found to reach the servers with; set RGC_KAMAL\n")

    def test_a_full_disk_fails_no_deploy(self):
        self.assertIn("no temporary file", self.run_hook(TMPDIR="/nonexistent"))

    def test_a_wrong_time_limit_is_not_taken(self):
        self.assertIn(LINE, self.run_hook(RGC_TIMEOUT="2m"))

    def test_a_hook_that_is_there_already_calls_it_in_one_line(self):
        shutil.copy(HOOK, self.project / "rgc")
        (self.bin / "rgc").unlink()
        own = self.program("post-deploy", "#!/bin/sh\nset -eu\necho before\nsh rgc\necho after\n", self.project)
        self.assertEqual(self.run_hook(own, KAMAL_HOSTS="10.0.0.1"),
                         "before\nrgc: 10.0.0.1: rgc is not installed here\nafter\n")


class HookInDash(Hook, unittest.TestCase):
    shell = ["dash"]


class HookInBash(Hook, unittest.TestCase):
    shell = ["bash", "--posix"]


class HookInBusybox(Hook, unittest.TestCase):
    """Nothing but busybox, as in Kamal's own image."""

    shell = ["busybox", "sh"]

    def provide_tools(self):
        busybox = shutil.which("busybox")
        for tool in subprocess.run([busybox, "--list"], stdout=subprocess.PIPE, text=True, check=True).stdout.split():
            (self.bin / tool).symlink_to(busybox)
        self.shell = [str(self.bin / "sh")]


class HookInSlimImage(Hook, unittest.TestCase):
    """Without ps: a Kamal that hangs is ended, its children's end is beyond it."""

    shell = ["dash"]
    test_a_kamal_that_hangs_is_cut_off_with_all_that_it_has_started = None
    test_a_kamal_that_heeds_no_signal_is_cut_off = None
    test_a_signal_ends_it_with_all_that_it_has_started = None
    test_what_was_said_before_the_time_was_up_is_told = None

    def provide_tools(self):
        super().provide_tools()
        (self.bin / "ps").unlink()

    def test_a_kamal_that_hangs_is_cut_off(self):
        self.program("kamal", "#!/bin/sh\nexec sleep 300\n")
        self.assertIn("no answer within 1 s", self.run_hook(RGC_TIMEOUT="1"))


if __name__ == "__main__":
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    result = unittest.main(exit=False).result
    sys.exit(0 if result.wasSuccessful() and result.testsRun else 1 if result.testsRun else 77)
