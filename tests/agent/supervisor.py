# SPDX-License-Identifier: MIT
"""The agent from outside: when it starts a pass, what it survives, and what it says."""
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
import unittest

from program import AGENT
from under_test import HANGS, Agent, Call, call, is_listening, wait_for
from waiting import a_while, longer_and_longer


def agent(**options):
    return Agent(AGENT, **options)


def wait_for_progress(follower):
    """Then the pass has begun, and done what its plan says before its first line."""
    while "progress" not in follower.reply()["parameters"]:
        pass


class Passes(unittest.TestCase):
    def test_starting_is_a_trigger_and_a_pass_is_told_all_it_needs(self):
        with agent() as a:
            self.assertTrue(a.wait_passes(1))
            self.assertEqual(a.passes()[0], ["collect", "--here", "--config", a.at("settings"), "--trigger", "start", "--reason",
                                             "the agent has started", "--trial", "86400s"])

    def test_without_a_trial_there_is_none(self):
        with agent(trial="0s") as a:
            self.assertTrue(a.wait_passes(1))
            self.assertEqual(a.passes()[0][-2:], ["--trial", "0s"])

    def test_a_hook_names_what_was_deployed_and_follows_the_pass(self):
        with agent() as a:
            a.settle_start()
            a.plan("step reading images; outcome ref=r/blog:v3 id=sha256:33; summary; exit 0")
            replies = Call(a, "Collect", more=True, reason="deployed v7", deployed="blog").replies()
            self.assertEqual(replies[0]["parameters"], {"ticket": 2})
            lines = [r["parameters"]["progress"] for r in replies[1:-1]]
            self.assertEqual([line["type"] for line in lines], ["step", "outcome"])
            self.assertEqual(replies[-1]["parameters"]["summary"]["freed"]["disk_bytes"], 1300000000)
            self.assertEqual(a.passes()[1][4:], ["--trigger", "hook", "--reason", "deployed v7", "--deployed", "blog",
                                                 "--trial", "86400s"])

    def test_a_burst_is_one_pass_and_everybody_is_answered(self):
        with agent(settle="1s") as a:
            a.settle_start()
            a.plan("await; summary; exit 0")
            call(a, "Collect")
            a.wait_passes(2)
            answers, begun = [], []

            def client(number):
                for _ in range(3):
                    begun.append(call(a, "Collect", reason=f"client {number}"))
                follower = Call(a, "Collect", more=True, reason=f"client {number}")
                begun.append(follower.reply()["parameters"])
                answers.append(follower.replies()[-1])

            threads = [threading.Thread(target=client, args=(n,)) for n in range(50)]
            for thread in threads:
                thread.start()
            wait_for(lambda: len(begun) == 200, lambda: begun)
            a.go()
            for thread in threads:
                thread.join()
            self.assertEqual(begun, [{"ticket": 3}] * 200)
            self.assertTrue(all(answer["parameters"]["summary"] for answer in answers), answers)
            self.assertEqual((len(answers), len(a.passes())), (50, 3))

    def test_a_trigger_during_a_pass_causes_one_more(self):
        with agent() as a:
            a.settle_start()
            a.plan("await; summary; exit 0")
            self.assertEqual(call(a, "Collect"), {"ticket": 2})
            a.wait_passes(2)
            self.assertEqual(call(a, "Collect"), {"ticket": 3})
            self.assertEqual(call(a, "Collect", deployed="shop"), {"ticket": 3})
            self.assertEqual(len(a.passes()), 2)
            a.go()
            self.assertTrue(a.wait_passes(3))
            a_while()
            self.assertEqual(a.triggers(), ["start", "collect", "hook"])

    def test_only_one_pass_at_a_time(self):
        with agent(settle="0s") as a:
            for _ in range(20):
                call(a, "Collect")
                a_while(0.05)
            self.assertTrue(wait_for(lambda: a.status().startswith("Idle"), a.status))
            self.assertGreaterEqual(len(a.passes()), 2)
            running = 0
            for note in a.notes():
                running += "arguments" in note
                running -= "end" in note
                self.assertLessEqual(running, 1)

    def test_when_something_becomes_eligible_a_pass_is_scheduled(self):
        with agent() as a:
            a.settle_start()
            a.plan("summary next=3600; exit 0")
            Call(a, "Collect", more=True).replies()
            status = call(a, "Status")
            self.assertEqual(status["next_why"], "eligible")
            self.assertEqual(status["state"], "idle")
            self.assertEqual(status["last"]["pass"], 7)

    def test_the_interval_is_kept(self):
        with agent(interval="1s") as a:
            self.assertTrue(a.wait_passes(3))
            self.assertEqual(a.triggers()[:3], ["start", "interval", "interval"])


