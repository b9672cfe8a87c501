# SPDX-License-Identifier: MIT
"""Clocks that are set while the host runs, and a boot whose clock is behind: what a pass removes is what it would remove
without that. The library of the golden documents gives rgc its clocks; those of the fake engine are turned with them."""
import json
import os
import time

from program import BUILD

LIBRARY = os.path.abspath(os.environ.get("RGC_FIXED_HOST") or f"{BUILD}/tests/fixed_host.so")
DAY = 86400
HOUR = 3600


class Clock:
    now = 1_800_000_000
    booted = now - DAY


time.time = lambda: float(Clock.now)
time.time_ns = lambda: Clock.now * 10**9

from fake_state import cache_record, image  # noqa: E402  pylint: disable=wrong-import-position
from fault_hosts import Host  # noqa: E402  pylint: disable=wrong-import-position
from harness import World, expect  # noqa: E402  pylint: disable=wrong-import-position


def wait(world, seconds):
    Clock.now += seconds
    world.environment = {"LD_PRELOAD": LIBRARY, "RGC_FIXED_NOW": str(Clock.now), "RGC_FIXED_BOOT": str(Clock.booted),
                         "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"}


def step(world, seconds):
    """Somebody sets the clock."""
    Clock.booted += seconds
    wait(world, seconds)


def a_world(**config):
    host = Host(Clock.now)
    host.kamal_app("blog", 2)
    host.add("job", tags=["company/report:1"])
    return World(host.document(), config)


def collect(world):
    result = world.collect()
    expect(result.code == 0, "the pass failed", result)
    return result.document


def verdict_of(document, identity):
    return [(i["verdict"], i["reason"]) for i in document["images"] if i["id"] == identity]


def ledger_of(world):
    return [json.loads(line) for line in world.read("ledger.json").splitlines()]


def load_untagged(world):
    """A build came a minute ago, and has lost its tag to the next one."""
    state = world.engine.state
    entry = image("fresh build", created=int(Clock.now - 2 * DAY))
    state.images[entry["id"]] = entry
    at = int(Clock.now - 60)
    state.events.append({"Type": "image", "Action": "load", "Actor": {"ID": entry["id"], "Attributes": {"name": entry["id"]}},
                         "scope": "local", "time": at, "timeNano": at * 10**9})
    state.generation += 1
    return entry["id"]


def an_arrival_before_the_step_is_as_young_as_without_it(by):
    with a_world(retention={"min_age": "1h"}) as world:
        wait(world, 0)
        collect(world)
        wait(world, 3 * HOUR)
        loaded = load_untagged(world)
        step(world, by)
        expected = [("wait", "young")]
        for number in (1, 2, 3):
            document = collect(world)
            expect(verdict_of(document, loaded) == expected, f"pass {number} after a step of {by} s", document["images"])
            expect((document["hold"] == "clock") == (number == 1 and by != 0), f"pass {number} is held or not", document)
            wait(world, 60)
        wait(world, HOUR)
        collect(world)
        expect(loaded not in world.engine.state.images, "it stayed after its hour")


def a_job_of_before_the_boot_is_as_old_as_without_the_step(by):
    with a_world() as world:
        wait(world, 0)
        collect(world)
        state, lines = world.engine.state, ledger_of(world)
        ago, old = (Clock.now - 3 * DAY) * 10**6, (Clock.now - 100 * DAY) * 10**6
        job = next(i["id"] for i in state.images.values() if "company/report:1" in i["tags"])
        for line in lines:
            if "watched_since" in line:
                line["watched_since"] = line["began"] = old
            if line.get("image") == job:
                line.update(first_seen=old, arrived=old, came=old, named=ago,
                            uses=[{"kind": "none", "created": ago, "started": ago, "run": ago, "ended": ago}])
                line.pop("baseline", None)
        world.write("state/ledger.json", "".join(json.dumps(line) + "\n" for line in lines))
        step(world, by)
        for number in (1, 2):
            document = collect(world)
            expect(verdict_of(document, job) == [("keep", "job")], f"pass {number} after a step of {by} s",
                   document["images"])
            wait(world, 60)


def test_a_pass_in_1970_writes_no_times():
    with a_world() as world:
        wait(world, 0)
        collect(world)
        before, real = ledger_of(world), Clock.now
        Clock.now, Clock.booted = 30, 10
        header = dict(before[0], boot_id="another-boot")
        world.write("state/ledger.json", "".join(json.dumps(line) + "\n" for line in [header, *before[1:]]))
        wait(world, 0)
        document = collect(world)
        expect(document["hold"] == "clock" and not document["outcomes"], "a pass in 1970 removed something", document)
        after = ledger_of(world)
        expect(after[1:] == before[1:], "it has written", after, before)
        expect(after[0]["learned"] == before[0]["learned"] and after[0]["doubted_since"] == 30 * 10**6 and
               after[0]["passes"] == before[0]["passes"] + 1, "its header", after[0])
        step(world, real + HOUR - Clock.now)
        expect(collect(world)["hold"] == "clock", "the clock was set, and the pass not held")
        wait(world, 60)
        document = collect(world)
        expect(document["hold"] != "clock", "still held", document)
        expect("doubted_since" not in ledger_of(world)[0], "still in doubt")


def test_a_pass_that_does_not_trust_the_clock_prunes_nothing():
    """Build cache has no verdicts that could become waits."""
    with a_world() as world:
        wait(world, 0)
        collect(world)
        record = cache_record("old", last_used=int(Clock.now - 90 * DAY))
        world.engine.state.build_cache = {record["id"]: record}
        world.engine.state.generation += 1
        step(world, HOUR)
        expect(collect(world)["hold"] == "clock", "the clock was set, and the pass not held")
        expect(not world.engine.lines("prune"), "it pruned", world.engine.lines("POST"))
        wait(world, 60)
        expect(collect(world)["hold"] != "clock", "still held")
        expect(world.engine.lines("prune"), "nothing to prune, so this test shows nothing")


def test_an_arrival_before_a_step_is_as_young_as_without_it():
    for by in (0, 2 * HOUR, 40 * DAY, -2 * HOUR):
        an_arrival_before_the_step_is_as_young_as_without_it(by)


def test_a_job_of_before_the_boot_is_as_old_as_without_a_step():
    for by in (0, 40 * DAY, -40 * DAY):
        a_job_of_before_the_boot_is_as_old_as_without_the_step(by)
