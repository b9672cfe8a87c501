# SPDX-License-Identifier: MIT
"""The image of contrib/docker/Dockerfile: built once a program, without a network, and loaded into each engine.

    built.load_into(engine)
    built.run(engine, settings={"retention": {"keep_previous": "1"}})
    engine.cli("exec", "rgc", "rgc", "collect")
"""

import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "engine"))

import rgc
import roots
import suite
import workspace
from engines import Engine

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
DOCKERFILE = "contrib/docker/Dockerfile"
BASE = "debian:trixie-slim"
NAME = "rgc:0.1.0"
REVISION = "0123456789abcdef0123456789abcdef01234567"
PAGE = SOURCE / "docs" / "container.md"
WANTED = ["CMakeLists.txt", "CMakePresets.json", "README.md", "CHANGELOG.md", "cmake", "include", "src", "docs",
          "contrib"]
# Not the lists of packages either: without them apt does not look for a network.
UNWANTED = ["usr/share/doc", "usr/share/man", "usr/share/locale", "etc/apt/sources.list", "dev", "proc", "sys"]

# Times as on a host would make the tests wait; the disk of this machine is none of their business.
SETTINGS = {**rgc.SETTINGS, "agent": {"trial": "0s", "settle": "50ms"}}

# Where several programs want it, one makes it for all: see tests/image.tests.cmake.
ARCHIVE = os.environ.get("RGC_IMAGE_ARCHIVE")
_archive = None


class Host(Engine):
    """An engine that can start programs in running containers."""

    pivoted = True  # see namespace.sh


def _tar(directory, *words):
    return subprocess.Popen(["tar", "-C", str(directory), "-c", *words], stdout=subprocess.PIPE)


def _import_base(engine):
    """A Debian with what the Dockerfile would install, under the name that it expects."""
    missing = workspace.directory()
    (missing / "var/cache/apt/archives/partial").mkdir(parents=True)
    repository, _, tag = BASE.partition(":")
    words = [*(f"--exclude=./{path}" for path in UNWANTED), ".", "-C", str(missing), "./var/cache/apt/archives"]
    with _tar(roots.tree("image"), *words) as tar:
        engine.api.request("POST", "/images/create", {"fromSrc": "-", "repo": repository, "tag": tag}, tar.stdout,
                           {"Content-Type": "application/x-tar"})


def _import_source(engine):
    """libcurl's source, as an image: the context that takes the place of the Dockerfile's stage."""
    with _tar(roots.tree("source", "curl"), "./curl") as tar:
        engine.api.request("POST", "/images/create", {"fromSrc": "-", "repo": "curl-source", "tag": "unpacked"}, tar.stdout,
                           {"Content-Type": "application/x-tar"})


def build(archive):
    """Builds the image and writes it to the file `archive`, as `docker save` would."""
    with Engine("28.5-overlay2") as engine:
        _import_base(engine)
        _import_source(engine)
        with _tar(SOURCE, *WANTED) as tar:
            context = tar.stdout.read()
        engine.cli("build", "--network=none", "-f", DOCKERFILE, "--build-context",
                   "curl-source=docker-image://curl-source:unpacked", "--build-arg", f"REVISION={REVISION}", "-t", NAME, "-",
                   env={"DOCKER_BUILDKIT": "1"}, stdin=context)
        archive.write_bytes(engine.api.request("GET", f"/images/{NAME}/get").body)
    return archive


def load_into(engine):
    """Returns its ID there."""
    global _archive
    if _archive is None and ARCHIVE and os.path.exists(ARCHIVE):
        _archive = pathlib.Path(ARCHIVE)
    if _archive is None:
        _archive = build(workspace.directory() / "rgc.tar")
    with open(_archive, "rb") as file:
        engine.api.request("POST", "/images/load", {"quiet": 1}, file,
                           {"Content-Type": "application/x-tar", "Content-Length": str(_archive.stat().st_size)})
    return engine.images.id(NAME)


def socket_group(engine):
    return str(engine.socket.stat().st_gid)


def write_settings(engine, settings=None):
    """A configuration to mount at /etc/rgc: see Rgc.configure(). Returns its directory."""
    directory = engine.state / "etc-rgc"
    directory.mkdir(exist_ok=True)
    directory.chmod(0o755)
    merged = {section: {**SETTINGS.get(section, {}), **(settings or {}).get(section, {})}
              for section in {**SETTINGS, **(settings or {})}}
    lines = [line for section, keys in merged.items()
             for line in [f"[{section}]", *(f"{key} = {value}" for key, value in keys.items())]]
    (directory / "rgc.conf").write_text("\n".join(lines) + "\n")
    return directory


def here(engine, text):
    """Commands and files that are written for a host's Docker, with this engine's paths."""
    for theirs, ours in (("/var/run/docker.sock:", f"{engine.socket}:"),
                         ("%g /var/run/docker.sock", f"%g {engine.socket}"),
                         ("/var/lib/docker", str(engine.data_root))):
        text = text.replace(theirs, ours)
    return text


def command_of_the_page(engine):
    """What docs/container.md says to run, for this engine."""
    command = re.search(r"^docker run (?:.*\\\n)*.*", PAGE.read_text(), re.MULTILINE).group(0)
    assert command.endswith(NAME), command
    return here(engine, command)


def run(engine, settings=None, without=None, options=("--health-interval=1s",)):
    """Starts it as the page says, with a configuration; `without`: how an option begins that is left out."""
    command = command_of_the_page(engine)
    if without:
        command, left_out = re.subn(rf'{re.escape(without)} ?("[^"]*"|\S+) ', "", command)
        assert left_out == 1, (without, command)
    more = " ".join(["-v", f"{write_settings(engine, settings)}:/etc/rgc:ro", *options])
    done = engine.namespace.run(["sh", "-c", command.removesuffix(NAME) + f"{more} {NAME}"],
                                {"DOCKER_HOST": engine.host, "DOCKER_CONFIG": str(engine.state / "cli")})
    if done.returncode != 0:
        raise AssertionError(f"{command}: {done.stdout.decode(errors='replace')}")
    return done.stdout.decode().split()[-1]


class ImageCase(rgc.RgcCase):
    """With the image on the engine."""

    engine_class = Host

    def setUp(self):
        super().setUp()
        try:
            self.image = load_into(self.engine)
        except workspace.Unavailable as reason:
            self.skipTest(str(reason))


def main():
    """built.py FILE: builds the image into FILE."""
    workspace.end_cleanly_on_signals()
    archive = pathlib.Path(sys.argv[1])
    archive.unlink(missing_ok=True)
    try:
        build(archive)
    except workspace.Unavailable as reason:
        print(f"SKIPPED: the image: {reason}")
        sys.exit(suite.ALL_SKIPPED)


if __name__ == "__main__":
    main()