class Events(unittest.TestCase):
    def test_an_arrival_causes_a_pass(self):
        with agent() as a:
            a.settle_start()
            a.event("arrival", "r/blog:v8")
            self.assertTrue(a.wait_passes(2))
            self.assertEqual(a.passes()[1][4:8], ["--trigger", "event", "--reason", "arrival of r/blog:v8"])

    def test_event_passes_have_their_distance(self):
        with agent(latest="300ms", event_gap="10m") as a:
            a.settle_start()
            a.event("arrival", "r/blog:v0")
            a.wait_ended(2)
            a.event("arrival", "r/blog:v1")
            wait_for(lambda: re.match(r"Next pass .* \(event\)", a.status()), a.status)
            a_while()
            self.assertEqual(len(a.passes()), 2)
        with agent(latest="300ms", event_gap="1s") as a:
            a.settle_start()
            for i in range(3):
                a.event("arrival", f"r/blog:v{i}")
                a.wait_ended(2 + i)
            begun = [n["time"] for n in a.notes() if "end" in n][1:]
            self.assertGreaterEqual(begun[-1] - begun[0], 1)

    def test_an_app_with_a_changed_image_does_one_that_restarts_does_not(self):
        with agent(event_gap="0s") as a:
            a.settle_start()
            a.event("use", "r/blog:v1", app="blog", action="start")
            self.assertTrue(a.wait_ended(2))
            for _ in range(3):
                a.event("use", "r/blog:v1", app="blog", action="start")
                a.event("use", "r/blog:v1", app="blog", action="die")
                a.event("use", "busybox", action="start")
            a_while(1)
            self.assertEqual(len(a.passes()), 2)
            a.event("use", "r/blog:v2", app="blog", action="create")
            self.assertTrue(a.wait_passes(3))

    def test_a_tag_that_a_pass_gives_back_causes_none_but_a_pull_beside_it_does(self):
        def during_pass(action):
            a.plan("step removing; await; summary; exit 0")
            pass_ = Call(a, "Collect", more=True, reason="by hand")
            wait_for_progress(pass_)
            a.event("arrival", "r/blog:v1", action=action)
            a.tell({"type": "connected"})  # it is heard after the event
            wait_for(lambda: call(a, "Status")["watching"])
            a.go()
            pass_.replies()

        with agent(event_gap="0s") as a:
            a.settle_start()
            during_pass("tag")
            a_while()
            self.assertEqual(len(a.passes()), 2)
            during_pass("pull")
            self.assertTrue(a.wait_passes(4))

    def test_a_tag_while_no_pass_runs_causes_one(self):
        with agent(event_gap="0s") as a:
            a.settle_start()
            self.assertTrue(wait_for(lambda: a.event("arrival", "r/blog:v8", action="tag") or a_while() or len(a.passes()) > 1))
            self.assertIn("arrival of r/blog:v8", a.passes()[1])

    def test_where_the_configuration_says_no_they_cause_none_but_uses_are_noted(self):
        with agent(events="no") as a:
            a.settle_start()
            a.tell({"type": "connected"})
            self.assertTrue(wait_for(lambda: call(a, "Status")["watching"]))
            a.event("arrival", "r/blog:v8")
            a.tell({"type": "gap"})
            a_while(1)
            self.assertEqual(len(a.passes()), 1)

    def test_after_a_gap_there_is_a_pass(self):
        with agent() as a:
            a.settle_start()
            a.tell({"type": "gap"})
            self.assertTrue(a.wait_passes(2))
            self.assertIn("events may have been missed", a.passes()[1])

    def test_the_reader_is_started_again_and_again(self):
        with agent() as a:
            a.settle_start()
            self.assertFalse(call(a, "Status")["watching"])
            a.tell({"type": "connected"})
            self.assertTrue(wait_for(lambda: call(a, "Status")["watching"]))
            for _ in range(2):
                count = len([n for n in a.notes() if "watch" in n])
                a.tell("!kill")
                self.assertTrue(wait_for(lambda n=count: len([x for x in a.notes() if "watch" in x]) > n))
            self.assertIn("rgc watch: it was killed (SIGKILL)", a.log())

    def test_events_that_make_no_sense_are_nobodys_business(self):
        with agent() as a:
            a.settle_start()
            for line in ('{"type":"event"}', '{"type":"event","kind":7,"reference":[]}', "[", "\x01\x02", '{"type":"x"}',
                         '{"type":"event","kind":"arrival","reference":"' + "x" * 10000 + '"}'):
                a.tell(line)
            self.assertTrue(a.wait_passes(2))
            reason = a.passes()[1][a.passes()[1].index("--reason") + 1]
            self.assertLessEqual(len(reason), 200)


