# SPDX-License-Identifier: MIT
"""Runs rgc against a host on which time stands still, and keeps what each command has said.

Time stands still in rgc and in the fake engine, and fixed_host.c makes all disks alike: so times, durations and sizes are
the same on every machine. All that still varies is replaced in normalised(), and nowhere else.
"""
import contextlib
import os
import re
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "fault"))

NOW = 1_800_000_000  # 2027-01-15 08:00:00 UTC
LATER = 36 * 3600


class Clock:
    now = NOW


# The clock of the hosts and of the fake engine; theirs for waiting is another one.
time.time = lambda: float(Clock.now)
time.time_ns = lambda: Clock.now * 10**9
tempfile.tempdir = "/tmp"  # of one length on every machine, since long lines are wrapped

from harness import World, expect  # noqa: E402  pylint: disable=wrong-import-position

LIBRARY = os.path.abspath(os.environ.get("RGC_FIXED_HOST") or
                          os.path.join(HERE, "..", "..", "build", "dev", "tests", "fixed_host.so"))
# What `why` is asked for: (list of the plan, what names an element, what tells two apart)
THINGS = (("images", "id", "reason"), ("containers", "name", "reason"), ("builders", "container", "verdict"))


def normalised(text, world):
    """Without what is another at each run: random names of directories and of execs (in the same length), the boot ID."""
    for path in (world.engine.directory.name, world.directory):
        text = text.replace(path, path[:-8] + "00000000")
    text = re.sub(r"/exec/[0-9a-f]{64}/", "/exec/ID/", text)
    text = re.sub(r"du -xhd1 (/tmp|/)(?![\w/])", "du -xhd1 /", text)  # where /tmp is a file system of its own
    # A pass that takes longer looks again before it removes.
    text = re.sub(r'("requests": ?)\d+', r"\g<1>0", text)
    return re.sub(r'("boot_id": ?)"[0-9a-f-]{36}"', r'\1"BOOT-ID"', text)


def set_clock(world, now):
    Clock.now = now
    world.environment = {"LD_PRELOAD": LIBRARY, "RGC_FIXED_NOW": str(now), "TZ": "UTC", "COLUMNS": "100",
                         "RGC_SOCKET": os.path.join(world.directory, "no-agent.sock"),
                         # The sanitizer's library need not be the first.
                         "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"}


def config_of(host):
    """One removal after the other, so that the order of requests is always the same."""
    config = {"metrics": {"textfile": "{directory}/rgc.prom"}, **host.config}
    config["engine"] = {**config.get("engine", {}), "parallel": 1}
    return config


@contextlib.contextmanager
def world_of(make):
    """The host's world; where it wants to be known for some time, after a trial back then."""
    Clock.now = NOW
    host = make()
    with World(host.document, config_of(host)) as world:
        if host.known_for:
            set_clock(world, NOW - host.known_for)
            done = world.collect("--trial", "1h")
            expect(done.code == 0 and not done.document["outcomes"], "the earlier pass removed something", done)
            world.refreshed()
        set_clock(world, NOW)
        yield world, host


class Recorder:
    """File name → what the command has said, and in commands.txt all commands with exit codes and standard error."""

    def __init__(self, world):
        self.world, self.files, self.commands = world, {}, ""

    def keep(self, name, text):
        self.files[name] = normalised(text, self.world)

    def run(self, name, *words):
        result = self.world.rgc(*words)
        self.keep(name, result.out)
        self.commands += f"{name}: rgc {' '.join(words)} -> {result.code}\n" + normalised(result.err, self.world)
        return result

    def both(self, verb):
        """For people and for programs; returns the document."""
        self.run(f"{verb}.txt", verb)
        return self.run(f"{verb}.json", verb, "--json").document


def things_of(plan):
    """(file name, thing): for each verdict or reason that there is, the first thing that got it."""
    found = {}
    for kind, name, difference in THINGS:
        for one in plan[kind] or []:
            if one[name]:
                found.setdefault(f"why-{kind}-{one[difference]}.json", one[name])
    return found.items()
