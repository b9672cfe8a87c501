#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A pass that removes 900 of 1,000 releases on real engines, against what else could remove the same.

    tests/bench/bench_collect.py [--flavour 28.5-overlay2 --flavour 28.5-containerd] [--rounds 3]
    tests/bench/bench_collect.py --files 2000 --size 16000000 --apps 4 --per-app 15 --kept 5 --parallel 1,8,32 --no-docker
    tests/bench/bench_collect.py --smallest

Every contestant finds the very same data on disk. Needs root, and RGC_BINARY: default build/release/src/rgc.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import time

import bench
from releases import Releases


class Contest:
    def __init__(self, place, releases):
        self.place = place
        self.releases = releases
        self.engine = releases.engine
        self.runs = 0

    def rgc(self, *words, parallel=8):
        self.runs += 1
        config = self.place.write("rgc.conf", f"[engine]\nstorage = /\nparallel = {parallel}\n"
                                  f"[retention]\nkeep_previous = {self.releases.kept - 1}\n"
                                  "min_age = 0s\nquiet = 0s\nmin_uptime = 0s\n[agent]\ntrial = off\n")
        return [bench.RGC, "--config", config, "--state", self.place.path / f"state{self.runs}", "--host",
                self.engine.host, *words]

    def timed(self, action):
        began = time.monotonic()
        action()
        return time.monotonic() - began

    def pass_(self, parallel=8):
        self.releases.restore()
        stamp, out = self.place.path / "stamp.out", self.place.path / "collect.json"
        stamp.unlink(missing_ok=True)
        environment = {**os.environ, "LD_PRELOAD": str(self.place.helper("stamp", ("-shared", "-fPIC"))),
                       "STAMP": str(stamp)}
        with open(out, "wb") as file:
            result = self.place.measure(self.rgc("collect", "--here", "--json", parallel=parallel), environment, stdout=file)
        self.releases.check()
        removals, asking = map(float, stamp.read_text().split())
        return {"removals": removals, "asking": asking, "all": result["wall"], "cpu": result["cpu"],
                "requests": json.loads(out.read_text())["requests"]}

    def plan(self):
        """rgc plan on the full engine, and curl for the same answers: twice, so that neither warms the other's way."""
        self.releases.restore()
        proxyless = ["curl", "--silent", "--globoff", "--noproxy", "*", "--unix-socket", str(self.engine.socket)]
        now = f"{time.time():.6f}000"
        paths = ["/version", "/v1.51/info", "/v1.51/images/json?shared-size=1", "/v1.51/containers/json?all=1",
                 f"/v1.51/events?since=1&until={now}"]
        paths += [f"/v1.51/containers/{c['Id']}/json" for c in self.engine.containers.list()]
        paths += ["/v1.51/system/df?type=build-cache"]
        for path in paths:
            proxyless += [f"http://localhost{path}", "--output", "/dev/null"]
        plan = [self.place.measure(self.rgc("plan"))["wall"], 0.0]
        curl = [self.place.measure(proxyless)["wall"] for _ in range(2)]
        plan[1] = self.place.measure(self.rgc("plan"))["wall"]
        return {"all": sum(plan) / 2, "curl": sum(curl) / 2}

    def storm(self, parallel):
        self.releases.restore()
        paths = "".join(f"/v1.51/images/{image}\n" for image in self.releases.leaving)
        done = subprocess.run([self.place.helper("storm"), self.engine.socket, str(parallel)], input=paths, text=True,
                              capture_output=True, check=True)
        self.releases.check()
        seconds, refused = done.stdout.split()
        if refused != "0":
            raise RuntimeError(f"{refused} removals were refused")
        return {"removals": float(seconds), "all": float(seconds)}

    def docker_rmi(self):
        self.releases.restore()
        seconds = self.timed(lambda: self.engine.cli("rmi", *self.releases.leaving))
        self.releases.check()
        return {"removals": seconds, "all": seconds}

    def script(self):
        self.releases.restore()
        environment = {"DOCKER_HOST": self.engine.host, "DOCKER_CONFIG": str(self.engine.state / "cli")}
        script = (bench.HERE / "cleanup.sh").read_text()
        seconds = self.timed(lambda: self.engine.namespace.run(["sh", "-c", script], environment))
        self.releases.check()
        return {"removals": seconds, "all": seconds}


def report(flavour, releases, results):
    median = {name: bench.medians(result) for name, result in results.items()}
    storms = {name: row["removals"] for name, row in median.items() if name.startswith("bare")}
    best = min(storms, key=storms.get)
    n = len(releases.leaving)
    rows = []
    for name, result in median.items():
        if name.startswith("rgc plan"):
            continue
        spread = [row["removals"] for row in results[name]]
        # Of one round, so that both had the same neighbours on the machine.
        ratio = statistics.median(a["removals"] / b["removals"] for a, b in zip(results[name], results[best]))
        rows.append([name, f"{result['removals']:.2f}", f"{min(spread):.2f} to {max(spread):.2f}",
                     f"{result['removals'] / n * 1000:.1f}", f"{ratio:.2f}", f"{result['all']:.2f}",
                     result.get("requests", n if name.startswith("bare") else "")])
    print(f"{flavour}: {n} of {len(releases.leaving) + len(releases.staying)} images removed; "
          f"ratios to \"{best}\", medians of {len(results[best])} rounds\n")
    bench.table(["who", "removals s", "min to max", "ms each", "ratio", "everything s", "requests"], rows)
    if "rgc plan" in median:
        plan = median["rgc plan"]
        print(f"rgc plan {plan['all']:.2f} s, curl for the same answers {plan['curl']:.2f} s, "
              f"ratio {plan['all'] / plan['curl']:.2f}\n", flush=True)


def numbers(text):
    return [int(number) for number in text.split(",")]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--flavour", action="append")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--apps", type=int, default=10)
    parser.add_argument("--per-app", type=int, default=100)
    parser.add_argument("--kept", type=int, default=10, help="of each app")
    parser.add_argument("--files", type=int, default=1, help="in each release's own layer")
    parser.add_argument("--size", type=int, default=1000, help="bytes in it")
    parser.add_argument("--parallel", default="8", help="values of this key for rgc, such as 1,8,32")
    parser.add_argument("--bare", default="1,2,4,8,16,32", help="how many bare requests at a time")
    parser.add_argument("--no-docker", action="store_true", help="leave out docker rmi and the script")
    options = bench.options_of(parser, flavour=["28.5-overlay2"], rounds=1, apps=2, per_app=4, kept=2, parallel="2",
                               bare="2")
    bench.introduce("curl")
    for flavour in options.flavour or ["28.5-overlay2", "28.5-containerd"]:
        with bench.Workplace() as place, Releases(flavour, options.apps, options.per_app, options.kept, options.files,
                                                  options.size) as releases:
            print(f"{flavour}: loaded in {releases.loaded_in:.0f} s", file=sys.stderr)
            contest = Contest(place, releases)
            contestants = {f"rgc collect --here, parallel = {n}": lambda n=n: contest.pass_(n)
                           for n in numbers(options.parallel)}
            contestants |= {f"bare requests, {n} at a time": lambda n=n: contest.storm(n)
                            for n in numbers(options.bare)}
            if not options.no_docker:
                contestants |= {"docker rmi, one call": contest.docker_rmi, "clean-up script": contest.script,
                                "rgc plan": contest.plan}
            report(flavour, releases, bench.interleaved(options.rounds, contestants))


if __name__ == "__main__":
    bench.run(main)
