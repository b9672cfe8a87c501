# SPDX-License-Identifier: MIT
"""Simulated hosts through the scripted engine and the real program: `rgc plan` says what was decided in the simulator.

SIM_HOSTS is the simulator, RGC_TEST_SEED the first host's seed, and RGC_FIXED_HOST the library made from golden/fixed_host.c, which turns
the clock; hosts on which the clock or the boot changes cannot be shown to it.
"""
import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "fault"))
from harness import World, expect, run_all  # noqa: E402

# What the library says of the boot, in microseconds.
BOOTED = 1790000000 * 10**6
LEFT_OUT = "reboots,wrong-boots,clock-steps,gaps,lost-replay"
SHOWN = 5  # differences of a host

HOSTS = 100
SEED = os.environ.get("RGC_TEST_SEED", "20261128")


def simulated():
    command = [os.environ["SIM_HOSTS"], "--print", "--hosts", str(HOSTS), "--seed", SEED,
               "--without", LEFT_OUT]
    shown = subprocess.run(command, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in shown.stdout.splitlines()]


def ledger_of(host):
    """As if it had been written in this boot, and the host been booted when the library says."""
    lines = host["ledger"].splitlines()
    header = json.loads(lines[0])
    header["boot_id"] = pathlib.Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    header["clock_offset"] = BOOTED
    return "\n".join([json.dumps(header), *lines[1:]]) + "\n"


def configuration(host):
    sections = {"retention": host["policy"]["retention"], "disk": {"high": "off"}}
    if host["policy"]["protect"]:
        sections["protect"] = {"image": ", ".join(host["policy"]["protect"])}
    return sections


def told(plan):
    return {row["id"]: [row["verdict"], row["reason"]] for row in plan["images"] + plan["containers"]}


def difference(host, plan):
    names = {row["id"]: row.get("name") or ", ".join(row["tags"]) or row["id"][:19]
             for row in host["engine"]["images"] + host["engine"]["containers"]}
    here, there = host["verdicts"], told(plan)
    return [f"{names[key]}: the simulator {here.get(key)}, rgc {there.get(key)}"
            for key in sorted(names) if here.get(key) != there.get(key)]


def compare(host):
    with World(host["engine"], configuration(host)) as world:
        os.makedirs(world.state, exist_ok=True)
        with open(os.path.join(world.state, "ledger.json"), "w", encoding="utf-8") as file:
            file.write(ledger_of(host))
        world.environment = {"LD_PRELOAD": os.environ["RGC_FIXED_HOST"], "RGC_FIXED_NOW": str(host["now"])}
        result = world.plan()
        expect(result.code == 0, "rgc plan has failed", result)
        differs = difference(host, result.document)
        expect(not differs, "\n  ".join(["it was decided otherwise:", *differs[:SHOWN]]))


hosts = simulated()


def compare_host(number):
    compare(hosts[number])


def test_rgc_plan_says_what_was_decided_in_the_simulator():
    expect(len(hosts) >= HOSTS // 2, "the simulator has printed too few hosts", len(hosts))
    run_all(compare_host, [(number,) for number in range(len(hosts))])
