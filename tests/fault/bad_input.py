#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Whatever is wrong with configuration, command line or engine: one sentence, the right exit code, nothing removed."""
import os
import shutil
import socket
import threading
import time
import unittest

from fault_hosts import FLAVOURS, rich_host
from harness import LONG, NOBODY, World, expect_one_sentence, run_tests

DOCUMENT = rich_host().document()
needs_root = unittest.skipUnless(os.geteuid() == 0 and shutil.which("setpriv"), "needs root and setpriv")

# (what stands in the file, line of the mistake, a part of what is said)
MISTAKES = [
    ("[retention]\nkeep_previous = three\n", 2, 'keep_previous: not a number from 0 to 1000: "three"'),
    ("[retention]\nkeep_previous = -1\n", 2, "a number from 0 to 1000"),
    ("[retention]\nkeep_previous = 1001\n", 2, "not from 0 to 1000"),
    ("[retention]\nkeep_previous = 99999999999999999999\n", 2, "not from 0 to 1000"),
    ("[retention]\nkeep_previous = 3.5\n", 2, "a number from 0 to 1000"),
    ("[retention]\nkeep_previous =\n", 2, "a number from 0 to 1000"),
    ("[retention]\nkeep_for = 7\n", 2, "off, or a duration such as 7d"),
    ("[retention]\nmin_age = 1 fortnight\n", 2, "a duration such as 36h"),
    ("[retention]\nmin_age = off\n", 2, "a duration such as 36h"),
    ("[retention]\nmin_age = -1h\n", 2, "a duration such as 36h"),
    ("[retention]\nmin_uptime = 1m1\n", 2, "a duration such as 36h"),
    ("[retention]\nquiet = 99999d\n", 2, "not from"),
    ("[retention]\nsuperseded_containers = delete\n", 2, "remove or keep"),
    ("[retention]\ndangling = yes\n", 2, "remove or keep"),
    ("[retention]\njobs_max_unused = never\n", 2, "off, or a duration such as 35d"),
    ("[retention]\nunmanaged_max_unused = x\n", 2, "off, or a duration"),
    ("[retention]\nidle_apps = on\n", 2, "off, or a duration"),
    ("[retention]\nkeep = 3\n", 2, 'unknown key "keep": expected one of keep_previous'),
    ("[retention]\nmax_unused = 3h\n", 2, "it belongs in [build_cache]"),
    ("[retention]\nkeep_previous = 3\nkeep_previous = 4\n", 3, "already set on line 2"),
    ("[retention]\n\n; a comment\nkeep_previous = 3\n\n[retention]\nkeep_previous = 3\n", 7, "already set on line 4"),
    ("[engine]\nhost = tcp://h:2375\n", 2, "the engine's socket, unix:///PATH"),
    ("[engine]\nhost = /var/run/docker.sock\n", 2, "unix:///PATH"),
    ("[engine]\nhost = unix://docker.sock\n", 2, "unix:///PATH"),
    ("[engine]\ntimeout = 0\n", 2, "timeout"),
    ("[engine]\ntimeout = 100ms\n", 2, "not from 1s to 1h"),
    ("[engine]\nparallel = 0\n", 2, "not from 1 to 64"),
    ("[engine]\nparallel = 65\n", 2, "not from 1 to 64"),
    ("[engine]\nstorage = var/lib/docker\n", 2, "auto, or absolute paths"),
    ("[build_cache]\nmax_unused = off\n", 2, "a duration such as 36h"),
    ("[build_cache]\nmax_size = 0\n", 2, "max_size"),
    ("[build_cache]\nmax_size = 10\u202fGB\n", 2, "a size such as 10GB"),
    ("[build_cache]\nbuilders = remove\n", 2, "prune or report"),
    ("[build_cache]\norphans = off\n", 2, "keep, or a duration"),
    ("[disk]\nhigh = 85\n", 2, "a percentage used such as 85%"),
    ("[disk]\nhigh = 101%\n", 2, "a percentage used such as 85%"),
    ("[disk]\nhigh = 0%\n", 2, "a percentage used"),
    ("[disk]\nhigh = 70%\nlow = 80%\n", 3, "above high: expected 70% or less"),
    ("[disk]\nhigh = 60%\n", 2, "the default, is above high"),
    ("[disk]\nhigh = 5GB\nlow = 1GB\n", 3, "less than high asks for"),
    ("[disk]\nkeep_previous = -2\n", 2, "a number from 0 to 1000"),
    ("[disk]\nunmanaged = maybe\n", 2, "keep or remove"),
    ("[protect]\nimage =\n", 2, "a pattern such as postgres:*"),
    ("[protect]\nimages = postgres:*\n", 2, 'unknown key "images"'),
    ("[agent]\nsocket = rgc.sock\n", 2, "an absolute path"),
    ("[agent]\nevents = true\n", 2, "yes or no"),
    ("[agent]\ninterval = 0s\n", 2, "not from 1s"),
    ("[metrics]\ntextfile = rgc.prom\n", 2, "off, or an absolute path"),
    ("keep_previous = 3\n", 1, "a key before the first section"),
    ("[retention]\nkeep_previous 3\n", 2, "expected [section], key = value"),
    ("[retention\nkeep_previous = 3\n", 1, "expected a section such as [retention]"),
    ("[]\n", 1, "expected a section such as [retention]"),
    ("[retention] keep_previous = 3\n", 1, "text after the section's ]"),
    ("[retentoin]\nkeep_previous = 3\n", 1, "unknown section [retentoin]"),
    ("[Retention]\nkeep_previous = 3\n", 1, "unknown section [Retention]"),
    ("[" + "x" * 60 + "]\nmatch = a\n", 1, "the section's name has 60 bytes: expected at most 49"),
    ("[protect]\nimage = " + "x" * 300 + "\n", 2, "the line has 308 bytes: expected at most 199"),
    ("[protect]\nimage = a\x1b[2Jb\n", 2, "a control character (0x1b)"),
    ("[protect]\nimage = a\0b\n", 2, "a control character (0x00)"),
    ("\x7fELF\x02\x01\x01\n", 1, "a control character"),
    ("[app blog]\nkeep_previous = many\n", 2, "a number from 0 to 1000"),
    ("[app blog]\nhigh = 80%\n", 2, "it belongs in [disk]"),
    ("[app blog]\nkeep_previous = 5\n[app blog]\nkeep_previous = 6\n", 3, "both match"),
    ("[app blog]\nkeep_previous = 5\n[mine]\nmatch = blo*\nkeep_previous = 6\n", 3, "both match"),
    ("<html><body>404</body></html>\n", 1, "expected [section], key = value"),
    ("{\"retention\": {}}\n", 1, "expected [retention]"),
]

