# SPDX-License-Identifier: MIT
"""The program as a person meets it: exit codes, where text goes, and what a mistake costs (nothing)."""
import fcntl
import json
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fault"))
from fake_builders import builder, volume  # noqa: E402
from fake_engine import FakeEngine  # noqa: E402
from fake_hosts import kamal_host, kamal_release  # noqa: E402
from fake_state import image  # noqa: E402
from program import RGC  # noqa: E402
from schemas import validated  # noqa: E402
from waiting import HANGS, until  # noqa: E402

CONFIG = "[engine]\nstorage = {storage}\n[retention]\nmin_age = 0s\nquiet = 0s\n[agent]\ntrial = off\n"


def removals(engine):
    return engine.lines("^(DELETE|POST) ")


class Commands(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        self.state = self.directory.name + "/state"
        self.config = self.write("rgc.conf", CONFIG.format(storage=self.directory.name))

    def write(self, name, text):
        path = os.path.join(self.directory.name, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def environment(self, **more):
        kept = {k: v for k, v in os.environ.items() if k not in ("DOCKER_HOST", "NO_COLOR", "COLUMNS")}
        return {**kept, "LC_ALL": "C.UTF-8", "TERM": "xterm", **more}

    def command(self, engine, *words):
        host = ["--host", engine.host] if engine else []
        return [RGC, "--config", self.config, "--state", self.state, *host, *words]

    def rgc(self, engine, *words, **environment):
        return subprocess.run(self.command(engine, *words), capture_output=True, text=True, timeout=HANGS,
                              env=self.environment(**environment), check=False)

    def on_terminal(self, engine, *words, columns=80, **environment):
        """Exit code and what standard output and standard error, both a terminal, were given."""
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        process = subprocess.Popen(self.command(engine, *words), stdout=slave, stderr=slave,
                                   env=self.environment(**environment))
        os.close(slave)
        output = b""
        while True:
            try:
                chunk = os.read(master, 65536)
            except OSError:  # the other end is closed
                break
            if not chunk:
                break
            output += chunk
        os.close(master)
        return process.wait(timeout=HANGS), output.decode()

    def assert_refused(self, result, code, *expected):
        self.assertEqual(result.returncode, code, result.stderr)
        self.assertEqual(result.stdout, "")
        self.assertTrue(result.stderr.startswith("rgc: "), result.stderr)
        for text in expected:
            self.assertIn(text, result.stderr)

    def test_each_document_names_its_schema(self):
        with FakeEngine(kamal_host(12)) as engine:
            for words in (["status"], ["plan"], ["collect", "--dry-run"], ["why", "r:5000/app0:latest"], ["history"],
                          ["check"], ["collect", "--here"], ["history"]):
                result = self.rgc(engine, *words, "--json")
                self.assertEqual(result.returncode, 0, result.stderr)
                self.assertEqual(result.stderr, "")
                verb = "plan" if "--dry-run" in words else words[0]
                self.assertEqual(validated(result.stdout)["schema"], f"rgc/{verb}/1")

    def test_a_plan_and_a_dry_run_show_the_same_and_change_nothing(self):
        with FakeEngine(kamal_host(12, build_cache=0)) as engine:
            plan, dry_run = self.rgc(engine, "plan"), self.rgc(engine, "collect", "--dry-run")
            self.assertIn("Would remove 8 images", plan.stdout)
            shown = [re.sub(r"\d[\d.]* [kMG]B free.*|[\d.]+%|\(in .*\)|[█░]", "", r.stdout) for r in (plan, dry_run)]
            self.assertEqual(shown[0], shown[1])
            self.assertEqual(removals(engine), [])
            self.assertFalse(os.path.exists(self.state))

    def test_collect_removes_what_plan_shows_and_says_so(self):
        with FakeEngine(kamal_host(12)) as engine:
            result = self.rgc(engine, "collect", "--here")
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertIn("removed 8 images, 2 containers", result.stdout)
            self.assertIn("rollback: app0 3/3", result.stdout)
            self.assertEqual(result.stderr, "")
            self.assertIn("nothing to remove: 4 images kept", self.rgc(engine, "collect", "--here").stdout)

    def test_usage_errors_cost_nothing(self):
        with FakeEngine(kamal_host(12)) as engine:
            self.assert_refused(self.rgc(engine, "colect"), 2, "did you mean collect?")
            self.assert_refused(self.rgc(engine, "collect", "--here", "--force"), 2, "'--force'")
            self.assert_refused(self.rgc(engine, "plan", "--app", "nix"), 2, "no app named 'nix'")
            self.assert_refused(self.rgc(engine, "collect", "--here", "--app", "nix"), 2, "no app named 'nix'")
            self.assert_refused(self.rgc(engine, "why", "nix"), 2, "no app, image or container here is named 'nix'")
            self.assert_refused(self.rgc(engine, "why", "r:5000/app0:v99"), 2)
            self.assert_refused(self.rgc(None, "plan", "--host", "tcp://h:2375"), 2, "--host is 'tcp://h:2375'")
            self.assert_refused(self.rgc(None, "plan", DOCKER_HOST="ssh://h"), 2, "DOCKER_HOST is 'ssh://h'")
            self.assertEqual(removals(engine), [])

    def test_check_says_where_the_images_file_system_is_not_known(self):
        self.config = self.write("auto.conf", "[engine]\nstorage = auto\n")
        host = {**kamal_host(3), "store": "containerd", "root": self.directory.name}
        for containerd, is_known in (("/srv/containerd.sock", False),
                                     ("/var/run/docker/containerd/containerd.sock", True)):
            with FakeEngine({**host, "containerd": containerd}) as engine:
                check = self.rgc(engine, "check")
                self.assertEqual("FAILED storage: containerd keeps the engine's images (/srv/containerd.sock)"
                                 in " ".join(check.stdout.split()), not is_known, check.stdout)

    def test_a_bad_configuration_costs_nothing_and_names_its_line(self):
        with FakeEngine(kamal_host(12)) as engine:
            self.config = self.write("bad.conf", "[retention]\nkeep_previous = three\n")
            for words in (["plan"], ["collect", "--here"], ["status"]):
                self.assert_refused(self.rgc(engine, *words), 2, "bad.conf:2: ")
            check = self.rgc(engine, "check")
            self.assertEqual(check.returncode, 2)
            self.assertIn("FAILED configuration: ", check.stdout)
            self.config = "/nowhere/rgc.conf"
            self.assert_refused(self.rgc(engine, "collect", "--here"), 2, "/nowhere/rgc.conf")
            self.assertEqual(removals(engine), [])

    def test_a_reload_with_a_bad_file_fails_and_the_agent_keeps_its_values(self):
        """As systemd does it, with the lines of the unit."""
        with open(os.path.join(os.path.dirname(__file__), "../../contrib/systemd/rgc.service.in"), encoding="utf-8") as unit:
            commands = [line.partition("=")[2] for line in unit.read().splitlines() if line.startswith("ExecReload=")]
        self.assertEqual(len(commands), 2)

        def reload():
            environment = self.environment(MAINPID=str(agent.pid))
            for command in commands:
                command = command.replace("@RGC_BINARY@", f"{RGC} --config {self.config}")
                if (done := subprocess.run(command, shell=True, env=environment, capture_output=True, text=True, check=False)).returncode:
                    break
            return done

        def status():
            answer = self.rgc(engine, "status", "--json", "--socket", path)
            return validated(answer.stdout)["agent"] if answer.returncode == 0 else None

        path = self.directory.name + "/agent.sock"
        good = CONFIG.format(storage=self.directory.name)
        with FakeEngine(kamal_host(3)) as engine:
            agent = subprocess.Popen(self.command(engine, "agent", "--socket", path), env=self.environment(), stderr=subprocess.DEVNULL)
            try:
                until(status)
                self.write("rgc.conf", good.replace("trial = off", "trial = never"))
                done = reload()
                self.assertEqual((done.returncode, done.stderr), (2, ""))
                self.assertRegex(done.stdout, r"^FAILED configuration: .*rgc.conf:7: ")
                self.write("rgc.conf", good)  # else no other command would answer
                self.assertIn("rgc.conf:7: ", until(lambda: (status() or {}).get("config_error")))
                self.assertEqual(reload().returncode, 0)
                until(lambda: status() and status()["config_error"] is None)
            finally:
                agent.send_signal(signal.SIGINT)
                self.assertEqual(agent.wait(HANGS), 130)

    def test_check_of_a_bad_configuration_still_asks_the_engine_that_was_named(self):
        bad = self.write("bad.conf", "[retention]\nkeep_previous = three\n")
        with FakeEngine(kamal_host(12)) as engine:
            good, self.config = self.config, bad
            for check in (self.rgc(engine, "check"), self.rgc(None, "check", DOCKER_HOST=engine.host)):
                self.assertEqual(check.returncode, 2)
                self.assertIn("FAILED configuration: ", check.stdout)
                self.assertRegex(check.stdout, "ok     engine: .* at " + engine.host)
            for self.config in (good, bad):
                check = self.rgc(None, "check", "--host", "tcp://h:2375")
                self.assertEqual(check.returncode, 2)
                self.assertIn("FAILED engine: --host is 'tcp://h:2375'", check.stdout)
                self.assertNotIn("at unix://", check.stdout)
                self.assertNotIn("docker.sock: ", check.stdout)
            self.assertNotIn("ok     configuration", check.stdout)

    def test_what_needs_no_engine_takes_any_host(self):
        with FakeEngine(kamal_host(12)) as engine:
            self.assertEqual(self.rgc(engine, "collect", "--here").returncode, 0)
        for host in ("tcp://h:2375", "ssh://h"):
            self.assertIn("here", self.rgc(None, "history", DOCKER_HOST=host).stdout)
            for verb in ("collect", "health"):
                self.assertEqual(self.rgc(None, verb, "--socket", "/nowhere", DOCKER_HOST=host).returncode, 3)
        self.config = self.write("bad.conf", "[retention]\nkeep_previous = three\n")
        history = self.rgc(None, "history")
        self.assertEqual(history.returncode, 0, history.stderr)
        self.assertIn("here", history.stdout)

    def test_check_notes_what_in_the_configuration_finds_nothing_here(self):
        with FakeEngine(kamal_host(12)) as engine:
            self.config = self.write("names.conf", CONFIG.format(storage=self.directory.name) + """
[app app0]
keep_previous = 5
[app ap0]
keep_previous = 5
[shops]
match = shop-*
keep_previous = 1
[protect]
image = postgres:*
image = r:5000/app0:v9
app = app0/staging
""")
            text = self.rgc(engine, "check").stdout
            check = self.rgc(engine, "check", "--json")
            self.assertEqual(check.returncode, 0, check.stderr)
            found = [entry for entry in validated(check.stdout)["checks"] if entry["name"] in ("app", "protect")]
            self.assertTrue(all(entry["ok"] for entry in found))
            self.assertEqual([entry["detail"] for entry in found], [
                "[app app0] matches 1 app here", "note: [app ap0] matches nothing on this host; did you mean app0?",
                "note: [shops] matches nothing on this host", "note: [protect] image = postgres:* matches nothing on this host",
                "[protect] image = r:5000/app0:v9 matches 1 image here",
                "note: [protect] app = app0/staging matches nothing on this host"])
            self.assertIn("note: [app ap0] matches nothing on this host; did you mean app0?\n", text)
            for verb in ("plan", "status"):
                out = " ".join(self.rgc(engine, verb, *(["--all"] if verb == "status" else [])).stdout.split())
                self.assertIn("Configuration: [app ap0] matches nothing on this host; did you mean app0?", out)
            document = validated(self.rgc(engine, "plan", "--json").stdout)
            self.assertEqual(document["unmatched"], [
                {"where": "[app ap0]", "nearest": "app0"}, {"where": "[shops]", "nearest": None},
                {"where": "[protect] image = postgres:*", "nearest": None},
                {"where": "[protect] app = app0/staging", "nearest": None}])
            self.assert_refused(self.rgc(engine, "plan", "--app", "ap0"), 2, "did you mean app0?")
            self.assertEqual(removals(engine), [])

    def test_what_is_ambiguous_is_listed_and_not_guessed(self):
        images = [image(f"tool {n}", tags=[f"r:5000/tool:{n}"]) for n in range(7)] + [image("one", tags=["one:1"])]
        with FakeEngine({"images": images, "containers": []}) as engine:
            self.assert_refused(self.rgc(engine, "why", "r:5000/tool"), 2, "nothing is named 'r:5000/tool'", "image r:5000/tool:1", "and 2 more")
            self.assert_refused(self.rgc(engine, "why", "one"), 2, "nothing is named 'one'", "image one:1")
            self.assertEqual(self.rgc(engine, "why", "r:5000/tool:1").returncode, 0)
            self.assertEqual(self.rgc(engine, "why", images[1]["id"][7:19]).returncode, 0)

    def test_why_understands_the_names_that_plan_and_status_print(self):
        def shown(word):
            result = self.rgc(engine, "why", word)
            self.assertEqual(result.returncode, 0, result.stderr)
            return next(line for line in result.stdout.splitlines() if not line.startswith(("Note", "  ")))

        document = kamal_host(12)
        for destination in ("production", "staging"):
            entry, box = kamal_release("shop", f"v-{destination}", 0, "running", time.time(), destination)
            document["images"].append(entry)
            document["containers"].append(box)
        untagged = image("untagged", digests=["r:5000/me/wiki@" + image("manifest")["id"]])
        document["images"] += [image("wiki", tags=["r:5000/me/wiki:v1"]), untagged]
        document["volumes"] = [volume("buildx_buildkit_left0_state")]
        document["containers"].append(builder("kamal0", [], of="wiki"))
        with FakeEngine(document) as engine:
            self.assertIn("App app0", shown("app0"))
            self.assertIn("Image r:5000/app0:v9", shown("app0:v9"))
            self.assertIn("Image r:5000/me/wiki:v1", shown("wiki:v1"))
            self.assertIn("Container buildx_buildkit_kamal0", shown("kamal0"))
            self.assertIn("App shop/staging", shown("shop/staging"))
            both = self.rgc(engine, "why", "shop").stdout
            for words in ("App shop/production\n", "App shop/staging\n", "r:5000/shop:v-production ", "shop-web-staging-v-staging "):
                self.assertIn(words, both)
            self.assertEqual([app["destination"] for app in validated(self.rgc(engine, "why", "shop", "--json").stdout)["apps"]],
                             ["production", "staging"])
            label = re.search(r"r:5000/me/wiki@\w+", self.rgc(engine, "plan", COLUMNS="200").stdout).group()
            self.assertEqual(shown(label), "Image " + label)
            self.assert_refused(self.rgc(engine, "why", "wiki"), 2, "nothing is named 'wiki'", "image r:5000/me/wiki:v1")
            self.assert_refused(self.rgc(engine, "why", "left0"), 2, "builder 'left0' has no container here", "its volume")

    def test_why_tells_where_an_arrival_is_not_known(self):
        with FakeEngine(kamal_host(12)) as engine:
            why = self.rgc(engine, "why", "app0:v9")
            self.assertRegex(why.stdout, r"arrived +before rgc first looked, ")
            document = self.rgc(engine, "why", "app0:v9", "--json")
            self.assertIs(validated(document.stdout)["arrived_known"], False)
            self.assertIsNotNone(validated(document.stdout)["arrived"])
            self.assertEqual(self.rgc(engine, "collect", "--here").returncode, 0)
            late = image("late", tags=["r:5000/late:v1"])
            engine.state.images[late["id"]] = late
            self.assertRegex(self.rgc(engine, "why", "late:v1").stdout, r"arrived +today ")
            document = self.rgc(engine, "why", "late:v1", "--json")
            self.assertIs(validated(document.stdout)["arrived_known"], True)

    def test_an_engine_that_is_not_there(self):
        self.assert_refused(self.rgc(None, "status", "--host", "unix:///nowhere/docker.sock"), 4, "/nowhere/docker.sock")
        self.assert_refused(self.rgc(None, "collect", "--here", "--host", "unix:///nowhere/docker.sock"), 4)
        self.assertEqual(self.rgc(None, "check", "--host", "unix:///nowhere/docker.sock").returncode, 4)

    def test_the_host_option_goes_before_the_environment_and_that_before_the_configuration(self):
        with FakeEngine(kamal_host(12)) as engine:
            self.assertEqual(self.rgc(engine, "plan", DOCKER_HOST="unix:///nowhere").returncode, 0)
            self.config = self.write("host.conf", CONFIG.format(storage=self.directory.name) + "[engine]\nhost = unix:///nowhere\n")
            self.assertEqual(self.rgc(None, "plan", DOCKER_HOST=engine.host).returncode, 0)
            self.assertEqual(self.rgc(None, "plan").returncode, 4)

    def test_a_second_pass_is_told_that_one_is_running(self):
        with FakeEngine(kamal_host(12)) as engine:
            self.assertEqual(self.rgc(engine, "collect", "--here", "--app", "app0").returncode, 0)
            before = len(removals(engine))
            with open(self.state + "/lock", "r+", encoding="utf-8") as lock:
                fcntl.lockf(lock, fcntl.LOCK_EX)
                self.assert_refused(self.rgc(engine, "collect", "--here"), 5, str(os.getpid()))
                self.assertEqual(self.rgc(engine, "plan").returncode, 0)
                self.assertIn("another pass", self.rgc(engine, "check").stdout)
            self.assertEqual(len(removals(engine)), before)

    def test_failed_removals_are_named_and_fail_the_command(self):
        with FakeEngine(kamal_host(12), faults=[{"match": "DELETE /images", "do": "status:500", "message": "no such luck"}]) as engine:
            result = self.rgc(engine, "collect", "--here")
            self.assertEqual(result.returncode, 1)
            self.assertIn("no such luck", result.stdout)
            self.assertIn("removed 2 containers", result.stdout)
            self.assertRegex(result.stderr, r"^rgc: 8 removals failed: r:5000/app0:.*no such luck\n$")

    def test_a_tag_that_cannot_be_given_back_is_told_as_that(self):
        document = kamal_host(12)
        document["images"][-1]["tags"].append("r:5000/app0:old")
        faults = [{"match": "^DELETE /images/sha256", "do": "status:500", "message": "no such luck"},
                  {"match": "^POST /images/.*/tag", "do": "status:500", "message": "nor this"}]
        with FakeEngine(document, faults=faults) as engine:
            lines = self.rgc(engine, "collect", "--here").stdout.splitlines()
            given_back = [line for line in lines if "nor this" in line]
            self.assertEqual(len(given_back), 1, lines)
            self.assertIn("could not put it back; the next pass does", given_back[0])

    def test_a_signal_ends_a_pass_between_two_removals(self):
        started = []
        first = {"match": "DELETE /images", "times": 1,
                 "before": lambda _: until(lambda: started)[0].send_signal(signal.SIGTERM)}
        with FakeEngine(kamal_host(60), faults=[first]) as engine:
            process = subprocess.Popen(self.command(engine, "collect", "--here"), stdout=subprocess.PIPE, text=True,
                                       env=self.environment())
            started.append(process)
            output, _ = process.communicate(timeout=HANGS)
            self.assertEqual(process.returncode, 143)
            self.assertEqual(output.count("signal"), 1)
            self.assertNotIn("asked to end", output)
            self.assertNotIn("ended early", output)
            history = self.rgc(None, "history").stdout
            self.assertIn("interrupted", history)
            self.assertNotIn("failed", history)
            self.assertLess(len(engine.lines("DELETE /images")), 56)
            self.assertEqual(self.rgc(engine, "collect", "--dry-run").returncode, 0)

    def interrupted(self, words, number, hangs="GET /images/json"):
        """What a command has printed, and its exit code, that a signal reaches while the engine has its request."""
        started = []
        fault = {"match": hangs, "times": 1, "before": lambda _: until(lambda: started)[0].send_signal(number), "do": "hang"}
        with FakeEngine(kamal_host(12), faults=[fault]) as engine:
            process = subprocess.Popen(self.command(engine, *words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                       env=self.environment())
            started.append(process)
            output, error = process.communicate(timeout=HANGS)
        return process.returncode, output, error

    def test_ctrl_c_ends_each_command_with_130_and_prints_no_half(self):
        for words in (["status"], ["status", "--deep", "--json"], ["plan"], ["plan", "--json"], ["why", "app0"], ["audit"],
                      ["check"], ["collect", "--dry-run"], ["names", "IMAGE"]):
            with self.subTest(words=words):
                self.assertEqual(self.interrupted(words, signal.SIGINT), (130, "", ""))
        self.assertEqual(self.interrupted(["plan"], signal.SIGTERM), (143, "", ""))

    def test_ctrl_c_ends_a_pass_with_130_and_a_report(self):
        code, output, _ = self.interrupted(["collect", "--here"], signal.SIGINT, "DELETE /containers")
        self.assertEqual(code, 130, output)
        self.assertIn("A signal ended the pass; the next one continues.\n", output)
        os.unlink(f"{self.state}/ledger.json")
        code, output, _ = self.interrupted(["collect", "--here", "--json"], signal.SIGINT, "DELETE /containers")
        self.assertEqual((code, validated(output)["interrupted"]), (130, True))

    def test_ctrl_c_ends_a_watch_with_130_after_whole_lines(self):
        with FakeEngine(kamal_host(3)) as engine:
            process = subprocess.Popen(self.command(engine, "watch"), stdout=subprocess.PIPE, text=True, env=self.environment())
            self.assertEqual(json.loads(process.stdout.readline()), {"type": "connected"})
            process.send_signal(signal.SIGINT)
            for line in process.communicate(timeout=HANGS)[0].splitlines():
                json.loads(line)
            self.assertEqual(process.returncode, 130)

    def test_names_are_those_that_a_shell_may_be_offered(self):
        document = kamal_host(12)
        entry, box = kamal_release("shop", "v1", 0, "running", time.time(), "staging")
        document["images"] += [entry, image("untagged", digests=["r:5000/me/wiki@" + image("manifest")["id"]])]
        odd = {**box, "id": "f" * 64, "name": "odd", "labels": {"service": "$(touch /tmp/x)", "role": "web"}}
        document["containers"] += [box, odd]
        with FakeEngine(document) as engine:
            for learned in (False, True):
                apps = self.rgc(engine, "names", "APP").stdout.splitlines()
                self.assertEqual(sorted(apps), ["app0", *["r:5000/shop"] * learned, "shop/staging"])
                self.rgc(engine, "collect", "--here")
            names = self.rgc(engine, "names", "[APP|IMAGE|CONTAINER]").stdout.splitlines()
        for name in ("app0", "r:5000/shop:v1", "odd", box["name"]):
            self.assertIn(name, names)
        self.assertEqual([name for name in names if "$" in name or " " in name], [])

    def test_output_that_cannot_be_written_is_a_failure(self):
        with FakeEngine(kamal_host(12)) as engine, open("/dev/full", "w", encoding="utf-8") as full:
            result = subprocess.run(self.command(engine, "plan"), stdout=full, stderr=subprocess.PIPE, text=True,
                                    env=self.environment(), check=False)
            self.assertEqual(result.returncode, 1)
            self.assertIn("cannot write to standard output", result.stderr)

    def test_color_is_for_terminals_that_want_it(self):
        with FakeEngine(kamal_host(12)) as engine:
            self.assertIn("\033[31m", self.on_terminal(engine, "plan")[1])
            self.assertNotIn("\033[", self.on_terminal(engine, "plan", NO_COLOR="1")[1])
            self.assertNotIn("\033[", self.on_terminal(engine, "plan", TERM="dumb")[1])
            self.assertNotIn("\033[", self.on_terminal(engine, "plan", "--color", "never")[1])
            self.assertNotIn("\033[", self.rgc(engine, "plan").stdout)
            self.assertIn("\033[31m", self.rgc(engine, "plan", "--color", "always", NO_COLOR="1").stdout)

    def test_tables_fit_the_terminal(self):
        with FakeEngine(kamal_host(12)) as engine:
            for columns in (60, 72, 100):
                _, output = self.on_terminal(engine, "plan", "--color", "never", columns=columns)
                self.assertLessEqual(max(map(len, output.split("\r\n"))), columns)
            self.assertTrue(self.rgc(engine, "plan", LC_ALL="C").stdout.isascii())

    def test_a_file_is_cut_only_where_columns_says_so(self):
        document = kamal_host(12)
        name = "r:5000/a-team-with-a-name/an-app-whose-name-is-longer-than-most-of-the-others-here:v1.2.3-rc4"
        document["images"].append(image("long", tags=[name]))
        with FakeEngine(document) as engine:
            self.assertIn(name, self.rgc(engine, "plan").stdout)
            lines = self.rgc(engine, "plan", COLUMNS="80").stdout.splitlines()
            self.assertLessEqual(max(map(len, lines)), 80)
            self.assertIn("…", "".join(lines))

    def test_progress_is_one_line_on_a_terminal_and_leaves_nothing(self):
        with FakeEngine(kamal_host(60)) as engine:
            code, output = self.on_terminal(engine, "collect", "--here", "--color", "never")
            self.assertEqual(code, 0)
            self.assertIn("\r\033[Kremoving ", output)
            progress, result = output.rsplit("\r\033[K", 1)
            self.assertNotIn("\n", progress)
            self.assertIn("removed ", result)
            self.assertNotIn("removing ", result)
            for step in progress.split("\r\033[K"):
                self.assertLess(len(step), 80)
