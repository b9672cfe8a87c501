"""A registry on a free port of 127.0.0.1, and images put there without any engine: what CI would have pushed."""

import http.client
import json
import socket

import roots
import workspace
from images import hash_of, split_reference
from namespace import Namespace, wait_for
from waiting import HANGS

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
CONFIG = "application/vnd.docker.container.image.v1+json"
LAYER = "application/vnd.docker.image.rootfs.diff.tar"

SETTINGS = """\
version: 0.1
log: {{level: warn, accesslog: {{disabled: true}}}}
storage: {{filesystem: {{rootdirectory: {state}/data}}, delete: {{enabled: true}}}}
http: {{addr: "{address}"}}
"""


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Registry:
    """
        with Registry() as registry:
            reference = registry.publish(Image(labels={"service": "blog"}), "me/blog:v1")
            engine.images.pull(reference)
    """

    def __init__(self):
        self.root = roots.with_registry()
        self.state = workspace.directory()
        self.address = f"127.0.0.1:{_free_port()}"
        self._namespace = None
        self._program = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.close()

    def start(self):
        workspace.at_end(self.close)
        (self.state / "settings.yml").write_text(SETTINGS.format(state=self.state, address=self.address))
        self._namespace = Namespace(self.root, self.state)
        self.resume()
        return self

    def suspend(self):
        """Makes the registry unreachable; what it holds stays."""
        self._program.stop()

    def resume(self):
        self._program = self._namespace.start(
            ["docker-registry", "serve", self.state / "settings.yml"], self.state / "registry.log")
        wait_for(self._answers, lambda: f"docker-registry answers: {self._program.tail()}")

    def _answers(self):
        try:
            return self._request("GET", "/v2/", allow=(200,))
        except OSError:
            return None

    def _request(self, method, path, body=None, headers=None, allow=(200, 201, 202)):
        connection = http.client.HTTPConnection(self.address, timeout=HANGS)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            text = answer.read()
            if answer.status not in allow:
                raise RuntimeError(f"registry: {method} {path}: {answer.status} {text[:300]!r}")
            return answer
        finally:
            connection.close()

    def _upload(self, repository, data):
        digest = hash_of(data)
        if self._request("HEAD", f"/v2/{repository}/blobs/{digest}", allow=(200, 404)).status == 404:
            place = self._request("POST", f"/v2/{repository}/blobs/uploads/").getheader("Location")
            place = place.partition(self.address)[2] or place
            joint = "&" if "?" in place else "?"
            self._request("PUT", f"{place}{joint}digest={digest}", data, {"Content-Type": "application/octet-stream"})
        return {"size": len(data), "digest": digest}

    def publish(self, image, name):
        """Puts an image there under `name` ("me/blog:v1") and returns the reference to pull it by."""
        repository, tag = split_reference(name)
        layers = image.layers()
        manifest = json.dumps({
            "schemaVersion": 2, "mediaType": MANIFEST,
            "config": {"mediaType": CONFIG, **self._upload(repository, image.configuration(layers))},
            "layers": [{"mediaType": LAYER, **self._upload(repository, layer)} for layer in layers],
        })
        self._request("PUT", f"/v2/{repository}/manifests/{tag}", manifest, {"Content-Type": MANIFEST})
        return f"{self.address}/{repository}:{tag}"

    def close(self):
        workspace.forget(self.close)
        if self._namespace:
            self._namespace.close()
            self._namespace = None
        workspace.remove_tree(self.state)