class Failures(unittest.TestCase):
    def fails(self, plan, **settings):
        """The last reply to the one who asked, and the agent's log; then the next pass goes well."""
        with agent(**settings) as a:
            a.settle_start()
            a.plan(plan)
            reply = Call(a, "Collect", more=True).replies()[-1]["parameters"]
            self.assertTrue(a.wait_passes(3), "a pass that failed is made again")
            self.assertTrue(wait_for(lambda: "removed 2 images" in a.status()), a.status())
            return reply["summary"], a.log()

    def ended_in_silence(self, plan):
        """The summary of a pass that hangs. The other passes must not be silent as long as that is allowed."""
        for seconds in longer_and_longer(4):
            summary, log = self.fails(plan, silence=f"{seconds}s")
            if log.count("rgc collect: it wrote nothing for") == 1:
                return summary
        raise AssertionError("a pass was never ended for its silence alone: " + log)

    def test_a_crash(self):
        summary, log = self.fails(f"step one; kill {int(signal.SIGABRT)}")
        self.assertIn("ended without a summary: it was ended by SIGABRT", summary["error"])
        self.assertEqual(summary["exit"], 1)
        self.assertIn("Pass (collect) failed: the pass ended without a summary", log)

    def test_what_a_pass_says_of_its_end_reaches_who_asked(self):
        why = "/var/lib/rgc: others may write there"
        summary, log = self.fails('raw {"type":"failure","text":"' + why + '"}; exit 1')
        self.assertEqual((summary["error"], summary["exit"]), (why, 1))
        self.assertIn("Pass (collect) failed: " + why, log)

    def test_without_a_word_the_journal_is_named(self):
        summary, _ = self.fails("exit 1")
        self.assertIn("journalctl -u rgc", summary["error"])

    def test_killed_for_memory(self):
        summary, _ = self.fails("kill 9")
        self.assertIn("perhaps for lack of memory", summary["error"])

    def test_no_summary_although_all_seems_well(self):
        summary, log = self.fails("step one; exit 0")
        self.assertIn("without a summary", summary["error"])
        self.assertIn("rgc collect: it ended with exit code 0", log)

    def test_a_hang(self):
        self.assertRegex(self.ended_in_silence("step one; hang")["error"], "it wrote nothing for [0-9]+s")

    def test_a_hang_that_ignores_sigterm(self):
        self.assertIn("SIGKILL", self.ended_in_silence("deaf; step one; hang")["error"])

    def test_garbage(self):
        with agent() as a:
            a.settle_start()
            a.plan("garbage; step one; garbage; summary; exit 0")
            replies = Call(a, "Collect", more=True).replies()
            self.assertIsNone(replies[-1]["parameters"]["summary"]["error"])
            self.assertIn("rgc collect: rgc could not read 6 of its lines", a.log())

    def test_a_flood_of_lines(self):
        with agent() as a:
            a.settle_start()
            a.plan("flood 50000; summary; exit 0")
            silent = Call(a, "Collect", more=True)
            replies = Call(a, "Collect", more=True).replies()
            self.assertIsNotNone(replies[-1]["parameters"]["summary"])
            silent.socket.close()

    def test_a_bad_configuration_fails_the_pass_until_it_is_repaired(self):
        with agent() as a:
            a.settle_start()
            a.plan("exit 2")
            reply = Call(a, "Collect", more=True).replies()[-1]["parameters"]
            self.assertEqual(reply["summary"]["exit"], 2)
            a.process.send_signal(signal.SIGHUP)
            self.assertTrue(a.wait_passes(3))
            self.assertEqual(a.triggers()[1:3], ["collect", "collect"])

    def test_a_bad_configuration_is_tried_again_without_a_word(self):
        with agent(failed="300ms") as a:
            a.settle_start()
            a.plan("exit 2")
            self.assertEqual(Call(a, "Collect", more=True).replies()[-1]["parameters"]["summary"]["exit"], 2)
            self.assertTrue(a.wait_passes(3))

    def test_a_lock_that_another_holds_is_waited_for(self):
        with agent() as a:
            a.settle_start()
            a.plan("exit 5", "exit 5", "summary; exit 0")
            replies = Call(a, "Collect", more=True, deployed="blog").replies()
            texts = [r["parameters"]["progress"]["text"] for r in replies[1:-1]]
            self.assertEqual(len(texts), 2)
            self.assertIn("another pass holds the lock; trying again in 500ms", texts[0])
            self.assertIsNone(replies[-1]["parameters"]["summary"]["error"])
            self.assertEqual(a.triggers(), ["start", "hook", "hook", "hook"])
            self.assertTrue(all("blog" in p for p in a.passes()[1:]))

    def test_without_an_engine_it_waits_for_the_readers_word(self):
        with agent(no_engine="1h") as a:
            a.settle_start()
            a.plan("exit 4")
            reply = Call(a, "Collect", more=True).replies()[-1]["parameters"]
            self.assertEqual(reply["summary"]["exit"], 4)
            self.assertTrue(wait_for(lambda: "Waiting for the engine." in a.status()), a.status())
            self.assertEqual(a.log().count("The engine cannot be reached"), 1)
            a_while(1)
            self.assertEqual(len(a.passes()), 2)
            a.tell({"type": "connected"})
            self.assertTrue(a.wait_passes(3))
            self.assertIn("The engine can be reached again", a.log())

    def test_a_reader_that_finds_no_engine_says_so_once(self):
        with agent() as a:
            a.settle_start()
            a.tell({"type": "connected"})
            for i in range(3):
                count = len([n for n in a.notes() if "watch" in n])
                a.tell("!exit 4")
                self.assertTrue(wait_for(lambda n=count: len([x for x in a.notes() if "watch" in x]) > n), i)
            self.assertEqual(a.log().count("The engine cannot be reached"), 1)
            a.tell({"type": "connected"})
            self.assertTrue(wait_for(lambda: "The engine can be reached again" in a.log()))


