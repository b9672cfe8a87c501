# SPDX-License-Identifier: MIT
"""What a fake engine holds, and how a real one changes it.

The rules of removal are those of real engines (Docker 20.10 to 28.5, both stores), as far as a client
that never forces can see them. All methods are called with the lock held by the server.
"""
import hashlib
import re
import time


class Refusal(Exception):
    def __init__(self, status, message):
        super().__init__(message)
        self.status = status
        self.message = message


def image_id(seed):
    """A full image ID from any text; an ID stays what it is."""
    if re.fullmatch(r"sha256:[0-9a-f]{64}", seed):
        return seed
    return "sha256:" + hashlib.sha256(seed.encode()).hexdigest()


def container_id(seed):
    if re.fullmatch(r"[0-9a-f]{64}", seed):
        return seed
    return hashlib.sha256(("container " + seed).encode()).hexdigest()


def image(seed, tags=(), digests=(), size=100_000_000, created=1_700_000_000, labels=None, parent=None, layers=None):
    """An image for State.images; `layers` is [(diff ID or seed, bytes), …], one of its own by default."""
    layers = layers or [(seed + " layer", size)]
    return {"id": image_id(seed), "tags": list(tags), "digests": list(digests), "size": size, "created": created,
            "labels": dict(labels or {}), "parent": image_id(parent) if parent else "",
            "layers": [[image_id(digest), size_] for digest, size_ in layers]}


def container(name, of, state="running", created=None, started=None, finished=None, **more):
    """A container for State.containers, made from the image `of`; times in seconds since 1970."""
    created = created if created is not None else int(time.time()) - 86400
    live = state in ("running", "paused", "restarting")
    if started is None:
        started = 0 if state == "created" else created
    if finished is None:
        finished = 0 if live or state == "created" else started + 3600
    entry = {"id": container_id(name), "name": name, "image": image_id(of), "image_ref": of, "state": state,
             "created": created, "started": started, "finished": finished, "exit_code": 0, "restarts": 0,
             "restart_policy": "unless-stopped", "auto_remove": False, "oom": False, "labels": {}, "mounts": []}
    entry.update(more)
    return entry


def cache_id(seed):
    return hashlib.sha256(seed.encode()).hexdigest()[:25]


def cache_record(seed, size=1_000_000, last_used=None, in_use=False, shared=False, type="regular", parents=()):
    """`parents` are the seeds of the records that it was made from."""
    return {"id": cache_id(seed), "parents": [cache_id(parent) for parent in parents], "size": size, "last_used": last_used,
            "in_use": in_use, "shared": shared, "type": type}


def evict(records, until_hours=None, cap=None, everything=False):
    """Takes from `records` what BuildKit's prune takes, one at a time and never what another was made from; returns it."""
    gone = []
    while cap is None or sum(r["size"] for r in records if not r["shared"]) > cap:
        needed = {parent for record in records for parent in record.get("parents", ())}
        free = [r for r in records if r["id"] not in needed and not r["in_use"] and
                (everything or not r["shared"] and r["type"] not in ("internal", "frontend")) and
                (until_hours is None or (r["last_used"] or 0) <= time.time() - until_hours * 3600)]
        if not free:
            break
        gone.append(min(free, key=lambda r: r["last_used"] or 0))
        records.remove(gone[-1])
    return gone


