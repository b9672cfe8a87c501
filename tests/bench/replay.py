# SPDX-License-Identifier: MIT
"""Answers of a fake engine, recorded once and then served from memory by a process of its own.

What is left to measure is the client: no real engine answers as fast.
"""
import os
import re
import selectors
import signal
import socket
import subprocess
import urllib.parse

import bench  # noqa: F401  (finds the modules below)
from api import Api
from fake_engine import FakeEngine


def _key(path):
    """What a path is known by, whoever has written it, with or without %7B and the like."""
    path = urllib.parse.unquote_to_bytes(re.sub(rb"^/v1\.\d+", b"", path))
    return b"/events" if path.startswith(b"/events?") else path


def record(document, command):
    """Runs `command(host)` against a fake engine and returns {path: answer} of what it asked for."""
    with FakeEngine(document) as engine:
        subprocess.run(command(engine.host), stdout=subprocess.DEVNULL, check=True)
        paths = [line.removeprefix("GET ") for line in engine.lines("^GET ")]
        answers = {}
        for path in paths:
            api = Api(engine.socket_path, None if path == "/version" else engine.state.api)
            body = api.request("GET", path).body
            head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            answers[_key(path.encode())] = head.encode() + body
    # As rgc wrote them: the fake engine's lines are for people, with the braces and quotes of filters.
    paths = [urllib.parse.quote(path, safe="/?&=:") for path in paths]
    return [path if path == "/version" else f"/v1.51{path}" for path in paths], answers


def _serve(listener, answers):
    selector = selectors.DefaultSelector()
    listener.setblocking(False)
    selector.register(listener, selectors.EVENT_READ)
    while True:
        for ready, _ in selector.select():
            if ready.fileobj is listener:
                client = listener.accept()[0]
                selector.register(client, selectors.EVENT_READ)
                continue
            request = ready.fileobj.recv(65536)
            if not request:
                selector.unregister(ready.fileobj)
                ready.fileobj.close()
                continue
            ready.fileobj.sendall(answers[_key(request.split(b" ", 2)[1])])


class Replay:
    def __init__(self, path, answers):
        self.path = str(path)
        self.host = "unix://" + self.path
        self._answers = answers

    def __enter__(self):
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(self.path)
        listener.listen(128)
        self._child = os.fork()
        if self._child == 0:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            try:
                _serve(listener, self._answers)
            finally:
                os._exit(1)
        listener.close()
        return self

    def __exit__(self, *_):
        os.kill(self._child, signal.SIGKILL)
        os.waitpid(self._child, 0)
        os.unlink(self.path)
