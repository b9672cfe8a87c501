# SPDX-License-Identifier: MIT
"""rgc against a fake host: a world of its own for each run, and what must be true after any of them."""
import concurrent.futures
import copy
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from fake_engine import FakeEngine  # noqa: E402
from fake_state import State  # noqa: E402

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from other_user import AS_NOBODY, within_reach  # noqa: E402
from program import LONG, RGC  # noqa: E402
from schemas import validated  # noqa: E402
from waiting import HANGS, until  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))

# No waits, so that a pass can finish what the one before left; and the disk of this machine decides nothing.
CONFIG = {"engine": {"storage": "{directory}", "timeout": "60s"},
          "retention": {"min_age": "0s", "quiet": "0s"}, "disk": {"high": "off"},
          "agent": {"trial": "off"}}


def config_text(directory, **sections):
    merged = copy.deepcopy(CONFIG)
    for section, values in sections.items():
        merged.setdefault(section, {}).update(values)
    lines = []
    for section, values in merged.items():
        lines += [f"[{section}]"] + [f"{key} = {value}" for key, value in values.items()]
    return "\n".join(lines).replace("{directory}", directory) + "\n"


class Result:
    def __init__(self, words, code, out, err):
        self.words, self.code, self.out, self.err = words, code, out, err

    @property
    def document(self):
        return validated(self.out) if self.out else None

    def __repr__(self):
        return f"rgc {' '.join(self.words)} -> {self.code}\n{self.err}{self.out[-3000:]}"


