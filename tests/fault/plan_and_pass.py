# SPDX-License-Identifier: MIT
"""On any host the pass does what the plan has shown, and the plan does nothing: random hosts, with and without memory.

RGC_TEST_SEEDS="7 8" chooses hosts; with RGC_TEST_LONG=1 there are sixteen times as many.
"""
import copy
import os
import random
import time

from fault_hosts import DAY, FLAVOURS, Host
from fake_state import State
from harness import LONG, World, expect, expect_whole, inventory, lost, run_all

HOURS = 3600


class RandomHost(Host):
    """Things that happened on a host, in any order."""

    def __init__(self, seed):
        super().__init__()
        self.random = random.Random(seed)
        self.number = 0
        for _ in range(self.random.randint(1, 5)):
            self.random.choice([self.some_app, self.some_app, self.some_builds, self.some_pulls, self.some_jobs,
                                self.some_images, self.some_parents])()
        self.cache_of_any_age()
        if self.images:
            self.some_keepers()

    def name(self, stem):
        self.number += 1
        return f"{stem}{self.number}"

    def chance(self, percent):
        return self.random.random() * 100 < percent

    def some_app(self):
        app, destinations = self.name("app"), self.random.choice([[None], [None], ["staging", "production"], ["eu"]])
        for destination in destinations:
            releases, hour = self.random.randint(1, 9), self.random.choice([0.1, 2, 25, 25 * 40])
            live = self.random.randint(0, 2) if releases > 2 else 0
            for number in range(releases):
                version = f"v{releases - number}{destination or ''}"
                tags = [f"mirror/{app}:{version}"] if self.chance(25) else []
                if number == 0 and self.chance(60):
                    tags.append(f"r:5000/{app}:latest" + (f"-{destination}" if destination else ""))
                state = self.random.choice(["exited", "exited", "dead", "created"])
                if number == live and self.chance(90):
                    state = "running"
                _, box = self.release(app, version, number, state, self.chance(70) or number == live, tags,
                                      destination=destination, age=(number + 1) * hour * HOURS)
                if state in ("exited", "dead") and self.chance(25):
                    box.update(finished=box["started"] + 1, exit_code=1)
                if self.chance(10):
                    box.update(name=box["name"] + "_replaced_0123abcd")

    def some_builds(self):
        self.compose_service(self.name("project"), "web", self.random.randint(1, 5))

    def some_pulls(self):
        self.pulled_again(self.name("company/service"), self.random.randint(1, 6))

    def some_jobs(self):
        for _ in range(self.random.randint(1, 4)):
            name, days = self.name("company/job"), self.random.choice([0.01, 3, 40])
            self.add(name, tags=[name + ":1"])
            ended = int(self.now - days * DAY)
            self.box(self.name("run"), name, state="exited", restart_policy="no", started=ended - 60, finished=ended,
                     created=ended - 61, image_ref=name + ":1")

    def some_images(self):
        for _ in range(self.random.randint(1, 4)):
            name = self.name("company/image")
            entry = self.add(name, tags=self.random.choice([[], [name + ":1"], [name + ":1", name + ":2"]]),
                             labels={"rgc.keep": "true"} if self.chance(20) else {})
            if self.chance(30):
                entry["digests"] = [f"{name}@{entry['id']}"]
            entry["created"] = int(self.now - self.random.choice([60, 2 * HOURS, 90 * DAY, self.now]))

    def some_parents(self):
        previous = None
        for _ in range(self.random.randint(2, 4)):
            name = self.name("step")
            self.add(name, parent=previous, tags=[f"company/{name}:1"] if self.chance(40) else [])
            previous = name if self.chance(80) else previous

    def some_keepers(self):
        for _ in range(self.random.randint(0, 3)):
            entry = self.random.choice(self.images)
            mount = {"Type": "image", "Name": self.random.choice(self.images)["id"], "Destination": "/x"}
            self.box(self.name("keeper"), entry["id"], restart_policy="no", mounts=[mount] if self.chance(20) else [],
                     state=self.random.choice(["exited", "running", "paused", "created"]))

    def cache_of_any_age(self):
        self.build_cache(self.random.randint(0, 8))
        for record in self.cache:
            record["in_use"] = self.chance(10)
        ancestry = random.Random(str(self.cache))  # of its own: the rest of the host is as it was
        for young, old in zip(self.cache, self.cache[1:]):
            young["parents"] = [old["id"]] if ancestry.random() < 0.4 else []

    def config(self):
        some = self.random.choice
        retention = {"keep_previous": some([0, 1, 3, 5]), "min_age": some(["0s", "1h"]), "quiet": some(["0s", "5m"]),
                     "min_uptime": some(["1m", "0s"]), "keep_for": some(["off", "7d"]),
                     "dangling": some(["remove", "remove", "keep"]),
                     "superseded_containers": some(["remove", "remove", "keep"]),
                     "jobs_max_unused": some(["35d", "1d", "off"]), "unmanaged_max_unused": some(["off", "off", "30d"]),
                     "idle_apps": some(["off", "off", "35d"])}
        return {"retention": retention, "engine": {"parallel": some([1, 8])},
                "build_cache": {"max_unused": some(["72h", "0s", "24h"])},
                "protect": {"image": some(["nothing:*", "company/*", "*:v2"])}}


