"""Makes images without a registry and without a builder, and asks an engine about its images."""

import dataclasses
import datetime
import functools
import hashlib
import io
import json
import pathlib
import platform
import random
import subprocess
import tarfile
import tempfile

import workspace

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


@functools.lru_cache(maxsize=None)
def app_program():
    """The bytes of the program in the images (app.c), compiled once a run."""
    source = pathlib.Path(__file__).resolve().parent / "app.c"
    with tempfile.TemporaryDirectory() as directory:
        program = pathlib.Path(directory) / "app"
        try:
            subprocess.run(["gcc", "-static", "-Os", "-s", "-o", program, source], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise workspace.Unavailable(f"cannot compile app.c: {getattr(error, 'stderr', None) or error}")
        return program.read_bytes()


def tar_of(files):
    """A tar of {path: bytes}, the same bytes for the same files."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for path, data in files.items():
            entry = tarfile.TarInfo(path)
            entry.size = len(data)
            entry.mode = 0o755
            tar.addfile(entry, io.BytesIO(data))
    return out.getvalue()


@functools.lru_cache(maxsize=None)
def base_layer():
    return tar_of({"app": app_program()})


@functools.lru_cache(maxsize=1)
def runtime_layer(size):
    """What stands for a language's runtime: the same bytes for the same size."""
    return tar_of({"runtime": random.Random(size).randbytes(size)})


def hash_of(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


@dataclasses.dataclass
class Image:
    """One image to make: a layer that all share, and one of its own. Equal fields give an equal image ID."""

    tags: list = dataclasses.field(default_factory=list)
    content: str = ""           # what makes it unlike others; default: its first tag
    size: int = 1000            # bytes in its own layer
    files: int = 1              # these many files share them
    runtime: int = 0            # bytes in one more layer, shared by all images with the same number
    labels: dict = dataclasses.field(default_factory=dict)
    created: str = ""           # RFC 3339; default: now
    command: list = dataclasses.field(default_factory=lambda: ["serve"])
    config: dict = dataclasses.field(default_factory=dict)  # further keys of the image configuration

    def layers(self):
        content = self.content or (self.tags[0] if self.tags else "untagged")
        numbers = random.Random(content)
        each = max(1, self.size // self.files)
        own = {f"release/{number}": content.encode() + b"\n" + numbers.randbytes(each) for number in range(self.files)}
        shared = [base_layer(), runtime_layer(self.runtime)] if self.runtime else [base_layer()]
        return [*shared, tar_of(own)]

    def configuration(self, layers):
        created = self.created or datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        config = {"Entrypoint": ["/app"], "Cmd": self.command, "Labels": self.labels, **self.config}
        return json.dumps({
            "architecture": ARCHITECTURES.get(platform.machine(), platform.machine()), "os": "linux",
            "created": created, "config": config,
            "rootfs": {"type": "layers", "diff_ids": [hash_of(layer) for layer in layers]},
            "history": [{"created": created, "created_by": "rgc tests"} for _ in layers],
        }, sort_keys=True).encode()


def archive(images, out):
    """Writes the images to the file `out`, as `docker save` would: shared layers once."""
    manifest = []
    written = set()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as tar:
        def add(path, data):
            if path not in written:
                written.add(path)
                entry = tarfile.TarInfo(path)
                entry.size = len(data)
                tar.addfile(entry, io.BytesIO(data))

        for image in images:
            layers = image.layers()
            config = image.configuration(layers)
            names = [hash_of(layer).removeprefix("sha256:") + "/layer.tar" for layer in layers]
            for name, layer in zip(names, layers):
                add(name, layer)
            config_name = hash_of(config).removeprefix("sha256:") + ".json"
            add(config_name, config)
            manifest.append({"Config": config_name, "RepoTags": image.tags or None, "Layers": names})
        add("manifest.json", json.dumps(manifest).encode())


def split_reference(reference):
    """("host:1/repo", "tag") of "host:1/repo:tag"."""
    repository, colon, tag = reference.rpartition(":")
    if not colon or "/" in tag:
        return reference, "latest"
    return repository, tag


class Images:
    """An engine's images."""

    def __init__(self, api):
        self.api = api

    def load(self, *images):
        """Loads the images in one go; returns their IDs in the same order (None for those without a tag)."""
        with tempfile.TemporaryFile() as file:
            archive(images, file)
            length = file.tell()
            file.seek(0)
            reply = self.api.request("POST", "/images/load", {"quiet": 1}, file, {
                "Content-Type": "application/x-tar", "Content-Length": str(length)})
        for line in reply.objects():
            if "error" in line:
                raise RuntimeError(f"load: {line['error']}")
        return [self.id(image.tags[0]) if image.tags else None for image in images]

    def import_root(self, archive, reference, changes=()):
        """`docker import` of a root file system; `changes` are lines of a Dockerfile. Returns the ID."""
        repository, tag = split_reference(reference)
        query = {"fromSrc": "-", "repo": repository, "tag": tag, "changes": list(changes)}
        for line in self.api.stream("POST", "/images/create", query, archive, {"Content-Type": "application/x-tar"}):
            if "error" in line:
                raise RuntimeError(f"import {reference}: {line['error']}")
        return self.id(reference)

    def pull(self, reference):
        """Pulls from a registry; returns the ID."""
        repository, tag = split_reference(reference)
        for line in self.api.stream("POST", "/images/create", {"fromImage": repository, "tag": tag}):
            if "error" in line:
                raise RuntimeError(f"pull {reference}: {line['error']}")
        return self.id(reference)

    def push(self, reference):
        repository, tag = split_reference(reference)
        for line in self.api.stream("POST", f"/images/{repository}/push", {"tag": tag}, headers={"X-Registry-Auth": "e30="}):
            if "error" in line:
                raise RuntimeError(f"push {reference}: {line['error']}")

    def tag(self, image, reference):
        repository, tag = split_reference(reference)
        self.api.post(f"/images/{image}/tag", repo=repository, tag=tag)

    def remove(self, image, force=False, allow=()):
        return self.api.request("DELETE", f"/images/{image}", {"force": force}, allow=allow)

    def inspect(self, image):
        return self.api.get(f"/images/{image}/json")

    def id(self, image):
        """Its ID, or None when the engine has no such image."""
        reply = self.api.request("GET", f"/images/{image}/json", allow=(404,))
        return reply.json()["Id"] if reply.status == 200 else None

    def list(self, **query):
        return self.api.get("/images/json", **query)

    def ids(self):
        return {image["Id"] for image in self.list()}

    def tags(self):
        """All tags, each with the ID it names."""
        return {tag: image["Id"] for image in self.list() for tag in image["RepoTags"] or []
                if "<none>" not in tag and "@" not in tag}
