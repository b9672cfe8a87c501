#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The post-deploy hook in the shells it may meet, with a Kamal and an rgc of this test: no engine, no network.
The docker-setup hook too, of which the tests are in hook_setup.py.

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

from hook_setup import Setup

HOOK = pathlib.Path(__file__).resolve().parent.parent.parent / "contrib" / "kamal-hooks" / "post-deploy"
TOOLS = ["awk", "bash", "cat", "cut", "dash", "env", "false", "grep", "kill", "ls", "mktemp", "ps", "rm", "sed", "sh", "sleep",
         "sort", "tail", "touch", "tr", "true"]
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

# As Ruby does with a file: nothing is written before it ends, and all of it then, unless it is killed.
KEEPS_BACK = f"""#!/bin/sh
trap 'cat "$HOME/kept"; exit 143' TERM
{{ echo "App Host: 10.0.0.1"; echo "rgc> {LINE}"; echo; }} > "$HOME/kept"
sleep 300 &
wait
"""

RED, PLAIN = "\033[31m", "\033[0m"
ANSWERED = f"Running 'rgc run' on error.example.com...\nApp Host: 10.0.0.1\nrgc> ERROR (of the server): none\n\n"

# The hook looks once a second whether Kamal has ended, and counts its time so: here a second lasts a tenth of one.
HASTY_SLEEP = f"""#!/bin/sh
[ "$1" != 1 ] || set -- 0.1
exec {shutil.which("sleep")} "$@"
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


def remaining_descendants():
    """Those that stay. Who is killed does not end before it gets a processor again, which can take a while."""
    deadline = time.monotonic() + 10
    while (left := descendants()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return left


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
        self.program("sleep", HASTY_SLEEP)
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

    def in_real_seconds(self):
        self.program("sleep", HASTY_SLEEP.replace("0.1", "1"))

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
        left = remaining_descendants()
        output = hook.stdout.read()
        hook.stdin.close()
        hook.stdout.close()
        self.assertEqual((hook.returncode, left), (0, {}), output)
        self.assertEqual(sorted(self.home.glob("tmp*")), [])
        return output

    def wait_for_file(self, name):
        deadline = time.monotonic() + 30
        while not (self.home / name).exists():
            self.assertLess(time.monotonic(), deadline, f"no file {name}")
            time.sleep(0.02)
        (self.home / name).unlink()

    def run_hook(self, script=None, **environment):
        return self.end_of(self.start(script, **environment))

    def kamal_says(self, text, status=0):
        (self.home / "says").write_text(text)
        self.program("kamal", f"#!/bin/sh\ncat $HOME/says\nexit {status}\n")

    def failure(self, *lines):
        """What the hook says of a Kamal that fails with these lines."""
        self.kamal_says(ANSWERED + "\n".join(lines) + "\n", 1)
        start = "rgc: not every server was reached: "
        told = [line.removeprefix(start) for line in self.run_hook().splitlines() if line.startswith(start)]
        self.assertEqual(len(told), 1)
        return told[0]

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

    def test_rgc_hears_the_destination(self):
        self.run_hook(KAMAL_DESTINATION="staging")
        self.assertEqual((self.home / "rgc.10.0.0.1").read_text().splitlines()[1:3], ["--deployed", "blog/staging"])

    def test_without_a_service_rgc_hears_of_none(self):
        self.run_hook(KAMAL_SERVICE=None, KAMAL_DESTINATION="staging")
        self.assertNotIn("--deployed", (self.home / "rgc.10.0.0.1").read_text())

    def test_nothing_that_a_variable_holds_becomes_a_command_on_the_server(self):
        nasty = "x\"; touch $HOME/hacked; `touch $HOME/hacked` '\n touch $HOME/hacked #"
        self.run_hook(KAMAL_SERVICE=nasty, KAMAL_DESTINATION=nasty, KAMAL_PERFORMER=nasty, KAMAL_COMMAND=nasty)
        self.assertFalse((self.home / "hacked").exists())
        self.assertEqual(self.argv()[-1].count("\n") + 1, 1, "one line, one argument")
        self.assertTrue(self.argv()[-1].startswith("{ if command -v rgc"))

    def test_several_lines_of_a_server_become_one(self):
        self.program("rgc", "#!/bin/sh\necho 'rgc: the agent is not running' >&2\necho 'start it: systemctl start rgc' >&2\nexit 3\n")
        self.assertEqual(self.run_hook(KAMAL_HOSTS="10.0.0.1"),
                         "rgc: 10.0.0.1: rgc: the agent is not running; start it: systemctl start rgc\n")

    def test_a_server_without_rgc_is_one_quiet_line(self):
        (self.bin / "rgc").unlink()
        self.assertEqual(self.run_hook(KAMAL_HOSTS="10.0.0.1"), "rgc: 10.0.0.1: rgc is not installed here\n")

    def test_a_server_that_cannot_be_reached_fails_no_deploy(self):
        self.kamal_says(f"App Host: 10.0.0.1\nrgc> {LINE}\n\n"
                        "  ERROR (Net::SSH::ConnectionTimeout): Exception while executing on host 10.0.0.2\nat line 3\n", 1)
        self.assertEqual(self.run_hook(),
                         f"rgc: 10.0.0.1: {LINE}\nrgc: 10.0.0.2: no answer\nrgc: not every server was reached: "
                         "ERROR (Net::SSH::ConnectionTimeout): Exception while executing on host 10.0.0.2\n")

    def test_a_kamal_that_hangs_is_cut_off_with_all_that_it_has_started(self):
        self.program("kamal", "#!/bin/sh\nsh -c 'sleep 300; true' &\nsleep 301\ntrue\n")
        started = time.monotonic()
        self.assertEqual(self.run_hook(RGC_TIMEOUT="10"),
                         "rgc: 10.0.0.1: no answer within 10 s\nrgc: 10.0.0.2: no answer within 10 s\n")
        self.assertLess(time.monotonic() - started, 10)

    def test_a_kamal_that_heeds_no_signal_is_cut_off(self):
        self.program("kamal", "#!/bin/sh\ntrap '' TERM INT HUP\nwhile :; do sleep 300; done\n")
        self.assertIn("no answer within 10 s", self.run_hook(RGC_TIMEOUT="10"))

    def test_what_was_said_before_the_time_was_up_is_told(self):
        self.program("kamal", KAMAL + "sleep 300\n")
        self.assertIn(f"rgc: 10.0.0.1: {LINE}\n", self.run_hook(RGC_TIMEOUT="20"))

    def test_a_signal_ends_it_with_all_that_it_has_started(self):
        self.program("kamal", "#!/bin/sh\ntouch $HOME/started\nsleep 300\ntrue\n")
        for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGPIPE, signal.SIGTERM):
            with self.subTest(signal=number.name):
                hook = self.start()
                self.wait_for_file("started")
                hook.send_signal(number)
                self.end_of(hook)

    def test_a_second_signal_does_not_keep_it_from_tidying_up(self):
        self.in_real_seconds()
        self.program("kamal", "#!/bin/sh\ntrap 'touch $HOME/asked' TERM\ntouch $HOME/started\nwhile :; do sleep 0.1; done\n")
        hook = self.start()
        for name in ("started", "asked"):
            self.wait_for_file(name)
            hook.send_signal(signal.SIGINT)
        self.end_of(hook)

    def test_what_kamal_starts_while_its_processes_are_listed_is_ended_too(self):
        self.program("ps", f"""#!/bin/sh
