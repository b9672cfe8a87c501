#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`rgc audit` on a host with 100 images: time beside curl for the same answers, and how often it asks a second time.

    tests/bench/bench_audit.py [--rounds 7] [--images 100] [--smallest]

The answers are those of the fake engine, served from memory. curl is one process that asks on one connection for one answer
after the other, and reads nothing of them; rgc asks on up to eight connections, and judges what it reads. No time is asserted;
that an audit after a pass asks for nothing but the lists is.

RGC_BINARY: default build/release/src/rgc
"""
import argparse
import time

import bench
import replay
from audit_hosts import BLOG, DAY, RUST, release
from fake_engine import FakeEngine
from fake_state import container

CONFIG = "[engine]\nstorage = /\n[retention]\nkeep_previous = 3\n"
LISTS = 7  # version, info, images, containers, events, build cache, volumes of builders


def host(n_images):
    """Apps of four releases, each with its container."""
    now = int(time.time())
    config = {"Env": ["RUST_VERSION=1.75.0", "CARGO_HOME=/usr/local/cargo"], "Cmd": ["x"]}
    images = [release(f"app{n // 4}", f"v{n % 4 + 1}", RUST, BLOG, (5 - n % 4) * DAY, config, now) for n in range(n_images)]
    boxes = []
    for entry in images:
        name, version = entry["tags"][0][2:].split(":")
        boxes.append(container(f"{name}-web-{version}", entry["id"], state="running" if version == "v4" else "exited",
                               created=entry["created"] + 100, image_ref=entry["tags"][0],
                               labels={"service": name, "role": "web", "destination": ""}))
    return {"images": images, "containers": boxes}


def curl_config(place, socket_path, paths):
    lines = [f'unix-socket = "{socket_path}"', "silent", "globoff"]
    for path in paths:
        lines += [f'url = "http://localhost{path}"', 'output = "/dev/null"']
    return place.write("curl.conf", "\n".join(lines) + "\n")


def second_time(document, command):
    """How many requests an audit makes after a pass has learned."""
    with FakeEngine(document) as engine:
        bench.subprocess.run(command(engine.host, "collect", "--here"), stdout=bench.subprocess.DEVNULL, check=True)
        before = len(engine.requests)
        bench.subprocess.run(command(engine.host, "audit"), stdout=bench.subprocess.DEVNULL, check=True)
        return len(engine.requests) - before


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--images", type=int, default=100)
    args = bench.options_of(parser, rounds=1, images=8)
    bench.introduce("curl")
    with bench.Workplace() as place:
        config = place.write("rgc.conf", CONFIG)
        document = host(args.images)

        def command(state):
            return lambda host_, *words: [bench.RGC, "--config", config, "--state", place.path / state, "--host", host_, *words]

        paths, answers = replay.record(document, lambda host_: command("none")(host_, "audit"))
        with replay.Replay(place.path / "replay.sock", answers) as engine:
            curl = curl_config(place, engine.path, paths)
            results = bench.interleaved(args.rounds, {
                "rgc audit": lambda: place.measure(command("none")(engine.host, "audit")),
                "curl": lambda: place.measure(["curl", "--config", curl]),
            })
        again = second_time(document, command("learned"))
        assert again == LISTS, f"after a pass an audit asks {again} times"
    rgc, other = (bench.medians(results[name]) for name in ("rgc audit", "curl"))
    bench.table(["", "wall", "CPU", "peak"],
                [[name, f"{m['wall'] * 1000:.1f} ms", f"{m['cpu'] * 1000:.1f} ms", f"{m['peak'] / 1024:.1f} MiB"]
                 for name, m in (("rgc audit", rgc), ("curl", other))])
    print(f"{args.images} images, {len(paths)} answers: {rgc['wall'] / other['wall']:.2f} x curl; {again} requests after a pass")


if __name__ == "__main__":
    bench.run(main)
