#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A scripted Docker engine on a Unix socket, for tests.

    with FakeEngine(kamal_host(100), faults=[{"match": "DELETE /images/", "do": "status:500", "times": 1}]) as engine:
        run("rgc", "--host", engine.host, "collect", "--here")
        assert engine.state.violations == []

A fault is a dictionary:
    request   the n-th request of all, from 1            or
    match     a regular expression searched in "METHOD /path?query" (without "/v1.51")
    skip      let so many matches pass first (0)
    times     how often (1 with `request`, else always)
    do        status:NNN · garbage (200, but no JSON) · nothttp · html · truncate (half of the answer) · drop (the
              connection closes) · hang · slow · endless · body (the bytes under "body", 200 or "code"); without it the
              answer is the healthy one
    message   for status: what the engine says
    seconds   for hang (until the end) and slow (2)
    until     for slow, in their place: [PATTERN, n], until n requests that match have ended; [PATTERN, n, "begun"]: have come
    effect    does the request take effect nevertheless? (truncate, slow: yes; others: no)
    before    a function of the engine, called when the request has come; `after`: when it has taken effect, before it
              is answered
From the command line see --help; a state file is the JSON of fake_state.State.document().
"""
import argparse
import json
import os
import re
import signal
import socketserver
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, unquote, urlsplit

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import fake_builders  # noqa: E402
import fake_hosts  # noqa: E402
import fake_views as views  # noqa: E402
from fake_state import Refusal, State  # noqa: E402

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from waiting import until  # noqa: E402

RING = 256  # events that an engine remembers


def nanoseconds(text):
    """Of "seconds" or "seconds.fraction", exactly: a float has too few digits, and an event could be missed."""
    whole, _, fraction = text.partition(".")
    return int(whole) * 10**9 + int(fraction[:9].ljust(9, "0"))


class Output:
    """What a program in a container writes."""

    def __init__(self, data):
        self.data = data


class Faults:
    def __init__(self, faults):
        self.faults = [dict(f) for f in faults]
        for fault in self.faults:
            fault["seen"] = 0
            fault.setdefault("times", 1 if "request" in fault else None)

    def find(self, number, line):
        for fault in self.faults:
            if "request" in fault and fault["request"] != number:
                continue
            if "match" in fault and not re.search(fault["match"], line):
                continue
            fault["seen"] += 1
            n = fault["seen"] - fault.get("skip", 0)
            if n > 0 and (fault["times"] is None or n <= fault["times"]):
                return fault
        return None


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 20

    def log_message(self, *args):
        pass

    def address_string(self):
        return "unix"

    def version_string(self):
        state = self.engine.state
        return f"{'Libpod' if state.podman else 'Docker'}/{re.sub('[^!-~]', '', state.version)} (linux)"

    @property
    def engine(self):
        return self.server.engine

    def do_any(self):
        length = int(self.headers.get("Content-Length") or 0)
        self.body = self.rfile.read(length) if length else b""
        path, self.minor = self.path, None
        found = re.match(r"/v1\.(\d+)(/.*)", path)
        if found:
            self.minor, path = int(found[1]), found[2]
        line = f"{self.command} {unquote(path)}"
        entry, fault = self.engine.begin(line)
        try:
            self.answer(path, line, entry, fault)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
            entry["status"] = entry["status"] or "client left"
        finally:
            self.engine.end(entry)

    do_GET = do_POST = do_DELETE = do_HEAD = do_any

    def answer(self, path, line, entry, fault):
        fault = fault or {}
        kind = fault.get("do")
        status, body = None, None
        if "before" in fault:
            fault["before"](self.engine)
        if fault.get("effect", kind in (None, "truncate", "slow")):
            status, body = self.route(path)
            if status is None:  # an endless event stream; already sent
                entry["status"] = 200
                return
        if "after" in fault:
            fault["after"](self.engine)
        entry["status"] = kind or status
        if isinstance(body, Output) and not kind:
            self.send_output(body)
            return
        if isinstance(body, Output):
            body = body.data if isinstance(body.data, bytes) else b""
        if kind:
            getattr(self, "fault_" + kind.split(":")[0])(fault, status, body)
        else:
            self.send(status, body)

    def send(self, status, body, content_type="application/json", length=None):
        if isinstance(body, str):
            body, content_type = body.encode(), "text/plain"
        elif body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode() + b"\n"
        body = body or b""
        self.send_response(status)
        self.send_header("Api-Version", self.engine.state.api)
        if self.engine.state.podman:
            self.send_header("Libpod-Api-Version", self.engine.state.version)
        if status != 204:
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(length if length is not None else len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()

    def send_output(self, output):
        """As engines do: nothing marks the end but that the connection closes."""
        self.send_response(200)
        self.send_header("Content-Type", "application/vnd.docker.raw-stream")
        self.end_headers()
        self.close_connection = True
        if isinstance(output.data, bytes):
            self.wfile.write(output.data)
            return
        kind, one = output.data  # until `timeout` ends it
        end = time.time() + one["limit"]
        self.wfile.flush()
        try:
            while time.time() < end and not self.engine.stopping.wait(0 if kind == "endless" else 0.05):
                if kind == "endless":
                    self.wfile.write(fake_builders.frame(1, b" " * 65536) * 16)
        finally:
            one.update(running=False, code=137)

    # --- faults

    def fault_status(self, fault, status, body):
        code = int(fault["do"].split(":")[1])
        self.send(code, {"message": fault.get("message", "scripted failure of the fake engine")})

    def fault_garbage(self, fault, status, body):
        self.send(200, bytes(range(256)) * 4, "application/json")

    def fault_html(self, fault, status, body):
        self.send(fault.get("code", 200), b"<!DOCTYPE html>\n<html><body>Bad gateway</body></html>\n", "text/html")

    def fault_body(self, fault, status, body):
        self.send(fault.get("code", 200), fault["body"])

    def fault_nothttp(self, fault, status, body):
        self.wfile.write(b"220 mail.example.org ESMTP\r\n")
        self.wfile.flush()
        self.close_connection = True

    def fault_truncate(self, fault, status, body):
        body = body if isinstance(body, bytes) else json.dumps(body).encode() + b"\n"
        status = 200 if status == 204 else status  # else nothing could be missing
        self.send(status, body[:len(body) // 2], length=max(len(body), 1))
        self.close_connection = True

    def fault_drop(self, fault, status, body):
        self.close_connection = True

    def fault_hang(self, fault, status, body):
        self.engine.stopping.wait(fault.get("seconds"))
        self.close_connection = True

    def fault_slow(self, fault, status, body):
        if "until" in fault:
            self.engine.wait_for(*fault["until"])
        else:
            time.sleep(fault.get("seconds", 2))
        self.send(status, body)

    def fault_endless(self, fault, status, body):
        self.send(200, b"[", length=1 << 40)
        while not self.engine.stopping.is_set():
            self.wfile.write(b" " * (1 << 20))
            self.wfile.flush()

    # --- the API

    def route(self, path):
        state = self.engine.state
        if not path.startswith("/"):
            return 400, "not for this server: this is how clients talk to a proxy"
        parts = urlsplit(path)
        query = {k: v for k, v in parse_qs(parts.query, keep_blank_values=True).items()}
        name = unquote(parts.path)
        if self.minor is not None and not state.podman:
            newest, oldest = (int(v.split(".")[1]) for v in (state.api, state.min_api))
            if not oldest <= self.minor <= newest:
                what, bound = ("new", f"Maximum supported API version is {state.api}") if self.minor > newest else \
                              ("old", f"Minimum supported API version is {state.min_api}")
                return 400, {"message": f"client version 1.{self.minor} is too {what}. {bound}"}
        minor = self.minor if self.minor is not None else int(state.api.split(".")[1])
        with self.engine.lock:
            try:
                return self.dispatch(state, minor, name, query)
            except Refusal as refusal:
                answer = {"message": refusal.message}
                if state.podman:
                    answer.update(cause="fake", response=refusal.status)
                return refusal.status, answer

    def dispatch(self, state, minor, name, query):
        method = self.command
        for forbidden in ("force", "v", "noprune", "platforms"):
            if method == "DELETE" and forbidden in query:
                state.violations.append(f"DELETE {name}?{forbidden}")
        if method in ("GET", "HEAD"):
            return self.look(state, minor, name, query)
        if method == "DELETE" and name.startswith("/images/"):
            self.engine.lock_free_pause()
            return 200, state.remove_image(name[len("/images/"):])
        if method == "DELETE" and name.startswith("/containers/"):
            self.engine.lock_free_pause()
            state.remove_container(name[len("/containers/"):])
            return 204, None
        if method == "DELETE" and name.startswith("/volumes/"):
            fake_builders.remove_volume(state, name[len("/volumes/"):])
            return 204, None
        found = re.fullmatch(r"/containers/(.+)/exec", name)
        if method == "POST" and found:
            return 201, self.engine.execs.create(state, found[1], json.loads(self.body))
        found = re.fullmatch(r"/exec/(.+)/start", name)
        if method == "POST" and found:
            return 200, Output(self.engine.execs.run(state, found[1]))
        found = re.fullmatch(r"/images/(.+)/tag", name)
        if method == "POST" and found:
            state.tag_image(found[1], query["repo"][0], query.get("tag", [""])[0])
            return 201, None
        if method == "POST" and name == "/build/prune" and not state.podman:
            return self.prune(state, minor, query)
        if method == "POST" and name.endswith("/prune"):
            state.violations.append(f"POST {name}")
        return 404, "Not Found" if state.podman else {"message": "page not found"}

    def prune(self, state, minor, query):
        filters = json.loads(query.get("filters", ["{}"])[0])
        until = list(filters.pop("until", [])) or [None]
        hours = None
        if until[0] is not None:
            if not re.fullmatch(r"\d+h", until[0]):
                return 500, {"message": f"until filter expects a duration (e.g., '24h'): {until[0]}"}
            hours = int(until[0][:-1])
        if filters:
            state.violations.append(f"build prune with filters {filters}")
        cap = None
        for key, since in (("keep-storage", 0), ("reserved-space", 48), ("max-used-space", 48)):
            if key in query and minor >= since:
                cap = int(query[key][0])
        return 200, state.prune_build_cache(hours, cap, query.get("all", ["0"])[0] not in ("0", "false", ""))

    def look(self, state, minor, name, query):
        flag = {k: v[0] not in ("0", "false", "") for k, v in query.items()}
        if name == "/version":
            return 200, views.version(state)
        if name == "/_ping":
            return 200, "OK"
        if name == "/info":
            return 200, views.info(state)
        if name == "/images/json":
            return 200, self.engine.cached((minor, name, str(query)), lambda: views.images(
                state, minor, flag.get("all"), flag.get("shared-size")))
        if name == "/containers/json":
            return 200, self.engine.cached((minor, name, str(query)), lambda: views.containers(state, flag.get("all")))
        if name == "/system/df":
            return 200, views.disk_usage(state, minor, query.get("type", []))
        if name == "/events":
            return self.events(state, query)
        if name == "/volumes":
            filters = json.loads(query.get("filters", ["{}"])[0])
            rows = fake_builders.volumes_view(state, filters.get("name", [None])[0])
            if filters.get("dangling") == ["true"]:
                rows = [row for row in rows if not fake_builders.users(state, row["Name"])]
            return 200, {"Volumes": rows or None, "Warnings": None}
        found = re.fullmatch(r"/exec/(.+)/json", name)
        if found:
            return 200, self.engine.execs.inspect(found[1])
        found = re.fullmatch(r"/images/(.+)/(json|history)", name)
        if found:
            entry = state.find_image(found[1])
            return 200, views.image(state, entry) if found[2] == "json" else views.history(entry)
        found = re.fullmatch(r"/containers/(.+)/json", name)
        if found:
            return 200, views.container(state.find_container(found[1]))
        return 404, {"message": "page not found"}

    def events(self, state, query):
        if "since" not in query or "until" not in query:
            return self.follow_events(state, query)
        for key in ("since", "until"):
            if not re.fullmatch(r"\d+(\.\d{1,9})?", query[key][0]):
                return 500, {"message": f"strconv.ParseInt: parsing \"{query[key][0]}\": invalid syntax"}
        since, until = (nanoseconds(query[key][0]) for key in ("since", "until"))
        rows = [e for e in state.events[-RING:] if since <= e["timeNano"] <= until + 1_000_000]
        return 200, b"".join(json.dumps(e).encode() + b"\n" for e in rows)

    def follow_events(self, state, query):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.flush()
        sent = len(state.events)
        if "since" in query:
            since = nanoseconds(query["since"][0])
            ring = max(0, sent - RING)
            sent = next((n for n in range(ring, sent) if state.events[n]["timeNano"] >= since), sent)
        raw = len(self.engine.raw)
        self.engine.streams += 1
        self.engine.lock.release()
        try:
            while not self.engine.stopping.wait(0.02):
                data = b"".join(json.dumps(event).encode() + b"\n" for event in state.events[sent:])
                sent += data.count(b"\n")
                more = self.engine.raw[raw:]
                raw += len(more)
                ends = None in more
                data += b"".join(piece for piece in more if piece)
                if data:
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
                    self.wfile.flush()
                if ends:
                    break
        finally:
            self.engine.lock.acquire()
            self.engine.streams -= 1
        self.close_connection = True
        return None, None


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], (BrokenPipeError, ConnectionResetError)):
            super().handle_error(request, client_address)


class FakeEngine:
    """`state`: a State, or the document of one. `delay` seconds are spent in every removal, several side by side."""

    def __init__(self, state=None, faults=(), socket_path=None, log=None, delay=0.0):
        self.state = state if isinstance(state, State) else State(state)
        self.faults = Faults(faults)
        self.execs = fake_builders.Execs()
        self.lock = threading.RLock()
        self.stopping = threading.Event()
        self.delay = delay
        self.raw = []        # bytes that go to those who follow the events, as they are; None cuts the stream off
        self.streams = 0     # how many follow
        self.requests = []   # {"n", "line", "began", "ended", "status"}
        self.under_way = 0
        self.most_under_way = 0
        self.log = open(log, "w", encoding="utf-8") if log else None
        self.directory = None if socket_path else tempfile.TemporaryDirectory(prefix="rgc-fake-")
        self.socket_path = socket_path or os.path.join(self.directory.name, "docker.sock")
        self.host = "unix://" + self.socket_path
        self._cache = {}
        self._server = None

    def start(self):
        if os.path.exists(self.socket_path):
            os.unlink(self.socket_path)
        self._server = Server(self.socket_path, Handler)
        self._server.engine = self
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def stop(self):
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        if os.path.exists(self.socket_path):
            os.unlink(self.socket_path)
        if self.log:
            until(lambda: not self.under_way)  # who was answered a moment ago is not written down yet
            self.log.close()
        if self.directory:
            self.directory.cleanup()

    def __enter__(self):
        return self.start()

    def __exit__(self, *exc):
        self.stop()

    def begin(self, line):
        with self.lock:
            entry = {"n": len(self.requests) + 1, "line": line, "began": time.time(), "ended": None, "status": None}
            self.requests.append(entry)
            self.under_way += 1
            self.most_under_way = max(self.most_under_way, self.under_way)
            return entry, self.faults.find(entry["n"], line)

    def end(self, entry):
        with self.lock:
            self.under_way -= 1
            entry["ended"] = time.time()
            if self.log and not self.log.closed:
                self.log.write(json.dumps(entry) + "\n")
                self.log.flush()

    def wait_for(self, pattern, count, what="ended"):
        """Until so many requests that match have ended, or come."""
        def found():
            with self.lock:
                return sum(bool(re.search(pattern, r["line"]) and (what == "begun" or r["ended"])) for r in self.requests)
        until(lambda: found() >= count or self.stopping.is_set())

    def lock_free_pause(self):
        if self.delay:
            self.lock.release()
            time.sleep(self.delay)
            self.lock.acquire()

    def cached(self, key, make):
        """Lists of thousands are written once for each state of the engine."""
        if self._cache.get("generation") != self.state.generation:
            self._cache = {"generation": self.state.generation}
        if key not in self._cache:
            self._cache[key] = json.dumps(make()).encode() + b"\n"
        return self._cache[key]

    def lines(self, pattern=""):
        """The requests so far whose line matches."""
        with self.lock:
            return [r["line"] for r in self.requests if re.search(pattern, r["line"])]


def main():
    parser = argparse.ArgumentParser(description="A scripted Docker engine on a Unix socket.")
    parser.add_argument("--socket", required=True)
    parser.add_argument("--state", help="JSON file")
    parser.add_argument("--images", type=int, help="instead of --state: so many images of Kamal apps")
    parser.add_argument("--store", choices=["overlay2", "containerd"])
    parser.add_argument("--api")
    parser.add_argument("--min-api")
    parser.add_argument("--engine-version")
    parser.add_argument("--podman", action="store_true")
    parser.add_argument("--faults", help="JSON list, or the name of a file with one")
    parser.add_argument("--log", help="file for one JSON line a request")
    parser.add_argument("--dump", help="file for the state after the run")
    parser.add_argument("--delay-ms", type=float, default=0, help="of each removal")
    parser.add_argument("--until-stdin-closes", action="store_true")
    args = parser.parse_args()

    document = {}
    if args.state:
        with open(args.state, encoding="utf-8") as file:
            document = json.load(file)
    elif args.images:
        document = fake_hosts.kamal_host(args.images)
    for key, value in (("store", args.store), ("api", args.api), ("min_api", args.min_api),
                       ("version", args.engine_version), ("podman", args.podman or None)):
        if value is not None:
            document[key] = value
    faults = args.faults or "[]"
    if not faults.lstrip().startswith("["):
        with open(faults, encoding="utf-8") as file:
            faults = file.read()

    engine = FakeEngine(document, json.loads(faults), args.socket, args.log, args.delay_ms / 1000)
    done = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: done.set())
    engine.start()
    print("ready", flush=True)
    if args.until_stdin_closes:
        threading.Thread(target=lambda: (sys.stdin.read(), done.set()), daemon=True).start()
    done.wait()
    engine.stop()
    if args.dump:
        with open(args.dump, "w", encoding="utf-8") as file:
            json.dump(engine.state.document(), file, indent=1)


if __name__ == "__main__":
    main()
