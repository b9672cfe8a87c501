# SPDX-License-Identifier: MIT
"""The n-th system call of a pass, and of the agent, fails, or is the last one before SIGKILL. Whatever that was, the state
directory can be read, nothing is removed that an undisturbed pass keeps, and the next pass ends as an undisturbed one.

Each kind of call with each error once, somewhere; with RGC_TEST_LONG=1 every call with each of them.
strace (-e inject) makes them fail.
"""
import collections
import copy
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

from fault_hosts import rich_host
from harness import (LONG, RGC, World, expect, expect_loadable, expect_whole, expect_within, inventory, lost,
                     run_all)
from waiting import HANGS, until

FLAVOUR = "overlay2 1.51"
TRIAL = {"agent": {"trial": "0s", "settle": "0s", "events": "no"}}

# What each call may answer. A call that is not here gets EIO; one with an empty list cannot fail, or not in a way that a
# program could go on after: memory is the affair of nth_allocation.py, and sd-event ends the process where it cannot take
# away what it has added (epoll_ctl).
ERRORS = {
    "openat": ["EMFILE", "EACCES", "EIO"], "open": ["EMFILE", "EACCES"], "read": ["EIO", "EINTR"], "pread64": ["EIO"],
    "write": ["ENOSPC", "EIO", "EINTR"], "pwrite64": ["ENOSPC"], "fsync": ["EIO", "ENOSPC"], "renameat": ["EACCES", "ENOSPC"],
    "unlinkat": ["EACCES", "EROFS"], "mkdir": ["EACCES", "ENOSPC"], "mkdirat": ["EACCES", "ENOSPC"],
    "fallocate": ["ENOSPC", "EOPNOTSUPP"], "ftruncate": ["EIO"], "fchmod": ["EPERM"], "fchown": ["EPERM"],
    "fcntl": ["ENOLCK", "EAGAIN"], "newfstatat": ["EIO", "ENOENT"], "fstat": ["EIO"], "getdents64": ["EIO"],
    "statfs": ["EIO", "ENOENT"], "fstatfs": ["EIO"], "close": ["EIO", "EINTR"], "lseek": ["EIO"],
    "socket": ["EMFILE", "EACCES"], "socketpair": ["EMFILE"], "connect": ["ECONNREFUSED", "EAGAIN", "EACCES"],
    "sendto": ["EPIPE", "ECONNRESET", "EINTR"], "recvfrom": ["ECONNRESET", "EINTR"], "sendmsg": ["EPIPE"], "recvmsg": ["EIO"],
    "poll": ["EINTR", "ENOMEM"], "epoll_wait": ["EINTR"], "epoll_ctl": [], "accept4": ["EMFILE", "ECONNABORTED"],
    "getsockopt": ["ENOPROTOOPT"], "getsockname": ["ENOBUFS"], "getpeername": ["ENOTCONN"],
    "pipe2": ["EMFILE"], "eventfd2": ["EMFILE"], "clone": ["EAGAIN"], "clone3": ["EAGAIN"], "vfork": ["EAGAIN"],
    "timerfd_create": ["EMFILE"], "epoll_create1": ["EMFILE"], "signalfd4": ["EMFILE"], "waitid": ["ECHILD"],
    "mmap": [], "munmap": [], "brk": [], "mprotect": [], "madvise": [], "mremap": [], "futex": [], "execve": [],
    "exit_group": [], "arch_prctl": [], "set_tid_address": [], "set_robust_list": [], "rseq": [], "prlimit64": [],
    "rt_sigaction": [], "rt_sigprocmask": [], "rt_sigreturn": [], "sigaltstack": [], "geteuid": [], "getuid": [], "getpid": [],
    "getppid": [], "gettid": [], "getegid": [], "getgid": [], "umask": [], "sched_getaffinity": [], "sched_yield": [],
    "clock_gettime": [], "clock_nanosleep": [], "restart_syscall": [], "kill": [], "tgkill": [], "prctl": [], "wait4": [],
    "personality": [],
}
KILLED = "SIGKILL"
CALL = re.compile(r"^(?:\d+ +)?(\w+)\(")


def strace(output, *more):
    """`when` counts the calls of one process."""
    return ["strace", "-f", "-qq", "-o", output, *more]


def injection(name, number, what):
    fault = f"signal={what}" if what == KILLED else f"error={what}"
    return ["-e", f"trace={name}", "-e", f"inject={name}:{fault}:when={number}"]


def calls_in(trace):
    """{call: how many}, without what the loader does before the program begins."""
    with open(trace, encoding="utf-8", errors="replace") as lines:
        return collections.Counter(found[1] for found in map(CALL.match, lines) if found)


