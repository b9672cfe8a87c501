#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`rgc plan` on hosts of 100 to 10,000 images: time, processor time and peak memory, beside curl for the same answers.

    tests/bench/bench_plan.py [--rounds 7] [--images 100,1000,10000] [--smallest]

RGC_BINARY: default build/release/src/rgc
"""
import argparse
import json
import re
import statistics
import subprocess
import sys
import time

import bench
import replay
from fake_hosts import kamal_host

CONFIG = "[engine]\nstorage = /\n[retention]\nmin_age = 0s\nquiet = 0s\n[agent]\ntrial = off\n"
KEEP_ALL = CONFIG + "[build_cache]\nmax_unused = 3650d\n[protect]\nimage = r:5000/*\n"


def host(n_images):
    """Kamal apps, one container for ten images."""
    apps = max(1, min(20, n_images // 20))
    return kamal_host(n_images, apps=apps, containers_per_app=max(1, n_images // 10 // apps), now=time.time())


def curl_config(place, name, socket_path, paths):
    lines = [f'unix-socket = "{socket_path}"', "silent", "globoff"]
    for path in paths:
        lines += [f'url = "http://localhost{path}"', 'output = "/dev/null"']
    return place.write(name, "\n".join(lines) + "\n")


class Fake:
    """The fake engine in a process of its own: each inspect is made when it is asked for, the lists only once."""

    def __init__(self, path, document):
        self.path = str(path)
        self.host = "unix://" + self.path
        self._document = document

    def __enter__(self):
        state = self.path + ".json"
        with open(state, "w", encoding="utf-8") as file:
            json.dump(self._document, file)
        program = bench.PROJECT / "tests" / "fault" / "fake_engine.py"
        self._process = subprocess.Popen(
            [sys.executable, program, "--socket", self.path, "--state", state, "--until-stdin-closes"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._process.stdout.readline()
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


class Contest:
    def __init__(self, place, n_images, rounds):
        self.place = place
        self.n_images = n_images
        self.rounds = rounds
        self.config = place.write("rgc.conf", CONFIG)
        self.document = host(n_images)
        self.paths, self.answers = replay.record(self.document, lambda host_: self.rgc("recording", host_, "plan"))

    def rgc(self, state, host_, *words):
        return [bench.RGC, "--config", self.config, "--state", self.place.path / f"{state}-{self.n_images}", "--host",
                host_, *words]

    def learn(self, host_):
        """Leaves the ledger of a pass that kept everything."""
        keep_all = self.place.write("keep.conf", KEEP_ALL)
        command = self.rgc("learned", host_, "collect", "--here")
        command[command.index(self.config)] = keep_all
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)

    def run(self, engine, name):
        few = [path for path in self.paths if not re.search(r"/(containers|images)/[^/]+/", path)]
        all_of_them = curl_config(self.place, "all.curl", engine.path, self.paths)
        lists = curl_config(self.place, "lists.curl", engine.path, few)
        self.learn(engine.host)
        results = bench.interleaved(self.rounds, {
            "plan, first time": lambda: self.place.measure(self.rgc("none", engine.host, "plan")),
            "curl, the same": lambda: self.place.measure(["curl", "-K", all_of_them]),
            "plan with a ledger": lambda: self.place.measure(self.rgc("learned", engine.host, "plan")),
            "curl, the same lists": lambda: self.place.measure(["curl", "-K", lists]),
            "plan --json with a ledger": lambda: self.place.measure(self.rgc("learned", engine.host, "plan", "--json")),
        })
        beside = {"plan, first time": "curl, the same", "plan with a ledger": "curl, the same lists"}
        for what, result in results.items():
            median, other = bench.medians(result), results.get(beside.get(what))
            ratio = statistics.median(a["wall"] / b["wall"] for a, b in zip(result, other)) if other else None
            yield [self.n_images, name, what, f"{median['wall'] * 1000:.0f}", f"{median['cpu'] * 1000:.0f}",
                   f"{median['peak'] / 1024:.1f}", f"{ratio:.2f}" if ratio else ""]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--images", default="100,1000,10000")
    options = bench.options_of(parser, rounds=1, images="20")
    bench.introduce("curl")
    rows = []
    with bench.Workplace() as place:
        for n_images in map(int, options.images.split(",")):
            contest = Contest(place, n_images, options.rounds)
            print(f"{n_images} images: {len(contest.paths)} requests the first time, "
                  f"{sum(map(len, contest.answers.values())) / 1e6:.1f} MB of answers", flush=True)
            with Fake(place.path / "fake.sock", contest.document) as engine:
                rows += contest.run(engine, "fake")
            with replay.Replay(place.path / "replay.sock", contest.answers) as engine:
                rows += contest.run(engine, "from memory")
    print()
    bench.table(["images", "engine", "what", "wall ms", "processor ms", "peak MiB", "ratio"], rows)


if __name__ == "__main__":
    bench.run(main)
