# SPDX-License-Identifier: MIT
"""How an engine shows what it holds, in the words of the API version that was asked for."""
import time


DROP = "(this member is not there)"


def _rfc3339(seconds):
    if not 0 < seconds < 1 << 37:
        return "0001-01-01T00:00:00Z"
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + ".123456789Z"


def _shared_bytes(state, image, counts):
    return sum(size for digest, size in image["layers"] if counts[digest] > 1)


def _layer_counts(state):
    counts = {}
    for image in state.images.values():
        for digest, _ in image["layers"]:
            counts[digest] = counts.get(digest, 0) + 1
    return counts


def images(state, minor, all_=False, shared=False):
    parents = {i["parent"] for i in state.images.values()}
    counts = _layer_counts(state) if shared else None
    used = {}
    for c in state.containers.values():
        used[c["image"]] = used.get(c["image"], 0) + 1
    rows = []
    for image in state.images.values():
        if not all_ and not image["tags"] and not image["digests"] and image["id"] in parents:
            continue
        tags, digests = list(image["tags"]), list(image["digests"])
        if state.store == "containerd":
            if not tags and digests and not image.get("dangling"):
                tags = [digests[0]]  # pulled by digest
            digests = digests or [t.rsplit(":", 1)[0] + "@" + image["id"] for t in tags[:1] if "@" not in t]
        if minor < 43:
            if not tags and not digests:
                tags, digests = ["<none>:<none>"], ["<none>@<none>"]
            tags, digests = tags or None, digests or None
        row = {"Containers": used.get(image["id"], 0) if minor >= 51 else -1, "Created": image["created"],
               "Id": image["id"], "Labels": image["labels"] or None, "ParentId": image["parent"],
               "RepoDigests": digests, "RepoTags": tags,
               "SharedSize": _shared_bytes(state, image, counts) if shared and minor >= 42 else -1,
               "Size": image["size"]}
        if minor < 44:
            row["VirtualSize"] = image["size"]
        if minor >= 48 and state.store == "containerd":
            row["Descriptor"] = {"mediaType": "application/vnd.oci.image.index.v1+json", "digest": image["id"],
                                 "size": 856}
        rows.append(oddly(row, image))
    return rows


def oddly(row, entry):
    """As an engine shows it to which something has happened: `row` of the entry has members that differ, None of DROP."""
    row.update(entry.get("row", {}))
    return {name: value for name, value in row.items() if value != DROP}


def image(state, entry):
    return {"Id": entry["id"], "RepoTags": entry["tags"], "RepoDigests": entry["digests"], "Parent": entry["parent"],
            "Created": _rfc3339(entry["created"]), "Size": entry["size"], "Architecture": "amd64", "Os": "linux",
            "Config": {"Labels": entry["labels"] or None, **entry.get("config", {})},
            "RootFS": {"Type": "layers", "Layers": [digest for digest, _ in entry["layers"]]},
            "Metadata": {"LastTagTime": _rfc3339(entry["tagged"]) if entry.get("tagged") else "0001-01-01T00:00:00Z"}}


def history(entry):
    if "history" in entry:  # (size, created_by) or (size, created_by, comment), base first
        rows = [{"Id": "<missing>", "Created": entry["created"], "CreatedBy": step[1], "Tags": None, "Size": step[0],
                 "Comment": step[2] if len(step) > 2 else "buildkit.dockerfile.v0"} for step in reversed(entry["history"])]
        rows[0].update(Id=entry["id"], Tags=entry["tags"] or None)
        return rows
    rows = [{"Id": entry["id"], "Created": entry["created"], "CreatedBy": 'CMD ["/app"]', "Tags": entry["tags"] or None,
             "Size": 0, "Comment": "buildkit.dockerfile.v0"}]
    for digest, size in reversed(entry["layers"]):
        rows.append({"Id": "<missing>", "Created": entry["created"], "CreatedBy": "RUN /bin/sh -c make " + digest[7:15],
                     "Tags": None, "Size": size, "Comment": ""})
    return rows


def human_duration(seconds):
    """HumanDuration of docker/go-units."""
    minutes, hours = int(seconds / 60), int(seconds / 3600 + 0.5)
    if seconds < 1:
        return "Less than a second"
    if seconds < 60:
        return "1 second" if seconds < 2 else f"{int(seconds)} seconds"
    if minutes < 60:
        return "About a minute" if minutes == 1 else f"{minutes} minutes"
    if hours < 48:
        return "About an hour" if hours == 1 else f"{hours} hours"
    for days, unit, limit in ((1, "days", 14), (7, "weeks", 60), (30, "months", 730)):
        if hours < 24 * limit:
            return f"{hours // 24 // days} {unit}"
    return f"{int(seconds / 3600) // 24 // 365} years"