def choose(calls):
    """[(call, its number, error or SIGKILL)]: each once, somewhere else each, or all."""
    chosen, spread = [], 0
    for name, count in sorted(calls.items()):
        for what in [*ERRORS.get(name, ["EIO"]), KILLED]:
            if name == "execve":
                continue
            spread += 1
            numbers = range(1, count + 1) if LONG else {1 + spread * 7 % count, count}
            chosen += [(name, number, what) for number in numbers]
    return chosen


# --- the host, and what rgc remembers of it

HEALTHY = None


class Healthy:
    """A pass that remembers one from before; how it ends when nothing fails."""

    def __init__(self):
        self.document = rich_host().document(FLAVOUR)
        self.remembered = self.remember()
        with self.world() as world:
            self.before = inventory(world.engine.state)
            trace = os.path.join(world.directory, "trace")
            world.prefix = strace(trace)
            result = world.collect()
            expect(result.code == 0, "a healthy pass failed", result)
            self.after = inventory(world.engine.state)
            self.calls = calls_in(trace)
        expect(any(lost(self.before, self.after)), "a healthy pass removes nothing")

    def remember(self):
        document = {**copy.deepcopy(self.document), "build_cache": []}
        with World(document, {"protect": {"image": "*"}, **TRIAL}) as world:
            before = inventory(world.engine.state)
            expect(world.collect().code == 0, "the first pass failed")
            expect(inventory(world.engine.state) == before, "the first pass removed something")
            files = {}
            for name in os.listdir(world.state):
                if name.endswith((".json", ".jsonl")):
                    with open(os.path.join(world.state, name), "rb") as file:
                        files[name] = file.read()
        now = int(time.time() * 1_000_000)
        seen = [{"what": "use", "at": now, "action": action, "reference": "company/report:1", "container": "c" * 64}
                for action in ("create", "start", "die")]
        files["seen.jsonl"] = "".join(json.dumps(line) + "\n" for line in seen).encode()
        files["watch.json"] = b'{"since":%16d,"until":%16d}\n' % (now - 1_000_000, now)
        return files

    def world(self):
        world = World(self.document, TRIAL)
        os.mkdir(world.state, 0o750)
        for name, data in self.remembered.items():
            with open(os.path.join(world.state, name), "wb") as file:
                file.write(data)
        return world


def healthy_host():
    global HEALTHY  # pylint: disable=global-statement
    HEALTHY = HEALTHY or Healthy()
    return HEALTHY


def expect_next_pass_completes(world, healthy, *details):
    world.prefix = []
    world.refreshed()
    again = world.collect()
    world.settle()
    end = inventory(world.engine.state)
    expect(again.code == 0, "the next pass fails", again, *details)
    expect_loadable(world)
    expect_whole(healthy.before, end, *details)
    expect(end == healthy.after, "the next pass does not end as an undisturbed one", lost(end, healthy.after),
           lost(healthy.after, end), again, *details)


# --- a pass

def pass_with(name, number, what):
    healthy = healthy_host()
    with healthy.world() as world:
        world.prefix = strace("/dev/null", *injection(name, number, what))
        result = world.collect()
        world.settle()
        details = (f"{what} at {name} {number}", result)
        expect(result.code in (0, 1, 2, 3, 4, 5, 127) or what == KILLED, "an unexpected end", *details)
        expect(not violations(world), "what must never be asked for", violations(world), *details)
        expect_within(healthy.before, inventory(world.engine.state), healthy.after, *details)
        expect_loadable_now(world, details)
        expect_next_pass_completes(world, healthy, *details)


def violations(world):
    return world.engine.state.violations


def expect_loadable_now(world, details):
    """Before the next pass writes anything."""
    world.prefix = []
    plan = world.plan()
    expect(plan.code == 0 and plan.document["ledger"]["note"] is None, "the state directory cannot be read", plan, *details)


# --- the agent

