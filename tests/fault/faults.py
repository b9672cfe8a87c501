# SPDX-License-Identifier: MIT
"""Every request of a pass in turn, answered in every wrong way.

A sample: each kind of request with each fault, hosts and engines in turn. With RGC_TEST_LONG=1 every request with each fault.

What must be true: nothing goes that a healthy pass would have kept; what stays has its tags; exit code, report and ledger
tell the truth; the next healthy pass does the rest.
"""
import re

from fault_hosts import FLAVOURS, HOSTS
from harness import (LONG, World, expect, expect_loadable, expect_one_sentence, expect_whole, expect_within, inventory,
                     lost, run_all)

WRONG_TYPES = [b"null", b"{}", b"[null]", b"[{}]", b'"text"', b"42", b"", b'{"message": 7}', b'[[]]', b'{"Id": []}']
FAULTS = {
    "500": {"do": "status:500"}, "404": {"do": "status:404"}, "409": {"do": "status:409"}, "503": {"do": "status:503"},
    "garbage": {"do": "garbage"}, "truncate": {"do": "truncate"}, "drop": {"do": "drop"}, "html": {"do": "html"}, "html 403": {"do": "html", "code": 403},
    "html 503": {"do": "html", "code": 503}, "nothttp": {"do": "nothttp"}, "hang": {"do": "hang", "seconds": 3},
    # It did what it was asked, and could not say so.
    "done, then drop": {"do": "drop", "effect": True}, "done, then 500": {"do": "status:500", "effect": True},
}
# For these rgc waits 10 minutes: interruptions.py.
PATIENT = re.compile("^(DELETE|POST) ")
SAYS_NOTHING = f"wrong type {WRONG_TYPES.index(b'')}"
ENGINE_IS_NOT_THERE = {"503", "html 503", "hang"}


def kind_of(line):
    line = re.sub("sha256:[0-9a-f]{64}|[0-9a-f]{64}", "ID", line.split("?")[0])
    return re.sub("(?<=DELETE /images/)(?!ID).*", "TAG", line)


class Healthy:
    """What the same host is like after a pass without faults."""

    def __init__(self, host, flavour):
        self.document = HOSTS[host]().document(flavour)
        with World(self.document) as world:
            self.before = inventory(world.engine.state)
            result = world.collect()
            self.requests = [request["line"] for request in world.engine.requests]
            self.after = inventory(world.engine.state)
            expect(result.code == 0 and not world.engine.state.violations, "a healthy pass failed", result)
            expect(all(lost(self.before, self.after)[:2]), "a healthy pass removed nothing", result)


def expect_true_report(world, result, before, after):
    """What the pass says that it removed is gone, what is gone it says; and the exit code is that of the report."""
    if not result.out:
        expect(result.code in (1, 4), "no report, but no failure", result)
        expect(before == after, "something went, and nothing was said", result)
        return
    document = result.document
    outcomes = document["outcomes"]
    images, containers, cache = lost(before, after)
    said = {kind: {o["id"] for o in outcomes if o["kind"] == kind and o["outcome"] == "removed"}
            for kind in ("image", "container", "build-cache")}
    unsure = {o["id"] for o in outcomes if o["outcome"] in ("unknown", "failed", "gone")}
    # An engine removes untagged parents with their last child.
    parents = {i["parent"] for i in world.document["images"]}
    expect(images - parents <= said["image"] | unsure, "images went unsaid", images - said["image"], result)
    expect(containers <= said["container"] | unsure, "containers went unsaid", containers, result)
    expect(not cache or said["build-cache"] or "build-cache" in unsure, "build cache went unsaid", result)
    expect(said["image"] <= images, "said to be removed, but here", said["image"] - images, result)
    expect(said["container"] <= containers, "said to be removed, but here", said["container"] - containers, result)
    failed = any(o["outcome"] in ("failed", "unknown") for o in outcomes)
    failed = failed or document["error"] or document["interrupted"]
    expect(result.code == (1 if failed else 0), "the exit code is not that of the report", document["error"], result)
    for outcome in outcomes:
        expect(outcome["outcome"] == "removed" or outcome["error"], "no reason given", outcome)


