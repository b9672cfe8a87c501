#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Plays `rgc collect --here` and `rgc watch` for an agent under test. What to do stands in the directory RGC_TEST_PLAY:

plan    a line for each pass to come, such as "await; summary next=30; exit 0"; then the line in `default`
go      when it is there, the pass that awaits it goes on, and takes it away
watch   a FIFO whose lines go to the agent as they are; "!exit 4" and "!kill" end it
passes  is written: one JSON object for each pass that begins or ends
"""
import fcntl
import json
import os
import signal
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import waiting  # noqa: E402

PLAY = os.environ["RGC_TEST_PLAY"]
PROGRESS = int(os.environ["RGC_PROGRESS_FD"])


def path(name):
    return os.path.join(PLAY, name)


def send(line):
    data = line if isinstance(line, bytes) else (line + "\n").encode()
    while data:
        data = data[os.write(PROGRESS, data):]


def note(**fields):
    with open(path("passes"), "a", encoding="utf-8") as file:
        file.write(json.dumps({"time": time.time(), "pid": os.getpid(), **fields}) + "\n")


def next_plan():
    with open(path("plan"), "a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        lines = file.read().splitlines()
        file.truncate(0)
        file.write("".join(line + "\n" for line in lines[1:]))
    if lines:
        return lines[0]
    with open(path("default"), encoding="utf-8") as file:
        return file.read().strip()


def stamp(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))


def summary(words):
    document = {"type": "summary", "schema": "rgc/summary/1", "pass": 7, "passes": 1, "trigger": "collect", "error": None,
                "began": stamp(0), "ended": stamp(0), "interrupted": False, "hold": None, "next": None,
                "counts": {"keep": {"current": 2}, "wait": {}, "remove": {"superseded": 3}},
                "removed": {"images": 2, "containers": 0, "build_cache_records": 0},
                "freed": {"estimated_bytes": 1, "engine_bytes": 1, "disk_bytes": 1300000000}, "disk": [], "exit": 0}
    for word in words:
        name, value = word.split("=", 1)
        if name == "next":
            document["next"] = {"at": stamp(float(value)), "why": "something waits"}
        elif name == "disk":
            document["disk"] = [{"path": value, "before_percent": 71.0, "after_percent": 64.0, "available_bytes": 1}]
        elif name == "images":
            document["removed"]["images"] = int(value)
        else:
            document[name] = json.loads(value)
    send(json.dumps(document))


def outcome(words):
    fields = dict(word.split("=", 1) for word in words)
    send(json.dumps({"type": "outcome", "kind": "image", "outcome": "removed", "done": 1, "total": 2, **fields}))


def stop_well(number, frame):
    del number, frame
    summary(["interrupted=true"])
    note(end="interrupted")
    sys.exit(1)


def act(command):
    word, *rest = command.split()
    if word == "hang":
        while True:
            signal.pause()
    elif word == "await":
        waiting.until(lambda: os.path.exists(path("go")))
        os.unlink(path("go"))
    elif word == "step":
        send(json.dumps({"type": "step", "text": " ".join(rest)}))
    elif word == "outcome":
        outcome(rest)
    elif word == "summary":
        summary(rest)
    elif word == "raw":
        send(" ".join(rest))
    elif word == "flood":
        for i in range(int(rest[0])):
            send(json.dumps({"type": "step", "text": f"line {i}"}))
    elif word == "garbage":
        send(b"\x00\xff" * 50000 + b"\n{]\n" + b"x" * 100000 + b"\n")
    elif word == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    elif word == "graceful":
        signal.signal(signal.SIGTERM, stop_well)
    elif word == "kill":
        os.kill(os.getpid(), int(rest[0]))
    elif word == "exit":
        note(end=int(rest[0]))
        os._exit(int(rest[0]))
    else:
        raise ValueError(command)


def collect(arguments):
    note(arguments=arguments)
    for command in next_plan().split(";"):
        act(command.strip())
    note(end=0)


def watch():
    note(watch=True)
    with open(os.open(path("watch"), os.O_RDWR), encoding="utf-8") as file:
        for line in file:
            if line.startswith("!exit"):
                os._exit(int(line.split()[1]))
            if line.startswith("!kill"):
                os.kill(os.getpid(), signal.SIGKILL)
            send(line.rstrip("\n"))


if sys.argv[1] == "watch":
    watch()
else:
    collect(sys.argv[1:])