class Agent:
    """rgc agent, and somebody who asks it for a pass and waits for its end."""

    def __init__(self, world, prefix=()):
        self.world = world
        self.socket = os.path.join(world.directory, "rgc.sock")
        self.errors = os.path.join(world.directory, "agent.err")
        with open(self.errors, "wb") as errors:
            self.process = subprocess.Popen([*prefix, *world.command("agent", "--socket", self.socket)],
                                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors,
                                            env={**os.environ, **world.environment}, start_new_session=True)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        if not self.has_ended():
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def has_ended(self):
        return self.process.poll() is not None

    def connect(self):
        client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            client.connect(self.socket)
        except OSError:
            client.close()
            return None
        return client

    def collect(self):
        """Has a pass been made to its end?"""
        client = until(lambda: self.connect() or self.has_ended(), lambda: self.words())
        if client is True:
            return False
        with client:
            client.settimeout(HANGS)
            text = b""
            try:
                client.sendall(b'{"method":"io.rgc.Agent.Collect","more":true}\0')
                while part := client.recv(65536):
                    text += part
                    replies = text.split(b"\0")[:-1]
                    if replies and not json.loads(replies[-1]).get("continues"):
                        return "parameters" in json.loads(replies[-1])
            except (ConnectionError, BrokenPipeError):
                pass
        return False

    def end(self):
        """strace passes no signal on: the agent itself gets it."""
        for pid in [self.process.pid, *children(self.process.pid)]:
            try:
                if os.path.basename(os.readlink(f"/proc/{pid}/exe")) == "rgc":
                    os.kill(pid, signal.SIGTERM)
            except OSError:
                pass  # it has ended
        try:
            self.process.wait(HANGS)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the agent did not end: {self.words()}") from None
        return self.process.returncode

    def words(self):
        with open(self.errors, encoding="utf-8", errors="replace") as file:
            return file.read()


def children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return [int(word) for word in file.read().split()]
    except OSError:
        return []


def traced_agent(world, trace, *more):
    """Only its own calls: its children are passes, and have their own test."""
    return Agent(world, ["strace", "-qq", "-o", trace, *more])


def agents_calls():
    with healthy_host().world() as world:
        trace = os.path.join(world.directory, "trace")
        with traced_agent(world, trace) as agent:
            expect(agent.collect(), "a healthy agent has made no pass", agent.words())
            agent.end()
        expect(inventory(world.engine.state) == healthy_host().after, "a healthy agent's pass ends otherwise")
        return calls_in(trace)


def agent_with(name, number, what):
    healthy = healthy_host()
    with healthy.world() as world:
        with traced_agent(world, "/dev/null", *injection(name, number, what)) as agent:
            agent.collect()
            code = agent.end()
        # The pass that a killed agent has left behind ends by itself.
        until(lambda: not passes_of(world) and not unanswered(world), lambda: [passes_of(world), unanswered(world)])
        details = (f"{what} at the agent's {name} {number}", code, agent.words())
        expect("Sanitizer" not in agent.words() and "runtime error" not in agent.words(), "a sanitizer spoke", *details)
        expect(code >= 0 and code < 128 or what == KILLED, "it crashed", *details)
        expect_within(healthy.before, inventory(world.engine.state), healthy.after, *details)
        expect_loadable_now(world, details)
        world.refreshed()
        with Agent(world) as again:
            expect(again.collect(), "the next agent makes no pass", again.words(), *details)
            expect(again.end() == 0, "the next agent fails", again.words(), *details)
        expect(inventory(world.engine.state) == healthy.after, "the next agent's pass does not end as an undisturbed one",
               *details)
        expect_loadable(world)


def passes_of(world):
    """Processes that work in this state directory."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                words = file.read().split(b"\0")
        except OSError:
            continue
        if world.state.encode() in words and b"strace" not in words[0]:
            found.append(int(pid))
    return found


def unanswered(world):
    """But for the events that a watcher followed: a fake engine looks for its end only when there is another one."""
    return [request for request in world.engine.requests
            if request["ended"] is None and not request["line"].startswith("GET /events")]


class Choice(unittest.TestCase):
    def test_each_call_is_chosen_with_each_of_its_errors_and_a_kill(self):
        chosen = choose({"openat": 40, "getrandom": 2, "mmap": 9})
        for name, whats in (("openat", ["EMFILE", "EACCES", "EIO", KILLED]), ("getrandom", ["EIO", KILLED]), ("mmap", [KILLED])):
            self.assertEqual({what for n, _, what in chosen if n == name}, set(whats))
        self.assertTrue(all(1 <= number <= 40 for _, number, _ in chosen))


def is_sanitized():
    return "libasan" in subprocess.run(["ldd", RGC], capture_output=True, text=True, check=False).stdout


def why_no_trace():
    if not shutil.which("strace"):
        return "there is no strace"
    with tempfile.NamedTemporaryFile() as output:
        done = subprocess.run(strace(output.name, "-e", "trace=openat", "-e", "inject=openat:error=EIO", "true"),
                              capture_output=True, check=False)
        return None if done.returncode == 127 else f"strace may not inject: {done.stderr.decode().strip()[:100]}"


def setUpModule():
    why_not = "the sanitizers make calls of their own" if is_sanitized() else why_no_trace()
    if why_not:
        raise unittest.SkipTest(why_not)


def test_a_pass_whose_nth_call_fails_removes_nothing_more_and_the_next_one_completes_it():
    run_all(pass_with, choose(healthy_host().calls))


def test_an_agent_whose_nth_call_fails_removes_nothing_more_and_the_next_one_completes_it():
    run_all(agent_with, choose(agents_calls()))
