# SPDX-License-Identifier: MIT
"""Builders in a fake engine: their containers, their volumes, and the `buildctl` that runs in them.

A container's "buildctl" is what is in its cache, and how the program behaves:
    {"records": [cache_record(…), …]}                                  like BuildKit's
    … "says": "prune" or "du", "do": …                                 wrong, for this verb:
        exit:N  (with "message" on standard error)  missing  endless  hang  garbage (no frames)  nojson  lie (prune says
        what it does not do)  unknown-flag:FLAG  split (each frame has one byte)
"""
import json
import secrets
import time

from fake_state import Refusal, container, evict
from fake_views import _rfc3339

DAY = 86400


def builder(name, records, state="running", of="buildkit", **more):
    """A container as buildx makes it, with its state volume mounted."""
    full = f"buildx_buildkit_{name}"
    mounts = [{"Type": "volume", "Name": full + "_state", "Destination": "/var/lib/buildkit", "Driver": "local"}]
    return container(full, of, state, image_ref="moby/buildkit:buildx-stable-1", mounts=mounts,
                     buildctl={"records": list(records)}, **more)


def volume(name, created=None, size=1_000_000, **more):
    """Volumes of builders and of anybody; `created` in seconds since 1970."""
    return {"name": name, "created": created if created is not None else int(time.time() - 100 * DAY), "size": size,
            "labels": {}, "options": {}, "driver": "local", **more}


def volumes_view(state, prefix=None, with_sizes=False):
    rows = []
    for entry in state.volumes.values():
        if prefix and prefix not in entry["name"]:
            continue
        row = {"CreatedAt": _rfc3339(entry["created"]), "Driver": entry["driver"], "Labels": entry["labels"] or None,
               "Mountpoint": f"{state.root}/volumes/{entry['name']}/_data", "Name": entry["name"],
               "Options": entry["options"] or None, "Scope": "local"}
        if with_sizes:
            row["UsageData"] = {"RefCount": 1 if users(state, entry["name"]) else 0, "Size": entry["size"]}
        rows.append(row)
    return rows


def users(state, name):
    return [c for c in state.containers.values() if any(m.get("Name") == name for m in c["mounts"])]


def remove_volume(state, name):
    if name not in state.volumes:
        raise Refusal(404, f"get {name}: no such volume")
    mounting = users(state, name)
    if mounting:
        raise Refusal(409, f"remove {name}: volume is in use - [{mounting[0]['id']}]")
    del state.volumes[name]
    state.removed.append({"kind": "volume", "id": name, "ref": None, "answer": None})
    state.event("volume", "destroy", name)


def _row(record):
    return {"id": record["id"], "mutable": False, "inUse": record["in_use"], "size": record["size"],
            "createdAt": _rfc3339(1_700_000_000),
            "lastUsedAt": _rfc3339(record["last_used"]) if record["last_used"] else None, "usageCount": 1,
            "parents": record.get("parents") or None, "description": "mount / from exec /bin/sh -c make", "recordType": record["type"],
            "shared": record["shared"]}


def _prune(records, words):
    """Removes from `records`; returns what went."""
    hours = cap = None
    for flag, value in zip(words[::2], words[1::2]):
        if flag == "--keep-duration":
            hours = int(value.removesuffix("h"))
        elif flag in ("--keep-storage", "--max-used-space"):
            cap = float(value) * 1e6
    return evict(records, hours, cap)


def frame(stream, data):
    return bytes([stream, 0, 0, 0]) + len(data).to_bytes(4, "big") + data


class Execs:
    """What was asked to run in containers."""

    def __init__(self):
        self.all = {}

    def create(self, state, name, body):
        box = state.find_container(name)
        if box["state"] != "running":
            raise Refusal(409, f"container {box['id']} is {'paused' if box['state'] == 'paused' else 'not running'}")
        words = body["Cmd"]
        if words[:3] != ["timeout", "-s", "KILL"] or not words[3].isdigit() or body.get("Privileged"):
            state.violations.append(f"exec of {words}")
        id_ = secrets.token_hex(32)
        self.all[id_] = {"box": box, "words": words[4:], "running": False, "code": None, "limit": int(words[3])}
        return {"Id": id_}

    def find(self, id_):
        if id_ not in self.all:
            raise Refusal(404, f"No such exec instance: {id_}")
        return self.all[id_]

    def inspect(self, id_):
        one = self.find(id_)
        return {"ID": id_, "Running": one["running"], "ExitCode": one["code"], "Pid": 4711, "OpenStdout": True}

    def run(self, state, id_):
        """(the bytes that the client gets, or None for endless ones; how long it takes)"""
        one = self.find(id_)
        words, buildctl = one["words"], one["box"].get("buildctl")
        if not buildctl or words[:1] != ["buildctl"]:
            one["code"] = 127
            return frame(1, b"OCI runtime exec failed: exec failed: unable to start container process\r\n")
        fault = buildctl if buildctl.get("says") == words[1] else {}
        kind, _, argument = fault.get("do", "").partition(":")
        if kind == "exit":
            one["code"] = int(argument)
            return frame(2, buildctl.get("message", "error: failed to get usage").encode() + b"\n")
        if kind == "missing":
            one["code"] = 127
            return frame(2, b"timeout: can't execute 'buildctl': No such file or directory\n")
        if kind == "unknown-flag" and argument in words:
            one["code"] = 1
            return (frame(1, f"Incorrect Usage: flag provided but not defined: -{argument.lstrip('-')}\n".encode()) +
                    frame(2, f"flag provided but not defined: -{argument.lstrip('-')}\n".encode()))
        one["code"] = 0
        if kind == "garbage":
            return bytes(range(255, 0, -1)) * 8
        if kind == "nojson":
            return frame(1, b"ID\tRECLAIMABLE\tSIZE\n")
        if kind in ("endless", "hang"):
            one["code"], one["running"] = None, True
            return kind, one
        if words[1] == "du":
            text = json.dumps([_row(r) for r in buildctl["records"]]).encode() + b"\n"
        else:
            gone = _prune(list(buildctl["records"]) if kind == "lie" else buildctl["records"], words[4:])
            text = b"".join(json.dumps(_row(r)).encode() + b"\n" for r in gone)
            state.removed += [{"kind": "builder", "id": r["id"], "ref": None, "answer": None} for r in gone]
        if kind == "split":
            return b"".join(frame(1, text[i:i + 1]) + frame(2, b"noise\n") for i in range(len(text)))
        return frame(2, b"time=now level=warning msg=x\n") + frame(1, text)
