"""Real Docker engines for tests, each apart from all others and from this machine's own.

    with Engine("28.5-containerd") as engine:
        image, = engine.images.load(Image(tags=["blog:v1"], labels={"service": "blog"}))
        container = engine.containers.run("blog:v1", name="blog-web-v1")
        engine.api.get("/images/json")
"""

import contextlib
import dataclasses
import json
import signal
import time

import cgroups
import roots
import workspace
from api import Api
from containers import Containers
from images import Images
from namespace import Namespace, wait_for


@dataclasses.dataclass(frozen=True)
class Flavour:
    name: str
    version: str
    api: str
    store: str         # as rgc calls it
    driver: str        # as the engine calls it
    config: dict = dataclasses.field(default_factory=dict, hash=False)


FLAVOURS = {flavour.name: flavour for flavour in (
    Flavour("debian-20.10-overlay2", "20.10", "1.41", "overlay2", "overlay2", {"storage-driver": "overlay2"}),
    Flavour("28.5-overlay2", "28.5", "1.51", "overlay2", "overlay2", {"storage-driver": "overlay2"}),
    Flavour("28.5-containerd", "28.5", "1.51", "containerd", "overlayfs",
            {"features": {"containerd-snapshotter": True}}),
)}

# The engine that is installed here, whatever it is: for the demonstration, not for tests.
OF_THIS_MACHINE = Flavour("this machine's", "", None, "", "")


class Engine:
    """One dockerd with data, sockets and namespaces of its own. Nothing of it outlives this program."""

    pivoted = False  # see namespace.sh

    def __init__(self, flavour, config=None):
        self.flavour = FLAVOURS[flavour] if isinstance(flavour, str) else flavour
        self.root = roots.with_engine(self.flavour.version)
        self.state = workspace.directory()
        self.socket = self.state / "docker.sock"
        self.data_root = self.state / "data"
        self.log = self.state / "dockerd.log"
        self.cgroup = cgroups.new_name()
        self.config = {**self.flavour.config, **(config or {})}
        self.api = Api(self.socket, self.flavour.api)
        self.images = Images(self.api)
        self.containers = Containers(self.api)
        self.namespace = None
        self.daemon = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.close()

    @property
    def host(self):
        """The value of DOCKER_HOST."""
        return f"unix://{self.socket}"

    def start(self):
        workspace.at_end(self.close)
        self.namespace = self.new_namespace()
        self.start_daemon()
        version = self.api.at(None).get("/version")["Version"]
        if not version.startswith(self.flavour.version):
            self.close()
            raise workspace.Unavailable(f"{self.flavour.name}: Debian now has engine {version}")
        return self

    def new_namespace(self):
        return Namespace(self.root, self.state, pivoted=self.pivoted)

    def start_daemon(self):
        """Starts dockerd: by start(), and again after stop_daemon() or kill_daemon()."""
        settings = self.state / "daemon.json"
        settings.write_text(json.dumps(self.config))
        self.daemon = self.namespace.start(
            ["dockerd", "--config-file", settings, "--data-root", self.data_root, "--exec-root", self.state / "exec",
             "--pidfile", self.state / "docker.pid", "-H", self.host, "--bridge=none", "--iptables=false",
             "--ip6tables=false", "--exec-opt", "native.cgroupdriver=cgroupfs", "--cgroup-parent", self.cgroup],
            self.log)
        wait_for(self.answers, lambda: f"dockerd answers: {self.daemon.tail()}")

    def answers(self):
        if not self.daemon.running():
            raise workspace.Unavailable(f"{self.flavour.name}: dockerd ended: {self.daemon.tail(5)}")
        try:
            return self.api.at(None).request("GET", "/_ping", timeout=10, allow=(500, 503)).status == 200
        except OSError:
            return False

    def stop_daemon(self):
        """Ends dockerd properly, as `systemctl stop docker` does. The data stay."""
        self.daemon.stop()

    def kill_daemon(self):
        """Ends dockerd by SIGKILL. Its containers live on until start_daemon(), which ends them; those with the
        restart policy "always" start again, those with "unless-stopped" do not: the engine takes them for stopped."""
        self.daemon.stop(signal.SIGKILL)
        (self.state / "docker.pid").unlink(missing_ok=True)

    def restart_daemon(self):
        self.stop_daemon()
        self.start_daemon()

    def cli(self, *argv, env=None, stdin=None, check=True):
        """Runs `docker ARGV` with the client of the engine's release; returns the finished process."""
        env = {"DOCKER_HOST": self.host, "DOCKER_CONFIG": str(self.state / "cli"), **(env or {})}
        done = self.namespace.run(["docker", *argv], env, stdin)
        if check and done.returncode != 0:
            raise RuntimeError(f"docker {' '.join(map(str, argv))}: {done.stdout.decode(errors='replace')}")
        return done

    def events(self, since="0", until=None, **filters):
        """The events between two points in time that the engine still knows, as a list."""
        until = until or f"{time.time():.9f}"
        return list(self.api.stream("GET", "/events", {"since": since, "until": until, "filters": filters or None}))

    @contextlib.contextmanager
    def recorded_events(self, **filters):
        """The events that happen inside the `with`: the list is filled when it ends."""
        seen = []
        since = f"{time.time():.9f}"
        yield seen
        marker = f"recorded-{since}"  # what is told after this has been told too
        self.api.post("/volumes/create", {"Name": marker})
        wait_for(lambda: self.events(since, volume=[marker]), "the last event")
        seen += self.events(since, **filters)
        self.api.request("DELETE", f"/volumes/{marker}")

    def wipe(self):
        """Removes all containers, images, volumes and build cache: a fresh start for the next test, faster than an engine."""
        for container in self.containers.list():
            self.api.request("DELETE", f"/containers/{container['Id']}", {"force": 1, "v": 1}, allow=(404, 409))
        while True:
            left = self.images.list(all=1)
            for image in left:
                self.images.remove(image["Id"], force=True, allow=(404, 409, 500))
            if len(self.images.list(all=1)) in (0, len(left)):
                break
        for volume in self.api.get("/volumes")["Volumes"] or []:
            self.api.request("DELETE", f"/volumes/{volume['Name']}", {"force": 1}, allow=(404, 409))
        self.api.post("/build/prune", all=1)

    def close(self):
        """Ends everything that belongs to the engine, and removes its data. Fast: nothing is asked to end by itself."""
        workspace.forget(self.close)
        if self.namespace:
            self.namespace.close()
            self.namespace = None
        cgroups.remove(self.cgroup)
        workspace.remove_tree(self.state)