list=$({shutil.which("ps")} "$@")
touch $HOME/listed
until [ -e $HOME/late ]; do sleep 0.1; done
echo "$list"
""")
        self.program("kamal", "#!/bin/sh\ntouch $HOME/started\nuntil [ -e $HOME/listed ]; do sleep 0.1; done\n"
                     "sleep 300 &\ntouch $HOME/late\nwait\n")
        hook = self.start()
        self.wait_for_file("started")
        hook.send_signal(signal.SIGTERM)
        self.end_of(hook)

    def test_a_signal_while_it_cuts_kamal_off_leaves_nothing_behind(self):
        self.in_real_seconds()
        self.program("stays", "#!/bin/sh\ntrap '' TERM\nsleep 300\ntrue\n")
        self.program("kamal", "#!/bin/sh\ntrap 'touch $HOME/asked; exit 143' TERM\nstays &\nwait\n")
        hook = self.start(RGC_TIMEOUT="5")
        self.wait_for_file("asked")
        hook.send_signal(signal.SIGTERM)
        self.end_of(hook)

    def test_when_nobody_listens_any_more_nothing_stays_behind(self):
        self.program("kamal", "#!/bin/sh\ntouch $HOME/started\nsleep 2\necho 'rgc> done'\nexit 1\n")
        hook = self.start()
        self.wait_for_file("started")
        hook.stdout.close()
        self.assertEqual(hook.wait(timeout=30), 0)
        hook.stdin.close()
        self.assertEqual((remaining_descendants(), sorted(self.home.glob("tmp*"))), ({}, []))

    def test_what_kamal_keeps_back_until_it_ends_is_told_when_it_is_cut_off(self):
        self.in_real_seconds()
        self.program("kamal", KEEPS_BACK)
        self.assertEqual(self.run_hook(RGC_TIMEOUT="5"),
                         f"rgc: 10.0.0.1: {LINE}\nrgc: 10.0.0.2: no answer within 5 s\n")

    def test_also_when_another_program_has_started_that_kamal(self):
        self.in_real_seconds()
        self.program("real", KEEPS_BACK)
        self.program("kamal", "#!/bin/sh\nreal\ntrue\n")
        self.assertIn(LINE, self.run_hook(RGC_TIMEOUT="5"))

    def test_what_kamal_leaves_behind_when_it_is_asked_to_end_is_ended(self):
        self.in_real_seconds()
        self.program("stays", "#!/bin/sh\ntrap '' TERM\nsleep 300\ntrue\n")
        self.program("starts", "#!/bin/sh\ntrap 'stays &' TERM\nwhile :; do sleep 0.1; done\n")
        self.program("kamal", "#!/bin/sh\nstays &\nstarts &\nsleep 300\ntrue\n")
        self.assertIn("no answer within 1 s", self.run_hook(RGC_TIMEOUT="1"))

    def test_a_kamal_that_a_signal_has_ended_is_told_in_the_words_of_the_hook_alone(self):
        self.program("kamal", "#!/bin/sh\nkill -SEGV $$\n")
        self.assertEqual(self.run_hook(KAMAL_HOSTS="10.0.0.1"),
                         "rgc: 10.0.0.1: no answer\nrgc: not every server was reached: status 139\n")

    def test_the_server_that_cannot_be_reached_is_told_in_kamals_words(self):
        cause = "ERROR (SSHKit::Runner::ExecuteError): Exception while executing on host 10.0.0.2: Connection refused"
        for line in (f"  {cause}", f"  {RED}{cause}{PLAIN}", f"{RED}  {cause}{PLAIN}", f"  {cause}\r"):
            with self.subTest(line):
                self.assertEqual(self.failure("  INFO [5f2e] Running error on 10.0.0.2", line, "lib/exception.rb:3"), cause)

    def test_several_servers_that_cannot_be_reached_are_told_in_one_line(self):
        head = "ERROR (SSHKit::Runner::MultipleExecuteError): Exceptions on 2 hosts:"
        each = [f"Exception while executing on host 10.0.0.{number}: Connection refused" for number in (2, 3, 4, 5, 6, 7, 8)]
        self.assertEqual(self.failure(f"  {RED}{head}", each[0], "stdout: nothing", each[1] + PLAIN),
                         f"{head} {each[0]}; {each[1]}")
        self.assertEqual(self.failure(f"  {head}", *each), f"{head} {'; '.join(each[:5])}; and 2 more")

    def test_without_such_a_line_the_last_one_that_is_kamals_own_is_told(self):
        self.assertEqual(self.failure(f"{RED}no config/deploy.yml{PLAIN}", "", f"{RED}Running 'error' on 10.0.0.2...{PLAIN}",
                                      "  INFO [5f2e] Finished with exception", f" {RED}DEBUG{PLAIN} [5f2e] error", "rgc> error"),
                         "no config/deploy.yml")

    def test_a_kamal_that_is_not_there_is_told_as_that(self):
        self.program("not-for-you", "").chmod(0o644)
        for wrong in ("kamall -c config/blog.yml", str(self.bin / "not-for-you")):
            with self.subTest(wrong):
                self.assertEqual(self.run_hook(RGC_KAMAL=wrong),
                                 f"rgc: {wrong} was not found, or cannot be run; the servers were not asked; set RGC_KAMAL\n")

    def test_a_server_that_kamal_does_not_name_has_a_line_too(self):
        self.kamal_says(f"App Host: 10.0.0.1\nrgc> {LINE}\n\nApp Host: db\nrgc> fine\n\n")
        self.assertEqual(self.run_hook(KAMAL_HOSTS="10.0.0.11,root@10.0.0.1:2222,web,db:22"),
                         f"rgc: 10.0.0.1: {LINE}\nrgc: db: fine\nrgc: 10.0.0.11: no answer\nrgc: web: no answer\n")

    def test_a_server_that_is_named_without_an_answer_has_given_none(self):
        self.kamal_says("App Host: 10.0.0.1\n")
        self.assertEqual(self.run_hook(KAMAL_HOSTS="10.0.0.1"), "rgc: 10.0.0.1: no answer\n")

    def test_where_the_servers_are_not_known_a_cut_off_is_told_for_all(self):
        self.program("kamal", "#!/bin/sh\nexec sleep 300\n")
        for unknown in (None, ""):
            self.assertEqual(self.run_hook(KAMAL_HOSTS=unknown, RGC_TIMEOUT="1"),
                             "rgc: not every server answered within 1 s\n")

    def test_when_all_have_answered_none_is_blamed_for_what_kamal_does_then(self):
        self.kamal_says(f"App Host: 10.0.0.1\nrgc> {LINE}\n\nno space left\n", 1)
        self.assertEqual(self.run_hook(KAMAL_HOSTS="10.0.0.1"),
                         f"rgc: 10.0.0.1: {LINE}\nrgc: all servers answered, but Kamal failed: no space left\n")
        self.program("kamal", KAMAL + "sleep 300\n")
        self.assertEqual(self.run_hook(KAMAL_HOSTS="10.0.0.1", RGC_TIMEOUT="20"),
                         f"rgc: 10.0.0.1: {LINE}\nrgc: all servers answered, but Kamal did not end within 20 s\n")

    def test_no_answer_is_told_of_a_server_that_may_not_have_given_it(self):
        self.kamal_says("App Host: a\nrgc> 1\n\nApp Host: b\nApp Host: c\nrgc> 2\nrgc> 3\n\nrgc> 4\n\nApp Host: d\nrgc> 5\n\n")
        self.assertEqual(self.run_hook(KAMAL_HOSTS="a,b,c,d"),
                         "rgc: a: 1\nrgc: b or c: 2; 3\nrgc: b or c: 4\nrgc: d: 5\n")

    def test_until_all_answers_have_come_a_server_more_may_have_given_each(self):
        self.kamal_says("App Host: a\nApp Host: b\nrgc> 1\n\nApp Host: c\nrgc> 2\n\nrgc> 3\n\n")
        self.assertEqual(self.run_hook(KAMAL_HOSTS="a,b,c"), "rgc: a or b: 1\nrgc: a or b or c: 2\nrgc: a or b or c: 3\n")

    def test_nobody_reads_the_standard_input_that_kamal_leaves_open(self):
        self.program("kamal", "#!/bin/sh\ncat\n" + KAMAL)
        self.program("rgc", f"#!/bin/sh\ncat\necho '{LINE}'\n")
        self.assertIn(LINE, self.run_hook(RGC_TIMEOUT="20"))

    def test_rgc_skip_does_nothing(self):
        self.assertEqual(self.run_hook(RGC_SKIP="1"), "rgc: skipped\n")
        self.assertFalse((self.home / "argv").exists())

    def test_what_means_no_skips_nothing(self):
        for value in ("0", "no", "false", ""):
            with self.subTest(value):
                self.assertIn(LINE, self.run_hook(RGC_SKIP=value))

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

    def test_rgc_kamal_holds_no_pattern_of_file_names(self):
        self.run_hook(RGC_KAMAL="kamal -c b*n")
        self.assertEqual(self.argv()[:3], ["-c", "b*n", "server"])

    def test_without_any_kamal_it_says_so(self):
        (self.bin / "kamal").unlink()
        self.assertEqual(self.run_hook(), "rgc: no kamal found to reach the servers with; set RGC_KAMAL\n")

    def test_a_full_disk_fails_no_deploy(self):
        self.assertIn("no temporary file", self.run_hook(TMPDIR="/nonexistent"))

    def test_a_wrong_time_limit_is_not_taken(self):
        for wrong in ("2m", "08", "090", "0", "", "-1", "100000", "9" * 20):
            with self.subTest(wrong):
                self.assertIn(LINE, self.run_hook(RGC_TIMEOUT=wrong))
                self.assertEqual((self.home / "rgc.10.0.0.1").read_text().splitlines()[-1], "105s", "as without one")

    def test_the_longest_time_limit_is_taken(self):
        self.run_hook(RGC_TIMEOUT="99999")
        self.assertEqual((self.home / "rgc.10.0.0.1").read_text().splitlines()[-1], "99984s")

    def test_a_hook_that_is_there_already_calls_it_in_one_line(self):
        shutil.copy(HOOK, self.project / "rgc")
        (self.bin / "rgc").unlink()
        own = self.program("post-deploy", "#!/bin/sh\nset -eu\necho before\nsh rgc\necho after\n", self.project)
        self.assertEqual(self.run_hook(own, KAMAL_HOSTS="10.0.0.1"),
                         "before\nrgc: 10.0.0.1: rgc is not installed here\nafter\n")


class HookInDash(Setup, Hook, unittest.TestCase):
    shell = ["dash"]


class HookInBash(Setup, Hook, unittest.TestCase):
    shell = ["bash", "--posix"]


class HookInBusybox(Setup, Hook, unittest.TestCase):
    """Nothing but busybox, as in Kamal's own image."""

    shell = ["busybox", "sh"]

    def provide_tools(self):
        busybox = shutil.which("busybox")
        for tool in subprocess.run([busybox, "--list"], stdout=subprocess.PIPE, text=True, check=True).stdout.split():
            (self.bin / tool).symlink_to(busybox)
        self.shell = [str(self.bin / "sh")]


class HookInSlimImage(Setup, Hook, unittest.TestCase):
    """Without ps."""

    shell = ["dash"]

    def provide_tools(self):
        super().provide_tools()
        (self.bin / "ps").unlink()


if __name__ == "__main__":
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    result = unittest.main(exit=False).result
    sys.exit(0 if result.wasSuccessful() and result.testsRun else 1 if result.testsRun else 77)