class State:
    """`document`: what State.document() gives. Of images, containers and records only "id" (and "image") are needed."""

    def __init__(self, document=None):
        document = document or {}
        self.store = document.get("store", "overlay2")
        self.api = document.get("api", "1.51")
        self.min_api = document.get("min_api", "1.24")
        self.version = document.get("version", "28.5.2")
        self.podman = document.get("podman", False)
        self.security = document.get("security", ["name=seccomp,profile=builtin"])
        self.root = document.get("root", "/var/lib/docker")
        self.containerd = document.get("containerd", "/run/containerd/containerd.sock")
        self.images = {i["id"]: {**image(i["id"]), **i} for i in document.get("images", [])}
        self.containers = {c["id"]: {**container(c["id"], c["image"], c.get("state", "running")), "name": c["id"][:8],
                                     **c} for c in document.get("containers", [])}
        self.build_cache = {r["id"]: {**cache_record(r["id"]), **r} for r in document.get("build_cache", [])}
        self.volumes = {v["name"]: v for v in document.get("volumes", [])}
        self.events = list(document.get("events", []))
        self.removed = []      # what clients removed, in order
        self.violations = []   # what rgc must never ask for
        self.generation = 0    # changes with every change

    def document(self):
        return {"store": self.store, "api": self.api, "min_api": self.min_api, "version": self.version,
                "podman": self.podman, "security": self.security, "root": self.root, "containerd": self.containerd, "images": list(self.images.values()),
                "containers": list(self.containers.values()), "build_cache": list(self.build_cache.values()),
                "volumes": list(self.volumes.values()),
                "events": self.events, "removed": self.removed, "violations": self.violations}

    # --- looking up

    def find_image(self, name):
        if name in self.images:
            return self.images[name]
        name = re.sub(r"^(docker\.io/)?(library/)?", "", name)
        if "@" not in name and ":" not in name.rsplit("/", 1)[-1]:
            name += ":latest"
        for entry in self.images.values():
            if name in entry["tags"] or name in entry["digests"]:
                return entry
        raise Refusal(404, f"No such image: {name}")

    def find_container(self, name):
        if name in self.containers:
            return self.containers[name]
        for entry in self.containers.values():
            if name in (entry["id"], entry["name"]):
                return entry
        raise Refusal(404, f"No such container: {name}")

    def users(self, entry):
        return [c for c in self.containers.values() if c["image"] == entry["id"]]

    def is_mounted(self, entry):
        names = [m["Name"] for c in self.containers.values() for m in c["mounts"] if m.get("Type") == "image"]
        return any(name in entry["tags"] or name == entry["id"] for name in names)

    def children(self, entry):
        if self.store == "containerd":
            return []
        return [i for i in self.images.values() if i["parent"] == entry["id"]]

    # --- changing

    def event(self, type_, action, actor, attributes=None):
        now = time.time_ns()
        self.events.append({"Type": type_, "Action": action, "Actor": {"ID": actor, "Attributes": attributes or {}},
                            "scope": "local", "time": now // 10**9, "timeNano": now})
        self.generation += 1

    def _note(self, kind, entry, ref, answer):
        self.removed.append({"kind": kind, "id": entry["id"], "ref": ref, "answer": answer})

    def remove_image(self, ref):
        entry = self.find_image(ref)
        by_id = ref == entry["id"]
        short = entry["id"][7:19]
        users = self.users(entry)
        live = [c for c in users if c["state"] in ("running", "paused", "restarting")]
        if by_id:
            if live:
                raise Refusal(409, f"conflict: unable to delete {short} (cannot be forced) - image is being used by "
                                   f"running container {live[0]['id'][:12]}")
            if users:
                raise Refusal(409, f"conflict: unable to delete {short} (must be forced) - image is being used by "
                                   f"stopped container {users[0]['id'][:12]}")
            if len(entry["tags"]) > 1:
                raise Refusal(409, f"conflict: unable to delete {short} (must be forced) - image is referenced in "
                                   "multiple repositories")
            if self.children(entry):
                raise Refusal(409, f"conflict: unable to delete {short} (cannot be forced) - image has dependent "
                                   "child images")
            answer = self._delete(entry)
        elif len(self._names(entry)) > 1:
            answer = self._untag(entry, ref)      # a real engine does not look at containers here
        elif users or self.is_mounted(entry):
            user = users[0]["id"][:12] if users else "of a mount"
            raise Refusal(409, f'conflict: unable to remove repository reference "{ref}" (must force) - container '
                               f"{user} is using its referenced image {short}")
        elif self.children(entry):
            answer = self._untag(entry, ref)
        else:
            answer = self._delete(entry)
        self._note("image", entry, ref, answer)
        return answer

    def _names(self, entry):
        """In the containerd store a digest in a repository without a tag is a name like any other."""
        tagged = {tag.rpartition(":")[0] for tag in entry["tags"]}
        digests = entry["digests"] if self.store == "containerd" else []
        return entry["tags"] + [digest for digest in digests if digest.partition("@")[0] not in tagged]

    def _untag(self, entry, ref):
        entry["tags"] = [t for t in entry["tags"] if t != ref]
        entry["digests"] = [digest for digest in entry["digests"] if digest != ref]
        self.event("image", "untag", entry["id"], {"name": ref if self.store == "containerd" else entry["id"]})
        return [{"Untagged": ref}]

    def _delete(self, entry):
        answer = [{"Untagged": name} for name in entry["tags"] + entry["digests"]]
        answer.append({"Deleted": entry["id"]})
        del self.images[entry["id"]]
        if self.store != "containerd":
            kept = {digest for i in self.images.values() for digest, _ in i["layers"]}
            answer += [{"Deleted": digest} for digest, _ in entry["layers"] if digest not in kept]
        self.event("image", "delete", entry["id"], {"name": entry["id"]})
        parent = self.images.get(entry["parent"])
        if parent and not parent["tags"] and not self.users(parent) and not self.children(parent):
            answer += self._delete(parent)
        return answer

    def tag_image(self, name, repo, tag):
        entry = self.find_image(name)
        ref = f"{repo}:{tag or 'latest'}"
        for other in self.images.values():
            if other is not entry and ref in other["tags"]:
                other["tags"].remove(ref)
        if ref not in entry["tags"]:
            entry["tags"].append(ref)
        self.event("image", "tag", entry["id"], {"name": ref})

    def remove_container(self, name):
        entry = self.find_container(name)
        if entry["state"] in ("running", "paused", "restarting"):
            raise Refusal(409, f"cannot remove container \"/{entry['name']}\": container is {entry['state']}: stop the "
                               "container before removing or force remove")
        del self.containers[entry["id"]]
        self._note("container", entry, entry["name"], None)
        self.event("container", "destroy", entry["id"], {"name": entry["name"], "image": entry["image_ref"]})

    def prune_build_cache(self, until_hours=None, cap=None, everything=False):
        left = list(self.build_cache.values())
        gone = evict(left, until_hours, cap or None, everything)
        self.build_cache = {record["id"]: record for record in left}
        freed = sum(r["size"] for r in gone)
        if gone:
            self.removed += [{"kind": "build-cache", "id": r["id"], "ref": None, "answer": None} for r in gone]
            self.event("builder", "prune", "", {"reclaimed": str(freed)})
        return {"CachesDeleted": [r["id"] for r in gone] or None, "SpaceReclaimed": freed}
