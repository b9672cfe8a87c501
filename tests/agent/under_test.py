# SPDX-License-Identifier: MIT
"""An agent in a directory of its own, with children that a test plays, and all that one can hear of it."""
import json
import os
import signal
import socket
import subprocess
import tempfile
import sys
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
from waiting import HANGS, until as wait_for  # noqa: E402

FAST = {"settle": "300ms", "kill": "500ms", "stop": "2s", "watch": "200ms", "locked": "500ms", "no_engine": "700ms",
        "failed": "900ms", "event_gap": "2s", "trial": "24h"}


def is_listening(path):
    """A socket has its name before it takes connections."""
    with open("/proc/net/unix", encoding="utf-8") as sockets:
        return any(words[3] == "00010000" and words[-1] == path for words in map(str.split, sockets))


class Agent:
    def __init__(self, program, prefix=(), environment=None, watchdog=None, **settings):
        self.directory = tempfile.TemporaryDirectory(prefix="rgc-agent.")
        self.settings = {"socket": self.at("agent.sock"), **FAST, **settings}
        self.write_settings()
        self.write("default", "summary; exit 0")
        os.mkfifo(self.at("watch"))
        self.watch = os.open(self.at("watch"), os.O_RDWR)  # kept open: what is said waits for who hears it
        self.messages = []
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(self.at("notify"))
        self.program, self.prefix, self.watchdog = program, list(prefix), watchdog
        self.environment = environment or {}
        self.process = None
        self.stderr = open(self.at("stderr"), "wb")  # pylint: disable=consider-using-with
        threading.Thread(target=self.listen, daemon=True).start()

    def __enter__(self):
        if not self.process:
            self.start()
        return self

    def __exit__(self, *exception):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.notify.close()
        os.close(self.watch)
        self.stderr.close()
        self.directory.cleanup()

    def at(self, name):
        return os.path.join(self.directory.name, name)

    def write(self, name, text):
        with open(self.at(name + ".new"), "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(self.at(name + ".new"), self.at(name))  # nobody reads half of it

    def read(self, name):
        try:
            with open(self.at(name), encoding="utf-8", errors="replace") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def write_settings(self, **changes):
        self.settings.update(changes)
        self.write("settings", "".join(f"{name} {value}\n" for name, value in self.settings.items()))

    def start(self, is_ready=True):
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("RGC_", "LISTEN_", "JOURNAL_"))}
        environment = {**kept, "RGC_TEST_CHILD": os.path.join(HERE, "child.py"), "RGC_TEST_PLAY": self.directory.name,
                       "NOTIFY_SOCKET": self.at("notify"), "LC_ALL": "C.UTF-8", "TZ": "UTC", **self.environment}
        if self.watchdog:
            environment["WATCHDOG_USEC"] = str(self.watchdog)
        self.process = subprocess.Popen([*self.prefix, self.program, self.at("settings")], env=environment,
                                        stderr=self.stderr, stdin=subprocess.DEVNULL)
        if is_ready:
            wait_for(lambda: self.heard("READY=1"), lambda: "it never became ready: " + self.log())

    def listen(self):
        try:
            while True:
                self.messages += self.notify.recv(65536).decode().splitlines()
        except OSError:
            pass

    def heard(self, word):
        return [message for message in self.messages if word in message]

    def status(self):
        return ([""] + [m[7:] for m in self.messages if m.startswith("STATUS=")])[-1]

    def log(self):
        return self.read("stderr")

    def notes(self):
        return [json.loads(line) for line in self.read("passes").splitlines()]

    def passes(self):
        """Arguments of each pass so far."""
        return [note["arguments"] for note in self.notes() if "arguments" in note]

    def triggers(self):
        return [p[p.index("--trigger") + 1] for p in self.passes()]

    def wait_passes(self, count):
        return wait_for(lambda: len(self.passes()) >= count, lambda: f"{len(self.passes())} passes: {self.log()}")

    def wait_ended(self, count):
        return wait_for(lambda: len([n for n in self.notes() if "end" in n]) >= count, self.log)

    def go(self):
        """The pass whose plan says `await` goes on."""
        self.write("go", "")

    def plan(self, *lines):
        self.write("plan", "".join(line + "\n" for line in lines))

    def tell(self, line):
        """As if the engine's watcher had said it."""
        os.write(self.watch, ((line if isinstance(line, str) else json.dumps(line)) + "\n").encode())

    def event(self, kind, reference, app=None, action="pull"):
        self.tell({"type": "event", "kind": kind, "action": action, "reference": reference, "app": app})

    def settle_start(self):
        """Waits for the pass that starting the agent causes."""
        self.wait_ended(1)
        wait_for(lambda: "Last pass" in self.status(), self.status)  # at first: "No pass yet"

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.process.wait(HANGS)


class Call:
    """One Varlink call."""
    def __init__(self, agent, method, more=False, **parameters):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(HANGS)
        self.socket.connect(agent.settings["socket"])
        request = {"method": "io.rgc.Agent." + method, "parameters": parameters}
        self.socket.sendall(json.dumps({**request, "more": True} if more else request).encode() + b"\0")
        self.rest = b""

    def reply(self):
        while b"\0" not in self.rest:
            data = self.socket.recv(65536)
            if not data:
                return None
            self.rest += data
        text, self.rest = self.rest.split(b"\0", 1)
        return json.loads(text)

    def replies(self):
        """All of them; the last one has no "continues"."""
        found = []
        while not found or (found[-1] and found[-1].get("continues")):
            found.append(self.reply())
        self.socket.close()
        return found


def call(agent, method, **parameters):
    reply = Call(agent, method, **parameters).replies()[-1]
    return reply["parameters"]
