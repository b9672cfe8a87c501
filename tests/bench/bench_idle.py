#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the agent costs while nothing happens, and how long a trigger takes when there is nothing to do.

    tests/bench/bench_idle.py [--flavour 28.5-overlay2] [--minutes 5] [--rounds 20] [--images 100] [--smallest]

A real engine with running apps; agent and watch are looked at through strace and /proc. Needs root and strace, and
RGC_BINARY: default build/release/src/rgc.
"""
import argparse
import collections
import pathlib
import re
import signal
import statistics
import subprocess
import time

import bench
from releases import Releases

CONFIG = """[engine]
storage = /
[agent]
socket = {directory}/agent.sock
settle = 0s
trial = 0s
"""


class Agent:
    """rgc agent with its watch, on a socket of its own."""

    def __init__(self, place, host):
        self.socket = place.path / "agent.sock"
        config = place.write("agent.conf", CONFIG.format(directory=place.path))
        self.command = [bench.RGC, "--config", config, "--state", place.path / "agent-state", "--host", host]
        self.log = place.path / "agent.log"

    def __enter__(self):
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen([*map(str, self.command), "agent"], stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log)
        until = time.monotonic() + 30
        while subprocess.run([*map(str, self.command), "collect"], capture_output=True, check=False).returncode != 0:
            if time.monotonic() > until:
                raise RuntimeError(f"no pass: {self.log.read_text()}")
            time.sleep(0.2)
        self.watch = self.child("watch")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=20)

    def child(self, verb):
        for pid in pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split():
            if verb in pathlib.Path(f"/proc/{pid}/cmdline").read_text().split("\0"):
                return int(pid)
        raise RuntimeError(f"there is no rgc {verb}: {self.log.read_text()}")

    def run(self):
        began = time.monotonic()
        subprocess.run([*map(str, self.command), "collect"], stdout=subprocess.DEVNULL, check=True)
        return time.monotonic() - began


def memory_kb(pid):
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    sizes = {key: int(value) for key, value in re.findall(r"^(\w+):\s+(\d+) kB", text, re.M)}
    return sizes["Private_Dirty"], sizes["Pss"]


def processor_ms(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * 10


def calls_of(pids, seconds, place):
    """{pid: Counter of system calls} within this time."""
    traces = {pid: place.path / f"trace.{pid}" for pid in pids}
    tracers = [subprocess.Popen(["strace", "-q", "-o", trace, "-p", str(pid)], stderr=subprocess.DEVNULL)
               for pid, trace in traces.items()]
    time.sleep(seconds)
    for tracer in tracers:
        tracer.send_signal(signal.SIGINT)
        tracer.wait()
    found = {}
    for pid, trace in traces.items():
        lines = trace.read_text().splitlines()
        names = [match.group(1) for line in lines if (match := re.match(r"(\w+)\(", line)) and "<unfinished" not in line]
        found[pid] = collections.Counter(names)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--flavour", default="28.5-overlay2")
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--apps", type=int, default=10)
    parser.add_argument("--images", type=int, default=100)
    options = bench.options_of(parser, minutes=0.05, rounds=1, apps=1, images=2)
    bench.introduce("strace")
    per_app = max(2, options.images // options.apps)
    with bench.Workplace() as place, Releases(options.flavour, options.apps, per_app, min(4, per_app)) as releases, \
            Agent(place, releases.engine.host) as agent:
        pids = {"agent": agent.process.pid, "watch": agent.watch}
        time.sleep(5)
        before = {name: processor_ms(pid) for name, pid in pids.items()}
        calls = calls_of(pids.values(), options.minutes * 60, place)
        rows = []
        for name, pid in pids.items():
            dirty, pss = memory_kb(pid)
            counted = ", ".join(f"{count} {call}" for call, count in calls[pid].most_common()) or "none"
            rows.append([name, f"{dirty / 1024:.2f}", f"{pss / 1024:.2f}", processor_ms(pid) - before[name], counted])
        bench.table(["process", "private MiB", "Pss MiB", f"processor ms in {options.minutes:g} min",
                     f"system calls in {options.minutes:g} min"], rows)
        times = [agent.run() for _ in range(options.rounds)]
        plans = [place.measure([*agent.command, "plan"])["wall"] for _ in range(options.rounds)]
        print(f"from trigger to finished pass, nothing to do, {options.images} images: median "
              f"{statistics.median(times) * 1000:.0f} ms ({min(times) * 1000:.0f} to {max(times) * 1000:.0f}), "
              f"{statistics.median(times) / statistics.median(plans):.2f} of rgc plan's time")


if __name__ == "__main__":
    bench.run(main)