class Disk(unittest.TestCase):
    def test_a_full_disk_causes_a_pass_and_not_again_at_once(self):
        a = agent(high="0.001%", disk_check="200ms", disk_high="600ms", storage="/")
        a.write("default", "summary images=0; exit 0")  # a pass that removes something may have another one follow
        with a:
            a.settle_start()
            self.assertTrue(a.wait_passes(2))
            self.assertEqual(a.triggers()[1], "disk")
            self.assertIn("a pass removes more than usual", a.log())
            self.assertIn("--pressing", a.passes()[1])
            a_while(1.5)
            self.assertEqual(len(a.passes()), 2)

    def test_as_long_as_passes_remove_something_there_is_one_more(self):
        with agent(high="0.001%", disk_check="100ms", disk_high="300ms", storage="/") as a:
            a.settle_start()
            self.assertTrue(a.wait_passes(4))
            a.write("default", "summary images=0; exit 0")
            # Each pass that begins now removes nothing. Two may still come, however slow the machine is: one that had been
            # asked for while the last pass that removed something ran, and the one that this pass caused.
            most = len(a.passes()) + 2
            wait_for(lambda: a.status().startswith("Idle.") or len(a.passes()) > most, a.status)
            a_while(1)
            self.assertLessEqual(len(a.passes()), most, a.log())
            self.assertIn("removed nothing", a.status())

    def test_a_full_disk_does_not_wait_for_a_pass_that_events_cause_later(self):
        a = agent(disk_check="200ms", disk_high="0s", storage="/", event_gap="10m")
        a.write("default", "summary images=0; exit 0")
        with a:
            a.settle_start()
            a.event("arrival", "blog:v1")
            self.assertTrue(a.wait_ended(2))
            a.event("arrival", "blog:v2")
            self.assertTrue(wait_for(lambda: re.match(r"Next pass .* \(event\)", a.status())), a.status())
            a.write_settings(high="0.001%")  # only now is the disk full
            a.process.send_signal(signal.SIGHUP)
            self.assertTrue(a.wait_passes(3))
            self.assertEqual(a.triggers(), ["start", "event", "disk"])

    def test_it_learns_from_the_pass_where_the_storage_is(self):
        with agent(high="0.001%", disk_check="200ms", disk_high="600ms") as a:
            a.settle_start()
            a_while(1)
            self.assertEqual(len(a.passes()), 1)
            a.plan('summary disk=/; exit 0')
            call(a, "Collect")
            self.assertTrue(a.wait_passes(3))
            self.assertEqual(a.triggers()[2], "disk")

    def test_off_is_off(self):
        with agent(disk_check="100ms", disk_high="0s", storage="/") as a:
            a.settle_start()
            a_while(1)
            self.assertEqual(len(a.passes()), 1)