USAGE = [
    ([], "which command?"),
    (["colect"], "did you mean collect?"),
    (["collect", "--force"], "'--force'"),
    (["collect", "-f"], "unknown option '-f'"),
    (["collect", "now"], "takes no argument"),
    (["plan", "--app"], "the value is missing"),
    (["plan", "--app="], "empty value"),
    (["plan", "--json=yes"], "takes no value"),
    (["why"], "which one?"),
    (["why", "a", "b"], "takes one"),
    (["history", "-n", "many"], "takes a number"),
    (["history", "-n", "-1"], "takes a number"),
    (["status", "--dry-run"], "has no option"),
    (["plan", "--color", "mauve"], "auto, always or never"),
    (["collect", "--dryrun"], "did you mean --dry-run?"),
    (["--help-me"], "unknown option"),
    (["plan", "--app", "nix"], "no app named 'nix'"),
    (["why", "no-such-image"], "no image or container"),
    (["collect", "--app", "nix"], "no app named 'nix'"),
    (["plan", "--app", "a\x1b[2Jb"], "no app named"),
    (["\x1b[2J"], "unknown command"),
    (["plan", "--\x1b[31m"], "unknown option"),
]


class Silent:
    """A socket that accepts, and says these bytes or nothing."""

    def __init__(self, path, answer=b"", close=False):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(path)
        self.socket.listen(8)
        self.answer, self.close, self.open = answer, close, []
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            connection.recv(65536)
            connection.sendall(self.answer)
            if self.close:
                connection.close()
            self.open.append(connection)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.socket.close()
        for connection in self.open:
            connection.close()