def fault_of(name):
    if name in FAULTS:
        return dict(FAULTS[name])
    return {"do": "body", "body": WRONG_TYPES[int(name.split()[-1])]}


def at(line, nth):
    """Faults hit by what is asked, as requests side by side come in any order."""
    path = re.escape(line.split("until=")[0]) + ("" if "until=" in line else "$")
    return {"match": "^" + path, "skip": nth, "times": 1}


def faulty_pass(healthy, line, nth, name, parallel):
    timeout = "1s" if name == "hang" else "30s"
    config = {"engine": {"timeout": timeout, "parallel": parallel}}
    with World(healthy.document, config, [{**fault_of(name), **at(line, nth)}]) as world:
        world.document = healthy.document
        result = world.collect()
        world.settle()
        after = inventory(world.engine.state)
        details = (world.engine.lines("^(?!GET)"), result)
        expect(not world.engine.state.violations, "a forbidden request", world.engine.state.violations, *details)
        expect_within(healthy.before, after, healthy.after, *details)
        expect_true_report(world, result, healthy.before, after)
        if result.code != 0 and not result.out:
            expect_one_sentence(result)
        if line == "GET /version":
            expect(result.code == (4 if name in ENGINE_IS_NOT_THERE else 1), "the wrong exit code", *details)
        world.refreshed()
        world.configure({"engine": {"timeout": "60s", "parallel": parallel}})
        if result.code != 4:
            expect_loadable(world)
        again = world.collect()
        world.settle()
        end = inventory(world.engine.state)
        expect(again.code == 0, "the next pass fails", again, *details)
        expect_whole(healthy.before, end, *details)
        left = [i for i in again.document["images"] if i["id"] in lost(end, healthy.after)[0]]
        expect(end == healthy.after, "the next pass does not finish the work", left, lost(end, healthy.after),
               lost(healthy.after, end), again, *details)


HEALTHY = {}


def healthy_of(host, flavour):
    if (host, flavour) not in HEALTHY:
        HEALTHY[host, flavour] = Healthy(host, flavour)
    return HEALTHY[host, flavour]


def run(host, flavour, line, nth, name, parallel):
    faulty_pass(healthy_of(host, flavour), line, nth, name, parallel)


def is_tried(line, name):
    if not PATIENT.search(line):
        return not name.startswith("done")
    # To remove a container, an engine says nothing.
    return name != "hang" and not (name == SAYS_NOTHING and "/containers/" in line)


def every_request():
    """(host, flavour, line, how many of the same came before)"""
    for host in HOSTS:
        for flavour in FLAVOURS:
            seen = {}
            for line in healthy_of(host, flavour).requests:
                nth = seen[line.split("until=")[0]] = seen.get(line.split("until=")[0], -1) + 1
                yield host, flavour, line, nth


def sample():
    kinds = {}
    for request in every_request():
        kinds.setdefault((kind_of(request[2]), min(request[3], 1)), []).append(request)
    for turn, (kind, requests) in enumerate(sorted(kinds.items())):
        # One wrong type stands for all.
        for index, name in enumerate([*FAULTS, f"wrong type {turn % len(WRONG_TYPES)}"]):
            line = kind[0].replace("TAG", "x")
            if is_tried(line, name):
                # A large prime goes through hosts and engines in no order.
                yield (*requests[(turn + index * 7919) % len(requests)], name, 1 + 7 * (index % 2))


def everything():
    """Of each host on one engine at least; of the others a sample."""
    whole = {("rich", "overlay2 1.51"), ("rich", "containerd 1.51"), ("builder", "overlay2 1.41"),
             ("unknown", "podman")}
    for number, (host, flavour, line, nth) in enumerate(every_request()):
        for name in [*FAULTS, f"wrong type {number % len(WRONG_TYPES)}"]:
            if is_tried(line, name) and ((host, flavour) in whole or number % 7 == 0):
                yield host, flavour, line, nth, name, 1 + 7 * (number % 2)


def test_a_request_that_fails_in_any_way_removes_nothing_that_a_healthy_pass_keeps():
    for host in HOSTS:
        for flavour in FLAVOURS:
            healthy_of(host, flavour)
    run_all(run, list(everything() if LONG else sample()))
