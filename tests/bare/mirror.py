# SPDX-License-Identifier: MIT
"""The mirror of Debian's packages that a bare machine reads from. The machine is in a network of its own, with nothing in it
but this: what it is asked for, it fetches in the host's network from where the host's apt fetches."""
import functools
import http.server
import shutil
import socket
import subprocess
import threading
import urllib.error
import urllib.request

import network
import roots
import workspace

TIMEOUT = 300

# Each of some hundred files is a connection of its own; a name server that is asked for each of them answers ever later.
socket.getaddrinfo = functools.lru_cache(maxsize=None)(socket.getaddrinfo)


def upstream():
    """Where trees come from: an address that ends with a slash."""
    found = subprocess.run([str(roots.TREES), "mirror"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    return found.rstrip("/") + "/"


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self):
        network.enter_the_hosts()
        super().setup()

    def do_GET(self):  # noqa: N802 (the name is http.server's)
        try:
            answer = urllib.request.urlopen(self.server.upstream + self.path.lstrip("/"), timeout=TIMEOUT)
        except urllib.error.HTTPError as error:
            self.send_error(error.code)
        except OSError as error:
            self.send_error(502, str(error))
        else:
            with answer:
                self._pass_on(answer)

    def _pass_on(self, answer):
        self.send_response(200)
        for name in ("Content-Length", "Last-Modified"):
            if answer.headers[name]:
                self.send_header(name, answer.headers[name])
        if not answer.headers["Content-Length"]:
            self.send_header("Connection", "close")
        self.end_headers()
        try:
            shutil.copyfileobj(answer, self.wfile)
        except OSError:  # half of it is worse than none: who waits for the rest is told
            self.close_connection = True

    def log_message(self, *_words):
        pass


class Mirror:
    """With start() it listens on the loopback of the network that this program has been moved to; `address` is there."""

    def __init__(self):
        self._server = None
        self.address = None

    def start(self, suite):
        """Raises Unavailable where the packages of this suite cannot be had."""
        where = upstream()
        try:
            urllib.request.urlopen(f"{where}dists/{suite}/Release", timeout=TIMEOUT).close()
        except OSError as error:
            raise workspace.Unavailable(f"no packages of {suite} to be had: {error}") from error
        network.leave_the_hosts()
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.upstream = where
        self.address = f"http://127.0.0.1:{self._server.server_port}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self
