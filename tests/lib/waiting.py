# SPDX-License-Identifier: MIT
"""Waiting for what a test has caused. How long that takes is the machine's affair: the limit is for what hangs.

Every loop that waits is one of these, so that no test has a clock of its own: architecture.wall_clocks.
"""
import time

HANGS = 600.0  # seconds, in which what does not hang comes on the busiest machine
STEP = 0.02


def until(what, told="what the test waits for did not come", step=STEP):
    """The first true value of what(). `told` may be a function too, asked when it is too late."""
    end = time.monotonic() + HANGS
    while not (value := what()):
        if time.monotonic() > end:
            raise AssertionError(told() if callable(told) else told)
        time.sleep(step)
    return value


def longer_and_longer(first):
    """Limits of a program's own, in which something else has to be done, in seconds: a slow machine has the longer ones."""
    seconds = first
    while seconds <= HANGS:
        yield seconds
        seconds *= 2


def a_while(seconds=1.0):
    """In which nothing is to happen, or what the program takes for old enough grows older. A slow machine sees less happen in
    it, or makes it longer; neither fails a test."""
    time.sleep(seconds)