class BadInput(unittest.TestCase):
    def setUp(self):
        self.world = World(DOCUMENT)
        self.world.__enter__()
        self.addCleanup(self.world.__exit__)

    def assert_refused(self, result, code, *texts):
        self.assertEqual(result.code, code, result)
        self.assertEqual(result.out, "")
        expect_one_sentence(result)
        said = " ".join(result.err.split())
        for text in texts:
            self.assertIn(text, said)
        self.assertEqual(self.world.changes(), [])

    # --- configuration

    def test_each_mistake_names_file_line_and_what_was_expected(self):
        for number, (text, line, said) in enumerate(MISTAKES):
            with self.subTest(text):
                path = self.world.write("bad.conf", text)
                self.assert_refused(self.world.rgc("collect", "--config", path), 2, f"bad.conf:{line}: ", said)
                if number % 8:
                    continue
                self.assert_refused(self.world.rgc("plan", "--config", path), 2, f"bad.conf:{line}: ", said)
                check = self.world.rgc("check", "--config", path)
                self.assertEqual(check.code, 2, check)
                self.assertIn(f"bad.conf:{line}: ", "".join(check.out.split("\n")))
        self.assertFalse(os.path.exists(self.world.state))

    def test_files_that_are_none(self):
        missing = os.path.join(self.world.directory, "nix.conf")
        self.assert_refused(self.world.rgc("collect", "--config", missing), 2, "nix.conf", "No such file")
        self.assert_refused(self.world.rgc("collect", "--config", self.world.directory), 2, "directory")
        self.assert_refused(self.world.rgc("collect", "--config", "/dev/zero"), 2, "/dev/zero")
        large = self.world.write("large.conf", "; x\n" * (1 << 19))
        self.assert_refused(self.world.rgc("collect", "--config", large), 2, "large.conf", "larger than")

    def test_files_that_are_right_in_odd_ways(self):
        for text in ("", "\n\n", "\ufeff[retention]\nkeep_previous = 3\n", "[retention]\r\nkeep_previous = 3\r\n",
                     "[retention]\n  keep_previous = 3 ; three\n# x\n; y\n", "[retention]\nkeep_previous = 3"):
            result = self.world.rgc("plan", "--config", self.world.write("odd.conf", text))
            self.assertEqual(result.code, 0 if "engine" in text else result.code, result)
            self.assertNotIn("odd.conf", result.err)

    @needs_root
    def test_a_configuration_that_may_not_be_read_is_not_passed_over(self):
        path = self.world.write("secret.conf", "[retention]\nkeep_previous = 9\n")
        os.chmod(path, 0)
        os.chmod(os.path.dirname(self.world.engine.socket_path), 0o755)
        os.chmod(self.world.engine.socket_path, 0o666)
        self.world.prefix = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        for verb in ("collect", "plan", "status"):
            self.assert_refused(self.world.rgc(verb, "--config", path), 2, "secret.conf", "Permission denied")

    # --- command line

    def test_each_mistake_on_the_command_line(self):
        for words, said in USAGE:
            with self.subTest(words):
                if words == ["collect", "--app", "nix"]:
                    continue  # its pass runs, and finds that it has nothing to do: below
                self.assert_refused(self.world.rgc(*words), 2, said)
        self.assertFalse(os.path.exists(self.world.state))
        self.assert_refused(self.world.rgc("collect", "--app", "nix"), 2, "no app named 'nix'")

    def test_engines_elsewhere(self):
        for host in ("tcp://192.0.2.1:2375", "ssh://user@host", "http://localhost", "npipe:////./pipe/docker",
                     "unix://relative", "fd://", "x"):
            with self.subTest(host):
                self.assert_refused(self.world.rgc("collect", "--host", host), 2, f"--host is '{host}'", "unix:///")
        self.assert_refused(self.world.rgc("collect", "--host", "unix:///" + "x" * 200), 2, "107 bytes")

    def test_the_environment(self):
        self.world.environment = {"DOCKER_HOST": "tcp://192.0.2.1:2375"}
        command = self.world.command
        self.world.command = lambda *words: [w for n, w in enumerate(command(*words))
                                             if w != "--host" and command(*words)[n - 1] != "--host"]
        self.assert_refused(self.world.rgc("collect"), 2, "DOCKER_HOST is 'tcp://192.0.2.1:2375'")
        self.world.environment = {"DOCKER_HOST": self.world.engine.host, "http_proxy": "http://192.0.2.1:3128",
                                  "ALL_PROXY": "socks5://192.0.2.1:1080"}
        self.assertEqual(self.world.rgc("plan").code, 0)

    # --- engines

    def ask(self, path):
        results = [self.world.rgc(verb, "--host", "unix://" + path) for verb in ("collect", "plan", "status")]
        return results

    def assert_engine_refused(self, path, code, *texts):
        for result in self.ask(path):
            self.assert_refused(result, code, *texts)

    def test_no_engine(self):
        missing = os.path.join(self.world.directory, "nix.sock")
        self.assert_engine_refused(missing, 4, "there is no socket", "systemctl status docker")
        self.assert_engine_refused(self.world.write("file", ""), 4, "is not a socket")
        self.assert_engine_refused(self.world.directory, 4, "is not a socket")
        stale = os.path.join(self.world.directory, "stale.sock")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(stale)
        self.assert_engine_refused(stale, 4, "Docker is not running", "systemctl start docker")

    @needs_root
    def test_no_permission(self):
        os.chmod(os.path.dirname(self.world.engine.socket_path), 0o755)
        os.chmod(self.world.engine.socket_path, 0o600)
        os.chmod(self.world.directory, 0o777)
        self.world.prefix = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        self.assert_engine_refused(self.world.engine.socket_path, 4, "no permission", "group docker")

    def test_no_engine_behind_the_socket(self):
        answers = {b"220 mail.example.org ESMTP\r\n": "no Docker engine", b"\0\1\2\3" * 100: "no Docker engine",
                   b"": "closed the connection", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{": "cut off",
                   b"HTTP/1.1 200 OK\r\n\r\n<html>": "", b"SSH-2.0-OpenSSH_9.2\r\n": "no Docker engine",
                   b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n": "404",
                   b"HTTP/1.1 400 Bad Request\r\nContent-Length: 12\r\n\r\nBad Request\n": "Bad Request",
                   b"HTTP/1.1 302 Found\r\nLocation: http://example.org/\r\nContent-Length: 0\r\n\r\n": "302",
                   b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}": "not a version",
                   b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n": ""}
        for number, (answer, said) in enumerate(answers.items()):
            with self.subTest(answer), Silent(os.path.join(self.world.directory, f"{number}.sock"), answer, True):
                self.assert_engine_refused(os.path.join(self.world.directory, f"{number}.sock"), 1, said)

    def test_an_engine_that_never_answers(self):
        path = os.path.join(self.world.directory, "silent.sock")
        config = ["--config", self.world.write("short.conf", "[engine]\ntimeout = 1s\n")]
        with Silent(path):
            began = time.time()
            result = self.world.rgc("collect", "--host", "unix://" + path, *config)
            self.assert_refused(result, 4, "did not answer within 1s")
            self.assertLess(time.time() - began, 9)
            if LONG:  # whatever is configured for lists, the first question waits 10 s
                config = ["--config", self.world.write("default.conf", "")]
                result = self.world.rgc("collect", "--host", "unix://" + path, *config)
                self.assert_refused(result, 4, "did not answer within 10s")

    def engine_with(self, **engine):
        world = World({**DOCUMENT, **engine})
        world.__enter__()
        self.addCleanup(world.__exit__)
        return world

    def test_engines_too_old_and_too_new(self):
        refused = [({"api": "1.40", "version": "19.03.15"}, "too old"), ({"api": "1.24", "version": "1.12"}, "too old"),
                   ({"api": "1.60", "min_api": "1.52", "version": "40.0"}, "a newer rgc is needed"),
                   ({"api": "2.0"}, "not a version")]
        for engine, said in refused:
            with self.subTest(engine):
                self.world = self.engine_with(**engine)
                self.assert_refused(self.world.rgc("collect"), 1, said)
        for engine in ({"api": "1.41"}, {"api": "1.99", "min_api": "1.44"}, {"api": "1.51", "min_api": "1.51"}):
            with self.subTest(engine):
                self.assertEqual(self.engine_with(**engine).collect().code, 0)

    def test_podman_is_recognised_and_asked_for_nothing_that_it_has_not(self):
        world = World(rich_host().document("podman"))
        with world:
            self.assertEqual(world.collect().code, 0)
            self.assertEqual(world.engine.lines("prune|system/df"), [])
            self.assertTrue(world.changes())

    def test_only_what_may_be_asked_is_asked(self):
        for flavour in FLAVOURS:
            with self.subTest(flavour), World(rich_host().document(flavour)) as world:
                self.assertEqual(world.collect().code, 0)
                self.assertEqual(world.engine.state.violations, [])
                for line in world.changes():
                    self.assertRegex(line, r"^(DELETE /(images|containers)/[^?]*|POST /build/prune\?filters=.*)$")


if __name__ == "__main__":
    run_tests()
