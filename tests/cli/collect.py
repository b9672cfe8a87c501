# SPDX-License-Identifier: MIT
"""rgc collect against a socket at which this test answers."""
import json
import os
import pty
import signal
import socket
import subprocess
import tempfile
import threading
import unittest

from other_user import NOBODY, needs_root, within_reach
from program import RGC
from schemas import validated
from waiting import HANGS, longer_and_longer, until

SUMMARY = {
    "schema": "rgc/summary/1", "pass": 431, "error": None, "counts": {"remove": {"superseded": 2}},
    "removed": {"images": 2, "containers": 2, "build_cache_records": 0}, "outcomes": {"removed": 4},
    "freed": {"estimated_bytes": 0, "engine_bytes": 0, "disk_bytes": 1300000000},
    "disk": [{"path": "/", "before_percent": 71.1, "after_percent": 64.2, "available_bytes": 36200000000}],
    "rollback": [{"app": "blog", "destination": None, "ready": 3, "wanted": 3, "version": "v42"}],
    "errors": [], "cut": {}, "exit": 0,
}
LINE = "blog v42: removed 2 releases, 1.3 GB freed, disk 71% -> 64% (36.2 GB free), rollback 3/3\n"


def progress(**line):
    return {"parameters": {"ticket": 7, "progress": line}, "continues": True}


ACCEPTED = {"parameters": {"ticket": 7}, "continues": True}


class Agent:
    """Answers one request with a script: objects are replies, bytes go as they are; HANG keeps the connection."""
    HANG = object()

    def __init__(self, path, *script):
        self.request = None
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen()
        self.thread = threading.Thread(target=self.answer, args=(script,), daemon=True)
        self.thread.start()

    def answer(self, script):
        client, _ = self.listener.accept()
        received = b""
        while not received.endswith(b"\0"):
            received += client.recv(65536)
        self.request = json.loads(received[:-1])
        for part in script:
            if part is Agent.HANG:
                client.recv(1)
                break
            client.sendall(part if isinstance(part, bytes) else json.dumps(part).encode() + b"\0")
        client.close()

    def close(self):
        self.listener.close()


