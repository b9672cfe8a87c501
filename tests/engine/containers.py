"""An engine's containers, run as `docker run --network none` would."""

import namespace


class Containers:
    def __init__(self, api):
        self.api = api

    def create(self, image, command=None, name=None, labels=None, restart="no", remove=False, health=None, host=None,
               config=None):
        """Creates a container and returns its ID. `health`: a command; `host`, `config`: further keys of the API."""
        body = {
            "Image": image, "Cmd": command, "Labels": labels or {},
            "HostConfig": {"NetworkMode": "none", "AutoRemove": remove,
                           "RestartPolicy": {"Name": restart}, **(host or {})},
            **(config or {}),
        }
        if health:
            second = 1_000_000_000
            body["Healthcheck"] = {"Test": ["CMD", *health], "Interval": second, "Timeout": second, "Retries": 1}
        return self.api.post("/containers/create", body, name=name)["Id"]

    def start(self, container):
        self.api.request("POST", f"/containers/{container}/start")

    def run(self, image, command=None, **options):
        container = self.create(image, command, **options)
        self.start(container)
        return container

    def run_to_end(self, image, command=None, **options):
        """Runs a container that ends by itself and stays; returns its ID."""
        container = self.run(image, command, **options)
        self.wait(container)
        return container

    def stop(self, container, seconds=60):
        """Nothing here needs that long: who is killed has not ended well. Returns when the list says so too, which can be a moment after the answer."""
        stopped = self.inspect(container)["Id"]
        self.api.request("POST", f"/containers/{container}/stop", {"t": seconds})
        namespace.wait_for(lambda: stopped not in {one["Id"] for one in self.list(status=["running"])},
                           f"{container} is listed as stopped")

    def kill(self, container, number="KILL"):
        self.api.request("POST", f"/containers/{container}/kill", {"signal": number})

    def pause(self, container):
        self.api.request("POST", f"/containers/{container}/pause")

    def unpause(self, container):
        self.api.request("POST", f"/containers/{container}/unpause")

    def rename(self, container, name):
        self.api.request("POST", f"/containers/{container}/rename", {"name": name})

    def remove(self, container, force=False):
        self.api.request("DELETE", f"/containers/{container}", {"force": force})

    def wait(self, container):
        """Waits for its end and returns the exit code."""
        return self.api.post(f"/containers/{container}/wait")["StatusCode"]

    def inspect(self, container):
        return self.api.get(f"/containers/{container}/json")

    def state(self, container):
        return self.inspect(container)["State"]["Status"]

    def wait_for_state(self, container, *states):
        return namespace.wait_for(lambda: self.state(container) in states, f"{container} {'/'.join(states)}")

    def wait_for_health(self, container, health):
        namespace.wait_for(lambda: self.inspect(container)["State"]["Health"]["Status"] == health,
                           f"{container} {health}")

    def list(self, **filters):
        """All containers, ended ones too: list(label=["service=blog"], status=["exited"])."""
        return self.api.get("/containers/json", all=1, filters=filters or None)

    def names(self, **filters):
        return sorted(container["Names"][0].lstrip("/") for container in self.list(**filters))

    def exists(self, name):
        return self.api.request("GET", f"/containers/{name}/json", allow=(404,)).status == 200