class World:
    """A fake host, a state directory and a configuration."""

    def __init__(self, document=None, config=None, faults=(), **engine):
        self.directory = tempfile.mkdtemp(prefix="rgc-world-")
        os.chmod(self.directory, 0o755)
        self.state = os.path.join(self.directory, "state")
        self.config = None
        self.configure(config or {})
        self.engine = FakeEngine(State(copy.deepcopy(document)), faults, **engine)
        self.prefix = []      # before the command, such as unshare
        self.program = RGC
        self.environment = {}
        self.process = None

    def __enter__(self):
        self.engine.start()
        return self

    def __exit__(self, *exc):
        if self.process and self.process.poll() is None:
            self.process.kill()
        if self.process:
            self.process.communicate()
        self.engine.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def write(self, name, text):
        path = os.path.join(self.directory, name)
        with open(path, "wb") as file:
            file.write(text.encode() if isinstance(text, str) else text)
        os.chmod(path, 0o644)
        return path

    def configure(self, sections):
        self.config = self.write("rgc.conf", config_text(self.directory, **sections))

    def add_fault(self, **fault):
        """Once, unless `times` is given; for hooks that need the world."""
        self.engine.faults.faults.append({"times": 1, "seen": 0, **fault})

    def become_nobody(self):
        """The commands that follow are those of a user without rights."""
        self.program, self.prefix = within_reach(RGC), AS_NOBODY

    def read(self, name):
        with open(os.path.join(self.state, name), encoding="utf-8", errors="replace") as file:
            return file.read()

    def command(self, *words):
        host = [] if "--host" in words else ["--host", self.engine.host]
        config = [] if "--config" in words else ["--config", self.config]
        return [*self.prefix, self.program, *config, "--state", self.state, *host, *words]

    def start(self, *words, **more):
        dropped = ("DOCKER_HOST", "NO_COLOR", "COLUMNS", "LC_ALL", "LANG")
        environment = {k: v for k, v in os.environ.items() if k not in dropped}
        environment.update(LC_ALL="C.UTF-8", **self.environment)
        self.process = subprocess.Popen(self.command(*words), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, env=environment, **more)
        return self.process

    def finish(self, *words):
        try:
            out, err = self.process.communicate(timeout=HANGS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            out, err = self.process.communicate()
            raise AssertionError(f"rgc {' '.join(words)} did not end within {HANGS} s:\n{err.decode()}")
        result = Result(words, self.process.returncode, out.decode("utf-8", "replace"), err.decode("utf-8", "replace"))
        expect(not re.search(r"Sanitizer|runtime error:|core dumped", result.err), "a sanitizer spoke", result)
        killed = -result.code if result.code < 0 else result.code - 128
        expect(killed not in (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL, signal.SIGFPE),
               "it crashed", result)
        return result

    def rgc(self, *words):
        self.start(*words)
        return self.finish(*words)

    def collect(self, *words):
        return self.rgc("collect", "--here", "--json", *words)

    def plan(self, *words):
        return self.rgc("plan", "--json", *words)

    def signal_client(self, number=signal.SIGKILL):
        """For hooks of the engine: the request may be here before Popen has returned."""
        until(lambda: self.process is not None)
        self.process.send_signal(number)
        if number == signal.SIGKILL:
            self.process.wait()

    def settle(self):
        """Waits until the engine has done what it was asked: the client may be gone already."""
        until(lambda: not self.engine.under_way, lambda: f"under way: {self.engine.requests}")

    def changes(self):
        return self.engine.lines("^(?!GET|HEAD)")

    def refreshed(self, faults=()):
        """The same engine with other faults."""
        self.engine.faults = type(self.engine.faults)(faults)
        self.engine.requests.clear()
        return self


def expect(truth, what, *details):
    if not truth:
        raise AssertionError("\n".join([what, *(repr(d) for d in details)]))


# --- what a host holds

def inventory(state):
    return {"images": {i["id"]: sorted(i["tags"]) for i in state.images.values()},
            "containers": sorted(state.containers), "cache": sorted(state.build_cache)}


def lost(before, after):
    """What is not there any more: (image IDs, container IDs, cache IDs)."""
    return (set(before["images"]) - set(after["images"]), set(before["containers"]) - set(after["containers"]),
            set(before["cache"]) - set(after["cache"]))


def expect_within(before, after, healthy_after, *details):
    """Nothing went that a healthy pass would have kept, and what stays has its tags."""
    for gone, may_go in zip(lost(before, after), lost(before, healthy_after)):
        expect(gone <= may_go, "removed what a healthy pass keeps", gone - may_go, *details)
    for id_, tags in healthy_after["images"].items():
        expect(after["images"].get(id_) == tags, "a kept image has other tags", id_, tags, after["images"].get(id_),
               *details)


def expect_whole(before, after, *details):
    """An image is gone, or it has all its tags."""
    for id_, tags in after["images"].items():
        had = before["images"].get(id_)
        expect(had == tags, "an image is left half untagged", id_, had, tags, *details)


def expect_one_sentence(result):
    lines = result.err.splitlines()
    expect(lines and lines[0].startswith("rgc: "), "no sentence on standard error", result)
    expect(sum(line.startswith("rgc: ") for line in lines) == 1, "not one sentence on standard error", result)
    expect(12 < len(lines[0]) < 1000, "not a readable sentence", result)
    expect_clean(result)


CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\ufffd\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


def expect_clean(result):
    """Nothing in it that a terminal would obey."""
    for text in (result.out, result.err):
        found = CONTROL.search(text)
        expect(not found, "a control character or broken UTF-8 in the output", found and text[found.start() - 40:][:80],
               result)


def expect_loadable(world):
    """The ledger is whole, and history can be read."""
    plan, history = world.plan(), world.rgc("history", "--json")
    expect(plan.code == 0, "plan fails afterwards", plan)
    expect(plan.document["ledger"]["note"] is None, "the ledger is damaged", plan.document["ledger"])
    expect(history.code == 0 and history.document["passes"] is not None, "history fails afterwards", history)
    leftovers = [n for n in os.listdir(world.state) if "unreadable" in n] if os.path.isdir(world.state) else []
    expect(not leftovers, "the ledger was set aside", leftovers)


# --- many worlds side by side

def run_all(function, jobs):
    """Calls function(*job) for each in processes side by side. At the end, fails with what failed."""
    began, failures = time.monotonic(), []
    with concurrent.futures.ProcessPoolExecutor(max_workers=2 * (os.cpu_count() or 2)) as pool:
        futures = {pool.submit(function, *job): job for job in jobs}
        for future in concurrent.futures.as_completed(futures):
            try:
                future.result()
            except Exception as error:  # pylint: disable=broad-except
                failures.append(f"{function.__name__}{futures[future]}: {error}")
    took = time.monotonic() - began
    print(f"{function.__name__}: {len(jobs) - len(failures)} of {len(jobs)} passed in {took:.1f} s", flush=True)
    if failures or not jobs:
        raise AssertionError("\n\n".join([f"{len(failures)} of {len(jobs)} failed", *failures]))