class Systemd(unittest.TestCase):
    def test_it_says_what_it_does(self):
        with agent() as a:
            a.settle_start()
            self.assertRegex(a.status(), r"^Idle\. Last pass \d\d:\d\d removed 2 images, freed 1\.3 GB; next by \d\d:\d\d$")
            a.plan("await; summary; exit 0")
            call(a, "Collect", reason="by hand")
            self.assertTrue(wait_for(lambda: a.heard("STATUS=Next pass")))
            self.assertTrue(wait_for(lambda: a.heard("(collect: by hand)")))
            a.go()
            self.assertEqual(len(a.heard("READY=1")), 1)

    def test_a_trial_is_told(self):
        a = agent()
        a.write("default", 'summary hold="trial" trial_until="2026-11-22T12:00:00Z"; exit 0')
        with a:
            self.assertTrue(wait_for(lambda: "On trial, nothing is removed yet. Last pass" in a.status()), a.status())
            self.assertIn("would remove 3 images", a.status())
            self.assertEqual(call(a, "Status")["trial_until"], "2026-11-22T12:00:00Z")

    def test_a_trial_that_no_pass_can_note_ends_all_the_same(self):
        """As on a disk so full that no ledger can be written: each pass says that the trial begins now."""
        for seconds in longer_and_longer(4):
            a = agent()
            end = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))
            a.write("default", f'summary hold="trial" trial_until="{end}"; exit 0')
            with a:
                a.settle_start()
                a.write("default", 'summary hold="trial" trial_until="2099-01-01T00:00:00Z"; exit 0')
                trials = []

                def is_over(a=a, trials=trials):
                    Call(a, "Collect", more=True, reason="again").replies()
                    words = a.passes()[-1]
                    left = words[words.index("--trial") + 1]
                    trials += [] if left == "0s" else [left]
                    return left == "0s"

                wait_for(is_over, lambda trials=trials: trials)
            if trials:  # else the first pass took longer than the trial
                break
        self.assertIn(trials[0], [f"{left}s" for left in range(1, seconds + 1)])

    def test_a_good_file_is_taken(self):
        with agent(settle="200ms") as a:
            a.settle_start()
            a.write_settings(trial="1h")
            a.process.send_signal(signal.SIGHUP)
            self.assertTrue(wait_for(lambda: len(a.heard("READY=1")) == 2))
            reloading = a.messages.index("RELOADING=1")
            self.assertRegex(a.messages[reloading + 1], r"^MONOTONIC_USEC=\d+$")
            call(a, "Collect")
            self.assertTrue(a.wait_passes(2))
            self.assertEqual(a.passes()[1][-1], "3600s")

    def test_a_bad_file_changes_nothing_and_is_told(self):
        with agent() as a:
            a.settle_start()
            a.write("settings", "trial forever\n")
            a.process.send_signal(signal.SIGHUP)
            self.assertTrue(wait_for(lambda: "Invalid configuration ignored, using the previous one: trial: not a duration" in a.status()))
            self.assertTrue(wait_for(lambda: len(a.heard("READY=1")) == 2))
            self.assertEqual(call(a, "Status")["config_error"], "trial: not a duration")
            call(a, "Collect")
            self.assertTrue(a.wait_passes(2))
            self.assertEqual(a.passes()[1][-1], "86400s")
            a.write_settings()
            a.process.send_signal(signal.SIGHUP)
            self.assertTrue(wait_for(lambda: "Invalid" not in a.status()))
            self.assertIsNone(call(a, "Status")["config_error"])

    def test_it_ends_when_told_to(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with agent(stop="1h") as a:
                a.settle_start()
                self.assertEqual(a.stop(number), 0)
                self.assertTrue(wait_for(lambda heard=a.heard: heard("STOPPING=1")))
                self.assertFalse(os.path.exists("/proc/%d" % a.notes()[0]["pid"]))

    def test_a_pass_under_way_ends_first(self):
        with agent(stop="1h") as a:
            a.settle_start()
            a.plan("graceful; step one; hang")
            follower = Call(a, "Collect", more=True)
            wait_for_progress(follower)
            self.assertEqual(a.stop(), 0)
            self.assertEqual(a.notes()[-1]["end"], "interrupted")
            self.assertTrue(follower.replies()[-1]["parameters"]["summary"]["interrupted"])

    def test_but_not_for_ever(self):
        with agent(stop="700ms") as a:
            a.settle_start()
            a.plan("deaf; step one; hang")
            wait_for_progress(Call(a, "Collect", more=True))
            self.assertEqual(a.stop(), 0)

    def test_children_die_with_an_agent_that_is_killed(self):
        with agent() as a:
            a.settle_start()
            a.plan("step one; hang")
            call(a, "Collect")
            a.wait_passes(2)
            pids = {note["pid"] for note in a.notes()}
            a.process.kill()
            self.assertTrue(wait_for(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in pids)))

    def test_a_socket_is_taken_over_from_systemd(self):
        if not shutil.which("systemd-socket-activate"):
            self.skipTest("there is no systemd-socket-activate")
        a = agent(socket="/nowhere/at/all")
        a.prefix = ["systemd-socket-activate", "-l", a.at("handed.sock"), "-E", "RGC_TEST_CHILD", "-E", "RGC_TEST_PLAY",
                    "-E", "NOTIFY_SOCKET"]
        a.settings["socket"] = a.at("handed.sock")
        a.start(is_ready=False)
        with a:
            self.assertTrue(wait_for(lambda: is_listening(a.at("handed.sock"))))
            replies = Call(a, "Collect", more=True).replies()
            self.assertIsNotNone(replies[-1]["parameters"]["summary"])

    def test_two_sockets_are_one_too_many(self):
        if not shutil.which("systemd-socket-activate"):
            self.skipTest("there is no systemd-socket-activate")
        a = agent()
        a.prefix = ["systemd-socket-activate", "-l", a.at("one.sock"), "-l", a.at("two.sock")]
        a.start(is_ready=False)
        try:
            self.assertTrue(wait_for(lambda: is_listening(a.at("one.sock")) and is_listening(a.at("two.sock"))))
            with socket.socket(socket.AF_UNIX) as client:
                client.connect(a.at("one.sock"))
                self.assertEqual(a.process.wait(HANGS), 1)
            self.assertIn("systemd passed 2 sockets, but rgc needs one", a.log())
        finally:
            a.__exit__()

    def test_a_second_agent_on_the_same_socket_is_told(self):
        with agent() as a:
            a.settle_start()
            run = subprocess.run([AGENT, a.at("settings")], capture_output=True, text=True, timeout=HANGS, check=False)
            self.assertEqual(run.returncode, 1)
            self.assertIn(a.settings["socket"], run.stderr)

    def test_the_watchdog_is_fed_until_it_hangs(self):
        with agent(watchdog=400000, environment={"RGC_TEST_HANG": "1"}) as a:
            self.assertTrue(wait_for(lambda: len(a.heard("WATCHDOG=1")) >= 4))
            a.process.send_signal(signal.SIGUSR2)

            def is_starved():
                count = len(a.heard("WATCHDOG=1"))
                a_while()
                return len(a.heard("WATCHDOG=1")) == count

            wait_for(is_starved, "it is fed although it hangs")


