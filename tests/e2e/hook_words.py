# SPDX-License-Identifier: MIT
"""The post-deploy hook's cases of words: what it asks Kamal for, and what it says of the answers."""

import shutil

from hook_shell import KAMAL, LINE, in_every_shell

RED, PLAIN = "\033[31m", "\033[0m"
ANSWERED = "Running 'rgc collect' on error.example.com...\nApp Host: 10.0.0.1\nrgc> ERROR (of the server): none\n\n"


class Words:
    def failure(self, *lines):
        """What the hook says of a Kamal that fails with these lines."""
        self.kamal_says(ANSWERED + "\n".join(lines) + "\n", 1)
        start = "rgc: not every server was reached: "
        told = [line.removeprefix(start) for line in self.run_hook().splitlines() if line.startswith(start)]
        self.assertEqual(len(told), 1)
        return told[0]

    @in_every_shell
    def test_each_server_says_what_went_in_one_line(self):
        self.assertEqual(self.run_hook(), f"rgc: 10.0.0.1: {LINE}\nrgc: 10.0.0.2: {LINE}\n")

    def test_kamal_is_asked_for_the_version_the_destination_and_the_hosts_of_the_deploy(self):
        self.run_hook(KAMAL_DESTINATION="staging")
        self.assertEqual(self.argv()[:-1], ["server", "exec", "--version=v9", "--destination=staging",
                                            "--hosts=10.0.0.1,10.0.0.2"])

    def test_what_kamal_does_not_say_is_left_out(self):
        self.run_hook(KAMAL_VERSION=None)
        self.assertEqual(self.argv()[:-1], ["server", "exec", "--hosts=10.0.0.1,10.0.0.2"])

    def test_what_begins_with_a_dash_is_no_option_of_kamal(self):
        self.run_hook(KAMAL_VERSION="-q", KAMAL_DESTINATION="--help", KAMAL_HOSTS="-c,*")
        self.assertEqual(self.argv()[:-1], ["server", "exec", "--version=-q", "--destination=--help", "--hosts=-c,*"])

    @in_every_shell
    def test_nothing_that_others_say_moves_the_terminal_or_turns_the_text_around(self):
        nasty = "\033]0;title\a\033[2J\u009b1A\u202egnp.exe\u2066\b\x7f over\rwritten\ttab"
        self.kamal_says(f"App Host: 10.0.0.1{nasty}\nrgc> {RED}{nasty}{PLAIN}\n\n{nasty}\n", 1)
        for hosts in ("10.0.0.1", f"10.0.0.1,{nasty},b\\033[2J\\x1b[2J"):
            output = self.run_hook(KAMAL_HOSTS=hosts)
            self.assertTrue(output.isascii() and output.replace("\n", "").isprintable(), repr(output))
            self.assertIn("title", output)
        self.assertIn("rgc: b\\033[2J\\x1b[2J: no answer", output, "what looks like an escape of awk is none")

    def test_rgc_hears_what_was_deployed_and_why(self):
        self.run_hook(KAMAL_COMMAND="rollback", RGC_TIMEOUT="100")
        self.assertEqual((self.home / "rgc.10.0.0.1").read_text().splitlines(),
                         ["collect", "--deployed", "blog", "--reason", "kamal rollback v9 by dep@example.com", "--timeout", "85s"])

    def test_rgc_hears_the_destination(self):
        self.run_hook(KAMAL_DESTINATION="staging")
        self.assertEqual((self.home / "rgc.10.0.0.1").read_text().splitlines()[1:3], ["--deployed", "blog/staging"])

    def test_without_a_service_rgc_hears_of_none(self):
        self.run_hook(KAMAL_SERVICE=None, KAMAL_DESTINATION="staging")
        self.assertNotIn("--deployed", (self.home / "rgc.10.0.0.1").read_text())

    @in_every_shell
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

    @in_every_shell
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

    def test_when_all_have_answered_none_is_blamed_for_what_kamal_does_then(self):
        self.kamal_says(f"App Host: 10.0.0.1\nrgc> {LINE}\n\nno space left\n", 1)
        self.assertEqual(self.run_hook(KAMAL_HOSTS="10.0.0.1"),
                         f"rgc: 10.0.0.1: {LINE}\nrgc: all servers answered, but Kamal failed: no space left\n")
        self.program("kamal", KAMAL + "touch $HOME/limit\nsleep 300\n")
        self.assertEqual(self.run_hook(KAMAL_HOSTS="10.0.0.1", RGC_TIMEOUT="20"),
                         f"rgc: 10.0.0.1: {LINE}\nrgc: all servers answered, but Kamal did not end within 20 s\n")

    def test_no_answer_is_told_of_a_server_that_may_not_have_given_it(self):
        self.kamal_says("App Host: a\nrgc> 1\n\nApp Host: b\nApp Host: c\nrgc> 2\nrgc> 3\n\nrgc> 4\n\nApp Host: d\nrgc> 5\n\n")
        self.assertEqual(self.run_hook(KAMAL_HOSTS="a,b,c,d"),
                         "rgc: a: 1\nrgc: b or c: 2; 3\nrgc: b or c: 4\nrgc: d: 5\n")

    def test_until_all_answers_have_come_a_server_more_may_have_given_each(self):
        self.kamal_says("App Host: a\nApp Host: b\nrgc> 1\n\nApp Host: c\nrgc> 2\n\nrgc> 3\n\n")
        self.assertEqual(self.run_hook(KAMAL_HOSTS="a,b,c"), "rgc: a or b: 1\nrgc: a or b or c: 2\nrgc: a or b or c: 3\n")

    @in_every_shell
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

    @in_every_shell
    def test_rgc_kamal_holds_no_pattern_of_file_names(self):
        self.run_hook(RGC_KAMAL="kamal -c b*n")
        self.assertEqual(self.argv()[:3], ["-c", "b*n", "server"])

    @in_every_shell
    def test_without_any_kamal_it_says_so(self):
        (self.bin / "kamal").unlink()
        self.assertEqual(self.run_hook(), "rgc: no kamal found to reach the servers with; set RGC_KAMAL\n")

    @in_every_shell
    def test_a_full_disk_fails_no_deploy(self):
        self.assertIn("no temporary file", self.run_hook(TMPDIR="/nonexistent"))

    @in_every_shell
    def test_a_wrong_time_limit_is_not_taken(self):
        for wrong in ("2m", "08", "090", "0", "", "-1", "100000", "9" * 20):
            with self.subTest(wrong):
                self.assertIn(LINE, self.run_hook(RGC_TIMEOUT=wrong))
                self.assertEqual((self.home / "rgc.10.0.0.1").read_text().splitlines()[-1], "105s", "as without one")

    def test_the_longest_time_limit_is_taken(self):
        self.run_hook(RGC_TIMEOUT="99999")
        self.assertEqual((self.home / "rgc.10.0.0.1").read_text().splitlines()[-1], "99984s")

    @in_every_shell
    def test_a_hook_that_is_there_already_calls_it_in_one_line(self):
        shutil.copy(self.hook, self.project / "rgc")
        (self.bin / "rgc").unlink()
        own = self.program("post-deploy", "#!/bin/sh\nset -eu\necho before\nsh rgc\necho after\n", self.project)
        self.assertEqual(self.run_hook(own, KAMAL_HOSTS="10.0.0.1"),
                         "before\nrgc: 10.0.0.1: rgc is not installed here\nafter\n")
