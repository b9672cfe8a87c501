# SPDX-License-Identifier: MIT
"""The n-th allocation of a pass finds no memory, whether rgc asked for it or a library. The pass may end there; the next
one carries on, and ends as an undisturbed one.
60 allocations; with RGC_TEST_LONG=1 500. RGC_SHIM is fail_allocation.c as a library.
"""
import os
import signal
import subprocess
import unittest

from harness import LONG, RGC, expect, expect_within, inventory, run_all
from nth_call import expect_loadable_now, expect_next_pass_completes, healthy_host, is_sanitized, violations
from waiting import HANGS

SHIM = os.environ.get("RGC_SHIM")
SAMPLES = 500 if LONG else 60
# With a sentence: an error, that of a removal, or that there is no memory.
ENDS = (0, 1, 2, 3, 4, 5)


def collect(world, **environment):
    world.environment = {"LD_PRELOAD": SHIM, **environment}
    process = world.start("collect", "--here", "--json")
    out, err = process.communicate(timeout=HANGS)
    world.environment = {}
    return process.returncode, out.decode("utf-8", "replace"), err.decode("utf-8", "replace")


def count_allocations():
    with healthy_host().world() as world:
        path = os.path.join(world.directory, "count")
        code, _, err = collect(world, RGC_COUNT_ALLOCATIONS=path)
        expect(code == 0, "a healthy pass failed", err)
        expect(inventory(world.engine.state) == healthy_host().after, "a healthy pass ended otherwise")
        with open(path, encoding="ascii") as file:
            return int(file.read())


def without_memory(number):
    healthy = healthy_host()
    with healthy.world() as world:
        code, out, err = collect(world, RGC_FAIL_ALLOCATION=str(number))
        world.settle()
        details = (f"allocation {number}", code, err, out[-500:])
        expect(code in ENDS, "it crashed", *details)
        expect(code == 0 or err or '"error":"' in out, "it ended without a word", *details)
        expect(not violations(world), "what must never be asked for", violations(world), *details)
        expect_within(healthy.before, inventory(world.engine.state), healthy.after, *details)
        expect_loadable_now(world, details)
        expect_next_pass_completes(world, healthy, *details)


class Shim(unittest.TestCase):
    def test_the_first_allocation_that_is_rgcs_own_ends_it(self):
        ends = []
        for number in range(1, 200):
            done = subprocess.run([RGC, "--version"], capture_output=True, check=False,
                                  env={**os.environ, "LD_PRELOAD": SHIM, "RGC_FAIL_ALLOCATION": str(number)})
            ends.append(done.returncode)
        self.assertIn(0, ends)
        self.assertNotIn(-signal.SIGSEGV, ends)


def setUpModule():
    if is_sanitized():
        raise unittest.SkipTest("the address sanitizer has allocations of its own")


def test_a_pass_whose_nth_allocation_fails_removes_nothing_more_and_the_next_one_completes_it():
    total = count_allocations()
    print(f"{total} allocations")
    run_all(without_memory, [(number,) for number in sorted({1 + i * total // SAMPLES for i in range(SAMPLES)})])
