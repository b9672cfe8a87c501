# SPDX-License-Identifier: MIT
"""The post-deploy hook's cases of time limits and signals: all that Kamal has started ends with it."""

import signal

from hook_shell import HOOK, KAMAL, LINE, in_every_shell, until

# As Ruby does with a file: nothing is written before it ends, and all of it then, unless it is killed.
KEEPS_BACK = f"""#!/bin/sh
trap 'cat "$HOME/kept"; exit 143' TERM
{{ echo "App Host: 10.0.0.1"; echo "rgc> {LINE}"; echo; }} > "$HOME/kept"
sleep 300 &
touch $HOME/limit
wait
"""

# Heeds no signal.
STAYS = "#!/bin/sh\ntrap '' TERM INT HUP\ntouch $HOME/stays\nsleep 300\ntrue\n"
UNTIL_IT_STAYS = "until [ -e $HOME/stays ]; do sleep 0.02; done\n"


class Processes:
    @in_every_shell
    def test_a_kamal_that_hangs_is_cut_off_with_all_that_it_has_started(self):
        """Its orphans fall to this test, which asks for none that has ended: there is nothing to wait for twice."""
        self.program("kamal", "#!/bin/sh\nsh -c 'sleep 300; true' &\ntouch $HOME/limit\nsleep 301\ntrue\n")
        self.assertEqual(self.run_hook(RGC_TIMEOUT="10"),
                         "rgc: 10.0.0.1: no answer within 10 s\nrgc: 10.0.0.2: no answer within 10 s\n")
        self.assertIn(self.waited("grace"), (0, 1))

    @in_every_shell
    def test_a_second_of_its_time_is_one_of_the_shells(self):
        self.program("kamal", "#!/bin/sh\nsleep 300\n")
        self.assertIn("no answer within 1 s", self.run_hook(HOOK, RGC_TIMEOUT="1"))

    @in_every_shell
    def test_a_kamal_that_heeds_no_signal_is_cut_off(self):
        (self.home / "grace").touch()
        self.program("stays", STAYS)
        self.program("kamal", f"#!/bin/sh\ntrap '' TERM INT HUP\nstays &\n{UNTIL_IT_STAYS}touch $HOME/limit\nwait\n")
        self.assertIn("no answer within 10 s", self.run_hook(RGC_TIMEOUT="10"))

    def test_what_was_said_before_the_time_was_up_is_told(self):
        self.program("kamal", KAMAL + "touch $HOME/limit\nsleep 300\n")
        self.assertIn(f"rgc: 10.0.0.1: {LINE}\n", self.run_hook(RGC_TIMEOUT="20"))

    @in_every_shell
    def test_a_signal_ends_it_with_all_that_it_has_started(self):
        self.program("kamal", "#!/bin/sh\ntouch $HOME/started\nsleep 300\ntrue\n")
        for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGPIPE, signal.SIGTERM):
            with self.subTest(signal=number.name):
                hook = self.start()
                self.wait_for_file("started")
                hook.send_signal(number)
                self.end_of(hook)

    @in_every_shell
    def test_a_second_signal_does_not_keep_it_from_tidying_up(self):
        self.program("kamal", "#!/bin/sh\ntrap 'touch $HOME/asked' TERM\ntouch $HOME/started\nwhile :; do sleep 0.1; done\n")
        hook = self.start()
        for name in ("started", "asked"):
            self.wait_for_file(name)
            hook.send_signal(signal.SIGINT)
        (self.home / "grace").touch()
        self.end_of(hook)

    @in_every_shell
    def test_what_kamal_starts_while_its_processes_are_listed_is_ended_too(self):
        lister = "ps" if (self.bin / "ps").exists() else "grep"
        own = self.home / "own"
        own.mkdir()
        (self.bin / lister).rename(own / lister)
        self.program(lister, f"#!/bin/sh\nlist=$({own / lister} \"$@\")\ntouch $HOME/listed\n"
                     "until [ -e $HOME/late ]; do sleep 0.02; done\necho \"$list\"\n")
        self.program("kamal", "#!/bin/sh\ntouch $HOME/started\nuntil [ -e $HOME/listed ]; do sleep 0.02; done\n"
                     "sleep 300 &\ntouch $HOME/late\nwait\n")
        hook = self.start()
        self.wait_for_file("started")
        hook.send_signal(signal.SIGTERM)
        self.end_of(hook)

    @in_every_shell
    def test_a_signal_while_it_cuts_kamal_off_leaves_nothing_behind(self):
        self.program("stays", STAYS)
        self.program("kamal", "#!/bin/sh\ntrap 'touch $HOME/asked; exit 143' TERM\nstays &\n"
                     f"{UNTIL_IT_STAYS}touch $HOME/limit\nwait\n")
        hook = self.start(RGC_TIMEOUT="5")
        self.wait_for_file("asked")
        hook.send_signal(signal.SIGTERM)
        (self.home / "grace").touch()
        self.end_of(hook)

    @in_every_shell
    def test_when_nobody_listens_any_more_nothing_stays_behind(self):
        self.program("kamal", "#!/bin/sh\ntouch $HOME/started\nuntil [ -e $HOME/closed ]; do sleep 0.02; done\n"
                     "echo 'rgc> done'\nexit 1\n")
        hook = self.start()
        self.wait_for_file("started")
        hook.stdout.close()
        (self.home / "closed").touch()
        until(lambda: hook.poll() is not None, "the hook hangs")
        self.assertEqual(hook.returncode, 0)
        hook.stdin.close()
        self.assert_nothing_left()

    @in_every_shell
    def test_what_kamal_keeps_back_until_it_ends_is_told_when_it_is_cut_off(self):
        self.program("kamal", KEEPS_BACK)
        self.assertEqual(self.run_hook(RGC_TIMEOUT="5"),
                         f"rgc: 10.0.0.1: {LINE}\nrgc: 10.0.0.2: no answer within 5 s\n")

    @in_every_shell
    def test_also_when_another_program_has_started_that_kamal(self):
        self.program("real", KEEPS_BACK)
        self.program("kamal", "#!/bin/sh\nreal\ntrue\n")
        self.assertIn(LINE, self.run_hook(RGC_TIMEOUT="5"))

    @in_every_shell
    def test_what_kamal_leaves_behind_when_it_is_asked_to_end_is_ended(self):
        self.program("stays", STAYS)
        self.program("starts", f"#!/bin/sh\ntrap 'stays & {UNTIL_IT_STAYS.strip()}; touch $HOME/grace' TERM\n"
                     "touch $HOME/limit\nwhile :; do sleep 0.1; done\n")
        self.program("kamal", "#!/bin/sh\nstarts &\nsleep 300\ntrue\n")
        self.assertIn("no answer within 1 s", self.run_hook(RGC_TIMEOUT="1"))

    @in_every_shell
    def test_a_kamal_that_a_signal_has_ended_is_told_in_the_words_of_the_hook_alone(self):
        self.program("kamal", "#!/bin/sh\nkill -SEGV $$\n")
        self.assertEqual(self.run_hook(KAMAL_HOSTS="10.0.0.1"),
                         "rgc: 10.0.0.1: no answer\nrgc: not every server was reached: status 139\n")

    def test_where_the_servers_are_not_known_a_cut_off_is_told_for_all(self):
        (self.home / "limit").touch()
        self.program("kamal", "#!/bin/sh\nexec sleep 300\n")
        for unknown in (None, ""):
            self.assertEqual(self.run_hook(KAMAL_HOSTS=unknown, RGC_TIMEOUT="1"),
                             "rgc: not every server answered within 1 s\n")

    @in_every_shell
    def test_nobody_reads_the_standard_input_that_kamal_leaves_open(self):
        self.program("kamal", "#!/bin/sh\ncat\n" + KAMAL)
        self.program("rgc", f"#!/bin/sh\ncat\necho '{LINE}'\n")
        self.assertIn(LINE, self.run_hook(RGC_TIMEOUT="20"))