def files_of(world):
    if not os.path.isdir(world.state):
        return None
    found = {}
    for name in sorted(os.listdir(world.state)):
        with open(os.path.join(world.state, name), "rb") as file:
            found[name] = (file.read(), os.stat(os.path.join(world.state, name)).st_mtime_ns)
    return found


def to_go(document, kind):
    return {element["id"] for element in document[kind] if element["verdict"] == "remove"}


def pass_as_planned(world, details):
    """plan, plan again, collect: the first two leave no trace, the last removes what they showed."""
    before, files = inventory(world.engine.state), files_of(world)
    shown = []
    listed = sorted(set(before["images"]) - intermediates(world.engine.state))
    why = [["why", listed[0]]] if listed else []
    for words in (["plan", "--json"], ["collect", "--dry-run", "--json"], ["plan"], ["status"], *why):
        result = world.rgc(*words)
        expect(result.code == 0, "it fails", result, *details)
        if "--json" in words:
            shown.append({kind: to_go(result.document, kind) for kind in ("images", "containers")})
            plan = result.document
    expect(world.changes() == [], "looking has changed something", world.changes(), *details)
    expect(files_of(world) == files, "looking has written something", *details)
    expect(shown[0] == shown[1], "plan and dry run differ", *details)
    for element in plan["images"] + plan["containers"]:
        expect(element["reason"] and element["detail"], "no reason", element, *details)
    expect(sorted(i["id"] for i in plan["images"]) == listed, "not every image is shown", *details)

    result = world.collect()
    expect(result.code == 0, "the pass fails", result, *details)
    after = inventory(world.engine.state)
    images, containers, cache = lost(before, after)
    # Only the engine knows of children that no list shows; it tells when asked to remove their parent.
    refused = {o["id"] for o in result.document["outcomes"] if "dependent child" in (o["error"] or "")}
    others = [o for o in result.document["outcomes"] if o["outcome"] != "removed" and o["id"] not in refused]
    expect(not others, "the engine refused what was planned", others, *details)
    parents = {i["parent"] for i in plan_document(world)}
    details = (result, *details)
    expect(shown[0]["images"] - refused <= images and images - shown[0]["images"] <= parents,
           "the pass did not do what the plan showed", images ^ shown[0]["images"], *details)
    expect(containers == shown[0]["containers"], "other containers went than shown",
           containers ^ shown[0]["containers"], *details)
    planned = (plan["build_cache"] or {}).get("evict_records", 0)
    expect(len(cache) == planned, "other build cache went than shown", len(cache), planned, *details)
    expect_whole(before, after, *details)
    expect(not world.engine.state.violations, "a forbidden request", world.engine.state.violations, *details)
    return result


def plan_document(world):
    return world.document["images"]


def intermediates(state):
    """What the engine does not list."""
    parents = {i["parent"] for i in state.images.values()}
    return {i["id"] for i in state.images.values() if i["id"] in parents and not i["tags"] and not i["digests"]}


def live_on(state, chooser):
    """Something happens on the host: a deploy, a stop, a pull."""
    apps = sorted({c["labels"]["service"] for c in state.containers.values() if "service" in c["labels"]})
    now = time.time()
    if apps and chooser.random() < 0.7:
        app, host = chooser.choice(apps), Host(now)
        for box in state.containers.values():
            if box["labels"].get("service") == app and box["state"] == "running":
                box.update(state="exited", finished=int(now - 30), exit_code=143)
        entry, box = host.release(app, f"n{chooser.randint(1, 99)}", 0, "running", age=120)
        state.images[entry["id"]], state.containers[box["id"]] = entry, box
        state.event("image", "pull", entry["tags"][0], {"name": entry["tags"][0]})
    stopped = [c for c in state.containers.values() if c["state"] == "exited"]
    if stopped and chooser.random() < 0.5:
        chooser.choice(stopped).update(state="running", started=int(now - 60), finished=0)
    state.generation += 1


def run(seed):
    host = RandomHost(seed)
    flavour = host.random.choice(sorted(FLAVOURS))
    with World(host.document(flavour), host.config()) as world:
        world.document = copy.deepcopy(State(host.document(flavour)).document())
        details = (f"seed {seed}, {flavour}", open(world.config, encoding="utf-8").read())
        for round_ in range(3):
            world.refreshed()
            pass_as_planned(world, (*details, f"round {round_}"))
            world.refreshed()
            live_on(world.engine.state, host.random)
            world.document = copy.deepcopy(world.engine.state.document())


def test_the_pass_does_what_the_plan_has_shown_on_random_hosts():
    seeds = [int(word) for word in os.environ.get("RGC_TEST_SEEDS", "").split()] or range(400 if LONG else 24)
    run_all(run, [(seed,) for seed in seeds])