class Collect(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="rgc-run-")
        self.addCleanup(directory.cleanup)
        self.path = os.path.join(directory.name, "sock")
        self.config = os.path.join(directory.name, "rgc.conf")
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(f"[agent]\nsocket = {self.path}\n")
        self.environment = {k: v for k, v in os.environ.items() if k != "DOCKER_HOST"} | {"LC_ALL": "C.UTF-8"}

    def agent(self, *script):
        agent = Agent(self.path, *script)
        self.addCleanup(agent.close)
        return agent

    def run_rgc(self, *arguments, program=RGC, **options):
        return subprocess.run([program, "collect", "--config", self.config, *arguments], capture_output=True, text=True,
                              env=self.environment, timeout=HANGS, check=False, **options)

    def assert_run(self, result, code, out=None, err=None):
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        if out is not None:
            self.assertEqual(result.stdout, out)
        if err is None:
            self.assertEqual(result.stderr, "")
        else:
            self.assertIn(err, result.stderr)

    def test_a_pass_ends_with_one_line(self):
        agent = self.agent(ACCEPTED, progress(type="step", text="reading"), {"parameters": {"ticket": 7, "summary": SUMMARY}})
        self.assert_run(self.run_rgc(), 0, LINE)
        self.assertEqual(agent.request, {"method": "io.rgc.Agent.Collect", "parameters": {}, "more": True})

    def test_reason_and_service_reach_the_agent(self):
        agent = self.agent(ACCEPTED, {"parameters": {"ticket": 7, "summary": SUMMARY}})
        self.assert_run(self.run_rgc("--deployed", "blog", "--reason", "über ssh"), 0, LINE)
        self.assertEqual(agent.request["parameters"], {"reason": "über ssh", "deployed": "blog"})

    def test_json_is_the_summary(self):
        self.agent(ACCEPTED, {"parameters": {"ticket": 7, "summary": SUMMARY}})
        result = self.run_rgc("--json")
        self.assert_run(result, 0)
        self.assertEqual(json.loads(result.stdout), SUMMARY)

    def test_the_exit_code_is_that_of_the_pass(self):
        for code in (1, 2, 4, 5):
            with self.subTest(code=code):
                self.agent({"parameters": {"summary": {"error": "what went wrong\033[31m", "exit": code}}})
                self.assert_run(self.run_rgc(), code, "the pass failed: what went wrong?[31m\n")
                os.unlink(self.path)

    def test_no_wait_only_asks(self):
        agent = self.agent({"parameters": {"ticket": 7}})
        self.assert_run(self.run_rgc("--no-wait"), 0, "requested a pass; rgc history shows what it does\n")
        self.assertNotIn("more", agent.request)
        os.unlink(self.path)
        self.agent({"parameters": {"ticket": 7}})
        result = self.run_rgc("--no-wait", "--json")
        self.assertEqual(validated(result.stdout), {"schema": "rgc/request/1", "ticket": 7, "state": "requested"})

    def test_a_pass_that_takes_longer_than_the_time_goes_on(self):
        for seconds in longer_and_longer(1):
            self.agent(ACCEPTED, Agent.HANG)
            result = self.run_rgc("--timeout", f"{seconds}s")
            os.unlink(self.path)
            if "does not answer" not in result.stderr:  # the first reply came in time
                break
        self.assert_run(result, 0)
        self.assertTrue(result.stdout.startswith("the pass is still running"))
        for seconds in longer_and_longer(seconds):
            self.agent(ACCEPTED, Agent.HANG)
            result = self.run_rgc("--timeout", f"{seconds}s", "--json")
            os.unlink(self.path)
            if "does not answer" not in result.stderr:
                break
        self.assertEqual(validated(result.stdout), {"schema": "rgc/request/1", "ticket": 7, "state": "running"})

    def test_too_many_followers_is_no_failure(self):
        self.agent({"parameters": {"ticket": 7}})
        result = self.run_rgc()
        self.assert_run(result, 0)
        self.assertIn("too many callers follow", result.stdout)

    def test_a_pass_without_a_report_is_a_failure(self):
        self.agent(ACCEPTED, {"parameters": {"ticket": 7, "summary": None}})
        self.assert_run(self.run_rgc(), 1, "", "ended without a report")

    def test_no_agent_says_how_to_start_it(self):
        self.assert_run(self.run_rgc(), 3, "", "systemctl start rgc")
        with socket.socket(socket.AF_UNIX) as stale:
            stale.bind(self.path)
        self.assert_run(self.run_rgc(), 3, "", "systemctl start docker")
        self.assert_run(self.run_rgc(), 3, "", "sudo rgc collect --here")

    @needs_root
    def test_without_permission_it_says_who_may(self):
        self.agent(Agent.HANG)
        os.chmod(os.path.dirname(self.path), 0o755)
        os.chmod(self.path, 0o660)
        result = self.run_rgc(program=within_reach(RGC), user=NOBODY, group=NOBODY, extra_groups=[])
        self.assert_run(result, 3, "", "group docker")

    def test_an_agent_that_ends_is_no_agent(self):
        for script in ([ACCEPTED], [ACCEPTED, b'{"par'], [], [ACCEPTED, {"error": "io.rgc.Agent.Stopping"}]):
            with self.subTest(script=script):
                self.agent(*script)
                self.assert_run(self.run_rgc(), 3, "", "the agent ended before the pass did")
                os.unlink(self.path)

    def test_an_agent_that_says_nothing_is_waited_for_as_long_as_told(self):
        self.agent(Agent.HANG)
        self.assert_run(self.run_rgc("--timeout", "300ms"), 3, "", "does not answer")

    def test_what_is_no_agent_is_told(self):
        for script in ([b"HTTP/1.1 400\r\n\0"], [{"error": "org.varlink.service.MethodNotFound"}], [b"[]\0"]):
            with self.subTest(script=script):
                self.agent(*script)
                self.assert_run(self.run_rgc(), 3, "", self.path)
                os.unlink(self.path)

    def test_usage(self):
        for arguments in (["--timeout", "0"], ["--timeout", "soon"], ["--reason", "a\nb"], ["--deployed", "x" * 201],
                          ["--reason", ""], ["blog"], ["--app", "blog"]):
            with self.subTest(arguments=arguments):
                result = self.run_rgc(*arguments)
                self.assertEqual(result.returncode, 2, result)
                self.assertIn("rgc: ", result.stderr)

    def test_the_socket_can_be_named(self):
        with open(self.config, "w", encoding="utf-8"):
            pass
        self.agent({"parameters": {"ticket": 7, "summary": SUMMARY}})
        self.assert_run(self.run_rgc("--socket", self.path), 0, LINE)

    def test_a_terminal_sees_progress_on_one_line(self):
        self.agent(ACCEPTED, progress(type="step", text="reading the list of images\033]0;x\007"),
                   progress(type="outcome", kind="image", ref="blog:v3", outcome="removed", done=1, total=2),
                   {"parameters": {"ticket": 7, "summary": SUMMARY}})
        master, terminal = pty.openpty()
        process = subprocess.Popen([RGC, "collect", "--config", self.config], stdout=subprocess.PIPE, stderr=terminal,
                                   env=self.environment | {"TERM": "xterm"}, text=True)
        os.close(terminal)
        out = process.communicate(timeout=HANGS)[0]
        shown = b""
        while True:
            try:
                chunk = os.read(master, 65536)  # perhaps only a part
            except OSError:  # the other end is closed
                break
            if not chunk:
                break
            shown += chunk
        shown = shown.decode()
        os.close(master)
        self.assertEqual((process.returncode, out), (0, LINE))
        for text in ("waiting for the pass", "reading the list of images", "removing 1/2: image blog:v3"):
            self.assertIn("\r\033[K" + text, shown)
        self.assertNotIn("\n", shown)
        self.assertNotIn("\033]", shown)
        self.assertTrue(shown.endswith("\r\033[K"))

    def test_an_interrupt_ends_the_client_at_once(self):
        agent = self.agent(ACCEPTED, Agent.HANG)
        process = subprocess.Popen([RGC, "collect", "--config", self.config], env=self.environment)
        until(lambda: agent.request)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(HANGS), 130)