def status(c):
    if c["state"] == "exited":
        return f"Exited ({c['exit_code']}) {human_duration(time.time() - c['finished'])} ago"
    if c["state"] in ("running", "paused"):
        return f"Up {human_duration(time.time() - c['started'])}{' (Paused)' if c['state'] == 'paused' else ''}"
    return c["state"].capitalize()


def containers(state, all_=True):
    rows = []
    for c in state.containers.values():
        if not all_ and c["state"] not in ("running", "paused", "restarting"):
            continue
        row = {"Id": c["id"], "Names": ["/" + c["name"]], "Image": c["image_ref"], "ImageID": c["image"],
               "Command": "/app", "Created": c["created"], "Ports": [], "Labels": c["labels"],
               "State": c["state"], "Status": c.get("status") or status(c), "HostConfig": {"NetworkMode": "bridge"},
               "NetworkSettings": {"Networks": {}}, "Mounts": c["mounts"]}
        rows.append(oddly(row, c))
    return rows


def container(c):
    live = c["state"] in ("running", "paused", "restarting")
    return {"Id": c["id"], "Created": _rfc3339(c["created"]), "Name": "/" + c["name"], "Image": c["image"],
            "RestartCount": c["restarts"],
            "State": {"Status": c["state"], "Running": live, "Paused": c["state"] == "paused",
                      "Restarting": c["state"] == "restarting", "OOMKilled": c["oom"], "Dead": c["state"] == "dead",
                      "Pid": 4711 if live else 0, "ExitCode": c["exit_code"], "Error": "",
                      "StartedAt": _rfc3339(c["started"]), "FinishedAt": _rfc3339(c["finished"])},
            "HostConfig": {"RestartPolicy": {"Name": c["restart_policy"], "MaximumRetryCount": 0},
                           "AutoRemove": c["auto_remove"], **c.get("host_config", {})},
            "Mounts": c["mounts"], "Config": {"Image": c["image_ref"], "Labels": c["labels"], **c.get("config", {})}}


def build_cache(state, minor):
    rows = []
    for record in state.build_cache.values():
        row = {"ID": record["id"], "Type": record["type"], "Description": "mount / from exec", "InUse": record["in_use"],
               "Shared": record["shared"], "Size": record["size"], "CreatedAt": _rfc3339(1_700_000_000),
               "LastUsedAt": _rfc3339(record["last_used"]) if record["last_used"] else None, "UsageCount": 1}
        parents = record["parents"] or ["x"]  # which is in no list
        row["Parent" if minor < 42 else " Parents"] = parents[0] if minor < 42 else parents
        rows.append(oddly(row, record))
    return rows


def disk_usage(state, minor, types):
    import fake_builders  # which needs this one

    everything = minor < 42 or not types
    layers = {digest: size for i in state.images.values() for digest, size in i["layers"]}
    answer = {"LayersSize": sum(layers.values()) if everything or "image" in types else 0, "Images": None,
              "Containers": None, "Volumes": None, "BuildCache": None}
    if everything or "image" in types:
        answer["Images"] = images(state, minor)
    if everything:
        answer["Containers"] = containers(state)
    if everything or "volume" in types:
        answer["Volumes"] = fake_builders.volumes_view(state, with_sizes=True)
    if everything or "build-cache" in types:
        answer["BuildCache"] = [] if state.podman else build_cache(state, minor) or None
    if minor < 42:
        answer["BuilderSize"] = 0
    return answer


def info(state):
    status = [["Backing Filesystem", "extfs"], ["Supports d_type", "true"]]
    driver = "overlay2"
    if state.store == "containerd":
        status, driver = [["driver-type", "io.containerd.snapshotter.v1"]], "overlayfs"
    elif state.store != "overlay2":
        driver = state.store
    return {"ID": "FAKE", "Containers": len(state.containers), "Images": len(state.images), "Driver": driver,
            "Containerd": {"Address": state.containerd}, "DriverStatus": status, "DockerRootDir": state.root, "ServerVersion": state.version, "OSType": "linux", "SecurityOptions": state.security,
            "Swarm": {"LocalNodeState": "inactive"}}


def version(state):
    name = "Podman Engine" if state.podman else "Engine"
    return {"Platform": {"Name": ""}, "Components": [{"Name": name, "Version": state.version}],
            "Version": state.version, "ApiVersion": state.api, "MinAPIVersion": state.min_api, "Os": "linux",
            "Arch": "amd64"}
