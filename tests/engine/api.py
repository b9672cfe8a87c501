"""The Docker Engine API over its Unix socket, as raw as a test wants it."""

import http.client
import json
import socket
import urllib.parse


class ApiError(Exception):
    def __init__(self, method, path, status, message):
        super().__init__(f"{method} {path}: {status} {message}")
        self.status = status
        self.message = message


class Reply:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    def json(self):
        return json.loads(self.body) if self.body.strip() else None

    def objects(self):
        """The JSON objects of a body that holds several."""
        return list(_objects([self.body]))

    def message(self):
        try:
            return self.json()["message"]
        except (ValueError, KeyError, TypeError):
            return self.body.decode(errors="replace").strip()


def _objects(pieces):
    decoder = json.JSONDecoder()
    text = ""
    for piece in pieces:
        text += piece.decode()
        while True:
            text = text.lstrip()
            try:
                value, end = decoder.raw_decode(text)
            except ValueError:
                break
            yield value
            text = text[end:]


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("docker", timeout=timeout)
        self._path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class Api:
    """One engine's API. `version` is a prefix such as "1.41"; None leaves the path as it is."""

    def __init__(self, path, version=None, timeout=300):
        self.path = path
        self.version = version
        self.timeout = timeout

    def at(self, version):
        return Api(self.path, version, self.timeout)

    def _open(self, method, path, query, body, headers, timeout):
        target = f"/v{self.version}{path}" if self.version else path
        pairs = []
        for key, value in (query or {}).items():
            values = value if isinstance(value, (list, tuple)) else [value]
            for one in values:
                if isinstance(one, dict):
                    one = json.dumps(one)
                elif isinstance(one, bool):
                    one = int(one)
                if one is not None:
                    pairs.append((key, one))
        if pairs:
            target += "?" + urllib.parse.urlencode(pairs)
        headers = dict(headers or {})
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        connection = _UnixConnection(self.path, timeout or self.timeout)
        connection.request(method, target, body=body, headers=headers)
        return connection, connection.getresponse()

    def request(self, method, path, query=None, body=None, headers=None, allow=(), timeout=None):
        """Sends a request and returns a Reply; raises ApiError for 400 and above, unless the status is in `allow`."""
        connection, answer = self._open(method, path, query, body, headers, timeout)
        try:
            reply = Reply(answer.status, answer.headers, answer.read())
        finally:
            connection.close()
        if reply.status >= 400 and reply.status not in allow:
            raise ApiError(method, path, reply.status, reply.message())
        return reply

    def get(self, path, **query):
        return self.request("GET", path, query).json()

    def post(self, path, body=None, **query):
        return self.request("POST", path, query, body).json()

    def delete(self, path, **query):
        return self.request("DELETE", path, query).json()

    def stream(self, method, path, query=None, body=None, headers=None, timeout=None):
        """Yields the JSON objects of an answer as they come. Close the generator to hang up."""
        connection, answer = self._open(method, path, query, body, headers, timeout)
        try:
            if answer.status >= 400:
                reply = Reply(answer.status, answer.headers, answer.read())
                raise ApiError(method, path, reply.status, reply.message())
            yield from _objects(iter(lambda: answer.read1(65536), b""))
        finally:
            connection.close()
