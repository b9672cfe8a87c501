# SPDX-License-Identifier: MIT
"""Whatever is wrong with configuration, command line or engine: one sentence, the right exit code, nothing removed."""
import os
import socket
import threading
import unittest

from fault_hosts import FLAVOURS, rich_host
from harness import LONG, World, expect_one_sentence
from mistakes import MISTAKES, USAGE
from other_user import needs_root

DOCUMENT = rich_host().document()


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
                self.assert_refused(self.world.rgc("collect", "--here", "--config", path), 2, f"bad.conf:{line}: ", said)
                if number % 8:
                    continue
                self.assert_refused(self.world.rgc("plan", "--config", path), 2, f"bad.conf:{line}: ", said)
                check = self.world.rgc("check", "--config", path)
                self.assertEqual(check.code, 2, check)
                self.assertIn(f"bad.conf:{line}: ", "".join(check.out.split("\n")))
        self.assertFalse(os.path.exists(self.world.state))

    def test_files_that_are_none(self):
        missing = os.path.join(self.world.directory, "nix.conf")
        self.assert_refused(self.world.rgc("collect", "--here", "--config", missing), 2, "nix.conf", "No such file")
        self.assert_refused(self.world.rgc("collect", "--here", "--config", self.world.directory), 2, "directory")
        self.assert_refused(self.world.rgc("collect", "--here", "--config", "/dev/zero"), 2, "/dev/zero")
        large = self.world.write("large.conf", "; x\n" * (1 << 19))
        self.assert_refused(self.world.rgc("collect", "--here", "--config", large), 2, "large.conf", "larger than")

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
        self.world.become_nobody()
        for words in (["collect"], ["collect", "--here"], ["plan"], ["status"]):
            self.assert_refused(self.world.rgc(*words, "--config", path), 2, "secret.conf", "Permission denied")

    # --- command line

    def test_each_mistake_on_the_command_line(self):
        for words, said in USAGE:
            with self.subTest(words):
                if words == ["collect", "--here", "--app", "nix"]:
                    continue  # its pass runs, and finds that it has nothing to do: below
                self.assert_refused(self.world.rgc(*words), 2, said)
        self.assertFalse(os.path.exists(self.world.state))
        self.assert_refused(self.world.rgc("collect", "--here", "--app", "nix"), 2, "no app named 'nix'")

    def test_engines_elsewhere(self):
        for host in ("tcp://192.0.2.1:2375", "ssh://user@host", "http://localhost", "npipe:////./pipe/docker",
                     "unix://relative", "fd://", "x"):
            with self.subTest(host):
                self.assert_refused(self.world.rgc("collect", "--here", "--host", host), 2, f"--host is '{host}'", "unix:///")
        self.assert_refused(self.world.rgc("collect", "--here", "--host", "unix:///" + "x" * 200), 2, "107 bytes")

    def test_the_environment(self):
        self.world.environment = {"DOCKER_HOST": "tcp://192.0.2.1:2375"}
        command = self.world.command
        self.world.command = lambda *words: [w for n, w in enumerate(command(*words))
                                             if w != "--host" and command(*words)[n - 1] != "--host"]
        self.assert_refused(self.world.rgc("collect", "--here"), 2, "DOCKER_HOST is 'tcp://192.0.2.1:2375'")
        self.world.environment = {"DOCKER_HOST": self.world.engine.host, "http_proxy": "http://192.0.2.1:3128",
                                  "ALL_PROXY": "socks5://192.0.2.1:1080"}
        self.assertEqual(self.world.rgc("plan").code, 0)

    # --- engines

    def ask(self, path):
        results = [self.world.rgc(*words, "--host", "unix://" + path)
                   for words in (["collect", "--here"], ["plan"], ["status"])]
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
        self.world.become_nobody()
        self.assert_engine_refused(self.world.engine.socket_path, 4, "no permission", "group docker")

    def test_no_engine_behind_the_socket(self):
        answers = {b"220 mail.example.org ESMTP\r\n": "not a Docker engine", b"\0\1\2\3" * 100: "not a Docker engine",
                   b"": "closed the connection", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{": "cut off",
                   b"HTTP/1.1 200 OK\r\n\r\n<html>": "", b"SSH-2.0-OpenSSH_9.2\r\n": "not a Docker engine",
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
            result = self.world.rgc("collect", "--here", "--host", "unix://" + path, *config)
            self.assert_refused(result, 4, "did not answer within 1s")
            if LONG:  # whatever is configured for lists, the first question waits 10 s
                config = ["--config", self.world.write("default.conf", "")]
                result = self.world.rgc("collect", "--here", "--host", "unix://" + path, *config)
                self.assert_refused(result, 4, "did not answer within 10s")

    def engine_with(self, **engine):
        world = World({**DOCUMENT, **engine})
        world.__enter__()
        self.addCleanup(world.__exit__)
        return world

    def test_engines_too_old_and_too_new(self):
        refused = [({"api": "1.40", "version": "19.03.15"}, "too old"), ({"api": "1.24", "version": "1.12"}, "too old"),
                   ({"api": "1.60", "min_api": "1.52", "version": "40.0"}, "install a newer rgc"),
                   ({"api": "2.0"}, "not a version")]
        for engine, said in refused:
            with self.subTest(engine):
                self.world = self.engine_with(**engine)
                self.assert_refused(self.world.rgc("collect", "--here"), 1, said)
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
                    self.assertRegex(line, r"^(DELETE /(images|containers)/[^?]*|POST /build/prune\?filters=.*|"
                                     r"POST /images/[^?]*/tag\?repo=rgc.invalid/removing&tag=[^&]*)$")
