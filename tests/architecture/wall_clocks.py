#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""No test is decided by a clock that it does not turn: what sleeps, measures how long something takes, or gives up after
seconds of its own is found here. Waiting is done in tests/lib/waiting.py, whose limit is for what hangs.

    wall_clocks.py [TESTS]       TESTS: the directory to look through, else that of this tree
"""
import ast
import pathlib
import re
import sys

TESTS = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[1]).resolve()

# "PATH" or "PATH:FUNCTION": why a clock may stand there. In C the function is the one that the line is in.
ALLOWED = {
    "lib/waiting.py": "it is where tests wait",
    "bench": "it measures, and asserts nothing",
    "e2e/measure_hasty.py": "it measures, and asserts nothing",
    "engine/demo.py": "it is no test: contrib/try.sh shows rgc with it",
    "engine/demo_host.py": "it is no test: contrib/try.sh shows rgc with it",
    "bare/bare.py:type": "the time is printed, and not asserted",
    "fault/harness.py:run_all": "the time is printed, and not asserted",
    "engine/app.c:main": "an app that runs for a time",
    "engine/fake_buildctl.c:run_timeout": "it is BusyBox's timeout, of which a test has the limit",
    "engine/engines.py:answers": "an engine that does not answer is asked again",
    "fault/fake_engine.py:fault_slow": "a slow engine: no test may count on what is done meanwhile",
    "fault/fake_engine.py:lock_free_pause": "a slow engine: no test may count on what is done meanwhile",
    "fault/fake_engine.py:follow_events": "it looks again, and gives nothing up",
    "unit/agent/agent_child.c:part_halves": "it makes two writes of a line likely to be two reads",
    "unit/agent/agent_child.c:part_talkative": "the test has it talk slower and slower, until it is in time",
    "unit/agent/agent_child.c:part_deaf": "it makes it likely that the closed pipe is seen before the end",
    "unit/agent/agent_child.c:what_a_dead_child_has_left_in_its_pipe_is_read": "it makes it likely that the child is dead",
    "unit/agent/agent_child.c:no_child_outlives_the_agent": "an agent that ends sooner, and one that ends later",
    "unit/agent/agent_service.c:play": "it looks again, and gives nothing up",
    "unit/agent/agent_varlink.c:what_arrived_while_the_loop_stood_still_is_in_time": "longer than a deadline: a slow one is longer",
}

MEASURES = {"monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time", "thread_time", "clock_gettime"}
LIMITED = {"wait", "join", "get", "settimeout", "communicate"}
IN_C = {
    r"\b(usleep|sleep|nanosleep|clock_nanosleep)\(": "sleeps",
    r"\bassert\w*\(.*\b(boot_clock|wall_clock|msec_now|now_usec|time)\(.*<": "asserts how long something took",
    r"\bassert_in_range\(.*(_now|_clock)\(": "asserts how long something took",
    r"\b(alarm|setitimer)\(": "ends after seconds of its own",
}
IN_SHELL = {r"(?:^|[;&|(]|\b(?:do|then|else)\b)\s*sleep\s": "sleeps"}


class Python(ast.NodeVisitor):
    """Finds (line, function, what)."""

    def __init__(self):
        self.found, self.functions, self.clocks = [], [], set()

    def add(self, node, what):
        self.found.append((node.lineno, self.functions[-1] if self.functions else "", what))

    def visit_FunctionDef(self, node):
        self.functions.append(node.name)
        outer, self.clocks = self.clocks, set()
        self.generic_visit(node)
        self.clocks = outer
        self.functions.pop()

    def visit_Assign(self, node):
        if is_clock(node.value):
            self.clocks |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        self.generic_visit(node)

    def visit_BinOp(self, node):
        if isinstance(node.op, ast.Sub) and is_clock(node.left) and isinstance(node.right, ast.Name):
            if node.right.id in self.clocks:
                self.add(node, "measures how long something takes")
        self.generic_visit(node)

    def visit_Call(self, node):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        is_time = isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") == "time"
        if is_time and name == "sleep":
            self.add(node, "sleeps")
        if is_time and name in MEASURES:
            self.add(node, "measures how long something takes")
        limits = [word.value for word in node.keywords if word.arg in ("timeout", "seconds")]
        if isinstance(node.func, ast.Attribute) and name in LIMITED and len(node.args) == 1:
            limits += node.args
        if name != "a_while" and any(is_number(limit) for limit in limits):
            self.add(node, "gives up after seconds of its own")
        self.generic_visit(node)


def is_clock(node):
    return (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and
            getattr(node.func.value, "id", "") == "time" and node.func.attr in {"time", "time_ns", *MEASURES})


def is_number(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and node.value > 0


def in_python(text):
    visitor = Python()
    visitor.visit(ast.parse(text))
    return visitor.found


def in_lines(text, patterns):
    function, found = "", []
    for number, line in enumerate(text.splitlines(), 1):
        begun = re.match(r"test\((\w+)\)$", line) or re.match(
            r"(?:static |inline |void |int |pid_t |char |bool |[A-Z]\w+ |\*)*?(\w+)\(.*[^;]$", line)
        function = begun.group(1) if begun and not line.startswith((" ", "#")) else function
        code = re.sub(r'"(?:\\.|[^"\\])*"|/\*.*?\*/', '""', line)
        found += [(number, function, what) for pattern, what in patterns.items() if re.search(pattern, code)]
    return found


def findings():
    """(path below TESTS, line, function, what)"""
    for path in sorted(TESTS.rglob("*")):
        name = path.relative_to(TESTS).as_posix()
        if path.suffix == ".py":
            found = in_python(path.read_text(encoding="utf-8"))
        elif path.suffix in (".c", ".h"):
            found = in_lines(path.read_text(encoding="utf-8"), IN_C)
        elif path.suffix == ".sh":
            found = in_lines(path.read_text(encoding="utf-8"), IN_SHELL)
        else:
            continue
        yield from ((name, *one) for one in found)


SAMPLES = ["time.sleep(1)", "a = time.perf_counter()", "process.wait(5)", "run(timeout=30)",
           "def f():\n    began = time.time()\n    assert time.time() - began < 9"]
C_SAMPLES = ["    usleep(1000);", "    assert_true(boot_clock() - began < 10 * USEC_PER_SEC);",
             "    assert_in_range(msec_now() - began, 900, 60000);"]


def blind_for():
    """What it should find, and does not."""
    return ([sample for sample in SAMPLES if not in_python(sample)] + [one for one in C_SAMPLES if not in_lines(one, IN_C)])


def main():
    used, wrong = set(), 0
    for sample in blind_for():
        wrong += 1
        print(f"this is not found any more: {sample}")
    for name, line, function, what in findings():
        ways = {name, f"{name}:{function}", name.split("/")[0]} & ALLOWED.keys()
        used |= ways
        if not ways:
            wrong += 1
            print(f"tests/{name}:{line}: {function or 'the module'} {what}: let the test turn the clock, or wait for the "
                  "event (lib/waiting.py)")
    for left in sorted(ALLOWED.keys() - used):
        wrong += 1
        print(f"{left} has no clock any more: take it out of the list")
    print(f"{wrong} wrong, {len(used)} allowed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