class Cost(unittest.TestCase):
    def test_at_rest_it_does_nothing_at_all(self):
        if not shutil.which("strace"):
            self.skipTest("there is no strace")
        with agent(high="85%", storage="/") as a:
            a.settle_start()
            traces = []

            def is_at_rest():
                trace = subprocess.Popen(["strace", "-q", "-o", a.at("trace"), "-p", str(a.process.pid)],
                                         stderr=subprocess.DEVNULL)
                a_while(5)
                trace.send_signal(signal.SIGINT)
                trace.wait()
                traces.append([line for line in a.read("trace").splitlines() if not line.startswith(("strace:", "---"))])
                return len(traces[-1]) <= 1  # the one that it waits in

            wait_for(is_at_rest, lambda: traces[-1])  # the last of what it has to do may come late
            if not traces[-1]:
                self.skipTest("strace may not look")

    def test_its_memory_is_small_and_does_not_grow(self):
        if "asan" in subprocess.run(["ldd", AGENT], capture_output=True, text=True, check=False).stdout:
            self.skipTest("a sanitizer needs memory of its own")
        with agent(settle="0s") as a:
            a.settle_start()
            a.write("default", "flood 200; summary; exit 0")
            for _ in range(5):
                Call(a, "Collect", more=True).replies()
            before = private_kb(a.process.pid)
            for _ in range(30):
                Call(a, "Collect", more=True).replies()
            after = private_kb(a.process.pid)
            self.assertLessEqual(after - before, 256)  # pages come and go; a leak would be more
            self.assertLessEqual(after, 2048)

    @staticmethod
    def descriptors(a):
        return len(os.listdir(f"/proc/{a.process.pid}/fd"))

    def test_no_descriptor_leaks(self):
        with agent(settle="0s") as a:
            a.settle_start()
            before = self.descriptors(a)
            for i in range(10):
                a.plan("exit 1" if i % 2 else "kill 9")
                Call(a, "Collect", more=True).replies()
            wait_for(lambda: self.descriptors(a) <= before, lambda: f"{self.descriptors(a)} descriptors, not {before}")


def private_kb(pid):
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        return sum(int(line.split()[1]) for line in file if line.startswith("Private_Dirty"))
